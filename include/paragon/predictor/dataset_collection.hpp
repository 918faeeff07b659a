// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../autodiff/columns.hpp"
#include "../autodiff/gather.hpp"
#include "../core/error.hpp"
#include "../nn/parameters.hpp"
#include "dataset_encoder.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

/// Data sets with any numbers of classes, and their codes for the rows of a batch.
///
/// An encoder reads data sets of the same number of classes together. Here each data set that a batch needs is encoded
/// once, those of the same number of classes at a time, and every row gets the code of its own: samples of different tasks
/// may be mixed in a batch.
/// \tparam T  float or double
template <class T>
class dataset_collection {
public:
  /// \param features  of an image
  /// \param images    of each class
  /// \throws error for none
  dataset_collection(std::size_t features, std::size_t images) : features_(features), images_(images) {
    if (features == 0 || images == 0) {
      throw error("predictor::dataset_collection",
                  std::to_string(features) + " features of " + std::to_string(images) + " images",
                  "at least one of each");
    }
  }

  /// Adds a data set; they are numbered as they are added. \param x  [classes * images, features], class after class
  /// \throws error where that is not a whole number of classes
  void add(std::span<const T> x) {
    const std::size_t of_class = features_ * images_;
    if (x.empty() || x.size() % of_class != 0) {
      throw error("predictor::dataset_collection::add", std::to_string(x.size()) + " features",
                  "a multiple of " + std::to_string(of_class) + ", those of a class");
    }
    sets_.emplace_back(x.begin(), x.end());
  }

  [[nodiscard]] std::size_t size() const noexcept { return sets_.size(); }
  /// Of an image.
  [[nodiscard]] std::size_t features() const noexcept { return features_; }
  /// Of one data set. \pre set < size()
  [[nodiscard]] std::size_t classes(std::size_t set) const noexcept {
    return sets_[set].size() / (features_ * images_);
  }

  /// \param rows  the data set of each row
  /// \returns [rows, width of the code]
  /// \throws error for no rows, or a data set that there is not
  template <class C>
  [[nodiscard]] autodiff::variable<C> codes(const nn::bound<C>& theta, const dataset_encoder& encoder,
                                            std::span<const std::uint32_t> rows) const {
    std::map<std::pair<std::size_t, std::uint32_t>, std::uint32_t> place;  // of (classes, data set) among the codes
    for (const std::uint32_t set : rows) {
      if (set >= size()) {
        throw error("predictor::dataset_collection::codes", "data set " + std::to_string(set),
                    "below " + std::to_string(size()));
      }
      place.try_emplace({classes(set), set}, 0);
    }
    if (place.empty()) throw error("predictor::dataset_collection::codes", "no rows", "at least one");
    autodiff::variable<C> all;
    std::uint32_t numbered = 0;
    for (auto first = place.begin(); first != place.end();) {
      const std::size_t count = first->first.first;
      auto last = first;
      std::size_t sets = 0;
      for (; last != place.end() && last->first.first == count; ++last, ++sets) last->second = numbered++;
      const std::size_t each = count * images_ * features_;
      T* x = theta.context().scratch(sets * each);
      T* to = x;
      for (; first != last; ++first, to += each) std::copy_n(sets_[first->first.second].data(), each, to);
      const auto part = encoder(theta, sets, count, theta.context().constant(x, {sets * count * images_, features_}));
      const auto row = autodiff::reshape(part, {1, part.size()});
      all = numbered == sets ? row : autodiff::concatenate(all, row);  // rows below each other, as one long row
    }
    const std::size_t width = encoder.settings().width;
    std::vector<std::uint32_t> index;
    index.reserve(rows.size());
    for (const std::uint32_t set : rows) index.push_back(place.at({classes(set), set}));
    return autodiff::gather(autodiff::reshape(all, {numbered, width}), index);
  }

private:
  std::size_t features_;
  std::size_t images_;
  std::vector<std::vector<T>> sets_;
};

}  // namespace paragon::predictor
