// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/random_key.hpp"
#include "../tensor/tensor.hpp"
#include "context.hpp"
#include "reduce.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// Largest difference between the tape's gradients and central differences, relative to the largest gradient (or to 1).
///
/// `function(context, inputs)` maps variables to a variable of any shape; its elements are weighted by random numbers, so
/// one check covers the whole Jacobian. Double precision on the host; about 1e-9 for a correct smooth operator.
/// O(elements of the inputs * cost of the function).
template <class Function>
[[nodiscard]] double gradient_error(Function&& function, std::vector<tensor<double>> inputs,
                                    random_key key = {.seed = 1}, double step = 1e-5) {
  using tape_type = tape<double>;
  std::vector<double> seed;
  const auto value = [&] {
    evaluation<double> context;
    std::vector<variable<evaluation<double>>> x;
    for (const auto& t : inputs) x.push_back(context.input(t));
    const auto y = function(context, x);
    double total = 0;
    for (std::size_t i = 0; i < y.size(); ++i) total += seed[i] * y.data()[i];
    return total;
  };

  tape_type context;
  std::vector<variable<tape_type>> x;
  for (const auto& t : inputs) x.push_back(context.input(t));
  const auto y = function(context, x);
  seed.resize(y.size());
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = key.normal(i);
  context.backward(y, seed.data(), 1);

  double worst = 0;
  double greatest = 1;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const double* gradient = context.gradient(x[k]);
    for (std::size_t i = 0; i < inputs[k].size(); ++i) {
      const double kept = inputs[k][i];
      inputs[k][i] = kept + step;
      const double up = value();
      inputs[k][i] = kept - step;
      const double down = value();
      inputs[k][i] = kept;
      const double numeric = (up - down) / (2 * step);
      worst = std::max(worst, std::abs(numeric - gradient[i]));
      greatest = std::max(greatest, std::abs(numeric));
    }
  }
  return worst / greatest;
}

}  // namespace paragon::autodiff
