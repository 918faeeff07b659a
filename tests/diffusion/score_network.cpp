// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/benchmark/mobilenetv3/score_graph.hpp>
#include <paragon/benchmark/mobilenetv3/score_network.hpp>
#include <paragon/benchmark/nasbench201/score_graph.hpp>
#include <paragon/benchmark/nasbench201/score_network.hpp>
#include <paragon/diffusion/score_graph.hpp>
#include <paragon/diffusion/score_network.hpp>

#include "autodiff/random_tensor.hpp"

namespace benchmark = paragon::benchmark;
namespace df = paragon::diffusion;
namespace nn = paragon::nn;
using paragon::shape;
using paragon::tensor;
using paragon_test::normal;

namespace {

static_assert(df::parametrisation<df::raw_score>);
static_assert(df::parametrisation<df::one_hot_rows>);
static_assert(df::parametrisation<df::one_hot_or_absent_rows>);

struct without_outputs {
  static constexpr std::string_view name = "without_outputs";
  [[maybe_unused]] static constexpr bool has_prior = false;
  static constexpr nn::fill first() { return {}; }
};
static_assert(!df::parametrisation<without_outputs>);
static_assert(!df::parametrisation<int>);

constexpr df::score_network_settings small{
    .nodes = 4, .operators = 3, .width = 8, .layers = 2, .heads = 2, .inner = 5, .head = 6};

template <class Output>
std::size_t parameters(const df::score_network_settings& settings) {
  nn::parameters<float> store;
  const df::score_network<Output> network(store, settings, {});
  return store.size();
}

/// A network of small random weights everywhere, so that no gradient is 0 by chance.
template <class Output>
struct model {
  nn::parameters<double> store;
  df::score_network<Output> network;
  df::score_tables<double> tables;

  model(const df::score_network_settings& settings, std::span<const std::uint8_t> mask)
      : network(store, settings, {.seed = 1}), tables(settings, mask) {
    for (std::size_t i = 0; i < store.size(); ++i) store.data()[i] += 0.3 * paragon::random_key{.seed = 2}.normal(i);
  }
};

}  // namespace

TEST_CASE("diffusion: the published networks have the published numbers of parameters") {
  CHECK(parameters<df::raw_score>(benchmark::published_nasbench201_score_network()) == 3989575);
  CHECK(parameters<df::raw_score>(benchmark::published_mobilenetv3_score_network()) == 3992777);
  const auto published = benchmark::published_nasbench201_score_network();
  // A prior adds one number for each row and class; absent rows are one class more, also in the last layer.
  CHECK(parameters<df::one_hot_rows>(published) == 3989575 + 8 * 7);
  CHECK(parameters<df::one_hot_or_absent_rows>(published) == 3989575 + 8 * 8 + 1536 + 1);
  CHECK(parameters<df::one_hot_rows>(df::light_score_network(8, 7)) < 3989575 / 25);
}

TEST_CASE("diffusion: settings of score networks are compared and checked") {
  CHECK(df::score_network_settings{} == df::score_network_settings{});
  CHECK_FALSE(df::score_network_settings{} == df::light_score_network(8, 7));
  const auto refused = [](df::score_network_settings s, std::size_t nodes = 8, std::size_t operators = 7) {
    s.nodes = nodes;
    s.operators = operators;
    nn::parameters<float> store;
    CHECK_THROWS_AS((df::score_network<df::raw_score>(store, s, {})), paragon::error);
    CHECK(store.size() == 0);
  };
  refused({}, 0);
  refused({}, 8, 0);
  refused({.width = 63});
  refused({.width = 2, .heads = 1});
  refused({.layers = 0});
  refused({.heads = 0});
  refused({.heads = 7});
  refused({.inner = 0});
  refused({.head = 0});
  refused({.stage = 3});
}

