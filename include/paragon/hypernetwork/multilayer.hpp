// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "../autodiff/columns.hpp"
#include "../autodiff/elementwise.hpp"
#include "../core/error.hpp"
#include "../nn/linear.hpp"
#include "../nn/parameters.hpp"

namespace paragon::inline PARAGON_ISA::hypernetwork {

struct multilayer_settings {
  std::size_t objectives = 2;
  std::size_t device_features = 10;
  std::size_t choices = 0;  ///< total choices of the search space, see `space::total_choices`; must be given
  std::size_t width = 128;
  std::size_t layers = 2;    ///< hidden layers
  double output_gain = 0.1;  ///< small, so that every choice is about equally likely at first

  friend bool operator==(const multilayer_settings&, const multilayer_settings&) = default;
};

/// A multilayer perceptron over preference and device features: continuous in both, for any number of objectives.
///
/// Hidden layers are SiLU(W x + b). Rows are independent, and every parameter sits in a linear layer, so instance
/// gradients (see `autodiff::context::backward_instances`) are cheap.
class multilayer {
public:
  /// \throws error where the settings have no choices
  template <class T, class B>
  multilayer(nn::parameters<T, B>& store, multilayer_settings settings, paragon::random_key key) {
    if (settings.choices == 0) throw error("hypernetwork::multilayer", "0 choices", "the total choices of the space");
    std::size_t in = settings.objectives + settings.device_features;
    for (std::size_t l = 0; l < settings.layers; ++l) {
      hidden_.emplace_back(store, "hidden" + std::to_string(l), in, settings.width, key,
                           nn::fan_in_uniform{.gain = 1.4142135623730951});
      in = settings.width;
    }
    hidden_.emplace_back(store, "logits", in, settings.choices, key, nn::fan_in_uniform{.gain = settings.output_gain});
  }

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const nn::bound<C>& theta, autodiff::variable<C> preference,
                                                 autodiff::variable<C> device) const {
    auto x = autodiff::concatenate(preference, device);
    for (std::size_t l = 0; l + 1 < hidden_.size(); ++l) x = autodiff::silu(hidden_[l](theta, x));
    return hidden_.back()(theta, x);
  }

private:
  std::vector<nn::linear> hidden_;
};

}  // namespace paragon::hypernetwork
