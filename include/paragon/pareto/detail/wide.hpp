// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "lanes.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// A floating-point number with an exponent of its own: the digits of F, and a range that no product of objectives
/// leaves. For volumes whose factors, but not whose value, lie outside the range of F. No infinities, no NaN.
template <class F>
class wide {
public:
  constexpr wide() noexcept = default;
  explicit wide(F x) noexcept { digits_ = std::frexp(x, &exponent_); }

  /// to - from, rounded once.
  static wide difference(F to, F from) noexcept {
    const F d = to - from;
    if (std::abs(d) <= std::numeric_limits<F>::max()) return wide(d);
    wide half(to / 2 - from / 2);  // both are huge: halves are exact, or what they lose is rounded away anyway
    ++half.exponent_;
    return half;
  }

  /// In F: what is too large becomes infinity, what is too small is rounded as any number is.
  [[nodiscard]] F value() const noexcept { return std::ldexp(digits_, exponent_); }

  /// Below 2^exponent, and at least half of that. \pre not 0
  [[nodiscard]] int exponent() const noexcept { return exponent_; }

  friend wide operator*(const wide& a, const wide& b) noexcept {
    return {a.digits_ * b.digits_, a.exponent_ + b.exponent_};
  }
  friend wide operator+(const wide& a, const wide& b) noexcept {
    if (a.digits_ == 0) return b;
    if (b.digits_ == 0) return a;
    if (a.exponent_ < b.exponent_) return b + a;
    constexpr int far = 2 * std::numeric_limits<F>::digits;
    const int down = a.exponent_ - b.exponent_;
    return down > far ? a : wide{a.digits_ + std::ldexp(b.digits_, -down), a.exponent_};
  }
  friend wide operator-(const wide& a, const wide& b) noexcept { return a + wide{-b.digits_, b.exponent_}; }
  wide& operator+=(const wide& b) noexcept { return *this = *this + b; }
  friend bool operator<(const wide& a, const wide& b) noexcept { return (a - b).digits_ < 0; }
  friend bool operator>(const wide& a, const wide& b) noexcept { return b < a; }

  /// a / b in F.
  friend F ratio(const wide& a, const wide& b) noexcept {
    return std::ldexp(a.digits_ / b.digits_, a.exponent_ - b.exponent_);
  }
  /// The binary logarithm of a / b, wherever that lies.
  friend F ratio_exponent(const wide& a, const wide& b) noexcept {
    return std::log2(a.digits_ / b.digits_) + static_cast<F>(a.exponent_ - b.exponent_);
  }

private:
  wide(F digits, int exponent) noexcept {
    int more = 0;
    digits_ = std::frexp(digits, &more);
    exponent_ = digits_ == 0 ? 0 : exponent + more;
  }

  F digits_ = 0;  // 0, or its size in [0.5, 1)
  int exponent_ = 0;
};

/// The length from `from` to `to` in Sum, which is the type of the coordinates, or `wide`.
template <class Sum, class V>
[[nodiscard]] inline Sum length(V from, V to) noexcept {
  if constexpr (std::is_same_v<Sum, V>) {
    return to - from;
  } else {
    return Sum::difference(to, from);
  }
}

/// The volume between two corners.
template <class Sum, class V, std::size_t W>
[[nodiscard]] inline Sum volume_between(const lanes<V, W>& low, const lanes<V, W>& high) noexcept {
  if constexpr (std::is_same_v<Sum, V>) {
    return product(difference(high, low));
  } else {
    Sum result = length<Sum>(low[0], high[0]);
    for (std::size_t k = 1; k < W; ++k) result = result * length<Sum>(low[k], high[k]);
    return result;
  }
}

}  // namespace paragon::pareto::detail
