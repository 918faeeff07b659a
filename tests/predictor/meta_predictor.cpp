// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/benchmark/nasbench201/graph.hpp>
#include <paragon/predictor/meta_predictor.hpp>

using namespace paragon;

namespace {

tensor<double> numbers(shape extents, std::uint32_t stream, double deviation = 1) {
  tensor<double> x(extents);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = deviation * paragon::random_key{.seed = 8}.fork(stream).normal(i);
  return x;
}

constexpr predictor::meta_predictor_settings small{.node_features = 3, .device_features = 4, .width = 5, .layers = 2};

/// y[r] = relu(w x[r] + b), by loops.
std::vector<double> layer(const nn::parameters<double>& store, const std::string& name, const std::vector<double>& x,
                          bool rectify = true) {
  const auto& w = store.find(name + ".weight")->where;
  const auto& b = store.find(name + ".bias")->where;
  std::vector<double> y(w.extents[0]);
  for (std::size_t o = 0; o < y.size(); ++o) {
    y[o] = store.data()[b.offset + o];
    for (std::size_t i = 0; i < x.size(); ++i) y[o] += store.data()[w.offset + o * x.size() + i] * x[i];
    if (rectify) y[o] = std::max(0.0, y[o]);
  }
  return y;
}

}  // namespace

TEST_CASE("predictor: the meta-predictor has the published number of parameters and names") {
  nn::parameters<float> store;
  const predictor::meta_predictor network(store, {}, {.seed = 1});
  CHECK(store.size() == 123001);
  CHECK(network.settings() == predictor::meta_predictor_settings{});
  CHECK(store.find("gc1.weight")->where.extents == shape{8, 100});
  CHECK(store.find("gc4.bias")->where.extents == shape{100});
  CHECK(store.find("fc_hw1.weight")->where.extents == shape{100, 10});
  CHECK(store.find("fc5.weight")->where.extents == shape{1, 200});
}

TEST_CASE("predictor: the meta-predictor computes what its formula says") {
  nn::parameters<double> store;
  const predictor::meta_predictor network(store, small, {.seed = 2});
  for (std::size_t i = 0; i < store.size(); ++i)
    store.data()[i] += 0.1 * paragon::random_key{.seed = 3}.normal(i);  // biases too
  const auto adjacency = numbers({3, 3}, 1, 0.5);
  const auto x = numbers({2 * 3, 3}, 2);
  const auto device = numbers({2, 4}, 3);
  autodiff::evaluation<double> context;
  const auto y =
      network(nn::freeze(context, store), adjacency.data(), 3, context.constant(x), context.constant(device));
  REQUIRE(y.shape() == shape{2, 1});
  for (std::size_t g = 0; g < 2; ++g) {
    std::vector<std::vector<double>> nodes;
    for (std::size_t n = 0; n < 3; ++n) nodes.emplace_back(x.row(3 * g + n).begin(), x.row(3 * g + n).end());
    for (const std::string name : {"gc1", "gc2"}) {
      const auto& w = store.find(name + ".weight")->where;
      const double* bias = store.data() + store.find(name + ".bias")->where.offset;
      std::vector<std::vector<double>> next(3, std::vector<double>(bias, bias + 5));
      for (std::size_t n = 0; n < 3; ++n) {
        for (std::size_t m = 0; m < 3; ++m) {
          for (std::size_t i = 0; i < nodes[m].size(); ++i) {
            for (std::size_t o = 0; o < 5; ++o) {
              next[n][o] += adjacency[3 * n + m] * nodes[m][i] * store.data()[w.offset + i * 5 + o];
            }
          }
        }
        for (double& v : next[n]) v = std::max(0.0, v);
      }
      nodes = next;
    }
    std::vector<double> joint = nodes.back();
    const std::vector<double> features(device.row(g).begin(), device.row(g).end());
    const auto hardware = layer(store, "fc_hw2", layer(store, "fc_hw1", features));
    joint.insert(joint.end(), hardware.begin(), hardware.end());
    const auto expected = layer(store, "fc5", layer(store, "fc4", layer(store, "fc3", joint)), false);
    CHECK(y.data()[g] == doctest::Approx(expected[0]).epsilon(1e-12));
  }
}

TEST_CASE("predictor: one device for all graphs is the same as the device repeated") {
  nn::parameters<double> store;
  const predictor::meta_predictor network(store, small, {.seed = 4});
  const auto adjacency = numbers({3, 3}, 4);
  const auto x = numbers({4 * 3, 3}, 5);
  const auto device = numbers({1, 4}, 6);
  tensor<double> repeated({4, 4});
  for (std::size_t r = 0; r < 4; ++r) std::copy(device.span().begin(), device.span().end(), repeated.row(r).begin());
  autodiff::evaluation<double> context;
  const auto theta = nn::freeze(context, store);
  const auto one = network(theta, adjacency.data(), 3, context.constant(x), context.constant(device));
  const auto all = network(theta, adjacency.data(), 3, context.constant(x), context.constant(repeated));
  for (std::size_t r = 0; r < 4; ++r) {
    CHECK(one.data()[r] == all.data()[r]);
    const auto alone =
        network(theta, adjacency.data(), 3, context.constant(x.data() + 9 * r, {3, 3}), context.constant(device));
    CHECK(alone.data()[0] == doctest::Approx(one.data()[r]).epsilon(1e-14));
  }
}

TEST_CASE("predictor: gradients of the meta-predictor") {
  nn::parameters<double> store;
  const predictor::meta_predictor network(store, small, {.seed = 5});
  for (std::size_t i = 0; i < store.size(); ++i) store.data()[i] += 0.1 * paragon::random_key{.seed = 6}.normal(i);
  const auto adjacency = numbers({3, 3}, 7);
  const auto error = autodiff::gradient_error(
      [&](auto&, const auto& x) { return network(nn::bound(x[2]), adjacency.data(), 3, x[0], x[1]); },
      {numbers({2 * 3, 3}, 8), numbers({2, 4}, 9), store.values()});
  CHECK(error < 1e-6);
}
