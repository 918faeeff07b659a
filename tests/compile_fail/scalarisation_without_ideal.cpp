// expect: a scalarisation needs .operator\(\)\(std::span<const double> values,
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A scalarisation that takes no ideal point is refused where rays are decoded, and what it lacks is named.
#include <span>

#include <paragon/search/decode.hpp>

struct first_only {
  double operator()(std::span<const double> values, std::span<const double>) const { return values[0]; }
};

int main() {
  const paragon::search::pooled<first_only> decode;
  return static_cast<int>(decode.samples);
}
