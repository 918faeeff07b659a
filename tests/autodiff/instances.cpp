// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/gather.hpp>
#include <paragon/autodiff/instances.hpp>
#include <paragon/autodiff/layer_norm.hpp>
#include <paragon/autodiff/linear.hpp>
#include <paragon/autodiff/reduce.hpp>

#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::tensor;
using paragon_test::normal;

namespace {

constexpr std::size_t width = 6;
constexpr std::size_t words = 7;
constexpr std::size_t total = 2 * width * width + width + words * width + width;

/// Embedding, weights used twice (as stored and transposed), a bias, a gain, further weights; one loss for each instance.
template <class C>
variable<C> losses(C& context, variable<C> theta, const tensor<typename C::value_type>& x,
                   const std::vector<std::uint32_t>& index, std::size_t instances) {
  const auto w = context.view(theta, 0, {width, width});
  const auto v = context.view(theta, width * width, {width, width});
  const auto b = context.view(theta, 2 * width * width, {width});
  const auto table = context.view(theta, 2 * width * width + width, {words, width});
  const auto gain = context.view(theta, 2 * width * width + width + words * width, {width});
  auto y = context.constant(x) + gather(table, index);
  y = tanh(linear(y, w, b));
  y = normalise_rows(y, typename C::value_type(1e-5)) * gain;
  y = tanh(matmul(y, w) + b);
  y = square(linear(y, v)) - gather(table, index) * y;
  return sum_columns(reshape(sum_columns(y), {instances, x.rows() / instances}));
}

std::vector<std::uint32_t> indices(std::size_t rows) {
  std::vector<std::uint32_t> index(rows);
  const paragon::random_key key{.seed = 5};
  for (std::size_t r = 0; r < rows; ++r) index[r] = static_cast<std::uint32_t>(key.below(words, r));
  return index;
}

/// The Gram matrix and a weighted sum from one pass, against k passes with one seed each.
template <class T>
void compare(std::size_t instances, std::size_t rows, double tolerance) {
  CAPTURE(instances);
  CAPTURE(rows);
  const auto values = normal<T>({total}, 190, 0.5);
  const auto x = normal<T>({instances * rows, width}, 191);
  const auto index = indices(instances * rows);

  tape<T> separate;
  const auto theta = separate.input(values);
  const auto y = losses(separate, theta, x, index, instances);
  std::vector<T> seeds(instances * instances);
  for (std::size_t t = 0; t < instances; ++t) seeds[t * instances + t] = 1;
  separate.backward(y, seeds.data(), instances);

  tape<T> context;
  const auto shared = context.shared_input(values);
  const auto z = losses(context, shared, x, index, instances);
  context.backward_instances(z);
  CHECK(context.instances().count() == instances);
  std::vector<double> gram(instances * instances);
  context.instances().gram(gram);
  std::vector<double> weights(instances);
  for (std::size_t t = 0; t < instances; ++t) weights[t] = 0.1 + 0.3 * static_cast<double>(t);
  context.instances().combine(weights);

  double scale = 0;
  for (std::size_t t = 0; t < instances; ++t) scale = std::max(scale, gram[t * instances + t]);
  for (std::size_t t = 0; t < instances; ++t) {
    for (std::size_t s = 0; s < instances; ++s) {
      double expected = 0;
      for (std::size_t i = 0; i < total; ++i) {
        expected +=
            static_cast<double>(separate.gradient(theta, t)[i]) * static_cast<double>(separate.gradient(theta, s)[i]);
      }
      CHECK(std::abs(gram[t * instances + s] - expected) <= tolerance * scale);
    }
  }
  for (std::size_t i = 0; i < total; ++i) {
    double expected = 0;
    for (std::size_t t = 0; t < instances; ++t)
      expected += weights[t] * static_cast<double>(separate.gradient(theta, t)[i]);
    CHECK(std::abs(static_cast<double>(context.gradient(shared)[i]) - expected) <=
          tolerance * static_cast<double>(instances) * std::sqrt(scale));
  }
}

}  // namespace

TEST_CASE("autodiff: gradients of instances are those of separate passes, for 1, 4 and 40 rows an instance") {
  for (const std::size_t instances : {1U, 2U, 5U, 13U}) {
    for (const std::size_t rows : {1U, 4U, 40U}) {
      compare<double>(instances, rows, 1e-12);
      compare<float>(instances, rows, 2e-5);
    }
  }
}

TEST_CASE("autodiff: a gradient that is too short to be squared counts as zero, one that is not a number stays that") {
  const auto values = normal<float>({width, width}, 196);
  auto x = normal<float>({3, width}, 197);
  const auto gram_of = [&] {
    tape<float> context;
    const auto w = context.shared_input(values);
    context.backward_instances(sum_columns(square(linear(context.constant(x), w))));
    std::vector<double> gram(9);
    context.instances().gram(gram);
    return gram;
  };
  const auto before = gram_of();
  for (std::size_t i = 0; i < width; ++i) x[width + i] *= 1e-10F;  // its gradient becomes 1e-20 times as long
  const auto after = gram_of();
  for (std::size_t t = 0; t < 3; ++t) {
    for (std::size_t s = 0; s < 3; ++s) CHECK(after[t * 3 + s] == (t == 1 || s == 1 ? 0 : before[t * 3 + s]));
  }
  x[width] = NAN;
  const auto broken = gram_of();
  CHECK(std::isnan(broken[4]));
  CHECK(std::isnan(broken[1]));
  CHECK(broken[0] == before[0]);
}

