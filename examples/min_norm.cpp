// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From the gradients of three objectives to one direction that improves them all.
#include <Eigen/Core>
#include <cstdio>
#include <paragon/gradient/aggregate.hpp>
#include <paragon/gradient/eigen.hpp>
#include <paragon/gradient/min_norm.hpp>

int main() {
  Eigen::MatrixXd jacobian(3, 3);  // a gradient a row
  jacobian << -4, 1, 1,            //
      6, 1, 1,                     //
      1, 3, -1;

  const auto [direction, weights, status] = paragon::gradient::aggregate(paragon::gradient::min_norm{}, jacobian);

  std::printf("weights    %.4f %.4f %.4f\n", weights[0], weights[1], weights[2]);
  std::printf("direction  %.4f %.4f %.4f\n", direction[0], direction[1], direction[2]);
  std::printf("smallest product with a gradient %.4f, certificate %.1e, converged: %s\n", status.smallest_product,
              status.gap(), status.converged ? "yes" : "no");
  return status.converged && status.smallest_product > 0 ? 0 : 1;
}
