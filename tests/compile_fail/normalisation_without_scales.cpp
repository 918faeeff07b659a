// expect: a normalisation needs .operator\(\)\(paragon::gradient::gram_view, std::span<double> scales\)
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A normalisation that writes no factors is refused where a weighting is scaled by it.
#include <paragon/gradient/min_norm.hpp>
#include <paragon/gradient/normalised.hpp>

struct doubled {
  double operator()(paragon::gradient::gram_view) const { return 2; }
};

int main() { const paragon::gradient::normalised<paragon::gradient::min_norm, doubled> policy; }
