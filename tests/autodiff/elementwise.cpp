// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/gradient_check.hpp>

#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::shape;
using paragon::tensor;
using paragon_test::away_from_zero;
using paragon_test::normal;
namespace functions = paragon::functions;

namespace {

/// Values against `expected`, on a tape and without one, and gradients.
template <class F, class Expected>
void check(F f, Expected expected, const tensor<double>& x) {
  tape<double> recording;
  evaluation<double> fixed;
  const auto y = elementwise(recording.input(x), f);
  const auto z = elementwise(fixed.constant(x), f);
  CHECK(y.shape() == x.shape());
  for (std::size_t i = 0; i < x.size(); ++i) {
    CAPTURE(x[i]);
    CHECK(y.data()[i] == doctest::Approx(expected(x[i])).epsilon(1e-13));
    CHECK(y.data()[i] == z.data()[i]);
  }
  CHECK(gradient_error([f](auto&, const auto& v) { return elementwise(v[0], f); }, {x}) < 1e-8);
  CHECK(gradient_error(
            [f](auto&, const auto& v) {
              return elementwise(elementwise(v[0], f), functions::affine<double>{3, 1});
            },
            {x}) < 1e-8);
}

}  // namespace

TEST_CASE("autodiff: element-wise functions and their derivatives") {
  const auto x = away_from_zero({3, 2, 7}, 20);
  auto positive = x;
  for (double& v : positive.span()) v = std::abs(v);
  check(
      functions::relu{}, [](double v) { return v > 0 ? v : 0.0; }, x);
  check(
      functions::tanh{}, [](double v) { return std::tanh(v); }, x);
  check(
      functions::sigmoid{}, [](double v) { return 1 / (1 + std::exp(-v)); }, x);
  check(
      functions::silu{}, [](double v) { return v / (1 + std::exp(-v)); }, x);
  check(
      functions::elu{}, [](double v) { return v > 0 ? v : std::expm1(v); }, x);
  auto wide = x;
  for (double& v : wide.span()) v *= 3;
  const auto hard_sigmoid = [](double v) { return std::min(std::max(v + 3, 0.0), 6.0) / 6; };
  check(functions::hard_sigmoid{}, hard_sigmoid, wide);
  check(
      functions::hard_swish{}, [&](double v) { return v * hard_sigmoid(v); }, wide);
  check(
      functions::exp{}, [](double v) { return std::exp(v); }, x);
  check(
      functions::log{}, [](double v) { return std::log(v); }, positive);
  check(
      functions::sin{}, [](double v) { return std::sin(v); }, x);
  check(
      functions::square{}, [](double v) { return v * v; }, x);
  check(
      functions::softplus{}, [](double v) { return std::log1p(std::exp(v)); }, x);
  check(
      functions::affine<double>{2.5, -1}, [](double v) { return 2.5 * v - 1; }, x);
  check(
      functions::huber<double>{0.7},
      [](double v) { return std::abs(v) <= 0.7 ? v * v / 2 : 0.7 * (std::abs(v) - 0.35); }, x);
}

TEST_CASE("autodiff: every named element-wise operator is its function") {
  const auto x = away_from_zero({5}, 21);
  tensor<double> positive = x;
  for (double& v : positive.span()) v = std::abs(v);
  evaluation<double> context;
  const auto v = context.constant(x);
  const auto p = context.constant(positive);
  const auto same = [](auto a, auto b) {
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a.data()[i] == b.data()[i]);
  };
  same(relu(v), elementwise(v, functions::relu{}));
  same(tanh(v), elementwise(v, functions::tanh{}));
  same(sigmoid(v), elementwise(v, functions::sigmoid{}));
  same(silu(v), elementwise(v, functions::silu{}));
  same(hard_sigmoid(v), elementwise(v, functions::hard_sigmoid{}));
  same(hard_swish(v), elementwise(v, functions::hard_swish{}));
  same(elu(v), elementwise(v, functions::elu{}));
  same(exp(v), elementwise(v, functions::exp{}));
  same(log(p), elementwise(p, functions::log{}));
  same(sin(v), elementwise(v, functions::sin{}));
  same(square(v), elementwise(v, functions::square{}));
  same(softplus(v), elementwise(v, functions::softplus{}));
  same(affine(v, 2.0, 1.0), elementwise(v, functions::affine<double>{2, 1}));
}

namespace {

struct cube {  // the smallest differentiable function
  double operator()(double x) const { return x * x * x; }
  double slope(double x, double) const { return 3 * x * x; }
};
struct without_slope {
  double operator()(double x) const { return x; }
};
struct with_memory {
  std::vector<double> table;
  double operator()(double x) const { return x; }
  double slope(double, double) const { return 1; }
};

static_assert(differentiable_function<cube, double>);
static_assert(!differentiable_function<without_slope, double>);
static_assert(!differentiable_function<with_memory, double>);

}  // namespace

TEST_CASE("autodiff: a user's function is an operator") {
  check(
      cube{}, [](double v) { return v * v * v; }, normal({4, 3}, 22));
}
