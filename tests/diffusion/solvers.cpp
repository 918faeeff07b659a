// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// Every solver against data whose score is known: normal numbers, and cells with independent operations.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/predictor_corrector.hpp>
#include <paragon/diffusion/probability_flow.hpp>

#include "exact.hpp"

namespace diffusion = paragon::diffusion;
using diffusion::exponential_integrator;
using diffusion::predictor_corrector;
using diffusion::probability_flow;
using paragon::shape;
using paragon::tensor;
using paragon_test::normal_data;

namespace {

using exploding = diffusion::variance_exploding;
using exact_cells = diffusion::independent_choices<paragon_test::cell_graph>;

static_assert(diffusion::score_function<normal_data>);
static_assert(diffusion::score_function<exact_cells>);
static_assert(!diffusion::score_function<double>);
static_assert(diffusion::solver<exponential_integrator, exploding, exact_cells>);
static_assert(diffusion::solver<probability_flow, exploding, exact_cells>);
static_assert(diffusion::solver<predictor_corrector<>, exploding, exact_cells>);
static_assert(!diffusion::solver<double, exploding, exact_cells>);
static_assert(!diffusion::solver<probability_flow, exploding, double>);

struct spread {
  double mean = 0;
  double deviation = 0;
};

template <class T>
spread spread_of(const tensor<T>& x) {
  spread s;
  for (const T v : x.span()) s.mean += static_cast<double>(v) / static_cast<double>(x.size());
  for (const T v : x.span()) s.deviation += (v - s.mean) * (v - s.mean) / static_cast<double>(x.size());
  s.deviation = std::sqrt(s.deviation);
  return s;
}

/// Where the flow of N(mean, width^2) data takes a point of the prior, in closed form: it keeps the point's place in
/// units of the deviation of x_t, from t = 1 to `last`, where the expected data are returned.
template <class Process>
double flow_end(const Process& process, const normal_data& data, double last, double x) {
  const auto total = [&](double t) {
    const double a = process.scale(t);
    const double s = process.deviation(t);
    return std::sqrt(a * a * data.width * data.width + s * s);
  };
  const double place = (x - process.scale(1) * data.mean) / total(1);
  const double at_last = process.scale(last) * data.mean + total(last) * place;
  const double a = process.scale(last);
  const double variance = total(last) * total(last);
  return data.mean + a * data.width * data.width / variance * (at_last - a * data.mean);
}

template <class Process, class Solver>
double flow_error(const Process& process, const Solver& method) {
  normal_data data;
  const paragon::random_key key{.seed = 3};
  const auto found = diffusion::sample<double>(process, data, method, {2, 3}, key, {.samples = 20});
  tensor<double> start(shape{20, 2, 3});
  diffusion::sample_noise{key}.fill(0, start);
  double worst = 0;
  for (std::size_t e = 0; e < found.size(); ++e) {
    const double want = flow_end(process, data, method.last, process.prior_deviation() * start[e]);
    worst = std::max(worst, std::abs(found[e] - want));
  }
  return worst;
}

/// Errors fall by 2^order when the number of intervals is doubled.
template <class Process, class Solver>
void has_order(const Process& process, Solver method, double order) {
  double before = 0;
  for (const std::size_t intervals : {40U, 80U, 160U, 320U}) {
    method.steps = intervals + 1;
    const double error = flow_error(process, method);
    if (before > 0 && intervals > 80) {
      INFO(intervals << " intervals, error " << error);
      CHECK(std::log2(before / error) > order - 0.25);
    }
    before = error;
  }
  CHECK(before < (order > 1.5 ? 1e-3 : 3e-2));
}

}  // namespace

TEST_CASE("diffusion: deterministic solvers converge to the flow's end with their order") {
  const exploding ve(0.1, 5);
  const diffusion::variance_preserving vp;
  const diffusion::sub_variance_preserving sub;
  SUBCASE("Heun") {
    has_order(ve, probability_flow{}, 2);
    has_order(vp, probability_flow{}, 2);
    has_order(sub, probability_flow{}, 2);
  }
  SUBCASE("exponential integrator, second order") {
    has_order(ve, exponential_integrator{}, 2);
    has_order(vp, exponential_integrator{}, 2);
    has_order(sub, exponential_integrator{}, 2);
  }
  SUBCASE("exponential integrator, first order") {
    has_order(ve, exponential_integrator{.order = 1}, 1);
    has_order(vp, exponential_integrator{.order = 1}, 1);
  }
}

/// What is left of the noise at the end is each solver's own; the spread of its samples around the mean follows.
TEST_CASE_TEMPLATE("diffusion: stochastic solvers end with the spread of the data", Process, exploding,
                   diffusion::variance_preserving, diffusion::sub_variance_preserving) {
  const Process process;
  const paragon::random_key key{.seed = 11};
  INFO("seed 11");
  const diffusion::sampling many{.samples = 1000, .batch = 500};
  const double n = 1000 * 4;
  const auto check = [&](const auto& method, double left_of_noise, double bias) {
    normal_data data;
    const spread s = spread_of(diffusion::sample(process, data, method, {2, 2}, key, many));
    const double want = std::hypot(data.width, left_of_noise);
    INFO("mean " << s.mean << ", deviation " << s.deviation << " for " << want);
    CHECK(std::abs(s.mean - data.mean) < 5 * want / std::sqrt(n) + bias);
    CHECK(std::abs(s.deviation - want) < 5 * want / std::sqrt(2 * n) + bias);
  };
  // The last step of the exponential integrator returns the expected data: their spread is narrower by the part that is
  // still noise.
  const double a = process.scale(1e-3);
  const double s = process.deviation(1e-3);
  const double kept = a * 0.3 / std::hypot(a * 0.3, s);
  const exponential_integrator integrator{.steps = 200, .stochastic = true};
  normal_data data;
  const spread found = spread_of(diffusion::sample(process, data, integrator, {2, 2}, key, many));
  INFO("deviation " << found.deviation << " for " << 0.3 * kept);
  CHECK(std::abs(found.mean - 0.5) < 5 * 0.3 / std::sqrt(n) + 0.01);
  CHECK(std::abs(found.deviation - 0.3 * kept) < 5 * 0.3 / std::sqrt(2 * n) + 0.005);

  const double last = process.deviation(1e-5);
  check(predictor_corrector<diffusion::euler_maruyama, diffusion::no_corrector>{}, last, 0.02);
  check(predictor_corrector<diffusion::reverse_diffusion, diffusion::no_corrector>{}, 0, 0.02);
}

