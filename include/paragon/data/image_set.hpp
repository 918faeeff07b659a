// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "../tensor/npy.hpp"
#include "../tensor/tensor.hpp"

namespace paragon::inline PARAGON_ISA::data {

/// Images of one size with the class of each, in memory: one byte a channel and pixel.
///
/// Images are [N, H, W, C], channels last, as the operators of networks read them. A set always fits together: as many
/// labels as images, every label below the number of classes. It does not change, so threads may share it.
class image_set {
public:
  /// \param name    named in errors and reports
  /// \param images  [N, H, W, C]
  /// \param labels  N classes, each below `classes`
  /// \throws error that begins with the name: images that are not [N, H, W, C] or empty, another number of labels, a
  ///         label beyond the classes
  image_set(std::string name, tensor<std::uint8_t> images, std::vector<std::uint32_t> labels, std::size_t classes)
      : name_(std::move(name)), images_(std::move(images)), labels_(std::move(labels)), classes_(classes) {
    if (images_.shape().rank() != 4 || images_.size() == 0) {
      throw error(name_, "images of shape " + to_string(images_.shape()),
                  "(images, height, width, channels), not empty");
    }
    if (labels_.size() != size()) {
      throw error(name_, std::to_string(labels_.size()) + " labels", std::to_string(size()) + ", one for each image");
    }
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      if (labels_[i] < classes_) continue;
      throw error(name_, "label " + std::to_string(labels_[i]) + " of image " + std::to_string(i),
                  "below " + std::to_string(classes_) + ", the number of classes");
    }
  }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const tensor<std::uint8_t>& images() const noexcept { return images_; }
  [[nodiscard]] const std::vector<std::uint32_t>& labels() const noexcept { return labels_; }
  [[nodiscard]] std::size_t classes() const noexcept { return classes_; }
  [[nodiscard]] std::size_t size() const noexcept { return images_.shape()[0]; }
  [[nodiscard]] std::size_t height() const noexcept { return images_.shape()[1]; }
  [[nodiscard]] std::size_t width() const noexcept { return images_.shape()[2]; }
  [[nodiscard]] std::size_t channels() const noexcept { return images_.shape()[3]; }
  /// H * W * C, the bytes of an image.
  [[nodiscard]] std::size_t image_size() const noexcept { return height() * width() * channels(); }
  /// [H, W, C] of one image. \pre i < size()
  [[nodiscard]] std::span<const std::uint8_t> image(std::size_t i) const noexcept {
    return images_.span().subspan(i * image_size(), image_size());
  }

private:
  std::string name_;
  tensor<std::uint8_t> images_;
  std::vector<std::uint32_t> labels_;
  std::size_t classes_;
};

/// What a network is trained on and what it is judged by.
struct image_sets {
  image_set train;
  image_set test;
};

/// Mean and (population) standard deviation of each channel, in units where a byte of 255 is 1.
struct channel_statistics {
  std::vector<double> mean;       ///< [C]
  std::vector<double> deviation;  ///< [C]

  friend bool operator==(const channel_statistics&, const channel_statistics&) = default;
};

/// Of all images of a set. Exact sums of integers, so they depend on neither order nor threads; O(bytes).
[[nodiscard]] inline channel_statistics statistics_of(const image_set& set) {
  const std::size_t channels = set.channels();
  std::vector<std::uint64_t> sum(channels);
  std::vector<std::uint64_t> squares(channels);
  const auto bytes = set.images().span();
  for (std::size_t i = 0; i < bytes.size(); i += channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      const std::uint64_t b = bytes[i + c];
      sum[c] += b;
      squares[c] += b * b;
    }
  }
  channel_statistics result;
  const auto pixels = static_cast<double>(set.size() * set.height() * set.width());
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = static_cast<double>(sum[c]) / pixels;
    const double variance = static_cast<double>(squares[c]) / pixels - mean * mean;
    result.mean.push_back(mean / 255);
    result.deviation.push_back(std::sqrt(std::max(variance, 0.0)) / 255);
  }
  return result;
}

/// Numbers of images in two lists that share none, each in ascending order.
struct index_halves {
  std::vector<std::size_t> first;
  std::vector<std::size_t> second;

  friend bool operator==(const index_halves&, const index_halves&) = default;
};

/// Halves a list at random, for instance into images for weights and images for architectures. Of an odd number the
/// second half has one more. Deterministic in the key.
[[nodiscard]] inline index_halves split_half(std::span<const std::size_t> indices, paragon::random_key key) {
  std::vector<std::size_t> order(indices.begin(), indices.end());
  key.shuffle(order);
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2);
  index_halves halves{{order.begin(), middle}, {middle, order.end()}};
  std::sort(halves.first.begin(), halves.first.end());
  std::sort(halves.second.begin(), halves.second.end());
  return halves;
}

