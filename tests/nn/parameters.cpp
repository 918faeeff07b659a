// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <vector>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/nn/parameters.hpp>

namespace nn = paragon::nn;
using paragon::shape;

TEST_CASE("nn: parameters lie one after the other, with names and shapes") {
  nn::parameters<float> store;
  CHECK(store.size() == 0);
  const auto a = store.add("a", {2, 3}, nn::fill{1}, {});
  const auto b = store.add("b", {4}, nn::fill{2}, {});
  CHECK(a == nn::slot{0, {2, 3}});
  CHECK(b == nn::slot{6, {4}});
  CHECK(store.size() == 10);
  CHECK(store.values().shape() == shape{10});
  for (std::size_t i = 0; i < 10; ++i) CHECK(store.data()[i] == (i < 6 ? 1.0F : 2.0F));
  CHECK(store.find("b") == &store.entries()[1]);
  CHECK(store.find("c") == nullptr);
}

TEST_CASE("nn: a name can't be used twice, and the store is then unchanged") {
  nn::parameters<double> store;
  store.add("w", {3}, nn::fill{1}, {});
  CHECK_THROWS_WITH_AS(store.add("w", {5}, nn::fill{1}, {}),
                       "nn::parameters::add: the name \"w\" twice; expected a new name", paragon::error);
  CHECK(store.size() == 3);
  CHECK(store.entries().size() == 1);
}

TEST_CASE("nn: values can be assigned to a slot") {
  nn::parameters<double> store;
  store.add("before", {2}, nn::fill{7}, {});
  const auto w = store.add("w", {1, 3}, nn::fill{1}, {});
  store.add("after", {1}, nn::fill{7}, {});
  const std::vector<double> values{4, 5, 6};
  store.assign(w, values);
  CHECK(store.values().to_vector() == std::vector<double>{7, 7, 4, 5, 6, 7});
  CHECK_THROWS_WITH_AS(store.assign(w, std::span(values).first(2)),
                       "nn::parameters::assign: 2 values; expected 3 for shape (1, 3)", paragon::error);
}

TEST_CASE("nn: a copied store keeps its slots and shares nothing") {
  nn::parameters<double> store;
  const auto w = store.add("w", {2}, nn::fill{1}, {});
  auto copy = store;
  copy.assign(w, std::vector<double>{5, 6});
  CHECK(store.data()[0] == 1);
  paragon::autodiff::evaluation<double> context;
  const auto of_store = nn::bind(context, store)[w];
  const auto of_copy = nn::bind(context, copy)[w];
  CHECK(of_store.data() == store.data());
  CHECK(of_copy.data()[1] == 6);
  CHECK(copy.find("w")->where == w);
}

TEST_CASE("nn: bound parameters get gradients, frozen ones do not") {
  nn::parameters<double> store;
  const auto a = store.add("a", {2}, nn::fill{3}, {});
  const auto b = store.add("b", {2}, nn::fill{5}, {});
  paragon::autodiff::tape<double> context;
  const auto theta = nn::bind(context, store);
  const auto fixed = nn::freeze(context, store);
  CHECK(&theta.context() == &context);
  CHECK_FALSE(fixed[a].needs_gradient());
  context.backward(sum(theta[a] * theta[b] + theta[a] * fixed[a]));
  const double* g = context.gradient(theta.all());
  CHECK(g[0] == 8);
  CHECK(g[1] == 8);
  CHECK(g[2] == 3);
  CHECK(g[3] == 3);
}
