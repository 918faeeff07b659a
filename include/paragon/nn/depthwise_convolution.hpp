// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "../autodiff/depthwise_convolution.hpp"
#include "parameters.hpp"

namespace paragon::inline PARAGON_ISA::nn {

struct depthwise_settings {
  std::size_t channels = 1;
  std::size_t kernel = 3;  ///< odd, at most 11
  std::size_t stride = 1;

  friend bool operator==(const depthwise_settings&, const depthwise_settings&) = default;
};

/// Each channel of images [N, H, W, channels] convolved with its own window: "NAME.weight" of [kernel, kernel, channels].
class depthwise_convolution {
public:
  template <class T, class B, initialiser I = he_normal>
  depthwise_convolution(parameters<T, B>& store, const std::string& name, depthwise_settings settings,
                        paragon::random_key key, I weights = {})
      : weight_(store.add(name + ".weight", {settings.kernel, settings.kernel, settings.channels}, weights, key)),
        stride_(settings.stride) {}

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const bound<C>& theta, autodiff::variable<C> x) const {
    return autodiff::depthwise_convolution(x, theta[weight_], stride_);
  }

private:
  slot weight_;
  std::size_t stride_;
};

}  // namespace paragon::nn
