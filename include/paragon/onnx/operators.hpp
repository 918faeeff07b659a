// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "model.hpp"

/// The operators of image networks as ONNX nodes, with weights as our layers keep them.
///
/// Each adds to a model what computes NAME from given tensors, and returns that tensor; weights become "NAME.weight" and
/// the like. Images are [N, C, H, W] in ONNX: transposed from our [N, H, W, C], which only the program that runs the
/// network sees. All throw error where extents do not fit together.
namespace paragon::inline PARAGON_ISA::onnx {

namespace operator_detail {

[[noreturn]] inline void fail(std::string_view function, const std::string& name, const std::string& problem,
                              const std::string& expected) {
  throw error("onnx::" + std::string(function) + " " + quote(name), problem, expected);
}

inline void require_images(std::string_view function, const std::string& name, const value& x) {
  if (x.extents.size() != 4) fail(function, name, "reads " + to_string(x.extents), "images, (N, C, H, W)");
}

inline void require_size(std::string_view function, const std::string& name, std::string_view what, std::size_t found,
                         std::int64_t expected) {
  if (found != static_cast<std::size_t>(expected)) {
    fail(function, name, std::to_string(found) + " values of " + std::string(what), std::to_string(expected));
  }
}

/// Extents of [N, channels, H, W] after a window has passed over it.
inline std::vector<std::int64_t> after_window(std::string_view function, const std::string& name, const value& x,
                                              std::int64_t channels, std::int64_t kernel, std::int64_t stride,
                                              std::int64_t padding) {
  std::vector<std::int64_t> extents{x.extents[0], channels};
  for (const std::size_t axis : {2U, 3U}) {
    const std::int64_t room = x.extents[axis] + 2 * padding - kernel;
    if (kernel < 1 || stride < 1 || room < 0) {
      fail(function, name,
           "a kernel of " + std::to_string(kernel) + " and a stride of " + std::to_string(stride) + " over " +
               to_string(x.extents),
           "a kernel that fits, and both above 0");
    }
    extents.push_back(room / stride + 1);
  }
  return extents;
}

inline void require_odd(std::string_view function, const std::string& name, std::int64_t kernel) {
  if (kernel < 1 || kernel % 2 == 0) fail(function, name, "a kernel of " + std::to_string(kernel), "an odd number");
}

}  // namespace operator_detail

struct convolution_settings {
  std::int64_t out = 0;     ///< channels
  std::int64_t kernel = 3;  ///< odd; the padding is half of it
  std::int64_t stride = 1;

  friend bool operator==(const convolution_settings&, const convolution_settings&) = default;
};

/// \param weights  [k, k, in, out], as `nn::convolution` keeps them
/// \param bias     [out], or empty for none
inline value convolution(model& m, const std::string& name, const value& x, std::span<const float> weights,
                         const convolution_settings& s, std::span<const float> bias = {}) {
  using namespace operator_detail;
  require_images("convolution", name, x);
  require_odd("convolution", name, s.kernel);
  const std::int64_t in = x.extents[1];
  const std::int64_t taps = s.kernel * s.kernel;
  if (s.out < 1) fail("convolution", name, std::to_string(s.out) + " channels out", "at least 1");
  require_size("convolution", name, "weights", weights.size(), taps * in * s.out);
  if (!bias.empty()) require_size("convolution", name, "bias", bias.size(), s.out);
  std::vector<float> turned(weights.size());  // [out, in, k, k]
  for (std::int64_t t = 0; t < taps; ++t) {
    for (std::int64_t i = 0; i < in; ++i) {
      for (std::int64_t o = 0; o < s.out; ++o) {
        turned[static_cast<std::size_t>((o * in + i) * taps + t)] =
            weights[static_cast<std::size_t>((t * in + i) * s.out + o)];
      }
    }
  }
  const std::int64_t p = s.kernel / 2;
  auto extents = after_window("convolution", name, x, s.out, s.kernel, s.stride, p);
  std::vector<std::string> inputs{x.name,
                                  m.initialiser(name + ".weight", {s.out, in, s.kernel, s.kernel}, turned).name};
  if (!bias.empty()) inputs.push_back(m.initialiser(name + ".bias", {s.out}, bias).name);
  const attribute attributes[] = {{"kernel_shape", std::vector<std::int64_t>{s.kernel, s.kernel}},
                                  {"strides", std::vector<std::int64_t>{s.stride, s.stride}},
                                  {"pads", std::vector<std::int64_t>{p, p, p, p}}};
  return m.node("Conv", name, inputs, std::move(extents), attributes);
}

struct depthwise_settings {
  std::int64_t kernel = 3;  ///< odd; the padding is half of it
  std::int64_t stride = 1;

