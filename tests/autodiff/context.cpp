// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/attention.hpp>
#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/autodiff/layer_norm.hpp>
#include <paragon/autodiff/linear.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/autodiff/softmax.hpp>

#include "../support.hpp"
#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::shape;
using paragon::tensor;
using paragon_test::largest_difference;
using paragon_test::normal;

namespace {

/// A bit of everything: a one-layer transformer.
template <class C>
variable<C> network(variable<C> x, variable<C> w, variable<C> v, variable<C> b) {
  using T = typename C::value_type;
  const auto q = linear(normalise_rows(x, T(1e-5)), w, b);
  const auto y = x + attention(q, linear(x, v), x, 2, 4, nullptr);
  const auto z = concatenate(silu(matmul(y, w)), softmax(slice_columns(y, 1, 3)));
  return mean(square(z)) + sum(log_softmax(y), T(0.01));
}

using recording = tape<double>;
template <class Rule>
concept accepted = adjoint_rule<Rule, recording>;

struct pointer_rule {  // the smallest adjoint
  double* to;
  void operator()(pass<recording>&) const { *to += 1; }
};
struct vector_rule {
  std::vector<double> kept;
  void operator()(pass<recording>&) const {}
};
struct mutable_rule {
  void operator()(pass<recording>&) {}
};
struct pass_by_value {
  void operator()() const {}
};
static_assert(accepted<pointer_rule>);
static_assert(!accepted<vector_rule>, "what lies in an arena is never destroyed");
static_assert(!accepted<mutable_rule>);
static_assert(!accepted<pass_by_value>);

}  // namespace

TEST_CASE("autodiff: a closure may capture numbers and variables, but nothing with a destructor") {
  const std::vector<double> owned(3);
  const auto with_vector = [owned](auto&) { static_cast<void>(owned); };
  const auto with_string = [text = std::string("x")](auto&) { static_cast<void>(text); };
  recording context;
  const auto a = normal({2}, 160);
  const auto x = context.input(a);
  const auto plain = [x, n = 3.0](auto& pass) { pass.adjoint(x)[0] += n; };
  static_assert(!accepted<decltype(with_vector)>);
  static_assert(!accepted<decltype(with_string)>);
  static_assert(accepted<decltype(plain)>);
  CHECK(x.needs_gradient());
}

TEST_CASE("autodiff: gradients of a small transformer, and values that do not depend on recording") {
  const std::vector<tensor<double>> inputs{normal({8, 6}, 161), normal({6, 6}, 162), normal({6, 6}, 163),
                                           normal({6}, 164)};
  CHECK(gradient_error([](auto&, const auto& x) { return network(x[0], x[1], x[2], x[3]); }, inputs) < 1e-8);
  recording on;
  evaluation<double> off;
  const auto y = network(on.input(inputs[0]), on.input(inputs[1]), on.input(inputs[2]), on.input(inputs[3]));
  const auto z = network(off.input(inputs[0]), off.input(inputs[1]), off.input(inputs[2]), off.constant(inputs[3]));
  CHECK(y.data()[0] == z.data()[0]);
  CHECK(on.records() > 10);
  CHECK(off.records() == 0);
  CHECK_FALSE(z.needs_gradient());
}

TEST_CASE("autodiff: a small transformer in float follows that in double") {
  const auto run = []<class T>(T) {
    const auto x = normal<T>({8, 6}, 161);
    const auto w = normal<T>({6, 6}, 162);
    const auto v = normal<T>({6, 6}, 163);
    const auto b = normal<T>({6}, 164);
    tape<T> context;
    const auto in = context.input(x);
    const auto weights = context.input(w);
    const auto y = network(in, weights, context.input(v), context.input(b));
    context.backward(y);
    std::vector<double> out{static_cast<double>(y.data()[0])};
    for (std::size_t i = 0; i < 48; ++i) out.push_back(static_cast<double>(context.gradient(in)[i]));
    for (std::size_t i = 0; i < 36; ++i) out.push_back(static_cast<double>(context.gradient(weights)[i]));
    return out;
  };
  const auto exact = run(0.0);
  const auto rough = run(0.0F);
  CHECK(largest_difference(exact, rough, exact.size()) < 1e-4);
}

