// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The Pareto front of the rows of an xtensor: nothing is copied.
#include <cstdio>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/xtensor.hpp>

int main() {
  using enum paragon::direction;
  const xt::xtensor<double, 2> designs{{6.2, 14, 9}, {5.9, 21, 8}, {7.5, 6, 11}, {6.5, 15, 9}};
  for (const std::size_t i : paragon::pareto::filter(designs, {minimise, minimise, maximise})) {
    std::printf("design %zu: error %.1f %%, %.0f ms, %.0f h\n", i, designs(i, 0), designs(i, 1), designs(i, 2));
  }
}
