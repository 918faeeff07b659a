// expect: cost features need .add_adjoint\(std::size_t h,
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Features without a derivative are refused where a model of costs is named, and what they lack is named.
#include <cstddef>
#include <span>

#include <paragon/predictor/cost_model.hpp>

struct depth {
  std::size_t choices() const { return 4; }
  std::size_t features() const { return 2; }
  std::size_t hypotheses() const { return 1; }
  void evaluate(std::size_t, std::span<const double> row, std::span<double> out) const {
    out[0] = 1;
    out[1] = row[1] + 2 * row[2] + 3 * row[3];
  }
};

int main() { return static_cast<int>(sizeof(paragon::predictor::cost_model<depth>)); }
