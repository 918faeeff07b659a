// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cstddef>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/autodiff/pooling.hpp>

#include "images.hpp"

using namespace paragon::autodiff;
using paragon::shape;
using paragon::tensor;
using paragon_test::dot_product_error;
using paragon_test::image_shapes;
using paragon_test::normal;

TEST_CASE("autodiff: average pooling does not count what lies outside of the image") {
  const tensor<double> x({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  evaluation<double> context;
  const auto y = average_pool(context.constant(x));
  REQUIRE(y.shape() == x.shape());
  const double expected[] = {3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7};
  for (std::size_t i = 0; i < 9; ++i) CHECK(y.data()[i] == doctest::Approx(expected[i]).epsilon(1e-14));
  const auto z = average_pool(context.constant(x), {.kernel = 3, .stride = 2});
  REQUIRE(z.shape() == shape{1, 2, 2, 1});
  const double corners[] = {3, 4, 6, 7};
  for (std::size_t i = 0; i < 4; ++i) CHECK(z.data()[i] == doctest::Approx(corners[i]).epsilon(1e-14));
}

TEST_CASE("autodiff: even windows have no padding and leave out what remains") {
  const tensor<double> x({1, 2, 5, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  evaluation<double> context;
  const auto y = average_pool(context.constant(x), {.kernel = 2, .stride = 2});
  REQUIRE(y.shape() == shape{1, 1, 2, 1});
  CHECK(y.data()[0] == doctest::Approx(4));
  CHECK(y.data()[1] == doctest::Approx(6));
}

TEST_CASE("autodiff: the mean of a constant image is the constant, and pooling keeps planes' inner pixels") {
  tensor<float> x({2, 9, 8, 17});
  for (float& v : x.span()) v = 0.3F;
  evaluation<float> context;
  for (const std::size_t kernel : {1U, 3U, 5U, 7U}) {
    const auto y = average_pool(context.constant(x), {.kernel = kernel});
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(y.data()[i] == doctest::Approx(0.3F).epsilon(1e-6));
  }
}

TEST_CASE("autodiff: gradients of pooling") {
  for (const shape& s : image_shapes()) {
    INFO("shape " << to_string(s));
    const auto x = normal(s, 80);
    for (const pool_settings p : {pool_settings{3, 1}, {3, 2}, {2, 2}, {2, 1}, {1, 1}, {5, 1}, {1, 2}}) {
      if (p.kernel == 5 && s[1] < 3) continue;
      INFO("kernel " << p.kernel << ", stride " << p.stride);
      const auto f = [p](auto&, const auto& v) { return average_pool(v[0], p); };
      CHECK(dot_product_error(f, {x}) < 1e-10);
      if (s[3] <= 3) CHECK(gradient_error(f, {x}) < 1e-8);
    }
    const auto g = [](auto&, const auto& v) { return global_average_pool(v[0]); };
    CHECK(dot_product_error(g, {x}) < 1e-10);
  }
}

TEST_CASE("autodiff: global average pooling") {
  const auto x = normal({3, 5, 4, 6}, 81);
  evaluation<double> context;
  const auto y = global_average_pool(context.constant(x));
  REQUIRE(y.shape() == shape{3, 6});
  for (std::size_t n = 0; n < 3; ++n) {
    for (std::size_t c = 0; c < 6; ++c) {
      double mean = 0;
      for (std::size_t p = 0; p < 20; ++p) mean += x[(n * 20 + p) * 6 + c] / 20;
      CHECK(y.data()[n * 6 + c] == doctest::Approx(mean).epsilon(1e-13));
    }
  }
}

TEST_CASE("autodiff: pooling refuses what is no image, or smaller than the window") {
  evaluation<double> context;
  const auto matrix = normal({4, 3}, 82);
  const auto image = normal({1, 2, 3, 1}, 83);
  CHECK_THROWS_WITH_AS(static_cast<void>(average_pool(context.constant(matrix))),
                       "autodiff::average_pool: (4, 3); expected [images, height, width, channels]", paragon::error);
  CHECK_THROWS_AS(static_cast<void>(global_average_pool(context.constant(matrix))), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(average_pool(context.constant(image), {.kernel = 4})), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(average_pool(context.constant(image), {.kernel = 0})), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(average_pool(context.constant(image), {.stride = 0})), paragon::error);
}
