// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/autodiff/gate.hpp>

#include <doctest/doctest.h>

#include <cstddef>

#include <paragon/autodiff/gradient_check.hpp>

#include "images.hpp"

using namespace paragon::autodiff;
using paragon::shape;
using paragon_test::dot_product_error;
using paragon_test::image_shapes;
using paragon_test::normal;

TEST_CASE("autodiff: a gate multiplies each channel of each image") {
  for (const shape& s : image_shapes()) {
    INFO("shape " << to_string(s));
    const std::size_t c = s[3];
    const auto x = normal(s, 90);
    const auto g = normal({s[0], c}, 91);
    evaluation<double> context;
    const auto y = gate(context.constant(x), context.constant(g));
    REQUIRE(y.shape() == s);
    for (std::size_t i = 0; i < x.size(); ++i) {
      CHECK(y.data()[i] == x[i] * g[i / (s[1] * s[2] * c) * c + i % c]);
    }
    const auto f = [](auto&, const auto& v) { return gate(v[0], v[1]); };
    CHECK(dot_product_error(f, {x, g}) < 1e-9);
    if (c <= 3) CHECK(gradient_error(f, {x, g}) < 1e-8);
  }
}

TEST_CASE("autodiff: a gate refuses other shapes") {
  evaluation<double> context;
  const auto x = normal({2, 3, 3, 4}, 92);
  const auto g = normal({4, 2}, 93);
  CHECK_THROWS_WITH_AS(static_cast<void>(gate(context.constant(x), context.constant(g))),
                       "autodiff::gate: (2, 3, 3, 4) with (4, 2); expected [images, height, width, channels] with "
                       "[images, channels]",
                       paragon::error);
}
