// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../core/host_device.hpp"
#include "math.hpp"

namespace paragon::inline PARAGON_ISA::backend {

/// Kernels for running one small network over many samples at once, without a tape.
///
/// Samples are cut into blocks of `width`, and within a block the samples are innermost: a *panel* is
/// [nodes][features][width]. Every kernel then does the same for all samples of a block, side by side in the vector
/// registers; nothing is transposed between layers, rows of a few numbers cost no more than long ones, and a sample's
/// result can't depend on the other samples or on their number. Panels may lie within wider ones: `stride` is the
/// number of features from one node to the next.
///
/// A backend specialises this template; `lanes_of` says what the specialisation has. It is apart from `kernels`, so
/// that a backend of one's own needs it only where scores are evaluated with it.
template <class Backend>
struct lanes;

/// What becomes of a product's sums: y = f(sum + bias, y).
namespace lane_finish {

struct plain {
  static constexpr bool reads = false;  ///< whether y is read
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T sum, T) const noexcept {
    return sum;
  }
};

struct relu {
  static constexpr bool reads = false;
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T sum, T) const noexcept {
    return sum < T(0) ? T(0) : sum;
  }
};

struct elu {
  static constexpr bool reads = false;
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T sum, T) const noexcept {
    return sum > T(0) ? sum : math::expm1(sum);
  }
};

/// y += sum + bias
struct residual {
  static constexpr bool reads = true;
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T sum, T y) const noexcept {
    return y + sum;
  }
};

}  // namespace lane_finish

/// - `width`: samples of a block.
/// - `pack(samples, nodes, features, factor, x, panel)`, `unpack(samples, nodes, features, panel, x)`: between
///   [samples, nodes, features] and a panel; lanes without a sample are set to 0.
/// - `normalise(nodes, features, epsilon, x, x_stride, y, y_stride)`: (x - mean) / sqrt(variance + epsilon) over
///   features.
/// - `posterior(nodes, operators, classes, sharpness, raw, x, clean)`: 2 softmax(raw + sharpness x) - 1, where a class
///   beyond the operators has no x and no output.
/// - `product<T>(weights, out, in, nodes, levels)`: weights [out, in] on the host, prepared once; then
///   `p(nodes, x, x_stride, y, y_stride, bias, bias_stride, finish, room)`: y = finish(W x + bias, y), bias [out] a
///   node.
/// - `attention<T>(mask, nodes)`, then `a(heads, part, qkv, y, y_stride, room)`: queries, keys and values side by side.
/// - `room`: memory of `p.room()`, `a.room()` elements that a call may write to.
template <class B, class T>
concept lanes_of =
    std::constructible_from<typename lanes<B>::template product<T>, std::span<const T>, std::size_t, std::size_t,
                            std::size_t, std::size_t> &&
    std::constructible_from<typename lanes<B>::template attention<T>, std::span<const std::uint8_t>, std::size_t> &&
    requires(std::size_t n, T s, const T* in, T* out, const typename lanes<B>::template product<T>& p,
             const typename lanes<B>::template attention<T>& a) {
      { lanes<B>::width } -> std::convertible_to<std::size_t>;
      lanes<B>::pack(n, n, n, s, in, out);
      lanes<B>::unpack(n, n, n, in, out);
      lanes<B>::normalise(n, n, s, in, n, out, n);
      lanes<B>::posterior(n, n, n, s, in, in, out);
      p(n, in, n, out, n, in, n, lane_finish::elu{}, out);
      a(n, n, in, out, n, out);
      { p.room() } -> std::convertible_to<std::size_t>;
      { a.room() } -> std::convertible_to<std::size_t>;
    };

}  // namespace paragon::backend