TEST_CASE("diffusion: positions are sines and cosines, and start again in each stage") {
  df::score_network_settings s{.nodes = 6, .operators = 2, .width = 8, .stage = 3};
  const std::vector<std::uint8_t> mask(36, 1);
  const df::score_tables<double> tables(s, mask);
  for (std::size_t r = 0; r < 6; ++r) {
    for (std::size_t i = 0; i < 4; ++i) {
      const double angle = static_cast<double>(r % 3) / std::pow(10000.0, 2.0 * static_cast<double>(i) / 8);
      CHECK(tables.position[r * 8 + 2 * i] == doctest::Approx(std::sin(angle)).epsilon(1e-6));
      CHECK(tables.position[r * 8 + 2 * i + 1] == doctest::Approx(std::cos(angle)).epsilon(1e-6));
    }
  }
  s.stage = 0;
  const df::score_tables<double> plain(s, mask);
  CHECK(plain.position[5 * 8] == doctest::Approx(std::sin(5.0)).epsilon(1e-6));
  CHECK_THROWS_AS((df::score_tables<double>(s, std::vector<std::uint8_t>(35))), paragon::error);
}

TEST_CASE("diffusion: noise levels are coded as published, or by their logarithm") {
  df::score_network_settings s{.width = 8};
  const std::array<df::moment, 2> at{df::moment{0.5, 1, 0.7, 0.7}, df::moment{0.9, 0.6, 3, 899}};
  const df::noise_codes<double> plain(s, at);
  s.preconditioned = true;
  const df::noise_codes<double> scaled(s, at);
  for (std::size_t k = 0; k < 4; ++k) {
    const double frequency = std::pow(10000.0, -static_cast<double>(k) / 3);
    CHECK(plain.codes[k] == doctest::Approx(std::sin(0.7 * frequency)).epsilon(1e-6));
    CHECK(plain.codes[4 + k] == doctest::Approx(std::cos(0.7 * frequency)).epsilon(1e-6));
    CHECK(plain.codes[8 + k] == doctest::Approx(std::sin(899 * frequency)).epsilon(1e-4));
    CHECK(scaled.codes[8 + k] == doctest::Approx(std::sin(4 * std::log(5.0) * frequency)).epsilon(1e-5));
  }
  CHECK(plain.scales[1] == scaled.scales[1]);
  CHECK(plain.sharpness[1] == doctest::Approx(2 * at[1].scale / (at[1].deviation * at[1].deviation)));
  CHECK(scaled.scales[1] == doctest::Approx(1 / std::sqrt(0.36 + 9)));
  const std::array<df::moment, 1> none{df::moment{0, 1, 0, 0}};
  CHECK_THROWS_AS((df::noise_codes<double>(s, none)), paragon::error);
}

TEST_CASE("diffusion: gradients of the score network agree with differences") {
  const auto mask = df::adjacency_mask(paragon::benchmark::nasbench201_diffusion_graph<>{});
  std::vector<std::uint8_t> four(16);
  for (std::size_t i = 0; i < 16; ++i) four[i] = mask[i / 4 * 8 + i % 4 + 1];
  const auto check = [&]<class Output>(Output, bool scaled, std::span<const std::uint8_t> seen) {
    auto s = small;
    s.preconditioned = scaled;
    const model<Output> m(s, seen);
    const std::array<df::moment, 2> at{df::moment{0.5, 1, 0.7, 0.7}, df::moment{0.9, 1, 3, 3}};
    const df::noise_codes<double> noise(s, at);
    const tensor<double> theta(shape{m.store.size()}, m.store.values().span());
    const auto f = [&](auto&, auto& x) { return m.network(nn::bound(x[0]), m.tables, x[1], noise); };
    CHECK(paragon::autodiff::gradient_error(f, {theta, normal({8, 3}, 41)}) < 1e-7);
  };
  check(df::raw_score{}, false, four);
  check(df::one_hot_rows{}, true, df::full_mask(4));
  check(df::one_hot_or_absent_rows{}, true, std::vector<std::uint8_t>(16));
}

