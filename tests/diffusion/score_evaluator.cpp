// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include <paragon/benchmark/nasbench201/score_graph.hpp>
#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/guidance.hpp>
#include <paragon/diffusion/score.hpp>
#include <paragon/diffusion/score_evaluator.hpp>
#include <paragon/diffusion/score_graph.hpp>

#include "autodiff/random_tensor.hpp"

namespace benchmark = paragon::benchmark;
namespace df = paragon::diffusion;
namespace nn = paragon::nn;
using paragon::shape;
using paragon::tensor;
using paragon_test::normal;

namespace {

static_assert(df::score_function<df::score_evaluator<float>, float>);
static_assert(df::score_function<df::score_evaluator<double, df::raw_score>, double>);
static_assert(!df::score_function<df::score_evaluator<double>, float>);

const std::array<df::moment, 3> way{df::moment{1, 1, 5, 5}, df::moment{0.5, 0.8, 0.6, 499},
                                    df::moment{0.1, 1, 0.2, 0.2}};

template <class T, class Output>
struct model {
  df::score_network_settings settings;
  std::vector<std::uint8_t> mask;
  nn::parameters<T> store;
  df::score_network<Output> network;
  df::score_tables<T> tables;

  model(const df::score_network_settings& s, std::vector<std::uint8_t> seen)
      : settings(s), mask(std::move(seen)), network(store, s, {.seed = 1}), tables(s, mask) {
    for (std::size_t i = 0; i < store.size(); ++i) {
      store.data()[i] += static_cast<T>(0.1 * paragon::random_key{.seed = 2}.normal(i));
    }
  }

  /// The head's output as the layer computes it, [samples, nodes, outputs].
  [[nodiscard]] std::vector<double> raw(const tensor<T>& x, std::size_t step) const {
    paragon::autodiff::evaluation<T> context;
    const auto rows = context.constant(x.data(), {x.shape()[0] * settings.nodes, settings.operators});
    const auto y = network(nn::freeze(context, store), tables, rows,
                           df::noise_codes<T>(settings, std::span<const df::moment>(way).subspan(step, 1)));
    return {y.data(), y.data() + y.size()};
  }

  /// E[x_0 | x] by the definition of the parametrisation.
  [[nodiscard]] std::vector<double> expected(const tensor<T>& x, std::size_t step) const {
    const auto logits = raw(x, step);
    const df::moment& at = way[step];
    std::vector<double> out(x.size());
    if constexpr (std::is_same_v<Output, df::raw_score>) {
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = (static_cast<double>(x[i]) + at.deviation * at.deviation * logits[i]) / at.scale;
      }
    } else {
      const std::size_t v = settings.operators;
      const std::size_t classes = network.output().outputs(v);
      for (std::size_t r = 0; r < x.size() / v; ++r) {
        std::vector<double> p(classes);
        double greatest = -1e300;
        for (std::size_t c = 0; c < classes; ++c) {
          // log of the density of the row where it is of class c, less what all classes share
          double squares = 0;
          for (std::size_t k = 0; k < v; ++k) {
            const double d = static_cast<double>(x[r * v + k]) - at.scale * (k == c ? 1 : -1);
            squares += d * d;
          }
          p[c] = logits[r * classes + c] - squares / (2 * at.deviation * at.deviation);
          greatest = std::max(greatest, p[c]);
        }
        double sum = 0;
        for (double& q : p) sum += q = std::exp(q - greatest);
        for (std::size_t k = 0; k < v; ++k) out[r * v + k] = 2 * p[k] / sum - 1;
      }
    }
    return out;
  }
};

const df::score_network_settings eight{
    .nodes = 8, .operators = 7, .width = 16, .layers = 3, .heads = 4, .inner = 24, .head = 48};

