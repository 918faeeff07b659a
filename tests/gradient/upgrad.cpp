// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <paragon/gradient/upgrad.hpp>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

namespace {

/// The projection of g_i on the dual cone by trying every set of active constraints.
std::vector<double> enumerate_projection(const std::vector<double>& g, std::size_t k, std::size_t i) {
  std::vector<double> best;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t set = 0; set < (std::size_t{1} << k); ++set) {
    std::vector<std::size_t> s;
    for (std::size_t j = 0; j < k; ++j) {
      if ((set >> j & 1U) != 0) s.push_back(j);
    }
    const std::size_t m = s.size();
    std::vector<long double> a(m * m);
    std::vector<long double> b(m);
    for (std::size_t p = 0; p < m; ++p) {
      for (std::size_t q = 0; q < m; ++q) a[p * m + q] = g[s[p] * k + s[q]];
      b[p] = -g[s[p] * k + i];
    }
    std::vector<long double> x;
    if (!paragon_test::solve(a, b, x)) continue;
    std::vector<double> v(k);
    v[i] = 1;
    bool inside = true;
    for (std::size_t p = 0; p < m; ++p) {
      inside = inside && x[p] >= 0;
      v[s[p]] += static_cast<double>(x[p]);
    }
    if (!inside) continue;
    const double value = paragon_test::quadratic(g, v);
    if (value < least) {
      least = value;
      best = v;
    }
  }
  return best;
}

}  // namespace

TEST_CASE("gradient: upgrad of two conflicting gradients is half of PCGrad") {
  std::vector<double> w(2);
  gradient::upgrad{}({paragon_test::two_conflicting().gram(), 2}, w);
  CHECK(w[0] == doctest::Approx(10.0 / 9).epsilon(1e-13));
  CHECK(w[1] == doctest::Approx(15.0 / 19).epsilon(1e-13));
}

TEST_CASE("gradient: upgrad is the mean where nothing conflicts") {
  std::vector<double> w(3);
  const auto s = gradient::upgrad{}({std::vector<double>{2, 1, 0, 1, 2, 1, 0, 1, 2}, 3}, w);
  CHECK(s.iterations == 0);
  for (const double x : w) CHECK(x == doctest::Approx(1.0 / 3).epsilon(1e-15));
}

TEST_CASE("gradient: upgrad equals the enumeration of the faces of the cone") {
  for (std::size_t k = 2; k <= 8; ++k) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      CAPTURE(k);
      CAPTURE(seed);
      for (const auto& g :
           {paragon_test::normal_gradients(k, k + 3, seed), paragon_test::free_gradients(k, 2 * k, seed),
            paragon_test::normal_gradients(k, k / 2 + 1, seed)}) {
        const auto gram = g.gram();
        std::vector<double> w(k);
        const auto s = gradient::upgrad{}({gram, k}, w);
        CHECK(s.converged);
        double mass = 0;
        double longest = 0;
        for (std::size_t i = 0; i < k; ++i) {
          mass += w[i] * std::sqrt(gram[i * k + i]);
          longest = std::max(longest, std::sqrt(gram[i * k + i]));
        }
        CHECK(s.smallest_product > -1e-12 * mass * longest);
        std::vector<double> expected(k);
        for (std::size_t i = 0; i < k; ++i) {
          const auto v = enumerate_projection(gram, k, i);
          for (std::size_t j = 0; j < k; ++j) expected[j] += v[j] / static_cast<double>(k);
        }
        const auto d = g.combined(w);
        const auto e = g.combined(expected);
        for (std::size_t t = 0; t < d.size(); ++t) CHECK(std::abs(d[t] - e[t]) < 1e-7 * (1 + mass));
        if (g.n >= k + 3) {
          for (std::size_t j = 0; j < k; ++j) CHECK(std::abs(w[j] - expected[j]) < 1e-9 * (1 + std::abs(w[j])));
        }
      }
    }
  }
}
