// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <vector>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/benchmark/nasbench201/flow_features.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/predictor/features.hpp>

using namespace paragon;

namespace {

tensor<double> probabilities(std::size_t rows) {
  tensor<double> x({rows, 30});
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = paragon::random_key{.seed = 6}.uniform(i);
  return x;
}

template <class F>
void check(const F& features) {
  const auto rows = probabilities(4);
  autodiff::evaluation<double> context;
  const auto y = predictor::evaluate_features(features, context.constant(rows));
  const std::size_t count = features.features();
  REQUIRE(y.shape() == shape{4, features.hypotheses() * count});
  std::vector<double> expected(count);
  for (std::size_t r = 0; r < 4; ++r) {
    for (std::size_t h = 0; h < features.hypotheses(); ++h) {
      features.evaluate(h, rows.row(r), std::span<double>(expected));
      for (std::size_t i = 0; i < count; ++i)
        CHECK(y.data()[(r * features.hypotheses() + h) * count + i] == expected[i]);
    }
  }
  CHECK(autodiff::gradient_error([&](auto&, const auto& x) { return predictor::evaluate_features(features, x[0]); },
                                 {rows}) < 1e-8);
}

}  // namespace

TEST_CASE("predictor: features of a batch are those of its rows, under every hypothesis, with their gradients") {
  check(benchmark::nasbench201_flow_features{});
  check(space::additive_features(benchmark::nasbench201{}));
}

TEST_CASE("predictor: features refuse rows of another space") {
  const tensor<float> rows({2, 31});
  autodiff::evaluation<float> context;
  CHECK_THROWS_WITH_AS(
      (void)predictor::evaluate_features(benchmark::nasbench201_flow_features{}, context.constant(rows)),
      "predictor::evaluate_features: rows of 31; expected 30", paragon::error);
}
