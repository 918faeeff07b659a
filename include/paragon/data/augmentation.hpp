// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "image_set.hpp"

namespace paragon::inline PARAGON_ISA::data {

/// The bytes of one image, [height, width, channels].
struct image_view {
  const std::uint8_t* data = nullptr;
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;
};

/// How an image is changed at random each time that it is shown: `a(image, key, element, out)` writes the changed bytes,
/// of the same shape, to `out`.
///
/// Everything random comes from `key` at `element`, or, where 128 bits are not enough, from `key.fork(element)`, so the
/// same step can be computed again. It is const, may be called from several threads at once, and `out` is not `image`.
///
/// \code
/// struct flip {                                                  // upside down, every second time
///   void operator()(const paragon::data::image_view& x, paragon::random_key key, std::uint64_t i,
///                   std::uint8_t* out) const;
/// };
/// static_assert(paragon::data::augmentation<flip>);
/// \endcode
template <class A>
concept augmentation =
    std::move_constructible<A> && requires(const A a, const image_view& image, paragon::random_key key,
                                           std::uint64_t element, std::uint8_t* out) { a(image, key, element, out); };

/// Names what A lacks of `augmentation`: a failed assertion, in the compiler's first line of error.
template <class A>
consteval bool require_augmentation() {
  static_assert(std::move_constructible<A>, "an augmentation must be move-constructible");
  static_assert(augmentation<A>,
                "an augmentation needs `operator()(const data::image_view&, key, std::uint64_t element, "
                "std::uint8_t* out) const`");
  return true;
}

/// Images as they are.
struct plain {
  void operator()(const image_view& image, paragon::random_key, std::uint64_t, std::uint8_t* out) const noexcept {
    std::memcpy(out, image.data, image.height * image.width * image.channels);
  }

  friend bool operator==(plain, plain) = default;
};

namespace augmentation_detail {

/// A window of the image's size, cut from the image with a black border of `padding` pixels.
/// \param above, left  random bits for its place
inline void cut(const image_view& image, std::size_t padding, std::uint32_t above, std::uint32_t left, bool mirrored,
                std::uint8_t* out) noexcept {
  const std::size_t places = 2 * padding + 1;
  const auto place = [&](std::uint32_t word) { return static_cast<std::size_t>((std::uint64_t{word} * places) >> 32); };
  const std::size_t down = place(above);  // 0: the image moves down by the padding
  const std::size_t right = place(left);  // 0: the image moves right by the padding
  const std::size_t channels = image.channels;
  const std::size_t row = image.width * channels;
  // Columns of the window that show the image; the others are border.
  const std::size_t begin = std::min(image.width, padding - std::min(padding, right));
  const std::size_t from = right - std::min(padding, right);
  const std::size_t shown = from < image.width ? std::min(image.width - begin, image.width - from) : 0;
  for (std::size_t y = 0; y < image.height; ++y, out += row) {
    const std::size_t source = y + down;  // in the image with its border
    if (source < padding || source >= padding + image.height || shown == 0) {
      std::memset(out, 0, row);
      continue;
    }
    const std::uint8_t* in = image.data + (source - padding) * row + from * channels;
    if (!mirrored) {
      std::memset(out, 0, begin * channels);
      std::memcpy(out + begin * channels, in, shown * channels);
      std::memset(out + (begin + shown) * channels, 0, row - (begin + shown) * channels);
    } else {
      const std::size_t end = image.width - begin;
      std::memset(out + end * channels, 0, begin * channels);
      std::uint8_t* to = out + end * channels;
      for (std::size_t x = 0; x < shown; ++x, in += channels) {
        to -= channels;
        for (std::size_t c = 0; c < channels; ++c) to[c] = in[c];
      }
      std::memset(out, 0, (end - shown) * channels);
    }
  }
}

}  // namespace augmentation_detail

/// Moved by up to `padding` pixels in each direction.
///
/// As published for CIFAR: from the image with a black border of `padding` pixels, a window of the image's size is cut,
/// each of the (2 padding + 1)^2 places equally likely (up to 2^-31); black means bytes of 0, before normalisation.
struct crop {
  std::size_t padding = 4;

  void operator()(const image_view& image, paragon::random_key key, std::uint64_t element,
                  std::uint8_t* out) const noexcept {
    const auto bits = key.bits(element);
    augmentation_detail::cut(image, padding, bits[0], bits[1], false, out);
  }

  friend bool operator==(const crop&, const crop&) = default;
};

/// `crop`, and mirrored left to right every second time: where a mirrored image is of the same class.
struct crop_and_flip {
  std::size_t padding = 4;

