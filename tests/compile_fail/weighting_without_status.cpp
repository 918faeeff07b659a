// expect: a weighting must return paragon::gradient::status
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A weighting that says nothing about how it went is refused at the call, and the concept that it misses is named.
#include <paragon/gradient/weigh.hpp>
#include <span>
#include <vector>

struct silent_weighting {
  void operator()(paragon::gradient::gram_view, std::span<double> weights) const { weights[0] = 1; }
};

int main() {
  const std::vector<double> gram{1};
  std::vector<double> weights(1);
  paragon::gradient::weigh(silent_weighting{}, paragon::gradient::matrix_view<const double>(gram, 1, 1), weights);
}
