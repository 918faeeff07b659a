// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "detail/exclusive_volumes.hpp"
#include "hypervolume.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// The hypervolume of a set that grows by one point at a time: the curve of a search over its evaluations.
///
/// Keeps the corners of the first front alone. `insert` returns what the point adds, the volume that it alone dominates,
/// right to a few rounding errors of its own over the whole range of the type (see `contributions`); `value` is the sum
/// of these, infinite once a point without end is in. Points that are not better than the reference are counted and otherwise ignored.
///
/// Cost of an insertion with a front of F points: one and two objectives O(log F) amortised; beyond, O(m F) to find the
/// points that matter and a volume between those. Integers are exact; an insertion that would make the volume exceed
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
    std::vector<V> corner(m_);
    for (std::size_t k = 0; k < m_; ++k) {
      if (!(view(0, k) < turned_[k])) {
        ++ignored_;
        return 0;
      }
      corner[k] = detail::corner_coordinate<V>(view(0, k), turned_[k]);
    }
    return m_ <= 2 ? insert_step(corner[0], m_ == 2 ? corner[1] : V(1)) : insert_box(corner);
  }

  /// The hypervolume of all points so far.
  [[nodiscard]] volume_of<T> value() const noexcept { return value_ + lost_; }

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

  /// The gain in the type of volumes. Integers: throws where the box of the point, or the sum with the gain, does not fit.
  volume_of<T> checked([[maybe_unused]] const std::vector<V>& sides, V gain) const {
    if constexpr (std::is_integral_v<T>) {
      std::int64_t whole = 1;
      for (const V s : sides) {
        if (__builtin_mul_overflow(whole, s, &whole)) detail::refuse_volume(place);
      }
      if (std::int64_t sum = 0; __builtin_add_overflow(value_, gain, &sum)) detail::refuse_volume(place);
      return static_cast<std::int64_t>(gain);
    } else {
      return gain;
    }
  }

  /// Adds to the value; what the sum loses in rounding is kept beside it.
  void grow(volume_of<T> gain) noexcept {
    const volume_of<T> sum = value_ + gain;
    if constexpr (std::is_floating_point_v<T>) {
      const volume_of<T> lost = value_ >= gain ? (value_ - sum) + gain : (gain - sum) + value_;
      lost_ = sum <= std::numeric_limits<volume_of<T>>::max() ? lost_ + lost : 0;
    }
    value_ = sum;
  }

  /// Two objectives: over the steps of the staircase that the point covers.
  volume_of<T> insert_step(V x, V y) {
    const auto first = steps_.lower_bound(x);  // of those at least as wide, the highest
    const V low = detail::base_of<2>(turned_)[0];
    const V bottom = m_ == 2 ? detail::base_of<2>(turned_)[1] : V(0);
    const V covered = first == steps_.end() ? bottom : first->second;
    if (covered >= y) return 0;
    auto narrower = first;
    if (first != steps_.end() && first->first == x) ++narrower;
    auto begin = narrower;  // the first of the steps that the point covers
    while (begin != steps_.begin() && std::prev(begin)->second <= y) --begin;
    const V gained = area_over(begin, narrower, {x, y}, {low, bottom}, covered);
    const volume_of<T> gain = checked({x, y}, gained);
    steps_.erase(begin, narrower);
    steps_.emplace(x, y);
    grow(gain);
    return gain;
  }

  using iterator = typename std::map<V, V>::const_iterator;

  /// What a step adds that covers those from `begin` to `end`; right of these `covered` is covered.
  V area_over(iterator begin, iterator end, std::array<V, 2> corner, std::array<V, 2> low, V covered) const {
    const V left = begin == steps_.begin() ? low[0] : std::prev(begin)->first;
    const auto sum_in = [&]<class Sum>() {
      Sum sum{};
      V right = corner[0];
      V height = covered;
      for (iterator step = end; step != begin;) {
        --step;
        sum += detail::length<Sum>(step->first, right) * detail::length<Sum>(height, corner[1]);
        right = step->first;
        height = step->second;
      }
      if (height < corner[1]) sum += detail::length<Sum>(left, right) * detail::length<Sum>(height, corner[1]);
      return sum;
    };
    if constexpr (std::is_floating_point_v<V>) {
      using limits = std::numeric_limits<V>;
      const V highest = begin == end ? covered : begin->second;
      const bool bounded = (-left <= limits::max() || highest == corner[1]) && -covered <= limits::max() &&
                           corner[0] <= limits::max() && corner[1] <= limits::max();
      if (!bounded) return limits::infinity();
      const V sum = sum_in.template operator()<V>();
      constexpr V small = limits::min() * (V(1) / limits::epsilon()) * (V(1) / limits::epsilon());
      return sum > small && sum <= limits::max() ? sum : sum_in.template operator()<detail::wide<V>>().value();
    } else {
      return sum_in.template operator()<V>();
    }
  }

  volume_of<T> insert_box(const std::vector<V>& corner) {
    volume_of<T> gain = 0;
    const bool outside = detail::with_lanes<M>(m_, place, [&]<std::size_t W>() {
      std::vector<detail::box<V, W>> boxes(1 + size());
      for (std::size_t i = 0; i < boxes.size(); ++i) {
        const V* const from = i == 0 ? corner.data() : corners_.data() + (i - 1) * m_;
        boxes[i].x.fill(1);
        std::copy(from, from + m_, boxes[i].begin());
        if (i > 0 && detail::contains(boxes[i], boxes[0])) return false;
      }
      auto base = detail::base_of<W>(turned_);
      gain = checked(corner, detail::exclusive_volume(boxes, base, m_));
      return true;
    });
    if (!outside) return 0;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < corners_.size(); i += m_) {
      bool inside = true;
      for (std::size_t k = 0; k < m_; ++k) inside = inside && corners_[i + k] <= corner[k];
      if (inside) continue;
      std::copy_n(corners_.begin() + static_cast<std::ptrdiff_t>(i), m_,
                  corners_.begin() + static_cast<std::ptrdiff_t>(kept));
      kept += m_;
    }
    corners_.resize(kept);
    corners_.insert(corners_.end(), corner.begin(), corner.end());
    grow(gain);
    return gain;
  }

  std::vector<T> reference_;
  std::vector<direction> way_;
  std::vector<T> turned_;
  std::size_t m_ = 0;
  std::map<V, V> steps_;    // up to two objectives: the corners, wider ones later and lower
  std::vector<V> corners_;  // beyond: rows of m_
  volume_of<T> value_ = 0;
  volume_of<T> lost_ = 0;
  std::size_t ignored_ = 0;
};

}  // namespace paragon::pareto
