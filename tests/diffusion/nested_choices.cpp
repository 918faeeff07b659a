// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// Against all architectures of a small space, each weighed by itself; and as a model of Once-for-All networks.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include <paragon/autodiff/elementwise.hpp>
#include <paragon/benchmark/mobilenetv3/cost.hpp>
#include <paragon/benchmark/mobilenetv3/space.hpp>
#include <paragon/diffusion/cost_guidance.hpp>
#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/guidance.hpp>
#include <paragon/diffusion/nested_choices.hpp>
#include <paragon/diffusion/relaxed_guidance.hpp>
#include <paragon/nn/linear.hpp>
#include <paragon/search/pomonag.hpp>

namespace diffusion = paragon::diffusion;
namespace search = paragon::search;
using diffusion::nested_nodes;
using paragon::shape;
using paragon::tensor;
using exact = diffusion::nested_choices<double>;

static_assert(diffusion::choice_posterior<diffusion::nested_choices<float>>);
static_assert(diffusion::choice_posterior<exact>);
static_assert(diffusion::score_function<diffusion::nested_choices<float>>);

namespace {

/// Two groups, of three and of two nodes, three features each.
constexpr std::size_t features = 3;
constexpr std::size_t entries = 5 * features;

struct small_space {
  std::vector<nested_nodes> groups{{{0.5, 0, 2, 1}}, {{0, 1, 3}}};
  std::vector<double> prior = std::vector<double>(entries);
  paragon::random_key draw{.seed = 11};

  small_space() {
    for (std::size_t e = 0; e < entries; ++e) prior[e] = 0.2 + draw.uniform(e);
  }
  [[nodiscard]] exact score() const { return exact(features, groups, prior); }

  /// All architectures with their probabilities.
  struct state {
    std::array<double, entries> data{};  // 0 and 1
    double probability = 1;
  };
  [[nodiscard]] std::vector<state> states() const {
    std::vector<state> all{state{}};
    std::size_t first = 0;
    for (const nested_nodes& g : groups) {
      double total = 0;
      for (const double p : g.depths) total += p;
      std::vector<state> grown;
      for (const state& s : all) {
        for (std::size_t depth = 0; depth < g.depths.size(); ++depth) {
          std::vector<state> ways{s};
          ways[0].probability *= g.depths[depth] / total;
          for (std::size_t n = first; n < first + depth; ++n) {
            const double sum = prior[3 * n] + prior[3 * n + 1] + prior[3 * n + 2];
            std::vector<state> longer;
            for (const state& w : ways) {
              for (std::size_t f = 0; f < features; ++f) {
                longer.push_back(w);
                longer.back().data[features * n + f] = 1;
                longer.back().probability *= prior[features * n + f] / sum;
              }
            }
            ways = longer;
          }
          grown.insert(grown.end(), ways.begin(), ways.end());
        }
      }
      all = grown;
      first += g.depths.size() - 1;
    }
    return all;
  }

  /// Each state's weight behind x_t: its probability times exp(-weight cost) times the density of the noise.
  [[nodiscard]] std::vector<double> weights(std::span<const double> x, const diffusion::moment& at,
                                            std::span<const double> costs, double weight) const {
    std::vector<double> found;
    for (const state& s : states()) {
      double logarithm = std::log(s.probability);
      for (std::size_t e = 0; e < entries; ++e) {
        const double noise = (x[e] - at.scale * (2 * s.data[e] - 1)) / at.deviation;
        logarithm -= noise * noise / 2 + (costs.empty() ? 0 : weight * costs[e] * s.data[e]);
      }
      found.push_back(std::exp(logarithm));
    }
    return found;
  }
  [[nodiscard]] double log_density(std::span<const double> x, const diffusion::moment& at,
                                   std::span<const double> costs = {}, double weight = 0) const {
    double sum = 0;
    for (const double w : weights(x, at, costs, weight)) sum += w;
    return std::log(sum);
  }
};

const std::vector<diffusion::moment> moments{{.time = 1, .scale = 0.4, .deviation = 1.3},
                                             {.time = 0.5, .scale = 0.9, .deviation = 0.6}};

tensor<double> noise(std::uint64_t seed, std::size_t samples = 1) {
  tensor<double> x(shape{samples, 5, features});
  for (std::size_t e = 0; e < x.size(); ++e) x[e] = paragon::random_key{.seed = seed}.normal(e);
  return x;
}

/// The slope of `value` by entry e of x.
template <class F>
double slope(tensor<double>& x, std::size_t e, const F& value) {
  const double at = x[e];
  const double h = 1e-5;
  x[e] = at + h;
  const double right = value();
  x[e] = at - h;
  const double left = value();
  x[e] = at;
  return (right - left) / (2 * h);
}

using graph = paragon::benchmark::mobilenetv3_diffusion_graph;

diffusion::nested_choices<float> networks() {
  return {graph::features(), std::vector<nested_nodes>(5, {{0, 0, 1, 1, 1}})};
}

}  // namespace

