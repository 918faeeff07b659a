// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

#include "concepts.hpp"
#include "convolution_size.hpp"
#include "image_window.hpp"

namespace paragon::inline PARAGON_ISA::backend {

/// Convolution of f(images) with weights [k, k, in, out], with its adjoints by the images and by the weights; either may
/// be left out.
template <class B, class T>
concept has_convolution = requires(const convolution_size& s, const T* in, T* out) {
  B::convolve(s, functions::relu{}, in, in, out);
  B::convolve_adjoint(s, functions::relu{}, in, in, in, out, out);
};

/// Normalisation of columns by statistics of all rows: the statistics, the map, and its adjoint, in place. Gain and bias
/// may be nullptr.
template <class B, class T>
concept has_batch_norm = requires(std::size_t n, T s, const T* in, T* out) {
  B::batch_statistics(n, n, s, in, out, out, out);
  B::batch_normalise(n, n, in, in, in, in, in, out);
  B::batch_normalise_sums(n, n, in, in, in, in, out, out);
  B::batch_normalise_adjoint(n, n, in, in, in, in, in, in, out);
};

/// Means of windows and of whole images, with their adjoints.
template <class B, class T>
concept has_pooling = requires(image_window w, std::size_t n, const T* in, T* out) {
  B::average_pool(w, in, out);
  B::average_pool_adjoint(w, in, out);
  B::global_average_pool(n, n, n, in, out);
  B::global_average_pool_adjoint(n, n, n, in, out);
};

/// Convolution of each channel with a window of its own, with its two adjoints.
template <class B, class T>
concept has_depthwise = requires(image_window w, const T* in, T* out) {
  B::depthwise(w, in, in, out);
  B::depthwise_adjoint(w, in, in, out);
  B::depthwise_weight_adjoint(w, in, in, out);
};

/// Images times one number per channel, with its two adjoints.
template <class B, class T>
concept has_gate = requires(std::size_t n, const T* in, T* out) {
  B::gate(n, n, n, in, in, out);
  B::gate_adjoint(n, n, n, in, in, out);
  B::gate_gain_adjoint(n, n, n, in, in, out);
};

/// Losses of labelled rows from their log probabilities, with the adjoint.
template <class B, class T>
concept has_label_losses = requires(std::size_t n, T s, const T* in, T* out, const std::uint32_t* label) {
  B::label_losses(n, n, s, in, label, out);
  B::label_losses_adjoint(n, n, s, in, label, s, in, out);
};

/// What networks on images need beside `kernels`, for elements of type T; images are [images, height, width, channels].
///
/// It is apart from `kernels`, so that a backend of one's own needs these only where images are trained on.
template <class B, class T>
concept image_kernels = kernels<B, T> && has_convolution<B, T> && has_batch_norm<B, T> && has_pooling<B, T> &&
                        has_depthwise<B, T> && has_gate<B, T> && has_label_losses<B, T>;

/// Names what B lacks of `image_kernels`: a failed assertion, in the compiler's first line of error.
template <class B, class T>
consteval bool require_image_kernels() {
  static_assert(require_kernels<B, T>());
  static_assert(has_convolution<B, T>,
                "a backend for images needs the kernels of has_convolution: convolve, "
                "convolve_adjoint");
  static_assert(has_batch_norm<B, T>,
                "a backend for images needs the kernels of has_batch_norm: batch_statistics, "
                "batch_normalise, batch_normalise_sums, batch_normalise_adjoint");
  static_assert(has_pooling<B, T>,
                "a backend for images needs the kernels of has_pooling: average_pool, "
                "global_average_pool, and their adjoints");
  static_assert(has_depthwise<B, T>,
                "a backend for images needs the kernels of has_depthwise: depthwise, "
                "depthwise_adjoint, depthwise_weight_adjoint");
  static_assert(has_gate<B, T>,
                "a backend for images needs the kernels of has_gate: gate, gate_adjoint, "
                "gate_gain_adjoint");
  static_assert(has_label_losses<B, T>,
                "a backend for images needs the kernels of has_label_losses: label_losses, "
                "label_losses_adjoint");
  return true;
}

}  // namespace paragon::backend
