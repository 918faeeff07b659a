// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weightings over the whole range of double, judged in extended precision, whose exponents reach far beyond it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <paragon/core/random_key.hpp>
#include <paragon/gradient/aligned_mtl.hpp>
#include <paragon/gradient/cagrad.hpp>
#include <paragon/gradient/frank_wolfe.hpp>
#include <paragon/gradient/gram.hpp>
#include <paragon/gradient/imtl_g.hpp>
#include <paragon/gradient/mean.hpp>
#include <paragon/gradient/min_norm.hpp>
#include <paragon/gradient/min_norm_pair.hpp>
#include <paragon/gradient/nash_mtl.hpp>
#include <paragon/gradient/normalised.hpp>
#include <paragon/gradient/pcgrad.hpp>
#include <paragon/gradient/published_frank_wolfe.hpp>
#include <paragon/gradient/sum.hpp>
#include <paragon/gradient/upgrad.hpp>
#include <vector>

#include "gradients.hpp"

namespace gradient = paragon::gradient;

namespace {

using on_unit_lengths = gradient::normalised<gradient::min_norm, gradient::unit_length>;

std::vector<double> diagonal(const std::vector<double>& squares) {
  std::vector<double> gram(squares.size() * squares.size());
  for (std::size_t i = 0; i < squares.size(); ++i) gram[i * squares.size() + i] = squares[i];
  return gram;
}

/// The Gram matrix of gradients of length 1 times 2^exponent each.
std::vector<double> lengthened(std::vector<double> gram, const std::vector<int>& exponent) {
  const std::size_t k = exponent.size();
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) gram[i * k + j] = std::ldexp(gram[i * k + j], exponent[i] + exponent[j]);
  }
  return gram;
}

/// Whether w is on the simplex and proves itself: w'Gw - (Gw)_i at most `tolerance` of m max(|g_i|, m), for all i.
bool is_min_norm(const std::vector<double>& gram, const std::vector<double>& w, long double tolerance) {
  const std::size_t k = w.size();
  long double sum = 0;
  long double norm = 0;
  long double mean = 0;
  std::vector<long double> product(k, 0);
  for (std::size_t i = 0; i < k; ++i) {
    if (!(w[i] >= 0)) return false;
    sum += static_cast<long double>(w[i]);
    mean += static_cast<long double>(w[i]) * std::sqrt(static_cast<long double>(gram[i * k + i]));
    for (std::size_t j = 0; j < k; ++j) {
      product[i] += static_cast<long double>(gram[i * k + j]) * static_cast<long double>(w[j]);
    }
    norm += static_cast<long double>(w[i]) * product[i];
  }
  if (!(std::abs(sum - 1) <= 1e-12L)) return false;
  for (std::size_t i = 0; i < k; ++i) {
    const long double length = std::sqrt(static_cast<long double>(gram[i * k + i]));
    if (!(norm - product[i] <= tolerance * mean * std::max(mean, length))) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("gradient: min_norm of orthogonal gradients weighs by 1 / |g|^2 over the whole range") {
  struct example {
    std::vector<double> squares;
    std::vector<double> weights;
  };
  const double third = 1.0 / 3;
  for (const auto& [squares, weights] :
       {example{{1e-170, 1e170, 1e170}, {1, 0, 0}}, example{{1e170, 1e-170, 1e170}, {0, 1, 0}},
        example{{1e300, 1e300, 1e300}, {third, third, third}}, example{{1e-300, 1e-300, 1e-300}, {third, third, third}},
        example{{1e-300, 1e300, 1e-300}, {0.5, 0, 0.5}}, example{{1e-300, 1e300}, {1, 0}},
        example{{2e300, 6e300}, {0.75, 0.25}}, example{{6e-300, 2e-300}, {0.25, 0.75}},
        example{{1e-300, 4e-300, 1e300, 1e0}, {0.8, 0.2, 0, 0}}, example{{1e307, 1e307, 5e306}, {0.25, 0.25, 0.5}}}) {
    const std::vector<double> gram = diagonal(squares);
    std::vector<double> w(squares.size(), NAN);
    const gradient::status s = gradient::min_norm{}({gram, w.size()}, w);
    CAPTURE(squares[0]);
    CAPTURE(squares[1]);
    CHECK(s.converged);
    for (std::size_t i = 0; i < w.size(); ++i) CHECK(w[i] == doctest::Approx(weights[i]).epsilon(1e-14));
    CHECK(is_min_norm(gram, w, 1e-13L));
  }
}

TEST_CASE("gradient: min_norm of gradients of mixed lengths from 1e-150 to 1e150 proves itself") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    const paragon::random_key key{.seed = seed};
    const std::size_t k = 2 + seed % 9;
    // Fewer numbers than gradients in every other case: then zero may lie in the hull.
    const auto base =
        paragon_test::normal_gradients(k, seed % 2 == 0 ? k + 3 : 3, seed, seed % 3 == 0 ? 0.5 : 0).gram();
    std::vector<int> exponent(k);
    for (std::size_t i = 0; i < k; ++i) {
      exponent[i] = static_cast<int>(key.below(seed % 5 == 0 ? 20 : 990, i)) - (seed % 5 == 0 ? 10 : 495);
    }
    const std::vector<double> gram = lengthened(base, exponent);
    std::vector<double> w(k, NAN);
    const gradient::status s = gradient::min_norm{}({gram, k}, w);
    CHECK(s.converged);
    CHECK(is_min_norm(gram, w, 1e-10L));
    std::vector<double> slow(k, NAN);
    const gradient::status f = gradient::frank_wolfe{.tolerance = 1e-3, .maximum_iterations = 200}({gram, k}, slow);
    if (f.converged) CHECK(is_min_norm(gram, slow, 2.1e-3L));
  }
}