template <class T, class Output>
void compare(df::score_network_settings s, const std::vector<std::uint8_t>& mask, std::size_t levels,
             double tolerance) {
  CAPTURE(Output::name);
  CAPTURE(levels);
  const model<T, Output> m(s, mask);
  df::score_evaluator<T, Output> score(m.network, m.store, mask, {.strassen = levels});
  score.prepare(way);
  const auto x = normal<T>({37, s.nodes, s.operators}, 51, 1.5);
  tensor<T> found(x.shape());
  for (std::size_t step = 0; step < way.size(); ++step) {
    const df::moment& at = way[step];
    const auto expected = m.expected(x, step);
    score.denoise(x, step, found);
    const double unit = 1 + at.deviation * at.deviation / at.scale;  // errors of a score weigh that much in the data
    CHECK(paragon_test::largest_difference(found.data(), expected, x.size()) < tolerance * unit);
    score.evaluate(x, step, found);
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double wanted = (at.scale * expected[i] - static_cast<double>(x[i])) / (at.deviation * at.deviation);
      worst = std::max(worst, std::abs(static_cast<double>(found[i]) - wanted));
    }
    CHECK(worst < tolerance * (1 + 1 / (at.deviation * at.deviation)) * unit);
  }
}

/// Pulls the first column of every row up.
struct towards_first_column {
  void prepare(std::span<const df::moment>) {}
  void add_gradient(const tensor<float>& x, std::size_t, std::span<const double> weights, tensor<float>& out) const {
    const std::size_t each = x.size() / weights.size();
    for (std::size_t i = 0; i < x.size(); i += 7) out[i] += static_cast<float>(weights[i / each]);
  }
};

}  // namespace

TEST_CASE("diffusion: the evaluator computes what the layer computes") {
  const auto full = df::full_mask(8);
  const auto corrected = benchmark::nasbench201_score_graph<paragon::benchmark::mask_corrected>().mask;
  const auto closure = benchmark::nasbench201_score_graph<paragon::benchmark::mask_published_closure>().mask;
  auto scaled = eight;
  scaled.preconditioned = true;
  compare<double, df::raw_score>(eight, corrected, 0, 1e-12);
  compare<double, df::raw_score>(scaled, full, 0, 1e-12);
  compare<double, df::one_hot_rows>(eight, closure, 0, 1e-12);
  compare<double, df::one_hot_rows>(scaled, full, 0, 1e-12);
  compare<double, df::one_hot_or_absent_rows>(scaled, corrected, 0, 1e-12);
  compare<float, df::raw_score>(eight, corrected, 0, 1e-4);
  compare<float, df::one_hot_rows>(scaled, full, 0, 1e-4);
  std::vector<std::uint8_t> chain(36);
  for (std::size_t i = 0; i + 1 < 6; ++i) chain[i * 6 + i + 1] = 1;
  compare<double, df::one_hot_or_absent_rows>(
      {.nodes = 6, .operators = 4, .width = 8, .layers = 1, .heads = 1, .inner = 3, .head = 5, .stage = 3}, chain, 0,
      1e-12);
}

TEST_CASE("diffusion: the evaluator's fast products change rounding errors alone") {
  auto s = eight;
  s.layers = 24;  // 384 inputs and outputs of the head: one level; twice as many: two
  s.head = 384;
  const auto mask = df::full_mask(8);
  compare<double, df::raw_score>(s, mask, 1, 1e-11);
  compare<float, df::raw_score>(s, mask, 3, 1e-3);
  s.layers = 48;
  s.head = 768;
  compare<double, df::raw_score>(s, mask, 2, 1e-11);
}

TEST_CASE_TEMPLATE("diffusion: a sample's score has the same bits in any batch", T, float, double) {
  auto s = eight;
  s.layers = 24;
  s.head = 384;
  const model<T, df::one_hot_rows> m(s, df::full_mask(8));
  for (const std::size_t levels : {std::size_t{0}, std::size_t{1}}) {
    df::score_evaluator<T> score(m.network, m.store, m.mask, {.strassen = levels});
    score.prepare(way);
    const std::size_t samples = 70;
    const auto x = normal<T>({samples, 8, 7}, 52);
    tensor<T> all(x.shape());
    score.evaluate(x, 1, all);
    for (const std::size_t batch : {std::size_t{1}, std::size_t{7}, std::size_t{33}}) {
      for (std::size_t first = 0; first + batch <= samples; first += batch + 10) {
        const tensor<T> part(shape{batch, 8, 7}, std::span<const T>(x.data() + first * 56, batch * 56));
        tensor<T> out(part.shape());
        score.evaluate(part, 1, out);
        REQUIRE(std::equal(out.data(), out.data() + out.size(), all.data() + first * 56));
      }
    }
  }
}

