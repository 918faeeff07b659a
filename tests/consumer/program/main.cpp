// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstdio>
#include <paragon/core/random_key.hpp>
#include <paragon/tensor/tensor.hpp>

int main() {
  const paragon::random_key draw{.seed = 1};
  const paragon::tensor<double> row({1, 3}, {draw.uniform(0), draw.uniform(1), draw.uniform(2)});
  std::printf("%.6f %.6f %.6f\n", row[0], row[1], row[2]);
  for (const double x : row.span()) {
    if (!(x >= 0 && x < 1)) return 1;
  }
  return 0;
}
