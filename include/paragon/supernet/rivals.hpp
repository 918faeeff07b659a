// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"

namespace paragon::inline PARAGON_ISA::supernet {

/// Which classes a network puts before the right one, image by image: all that its accuracy on any part of the classes
/// depends on.
///
/// Asked to choose among some classes only, a network says the one with the largest logit among them, of equal ones the
/// first. So an image of one of these classes is recognised exactly where none of them is a rival of its own. One bit for
/// each image and class is kept, and a logit that is NaN counts as a rival.
///
/// \code
/// rivals seen(10);
/// seen.add(std::span<const float>(logits), labels);      // [images, 10]; as often as there are batches
/// double all = seen.accuracy(std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
/// double cats_and_dogs = seen.accuracy(std::vector<std::uint32_t>{3, 5});
/// \endcode
class rivals {
public:
  /// \param classes  of the network
  /// \throws error for none
  explicit rivals(std::size_t classes) : classes_(classes), words_((classes + 63) / 64), members_(classes) {
    if (classes == 0) throw error("supernet::rivals", "no classes", "at least one");
  }

  [[nodiscard]] std::size_t classes() const noexcept { return classes_; }
  [[nodiscard]] std::size_t images() const noexcept { return words_ == 0 ? 0 : bits_.size() / words_; }

  /// Takes in more images. O(images * classes).
  /// \param logits  [images, classes]
  /// \throws error where logits and labels disagree, or for a label beyond the classes
  template <std::floating_point T>
  void add(std::span<const T> logits, std::span<const std::uint32_t> labels) {
    if (logits.size() != labels.size() * classes_) {
      throw error("supernet::rivals::add",
                  std::to_string(logits.size()) + " logits for " + std::to_string(labels.size()) + " labels",
                  std::to_string(classes_) + " for each");
    }
    for (const std::uint32_t own : labels) {
      if (own < classes_) continue;
      throw error("supernet::rivals::add", "label " + std::to_string(own), "below " + std::to_string(classes_));
    }
    std::size_t image = images();
    bits_.resize(bits_.size() + labels.size() * words_);
    for (std::size_t i = 0; i < labels.size(); ++i, ++image) {
      const T* row = logits.data() + i * classes_;
      const std::uint32_t own = labels[i];
      for (std::size_t c = 0; c < classes_; ++c) {
        const bool behind = row[c] < row[own] || (row[c] == row[own] && c >= own);
        if (!behind) bits_[image * words_ + c / 64] |= std::uint64_t{1} << c % 64;
      }
      members_[own].push_back(image);
    }
  }

  /// The part, from 0 to 1, of the images of these classes that the network recognises when it chooses among them.
  /// O(images of the classes * all classes / 64).
  /// \throws error for no class, one beyond the network's, one named twice, or classes without an image
  [[nodiscard]] double accuracy(std::span<const std::uint32_t> among) const {
    std::vector<std::uint64_t> allowed(words_);
    std::size_t count = 0;
    for (const std::uint32_t c : among) {
      if (c >= classes_) {
        throw error("supernet::rivals::accuracy", "class " + std::to_string(c), "below " + std::to_string(classes_));
      }
      const std::uint64_t bit = std::uint64_t{1} << c % 64;
      if ((allowed[c / 64] & bit) != 0) {
        throw error("supernet::rivals::accuracy", "class " + std::to_string(c) + " twice", "different classes");
      }
      allowed[c / 64] |= bit;
      count += members_[c].size();
    }
    if (count == 0) {
      throw error("supernet::rivals::accuracy", std::to_string(among.size()) + " classes without an image",
                  "at least one image");
    }
    std::size_t right = 0;
    for (const std::uint32_t c : among) {
      for (const std::size_t image : members_[c]) {
        std::uint64_t before = 0;
        for (std::size_t w = 0; w < words_; ++w) before |= bits_[image * words_ + w] & allowed[w];
        right += before == 0;
      }
    }
    return static_cast<double>(right) / static_cast<double>(count);
  }

private:
  std::size_t classes_;
  std::size_t words_;                              // of an image
  std::vector<std::uint64_t> bits_;                // [images, words], bit c: class c comes before the right one
  std::vector<std::vector<std::size_t>> members_;  // images of each class
};

}  // namespace paragon::supernet
