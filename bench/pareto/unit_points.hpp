// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <paragon/core/random_key.hpp>
#include <vector>

/// Uniform in the cube, on the simplex, on the sphere.
enum data { cube, simplex, sphere };
inline constexpr double side = 1.1;

inline std::vector<double> make(data what, std::size_t n, std::size_t m) {
  const paragon::random_key key{.seed = 42 + m};
  std::vector<double> values(n * m);
  for (std::size_t i = 0; i < n; ++i) {
    double size = 0;
    for (std::size_t k = 0; k < m; ++k) {
      double& x = values[i * m + k];
      if (what == cube) x = key.uniform(i * m + k);
      if (what == simplex) x = key.exponential(i * m + k);
      if (what == sphere) x = std::abs(key.normal(i * m + k));
      size += what == sphere ? x * x : x;
    }
    if (what == sphere) size = std::sqrt(size);
    for (std::size_t k = 0; what != cube && k < m; ++k) values[i * m + k] /= size;
  }
  return values;
}
