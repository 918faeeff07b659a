// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <paragon/autodiff/linear.hpp>
#include <paragon/core/error.hpp>
#include <paragon/preference/scalarisation.hpp>
#include <paragon/search/estimators.hpp>
#include <paragon/search/scorer.hpp>
#include <paragon/tensor/tensor.hpp>

#include "small_spaces.hpp"

using namespace paragon;
using paragon_test::box_table;
using paragon_test::boxes;
using search::batch;
using search::scorer;

namespace {

// The concept: archetype and non-models.
struct smallest {
  template <class C>
  autodiff::variable<C> operator()(autodiff::variable<C> logits, const batch&) {
    return autodiff::sum_columns(logits);
  }
};
struct without_batch {
  template <class C>
  autodiff::variable<C> operator()(autodiff::variable<C> logits) {
    return logits;
  }
};
struct gives_a_number {
  template <class C>
  float operator()(autodiff::variable<C>, const batch&) {
    return 0;
  }
};
static_assert(search::estimator<smallest> && search::estimator<smallest, double>);
static_assert(!search::estimator<without_batch> && !search::estimator<gives_a_number> && !search::estimator<int>);
using table_scorer = scorer<boxes, box_table, box_table>;
static_assert(search::estimator<search::local_expectation<table_scorer>> &&
              search::estimator<search::local_expectation<table_scorer, preference::linear>, double>);

constexpr std::size_t width = 9;
constexpr std::array<std::size_t, 4> offsets{0, 3, 5, 9};

/// Probabilities of each decision's choices.
std::array<double, width> probabilities(std::span<const double> logits) {
  std::array<double, width> p{};
  for (std::size_t d = 0; d < 3; ++d) {
    double total = 0;
    for (std::size_t c = offsets[d]; c < offsets[d + 1]; ++c) total += p[c] = std::exp(logits[c]);
    for (std::size_t c = offsets[d]; c < offsets[d + 1]; ++c) p[c] /= total;
  }
  return p;
}

/// The gradient of sum over boxes of p(box) score(box) by the logits, from the sum over all 24 itself.
std::array<double, width> exact_gradient(std::span<const double> logits, const std::array<double, 24>& score) {
  const auto p = probabilities(logits);
  std::array<double, width> g{};
  double mean = 0;
  for (std::size_t i = 0; i < 24; ++i) {
    const auto a = boxes::at(i);
    double q = score[i];
    for (std::size_t d = 0; d < 3; ++d) q *= p[offsets[d] + a.choices[d]];
    mean += q;
    for (std::size_t d = 0; d < 3; ++d) g[offsets[d] + a.choices[d]] += q;  // d p(box) / d logit = p(box) (1 - p_c)
  }
  for (std::size_t c = 0; c < width; ++c) g[c] -= p[c] * mean;
  return g;
}

tensor<double> random_logits(std::size_t rows, const paragon::random_key& key) {
  tensor<double> x({rows, width});
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = key.normal(i);
  return x;
}

}  // namespace

TEST_CASE("search: local expectations are unbiased estimates of the gradient of the expected score") {
  const paragon::random_key key{.seed = 61};
  INFO("seed " << key.seed);
  // Two devices with two rows each, two objectives.
  scorer judge(boxes{}, 2, box_table::random(2, key.fork("first table")),
               box_table::random(2, key.fork("second table")));
  const preference::smooth_tchebycheff scalarise{.mu = 0.2};
  search::local_expectation estimate(judge, scalarise, 0.0);
  const std::vector<double> rays{0.3, 0.7, 0.9, 0.1, 0.5, 0.5, 0.05, 0.95};
  const std::vector<std::size_t> devices{1, 0};
  const auto logits = random_logits(4, key.fork("logits"));

  constexpr int draws = 4000;
  std::array<double, 4 * width> sum{};
  std::array<double, 4 * width> squares{};
  std::array<double, 4> losses{};
  autodiff::tape<double> tape;
  for (int n = 0; n < draws; ++n) {
    tape.clear();
    const auto x = tape.input(logits);
    const auto y = estimate(x, batch{rays, devices, 2, key.fork("estimates").fork(n), 0});
    tape.backward(y, nullptr, 1);
    const double* g = tape.gradient(x);
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += g[i];
      squares[i] += g[i] * g[i];
    }
    for (std::size_t r = 0; r < 4; ++r) losses[r] += y.data()[r] / draws;
  }

  const auto all = paragon_test::all_of<boxes>(judge);
  for (std::size_t r = 0; r < 4; ++r) {
    std::vector<double> z(48);
    judge.score(all, devices[r / 2], z);
    std::array<double, 24> score{};
    double expected = 0;
    const std::span<const double> row = logits.span().subspan(r * width, width);
    const auto p = probabilities(row);
    for (std::size_t i = 0; i < 24; ++i) {
      score[i] = scalarise(std::span<const double>(z).subspan(2 * i, 2), {rays[2 * r], rays[2 * r + 1]});
      const auto a = boxes::at(i);
      expected += score[i] * p[a.choices[0]] * p[3U + a.choices[1]] * p[5U + a.choices[2]];
    }
    const auto exact = exact_gradient(row, score);
    for (std::size_t c = 0; c < width; ++c) {
      const double mean = sum[r * width + c] / draws;
      const double variance = squares[r * width + c] / draws - mean * mean;
      INFO("row " << r << ", choice " << c << ": " << mean << " and " << exact[c]);
      CHECK(std::abs(mean - exact[c]) < 4.5 * std::sqrt(variance / draws));  // 36 z-tests at 7e-6
    }
    CHECK(losses[r] == doctest::Approx(expected).epsilon(0.02));
  }
}