TEST_CASE("diffusion: nested choices have the probabilities of a sum over all architectures") {
  const small_space space;
  const auto states = space.states();
  CHECK(states.size() == (1 + 3 + 9 + 27) * (1 + 3 + 9));  // impossible ones among them
  exact score = space.score();
  score.prepare(moments);
  std::vector<double> costs(entries);
  for (std::size_t e = 0; e < entries; ++e) costs[e] = space.draw.fork("costs").uniform(e);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    const auto x = noise(seed);
    const std::size_t step = seed % 2;
    const double weight = seed % 3 == 0 ? 0 : 2.5;
    const auto weights = space.weights(x.span(), moments[step], costs, weight);
    double total = 0;
    std::vector<double> expected(entries);
    for (std::size_t s = 0; s < states.size(); ++s) {
      total += weights[s];
      for (std::size_t e = 0; e < entries; ++e) expected[e] += weights[s] * states[s].data[e];
    }
    std::vector<double> found(entries);
    score.probabilities(x.span(), step, weight == 0 ? std::span<const double>{} : costs, weight, found);
    for (std::size_t e = 0; e < entries; ++e) CHECK(std::abs(found[e] - expected[e] / total) < 1e-12);
  }
}

TEST_CASE("diffusion: the score of nested choices is the slope of the log density") {
  const small_space space;
  exact score = space.score();
  score.prepare(moments);
  INFO("seed 3");
  auto x = noise(3, 2);
  tensor<double> found(x.shape());
  for (std::size_t step = 0; step < 2; ++step) {
    score.evaluate(x, step, found);
    for (std::size_t e = 0; e < x.size(); ++e) {
      const auto value = [&] {
        return space.log_density(x.span().subspan(e / entries * entries, entries), moments[step]);
      };
      CHECK(std::abs(found[e] - slope(x, e, value)) < 1e-7);
    }
  }
}

TEST_CASE("diffusion: gradients go through nested choices") {
  const small_space space;
  exact score = space.score();
  score.prepare(moments);
  std::vector<double> p(entries);
  std::vector<double> by_p(entries);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    INFO("seed " << seed);
    auto x = noise(seed);
    // Not linear: the sum of c p^2.
    std::vector<double> c(entries);
    for (std::size_t e = 0; e < entries; ++e) c[e] = space.draw.fork("costs").normal(e);
    const auto value = [&] {
      score.probabilities(x.span(), 1, {}, 0, p);
      double sum = 0;
      for (std::size_t e = 0; e < entries; ++e) sum += c[e] * p[e] * p[e];
      return sum;
    };
    (void)value();
    for (std::size_t e = 0; e < entries; ++e) by_p[e] = 2 * c[e] * p[e];
    std::vector<double> found(entries, 0.5);  // it is added to
    score.add_through(1, p, by_p, found);
    for (std::size_t e = 0; e < entries; ++e) CHECK(std::abs(found[e] - 0.5 - slope(x, e, value)) < 1e-8);
  }
}

