// expect anywhere: rank_policies
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A ranking stops after so many fronts or so many points, not both.
#include <array>
#include <paragon/pareto/rank.hpp>
#include <vector>

int main() {
  const std::vector<std::array<double, 2>> designs{{0, 1}, {1, 0}};
  return static_cast<int>(
      paragon::pareto::rank(designs, paragon::pareto::first_fronts{1}, paragon::pareto::first_points{1}).size());
}
