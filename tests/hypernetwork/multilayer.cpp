// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/hypernetwork/multilayer.hpp>

using namespace paragon;
using hypernetwork::multilayer;
using hypernetwork::multilayer_settings;

namespace {

tensor<double> numbers(shape extents, std::uint32_t stream) {
  tensor<double> x(extents);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = paragon::random_key{.seed = 61}.fork(stream).uniform(i);
  return x;
}

multilayer_settings sized(std::size_t objectives, std::size_t layers) {
  return {
      .objectives = objectives, .device_features = 4, .choices = 6, .width = 7, .layers = layers, .output_gain = 0.5};
}

}  // namespace

TEST_CASE("hypernetwork: the multilayer perceptron computes what its formula says, for any number of objectives") {
  for (const std::size_t objectives : {1U, 2U, 3U, 5U}) {
    for (const std::size_t layers : {0U, 1U, 3U}) {
      CAPTURE(objectives);
      CAPTURE(layers);
      nn::parameters<double> store;
      const multilayer network(store, sized(objectives, layers), {.seed = 1});
      for (std::size_t i = 0; i < store.size(); ++i) store.data()[i] += 0.1 * paragon::random_key{.seed = 2}.normal(i);
      const auto preference = numbers({3, objectives}, 1);
      const auto device = numbers({3, 4}, 2);
      autodiff::evaluation<double> context;
      const auto y = network(nn::freeze(context, store), context.constant(preference), context.constant(device));
      REQUIRE(y.shape() == shape{3, 6});
      for (std::size_t r = 0; r < 3; ++r) {
        std::vector<double> x(preference.row(r).begin(), preference.row(r).end());
        x.insert(x.end(), device.row(r).begin(), device.row(r).end());
        for (std::size_t l = 0; l <= layers; ++l) {
          const std::string name = l == layers ? "logits" : "hidden" + std::to_string(l);
          const auto& w = store.find(name + ".weight")->where;
          const auto& b = store.find(name + ".bias")->where;
          REQUIRE(w.extents == shape{l == layers ? 6U : 7U, x.size()});
          std::vector<double> next(w.extents[0]);
          for (std::size_t o = 0; o < next.size(); ++o) {
            next[o] = store.data()[b.offset + o];
            for (std::size_t i = 0; i < x.size(); ++i) next[o] += store.data()[w.offset + o * x.size() + i] * x[i];
            if (l < layers) next[o] /= 1 + std::exp(-next[o]);
          }
          x = next;
        }
        for (std::size_t c = 0; c < 6; ++c) CHECK(y.data()[6 * r + c] == doctest::Approx(x[c]).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("hypernetwork: gradients of the multilayer perceptron") {
  nn::parameters<double> store;
  const multilayer network(store, sized(3, 2), {.seed = 3});
  CHECK(autodiff::gradient_error([&](auto&, const auto& x) { return network(nn::bound(x[0]), x[1], x[2]); },
                                 {store.values(), numbers({4, 3}, 3), numbers({4, 4}, 4)}) < 1e-8);
}

TEST_CASE("hypernetwork: rows of the multilayer perceptron do not influence each other") {
  nn::parameters<double> store;
  const multilayer network(store, sized(2, 2), {.seed = 4});
  const auto preference = numbers({5, 2}, 5);
  const auto device = numbers({5, 4}, 6);
  autodiff::evaluation<double> context;
  const auto theta = nn::freeze(context, store);
  const auto all = network(theta, context.constant(preference), context.constant(device));
  for (std::size_t r = 0; r < 5; ++r) {
    const auto one = network(theta, context.constant(preference.row(r).data(), {1, 2}),
                             context.constant(device.row(r).data(), {1, 4}));
    for (std::size_t c = 0; c < 6; ++c) CHECK(one.data()[c] == doctest::Approx(all.data()[6 * r + c]).epsilon(1e-13));
  }
}

TEST_CASE("hypernetwork: at first every choice is about equally likely") {
  nn::parameters<double> store;
  const multilayer network(store, {.choices = 30}, {.seed = 5});
  CHECK(store.size() == 13 * 128 + 129 * 128 + 129 * 30);
  const auto preference = numbers({20, 2}, 7);
  const auto device = numbers({20, 10}, 8);
  autodiff::evaluation<double> context;
  const auto y = network(nn::freeze(context, store), context.constant(preference), context.constant(device));
  double squares = 0;
  for (const double v : y.span()) squares += v * v;
  CHECK(std::sqrt(squares / static_cast<double>(y.size())) < 0.15);
}