TEST_CASE("autodiff: a variable used many times gets the sum of its adjoints") {
  const tensor<double> a({2}, {3, -2});
  recording context;
  const auto x = context.input(a);
  auto y = x;
  for (int i = 0; i < 99; ++i) y = y + x;  // 100 x
  auto power = x;
  for (int i = 0; i < 4; ++i) power = power * x;  // x^5
  context.backward(sum(y * power));               // 100 x^6
  CHECK(context.gradient(x)[0] == doctest::Approx(600 * std::pow(3.0, 5)));
  CHECK(context.gradient(x)[1] == doctest::Approx(600 * std::pow(-2.0, 5)));
}

TEST_CASE("autodiff: forty shared doublings cost forty additions") {
  const tensor<double> a({1}, {1.5});
  recording context;
  const auto start = std::chrono::steady_clock::now();
  const auto x = context.input(a);
  auto y = x;
  for (int i = 0; i < 40; ++i) y = y + y;
  context.backward(y);
  CHECK(context.records() == 40);
  CHECK(y.data()[0] == std::ldexp(1.5, 40));
  CHECK(context.gradient(x)[0] == std::ldexp(1.0, 40));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));  // 2^40 additions would take minutes
}

TEST_CASE("autodiff: a chain of a million nodes needs no recursion") {
  const tensor<float> a({1}, {0.25F});
  tape<float> context;
  const auto x = context.input(a);
  auto y = x;
  for (int i = 0; i < 500'000; ++i) {
    y = y + x;  // alternate, so that the result stays small
    y = affine(y, 1.0F, -0.25F);
  }
  context.backward(y);
  CHECK(context.variables() == 1'000'001);
  CHECK(y.data()[0] == 0.25F);
  CHECK(context.gradient(x)[0] == 500'001.0F);
}

TEST_CASE("autodiff: views, views of views, and views beside their whole") {
  const auto f = [](auto& context, const auto& x) {
    const auto part = context.view(x[0], 4, {4, 3});   // elements 4 to 16
    const auto inner = context.view(part, 3, {2, 3});  // elements 7 to 13
    const auto whole = reshape(x[0], {4, 5});
    const auto made = whole * whole;  // an inner variable and its views
    const auto made_part = context.view(context.view(made, 2, {12}), 6, {2, 3});
    return inner * made_part + slice_columns(context.view(whole, 10, {2, 5}), 1, 3) * context.view(part, 0, {2, 3});
  };
  CHECK(gradient_error(f, {normal({20}, 165)}) < 1e-8);
}

TEST_CASE("autodiff: a view's gradient is its part of the whole's, for every seed") {
  const auto a = normal({12}, 166);
  const auto seeds = normal({3, 4}, 167);
  recording context;
  const auto x = context.input(a);
  const auto part = context.view(x, 5, {4});
  const auto inner = context.view(part, 1, {2});
  const auto y = part * part;
  context.backward(y, seeds.data(), 3);
  for (std::size_t s = 0; s < 3; ++s) {
    CHECK(context.gradient(part, s) == context.gradient(x, s) + 5);
    CHECK(context.gradient(inner, s) == context.gradient(x, s) + 6);
    for (std::size_t i = 0; i < 12; ++i) {
      const double expected = i < 5 || i >= 9 ? 0 : 2 * a[i] * seeds[s * 4 + i - 5];
      CHECK(context.gradient(x, s)[i] == doctest::Approx(expected));
    }
  }
}

TEST_CASE("autodiff: several seeds give what separate passes give") {
  const std::vector<tensor<double>> inputs{normal({8, 6}, 168), normal({6, 6}, 169)};
  const auto seeds = normal({5, 48}, 170);
  recording context;
  const auto x = context.input(inputs[0]);
  const auto w = context.input(inputs[1]);
  const auto hidden = softmax(linear(x, w));
  const auto y = attention(hidden, x, matmul(hidden, w), 3, 4, nullptr);
  context.backward(y, seeds.data(), 5);
  std::vector<std::vector<double>> gradients;
  for (std::size_t s = 0; s < 5; ++s) {
    gradients.emplace_back(context.gradient(x, s), context.gradient(x, s) + 48);
    gradients.emplace_back(context.gradient(w, s), context.gradient(w, s) + 36);
  }
  for (std::size_t s = 0; s < 5; ++s) {
    context.backward(y, seeds.data() + s * 48, 1);
    CHECK(std::equal(gradients[2 * s].begin(), gradients[2 * s].end(), context.gradient(x)));
    CHECK(std::equal(gradients[2 * s + 1].begin(), gradients[2 * s + 1].end(), context.gradient(w)));
  }
  // nullptr stands for a row of ones.
  const std::vector<double> ones(48, 1);
  context.backward(y, nullptr, 1);
  const std::vector<double> without(context.gradient(x), context.gradient(x) + 48);
  context.backward(y, ones.data(), 1);
  CHECK(std::equal(without.begin(), without.end(), context.gradient(x)));
}

TEST_CASE("autodiff: an input that the result does not depend on has gradient zero") {
  const auto a = normal({3}, 172);
  recording context;
  const auto x = context.input(a);
  const auto y = context.input(a);
  (void)square(y);
  context.backward(sum(x));
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(context.gradient(x)[i] == 1);
    CHECK(context.gradient(y)[i] == 0);
  }
}

