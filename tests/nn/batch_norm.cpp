// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string>

#include <paragon/nn/batch_norm.hpp>
#include <paragon/nn/layer.hpp>

#include "layer_check.hpp"

namespace nn = paragon::nn;
using namespace paragon;
using paragon_test::at;

static_assert(nn::layer<nn::batch_norm>);

namespace {

/// Mean and unbiased variance of one column.
struct column_moments {
  double mean = 0, variance = 0;
  column_moments(const tensor<double>& x, std::size_t c) {
    const std::size_t columns = x.shape().columns();
    const std::size_t rows = x.shape().rows();
    for (std::size_t r = 0; r < rows; ++r) mean += x[r * columns + c] / static_cast<double>(rows);
    for (std::size_t r = 0; r < rows; ++r) {
      const double d = x[r * columns + c] - mean;
      variance += d * d / static_cast<double>(rows - 1);
    }
  }
};

}  // namespace

TEST_CASE("nn: a batch norm's parameters and its kept statistics are in two stores") {
  nn::parameters<double> store;
  nn::parameters<double> kept;
  const nn::batch_norm layer(store, kept, "norm", 3);
  REQUIRE(store.size() == 6);
  REQUIRE(kept.size() == 6);
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(at(store, "norm.weight")[c] == 1);
    CHECK(at(store, "norm.bias")[c] == 0);
    CHECK(at(kept, "norm.mean")[c] == 0);
    CHECK(at(kept, "norm.variance")[c] == 1);
  }
  const nn::batch_norm bare(store, kept, "bare", 3, {.affine = false, .track = false});
  CHECK(store.size() == 6);
  CHECK(kept.size() == 6);
  CHECK_FALSE(bare.settings().affine);
}

TEST_CASE("nn: gradients of a batch norm in every mode") {
  const auto x = paragon_test::normal({2, 3, 2, 3}, 530, 2, 1);
  for (const bool affine : {true, false}) {
    nn::parameters<double> store;
    nn::parameters<double> kept;
    store.add("another", {2}, nn::fill{0}, {});
    const nn::batch_norm layer(store, kept, "norm", 3, {.affine = affine, .epsilon = 1e-3});
    paragon_test::randomise(store);
    paragon_test::randomise(kept, 531);
    for (double& v : kept.values().span()) v = std::abs(v);
    CHECK(paragon_test::layer_error(store, x, [&](const auto& theta, auto v) { return layer(theta, v); }) < 1e-8);
    CHECK(paragon_test::layer_error(store, x, [&](const auto& theta, auto v) {
            return layer(theta, v, nn::running_statistics(nn::freeze(theta.context(), kept)));
          }) < 1e-8);
    auto scratch = kept;
    CHECK(paragon_test::layer_error(store, x, [&](const auto& theta, auto v) {
            return layer(theta, v, nn::collect_statistics(scratch));
          }) < 1e-8);
  }
}

TEST_CASE("nn: running statistics follow the batches with PyTorch's rule, and normalise at inference") {
  nn::parameters<double> store;
  nn::parameters<double> kept;
  const nn::batch_norm layer(store, kept, "norm", 3);
  paragon_test::randomise(store);
  double mean[3] = {0, 0, 0};
  double variance[3] = {1, 1, 1};
  autodiff::evaluation<double> context;
  for (std::uint32_t step = 0; step < 4; ++step) {
    const auto x = paragon_test::normal({2, 3, 3, 3}, 540 + step, 2, 1);
    context.clear();
    static_cast<void>(layer(nn::freeze(context, store), context.constant(x), nn::collect_statistics(kept, 0.9)));
    for (std::size_t c = 0; c < 3; ++c) {
      const column_moments of(x, c);
      mean[c] = 0.9 * mean[c] + 0.1 * of.mean;
      variance[c] = 0.9 * variance[c] + 0.1 * of.variance;
      CHECK(at(kept, "norm.mean")[c] == doctest::Approx(mean[c]).epsilon(1e-12));
      CHECK(at(kept, "norm.variance")[c] == doctest::Approx(variance[c]).epsilon(1e-12));
    }
  }
  const auto x = paragon_test::normal({1, 2, 2, 3}, 550);
  context.clear();
  const auto y =
      layer(nn::freeze(context, store), context.constant(x), nn::running_statistics(nn::freeze(context, kept)));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t c = i % 3;
    const double expected =
        at(store, "norm.weight")[c] * (x[i] - mean[c]) / std::sqrt(variance[c] + 1e-5) + at(store, "norm.bias")[c];
    CHECK(y.data()[i] == doctest::Approx(expected).epsilon(1e-12));
  }
}

TEST_CASE("nn: with momentum 1 - 1/n the kept statistics are the mean over batches, whatever they were before") {
  nn::parameters<double> store;
  nn::parameters<double> kept;
  const nn::batch_norm layer(store, kept, "norm", 2);
  paragon_test::randomise(kept);
  autodiff::evaluation<double> context;
  double mean[2] = {};
  double variance[2] = {};
  for (std::uint32_t n = 1; n <= 3; ++n) {
    const auto x = paragon_test::normal({2, 2, 2, 2}, 560 + n, 1, 5);
    context.clear();
    static_cast<void>(
        layer(nn::freeze(context, store), context.constant(x), nn::collect_statistics(kept, 1 - 1.0 / n)));
    for (std::size_t c = 0; c < 2; ++c) {
      mean[c] += column_moments(x, c).mean / 3;
      variance[c] += column_moments(x, c).variance / 3;
    }
  }
  for (std::size_t c = 0; c < 2; ++c) {
    CHECK(at(kept, "norm.mean")[c] == doctest::Approx(mean[c]).epsilon(1e-12));
    CHECK(at(kept, "norm.variance")[c] == doctest::Approx(variance[c]).epsilon(1e-12));
  }
}

TEST_CASE("nn: a batch norm that does not track uses the batch in every mode") {
  nn::parameters<float> store;
  nn::parameters<float> kept;
  const nn::batch_norm layer(store, kept, "norm", 4, {.track = false});
  CHECK(kept.size() == 0);
  const auto x = paragon_test::normal<float>({3, 2, 2, 4}, 570);
  autodiff::evaluation<float> context;
  const auto theta = nn::freeze(context, store);
  const auto a = layer(theta, context.constant(x), nn::batch_statistics{});
  const auto b = layer(theta, context.constant(x), nn::running_statistics(nn::freeze(context, kept)));
  const auto c = layer(theta, context.constant(x), nn::collect_statistics(kept));
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(a.data()[i] == b.data()[i]);
    CHECK(a.data()[i] == c.data()[i]);
  }
}