  friend bool operator==(const depthwise_settings&, const depthwise_settings&) = default;
};

/// \param weights  [k, k, C], as `nn::depthwise_convolution` keeps them
inline value depthwise_convolution(model& m, const std::string& name, const value& x, std::span<const float> weights,
                                   const depthwise_settings& s = {}) {
  using namespace operator_detail;
  require_images("depthwise_convolution", name, x);
  require_odd("depthwise_convolution", name, s.kernel);
  const std::int64_t channels = x.extents[1];
  const std::int64_t taps = s.kernel * s.kernel;
  require_size("depthwise_convolution", name, "weights", weights.size(), taps * channels);
  std::vector<float> turned(weights.size());  // [C, 1, k, k]
  for (std::int64_t t = 0; t < taps; ++t) {
    for (std::int64_t c = 0; c < channels; ++c) {
      turned[static_cast<std::size_t>(c * taps + t)] = weights[static_cast<std::size_t>(t * channels + c)];
    }
  }
  const std::int64_t p = s.kernel / 2;
  auto extents = after_window("depthwise_convolution", name, x, channels, s.kernel, s.stride, p);
  const auto w = m.initialiser(name + ".weight", {channels, 1, s.kernel, s.kernel}, turned);
  return m.node("Conv", name, {x.name, w.name}, std::move(extents),
                {{"group", channels},
                 {"kernel_shape", std::vector<std::int64_t>{s.kernel, s.kernel}},
                 {"strides", std::vector<std::int64_t>{s.stride, s.stride}},
                 {"pads", std::vector<std::int64_t>{p, p, p, p}}});
}

/// (x - mean) / sqrt(variance + epsilon) for each channel, times gain plus bias.
///
/// The node says that the statistics do not move (a momentum of 1), which a runtime that infers need not be told; but
/// onnx's reference evaluator mixes the batch's into them where it is left out.
/// \param mean, variance  [C] kept from training
/// \param gain, bias      [C], or both empty for 1 and 0
inline value batch_norm(model& m, const std::string& name, const value& x, std::span<const float> mean,
                        std::span<const float> variance, std::span<const float> gain = {},
                        std::span<const float> bias = {}, float epsilon = 1e-5F) {
  using namespace operator_detail;
  require_images("batch_norm", name, x);
  const std::int64_t channels = x.extents[1];
  require_size("batch_norm", name, "mean", mean.size(), channels);
  require_size("batch_norm", name, "variance", variance.size(), channels);
  const std::vector<float> one(static_cast<std::size_t>(channels), 1.0F);
  const std::vector<float> zero(static_cast<std::size_t>(channels), 0.0F);
  if (!gain.empty() || !bias.empty()) {
    require_size("batch_norm", name, "gain", gain.size(), channels);
    require_size("batch_norm", name, "bias", bias.size(), channels);
  } else {
    gain = one;
    bias = zero;
  }
  const auto g = m.initialiser(name + ".gain", {channels}, gain);
  const auto b = m.initialiser(name + ".bias", {channels}, bias);
  const auto e = m.initialiser(name + ".mean", {channels}, mean);
  const auto v = m.initialiser(name + ".variance", {channels}, variance);
  return m.node("BatchNormalization", name, {x.name, g.name, b.name, e.name, v.name}, x.extents,
                {{"epsilon", epsilon}, {"momentum", 1.0F}});
}

/// max(x, 0)
inline value relu(model& m, const std::string& name, const value& x) {
  return m.node("Relu", name, {x.name}, x.extents);
}

/// min(max(x + 3, 0), 6) / 6
inline value hard_sigmoid(model& m, const std::string& name, const value& x) {
  return m.node("HardSigmoid", name, {x.name}, x.extents, {{"alpha", 1.0F / 6}, {"beta", 0.5F}});
}

/// x hard_sigmoid(x), as two nodes: the operator of that name is younger than opset 13.
inline value hard_swish(model& m, const std::string& name, const value& x) {
  const auto gate = hard_sigmoid(m, name + ".gate", x);
  return m.node("Mul", name, {x.name, gate.name}, x.extents);
}

struct pool_settings {
  std::int64_t kernel = 3;  ///< padded by half of it where it is odd, not at all where it is even
  std::int64_t stride = 1;

