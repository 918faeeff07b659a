// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "../core/host_device.hpp"

/// Elementary functions without branches or calls, so that a loop over them becomes vector instructions.
///
/// Errors stay below 1.5 units in the last place for exp, 2 for expm1, 3 for tanh and sigmoid; results below the least
/// normal number are 0. They are plain arithmetic: the same source serves the host and the GPU, for any vector width.
namespace paragon::inline PARAGON_ISA::math {

namespace detail {

/// exp(r) - 1 for |r| <= ln(2) / 2 by its Taylor series: the remainder is below half a unit in the last place.
template <class T>
PARAGON_HOST_DEVICE constexpr T expm1_reduced(T r) noexcept {
  if constexpr (std::is_same_v<T, float>) {
    T p = T(1.0 / 5040);
    p = p * r + T(1.0 / 720);
    p = p * r + T(1.0 / 120);
    p = p * r + T(1.0 / 24);
    p = p * r + T(1.0 / 6);
    p = p * r + T(0.5);
    return p * r * r + r;
  } else {
    T p = T(1.0 / 6227020800.0);
    p = p * r + T(1.0 / 479001600.0);
    p = p * r + T(1.0 / 39916800.0);
    p = p * r + T(1.0 / 3628800.0);
    p = p * r + T(1.0 / 362880.0);
    p = p * r + T(1.0 / 40320.0);
    p = p * r + T(1.0 / 5040.0);
    p = p * r + T(1.0 / 720.0);
    p = p * r + T(1.0 / 120.0);
    p = p * r + T(1.0 / 24.0);
    p = p * r + T(1.0 / 6.0);
    p = p * r + T(0.5);
    return p * r * r + r;
  }
}

/// x = n ln 2 + r with |r| <= ln(2) / 2. Half of 2^n is kept, as 2^n itself overflows before the largest results do.
template <class T>
struct split {
  T remainder;   ///< r
  T half_power;  ///< 2^(n - 1)
};

/// \pre least_exponent<T> <= x <= greatest_exponent<T>, or NaN
template <class T>
PARAGON_HOST_DEVICE inline split<T> reduce(T x) noexcept {
#if defined(__clang__)
#pragma clang fp reassociate(off)  // -funsafe-math-optimizations would take the rounding away; g++ is refused it
#endif
  // Adding and subtracting 1.5 * 2^(mantissa bits) rounds to the nearest integer and leaves it in the low bits.
  if constexpr (std::is_same_v<T, float>) {
    const float shifted = x * 1.44269504F + 12582912.0F;
    const float n = shifted - 12582912.0F;
    const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
    const auto bits = static_cast<std::uint32_t>(std::bit_cast<std::uint32_t>(shifted) - 0x4B400000U + 126U) << 23U;
    return {r, std::bit_cast<float>(bits)};
  } else {
    const double shifted = x * 1.4426950408889634 + 6755399441055744.0;
    const double n = shifted - 6755399441055744.0;
    const double r = (x - n * 6.93145751953125e-1) - n * 1.42860682030941723212e-6;
    const auto bits = (std::bit_cast<std::uint64_t>(shifted) - 0x4338000000000000ULL + 1022U) << 52U;
    return {r, std::bit_cast<double>(bits)};
  }
}

/// Where e^x is still a normal number with n - 1 in the range of exponents.
template <class T>
inline constexpr T least_exponent = std::is_same_v<T, float> ? T(-86.9) : T(-708.0);
/// Where e^x has become infinite with n - 1 in the range of exponents.
template <class T>
inline constexpr T greatest_exponent = std::is_same_v<T, float> ? T(89.0) : T(709.9);

template <class T>
PARAGON_HOST_DEVICE constexpr T clamp(T x, T low, T high) noexcept {
  x = x < low ? low : x;
  return x > high ? high : x;
}

}  // namespace detail

/// e^x; 0 below the least argument with a normal result (-86.9 in float, -708 in double), infinite above the greatest.
/// NaN stays NaN.
template <class T>
PARAGON_HOST_DEVICE inline T exp(T x) noexcept {
  const auto [r, half] = detail::reduce(detail::clamp(x, detail::least_exponent<T>, detail::greatest_exponent<T>));
  const T result = (T(2) * detail::expm1_reduced(r) + T(2)) * half;
  return x < detail::least_exponent<T> ? T(0) : result;
}

/// e^x - 1 without cancellation near 0.
template <class T>
PARAGON_HOST_DEVICE inline T expm1(T x) noexcept {
  const auto [r, half] = detail::reduce(detail::clamp(x, detail::least_exponent<T>, detail::greatest_exponent<T>));
  return T(2) * (detail::expm1_reduced(r) * half + (half - T(0.5)));
}

template <class T>
PARAGON_HOST_DEVICE inline T tanh(T x) noexcept {
  const T magnitude = x < T(0) ? -x : x;
  const T e = expm1(T(-2) * magnitude);
  const T t = -e / (T(2) + e);
  return x < T(0) ? -t : t;
}

/// The square root, within one unit in the last place (of numbers below the least normal one: too small); NaN below 0.
/// std::sqrt sets errno, so that a loop over it becomes vector instructions only under -fno-math-errno.
template <class T>
PARAGON_HOST_DEVICE inline T sqrt(T x) noexcept {
#if defined(__NO_MATH_ERRNO__) || defined(__CUDA_ARCH__)
  return std::sqrt(x);
#else
  T y;  // 1 / sqrt(x): a guess from the exponent, then Newton's steps, each of which doubles the digits
  if constexpr (std::is_same_v<T, float>) {
    y = std::bit_cast<float>(0x5F375A86U - (std::bit_cast<std::uint32_t>(x) >> 1U));
  } else {
    y = std::bit_cast<double>(0x5FE6EB50C7B537A9ULL - (std::bit_cast<std::uint64_t>(x) >> 1U));
  }
  const T half = T(0.5) * x;
  for (int step = 0; step < (std::is_same_v<T, float> ? 3 : 4); ++step) y *= T(1.5) - half * y * y;
  const T root = x * y;
  const T result = root + T(0.5) * y * (x - root * root);
  if (x < T(0)) return std::numeric_limits<T>::quiet_NaN();
  return x > std::numeric_limits<T>::max() ? x : result;
#endif
}

/// 1 / (1 + e^-x)
template <class T>
PARAGON_HOST_DEVICE inline T sigmoid(T x) noexcept {
  const T e = exp(x < T(0) ? x : -x);
  return (x < T(0) ? e : T(1)) / (T(1) + e);
}

}  // namespace paragon::math
