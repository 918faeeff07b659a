// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "hypervolume.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// The hypervolume of a set that grows by one point at a time: the curve of a search over its evaluations.
///
/// Keeps the corners of the first front alone. `insert` returns what the point adds, the volume that it alone dominates;
/// `value` is the sum of these. Points that are not better than the reference are counted and otherwise ignored.
///
/// Cost of an insertion with a front of F points: one and two objectives O(log F) amortised; beyond, O(m F) to find the
/// points that matter and the hypervolume of those. Integers are exact; an insertion that would make the volume exceed
/// 64 bits throws and changes nothing.
///
/// \tparam M  the number of objectives, where it is known at compile time
///
/// \code
/// paragon::pareto::incremental_hypervolume<double> front({10, 10});
/// front.insert({5, 5});  // 25
/// front.insert({4, 6});  // 4
/// front.value();         // 29
/// \endcode
template <objective_value T, std::size_t M = dynamic_objectives>
class incremental_hypervolume {
public:
  /// \param reference  one number for each objective, in the caller's directions
  /// \param way        one direction per objective; empty: all minimised
  explicit incremental_hypervolume(list_view<T> reference, directions way = {})
      : reference_(reference.begin(), reference.end()), way_(way.begin(), way.end()) {
    if (M != dynamic_objectives && reference_.size() != M) {
      throw error(place, "a reference point of " + std::to_string(reference_.size()) + " numbers",
                  std::to_string(M) + ", one for each objective");
    }
    const auto view = oriented(reference_.data());
    turned_ = detail::oriented_reference(view, reference_, reference_.size());
    m_ = view.objectives();
    detail::with_lanes<M>(m_, place, []<std::size_t W>() {});
  }

  /// Adds a point; returns the volume gained. Throws for a NaN and for a wrong number of objectives.
  volume_of<T> insert(list_view<T> point) {
    if (point.size() != reference_.size()) {
      throw error(place, "a point of " + std::to_string(point.size()) + " numbers",
                  std::to_string(reference_.size()) + " as in the reference point");
    }
    const auto view = oriented(point.data());
    view.check(0);
    std::vector<V> side(m_);
    for (std::size_t k = 0; k < m_; ++k) {
      if (!(view(0, k) < turned_[k])) {
        ++ignored_;
        return 0;
      }
      side[k] = detail::side_length<V>(view(0, k), turned_[k]);
    }
    return m_ <= 2 ? insert_step(side[0], m_ == 2 ? side[1] : V(1)) : insert_box(side);
  }

  /// The hypervolume of all points so far.
  [[nodiscard]] volume_of<T> value() const noexcept { return value_; }

  /// The number of different points in the front.
  [[nodiscard]] std::size_t size() const noexcept { return m_ <= 2 ? steps_.size() : corners_.size() / m_; }

  /// The number of points so far that were not better than the reference.
  [[nodiscard]] std::size_t ignored() const noexcept { return ignored_; }

private:
  using V = detail::working_volume<T>;
  static constexpr const char* place = "pareto::incremental_hypervolume";

  detail::oriented<T, false> oriented(const T* row) const {
    return {points<T>(row, 1, reference_.size(), 0), directions(way_), place};
  }

  /// Throws where the volume of the box around a point, or the sum with `gain`, does not fit.
  volume_of<T> checked(const std::vector<V>& side, V gain) const {
    if constexpr (std::is_integral_v<T>) {
      std::int64_t whole = 1;
      for (const V s : side) {
        if (__builtin_mul_overflow(whole, s, &whole)) detail::refuse_volume(place);
      }
      if (std::int64_t sum = 0; __builtin_add_overflow(value_, gain, &sum)) detail::refuse_volume(place);
      return static_cast<std::int64_t>(gain);
    } else {
      return gain;
    }
  }

  /// Two objectives: over the steps of the staircase that the point covers.
  volume_of<T> insert_step(V x, V y) {
    const auto first = steps_.lower_bound(x);  // of those at least as wide, the highest
    V covered = first == steps_.end() ? V(0) : first->second;
    if (covered >= y) return 0;
    V added = 0;
    V right = x;
    auto narrower = first;
    if (first != steps_.end() && first->first == x) ++narrower;
    auto begin = narrower;
    while (begin != steps_.begin()) {
      const auto step = std::prev(begin);
      added += (right - step->first) * (y - covered);
      right = step->first;
      covered = step->second;
      if (covered > y) break;
      begin = step;
    }
    if (begin == steps_.begin()) added += right * (y - covered);
    const volume_of<T> gain = checked({x, y}, added);
    steps_.erase(begin, narrower);
    steps_.emplace(x, y);
    value_ += gain;
    return gain;
  }

  volume_of<T> insert_box(const std::vector<V>& side) {
    volume_of<T> gain = 0;
    const bool outside = detail::with_lanes<M>(m_, place, [&]<std::size_t W>() {
      std::vector<detail::box<V, W>> others(size());
      detail::box<V, W> corner;
      corner.x.fill(1);
      std::copy(side.begin(), side.end(), corner.begin());
      for (std::size_t i = 0; i < others.size(); ++i) {
        others[i].x.fill(1);
        for (std::size_t k = 0; k < m_; ++k) others[i][k] = std::min(corner[k], corners_[i * m_ + k]);
        if (others[i] == corner) return false;
      }
      const V covered = detail::volume_of_union(others, m_, detail::inline_runner{});
      gain = checked(side, detail::product(corner) - covered);
      return true;
    });
    if (!outside) return 0;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < corners_.size(); i += m_) {
      bool inside = true;
      for (std::size_t k = 0; k < m_; ++k) inside = inside && corners_[i + k] <= side[k];
      if (inside) continue;
      std::copy_n(corners_.begin() + static_cast<std::ptrdiff_t>(i), m_,
                  corners_.begin() + static_cast<std::ptrdiff_t>(kept));
      kept += m_;
    }
    corners_.resize(kept);
    corners_.insert(corners_.end(), side.begin(), side.end());
    value_ += gain;
    return gain;
  }

  std::vector<T> reference_;
  std::vector<direction> way_;
  std::vector<T> turned_;
  std::size_t m_ = 0;
  std::map<V, V> steps_;    // up to two objectives: the corners, wider ones later and lower
  std::vector<V> corners_;  // beyond: rows of m_
  volume_of<T> value_ = 0;
  std::size_t ignored_ = 0;
};

}  // namespace paragon::pareto
