// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/backend/math.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

namespace {

namespace math = paragon::math;

template <class T>
inline constexpr T infinity = std::numeric_limits<T>::infinity();

/// The distance from `got` to `want` in units in the last place of `want` as a T.
template <class T>
double units(T got, long double want) {
  const T rounded = static_cast<T>(want);
  if (std::isinf(rounded) || std::isnan(rounded)) return got == rounded ? 0 : std::numeric_limits<double>::infinity();
  const T magnitude = std::max(std::abs(rounded), std::numeric_limits<T>::min());
  const T unit = std::nextafter(magnitude, infinity<T>) - magnitude;
  return static_cast<double>(std::abs(static_cast<long double>(got) - want) / static_cast<long double>(unit));
}

/// The greatest error over bit patterns of [0, high] a fixed distance apart, with both signs from `low` on.
template <class T, class F, class Exact>
void worst_within(const char* name, F f, Exact exact, T low, T high, double limit) {
  using bits = std::conditional_t<std::is_same_v<T, float>, std::uint32_t, std::uint64_t>;
  const bits last = std::bit_cast<bits>(std::max(-low, high));
  const bits step = last / 400000 + 1;
  double worst = 0;
  T at = 0;
  const auto visit = [&](T x) {
    const double error = units(f(x), exact(static_cast<long double>(x)));
    if (error > worst) {
      worst = error;
      at = x;
    }
  };
  for (bits b = 0; b <= last; b += step) {
    const T x = std::bit_cast<T>(b);
    if (x <= high) visit(x);
    if (-x >= low) visit(-x);
  }
  // Patterns are spread evenly over exponents; these points are spread evenly over the range.
  for (int i = 0; i <= 400000; ++i) visit(low + (high - low) * (static_cast<T>(i) / T(400000)));
  INFO(std::string(name) << " at " << at << ": " << worst << " units in the last place");
  CHECK(worst <= limit);
}

}  // namespace

TEST_CASE_TEMPLATE("backend: math functions stay within their units in the last place", T, float, double) {
  const T least = std::is_same_v<T, float> ? T(-86.9) : T(-708);
  const T greatest = std::is_same_v<T, float> ? T(88.72) : T(709.78);
  worst_within<T>(
      "exp", [](T x) { return math::exp(x); }, [](long double x) { return std::exp(x); }, least, greatest, 1.5);
  worst_within<T>(
      "expm1", [](T x) { return math::expm1(x); }, [](long double x) { return std::expm1(x); }, least, greatest, 2);
  worst_within<T>(
      "tanh", [](T x) { return math::tanh(x); }, [](long double x) { return std::tanh(x); }, T(-30), T(30), 3);
  worst_within<T>(
      "sigmoid", [](T x) { return math::sigmoid(x); }, [](long double x) { return 1 / (1 + std::exp(-x)); }, least,
      -least, 3);
  worst_within<T>(
      "sqrt", [](T x) { return math::sqrt(x < std::numeric_limits<T>::min() ? T(1) : x); },
      [](long double x) { return std::sqrt(x < std::numeric_limits<T>::min() ? 1 : x); }, T(0),
      std::numeric_limits<T>::max(), 1);
}

TEST_CASE_TEMPLATE("backend: math functions at the ends of their range", T, float, double) {
  const T greatest = std::numeric_limits<T>::max();
  for (const T x : {infinity<T>, greatest, T(1000)}) {
    INFO("x " << x);
    CHECK(math::exp(x) == infinity<T>);
    CHECK(math::exp(-x) == T(0));
    CHECK(math::expm1(x) == infinity<T>);
    CHECK(math::expm1(-x) == T(-1));
    CHECK(math::tanh(x) == T(1));
    CHECK(math::tanh(-x) == T(-1));
    CHECK(math::sigmoid(x) == T(1));
    CHECK(math::sigmoid(-x) == T(0));
  }
  const T tiny = std::numeric_limits<T>::denorm_min();
  for (const T x : {T(0), tiny, -tiny, std::numeric_limits<T>::min()}) {
    INFO("x " << x);
    CHECK(math::exp(x) == T(1));
    CHECK(std::abs(math::expm1(x) - x) <= tiny);
    CHECK(math::tanh(x) == x);
    CHECK(math::sigmoid(x) == T(0.5));
  }
  const T nan = std::numeric_limits<T>::quiet_NaN();
  CHECK(std::isnan(math::exp(nan)));
  CHECK(std::isnan(math::expm1(nan)));
  CHECK(std::isnan(math::tanh(nan)));
  CHECK(std::isnan(math::sigmoid(nan)));
  CHECK(std::isnan(math::sqrt(nan)));
  CHECK(std::isnan(math::sqrt(T(-1))));
  CHECK(math::sqrt(T(0)) == T(0));
  CHECK(math::sqrt(T(1)) == T(1));
  CHECK(math::sqrt(infinity<T>) == infinity<T>);
  CHECK(math::sqrt(tiny) >= T(0));
  CHECK(math::sqrt(tiny) <= std::sqrt(std::numeric_limits<T>::min()));
}

TEST_CASE_TEMPLATE("backend: math exp overflows and underflows where the type does", T, float, double) {
  // Around log(max); log(min) lies below the first argument with a result of zero, which is documented.
  const long double edge = std::log(static_cast<long double>(std::numeric_limits<T>::max()));
  const T below = std::nextafter(static_cast<T>(edge), T(0));
  CHECK(std::isfinite(math::exp(std::nextafter(below, T(0)))));
  CHECK(math::exp(static_cast<T>(edge + 0.01L)) == infinity<T>);
  const T least = std::is_same_v<T, float> ? T(-86.9) : T(-708);
  CHECK(math::exp(least) >= std::numeric_limits<T>::min());
  CHECK(math::exp(std::nextafter(least, -infinity<T>)) == T(0));
}

TEST_CASE_TEMPLATE("backend: math functions never decrease by more than their error", T, float, double) {
  // exp is monotonic within its error bound, also across the boundaries of its range reduction.
  T before = math::exp(T(-20));
  for (int i = 1; i <= 200000; ++i) {
    const T x = T(-20) + T(40) * (static_cast<T>(i) / T(200000));
    const T now = math::exp(x);
    if (now < before * (T(1) - 4 * std::numeric_limits<T>::epsilon())) {
      INFO("x " << x);
      CHECK(now >= before);
    }
    before = now;
  }
  CHECK(std::isfinite(before));
}
