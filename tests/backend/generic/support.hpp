// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <paragon/backend/concepts.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/tensor/tensor.hpp>

namespace paragon_test::backend_tests {

using paragon::shape;
using paragon::tensor;
using paragon::backend::transposed;
namespace functions = paragon::functions;

template <class T>
inline constexpr double unit = static_cast<double>(std::numeric_limits<T>::epsilon());

template <class T>
std::vector<T> normals(std::size_t n, std::uint64_t seed, std::uint32_t stream, double scale = 1.0) {
  const auto numbers = paragon::random_key{.seed = seed}.fork(stream);
  std::vector<T> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<T>(scale * numbers.normal(i));
  return values;
}

/// Integers from -limit to limit.
template <class T>
std::vector<T> integers(std::size_t n, std::uint64_t seed, std::uint32_t stream, std::uint64_t limit) {
  const auto numbers = paragon::random_key{.seed = seed}.fork(stream);
  std::vector<T> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    values[i] =
        static_cast<T>(static_cast<std::int64_t>(numbers.below(2 * limit + 1, i)) - static_cast<std::int64_t>(limit));
  }
  return values;
}

inline std::vector<std::uint32_t> indices(std::size_t n, std::uint64_t seed, std::uint64_t limit) {
  const auto numbers = paragon::random_key{.seed = seed}.fork(77);
  std::vector<std::uint32_t> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<std::uint32_t>(numbers.below(limit, i));
  return values;
}

template <class B, class T>
tensor<T, B> upload(const std::vector<T>& values) {
  return tensor<T, B>(shape{values.size()}, std::span<const T>(values));
}

template <class T>
std::vector<double> to_doubles(const std::vector<T>& values) {
  return {values.begin(), values.end()};
}

/// The same numbers, entry by entry; NaN equals NaN.
template <class T>
void check_equal(const std::vector<T>& got, const std::vector<T>& want) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (got[i] == want[i] || (std::isnan(got[i]) && std::isnan(want[i]))) continue;
    INFO("entry " << i << " of " << got.size());
    CHECK(got[i] == want[i]);
    return;
  }
  CHECK(true);
}

/// |got - want| <= bound, entry by entry.
template <class T>
void check_within(const std::vector<T>& got, const std::vector<double>& want, const std::vector<double>& bound) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (std::abs(static_cast<double>(got[i]) - want[i]) <= bound[i]) continue;
    INFO("entry " << i << " of " << got.size() << ": " << got[i] << ", wanted " << want[i] << " within " << bound[i]);
    CHECK(false);
    return;
  }
  CHECK(true);
}

}  // namespace paragon_test::backend_tests
