// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "support.hpp"

namespace paragon_test::backend_tests {

/// Algorithm 1 of Kingma and Ba with the L2 term of its line "get gradients", and algorithm 2 of Loshchilov and Hutter.
template <class B, class T>
void adam() {
  struct setting {
    double l2, decay;
  };
  const std::size_t n = 1037;
  const int steps = 20;
  const double rate = 0.01, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  for (const auto [l2, decay] : {setting{0, 0}, setting{0.1, 0}, setting{0, 0.1}}) {
    INFO("seed 51, l2 " << l2 << ", decay " << decay);
    const auto start = normals<T>(n, 51, 0);
    std::vector<double> parameter = to_doubles(start), mean(n, 0.0), variance(n, 0.0), bound(n, 0.0);
    auto on_parameter = upload<B>(start);
    auto on_mean = upload<B>(std::vector<T>(n, T(0)));
    auto on_variance = upload<B>(std::vector<T>(n, T(0)));
    for (int t = 1; t <= steps; ++t) {
      const auto gradient = normals<T>(n, 51, static_cast<std::uint32_t>(t));
      for (std::size_t i = 0; i < n; ++i) {
        const double g = static_cast<double>(gradient[i]) + l2 * parameter[i];
        mean[i] = beta1 * mean[i] + (1 - beta1) * g;
        variance[i] = beta2 * variance[i] + (1 - beta2) * g * g;
        const double m_hat = mean[i] / (1 - std::pow(beta1, t));
        const double v_hat = variance[i] / (1 - std::pow(beta2, t));
        parameter[i] -= rate * m_hat / (std::sqrt(v_hat) + epsilon) + rate * decay * parameter[i];
      }
      const paragon::backend::adam_step<T> step{.rate = T(rate),
                                                .weight1 = T(1 - beta1),
                                                .weight2 = T(1 - beta2),
                                                .epsilon = T(epsilon),
                                                .l2 = T(l2),
                                                .decay = T(decay),
                                                .correction1 = T(1 / (1 - std::pow(beta1, t))),
                                                .correction2 = T(1 / (1 - std::pow(beta2, t)))};
      const auto on_gradient = upload<B>(gradient);
      B::adam(step, n, on_parameter.data(), on_gradient.data(), on_mean.data(), on_variance.data());
    }
    for (std::size_t i = 0; i < n; ++i) {
      bound[i] = steps * (unit<T> * (std::abs(parameter[i]) + 1) + rate * 32 * unit<T>);
    }
    check_within(on_parameter.to_vector(), parameter, bound);
  }
}

/// As PyTorch's documentation of SGD says: the first velocity is the gradient, later ones momentum * velocity + gradient.
template <class B, class T>
void sgd() {
  struct setting {
    double momentum, l2;
    bool nesterov;
  };
  const std::size_t n = 1037;
  const int steps = 10;
  const double rate = 0.05;
  for (const auto [momentum, l2, nesterov] :
       {setting{0, 0, false}, setting{0.9, 0, false}, setting{0.9, 0.01, false}, setting{0.9, 0.01, true}}) {
    INFO("seed 52, momentum " << momentum << ", l2 " << l2 << ", nesterov " << nesterov);
    const auto start = normals<T>(n, 52, 0);
    std::vector<double> parameter = to_doubles(start), velocity(n, 0.0), bound(n, 0.0), size(n, 0.0);
    auto on_parameter = upload<B>(start);
    auto on_velocity = upload<B>(std::vector<T>(n, T(0)));
    for (int t = 1; t <= steps; ++t) {
      const auto gradient = normals<T>(n, 52, static_cast<std::uint32_t>(t));
      for (std::size_t i = 0; i < n; ++i) {
        const double g = static_cast<double>(gradient[i]) + l2 * parameter[i];
        velocity[i] = t == 1 ? g : momentum * velocity[i] + g;
        parameter[i] -= rate * (nesterov ? g + momentum * velocity[i] : velocity[i]);
        size[i] = std::max(size[i], std::abs(g) + std::abs(velocity[i]));
      }
      const paragon::backend::sgd_step<T> step{
          .rate = T(rate), .momentum = T(momentum), .l2 = T(l2), .nesterov = nesterov};
      const auto on_gradient = upload<B>(gradient);
      B::sgd(step, n, on_parameter.data(), on_gradient.data(), on_velocity.data());
    }
    for (std::size_t i = 0; i < n; ++i) {
      bound[i] = steps * unit<T> * (std::abs(parameter[i]) + 1 + rate * 16 * size[i]);
    }
    check_within(on_parameter.to_vector(), parameter, bound);
  }
}

}  // namespace paragon_test::backend_tests
