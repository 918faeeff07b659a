// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/diffusion/cost_guidance.hpp>
#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/guidance.hpp>
#include <paragon/diffusion/relaxed_guidance.hpp>

#include "exact.hpp"

namespace diffusion = paragon::diffusion;
using paragon::shape;
using paragon::tensor;
using exact_cells = diffusion::independent_choices<paragon_test::cell_graph>;
using cell_cost = diffusion::cost_guidance<exact_cells>;

namespace {

/// Pulls along fixed numbers.
struct towards {
  float slope = 1;
  void prepare(std::span<const diffusion::moment>) {}
  void add_gradient(const tensor<float>& x, std::size_t, std::span<const double> weights, tensor<float>& out) const {
    const std::size_t each = x.size() / weights.size();
    for (std::size_t e = 0; e < x.size(); ++e) out[e] += static_cast<float>(weights[e / each]) * slope;
  }
};
static_assert(diffusion::guidance_term<towards>);
static_assert(diffusion::guidance_term<cell_cost>);
static_assert(!diffusion::guidance_term<exact_cells>);
static_assert(!diffusion::guidance_term<int>);

/// A score of ones.
struct ones {
  void prepare(std::span<const diffusion::moment>) {}
  void evaluate(const tensor<float>&, std::size_t, tensor<float>& out) const {
    for (float& v : out.span()) v = 1;
  }
};

paragon::space::linear_cost cost_of(const std::array<double, 5>& operation) {
  paragon::space::linear_cost cost;
  for (int edge = 0; edge < 6; ++edge) {
    cost.coefficients.insert(cost.coefficients.end(), operation.begin(), operation.end());
  }
  return cost;
}

std::array<double, 5> tilted(const std::array<double, 5>& cost, double weight) {
  std::array<double, 5> p{};
  double sum = 0;
  for (std::size_t o = 0; o < 5; ++o) sum += p[o] = std::exp(-weight * cost[o]);
  for (double& v : p) v /= sum;
  return p;
}

}  // namespace

TEST_CASE("diffusion: cost guidance draws from the density times exp(-weight cost)") {
  const diffusion::variance_exploding wide(0.1, 50);
  const std::array<double, 5> cost{0, 0.1, 0.5, 3, 0.2};
  exact_cells score(paragon_test::cells{}, paragon_test::cell_graph{});
  cell_cost term(score, cost_of(cost), 2);
  INFO("seed 21");
  for (const double weight : {1.0, 2.5, -1.0}) {
    diffusion::guided_score guided(diffusion::plain_norms{}, {weight}, score, term);
    const auto x = diffusion::sample(wide, guided, diffusion::exponential_integrator{.steps = 60}, {8, 7}, {.seed = 21},
                                     {.samples = 4000});
    INFO("weight " << weight);
    CHECK(paragon_test::operation_statistic(x, tilted(cost, weight / 2)) < paragon_test::one_in_a_thousand);
  }
}

TEST_CASE("diffusion: cost guidance is the slope of log E[exp(-weight cost)]") {
  const diffusion::variance_exploding process;
  const std::vector<diffusion::moment> way{diffusion::moment_at(process, 0.4)};
  using exact = diffusion::independent_choices<paragon_test::cell_graph, double>;
  exact score(paragon_test::cells{}, paragon_test::cell_graph{});
  const std::array<double, 5> operation{0, 0.1, 0.5, 3, 0.2};
  const auto cost = cost_of(operation);
  diffusion::cost_guidance term(score, cost);
  score.prepare(way);
  term.prepare(way);
  const paragon::random_key draw{.seed = 4};
  INFO("seed 4");
  tensor<double> x(shape{1, 8, 7});
  for (std::size_t e = 0; e < x.size(); ++e) x[e] = draw.normal(e);
  const double weight = 1.7;
  const auto value = [&] {
    std::vector<double> p(30);
    score.probabilities(x.span(), 0, {}, 0, p);
    double sum = 0;
    for (std::size_t edge = 0; edge < 6; ++edge) {
      double expected = 0;
      for (std::size_t o = 0; o < 5; ++o) expected += p[edge * 5 + o] * std::exp(-weight * operation[o]);
      sum += std::log(expected);
    }
    return sum;
  };
  tensor<double> gradient(x.shape());
  term.add_gradient(x, 0, std::vector{weight}, gradient);
  for (std::size_t e = 0; e < x.size(); ++e) {
    const double at = x[e];
    const double h = 1e-5;
    x[e] = at + h;
    const double right = value();
    x[e] = at - h;
    const double left = value();
    x[e] = at;
    CHECK(std::abs(gradient[e] - (right - left) / (2 * h)) < 1e-8);
  }
}

