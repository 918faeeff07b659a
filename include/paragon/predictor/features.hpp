// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "../autodiff/context.hpp"
#include "../space/cost_features.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

/// Cost features of a batch of relaxed architectures under all hypotheses: [rows, hypotheses * features]. On the host;
/// `features` is borrowed and must outlive the context's variables.
template <class C, space::cost_features<typename C::value_type> F>
  requires C::on_host
[[nodiscard]] autodiff::variable<C> evaluate_features(const F& features, autodiff::variable<C> x) {
  using T = typename C::value_type;
  const std::size_t choices = features.choices();
  const std::size_t count = features.features();
  const std::size_t width = features.hypotheses() * count;
  if (x.columns() != choices) {
    throw error("predictor::evaluate_features", "rows of " + std::to_string(x.columns()), std::to_string(choices));
  }
  C& context = x.context();
  const F* source = &features;
  const auto y = context.result({x.rows(), width}, x);
  for (std::size_t r = 0; r < x.rows(); ++r) {
    for (std::size_t h = 0; h < features.hypotheses(); ++h) {
      features.evaluate(h, std::span<const T>(x.data() + r * choices, choices),
                        std::span<T>(y.data() + r * width + h * count, count));
    }
  }
  context.on_backward(y, [x, y, source, choices, count, width](auto& pass) {
    const T* dy = pass.adjoint(y);
    if (T* dx = pass.adjoint(x)) {
      for (std::size_t r = 0; r < x.rows(); ++r) {
        for (std::size_t h = 0; h < source->hypotheses(); ++h) {
          source->add_adjoint(h, std::span<const T>(x.data() + r * choices, choices),
                              std::span<const T>(dy + r * width + h * count, count),
                              std::span<T>(dx + r * choices, choices));
        }
      }
    }
  });
  return y;
}

}  // namespace paragon::predictor
