// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/linear.hpp>
#include <paragon/autodiff/reduce.hpp>

#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::tensor;
using paragon_test::normal;

TEST_CASE("autodiff: only gradients that exist are given out") {
  const auto a = normal({3}, 180);
  tape<double> context;
  const auto x = context.input(a);
  const auto c = context.constant(a);
  const auto y = sum(x * c);
  CHECK_THROWS_AS(static_cast<void>(context.gradient(x)), paragon::error);
  context.backward(y);
  CHECK(context.gradient(x)[1] == a[1]);
  CHECK_THROWS_WITH_AS(static_cast<void>(context.gradient(c)),
                       "autodiff::gradient: a variable without gradient; expected an input of the last backward pass",
                       paragon::error);
  CHECK_THROWS_AS(static_cast<void>(context.gradient(y)), paragon::error);  // a result: its adjoint is not kept
  CHECK_THROWS_WITH_AS(static_cast<void>(context.gradient(x, 1)), "autodiff::gradient: seed 1; expected below 1",
                       paragon::error);
  const auto later = context.input(a);
  CHECK_THROWS_AS(static_cast<void>(context.gradient(later)), paragon::error);
}

TEST_CASE("autodiff: the memory of a pass does not grow with its repetitions") {
  const auto a = normal({64, 64}, 181);
  tape<double> context;
  const auto x = context.input(a);
  const auto y = sum(x * square(x) - x);
  context.backward(y);
  const std::size_t blocks = context.blocks();
  for (int i = 0; i < 100; ++i) context.backward(y);
  CHECK(context.blocks() == blocks);
}

TEST_CASE("autodiff: adjoints of results that are not alive at once share memory") {
  const auto a = normal({512, 512}, 184);  // 2 MB
  tape<double> context;
  const auto x = context.input(a);
  const auto deep = [&](int layers) {
    auto y = x;
    for (int i = 0; i < layers; ++i) y = tanh(y + square(y));
    return sum(y);
  };
  const auto blocks = [&](int layers) {
    context.clear();
    const auto y = deep(layers);
    const std::size_t before = context.blocks();
    context.backward(y);
    return context.blocks() - before;
  };
  (void)blocks(4);
  CHECK(blocks(64) == 0);
}

TEST_CASE("autodiff: a variable that operators read in several ways gets all their contributions") {
  const tensor<double> a({2}, {0.5, -1.25});
  const tensor<double> w({2}, {3, 7});
  tape<double> context;
  const auto x = context.input(a);
  const auto y = square(x);
  // Each place where `add` could hand its adjoint's memory on: to one operand, to both, to a view, to an input.
  const auto twice = y + y;
  const auto chain = (twice + y) + square(y);
  const auto part = reshape(y, {1, 2});
  const auto total = sum((chain + x) * context.constant(w)) + sum(part + part);
  context.backward(total);
  for (std::size_t i = 0; i < 2; ++i) {
    const double v = a[i];  // total = sum of w (3 v^2 + v^4 + v) + 2 v^2
    CHECK(context.gradient(x)[i] == doctest::Approx(w[i] * (6 * v + 4 * v * v * v + 1) + 4 * v).epsilon(1e-14));
  }
}

TEST_CASE("autodiff: in a pass over instances an operator must say how rows contribute to a shared parameter") {
  const auto a = normal({4, 3}, 182);
  const auto w = normal({4, 3}, 183);
  tape<double> context;
  const auto x = context.input(a);
  const auto shared = context.shared_input(w);
  const auto losses = sum_columns(x * shared);
  CHECK_NOTHROW(context.backward(losses, nullptr, 1));
  CHECK_THROWS_WITH_AS(
      context.backward_instances(losses),
      "autodiff::backward_instances: an operator adds to a parameter element by element; expected linear, "
      "bias, embedding or another operator that says how rows contribute",
      paragon::error);
  CHECK_NOTHROW(context.backward(losses, nullptr, 1));  // and works on afterwards
  CHECK(context.gradient(shared)[5] == a[5]);
}
