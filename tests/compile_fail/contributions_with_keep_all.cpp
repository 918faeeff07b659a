// expect anywhere: contribution_policies
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Duplicates have no share of their own: a policy about them is refused by name.
#include <array>
#include <paragon/pareto/contributions.hpp>
#include <vector>

int main() {
  const std::vector<std::array<double, 2>> designs{{1, 2}, {2, 1}};
  return paragon::pareto::contributions(designs, {3, 3}, paragon::pareto::keep_all{}).empty() ? 1 : 0;
}
