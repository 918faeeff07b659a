// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// Counts the calls of the global operator new of this program: from the second step on a tape makes none.
#include <doctest/doctest.h>

#include <vector>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/attention.hpp>
#include <paragon/autodiff/batch_norm.hpp>
#include <paragon/autodiff/batched_product.hpp>
#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/cross_entropy.hpp>
#include <paragon/autodiff/depthwise_convolution.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/gate.hpp>
#include <paragon/autodiff/gather.hpp>
#include <paragon/autodiff/layer_norm.hpp>
#include <paragon/autodiff/linear.hpp>
#include <paragon/autodiff/pooling.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/autodiff/softmax.hpp>

#include "../counting_new.hpp"
#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon_test::allocations;
using paragon_test::normal;

TEST_CASE("autodiff: the counter counts") {
  const std::size_t before = allocations;
  const std::vector<double> v(100);
  const paragon::tensor<double> t(paragon::shape{100});
  CHECK(allocations >= before + 2);
}

TEST_CASE("autodiff: from the second step on nothing is allocated") {
  const auto x = normal<float>({24, 16}, 210);
  const auto w = normal<float>({16, 16}, 211);
  const auto b = normal<float>({16}, 212);
  const auto adjacency = normal<float>({4, 4}, 213);
  const auto seeds = normal<float>({3, 6}, 214);
  const std::vector<std::uint32_t> index{3, 1, 4, 1, 5, 9};
  const std::vector<double> weights(6, 0.5);
  std::vector<double> gram(36);
  tape<float> context;
  evaluation<float> fixed;

  const auto forward = [&](auto& on, auto theta, auto bias) {
    const auto in = on.constant(x);
    auto y = normalise_rows(in, 1e-5F) * bias;
    y = y + attention(linear(y, theta, bias), matmul(y, theta), y, 4, 4, nullptr);
    y = propagate(adjacency.data(), 4, silu(y)) - relu(y);
    y = concatenate(softmax(y, 4), slice_columns(log_softmax(y), 2, 5));
    const auto z = repeat_rows(gather(theta, index), 4);
    return sum_columns(reshape(sum_columns(concatenate(y, z)), {6, 4}));
  };
  const auto step = [&] {
    context.clear();
    const auto theta = context.shared_input(w);
    const auto bias = context.shared_input(b);
    const auto losses = forward(context, theta, bias);
    context.backward(mean(square(losses)));
    context.backward(losses, seeds.data(), 3);
    context.backward_instances(losses);
    context.instances().gram(gram);
    context.instances().combine(weights);
    fixed.clear();
    static_cast<void>(forward(fixed, fixed.constant(w), fixed.constant(b)));
  };

  step();
  const std::size_t blocks = context.blocks() + fixed.blocks();
  for (int i = 0; i < 5; ++i) {
    const std::size_t before = allocations;
    step();
    const std::size_t after = allocations;
    CHECK(after == before);
    CHECK(context.blocks() + fixed.blocks() == blocks);
  }
}

TEST_CASE("autodiff: a step smaller than an earlier one allocates nothing either") {
  const auto large = normal({500, 40}, 215);
  const auto small = normal({20, 40}, 216);
  tape<double> context;
  const auto step = [&](const paragon::tensor<double>& x) {
    context.clear();
    const auto v = context.input(x);
    context.backward(sum(square(v) * v));
  };
  step(large);
  const std::size_t before = allocations;
  step(small);
  step(large);
  const std::size_t after = allocations;
  CHECK(after == before);
}

TEST_CASE("autodiff: from the second step on the operators on images allocate nothing") {
  const auto x = normal<float>({9, 16, 17, 20}, 220);
  const auto w = normal<float>({3, 3, 20}, 221);
  const auto gain = normal<float>({20}, 222);
  const std::vector<std::uint32_t> labels{0, 1, 2, 3, 4, 5, 6, 7, 8};
  tape<float> context;
  const auto step = [&] {
    context.clear();
    const auto g = context.input(gain);
    auto y = depthwise_convolution(context.input(x), context.input(w), 2);
    y = hard_swish(batch_norm(average_pool(y), g, g, 1e-5F));
    y = gate(y, hard_sigmoid(global_average_pool(y)));
    context.backward(cross_entropy(global_average_pool(batch_norm(y, 1e-5F)), labels, 0.1F));
  };
  step();
  const std::size_t before = allocations;
  for (int i = 0; i < 3; ++i) step();
  const std::size_t after = allocations;
  CHECK(after == before);
}
