// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// coefficients[0] + coefficients[1] x + ..., written out by the compiler: a loop here would keep the loop around it
/// from being vectorised.
template <std::size_t N>
double polynomial(const double (&coefficients)[N], double x) noexcept {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    double p = coefficients[N - 1];
    ((p = p * x + coefficients[N - 2 - I]), ...);
    return p;
  }(std::make_index_sequence<N - 1>{});
}

/// exp(x) for x in [-708, 0], relative error below 3e-16. No branch and no call, so that loops around it are
/// vectorised.
inline double exp_of_negative(double x) noexcept {
  constexpr double log2_e = 1.4426950408889634;
  constexpr double ln2_high = 0x1.62e42fefa3800p-1;  // its last bits are 0: a multiple of it is exact
  constexpr double ln2_low = 0x1.ef35793c76730p-45;
  constexpr double round = 0x1.8p52;  // added, it leaves the nearest whole number in the lowest bits
  const double whole_bits = x * log2_e + round;
  const double whole = whole_bits - round;
  const double r = (x - whole * ln2_high) - whole * ln2_low;
  constexpr double taylor[] = {
      1,          1,           1.0 / 2,      1.0 / 6,       1.0 / 24,       1.0 / 120,       1.0 / 720,
      1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
  return polynomial(taylor, r) * std::bit_cast<double>((std::bit_cast<std::uint64_t>(whole_bits) + 1023) << 52);
}

/// 1 - x tail(x) / density(x) of the standard normal distribution, x in [0, 38]; relative error below 2e-15.
///
/// What remains of an expected excess beside a Gaussian factor: it falls like 1 / x^2, and computed as a difference it
/// would lose its digits. A polynomial in (x - 4) / (x + 4): this function times (x + 4)^2 is smooth up to infinity.
inline double excess_ratio(double x) noexcept {
  constexpr double gap[] = {
      3.416989974128468,      -4.988360931375142,     4.313851553597912,      -2.475730901243425,
      0.8514610658631205,     -0.06106893351167297,   -0.08967105653551845,   0.03002888828886777,
      0.00822162372174245,    -0.0057448581995409075, -0.0010216595170115794, 0.0010355793401537815,
      0.0002162799186804147,  -0.0001856565150251575, -6.21235417950749e-05,  3.0058994811934248e-05,
      1.827123156059969e-05,  -3.104130531132098e-06, -4.827054617066993e-06, -3.796757097571463e-07,
      1.0501545859268402e-06, 3.103559001519153e-07,  -1.667913128133641e-07, -8.16109163888081e-08,
      1.513177295787559e-08,  9.28222967138219e-09,   -3.0758817645475304e-10};
  const double t = (x - 4) / (x + 4);
  return polynomial(gap, t) / ((x + 4) * (x + 4));
}

/// tail(x) / density(x) of the standard normal distribution (Mills' ratio), x in [0, 38]; relative error below 4e-16.
inline double tail_ratio(double x) noexcept {
  constexpr double tail[] = {
      1.8932190633084853,     -1.5237709108199835,     0.9704095548675874,      -0.46754096299832926,
      0.1513917623124891,     -0.01890045086179461,    -0.008722295275113486,   0.00408785568219404,
      0.00033424462447582926, -0.0005792693112383798,  -4.7833112184110975e-06, 8.809575792458322e-05,
      1.7965666540766273e-06, -1.4843347253192145e-05, -1.5791693622508298e-06, 2.5688741365377523e-06,
      6.836016680202922e-07,  -4.006262909600915e-07,  -2.1840990663360633e-07, 4.482320698500524e-08,
      5.4154267181159925e-08, -1.509241818614183e-09,  -9.520279114401458e-09,  -2.9433098761634534e-10,
      8.812534041624495e-10};
  const double t = (x - 4) / (x + 4);
  return polynomial(tail, t) / (x + 4);
}

/// For n thresholds t and a Gaussian number Y: `excess`, the mean of max(0, t - Y); `below`, the probability of Y < t,
/// which is minus the derivative of the excess by the mean; `density`, the standard density at (t - mean) / deviation,
/// which is the derivative of the excess by the deviation.
///
/// A deviation of 0 is the limit; at t = mean the probability is then 1/2. O(n), vectorised.
/// \tparam Gradient  whether to write `below` and `density`
template <bool Gradient>
void gaussian_excess(const double* threshold, std::size_t n, double mean, double deviation, double* excess,
                     double* below, double* density) noexcept {
  constexpr double root_of_2_pi = 2.5066282746310002;
  constexpr double far = 37.5;  // the density there is 1e-306
  const double precision = std::min(1 / deviation, 1e308);
  for (std::size_t i = 0; i < n; ++i) {
    const double apart = threshold[i] - mean;
    const double z = std::min(std::abs(apart) * precision, far);
    const double bell = exp_of_negative(-0.5 * z * z) / root_of_2_pi;
    excess[i] = std::max(apart, 0.0) + deviation * bell * excess_ratio(z);
    if constexpr (Gradient) {
      const double tail = bell * tail_ratio(z);
      below[i] = apart > 0 ? 1 - tail : tail;
      density[i] = z < far ? bell : 0.0;
    }
  }
}

}  // namespace paragon::pareto::detail