TEST_CASE("search: with one decision a local expectation is the exact gradient") {
  struct dice : boxes {
    std::size_t decisions() const { return 1; }
    architecture from_choices(std::span<const space::choice_index> row) const { return {{row[0], 0, 0}}; }
  };
  const box_table table = box_table::random(1, {.seed = 62});
  scorer judge(dice{}, 1, table);
  search::local_expectation estimate(judge, preference::linear{}, 0.0);
  const std::vector<double> logits{0.3, -1, 2};
  autodiff::tape<double> tape;
  const auto x = tape.input(logits.data(), {1, 3});
  const std::vector<double> ray{1};
  const std::vector<std::size_t> devices{0};
  const auto y = estimate(x, batch{ray, devices, 1, {.seed = 1}, 0});
  tape.backward(y);
  double total = 0;
  for (const double l : logits) total += std::exp(l);
  double mean = 0;
  std::array<double, 3> v{};
  for (std::size_t c = 0; c < 3; ++c) {
    v[c] = table.value({{static_cast<space::choice_index>(c), 0, 0}}, 0);
    mean += std::exp(logits[c]) / total * v[c];
  }
  CHECK(y.data()[0] == doctest::Approx(mean));
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(tape.gradient(x)[c] == doctest::Approx(std::exp(logits[c]) / total * (v[c] - mean)).epsilon(1e-12));
  }
}

TEST_CASE("search: the entropy term is the gradient of the negative entropy, and fades with the training") {
  box_table same;
  same.by_device.resize(1);
  scorer judge(boxes{}, 1, same);
  search::local_expectation estimate(judge, preference::linear{}, 0.4);
  const paragon::random_key key{.seed = 63};
  INFO("seed " << key.seed);
  const auto logits = random_logits(3, key);
  const std::vector<double> rays{1, 1, 1};
  const std::vector<std::size_t> devices{0};
  for (const double progress : {0.0, 0.25, 1.0}) {
    autodiff::tape<double> tape;
    const auto x = tape.input(logits);
    tape.backward(estimate(x, batch{rays, devices, 3, key, progress}), nullptr, 1);
    for (std::size_t r = 0; r < 3; ++r) {
      const auto p = probabilities(logits.span().subspan(r * width, width));
      for (std::size_t d = 0; d < 3; ++d) {
        double inner = 0;
        for (std::size_t c = offsets[d]; c < offsets[d + 1]; ++c) inner += p[c] * std::log(p[c]);
        for (std::size_t c = offsets[d]; c < offsets[d + 1]; ++c) {
          const double expected = 0.4 * (1 - progress) * p[c] * (std::log(p[c]) - inner);
          CHECK(std::abs(tape.gradient(x)[r * width + c] - expected) < 1e-14);
        }
      }
    }
  }
}

