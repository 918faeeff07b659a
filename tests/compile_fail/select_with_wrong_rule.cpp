// expect anywhere: selection_rule
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A constraint where a rule belongs is refused at the call, and the concept that it misses is named.
#include <array>
#include <paragon/pareto/select.hpp>
#include <vector>

int main() {
  const std::vector<std::array<double, 2>> designs{{1, 2}, {2, 1}};
  return static_cast<int>(*paragon::pareto::select(designs, paragon::pareto::at_most{1, 2}));
}