TEST_CASE("diffusion: guidance through nested choices has the slopes that it promises") {
  const small_space space;
  exact score = space.score();
  INFO("seed 7");
  auto x = noise(7, 2);
  SUBCASE("cost: of log E[exp(-weight cost)]") {
    paragon::space::linear_cost cost{5, std::vector<double>(entries)};
    for (std::size_t e = 0; e < entries; ++e) cost.coefficients[e] = 2 * space.draw.fork("costs").uniform(e);
    diffusion::cost_guidance term(score, cost, 2);
    std::vector<double> costs = cost.coefficients;
    for (double& v : costs) v /= 2;
    term.prepare(moments);
    const std::vector<double> weights{1.7, -0.6};
    tensor<double> found(x.shape());
    term.add_gradient(x, 1, weights, found);
    for (std::size_t e = 0; e < x.size(); ++e) {
      const auto sample = x.span().subspan(e / entries * entries, entries);
      const auto value = [&] {
        return space.log_density(sample, moments[1], costs, weights[e / entries]) -
               space.log_density(sample, moments[1]);
      };
      CHECK(std::abs(found[e] - slope(x, e, value)) < 1e-7);
    }
  }
  SUBCASE("relaxed: of the predictor") {
    paragon::nn::parameters<double> store;
    const paragon::nn::linear layer(store, "a", entries, 4, {.seed = 1});
    const paragon::nn::linear last(store, "b", 4, 1, {.seed = 2});
    const auto predict = [&](auto& tape, auto rows) {
      const auto theta = paragon::nn::freeze(tape, store);
      return last(theta, paragon::autodiff::silu(layer(theta, rows)));
    };
    diffusion::relaxed_guidance term(score, predict);
    term.prepare(moments);
    score.prepare(moments);
    const std::vector<double> weights{1.7, -0.6};
    tensor<double> found(x.shape());
    term.add_gradient(x, 1, weights, found);
    for (std::size_t e = 0; e < x.size(); ++e) {
      const auto value = [&] {
        std::vector<double> p(entries);
        score.probabilities(x.span().subspan(e / entries * entries, entries), 1, {}, 0, p);
        paragon::autodiff::tape<double> tape;
        return weights[e / entries] * predict(tape, tape.input(p.data(), shape{1, entries})).data()[0];
      };
      CHECK(std::abs(found[e] - slope(x, e, value)) < 1e-7);
    }
  }
}

TEST_CASE("diffusion: nested choices stay finite where x_t leaves no doubt") {
  diffusion::nested_choices<float> score = networks();
  const std::vector<diffusion::moment> way{{.scale = 1, .deviation = 0.01}};
  score.prepare(way);
  std::vector<float> p(180);
  // Layers that are less and less probable, to where a float has no more digits, and beyond; slopes whose sums round.
  std::vector<float> slopes(180);
  for (std::size_t e = 0; e < 180; ++e) slopes[e] = static_cast<float>(1000 * paragon::random_key{.seed = 1}.normal(e));
  for (int k = 0; k < 60; ++k) {
    const std::vector<float> x(180, -0.0001F * static_cast<float>(k));
    score.probabilities(x, 0, {}, 0, p);
    std::vector<float> through(180);
    score.add_through(0, p, slopes, through);
    for (std::size_t e = 0; e < 180; ++e) {
      CHECK((p[e] >= 0 && p[e] <= 1));
      CHECK(std::abs(through[e]) < 1e8F);  // 20,000 times the slopes
    }
  }
  for (const float far : {-30.0F, 30.0F}) {
    std::vector<float> x(180, -1);
    for (std::size_t e = 0; e < 180; e += 9) x[e] = far;
    score.probabilities(x, 0, {}, 0, p);
    std::vector<float> through(180);
    score.add_through(0, p, x, through);
    for (std::size_t e = 0; e < 180; ++e) {
      // Absent layers, but for the two that each stage has whatever is seen; there all kinds but the first are alike.
      const bool must = e / 9 % 4 < 2;
      const float expected = far > 0 ? (e % 9 == 0 ? 1.0F : 0.0F) : must && e % 9 != 0 ? 0.125F : 0.0F;
      CHECK(p[e] == doctest::Approx(expected));
      CHECK(std::isfinite(through[e]));
    }
  }
}