  void operator()(const image_view& image, paragon::random_key key, std::uint64_t element,
                  std::uint8_t* out) const noexcept {
    const auto bits = key.bits(element);
    augmentation_detail::cut(image, padding, bits[0], bits[1], (bits[2] & 1U) != 0, out);
  }

  friend bool operator==(const crop_and_flip&, const crop_and_flip&) = default;
};

/// Turns chosen images of a set into the numbers that a network reads: changed by an augmentation, then
/// (byte / 255 - mean) / deviation for each channel.
///
/// Runs on the calling thread: a batch takes less than a hundredth of a training step. O(bytes); nothing is allocated
/// after the first image. The set must outlive it.
/// \tparam T  float or double
template <std::floating_point T>
class image_writer {
public:
  /// \param scale  usually `statistics_of` the training images, also for test images
  /// \throws error where the scale is for another number of channels, or a deviation is not above 0
  image_writer(const image_set& set, const channel_statistics& scale) : set_(&set) {
    if (scale.mean.size() != set.channels() || scale.deviation.size() != set.channels()) {
      throw error("data::image_writer",
                  "statistics of " + std::to_string(scale.mean.size()) + " and " +
                      std::to_string(scale.deviation.size()) + " channels",
                  std::to_string(set.channels()) + ", as " + set.name() + " has");
    }
    const std::size_t row = set.width() * set.channels();
    for (std::size_t i = 0; i < row; ++i) {
      const double deviation = scale.deviation[i % set.channels()];
      if (!(deviation > 0)) {
        throw error("data::image_writer", "a deviation of " + number_text(deviation), "a number above 0");
      }
      factor_.push_back(static_cast<T>(1 / (255 * deviation)));
      shift_.push_back(static_cast<T>(-scale.mean[i % set.channels()] / deviation));
    }
    bytes_.resize(set.image_size());
  }
  image_writer(image_set&&, const channel_statistics&) = delete;

  /// \param chosen  n numbers of images
  /// \param change  given `key` and the position in `chosen`, so an image shown twice is changed in two ways
  /// \param images  [n, H, W, C], written
  /// \param labels  n, written
  /// \throws error for an image that the set does not have, or for another number of values to write
  template <augmentation A>
  void operator()(std::span<const std::size_t> chosen, const A& change, paragon::random_key key, std::span<T> images,
                  std::span<std::uint32_t> labels) {
    const std::size_t size = set_->image_size();
    if (images.size() != chosen.size() * size || labels.size() != chosen.size()) {
      throw error("data::image_writer",
                  std::to_string(images.size()) + " values and " + std::to_string(labels.size()) + " labels",
                  std::to_string(chosen.size() * size) + " and " + std::to_string(chosen.size()) + " for " +
                      std::to_string(chosen.size()) + " images");
    }
    const std::size_t row = factor_.size();
    T* out = images.data();
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      if (chosen[k] >= set_->size()) {
        throw error("data::image_writer", "image " + std::to_string(chosen[k]) + " of " + set_->name(),
                    "below " + std::to_string(set_->size()));
      }
      labels[k] = set_->labels()[chosen[k]];
      change(image_view{set_->image(chosen[k]).data(), set_->height(), set_->width(), set_->channels()}, key, k,
             bytes_.data());
      const std::uint8_t* in = bytes_.data();
      for (std::size_t y = 0; y < set_->height(); ++y, in += row, out += row) {
        for (std::size_t i = 0; i < row; ++i) out[i] = static_cast<T>(in[i]) * factor_[i] + shift_[i];
      }
    }
  }

  [[nodiscard]] const image_set& set() const noexcept { return *set_; }

private:
  const image_set* set_;
  std::vector<T> factor_;  // of a row of pixels, so that the loop over it has no inner one over channels
  std::vector<T> shift_;
  std::vector<std::uint8_t> bytes_;
};

/// Images as a network reads them, with their classes.
template <class T>
struct labelled_images {
  tensor<T> images;                   ///< [n, H, W, C]
  std::vector<std::uint32_t> labels;  ///< n
};

/// Chosen images of a set, unchanged and normalised, all at once: to judge a network by. \throws error as `image_writer`
template <std::floating_point T = float>
[[nodiscard]] labelled_images<T> normalised(const image_set& set, std::span<const std::size_t> chosen,
                                            const channel_statistics& scale) {
  labelled_images<T> all{tensor<T>(shape{chosen.size(), set.height(), set.width(), set.channels()}),
                         std::vector<std::uint32_t>(chosen.size())};
  image_writer<T>{set, scale}(chosen, plain{}, {}, all.images.span(), all.labels);
  return all;
}

/// Every image of a set.
template <std::floating_point T = float>
[[nodiscard]] labelled_images<T> normalised(const image_set& set, const channel_statistics& scale) {
  return normalised<T>(set, all_images(set), scale);
}

}  // namespace paragon::data