/// 0, 1, ... size - 1: every image of a set.
[[nodiscard]] inline std::vector<std::size_t> all_images(const image_set& set) {
  std::vector<std::size_t> indices(set.size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  return indices;
}

[[nodiscard]] inline index_halves split_half(const image_set& set, paragon::random_key key) {
  return split_half(all_images(set), key);
}

/// The images of some classes as a set of their own, in the order of the given one; `classes[i]` becomes class i.
/// \throws error for no class, a class that the set does not have, one named twice, or classes without an image
[[nodiscard]] inline image_set of_classes(const image_set& set, std::span<const std::uint32_t> classes) {
  constexpr auto absent = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> number(set.classes(), absent);
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i] >= set.classes()) {
      throw error("data::of_classes", "class " + std::to_string(classes[i]) + " of " + set.name(),
                  "below " + std::to_string(set.classes()));
    }
    if (std::exchange(number[classes[i]], static_cast<std::uint32_t>(i)) != absent) {
      throw error("data::of_classes", "class " + std::to_string(classes[i]) + " twice", "different classes");
    }
  }
  std::vector<std::size_t> chosen;
  std::vector<std::uint32_t> labels;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const std::uint32_t label = number[set.labels()[i]];
    if (label == absent) continue;
    chosen.push_back(i);
    labels.push_back(label);
  }
  if (chosen.empty()) {
    throw error("data::of_classes", std::to_string(classes.size()) + " classes of " + set.name() + " without an image",
                "at least one image");
  }
  tensor<std::uint8_t> images(shape{chosen.size(), set.height(), set.width(), set.channels()});
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    const auto image = set.image(chosen[k]);
    std::copy(image.begin(), image.end(), images.data() + k * image.size());
  }
  return {set.name(), std::move(images), std::move(labels), classes.size()};
}

/// Reads images [N, C, H, W] of bytes and their labels (integers) from NumPy files.
///
/// There may be more labels than images; the first N count. (The benchmark tables have full-sized images of the first
/// images only.)
/// \param classes  0 for one more than the largest label
/// \throws error that names the file: missing or malformed, images of another rank or type, fewer labels than images, a
///         label below 0 or beyond the classes
///
/// \code
/// const auto set = paragon::data::read_image_set("images.npy", "labels.npy");
/// \endcode
[[nodiscard]] inline image_set read_image_set(const std::string& images, const std::string& labels,
                                              std::size_t classes = 0) {
  const auto planes = load_npy<std::uint8_t>(images);
  const shape& s = planes.shape();
  if (s.rank() != 4 || planes.size() == 0) {
    throw error(images, "shape " + to_string(s), "(images, channels, height, width), not empty");
  }
  const auto numbers = load_npy<std::int64_t>(labels);
  if (numbers.shape().rank() != 1) throw error(labels, "shape " + to_string(numbers.shape()), "one axis");
  if (numbers.size() < s[0]) {
    throw error(labels, std::to_string(numbers.size()) + " labels",
                "at least " + std::to_string(s[0]) + ", one for each image of " + images);
  }
  std::vector<std::uint32_t> chosen(s[0]);
  std::int64_t largest = 0;
  for (std::size_t i = 0; i < s[0]; ++i) {
    // A bound that keeps "one more than the largest" a number of classes that somebody could mean.
    constexpr std::int64_t bound = 1 << 24;
    const std::int64_t most = classes == 0 ? bound : static_cast<std::int64_t>(std::min<std::size_t>(classes, bound));
    if (numbers[i] < 0 || numbers[i] >= most) {
      throw error(labels, "label " + std::to_string(numbers[i]) + " of image " + std::to_string(i),
                  "from 0 to " + std::to_string(most - 1));
    }
    largest = std::max(largest, numbers[i]);
    chosen[i] = static_cast<std::uint32_t>(numbers[i]);
  }
  const std::size_t area = s[2] * s[3];
  tensor<std::uint8_t> pixels(shape{s[0], s[2], s[3], s[1]});
  for (std::size_t n = 0; n < s[0]; ++n) {
    const std::uint8_t* from = planes.data() + n * s[1] * area;
    std::uint8_t* to = pixels.data() + n * s[1] * area;
    for (std::size_t c = 0; c < s[1]; ++c) {
      for (std::size_t p = 0; p < area; ++p) to[p * s[1] + c] = from[c * area + p];
    }
  }
  return {images, std::move(pixels), std::move(chosen), classes == 0 ? static_cast<std::size_t>(largest) + 1 : classes};
}

/// The sizes of CIFAR-10's images that the benchmark tables hold.
enum class cifar10_size {
  half,  ///< 16 x 16, halved by averaging: all 50,000 and 10,000 images
  full   ///< 32 x 32: the first 10,000 and 2,000 images
};

/// CIFAR-10's training and test images.
/// \param folder  holds cifar10/cifar10_train_images_16x16.npy and the other files
/// \throws error that names the file: missing or malformed
[[nodiscard]] inline image_sets read_cifar10(const std::string& folder, cifar10_size size = cifar10_size::half) {
  const bool half = size == cifar10_size::half;
  const std::string start = folder + "/cifar10/cifar10_";
  const auto read = [&](const std::string& part, const char* full) {
    return read_image_set(start + part + "_images_" + (half ? "16x16" : full) + ".npy", start + part + "_labels.npy",
                          10);
  };
  return {read("train", "32x32_first10000"), read("test", "32x32_first2000")};
}

}  // namespace paragon::data
