// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/diffusion/cost_guidance.hpp>
#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/guidance.hpp>
#include <paragon/diffusion/nested_choices.hpp>
#include <paragon/diffusion/tilted_guidance.hpp>

#include "exact.hpp"

namespace diffusion = paragon::diffusion;
using paragon::shape;
using paragon::tensor;
using paragon::space::linear_cost;
using exact_cells = diffusion::independent_choices<paragon_test::cell_graph>;
using networks = diffusion::nested_choices<double>;

namespace {

constexpr std::size_t entries = 12;  // two groups of two nodes, three features

networks two_groups() { return networks(3, std::vector<diffusion::nested_nodes>{{{1, 2, 1}}, {{0, 1, 1}}}); }

const std::vector<diffusion::moment> moments{{.time = 0.5, .scale = 0.8, .deviation = 0.7}};

std::vector<double> drawn(std::uint64_t seed, std::size_t size = entries) {
  std::vector<double> values(size);
  for (std::size_t i = 0; i < size; ++i) values[i] = paragon::random_key{.seed = seed}.normal(i);
  return values;
}

/// scale / 2 sum of c p^2, or the sum of c p.
struct quadratic {
  tensor<double> c;
  bool straight = false;
  template <class C>
  paragon::autodiff::variable<C> operator()(C& tape, paragon::autodiff::variable<C> rows) const {
    const auto p = straight ? rows : paragon::autodiff::affine(paragon::autodiff::square(rows), 0.5);
    return paragon::autodiff::sum_columns(paragon::autodiff::multiply(p, tape.constant(c)));
  }
};

tensor<double> rows_of(std::size_t rows, const std::vector<double>& row) {
  tensor<double> all(shape{rows, row.size()});
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = row[i % row.size()];
  return all;
}

}  // namespace

static_assert(diffusion::guidance_term<diffusion::tilted_guidance<networks, quadratic>, double>);

TEST_CASE("diffusion: a tilt by linear objectives is that by their sum") {
  INFO("seeds 1 to 5");
  const auto up = drawn(1);
  const linear_cost first{3, drawn(2)};
  const linear_cost second{-1, drawn(3)};
  const std::vector<double> preferences{1.5, 0.5, 2, 0, 3, -1, 0.2, 0, 0};
  tensor<double> x(shape{3, 4, 3}, drawn(4, 36));
  diffusion::tilted_guidance term(two_groups(), quadratic{rows_of(3, up), true}, {first, second}, preferences);
  term.prepare(moments);
  const std::vector<double> weights{1, 2, 0};
  for (const std::uint64_t number : {0U, 1U, 300000001U}) {
    term.select(number);
    tensor<double> found(x.shape(), drawn(5, 36));  // it is added to
    term.add_gradient(x, 0, weights, found);
    for (std::size_t s = 0; s < 3; ++s) {
      const std::size_t row = (number + s) % 3;
      linear_cost sum{0, std::vector<double>(entries)};
      for (std::size_t e = 0; e < entries; ++e) {
        sum.coefficients[e] = preferences[3 * row + 1] * first.coefficients[e] +
                              preferences[3 * row + 2] * second.coefficients[e] - preferences[3 * row] * up[e];
      }
      diffusion::cost_guidance single(two_groups(), sum);
      single.prepare(moments);
      tensor<double> expected(shape{1, 4, 3});
      const tensor<double> one(shape{1, 4, 3}, x.span().subspan(s * entries, entries));
      single.add_gradient(one, 0, std::vector{weights[s]}, expected);
      const auto before = drawn(5, 36);
      for (std::size_t e = 0; e < entries; ++e) {
        CHECK(std::abs(found[s * entries + e] - before[s * entries + e] - expected[e]) < 1e-12);
      }
    }
  }
}

TEST_CASE("diffusion: a tilt takes the tangent of the predictor at the probabilities that are left") {
  INFO("seeds 6, 7");
  const auto c = drawn(6);
  tensor<double> x(shape{1, 4, 3}, drawn(7));
  diffusion::tilted_guidance term(two_groups(), quadratic{rows_of(1, c)}, {}, {1.3});
  term.prepare(moments);
  tensor<double> found(x.shape());
  term.add_gradient(x, 0, std::vector<double>{1}, found);
  networks score = two_groups();
  score.prepare(moments);
  std::vector<double> p(entries);
  score.probabilities(x.span(), 0, {}, 0, p);
  linear_cost tangent{0, std::vector<double>(entries)};
  for (std::size_t e = 0; e < entries; ++e) tangent.coefficients[e] = -1.3 * c[e] * p[e];
  diffusion::cost_guidance single(two_groups(), tangent);
  single.prepare(moments);
  tensor<double> expected(x.shape());
  single.add_gradient(x, 0, std::vector<double>{1}, expected);
  for (std::size_t e = 0; e < entries; ++e) CHECK(std::abs(found[e] - expected[e]) < 1e-12);
}