TEST_CASE("diffusion: relaxed guidance is the slope of the predictor over the open choices, times each weight") {
  const diffusion::variance_exploding process;
  const std::vector<diffusion::moment> way{diffusion::moment_at(process, 0.9), diffusion::moment_at(process, 0.5)};
  using exact = diffusion::independent_choices<paragon_test::cell_graph, double>;
  exact score(paragon_test::cells{}, paragon_test::cell_graph{});
  // Not linear in the probabilities: the sum over entries of (entry number / 30) p^2.
  tensor<double> slopes(shape{1, 30});
  for (std::size_t k = 0; k < 30; ++k) slopes[k] = static_cast<double>(k) / 30;
  const auto predict = [&slopes](auto& tape, auto rows) {
    const auto weighted = paragon::autodiff::multiply(paragon::autodiff::square(rows), tape.constant(slopes));
    return paragon::autodiff::sum_columns(weighted);
  };
  diffusion::relaxed_guidance term(score, predict);
  score.prepare(way);
  term.prepare(way);
  INFO("seed 14");
  const paragon::random_key draw{.seed = 14};
  tensor<double> x(shape{2, 8, 7});
  for (std::size_t e = 0; e < x.size(); ++e) x[e] = draw.normal(e);
  const std::vector<double> weights{1.5, -0.5};
  const auto value = [&](std::size_t s) {
    std::vector<double> p(30);
    score.probabilities(std::span<const double>(x.data() + s * 56, 56), 1, {}, 0, p);
    double sum = 0;
    for (std::size_t k = 0; k < 30; ++k) sum += slopes[k] * p[k] * p[k];
    return sum;
  };
  tensor<double> gradient(x.shape());
  term.add_gradient(x, 1, weights, gradient);
  for (std::size_t e = 0; e < x.size(); ++e) {
    const double at = x[e];
    const double h = 1e-5;
    x[e] = at + h;
    const double right = value(e / 56);
    x[e] = at - h;
    const double left = value(e / 56);
    x[e] = at;
    CHECK(std::abs(gradient[e] - weights[e / 56] * (right - left) / (2 * h)) < 1e-8);
  }
}

TEST_CASE("diffusion: each sample is guided by its own weights, whatever its batch") {
  ones score;
  towards first{2};
  towards second{-1};
  const std::vector<double> weights{1, 0, 0, 3, 0.5, 0.5};  // three rows of two
  const tensor<float> x(shape{4, 1, 1});
  tensor<float> out(x.shape());
  diffusion::guided_score plain(diffusion::plain_norms{}, weights, score, first, second);
  plain.select(1);
  plain.evaluate(x, 0, out);
  CHECK(out.to_vector() == std::vector<float>{1 - 3, 1 + 1 - 0.5F, 1 + 2, 1 - 3});

  // Balanced, a pull of weight w has w times the length of what it turns, whatever its own.
  diffusion::guided_score balanced(diffusion::balanced_norms{}, {0.5, 0}, score, first, second);
  balanced.evaluate(x, 0, out);
  CHECK(out.to_vector() == std::vector<float>{1.5F, 1.5F, 1.5F, 1.5F});
  diffusion::guided_score against(diffusion::balanced_norms{}, {0, 0.25}, score, first, second);
  against.evaluate(x, 0, out);
  CHECK(out.to_vector() == std::vector<float>{0.75F, 0.75F, 0.75F, 0.75F});
}

TEST_CASE("diffusion: impossible guidance is refused") {
  ones score;
  towards term;
  using plain = diffusion::plain_norms;
  CHECK_THROWS_AS((diffusion::guided_score(plain{}, {}, score, term)), paragon::error);
  CHECK_THROWS_AS((diffusion::guided_score(plain{}, {1, 2, 3}, score, term, term)), paragon::error);
  CHECK_THROWS_WITH_AS((diffusion::guided_score(plain{}, {std::nan("")}, score, term)), doctest::Contains("nan"),
                       paragon::error);
  exact_cells exact(paragon_test::cells{}, paragon_test::cell_graph{});
  CHECK_THROWS_AS(cell_cost(exact, paragon::space::linear_cost{0, {1, 2}}), paragon::error);
  CHECK_THROWS_AS(cell_cost(exact, cost_of({0, 0, 0, 0, 0}), 0), paragon::error);
}
