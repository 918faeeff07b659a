// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "../autodiff/arithmetic.hpp"
#include "../autodiff/layer_norm.hpp"
#include "parameters.hpp"

namespace paragon::inline PARAGON_ISA::nn {

/// gain * (x - mean) / sqrt(variance + epsilon) + bias over the columns of each row: "NAME.weight" and "NAME.bias".
class layer_norm {
public:
  template <class T, class B>
  layer_norm(parameters<T, B>& store, const std::string& name, std::size_t width, double epsilon = 1e-5)
      : gain_(store.add(name + ".weight", {width}, fill{1}, {})),
        bias_(store.add(name + ".bias", {width}, fill{0}, {})), epsilon_(epsilon) {}

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const bound<C>& theta, autodiff::variable<C> x) const {
    const auto y = autodiff::normalise_rows(x, static_cast<typename C::value_type>(epsilon_));
    return autodiff::add(autodiff::multiply(y, theta[gain_]), theta[bias_]);
  }

private:
  slot gain_;
  slot bias_;
  double epsilon_;
};

}  // namespace paragon::nn
