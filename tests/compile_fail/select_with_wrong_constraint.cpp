// expect anywhere: select_argument
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A constraint that takes no row is refused at the call, which names it and what is asked of arguments.
#include <array>
#include <paragon/pareto/select.hpp>
#include <vector>

int main() {
  const std::vector<std::array<double, 2>> designs{{1, 2}, {2, 1}};
  const auto small = [](double latency) { return latency < 5; };
  return static_cast<int>(*paragon::pareto::select(designs, paragon::pareto::knee{}, small));
}
