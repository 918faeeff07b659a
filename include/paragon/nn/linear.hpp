// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "../autodiff/linear.hpp"
#include "parameters.hpp"

namespace paragon::inline PARAGON_ISA::nn {

/// y = x W^T + b, with W of [out, in] as in PyTorch: "NAME.weight" and "NAME.bias".
class linear {
public:
  template <class T, class B, initialiser I = fan_in_uniform>
  linear(parameters<T, B>& store, const std::string& name, std::size_t in, std::size_t out, paragon::random_key key,
         I weights = {})
      : weight_(store.add(name + ".weight", {out, in}, weights, key)),
        bias_(store.add(name + ".bias", {out}, fill{0}, key)) {}

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const bound<C>& theta, autodiff::variable<C> x) const {
    return autodiff::linear(x, theta[weight_], theta[bias_]);
  }

private:
  slot weight_;
  slot bias_;
};

}  // namespace paragon::nn
