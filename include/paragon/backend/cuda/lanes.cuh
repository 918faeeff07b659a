// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "../../core/error.hpp"
#include "../cuda.cuh"
#include "../lanes.hpp"

namespace paragon::inline PARAGON_ISA::backend {

namespace cuda_kernels::on_device {

template <class T>
__global__ void pack_lanes(std::size_t n, std::size_t width, std::size_t samples, std::size_t each, T factor,
                           const T* x, T* panel) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) {
    const std::size_t s = i % width;
    panel[i] = s < samples ? factor * x[s * each + i / width] : T(0);
  }
}

template <class T>
__global__ void unpack_lanes(std::size_t n, std::size_t width, std::size_t each, const T* panel, T* x) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) x[i] = panel[i % each * width + i / each];
}

/// One thread for each node and lane, here and below: neighbours read neighbouring numbers.
template <class T>
__global__ void normalise_lanes(std::size_t n, std::size_t width, std::size_t features, T epsilon, const T* x,
                                std::size_t x_stride, T* y, std::size_t y_stride) {
  const double share = 1 / static_cast<double>(features);
  for (std::size_t i = first_element(); i < n; i += element_stride()) {
    const T* from = x + i / width * x_stride * width + i % width;
    T* to = y + i / width * y_stride * width + i % width;
    const double first = static_cast<double>(from[0]);
    double shift = 0;
    for (std::size_t f = 1; f < features; ++f) shift += static_cast<double>(from[f * width]) - first;
    shift *= share;
    double squares = 0;
    for (std::size_t f = 0; f < features; ++f) {
      const double d = static_cast<double>(from[f * width]) - first - shift;
      squares += d * d;
    }
    const double spread = squares * share + static_cast<double>(epsilon);
    const double scale = spread == 0 ? 0 : 1 / std::sqrt(spread);
    for (std::size_t f = 0; f < features; ++f) {
      to[f * width] = static_cast<T>((static_cast<double>(from[f * width]) - first - shift) * scale);
    }
  }
}

template <class T>
__global__ void lane_posterior(std::size_t n, std::size_t width, std::size_t operators, std::size_t classes,
                               T sharpness, const T* raw, const T* x, T* clean) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) {
    const T* logits = raw + i / width * classes * width + i % width;
    const T* row = x + i / width * operators * width + i % width;
    T* out = clean + i / width * operators * width + i % width;
    T greatest = classes > operators ? logits[operators * width] : -std::numeric_limits<T>::max();
    for (std::size_t c = 0; c < operators; ++c) {
      out[c * width] = logits[c * width] + sharpness * row[c * width];
      greatest = out[c * width] > greatest ? out[c * width] : greatest;
    }
    T sum = classes > operators ? math::exp(logits[operators * width] - greatest) : T(0);
    for (std::size_t c = 0; c < operators; ++c) {
      out[c * width] = math::exp(out[c * width] - greatest);
      sum += out[c * width];
    }
    for (std::size_t c = 0; c < operators; ++c) out[c * width] = out[c * width] * (T(2) / sum) - T(1);
  }
}

template <class T, class Finish>
__global__ void finish_lanes(std::size_t n, std::size_t width, std::size_t out, const T* sums, const T* bias,
                             std::size_t bias_stride, Finish finish, T* y, std::size_t y_stride) {
  for (std::size_t i = first_element(); i < n; i += element_stride()) {
    const std::size_t row = i / width % out;
    const std::size_t node = i / width / out;
    T& to = y[(node * y_stride + row) * width + i % width];
    to = finish(sums[i] + bias[node * bias_stride + row], Finish::reads ? to : T(0));
  }
}

/// One thread for each node, head and lane; `room` holds its weights, [nodes][heads][nodes][width].
template <class T>
__global__ void attend_lanes(std::size_t n, std::size_t width, std::size_t nodes, std::size_t heads, std::size_t part,
                             const std::uint32_t* begin, const std::uint32_t* keys, const T* qkv, T* y,
                             std::size_t y_stride, T* room) {
  const std::size_t features = heads * part;
  const std::size_t stride = 3 * features * width;
  for (std::size_t i = first_element(); i < n; i += element_stride()) {
    const std::size_t lane = i % width;
    const std::size_t head = i / width % heads;
    const std::size_t node = i / width / heads;
    const std::size_t first = head * part * width + lane;
    const T* q = qkv + node * stride + first;
    const T* k = qkv + features * width + first;
    const T* v = qkv + 2 * features * width + first;
    T* to = y + node * y_stride * width + first;
    T* weights = room + (node * heads + head) * nodes * width + lane;
    const bool blind = begin[node] == begin[node + 1];
    const std::size_t count = blind ? nodes : begin[node + 1] - begin[node];
    T greatest = -std::numeric_limits<T>::max();
    for (std::size_t j = 0; j < count; ++j) {
      T score = 0;
      if (!blind) {
        const T* key = k + keys[begin[node] + j] * stride;
        for (std::size_t c = 0; c < part; ++c) score += q[c * width] * key[c * width];
      }
      weights[j * width] = score;
      greatest = score > greatest ? score : greatest;
    }
    T sum = 0;
    for (std::size_t j = 0; j < count; ++j) {
      weights[j * width] = math::exp(weights[j * width] - greatest);
      sum += weights[j * width];
    }
    for (std::size_t c = 0; c < part; ++c) {
      T total = 0;
      for (std::size_t j = 0; j < count; ++j) {
        const std::size_t other = blind ? j : keys[begin[node] + j];
        total += weights[j * width] * v[other * stride + c * width];
      }
      to[c * width] = total / sum;
    }
  }
}

}  // namespace cuda_kernels::on_device