  friend bool operator==(const pool_settings&, const pool_settings&) = default;
};

/// Mean over a window; pixels of the padding are not counted.
inline value average_pool(model& m, const std::string& name, const value& x, const pool_settings& s = {}) {
  using namespace operator_detail;
  require_images("average_pool", name, x);
  const std::int64_t p = s.kernel % 2 == 0 ? 0 : s.kernel / 2;
  auto extents = after_window("average_pool", name, x, x.extents[1], s.kernel, s.stride, p);
  return m.node("AveragePool", name, {x.name}, std::move(extents),
                {{"kernel_shape", std::vector<std::int64_t>{s.kernel, s.kernel}},
                 {"strides", std::vector<std::int64_t>{s.stride, s.stride}},
                 {"pads", std::vector<std::int64_t>{p, p, p, p}},
                 {"count_include_pad", std::int64_t{0}}});
}

/// Mean over all pixels. \returns [N, C, 1, 1]
inline value global_average_pool(model& m, const std::string& name, const value& x) {
  operator_detail::require_images("global_average_pool", name, x);
  return m.node("GlobalAveragePool", name, {x.name}, {x.extents[0], x.extents[1], 1, 1});
}

/// [N, C, 1, 1] to [N, C]. Larger images are refused: their pixels come before channels here and behind them in our
/// layers, so a linear layer behind would mix them up.
inline value flatten(model& m, const std::string& name, const value& x) {
  operator_detail::require_images("flatten", name, x);
  if (x.extents[2] != 1 || x.extents[3] != 1) {
    operator_detail::fail("flatten", name, "reads " + to_string(x.extents), "images of one pixel");
  }
  return m.node("Flatten", name, {x.name}, {x.extents[0], x.extents[1]}, {{"axis", std::int64_t{1}}});
}

/// x w^T + b
/// \param x        [N, in]
/// \param weights  [out, in], as `nn::linear` keeps them
/// \param bias     [out]
inline value linear(model& m, const std::string& name, const value& x, std::span<const float> weights,
                    std::span<const float> bias) {
  using namespace operator_detail;
  if (x.extents.size() != 2) fail("linear", name, "reads " + to_string(x.extents), "rows, (N, in)");
  const auto out = static_cast<std::int64_t>(bias.size());
  require_size("linear", name, "weights", weights.size(), out * x.extents[1]);
  const auto w = m.initialiser(name + ".weight", {out, x.extents[1]}, weights);
  const auto b = m.initialiser(name + ".bias", {out}, bias);
  return m.node("Gemm", name, {x.name, w.name, b.name}, {x.extents[0], out}, {{"transB", std::int64_t{1}}});
}

/// a + b of the same extents.
inline value add(model& m, const std::string& name, const value& a, const value& b) {
  if (a.extents != b.extents) {
    operator_detail::fail("add", name, "adds " + to_string(b.extents) + " to " + to_string(a.extents), "the same");
  }
  return m.node("Add", name, {a.name, b.name}, a.extents);
}

/// x times g: of the same extents, or [N, C, 1, 1] for images, a factor for each channel of each image.
inline value multiply(model& m, const std::string& name, const value& x, const value& g) {
  const bool gate = x.extents.size() == 4 && g.extents == std::vector<std::int64_t>{x.extents[0], x.extents[1], 1, 1};
  if (!gate && g.extents != x.extents) {
    operator_detail::fail("multiply", name, "multiplies " + to_string(x.extents) + " by " + to_string(g.extents),
                          "the same, or a number for each channel");
  }
  return m.node("Mul", name, {x.name, g.name}, x.extents);
}

/// x times a fixed number; with 0 the operation "none" of a cell.
inline value scale(model& m, const std::string& name, const value& x, float factor) {
  const auto f = m.initialiser(name + ".factor", {}, std::span<const float>(&factor, 1));
  return m.node("Mul", name, {x.name, f.name}, x.extents);
}

inline value identity(model& m, const std::string& name, const value& x) {
  return m.node("Identity", name, {x.name}, x.extents);
}

}  // namespace paragon::onnx