TEST_CASE("diffusion: scores do not depend on the number of threads") {
  auto s = eight;
  s.preconditioned = true;
  const model<float, df::one_hot_rows> m(s, df::full_mask(8));
  df::score_evaluator<float> score(m.network, m.store, m.mask);
  score.prepare(way);
  const auto x = normal<float>({300, 8, 7}, 53);
  tensor<float> one(x.shape());
  score.evaluate(x, 2, one);
  tensor<float> four(x.shape());
  {
    paragon::thread_pool pool(4);
    const paragon::backend::cpu::use_pool kernels(pool);
    for (int repeat = 0; repeat < 5; ++repeat) {
      score.evaluate(x, 2, four);
      CHECK(std::equal(one.data(), one.data() + one.size(), four.data()));
    }
  }
  score.evaluate(x, 2, four);
  CHECK(std::equal(one.data(), one.data() + one.size(), four.data()));
}

TEST_CASE("diffusion: an evaluator is sampled from and guided, with the same bits in any batch") {
  auto s = eight;
  s.preconditioned = true;
  const model<float, df::one_hot_rows> m(s, df::full_mask(8));
  df::score_evaluator<float> score(m.network, m.store, m.mask);
  const df::variance_exploding process;
  const df::exponential_integrator method{.steps = 12, .stochastic = true, .order = 1};
  const auto all = df::sample(process, score, method, {8, 7}, {.seed = 3}, {.samples = 75});
  const auto parts = df::sample(process, score, method, {8, 7}, {.seed = 3}, {.samples = 75, .batch = 10});
  CHECK(all.to_vector() == parts.to_vector());

  towards_first_column pull;
  df::guided_score still(df::plain_norms{}, {0}, score, pull);
  CHECK(df::sample(process, still, method, {8, 7}, {.seed = 3}, {.samples = 75}).to_vector() == all.to_vector());
  df::guided_score guided(df::plain_norms{}, {0.5}, score, pull);
  const auto moved = df::sample(process, guided, method, {8, 7}, {.seed = 3}, {.samples = 75});
  double before = 0;
  double after = 0;
  for (std::size_t r = 0; r < 75 * 8; ++r) {
    before += static_cast<double>(all[r * 7]) / (75 * 8);
    after += static_cast<double>(moved[r * 7]) / (75 * 8);
  }
  CHECK(after > before + 0.5);
}

TEST_CASE("diffusion: the evaluator refuses what does not fit") {
  const model<double, df::one_hot_rows> m(eight, df::full_mask(8));
  CHECK_THROWS_AS((df::score_evaluator<double>(m.network, m.store, df::full_mask(7))), paragon::error);
  nn::parameters<double> other;
  const df::score_network<df::one_hot_rows> smaller(
      other, {.nodes = 8, .operators = 7, .width = 16, .layers = 2, .heads = 4, .inner = 24, .head = 48}, {});
  CHECK_THROWS_AS((df::score_evaluator<double>(m.network, other, m.mask)), paragon::error);

  df::score_evaluator<double> score(m.network, m.store, m.mask);
  score.prepare(way);
  const auto x = normal({3, 8, 7}, 55);
  tensor<double> out(x.shape());
  CHECK_THROWS_AS(score.evaluate(x, 3, out), paragon::error);
  tensor<double> wrong(shape{2, 8, 7});
  CHECK_THROWS_AS(score.evaluate(x, 0, wrong), paragon::error);
  tensor<double> flat(shape{24, 7});
  CHECK_THROWS_AS(score.evaluate(flat, 0, flat), paragon::error);
  score.prepare(std::span<const df::moment>());
  CHECK_THROWS_AS(score.evaluate(x, 0, out), paragon::error);
}
