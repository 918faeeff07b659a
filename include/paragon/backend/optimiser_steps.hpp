// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "../core/host_device.hpp"
#include "math.hpp"

namespace paragon::backend {

/// One step of Adam, with both kinds of weight decay; the same arithmetic on every backend.
/// Reference: Kingma, Ba, ICLR 2015, algorithm 1; Loshchilov, Hutter, ICLR 2019, algorithm 2 (decoupled decay).
template <class T>
struct adam_step {
  T rate;  ///< learning rate of this step
  T beta1;
  T beta2;
  T epsilon;
  T l2;           ///< added to the gradient as l2 * parameter (coupled)
  T decay;        ///< parameter shrinks by rate * decay (decoupled, AdamW)
  T correction1;  ///< 1 / (1 - beta1^step)
  T correction2;  ///< 1 / (1 - beta2^step)

  PARAGON_HOST_DEVICE void operator()(T& parameter, T gradient, T& mean, T& variance) const noexcept {
    const T g = gradient + l2 * parameter;
    mean = beta1 * mean + (T(1) - beta1) * g;
    variance = beta2 * variance + (T(1) - beta2) * g * g;
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
