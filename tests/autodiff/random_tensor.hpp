// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <paragon/core/random_key.hpp>
#include <paragon/tensor/tensor.hpp>

namespace paragon_test {

/// Normal numbers; another stream gives other numbers.
template <class T = double>
paragon::tensor<T> normal(paragon::shape extents, std::uint32_t stream, double deviation = 1, double mean = 0) {
  const auto key = paragon::random_key{.seed = 4711}.fork(stream);
  paragon::tensor<T> out(extents);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<T>(mean + deviation * key.normal(i));
  return out;
}

/// Numbers of both signs at least 0.1 away from 0, for functions with a kink there.
inline paragon::tensor<double> away_from_zero(paragon::shape extents, std::uint32_t stream) {
  auto out = normal(extents, stream);
  for (double& x : out.span()) x += x < 0 ? -0.1 : 0.1;
  return out;
}

/// The largest difference between two sequences.
template <class A, class B>
double largest_difference(const A& a, const B& b, std::size_t n) {
  double worst = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    worst = d > worst ? d : (-d > worst ? -d : worst);
    if (d != d) return d;
  }
  return worst;
}

}  // namespace paragon_test
