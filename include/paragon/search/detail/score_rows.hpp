// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "../../backend/math.hpp"
#include "../../core/error.hpp"
#include "../../preference/scalarisation/smooth_tchebycheff.hpp"

namespace paragon::inline PARAGON_ISA::search::detail {

/// log x for normal x > 0, without branches or calls, so that a loop over it becomes vector instructions; below 2 ulp.
///
/// x = 2^e f with f in [sqrt(1/2), sqrt(2)), and log f = 2 artanh((f - 1) / (f + 1)) by its series.
[[nodiscard]] inline double fast_log(double x) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  constexpr std::uint64_t root_half = 0x3FE6A09E667F3BCDU;
  const auto shifted = static_cast<std::int64_t>(bits - root_half) >> 52;
  const double f = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(shifted) << 52U));
  const double t = (f - 1) / (f + 1);
  const double t2 = t * t;
  double p = 1.0 / 21;
  p = p * t2 + 1.0 / 19;
  p = p * t2 + 1.0 / 17;
  p = p * t2 + 1.0 / 15;
  p = p * t2 + 1.0 / 13;
  p = p * t2 + 1.0 / 11;
  p = p * t2 + 1.0 / 9;
  p = p * t2 + 1.0 / 7;
  p = p * t2 + 1.0 / 5;
  p = p * t2 + 1.0 / 3;
  const double e = static_cast<double>(static_cast<std::int32_t>(shifted));
  return e * 0.693147180559945309 + (2 * t + 2 * t * (t2 * p));
}

/// The scalarised objectives of many architectures for one ray: out[i] = s(z[i], ray), z of shape [out.size(), m].
template <class Scalarisation>
void score_rows(const Scalarisation& s, std::span<const double> z, std::span<const double> ray, std::span<double> out) {
  constexpr std::span<const double> origin;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<double>(s(z.subspan(i * ray.size(), ray.size()), ray, origin));
  }
}

/// The same, vectorised; it may differ from the scalarisation itself by rounding.
inline void score_rows(const preference::smooth_tchebycheff& s, std::span<const double> z, std::span<const double> ray,
                       std::span<double> out) {
  const std::size_t m = ray.size();
  if (!(s.mu > 0) || m == 0 || z.size() != out.size() * m) {
    throw error("search: scalarised scores",
                "mu = " + number_text(s.mu) + ", " + std::to_string(z.size()) + " objectives of " +
                    std::to_string(out.size()) + " architectures for " + std::to_string(m) + " weights",
                "a positive mu, and one objective for each weight");
  }
  constexpr std::size_t block = 32;
  std::array<double, block> top;
  std::array<double, block> sum;
  const double sharpness = 1 / s.mu;
  for (std::size_t begin = 0; begin < out.size(); begin += block) {
    const std::size_t n = std::min(block, out.size() - begin);
    const double* first = z.data() + begin * m;
    for (std::size_t i = 0; i < n; ++i) top[i] = ray[0] * first[i * m];
    for (std::size_t k = 1; k < m; ++k) {
      for (std::size_t i = 0; i < n; ++i) top[i] = std::max(top[i], ray[k] * first[i * m + k]);
    }
    sum.fill(0);
    for (std::size_t k = 0; k < m; ++k) {
      for (std::size_t i = 0; i < n; ++i) sum[i] += math::exp((ray[k] * first[i * m + k] - top[i]) * sharpness);
    }
    for (std::size_t i = 0; i < n; ++i) out[begin + i] = top[i] + s.mu * fast_log(sum[i]);
  }
}

}  // namespace paragon::search::detail
