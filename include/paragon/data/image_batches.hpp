// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "augmentation.hpp"
#include "image_set.hpp"

namespace paragon::inline PARAGON_ISA::data {

/// Batches of training images: epoch after epoch in a new order, each image at most once an epoch.
///
/// A batch is a function of the key and the step alone: training resumes at any step without the steps before it. The
/// images that are left over where the batch does not divide their number are left out of that epoch. An epoch's order
/// is kept until another epoch is asked for (O(images) then), so a batcher belongs to one thread. The set must outlive it.
/// A model of `supernet::batch_source`.
///
/// \code
/// const auto halves = split_half(sets.train, {.seed = 1});
/// image_batches weights(sets.train, halves.first, 64, statistics_of(sets.train), {.seed = 2}, crop_and_flip{2});
/// tensor<float> images(weights.extents());
/// std::vector<std::uint32_t> labels(64);
/// weights.fill(step, images.span(), labels);
/// \endcode
/// \tparam A  how images are changed each time that they are shown
/// \tparam T  float or double
template <class A = plain, std::floating_point T = float>
class image_batches {
  static_assert(require_augmentation<A>());

public:
  /// \param indices  of the images to show
  /// \param batch    images a step
  /// \param scale    see `image_writer`
  /// \param key      of the orders and of the augmentations
  /// \throws error for no batch, a batch larger than the number of images, an image that the set does not have
  image_batches(const image_set& set, std::vector<std::size_t> indices, std::size_t batch,
                const channel_statistics& scale, paragon::random_key key, A change = {})
      : writer_(set, scale), indices_(std::move(indices)), batch_(batch), key_(key), change_(std::move(change)) {
    if (batch == 0 || batch > indices_.size()) {
      throw error("data::image_batches", "batches of " + std::to_string(batch),
                  "from 1 to " + std::to_string(indices_.size()) + ", the number of images");
    }
    for (const std::size_t i : indices_) {
      if (i < set.size()) continue;
      throw error("data::image_batches", "image " + std::to_string(i) + " of " + set.name(),
                  "below " + std::to_string(set.size()));
    }
  }
  image_batches(image_set&&, std::vector<std::size_t>, std::size_t, const channel_statistics&, paragon::random_key,
                A = {}) = delete;

  [[nodiscard]] std::size_t batch() const noexcept { return batch_; }
  /// [batch, H, W, C]
  [[nodiscard]] shape extents() const {
    const image_set& set = writer_.set();
    return {batch_, set.height(), set.width(), set.channels()};
  }
  [[nodiscard]] std::size_t steps_per_epoch() const noexcept { return indices_.size() / batch_; }
  [[nodiscard]] std::uint64_t epoch(std::uint64_t step) const noexcept { return step / steps_per_epoch(); }

  /// The images of a step, as numbers in the set; valid until the next call.
  [[nodiscard]] std::span<const std::size_t> chosen(std::uint64_t step) {
    if (epoch(step) != epoch_) {
      order_ = indices_;
      epoch_ = epoch(step);
      key_.fork("orders").fork(epoch_).shuffle(order_);
    }
    return std::span<const std::size_t>(order_).subspan(step % steps_per_epoch() * batch_, batch_);
  }

  /// Writes the batch of a step.
  /// \param images  `extents()`
  /// \param labels  `batch()` of them
  /// \throws error where they have another size
  void fill(std::uint64_t step, std::span<T> images, std::span<std::uint32_t> labels) {
    writer_(chosen(step), change_, key_.fork("augmentations").fork(step), images, labels);
  }

private:
  image_writer<T> writer_;
  std::vector<std::size_t> indices_;
  std::vector<std::size_t> order_;
  std::size_t batch_;
  std::uint64_t epoch_ = std::numeric_limits<std::uint64_t>::max();  // whose order `order_` is
  paragon::random_key key_;
  A change_;
};

}  // namespace paragon::data