TEST_CASE("search: a row's estimate depends neither on other rows nor on the seed of the backward pass") {
  const paragon::random_key key{.seed = 64};
  scorer judge(boxes{}, 2, box_table::random(2, key));
  search::local_expectation estimate(judge);
  const auto logits = random_logits(4, key.fork("logits"));
  const std::vector<double> rays{1, 1, 1, 1};
  const std::vector<std::size_t> devices{0, 1};
  autodiff::tape<double> tape;
  const auto x = tape.input(logits);
  const auto y = estimate(x, batch{rays, devices, 2, key, 0.5});
  const std::vector<double> seed{1, 0, 0, 2};
  tape.backward(y, seed.data(), 1);
  const std::vector<double> both(tape.gradient(x), tape.gradient(x) + 4 * width);
  autodiff::tape<double> alone;
  const auto first = alone.input(logits.data(), {2, width});
  const auto z = estimate(first, batch{std::span(rays).first(2), std::span(devices).first(1), 2, key, 0.5});
  alone.backward(z, seed.data(), 1);
  for (std::size_t c = 0; c < width; ++c) {
    CHECK(both[c] == alone.gradient(first)[c]);
    CHECK(both[width + c] == 0);
    CHECK(both[2 * width + c] == 0);
  }
  CHECK(y.data()[0] == z.data()[0]);
}

TEST_CASE("search: local expectations refuse logits and weights of the wrong size") {
  scorer judge(boxes{}, 1, box_table::random(1, {}), box_table::random(1, {.seed = 1}));
  search::local_expectation estimate(judge);
  autodiff::tape<double> tape;
  const tensor<double> logits({2, width});
  const std::vector<double> rays{1, 0, 0, 1};
  const std::vector<std::size_t> devices{0};
  const auto x = tape.input(logits);
  CHECK_NOTHROW((void)estimate(x, batch{rays, devices, 2, {}, 0}));
  CHECK_THROWS_AS((void)estimate(x, batch{std::span(rays).first(2), devices, 2, {}, 0}), error);
  CHECK_THROWS_AS((void)estimate(x, batch{rays, devices, 1, {}, 0}), error);
  CHECK_THROWS_AS((void)estimate(tape.input(logits.data(), {2, width - 1}), batch{rays, devices, 2, {}, 0}), error);
  const std::vector<std::size_t> unknown{1};
  CHECK_THROWS_AS((void)estimate(x, batch{rays, unknown, 2, {}, 0}), error);
}

namespace {

/// z = relaxed C^T: objectives linear in the relaxed architecture.
struct linear_objectives {
  const tensor<double>* coefficients;  // [2, width]
  template <class C>
  autodiff::variable<C> operator()(autodiff::variable<C> relaxed, const batch&) const {
    return autodiff::linear(relaxed, relaxed.context().constant(*coefficients));
  }
};

}  // namespace

TEST_CASE("search: the gradient through relaxed linear objectives is the closed form") {
  const paragon::random_key key{.seed = 65};
  INFO("seed " << key.seed);
  tensor<double> coefficients({2, width});
  for (std::size_t i = 0; i < coefficients.size(); ++i) coefficients[i] = key.fork("coefficients").normal(i);
  search::relaxed_objectives estimate(linear_objectives{&coefficients}, {0, 3, 5, 9}, hypernetwork::mean_field{});
  static_assert(search::estimator<decltype(estimate), double>);
  const auto logits = random_logits(3, key);
  const std::vector<double> rays{0.2, 0.8, 1, 0, 0.5, 0.5};
  const std::vector<std::size_t> devices{0, 1, 2};
  autodiff::tape<double> tape;
  const auto x = tape.input(logits);
  const auto y = estimate(x, batch{rays, devices, 1, key, 0});
  tape.backward(y, nullptr, 1);
  for (std::size_t r = 0; r < 3; ++r) {
    const auto p = probabilities(logits.span().subspan(r * width, width));
    std::array<double, width> g{};
    double value = 0;
    for (std::size_t c = 0; c < width; ++c) {
      g[c] = rays[2 * r] * coefficients[c] + rays[2 * r + 1] * coefficients[width + c];
      value += p[c] * g[c];
    }
    CHECK(y.data()[r] == doctest::Approx(value).epsilon(1e-12));
    for (std::size_t d = 0; d < 3; ++d) {
      double inner = 0;
      for (std::size_t c = offsets[d]; c < offsets[d + 1]; ++c) inner += p[c] * g[c];
      for (std::size_t c = offsets[d]; c < offsets[d + 1]; ++c) {
        CHECK(std::abs(tape.gradient(x)[r * width + c] - p[c] * (g[c] - inner)) < 1e-14);
      }
    }
  }
  const std::vector<double> wrong{1, 0, 1, 0};
  CHECK_THROWS_AS((void)estimate(x, batch{wrong, devices, 1, key, 0}), error);
}
