// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "../points.hpp"
#include "../policies.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Room for one key on the stack, or, where it is longer than usual, on the heap.
template <class T, std::size_t M>
class archive_key {
public:
  explicit archive_key(std::size_t size) {
    if (size > short_.size()) long_.resize(size);
  }
  [[nodiscard]] T* data() noexcept { return long_.empty() ? short_.data() : long_.data(); }
  [[nodiscard]] const T* data() const noexcept { return long_.empty() ? short_.data() : long_.data(); }

private:
  std::array<T, M == 0 ? 8 : std::max<std::size_t>(M, 2)> short_{};
  std::vector<T> long_;
};

/// How an archive turns a point into the key that it is filed under: every objective minimised, ignored ones gone.
///
/// Turning is exact: a change of sign for floating point, the complement for integers. Keys have at least two numbers,
/// and exactly M where M says more; the spare ones are 0 in all keys.
template <class T, std::size_t M, bool NanIsWorst>
class archive_keys {
public:
  archive_keys(std::size_t objectives, std::span<const direction> way, std::string_view place)
      : way_(way.begin(), way.end()), objectives_(objectives) {
    if (!way.empty() && way.size() != objectives) {
      throw error(place, std::to_string(way.size()) + " directions for " + std::to_string(objectives) + " objectives",
                  "one direction for each objective, or none");
    }
    way_.resize(objectives, direction::minimise);
    for (std::size_t c = 0; c < objectives; ++c) {
      if (way_[c] != direction::ignore) columns_.push_back({c, turn_of(way_[c])});
    }
    if (columns_.empty()) throw error(place, "no objective to compare", "at least one that is not ignored");
    plain_ = size() == objectives &&
             std::all_of(way_.begin(), way_.end(), [](direction d) { return d == direction::minimise; });
  }

  [[nodiscard]] std::size_t objectives() const noexcept { return M != 0 ? M : objectives_; }
  [[nodiscard]] std::size_t size() const noexcept { return std::max<std::size_t>(M != 0 ? M : columns_.size(), 2); }
  /// The objectives that are compared.
  [[nodiscard]] std::size_t compared() const noexcept { return columns_.size(); }
  [[nodiscard]] std::size_t column(std::size_t k) const noexcept { return columns_[k].index; }
  [[nodiscard]] directions way() const noexcept { return way_; }

  /// The worst value of objective k, in the caller's direction.
  [[nodiscard]] T worst(std::size_t k) const noexcept { return turned(worst_key(), k); }
  [[nodiscard]] static constexpr T worst_key() noexcept {
    if constexpr (std::numeric_limits<T>::has_infinity) {
      return std::numeric_limits<T>::infinity();
    } else {
      return std::numeric_limits<T>::max();
    }
  }
  [[nodiscard]] static constexpr T best_key() noexcept {
    if constexpr (std::numeric_limits<T>::has_infinity) {
      return -std::numeric_limits<T>::infinity();
    } else {
      return std::numeric_limits<T>::lowest();
    }
  }

  /// There and back again.
  [[nodiscard]] T turned(T value, std::size_t k) const noexcept {
    if constexpr (std::is_floating_point_v<T>) {
      return value * columns_[k].turn;
    } else {
      return static_cast<T>(value ^ columns_[k].turn);
    }
  }

  /// A value of compared objective k, with NaN dealt with by policy.
  [[nodiscard]] T checked(T value, std::size_t k) const {
    if constexpr (std::is_floating_point_v<T>) {
      if (value != value) {
        if constexpr (NanIsWorst) return worst(k);
        throw error("pareto::archive", "NaN in column " + std::to_string(columns_[k].index),
                    "numbers; the policy nan_worst accepts NaN as the worst value");
      }
    }
    return value;
  }

  /// Whether keys are the points themselves: all objectives minimised.
  [[nodiscard]] bool plain() const noexcept { return plain_; }

  /// The key of a point; `cell(value, column)` comes between for archives on a grid.
  template <class Cell>
  void write(const T* point, T* key, const Cell& cell) const {
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const std::size_t c = columns_[k].index;
      key[k] = turned(cell(checked(point[c], k), c), k);
    }
    std::fill(key + columns_.size(), key + size(), T(0));
  }

  /// Whether there is a NaN, compared or not.
  [[nodiscard]] bool has_nan(const T* point) const noexcept {
    bool found = false;
    for (std::size_t c = 0; c < objectives(); ++c) found = found || point[c] != point[c];
    return found;
  }

  /// The point as it is stored.
  void copy_checked(const T* point, T* to) const {
    std::copy(point, point + objectives(), to);
    if (!has_nan(point)) return;
    for (std::size_t k = 0; k < columns_.size(); ++k) to[columns_[k].index] = checked(point[columns_[k].index], k);
  }

  /// Whether two stored points are equal in all objectives that are compared.
  [[nodiscard]] bool equal(const T* a, const T* b) const noexcept {
    if (plain_) return std::equal(a, a + objectives(), b);
    return std::all_of(columns_.begin(), columns_.end(), [a, b](const auto& c) { return a[c.index] == b[c.index]; });
  }

private:
  struct column_turn {
    std::size_t index;
    T turn;  // a factor for floating point, a bit mask for integers
  };
  static constexpr T turn_of(direction d) noexcept {
    if constexpr (std::is_floating_point_v<T>) {
      return d == direction::maximise ? T(-1) : T(1);
    } else {
      return d == direction::maximise ? static_cast<T>(~T(0)) : T(0);
    }
  }

  std::vector<direction> way_;
  std::vector<column_turn> columns_;
  std::size_t objectives_;
  bool plain_ = false;
};

}  // namespace paragon::pareto::detail
