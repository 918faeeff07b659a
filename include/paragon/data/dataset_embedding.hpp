// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "../tensor/tensor.hpp"
#include "augmentation.hpp"
#include "image_set.hpp"

namespace paragon::inline PARAGON_ISA::data {

namespace detail {

template <class F>
concept counts_features = requires(const F f) {
  { f.features() } -> std::convertible_to<std::size_t>;
};
template <class F>
concept reads_images =
    requires(const F f, std::span<const float> images, std::size_t n, std::span<float> out) { f(images, n, out); };

}  // namespace detail

/// What turns images into features by which data sets are compared: a network that was trained elsewhere, or fixed
/// filters. `f.features()` of them come from each image; `f(images, n, out)` reads n normalised images [n, H, W, C] and
/// writes [n, features].
///
/// It is const and depends on nothing but its arguments; an image's features do not depend on the others of the batch.
template <class F>
concept feature_extractor = detail::counts_features<F> && detail::reads_images<F>;

/// Names what F lacks of `feature_extractor`: a failed assertion, in the compiler's first line of error.
template <class F>
consteval bool require_feature_extractor() {
  static_assert(detail::counts_features<F>, "an extractor of features needs `features() const -> std::size_t`");
  static_assert(detail::reads_images<F>,
                "an extractor of features needs `operator()(std::span<const float> images, "
                "std::size_t n, std::span<float> out) const`");
  return true;
}

/// Features of some images of each class, drawn at random without repetition: what `predictor::dataset_encoder` reads.
/// Deterministic in the key.
/// \param scale   see `image_writer`; that of the set that the extractor was made for
/// \param images  of each class
/// \returns [classes * images, features], class after class
/// \throws error for no images, or where a class has fewer
template <class F>
[[nodiscard]] tensor<float> features_of_classes(const image_set& set, const channel_statistics& scale, const F& extract,
                                                std::size_t images, paragon::random_key key) {
  static_assert(require_feature_extractor<F>());
  std::vector<std::vector<std::size_t>> members(set.classes());
  for (std::size_t i = 0; i < set.size(); ++i) members[set.labels()[i]].push_back(i);
  const std::size_t width = extract.features();
  tensor<float> all(shape{set.classes() * images, width});
  image_writer<float> write(set, scale);
  std::vector<float> pixels(images * set.image_size());
  std::vector<std::uint32_t> labels(images);
  for (std::size_t c = 0; c < set.classes(); ++c) {
    if (images == 0 || members[c].size() < images) {
      throw error("data::features_of_classes",
                  std::to_string(images) + " images of class " + std::to_string(c) + " of " + set.name(),
                  "from 1 to " + std::to_string(members[c].size()));
    }
    key.fork(c).shuffle(members[c]);
    write(std::span<const std::size_t>(members[c]).first(images), plain{}, key, std::span(pixels), labels);
    extract(std::span<const float>(pixels), images, all.span().subspan(c * images * width, images * width));
  }
  return all;
}

/// A data set as one vector for each class: the mean of the features of some of its images.
///
/// The shape that `predictor::dataset_encoder` reads with one "image" a class; the mean is taken in double precision.
/// \param images  of each class
/// \returns [classes, features]
/// \throws error as `features_of_classes`
template <class F>
[[nodiscard]] tensor<float> dataset_embedding(const image_set& set, const channel_statistics& scale, const F& extract,
                                              std::size_t images, paragon::random_key key) {
  const tensor<float> all = features_of_classes(set, scale, extract, images, key);
  const std::size_t width = all.columns();
  tensor<float> means(shape{set.classes(), width});
  std::vector<double> sum(width);
  for (std::size_t c = 0; c < set.classes(); ++c) {
    std::fill(sum.begin(), sum.end(), 0.0);
    for (std::size_t i = 0; i < images; ++i) {
      const auto row = all.row(c * images + i);
      for (std::size_t j = 0; j < width; ++j) sum[j] += static_cast<double>(row[j]);
    }
    for (std::size_t j = 0; j < width; ++j) means.row(c)[j] = static_cast<float>(sum[j] / static_cast<double>(images));
  }
  return means;
}

}  // namespace paragon::data
