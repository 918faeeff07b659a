// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "../core/error.hpp"
#include "../nn/set_pool.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

struct dataset_encoder_settings {
  std::size_t features = 512;  ///< of an image: 512 from ResNet-18, 768 from ViT-B/16
  std::size_t width = 56;      ///< of the code
  std::size_t heads = 4;

  friend bool operator==(const dataset_encoder_settings&, const dataset_encoder_settings&) = default;
};

/// A data set to a code: the features of some images of each class are pooled to one vector a class, these to one vector.
/// The order of images and classes does not matter.
///
/// Weights are named as in the published network, "intra_setpool..." and "inter_setpool...".
/// Reference: Lee, Hyung, Hwang, "Rapid neural architecture search by learning to generate graphs from datasets"
/// (MetaD2A), ICLR 2021; used by DiffusionNAG.
class dataset_encoder {
public:
  template <class T, class B>
  dataset_encoder(nn::parameters<T, B>& store, const dataset_encoder_settings& settings, paragon::random_key key)
      : images_(store, "intra_setpool", settings.features, settings.width, settings.heads, key),
        classes_(store, "inter_setpool", settings.width, settings.width, settings.heads, key), settings_(settings) {}

  /// \param x  [sets * classes * images, features], data set after data set, class after class
  /// \returns [sets, width]
  /// \throws error where the rows do not divide into data sets and classes
  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const nn::bound<C>& theta, std::size_t sets, std::size_t classes,
                                                 autodiff::variable<C> x) const {
    if (sets == 0 || classes == 0 || x.rows() == 0 || x.rows() % (sets * classes) != 0) {
      throw error(
          "predictor::dataset_encoder", std::to_string(x.rows()) + " images",
          "as many for each of " + std::to_string(classes) + " classes in " + std::to_string(sets) + " data sets");
    }
    return classes_(theta, sets, images_(theta, sets * classes, x));
  }

  [[nodiscard]] const dataset_encoder_settings& settings() const noexcept { return settings_; }

private:
  nn::set_pool images_;
  nn::set_pool classes_;
  dataset_encoder_settings settings_;
};

}  // namespace paragon::predictor