TEST_CASE("autodiff: what can't be differentiated is refused") {
  const auto a = normal({3}, 173);
  recording context;
  const auto x = context.input(a);
  const auto c = context.constant(a);
  CHECK_THROWS_WITH_AS(context.backward(x), "autodiff::backward: a root of shape (3); expected one element, or a seed",
                       paragon::error);
  CHECK_THROWS_WITH_AS(context.backward(sum(c)),
                       "autodiff::backward: the root depends on no input; expected a recorded variable",
                       paragon::error);
  CHECK_THROWS_WITH_AS(context.backward(x, nullptr, 0), "autodiff::backward: no seed; expected at least one",
                       paragon::error);
  CHECK_THROWS_WITH_AS(static_cast<void>(context.view(x, 2, {2})),
                       "autodiff::view: elements 2 to 4 of (3); expected a part of the variable", paragon::error);
  CHECK_THROWS_AS(static_cast<void>(context.view(x, static_cast<std::size_t>(-1), {2})), paragon::error);
}

namespace {

/// sum(by * x), `by` made and gone in here.
variable<recording> weighed(variable<recording> x) {
  const tensor<double> by({3}, {2, -3, 0.5});
  return sum(x.context().copy(by) * x);
}

}  // namespace

TEST_CASE("autodiff: a copy lives as long as the variables, whatever became of what was copied") {
  const tensor<double> a({3}, {1, 2, 4});
  recording context;
  for (int turn = 0; turn < 3; ++turn) {
    context.clear();
    const auto x = context.input(a);
    const auto y = weighed(x);
    const std::vector<tensor<double>> others(20, tensor<double>({3}, {9, 9, 9}));  // take the place of what is gone
    CHECK(y.data()[0] == -2);
    context.backward(y);
    CHECK(std::vector<double>(context.gradient(x), context.gradient(x) + 3) == std::vector<double>{2, -3, 0.5});
  }
  auto changed = a;
  const auto kept = context.copy(changed.data(), {3});
  changed[0] = 7;
  CHECK(kept.data()[0] == 1);
  CHECK_FALSE(kept.needs_gradient());
}

TEST_CASE("autodiff: borrowed memory that is gone is found, also where only a product of matrices reads it") {
#ifdef PARAGON_ADDRESS_SANITIZER
  const auto a = normal({8, 8}, 175);
  recording context;
  const auto x = context.input(a);
  auto local = std::make_unique<tensor<double>>(normal({8, 8}, 176));
  const auto y = sum(matmul(x, context.constant(*local)));
  context.backward(y);
  local.reset();
  CHECK_THROWS_WITH_AS(context.backward(y), doctest::Contains("autodiff::backward: a borrowed value of shape (8, 8)"),
                       paragon::error);
#else
  paragon_test::skip("only a build with AddressSanitizer knows");
#endif
}

TEST_CASE("autodiff: a context starts anew after clear") {
  const auto a = normal({3}, 174);
  recording context;
  auto x = context.input(a);
  context.backward(sum(square(x)));
  const std::vector<double> first(context.gradient(x), context.gradient(x) + 3);
  context.clear();
  CHECK(context.variables() == 0);
  CHECK(context.records() == 0);
  x = context.input(a);
  CHECK_THROWS_AS(static_cast<void>(context.gradient(x)), paragon::error);
  context.backward(sum(square(x)));
  CHECK(std::equal(first.begin(), first.end(), context.gradient(x)));
}
