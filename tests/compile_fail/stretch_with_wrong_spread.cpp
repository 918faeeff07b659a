// expect anywhere: stretch_policy
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A spread policy that returns nothing is refused at the call, which names it and what is asked of policies.
#include <array>
#include <paragon/pareto/stretch.hpp>
#include <span>
#include <vector>

struct keeps_nothing {
  void operator()(const paragon::pareto::candidates<double>&, std::span<const std::size_t>,
                  std::span<const std::size_t>, std::size_t) const {}
};

int main() {
  const std::vector<std::array<double, 2>> designs{{1, 2}, {2, 1}};
  return static_cast<int>(paragon::pareto::stretch(designs, 1, keeps_nothing{}).size());
}
