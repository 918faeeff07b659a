// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "../core/host_device.hpp"
#include "math.hpp"

namespace paragon::inline PARAGON_ISA::backend {

/// One step of Adam, with both kinds of weight decay; the same arithmetic on every backend. The averages are given by what
/// beta lacks to 1: in float, a beta of 1 - 1e-10 would be 1.
/// Reference: Kingma, Ba, ICLR 2015, algorithm 1; Loshchilov, Hutter, ICLR 2019, algorithm 2 (decoupled decay).
template <class T>
struct adam_step {
  T rate;     ///< learning rate of this step
  T weight1;  ///< 1 - beta1: of the gradient in the average of gradients
  T weight2;  ///< 1 - beta2: of its square in the average of squares
  T epsilon;
  T l2;           ///< added to the gradient as l2 * parameter (coupled)
  T decay;        ///< parameter shrinks by rate * decay (decoupled, AdamW)
  T correction1;  ///< 1 / (1 - beta1^step)
  T correction2;  ///< 1 / (1 - beta2^step)

  PARAGON_HOST_DEVICE void operator()(T& parameter, T gradient, T& mean, T& variance) const noexcept {
    const T g = gradient + l2 * parameter;
    mean += weight1 * (g - mean);
    variance += weight2 * g * g - weight2 * variance;
    parameter -= rate * (mean * correction1 / (math::sqrt(variance * correction2) + epsilon) + decay * parameter);
  }
};

/// One step of gradient descent with momentum, as PyTorch's SGD: velocity = momentum * velocity + gradient.
template <class T>
struct sgd_step {
  T rate;
  T momentum;
  T l2;
  bool nesterov;

  PARAGON_HOST_DEVICE void operator()(T& parameter, T gradient, T& velocity) const noexcept {
    const T g = gradient + l2 * parameter;
    velocity = momentum * velocity + g;
    parameter -= rate * (nesterov ? g + momentum * velocity : velocity);
  }
};

}  // namespace paragon::backend