TEST_CASE_TEMPLATE("gradient: a unit of the gradients changes no decision", W, gradient::min_norm,
                   gradient::frank_wolfe, gradient::published_frank_wolfe, gradient::pcgrad, gradient::cagrad,
                   gradient::imtl_g, gradient::nash_mtl, gradient::upgrad, gradient::aligned_mtl, gradient::mean,
                   gradient::sum, on_unit_lengths) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::size_t k = 2 + seed % 5;
    CAPTURE(seed);
    const auto gram = paragon_test::normal_gradients(k, k + 3, seed, seed % 3 == 0 ? 0.5 : 0).gram();
    std::vector<double> w(k, NAN);
    W policy{};
    const gradient::status s = policy({gram, k}, w);
    for (const int exponent : {-490, -300, -80, 80, 300, 490}) {
      CAPTURE(exponent);
      std::vector<double> other(k, NAN);
      W same{};
      const std::vector<double> in_unit = lengthened(gram, std::vector<int>(k, exponent));
      const gradient::status t = same({in_unit, k}, other);
      CHECK(t.converged == s.converged);
      // Some write weights of unit or of Nash's products, which fall as the gradients grow: only their proportion counts.
      const auto greatest =
          static_cast<std::size_t>(std::ranges::max_element(w, {}, [](double x) { return std::abs(x); }) - w.begin());
      const double factor = other[greatest] / w[greatest];
      CHECK(factor > 0);
      for (std::size_t i = 0; i < k; ++i) CHECK(std::abs(other[i] / factor - w[i]) <= 1e-9 * std::abs(w[greatest]));
    }
  }
}

