// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include <paragon/autodiff/batch_norm.hpp>
#include <paragon/autodiff/gradient_check.hpp>

#include "images.hpp"

using namespace paragon::autodiff;
using paragon::shape;
using paragon::tensor;
using paragon_test::dot_product_error;
using paragon_test::image_shapes;
using paragon_test::normal;

TEST_CASE("autodiff: batch normalisation by definition, and the statistics that it hands out") {
  for (const shape& s : image_shapes()) {
    INFO("shape " << to_string(s));
    const std::size_t c = s.columns();
    const auto x = normal(s, 60, 3, 20);
    const auto gain = normal({c}, 61);
    const auto bias = normal({c}, 62);
    evaluation<double> context;
    batch_moments<double> moments;
    const auto y = batch_norm(context.constant(x), 1e-3);
    const auto z = batch_norm(context.constant(x), context.constant(gain), context.constant(bias), 1e-3, &moments);
    CHECK(y.shape() == s);
    CHECK(z.shape() == s);
    REQUIRE(moments.count == s.rows());
    const auto n = static_cast<double>(s.rows());
    CHECK(moments.unbiased() == doctest::Approx(n / (n - 1)));
    for (std::size_t k = 0; k < c; ++k) {
      double mean = 0;
      double variance = 0;
      for (std::size_t r = 0; r < s.rows(); ++r) mean += x[r * c + k] / n;
      for (std::size_t r = 0; r < s.rows(); ++r) variance += (x[r * c + k] - mean) * (x[r * c + k] - mean) / n;
      CHECK(moments.mean[k] == doctest::Approx(mean).epsilon(1e-12));
      CHECK(moments.variance[k] == doctest::Approx(variance).epsilon(1e-12));
      for (std::size_t r = 0; r < s.rows(); ++r) {
        const double standard = (x[r * c + k] - mean) / std::sqrt(variance + 1e-3);
        CHECK(y.data()[r * c + k] == doctest::Approx(standard).epsilon(1e-11));
        CHECK(z.data()[r * c + k] == doctest::Approx(gain[k] * standard + bias[k]).epsilon(1e-11));
      }
    }
  }
}

TEST_CASE("autodiff: gradients of batch normalisation") {
  const auto plain = [](auto&, const auto& x) { return batch_norm(x[0], 1e-3); };
  const auto affine = [](auto&, const auto& x) { return batch_norm(x[0], x[1], x[2], 1e-3); };
  for (const shape& s : image_shapes()) {
    INFO("shape " << to_string(s));
    const std::size_t c = s.columns();
    const auto x = normal(s, 63, 2, 5);
    if (c <= 17) CHECK(gradient_error(plain, {x}) < 1e-8);
    if (c <= 3) CHECK(gradient_error(affine, {x, normal({c}, 64), normal({c}, 65)}) < 1e-8);
    CHECK(dot_product_error(affine, {x, normal({c}, 64), normal({c}, 65)}) < 1e-9);
  }
  CHECK(gradient_error(affine, {normal({9, 4}, 66), normal({4}, 67), normal({4}, 68)}) < 1e-8);
}

TEST_CASE("autodiff: normalisation by given statistics, and its gradients") {
  const shape s{2, 3, 3, 5};
  const auto x = normal(s, 70);
  const auto mean = normal({5}, 71);
  auto variance = normal({5}, 72);
  for (double& v : variance.span()) v = v * v;
  const auto gain = normal({5}, 73);
  const auto bias = normal({5}, 74);
  evaluation<double> context;
  const auto y = normalise_by(context.constant(x), context.constant(mean), context.constant(variance), 0.01);
  const auto z = normalise_by(context.constant(x), context.constant(mean), context.constant(variance), 0.01,
                              context.constant(gain), context.constant(bias));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double standard = (x[i] - mean[i % 5]) / std::sqrt(variance[i % 5] + 0.01);
    CHECK(y.data()[i] == doctest::Approx(standard).epsilon(1e-13));
    CHECK(z.data()[i] == doctest::Approx(gain[i % 5] * standard + bias[i % 5]).epsilon(1e-13));
  }
  const auto plain = [&](auto& on, const auto& v) {
    return normalise_by(v[0], on.constant(mean), on.constant(variance), 0.01);
  };
  const auto affine = [&](auto& on, const auto& v) {
    return normalise_by(v[0], on.constant(mean), on.constant(variance), 0.01, v[1], v[2]);
  };
  CHECK(gradient_error(plain, {x}) < 1e-8);
  CHECK(gradient_error(affine, {x, gain, bias}) < 1e-8);
}

TEST_CASE("autodiff: batch normalisation where only some operands need a gradient") {
  const auto x = normal({6, 3}, 75);
  const auto gain = normal({3}, 76);
  const auto bias = normal({3}, 77);
  CHECK(gradient_error([&](auto& on, const auto& v) { return batch_norm(on.constant(x), v[0], v[1], 0.01); },
                       {gain, bias}) < 1e-8);
  CHECK(gradient_error(
            [&](auto& on, const auto& v) { return batch_norm(v[0], on.constant(gain), on.constant(bias), 0.01); },
            {x}) < 1e-8);
  CHECK(
      gradient_error([&](auto& on, const auto& v) { return batch_norm(on.constant(x), on.constant(gain), v[0], 0.01); },
                     {bias}) < 1e-8);
}

TEST_CASE("autodiff: batch normalisation of a single row and of constant columns gives the bias") {
  const tensor<double> row({1, 1, 1, 2}, {3, -4});
  const tensor<double> constant({3, 2}, {1e6, 0.1, 1e6, 0.1, 1e6, 0.1});
  evaluation<double> context;
  batch_moments<double> moments;
  const auto y = batch_norm(context.constant(row), 1e-5, &moments);
  CHECK(moments.unbiased() == 1);
  CHECK(y.data()[0] == 0);
  CHECK(y.data()[1] == 0);
  const auto z = batch_norm(context.constant(constant), 1e-5);
  for (std::size_t i = 0; i < 6; ++i) CHECK(std::abs(z.data()[i]) < 1e-10);
}

TEST_CASE("autodiff: batch normalisation refuses what does not fit") {
  evaluation<double> context;
  const auto x = normal({4, 3}, 78);
  const auto three = normal({3}, 79);
  const auto two = normal({2}, 79);
  const auto v = context.constant(x);
  const auto good = context.constant(three);
  const auto bad = context.constant(two);
  CHECK_THROWS_WITH_AS(static_cast<void>(batch_norm(v, good, bad, 0.01)),
                       "autodiff::batch_norm: gain (3) and bias (2) for (4, 3); expected 3 numbers each",
                       paragon::error);
  CHECK_THROWS_AS(static_cast<void>(normalise_by(v, bad, good, 0.01)), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(normalise_by(v, good, bad, 0.01)), paragon::error);
  const tensor<double> none(shape{0, 3});
  CHECK_THROWS_AS(static_cast<void>(batch_norm(context.constant(none), 0.01)), paragon::error);
}
