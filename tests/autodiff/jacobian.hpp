// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include <paragon/autodiff/context.hpp>

#include "random_tensor.hpp"

namespace paragon_test {

/// |<J v, u> - <v, J' u>| / (|J v| |u|) for random directions: J v by a fourth-order difference along v, J' u by the tape.
///
/// It costs a few evaluations whatever the sizes, so it tests operators where checking each element would take long.
template <class Function>
double dot_product_error(Function&& function, const std::vector<paragon::tensor<double>>& inputs, double step = 1e-3) {
  using namespace paragon::autodiff;
  std::vector<paragon::tensor<double>> direction;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    direction.push_back(normal(inputs[k].shape(), 900 + static_cast<std::uint32_t>(k)));
  }
  const auto along = [&](double h) {
    auto moved = inputs;
    for (std::size_t k = 0; k < moved.size(); ++k) {
      for (std::size_t i = 0; i < moved[k].size(); ++i) moved[k][i] += h * direction[k][i];
    }
    evaluation<double> context;
    std::vector<variable<evaluation<double>>> x;
    for (const auto& t : moved) x.push_back(context.input(t));
    const auto y = function(context, x);
    return std::vector<double>(y.data(), y.data() + y.size());
  };
  const auto p1 = along(step);
  const auto m1 = along(-step);
  const auto p2 = along(2 * step);
  const auto m2 = along(-2 * step);

  tape<double> context;
  std::vector<variable<tape<double>>> x;
  for (const auto& t : inputs) x.push_back(context.input(t));
  const auto y = function(context, x);
  const auto u = normal({y.size()}, 950);
  context.backward(y, u.data(), 1);
  double left = 0;
  double right = 0;
  double jv_norm = 0;
  double u_norm = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double jv = (8 * (p1[i] - m1[i]) - (p2[i] - m2[i])) / (12 * step);
    left += jv * u[i];
    jv_norm += jv * jv;
    u_norm += u[i] * u[i];
  }
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const double* g = context.gradient(x[k]);
    for (std::size_t i = 0; i < inputs[k].size(); ++i) right += direction[k][i] * g[i];
  }
  return std::abs(left - right) / std::sqrt(jv_norm * u_norm);
}

}  // namespace paragon_test