TEST_CASE("autodiff: other inputs get their gradients from a pass over instances too") {
  const auto values = normal({width, width}, 192);
  const auto x = normal({8, width}, 193);
  tape<double> context;
  const auto w = context.shared_input(values);
  const auto in = context.input(x);
  const auto y = sum_columns(square(linear(in, w)));
  context.backward(y, nullptr, 1);
  const std::vector<double> expected(context.gradient(in), context.gradient(in) + 8 * width);
  context.backward_instances(y);
  CHECK(std::equal(expected.begin(), expected.end(), context.gradient(in)));
}

TEST_CASE("autodiff: overlapping views of shared parameters are one set of parameters") {
  const auto values = normal({24}, 194);
  const auto x = normal({6, 4}, 195);
  const auto f = [&](auto& context, auto theta) {
    const auto a = context.view(theta, 0, {4, 4});
    const auto b = context.view(theta, 8, {4, 4});  // shares two rows with a
    const auto c = context.view(theta, 12, {4});    // a bias within both
    const auto d = context.view(theta, 0, {2, 4});  // begins where a does
    const auto y = tanh(linear(context.constant(x), a, c));
    return sum_columns(square(linear(y, b))) + sum_columns(square(linear(y, d)));
  };
  tape<double> separate;
  const auto theta = separate.input(values);
  const auto y = f(separate, theta);
  const std::size_t k = 6;
  std::vector<double> seeds(k * k);
  for (std::size_t t = 0; t < k; ++t) seeds[t * k + t] = 1;
  separate.backward(y, seeds.data(), k);
  tape<double> context;
  context.backward_instances(f(context, context.shared_input(values)));
  std::vector<double> gram(k * k);
  context.instances().gram(gram);
  for (std::size_t t = 0; t < k; ++t) {
    for (std::size_t s = 0; s < k; ++s) {
      double expected = 0;
      for (std::size_t i = 0; i < 24; ++i) expected += separate.gradient(theta, t)[i] * separate.gradient(theta, s)[i];
      CHECK(gram[t * k + s] == doctest::Approx(expected).epsilon(1e-12));
    }
  }
}

TEST_CASE("autodiff: two stores of shared parameters") {
  const auto first = normal({3, 4}, 196);
  const auto second = normal({2, 3}, 197);
  const auto x = normal({5, 4}, 198);
  const auto run = [&](auto& context, auto p, auto q) {
    return sum_columns(square(linear(tanh(linear(context.constant(x), p)), q)));
  };
  tape<double> separate;
  const auto p = separate.input(first);
  const auto q = separate.input(second);
  std::vector<double> seeds(25);
  for (std::size_t t = 0; t < 5; ++t) seeds[t * 6] = 1;
  separate.backward(run(separate, p, q), seeds.data(), 5);
  tape<double> context;
  const auto shared_p = context.shared_input(first);
  const auto shared_q = context.shared_input(second);
  context.backward_instances(run(context, shared_p, shared_q));
  std::vector<double> gram(25);
  context.instances().gram(gram);
  for (std::size_t t = 0; t < 5; ++t) {
    for (std::size_t s = 0; s < 5; ++s) {
      double expected = 0;
      for (std::size_t i = 0; i < 12; ++i) expected += separate.gradient(p, t)[i] * separate.gradient(p, s)[i];
      for (std::size_t i = 0; i < 6; ++i) expected += separate.gradient(q, t)[i] * separate.gradient(q, s)[i];
      CHECK(gram[t * 5 + s] == doctest::Approx(expected).epsilon(1e-12));
    }
  }
  // Combining twice replaces the gradient, and does not add to it.
  const std::vector<double> weights{1, 0, 0, 2, 0};
  context.instances().combine(weights);
  context.instances().combine(weights);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(context.gradient(shared_q)[i] ==
          doctest::Approx(separate.gradient(q, 0)[i] + 2 * separate.gradient(q, 3)[i]).epsilon(1e-12));
  }
}

TEST_CASE("autodiff: rows that do not divide among the instances are refused") {
  const auto values = normal({width, width}, 199);
  const auto x = normal({10, width}, 200);
  tape<double> context;
  const auto w = context.shared_input(values);
  const auto y = sum_columns(linear(context.constant(x), w));
  const auto four = context.view(y, 0, {4});
  CHECK_THROWS_WITH_AS(
      context.backward_instances(four),
      "autodiff::backward_instances: 10 rows for 4 instances; expected the same number of rows for each instance",
      paragon::error);
  CHECK_THROWS_AS(context.backward_instances(context.view(y, 0, {0})), paragon::error);
}

TEST_CASE("autodiff: instance gradients are not to be had without a pass over instances") {
  const auto values = normal({width, width}, 201);
  const auto x = normal({4, width}, 202);
  tape<double> context;
  const auto w = context.shared_input(values);
  const auto y = sum_columns(linear(context.constant(x), w));
  std::vector<double> gram(16);
  std::vector<double> weights(4);
  CHECK_THROWS_AS(context.instances().gram(gram), paragon::error);
  context.backward_instances(y);
  CHECK_NOTHROW(context.instances().gram(gram));
  CHECK_NOTHROW(context.instances().combine(weights));
  CHECK_THROWS_WITH_AS(
      context.instances().combine(std::span(weights).first(3)),
      "instance_gradients::combine: 3 weights for 4 instances; expected a backward pass over instances, and "
      "one for each",
      paragon::error);
  CHECK_THROWS_AS(context.instances().gram(std::span(gram).first(9)), paragon::error);
  context.backward(y, nullptr, 1);  // its adjoints lie where the logged ones lay
  CHECK_THROWS_AS(context.instances().gram(gram), paragon::error);
  context.backward_instances(y);
  context.clear();
  CHECK_THROWS_AS(context.instances().combine(weights), paragon::error);
}
