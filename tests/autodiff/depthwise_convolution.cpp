// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/autodiff/depthwise_convolution.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include <paragon/autodiff/gradient_check.hpp>

#include "images.hpp"

using namespace paragon::autodiff;
using paragon::shape;
using paragon_test::dot_product_error;
using paragon_test::image_shapes;
using paragon_test::normal;

TEST_CASE("autodiff: depthwise convolution by definition, and its gradients") {
  for (const shape& s : image_shapes()) {
    for (const std::size_t k : {1U, 3U, 5U, 7U}) {
      for (const std::size_t stride : {1U, 2U}) {
        INFO("shape " << to_string(s) << ", kernel " << k << ", stride " << stride);
        const std::size_t c = s[3];
        const auto x = normal(s, 110);
        const auto w = normal({k, k, c}, 111);
        evaluation<double> context;
        const auto y = depthwise_convolution(context.constant(x), context.constant(w), stride);
        const std::size_t height = (s[1] + stride - 1) / stride;
        const std::size_t width = (s[2] + stride - 1) / stride;
        REQUIRE(y.shape() == shape{s[0], height, width, c});
        for (std::size_t o = 0; o < y.size(); ++o) {
          const std::size_t channel = o % c;
          const std::size_t column = o / c % width * stride;
          const std::size_t row = o / c / width % height * stride;
          const std::size_t image = o / c / width / height;
          double sum = 0;
          for (std::size_t a = 0; a < k; ++a) {
            for (std::size_t b = 0; b < k; ++b) {
              const std::size_t h = row + a - k / 2;  // wraps around where it is negative
              const std::size_t v = column + b - k / 2;
              if (h >= s[1] || v >= s[2]) continue;
              sum += w[(a * k + b) * c + channel] * x[((image * s[1] + h) * s[2] + v) * c + channel];
            }
          }
          REQUIRE(y.data()[o] == doctest::Approx(sum).epsilon(1e-11));
        }
        const auto f = [stride](auto&, const auto& v) { return depthwise_convolution(v[0], v[1], stride); };
        CHECK(dot_product_error(f, {x, w}) < 1e-9);
        if (c <= 3) CHECK(gradient_error(f, {x, w}) < 1e-8);
      }
    }
  }
}

TEST_CASE("autodiff: depthwise convolution refuses weights that do not fit") {
  evaluation<double> context;
  const auto x = normal({2, 3, 3, 4}, 112);
  const auto even = normal({2, 2, 4}, 113);
  const auto other = normal({3, 3, 5}, 114);
  const auto large = normal({13, 13, 4}, 115);
  const auto good = normal({3, 3, 4}, 116);
  const auto v = context.constant(x);
  CHECK_THROWS_WITH_AS(
      static_cast<void>(depthwise_convolution(v, context.constant(even))),
      "autodiff::depthwise_convolution: (2, 3, 3, 4) with weights (2, 2, 4); expected [images, height, "
      "width, channels] with [k, k, channels], k odd and at most 11",
      paragon::error);
  CHECK_THROWS_AS(static_cast<void>(depthwise_convolution(v, context.constant(other))), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(depthwise_convolution(v, context.constant(large))), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(depthwise_convolution(v, context.constant(good), 0)), paragon::error);
}