TEST_CASE("diffusion: all solvers draw cells with the prior's operations") {
  const exploding process;
  const exploding wide(0.1, 50);  // where the data's mean is lost in the prior
  const std::array<double, 5> uniform{0.2, 0.2, 0.2, 0.2, 0.2};
  const std::array<double, 5> slanted{0.4, 0.1, 0.1, 0.15, 0.25};
  std::vector<double> prior;
  for (int edge = 0; edge < 6; ++edge) prior.insert(prior.end(), slanted.begin(), slanted.end());
  exact_cells plain(paragon_test::cells{}, paragon_test::cell_graph{});
  exact_cells steep(paragon_test::cells{}, paragon_test::cell_graph{}, prior);
  const paragon::random_key key{.seed = 5};
  INFO("seed 5");
  const auto check = [&](const auto& method, std::size_t samples) {
    const auto x = diffusion::sample(process, plain, method, {8, 7}, key, {.samples = samples});
    CHECK(paragon_test::operation_statistic(x, uniform) < paragon_test::one_in_a_thousand);
    CHECK(paragon_test::valid_by_threshold(x) >= samples * 999 / 1000);
    const auto y = diffusion::sample(wide, steep, method, {8, 7}, key, {.samples = samples});
    CHECK(paragon_test::operation_statistic(y, slanted) < paragon_test::one_in_a_thousand);
  };
  check(exponential_integrator{.steps = 50}, 4000);
  check(exponential_integrator{.steps = 50, .stochastic = true}, 4000);
  check(probability_flow{.steps = 40}, 4000);
  check(predictor_corrector<>{.steps = 200}, 1000);
  check(predictor_corrector<diffusion::reverse_diffusion, diffusion::langevin_by_batch>{.steps = 200}, 1000);
}

TEST_CASE("diffusion: a sample depends on its number alone") {
  const exploding process;
  exact_cells score(paragon_test::cells{}, paragon_test::cell_graph{});
  const paragon::random_key key{.seed = 8};
  const auto check = [&](const auto& method) {
    const auto whole = diffusion::sample(process, score, method, {8, 7}, key, {.samples = 50, .batch = 50});
    const auto cut = diffusion::sample(process, score, method, {8, 7}, key, {.samples = 50, .batch = 7});
    const auto later = diffusion::sample(process, score, method, {8, 7}, key, {.samples = 10, .first = 40});
    CHECK(whole.to_vector() == cut.to_vector());
    const auto all = whole.to_vector();
    CHECK(std::vector<float>(all.begin() + 40 * 56, all.end()) == later.to_vector());
  };
  check(exponential_integrator{.steps = 8, .stochastic = true});
  check(probability_flow{.steps = 8});
  check(predictor_corrector<>{.steps = 20});
  check(predictor_corrector<diffusion::reverse_diffusion, diffusion::no_corrector>{.steps = 20});

  const predictor_corrector<diffusion::euler_maruyama, diffusion::langevin_by_batch> coupled{.steps = 20};
  const auto whole = diffusion::sample(process, score, coupled, {8, 7}, key, {.samples = 50, .batch = 50});
  const auto cut = diffusion::sample(process, score, coupled, {8, 7}, key, {.samples = 50, .batch = 7});
  CHECK(whole.to_vector() == cut.to_vector());  // such a batch is never cut
}

TEST_CASE("diffusion: bad input to sampling is an error that says so") {
  const exploding process;
  normal_data data;
  const paragon::random_key key{.seed = 1};
  const auto run = [&](const auto& method, const shape& each, diffusion::sampling options = {}) {
    return diffusion::sample(process, data, method, each, key, options);
  };
  CHECK(run(probability_flow{}, {2, 3}, {.samples = 0}).size() == 0);
  CHECK_THROWS_WITH_AS((void)run(probability_flow{}, {2, 3, 4}), doctest::Contains("[nodes, features]"),
                       paragon::error);
  CHECK_THROWS_AS((void)run(probability_flow{.steps = 1}, {2, 3}), paragon::error);
  CHECK_THROWS_AS((void)run(exponential_integrator{.order = 3}, {2, 3}), paragon::error);
  CHECK_THROWS_AS((void)run(exponential_integrator{.last = 1}, {2, 3}), paragon::error);
  CHECK_THROWS_AS((void)run(probability_flow{}, {2, 3}, {.batch = 0}), paragon::error);
  CHECK_THROWS_AS(exact_cells(paragon_test::cells{}, paragon_test::cell_graph{}, std::vector<double>(29, 1.0)),
                  paragon::error);
  CHECK_THROWS_AS(exact_cells(paragon_test::cells{}, paragon_test::cell_graph{}, std::vector<double>(30, 0.0)),
                  paragon::error);
}