/// On the device: blocks of 256 samples; products by cuBLAS.
template <>
struct lanes<cuda> {
  static constexpr std::size_t width = 256;

  template <class T>
  class product;
  template <class T>
  class attention;

  template <class T>
  static void pack(std::size_t samples, std::size_t nodes, std::size_t features, T factor, const T* x, T* panel) {
    const std::size_t n = nodes * features * width;
    cuda_kernels::for_elements("cuda::lanes::pack", n, cuda_kernels::on_device::pack_lanes<T>, n, width, samples,
                               nodes * features, factor, x, panel);
  }

  template <class T>
  static void unpack(std::size_t samples, std::size_t nodes, std::size_t features, const T* panel, T* x) {
    const std::size_t n = samples * nodes * features;
    cuda_kernels::for_elements("cuda::lanes::unpack", n, cuda_kernels::on_device::unpack_lanes<T>, n, width,
                               nodes * features, panel, x);
  }

  template <class T>
  static void normalise(std::size_t nodes, std::size_t features, T epsilon, const T* x, std::size_t x_stride, T* y,
                        std::size_t y_stride) {
    cuda_kernels::for_elements("cuda::lanes::normalise", nodes * width, cuda_kernels::on_device::normalise_lanes<T>,
                               nodes * width, width, features, epsilon, x, x_stride, y, y_stride);
  }

  template <class T>
  static void posterior(std::size_t nodes, std::size_t operators, std::size_t classes, T sharpness, const T* raw,
                        const T* x, T* clean) {
    cuda_kernels::for_elements("cuda::lanes::posterior", nodes * width, cuda_kernels::on_device::lane_posterior<T>,
                               nodes * width, width, operators, classes, sharpness, raw, x, clean);
  }
};

/// y = finish(W x + bias, y) for every node. Strassen's recursion is not used here, whatever `levels` is.
template <class T>
class lanes<cuda>::product {
public:
  product(std::span<const T> weights, std::size_t out, std::size_t in, std::size_t nodes, std::size_t levels)
      : out_(out), in_(in), nodes_(nodes) {
    const std::size_t parts = std::size_t{1} << levels;
    if (weights.size() != out * in || out % parts != 0 || in % parts != 0 || nodes % parts != 0) {
      throw error("backend::lanes::product",
                  std::to_string(weights.size()) + " weights for " + std::to_string(out) + " x " + std::to_string(in) +
                      ", " + std::to_string(nodes) + " nodes and " + std::to_string(levels) + " levels",
                  "sizes that can be halved at each level");
    }
    weights_ = cuda_kernels::memory::upload(weights);
  }

  [[nodiscard]] std::size_t room() const noexcept { return nodes_ * out_ * width; }

  template <class Finish>
  void operator()(std::size_t nodes, const T* x, std::size_t x_stride, T* y, std::size_t y_stride, const T* bias,
                  std::size_t bias_stride, Finish finish, T* room) const {
    cuda::gemm_batched(nodes, transposed::no, transposed::no, out_, width, in_, T(1), weights_.get(), in_,
                       std::size_t{0}, x, width, x_stride * width, T(0), room, width, out_ * width);
    const std::size_t n = nodes * out_ * width;
    cuda_kernels::for_elements("cuda::lanes::product", n, cuda_kernels::on_device::finish_lanes<T, Finish>, n, width,
                               out_, static_cast<const T*>(room), bias, bias_stride, finish, y, y_stride);
  }

private:
  std::size_t out_;
  std::size_t in_;
  std::size_t nodes_;
  std::shared_ptr<const T[]> weights_;
};

/// Attention of each node to those that its mask allows: softmax(q k') v, head by head; the scale is part of q.
template <class T>
class lanes<cuda>::attention {
public:
  /// \param mask  [nodes, nodes] on the host: 0 where row i must not see column j
  attention(std::span<const std::uint8_t> mask, std::size_t nodes) : nodes_(nodes) {
    std::vector<std::uint32_t> begin{0};
    std::vector<std::uint32_t> keys;
    for (std::size_t i = 0; i < nodes; ++i) {
      for (std::size_t j = 0; j < nodes; ++j) {
        if (mask[i * nodes + j] != 0) keys.push_back(static_cast<std::uint32_t>(j));
      }
      begin.push_back(static_cast<std::uint32_t>(keys.size()));
    }
    begin_ = cuda_kernels::memory::upload(std::span<const std::uint32_t>(begin));
    keys_ = cuda_kernels::memory::upload(std::span<const std::uint32_t>(keys));
  }

  /// Enough for as many heads as a node has features is not known here: heads are at most `most_heads`.
  static constexpr std::size_t most_heads = 16;
  [[nodiscard]] std::size_t room() const noexcept { return nodes_ * most_heads * nodes_ * width; }

  /// \param qkv  panel of 3 heads part features: queries, keys, values
  /// \throws error for more than `most_heads` heads
  void operator()(std::size_t heads, std::size_t part, const T* qkv, T* y, std::size_t y_stride, T* room) const {
    if (heads > most_heads) {
      throw error("cuda::lanes::attention", std::to_string(heads) + " heads", "at most " + std::to_string(most_heads));
    }
    const std::size_t n = nodes_ * heads * width;
    cuda_kernels::for_elements("cuda::lanes::attention", n, cuda_kernels::on_device::attend_lanes<T>, n, width, nodes_,
                               heads, part, begin_.get(), keys_.get(), qkv, y, y_stride, room);
  }

private:
  std::size_t nodes_;
  std::shared_ptr<const std::uint32_t[]> begin_;
  std::shared_ptr<const std::uint32_t[]> keys_;
};

}  // namespace paragon::backend