TEST_CASE_TEMPLATE(
    "gradient: of lengths from 1e-150 to 1e150 a weighting gives numbers, or says that it did not converge", W,
    gradient::min_norm, gradient::frank_wolfe, gradient::published_frank_wolfe, gradient::pcgrad, gradient::cagrad,
    gradient::imtl_g, gradient::nash_mtl, gradient::upgrad, gradient::aligned_mtl, gradient::mean, gradient::sum,
    on_unit_lengths) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    const paragon::random_key key{.seed = seed};
    const std::size_t k = 2 + seed % 6;
    const auto base = paragon_test::normal_gradients(k, k + 3, seed, 0.1).gram();
    std::vector<int> exponent(k);
    for (std::size_t i = 0; i < k; ++i) exponent[i] = static_cast<int>(key.below(990, i)) - 495;
    const std::vector<double> gram = lengthened(base, exponent);
    std::vector<double> w(k, NAN);
    W policy{};
    const gradient::status s = policy({gram, k}, w);
    if (!s.converged) continue;
    CHECK(std::isfinite(s.residual));
    CHECK(std::isfinite(s.squared_norm));
    CHECK(std::isfinite(s.smallest_product));
    for (const double x : w) CHECK(std::isfinite(x));
  }
}

TEST_CASE("gradient: UPGrad of two conflicting gradients of very different lengths is the closed form") {
  // The projections of g1 and g2 on the dual cone are g1 - (b / c) g2 and g2 - (b / a) g1, halved in the mean.
  for (const double great : {1.0, 1e100, 1e290}) {
    for (const double small : {1.0, 1e-100, 1e-290}) {
      const double b = -0.5 * std::sqrt(great) * std::sqrt(small);
      const std::vector<double> gram = {great, b, b, small};
      std::vector<double> w(2, NAN);
      const gradient::status s = gradient::upgrad{}({gram, 2}, w);
      CHECK(s.converged);
      CHECK(w[0] == doctest::Approx(0.5 * (1 - b / great)).epsilon(1e-12));
      CHECK(w[1] == doctest::Approx(0.5 * (1 - b / small)).epsilon(1e-12));
    }
  }
}

TEST_CASE("gradient: a certificate never passes what is no number") {
  const std::vector<double> gram = diagonal({1, 2});
  for (const double bad : {double(NAN), double(INFINITY)}) {
    const std::vector<double> w = {bad, 0.5};
    std::vector<double> product(2);
    gradient::detail::multiply({gram, 2}, w, product.data());
    gradient::status s{.converged = true};
    gradient::detail::certify({gram, 2}, w, product.data(), s);
    CHECK_FALSE(s.converged);
    CHECK_FALSE(s.residual <= 1);
    s = {.converged = true};
    gradient::detail::judge(w, product.data(), s);
    CHECK_FALSE(s.converged);
  }
  std::vector<double> off = {0.4, 0.4};  // not on the simplex
  std::vector<double> product(2);
  gradient::detail::multiply({gram, 2}, off, product.data());
  gradient::status s;
  gradient::detail::certify({gram, 2}, off, product.data(), s);
  CHECK_FALSE(s.residual <= 1);
}

TEST_CASE("gradient: a Gram matrix is recognised at both ends of the range") {
  std::vector<double> w(2);
  for (const double square : {1e-200, 1.0, 1e200}) {
    const std::vector<double> good = {square, 0.9 * square, 0.9 * square, square};
    CHECK_NOTHROW(gradient::min_norm{}({good, 2}, w));
    const std::vector<double> too_great = {square, 1.1 * square, 1.1 * square, square};
    CHECK_THROWS(gradient::min_norm{}({too_great, 2}, w));
    const std::vector<double> lopsided = {square, 0.5 * square, 0.4 * square, square};
    CHECK_THROWS(gradient::min_norm{}({lopsided, 2}, w));
  }
}

TEST_CASE("gradient: a mixed Gram matrix of floats whose squares float can't hold") {
  for (const float unit : {1e25F, 1e-25F}) {
    const std::vector<float> rows = {3 * unit, 4 * unit, -4 * unit, 3 * unit, unit, 0};
    const gradient::matrix_view<const float> view(rows, 3, 2);
    const auto gram = gradient::gram<gradient::mixed_accumulation>(view);
    const double square = static_cast<double>(unit) * static_cast<double>(unit);
    const double want[] = {25, 0, 3, 0, 25, -4, 3, -4, 1};
    for (std::size_t i = 0; i < 9; ++i) CHECK(gram[i] == doctest::Approx(want[i] * square).epsilon(1e-6));
  }
}
