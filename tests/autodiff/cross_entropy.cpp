// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <paragon/autodiff/cross_entropy.hpp>
#include <paragon/autodiff/gradient_check.hpp>

#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::shape;
using paragon::tensor;
using paragon_test::normal;

TEST_CASE("autodiff: cross-entropy by definition, with and without label smoothing, and its gradient") {
  for (const std::size_t classes : {1U, 2U, 10U, 37U}) {
    const std::size_t rows = 5;
    const auto x = normal({rows, classes}, 100, 2);
    std::vector<std::uint32_t> labels(rows);
    for (std::size_t r = 0; r < rows; ++r) labels[r] = static_cast<std::uint32_t>((7 * r + 3) % classes);
    for (const double smoothing : {0.0, 0.1, 1.0}) {
      INFO(classes << " classes, smoothing " << smoothing);
      double expected = 0;
      for (std::size_t r = 0; r < rows; ++r) {
        double total = 0;
        for (std::size_t k = 0; k < classes; ++k) total += std::exp(x[r * classes + k]);
        for (std::size_t k = 0; k < classes; ++k) {
          const double target = (labels[r] == k ? 1 - smoothing : 0) + smoothing / static_cast<double>(classes);
          expected -= target * (x[r * classes + k] - std::log(total)) / static_cast<double>(rows);
        }
      }
      evaluation<double> context;
      const auto y = cross_entropy(context.constant(x), labels, smoothing);
      CHECK(y.shape() == shape{1});
      CHECK(y.data()[0] == doctest::Approx(expected).epsilon(1e-12));
      CHECK(gradient_error([&](auto&, const auto& v) { return cross_entropy(v[0], labels, smoothing); }, {x}) < 1e-8);
    }
  }
}

TEST_CASE("autodiff: cross-entropy of logits that know nothing is log(classes)") {
  const tensor<float> x(shape{3, 10});
  const std::vector<std::uint32_t> labels{0, 9, 5};
  evaluation<float> context;
  CHECK(cross_entropy(context.constant(x), labels).data()[0] == doctest::Approx(std::log(10.0)));
  CHECK(cross_entropy(context.constant(x), labels, 0.1F).data()[0] == doctest::Approx(std::log(10.0)));
}

TEST_CASE("autodiff: cross-entropy of extreme logits stays finite and keeps its gradient") {
  const tensor<float> x({2, 2}, {1e4F, -1e4F, 0, 88});
  const std::vector<std::uint32_t> labels{1, 1};
  tape<float> context;
  const auto v = context.input(x);
  const auto y = cross_entropy(v, labels);
  CHECK(y.data()[0] == doctest::Approx(1e4));
  context.backward(y);
  CHECK(context.gradient(v)[0] == doctest::Approx(0.5));
  CHECK(context.gradient(v)[1] == doctest::Approx(-0.5));
  CHECK(context.gradient(v)[2] == doctest::Approx(0));
}

TEST_CASE("autodiff: cross-entropy refuses labels that do not fit") {
  evaluation<double> context;
  const auto x = normal({2, 3}, 101);
  const auto v = context.constant(x);
  const std::vector<std::uint32_t> beyond{0, 3};
  const std::vector<std::uint32_t> few{0};
  const std::vector<std::uint32_t> good{0, 2};
  CHECK_THROWS_WITH_AS(static_cast<void>(cross_entropy(v, beyond)),
                       "autodiff::cross_entropy: label 3 at position 1; expected below 3", paragon::error);
  CHECK_THROWS_WITH_AS(static_cast<void>(cross_entropy(v, few)),
                       "autodiff::cross_entropy: 1 labels for logits (2, 3); expected one label for each row",
                       paragon::error);
  CHECK_THROWS_AS(static_cast<void>(cross_entropy(v, good, -0.1)), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(cross_entropy(v, good, std::nan(""))), paragon::error);
}
