// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "../autodiff/arithmetic.hpp"
#include "../autodiff/convolution.hpp"
#include "parameters.hpp"

namespace paragon::inline PARAGON_ISA::nn {

struct convolution_settings {
  std::size_t in = 1;
  std::size_t out = 1;
  std::size_t kernel = 3;  ///< odd
  std::size_t stride = 1;  ///< 1 or 2
  bool bias = false;

  friend bool operator==(const convolution_settings&, const convolution_settings&) = default;
};

/// Convolution of images [N, H, W, in], with weights of [kernel, kernel, in, out]: "NAME.weight", and "NAME.bias".
class convolution {
public:
  template <class T, class B, initialiser I = he_normal>
  convolution(parameters<T, B>& store, const std::string& name, convolution_settings settings, paragon::random_key key,
              I weights = {})
      : weight_(
            store.add(name + ".weight", {settings.kernel, settings.kernel, settings.in, settings.out}, weights, key)),
        stride_(settings.stride) {
    if (settings.bias) bias_ = store.add(name + ".bias", {settings.out}, fill{0}, key);
  }

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const bound<C>& theta, autodiff::variable<C> x) const {
    const auto y = autodiff::convolution(x, theta[weight_], stride_);
    return bias_ ? autodiff::add(y, theta[*bias_]) : y;
  }

private:
  slot weight_;
  std::optional<slot> bias_;
  std::size_t stride_;
};

}  // namespace paragon::nn