TEST_CASE("diffusion: a tilt by two predictions is that by their weighted sum") {
  INFO("seeds 6 to 9");
  const quadratic first{rows_of(2, drawn(6))};
  const quadratic second{rows_of(2, drawn(8))};
  const auto both = [&](auto& tape, auto rows) {
    return paragon::autodiff::concatenate(first(tape, rows), second(tape, rows));
  };
  const linear_cost cost{0, drawn(9)};
  // The sum as one prediction: the coefficients are weighed, differently for each of the two samples.
  quadratic sum{tensor<double>(shape{2, entries})};
  for (std::size_t e = 0; e < entries; ++e) {
    sum.c[e] = 0.5 * first.c[e] - 1.5 * second.c[e];
    sum.c[entries + e] = 2 * first.c[e] + 0.25 * second.c[e];
  }
  diffusion::tilted_guidance two(two_groups(), both, {cost}, {0.5, -1.5, 1, 2, 0.25, -1}, 2);
  diffusion::tilted_guidance one(two_groups(), sum, {cost}, {1, 1, 1, -1});
  two.prepare(moments);
  one.prepare(moments);
  const tensor<double> x(shape{2, 4, 3}, drawn(7, 24));
  tensor<double> found(x.shape());
  tensor<double> expected(x.shape());
  two.add_gradient(x, 0, std::vector<double>{1, 1}, found);
  one.add_gradient(x, 0, std::vector<double>{1, 1}, expected);
  for (std::size_t e = 0; e < x.size(); ++e) CHECK(std::abs(found[e] - expected[e]) < 1e-12);
}

TEST_CASE("diffusion: tilted samples have the tilted density, however strong the preference and whatever the batch") {
  const diffusion::variance_exploding wide(0.1, 50);
  exact_cells score(paragon_test::cells{}, paragon_test::cell_graph{});
  const std::array<double, 5> cost{0, 0.1, 0.5, 3, 0.2};
  linear_cost all;
  for (int edge = 0; edge < 6; ++edge) all.coefficients.insert(all.coefficients.end(), cost.begin(), cost.end());
  const auto zero = [](auto& tape, auto rows) {
    (void)tape;
    return paragon::autodiff::affine(paragon::autodiff::sum_columns(rows), 0.0F);
  };
  INFO("seed 22");
  // Half of the samples each, with preferences that differ by their sign, and cost terms that add up.
  diffusion::tilted_guidance term(score, zero, {all, all}, {0, 0.5, 0.25, 0, -0.25, -0.5});
  diffusion::guided_score guided(diffusion::plain_norms{}, {1}, score, term);
  const diffusion::exponential_integrator method{.steps = 60};
  const auto x = diffusion::sample(wide, guided, method, {8, 7}, {.seed = 22}, {.samples = 8000});
  for (std::size_t half = 0; half < 2; ++half) {
    tensor<float> part(shape{4000, 8, 7});
    for (std::size_t s = 0; s < 4000; ++s) {
      for (std::size_t e = 0; e < 56; ++e) part[s * 56 + e] = x[(2 * s + half) * 56 + e];
    }
    std::array<double, 5> p{};
    double sum = 0;
    for (std::size_t o = 0; o < 5; ++o) sum += p[o] = std::exp((half == 0 ? -0.75 : 0.75) * cost[o]);
    for (double& v : p) v /= sum;
    CHECK(paragon_test::operation_statistic(part, p) < paragon_test::one_in_a_thousand);
  }
  constexpr std::size_t first = 33;
  const auto again =
      diffusion::sample(wide, guided, method, {8, 7}, {.seed = 22}, {.samples = 101, .first = first, .batch = 7});
  for (std::size_t i = 0; i < again.size(); ++i) REQUIRE(again[i] == x[first * 56 + i]);
}

TEST_CASE("diffusion: impossible tilts are refused") {
  const quadratic predict{rows_of(1, drawn(1))};
  const linear_cost good{0, drawn(2)};
  const auto make = [&](const std::vector<linear_cost>& costs, const std::vector<double>& preferences) {
    return diffusion::tilted_guidance(two_groups(), predict, costs, preferences);
  };
  CHECK_THROWS_WITH_AS((void)make({linear_cost{0, {1}}}, {1, 1}), doctest::Contains("12"), paragon::error);
  CHECK_THROWS_AS((void)make({good}, {}), paragon::error);
  CHECK_THROWS_WITH_AS((void)make({good}, {1, 2, 3}), doctest::Contains("3 preferences for 1 predictions and 1 costs"),
                       paragon::error);
  CHECK_THROWS_AS((void)diffusion::tilted_guidance(two_groups(), predict, {good}, {1}, 0), paragon::error);
  CHECK_THROWS_AS((void)make({good}, {1, std::numeric_limits<double>::infinity()}), paragon::error);
  auto term = make({good}, {1, 1});
  term.prepare(moments);
  const tensor<double> x(shape{2, 4, 3});
  tensor<double> out(x.shape());
  const auto too_few = [](auto& tape, auto rows) {
    (void)rows;
    return tape.copy(tensor<double>(shape{1, 1}));
  };
  diffusion::tilted_guidance broken(two_groups(), too_few, {good}, {1, 1});
  broken.prepare(moments);
  CHECK_THROWS_WITH_AS(broken.add_gradient(x, 0, std::vector<double>{1, 1}, out), doctest::Contains("2 samples"),
                       paragon::error);
}
