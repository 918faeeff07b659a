// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// The same tape code on the backends of host and GPU: values, gradients and gradients of instances.
#include <paragon/backend/cuda.cuh>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/attention.hpp>
#include <paragon/autodiff/batched_product.hpp>
#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/gather.hpp>
#include <paragon/autodiff/layer_norm.hpp>
#include <paragon/autodiff/linear.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/autodiff/softmax.hpp>
#include <paragon/core/random_key.hpp>

#include "../support.hpp"

namespace {

using namespace paragon::autodiff;
using paragon::shape;

template <class T, class B>
paragon::tensor<T, B> normal(shape extents, std::uint32_t stream) {
  const auto key = paragon::random_key{.seed = 3}.fork(stream);
  std::vector<T> values(extents.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(key.normal(i));
  return paragon::tensor<T, B>(extents, values);
}

/// Everything that a network of nearly all operators computes, on the host and in double.
template <class T, class B>
std::vector<double> results() {
  const auto x = normal<T, B>({24, 16}, 1);
  const auto w = normal<T, B>({16, 16}, 2);
  const auto b = normal<T, B>({16}, 3);
  const auto adjacency = normal<T, B>({4, 4}, 4);
  const std::vector<std::uint32_t> index{3, 1, 4, 1, 5, 9};
  std::vector<double> out;
  const auto keep = [&out](const T* values, std::size_t n) {
    std::vector<T> host(n);
    B::copy_to_host(host.data(), values, n * sizeof(T));
    out.insert(out.end(), host.begin(), host.end());
  };
  tape<T, B> context;
  const auto in = context.input(x);
  const auto theta = context.shared_input(w);
  const auto bias = context.shared_input(b);
  auto y = normalise_rows(in, T(1e-5)) * bias;
  y = y + attention(linear(y, theta, bias), matmul(y, theta), y, 4, 4, nullptr);
  y = propagate(adjacency.data(), 4, silu(y)) - relu(y);
  y = concatenate(softmax(y, 4), slice_columns(log_softmax(y), 2, 5));
  y = concatenate(y, repeat_rows(gather(theta, index), 4));
  const auto losses = sum_columns(reshape(sum_columns(y), {6, 4}));
  keep(losses.data(), 6);
  context.backward(losses, nullptr, 1);
  keep(context.gradient(in), in.size());
  keep(context.gradient(theta), theta.size());
  keep(context.gradient(bias), bias.size());
  context.backward_instances(losses);
  std::vector<double> gram(36);
  context.instances().gram(gram);
  out.insert(out.end(), gram.begin(), gram.end());
  context.instances().combine(std::vector<double>(6, 0.5));
  keep(context.gradient(theta), theta.size());
  return out;
}

double largest_difference(const std::vector<double>& found, const std::vector<double>& expected) {
  double worst = 0;
  double scale = 1;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    worst = std::max(worst, std::abs(found[i] - expected[i]));
    scale = std::max(scale, std::abs(expected[i]));
  }
  return worst / scale;
}

}  // namespace

TEST_CASE("autodiff: cuda computes what the host computes") {
  if (!paragon::backend::cuda::available()) return paragon_test::skip("no CUDA device");
  const auto expected = results<double, paragon::backend::cpu>();
  CHECK(largest_difference(results<double, paragon::backend::cuda>(), expected) < 1e-12);
  CHECK(largest_difference(results<float, paragon::backend::cuda>(), expected) < 1e-4);
}