TEST_CASE("diffusion: every sample of nested choices is a network, with the depths and kinds of the prior") {
  // Uneven, so that neither a wrong prior nor a swapped stage goes unseen.
  std::vector<nested_nodes> groups(5, {{0, 0, 1, 1, 1}});
  groups[1].depths = {0, 0, 1, 2, 5};
  groups[4].depths = {0, 0, 3, 0, 1};
  std::vector<double> prior(180, 1);
  for (std::size_t f = 0; f < 9; ++f) prior[63 + f] = static_cast<double>(f + 1);  // layer 7, the last of stage 1
  diffusion::nested_choices<float> score(9, groups, prior);
  // Enough noise at the start that nothing of the prior is lost.
  const diffusion::variance_exploding wide(0.1, 50);
  INFO("seed 17");
  constexpr std::size_t samples = 4000;
  const auto found = search::generate(graph{}, wide, score, diffusion::exponential_integrator{.steps = 60},
                                      {.seed = 17}, {.samples = samples});
  CHECK(found.raw_valid == samples);
  double statistic = 0;  // Pearson's
  const auto add = [&](double seen, double expected) { statistic += (seen - expected) * (seen - expected) / expected; };
  for (std::size_t s = 0; s < 5; ++s) {
    std::array<double, 5> seen{};
    for (const auto& net : found.architectures) ++seen[net.depth[s]];
    const auto& depths = groups[s].depths;
    for (std::size_t d = 2; d < 5; ++d) {
      const double expected = samples * depths[d] / (depths[2] + depths[3] + depths[4]);
      if (expected > 0) add(seen[d], expected);
      if (expected == 0) CHECK(seen[d] == 0);
    }
  }
  std::array<double, 9> kinds{};
  double present = 0;
  std::vector<float> row(180);
  for (const auto& net : found.architectures) {
    graph::encode(net, std::span<float>(row));
    for (std::size_t f = 0; f < 9; ++f) kinds[f] += row[63 + f];
    present += net.present(7) ? 1 : 0;
  }
  for (std::size_t f = 0; f < 9; ++f) add(kinds[f], present * static_cast<double>(f + 1) / 45);
  // 2 + 2 + 2 + 2 + 1 + 8 = 17 degrees of freedom; the chance of more than 40.79 is 0.001.
  CHECK(statistic < 40.79);
}

TEST_CASE("diffusion: twenty steps give Once-for-All networks, nearly all different") {
  auto score = networks();
  const diffusion::variance_exploding process;
  INFO("seed 18");
  const auto found =
      search::generate(graph{}, process, score, diffusion::exponential_integrator{}, {.seed = 18}, {.samples = 1000});
  CHECK(found.raw_valid == 1000);
  CHECK(std::set(found.architectures.begin(), found.architectures.end()).size() >= 999);
}

TEST_CASE("diffusion: cost guidance makes networks small or large, and leaves them networks") {
  const paragon::benchmark::mobilenetv3 space;
  auto score = networks();
  const auto cost =
      paragon::benchmark::mobilenetv3_cost(space.network, &paragon::benchmark::mobilenetv3_network::cost::parameters);
  diffusion::cost_guidance term(score, cost, 1e6);
  diffusion::guided_score guided(diffusion::plain_norms{}, {6, -6}, score, term);
  const diffusion::variance_exploding process;
  INFO("seed 19");
  const auto found =
      search::generate(graph{}, process, guided, diffusion::exponential_integrator{}, {.seed = 19}, {.samples = 200});
  CHECK(found.raw_valid >= 198);
  double mean[2] = {};
  for (std::size_t i = 0; i < 200; ++i) mean[i % 2] += space.parameters(found.architectures[i]) / 100;
  CHECK(mean[0] + 2e6 < mean[1]);
}

TEST_CASE("diffusion: impossible nested choices are refused") {
  const auto make = [](std::size_t f, const std::vector<nested_nodes>& groups, const std::vector<double>& prior = {}) {
    return exact(f, groups, prior);
  };
  CHECK_THROWS_AS((void)make(0, {{{1, 1}}}), paragon::error);
  CHECK_THROWS_AS((void)make(2, {}), paragon::error);
  CHECK_THROWS_AS((void)make(2, {{{1}}}), paragon::error);
  CHECK_THROWS_AS((void)make(2, {{{0, 0}}}), paragon::error);
  CHECK_THROWS_AS((void)make(2, {{{0, -1}}}), paragon::error);
  CHECK_THROWS_WITH_AS((void)make(2, {{{0, std::nan("")}}}), doctest::Contains("nan"), paragon::error);
  CHECK_THROWS_WITH_AS((void)make(2, {{{0, 1}}}, {1, 1, 1}), doctest::Contains("2"), paragon::error);
  CHECK_THROWS_AS((void)make(2, {{{0, 1}}}, {1, 0}), paragon::error);
  CHECK_THROWS_AS((void)make(2, {{{0, 1}}}, {1, std::numeric_limits<double>::infinity()}), paragon::error);
}