TEST_CASE("diffusion: one noise level serves all graphs, and graphs do not influence each other") {
  const model<df::one_hot_rows> m(small, df::full_mask(4));
  const std::array<df::moment, 1> one{df::moment{0.5, 1, 0.7, 0.7}};
  const std::array<df::moment, 3> three{one[0], one[0], one[0]};
  const auto x = normal({12, 3}, 42);
  paragon::autodiff::evaluation<double> context;
  const auto theta = nn::freeze(context, m.store);
  const auto a = m.network(theta, m.tables, context.constant(x), df::noise_codes<double>(small, one));
  const auto b = m.network(theta, m.tables, context.constant(x), df::noise_codes<double>(small, three));
  const auto c =
      m.network(theta, m.tables, context.constant(x.data() + 12, {4, 3}), df::noise_codes<double>(small, one));
  CHECK(a.shape() == shape{12, 3});
  CHECK(paragon_test::largest_difference(a.data(), b.data(), 36) < 1e-13);
  CHECK(paragon_test::largest_difference(a.data() + 12, c.data(), 12) < 1e-13);
}

TEST_CASE("diffusion: matrices and noise levels that do not fit are refused") {
  const model<df::raw_score> m(small, df::full_mask(4));
  const std::array<df::moment, 2> two{df::moment{0.5, 1, 0.7, 0.7}, df::moment{0.5, 1, 0.7, 0.7}};
  const df::noise_codes<double> noise(small, two);
  const auto x = normal({12, 3}, 43);
  paragon::autodiff::evaluation<double> context;
  const auto theta = nn::freeze(context, m.store);
  const auto run = [&](shape extents) {
    return m.network(theta, m.tables, context.constant(x.data(), extents), noise);
  };
  CHECK_NOTHROW(run({8, 3}));
  CHECK_THROWS_AS(run({12, 3}), paragon::error);  // three graphs, two levels
  CHECK_THROWS_AS(run({6, 3}), paragon::error);
  CHECK_THROWS_AS(run({8, 2}), paragon::error);
}

TEST_CASE("diffusion: graphs have names, masks, and a text that reads back") {
  const auto graph = benchmark::nasbench201_score_graph<paragon::benchmark::mask_published>();
  CHECK(graph.nodes.size() == 8);
  CHECK(graph.operators[3] == "skip_connect");
  const auto ones = [](const df::score_graph& g) { return std::count(g.mask.begin(), g.mask.end(), 1); };
  CHECK(ones(graph) == 10);
  CHECK(ones(benchmark::nasbench201_score_graph<paragon::benchmark::mask_published_closure>()) == 18);
  CHECK(ones(benchmark::nasbench201_score_graph()) == 64);
  CHECK(df::score_graph_from(paragon::json::parse(df::to_json(graph).dump())) == graph);

  const auto layers = benchmark::mobilenetv3_score_graph();
  CHECK(layers.nodes.size() == 20);
  CHECK(layers.nodes[7] == "stage 1 layer 3");
  CHECK(layers.operators.size() == 9);
  CHECK(layers.operators[5] == "kernel 5 ratio 6");
  CHECK(ones(layers) == 5 * 16);
  CHECK(layers.mask[4 * 20 + 7] == 1);
  CHECK(layers.mask[3 * 20 + 4] == 0);
  CHECK(ones(benchmark::mobilenetv3_score_graph<benchmark::mask_chain>()) == 19);
  CHECK(ones(benchmark::mobilenetv3_score_graph<df::mask_full>()) == 400);

  auto other = graph;
  other.mask[1] = 0;
  CHECK_THROWS_WITH_AS(df::require_equal(graph, other, "here"),
                       "here: a mask where input attends to 0-1; expected the other way round", paragon::error);
  std::swap(other.nodes[3], other.nodes[4]);
  CHECK_THROWS_WITH_AS(df::require_equal(graph, other, "here"),
                       "here: nodes input, 0-1, 0-2, 1-2, 0-3, 1-3, 2-3, output; expected input, 0-1, 0-2, 0-3, 1-2, "
                       "1-3, 2-3, output",
                       paragon::error);
  other = graph;
  other.mask.pop_back();
  CHECK_THROWS_AS(df::checked(other), paragon::error);
}
