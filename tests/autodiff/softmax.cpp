// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/autodiff/softmax.hpp>

#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::tensor;
using paragon_test::normal;

TEST_CASE("autodiff: softmax and log softmax, over rows and over groups of columns") {
  const auto a = normal({4, 6}, 40, 3);
  for (const std::size_t width : {0U, 1U, 2U, 3U, 6U}) {
    const std::size_t w = width == 0 ? 6 : width;
    evaluation<double> context;
    const auto y = softmax(context.constant(a), width);
    const auto z = log_softmax(context.constant(a), width);
    CHECK(y.shape() == a.shape());
    for (std::size_t g = 0; g < a.size(); g += w) {
      double total = 0;
      for (std::size_t i = 0; i < w; ++i) total += std::exp(a[g + i]);
      for (std::size_t i = 0; i < w; ++i) {
        CHECK(y.data()[g + i] == doctest::Approx(std::exp(a[g + i]) / total).epsilon(1e-13));
        CHECK(z.data()[g + i] == doctest::Approx(a[g + i] - std::log(total)).epsilon(1e-13));
      }
    }
    CHECK(gradient_error([width](auto&, const auto& x) { return softmax(x[0], width); }, {a}) < 1e-8);
    CHECK(gradient_error([width](auto&, const auto& x) { return log_softmax(x[0], width); }, {a}) < 1e-8);
  }
}

TEST_CASE("autodiff: large logits neither overflow nor lose their gradients") {
  const tensor<double> a({2, 3}, {1000, 1001, 999, -1e9, 0, -1e9});
  tape<double> context;
  const auto x = context.input(a);
  const auto y = softmax(x);
  const double total = 1 + std::exp(1.0) + std::exp(-1.0);
  CHECK(y.data()[1] == doctest::Approx(std::exp(1.0) / total));
  CHECK(y.data()[3] == 0);
  CHECK(y.data()[4] == 1);
  const tensor<double> seed({6}, {1, 0, 0, 0, 1, 0});
  context.backward(y, seed.data(), 1);
  const double p = 1 / total;
  CHECK(context.gradient(x)[0] == doctest::Approx(p * (1 - p)));
  for (std::size_t i = 3; i < 6; ++i) CHECK(context.gradient(x)[i] == 0);
  CHECK(log_softmax(x).data()[3] == -1e9);
}

TEST_CASE("autodiff: groups that do not divide a row are refused") {
  evaluation<double> context;
  const auto a = normal({4, 6}, 41);
  const auto x = context.constant(a);
  CHECK_THROWS_WITH_AS(static_cast<void>(softmax(x, 4)),
                       "autodiff::softmax: groups of 4 in (4, 6); expected a divisor of the number of columns",
                       paragon::error);
  CHECK_THROWS_AS(static_cast<void>(log_softmax(x, 7)), paragon::error);
}
