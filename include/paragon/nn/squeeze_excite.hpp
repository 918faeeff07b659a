// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "../autodiff/elementwise.hpp"
#include "../autodiff/gate.hpp"
#include "../autodiff/pooling.hpp"
#include "linear.hpp"

namespace paragon::inline PARAGON_ISA::nn {

struct squeeze_excite_settings {
  std::size_t channels = 1;
  std::size_t hidden = 1;  ///< as published often a quarter of the channels, rounded to a multiple of 8

  friend bool operator==(const squeeze_excite_settings&, const squeeze_excite_settings&) = default;
};

/// Images times one number per image and channel, which a small network makes of the channels' means:
/// x hard_sigmoid(W2 relu(W1 mean(x) + b1) + b2), layers "NAME.reduce" and "NAME.expand".
///
/// Reference: Hu et al., CVPR 2018; with the hard sigmoid, Howard et al., ICCV 2019.
class squeeze_excite {
public:
  template <class T, class B>
  squeeze_excite(parameters<T, B>& store, const std::string& name, squeeze_excite_settings settings,
                 paragon::random_key key)
      : reduce_(store, name + ".reduce", settings.channels, settings.hidden, key),
        expand_(store, name + ".expand", settings.hidden, settings.channels, key) {}

  /// \param x  [N, H, W, channels]
  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const bound<C>& theta, autodiff::variable<C> x) const {
    const auto hidden = autodiff::relu(reduce_(theta, autodiff::global_average_pool(x)));
    return autodiff::gate(x, autodiff::hard_sigmoid(expand_(theta, hidden)));
  }

private:
  linear reduce_;
  linear expand_;
};

}  // namespace paragon::nn
