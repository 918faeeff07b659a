// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The Pareto front of the rows of an Eigen matrix: nothing is copied, whatever its storage order.
#include <cstdio>
#include <paragon/pareto/eigen.hpp>
#include <paragon/pareto/filter.hpp>

int main() {
  using enum paragon::direction;
  const Eigen::MatrixX3d designs{{6.2, 14, 9}, {5.9, 21, 8}, {7.5, 6, 11}, {6.5, 15, 9}};
  for (const std::size_t i : paragon::pareto::filter(designs, {minimise, minimise, maximise})) {
    const auto row = designs.row(static_cast<Eigen::Index>(i));
    std::printf("design %zu: error %.1f %%, %.0f ms, %.0f h\n", i, row[0], row[1], row[2]);
  }
}
