// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The Pareto front of a handful of designs: error and latency to be minimised, battery life to be maximised.
#include <cstdio>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/hypervolume.hpp>

int main() {
  using enum paragon::direction;
  const std::vector<std::array<double, 3>> designs{{6.2, 14.0, 9.0}, {5.9, 21.0, 8.0}, {7.5, 6.0, 11.0},
                                                   {6.5, 15.0, 9.0}, {9.0, 6.5, 12.0}, {7.5, 6.0, 11.0}};

  for (const std::size_t i : paragon::pareto::filter(designs, {minimise, minimise, maximise})) {
    std::printf("design %zu: error %.1f %%, %.1f ms, %.0f h\n", i, designs[i][0], designs[i][1], designs[i][2]);
  }
  const auto volume = paragon::pareto::hypervolume(designs, {10.0, 25.0, 6.0}, {minimise, minimise, maximise});
  std::printf("hypervolume %.2f\n", volume.value);
}
