// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace paragon::pareto::detail {

/// The first front by divide and conquer: for many survivors in four objectives or more.
///
/// Split the points at the middle of the first objective, take the front of each half, then strike from the worse half
/// what the better half dominates in the other objectives; the strike splits by one objective after the other, down to
/// two, where a sweep decides. O(n log^(m-2) n), O(n) memory.
/// Reference: Kung, Luccio, Preparata, "On finding the maxima of a set of vectors", J. ACM 22, 1975.
template <class T>
class divide_and_conquer {
public:
  /// \param rows  n points of m >= 3 objectives, all different, lexicographically sorted
  divide_and_conquer(const std::vector<T>& rows, std::size_t m) : rows_(rows), m_(m), struck_(rows.size() / m) {
    std::vector<std::size_t> points(struck_.size());
    for (std::size_t i = 0; i < points.size(); ++i) points[i] = i;
    front(points.data(), points.data() + points.size());
  }

  /// Whether row i is dominated.
  [[nodiscard]] bool struck(std::size_t i) const noexcept { return struck_[i] != 0; }

private:
  using index = std::size_t*;

  [[nodiscard]] T at(std::size_t i, std::size_t k) const noexcept { return rows_[i * m_ + k]; }

  [[nodiscard]] bool covers(std::size_t i, std::size_t j, std::size_t from) const noexcept {
    for (std::size_t k = from; k < m_; ++k) {
      if (at(i, k) > at(j, k)) return false;
    }
    return true;
  }

  index drop_struck(index first, index last) const {
    return std::remove_if(first, last, [&](std::size_t i) { return struck(i); });
  }

  /// Moves the survivors of [first, last) to its beginning, in any order, and returns their end.
  index front(index first, index last) {
    if (last - first <= 16) {
      for (index s = first; s < last; ++s) {
        for (index r = first; r < s && !struck(*s); ++r) struck_[*s] = !struck(*r) && covers(*r, *s, 1);
      }
      return drop_struck(first, last);
    }
    const index middle = first + (last - first) / 2;
    const index better = front(first, middle);
    const index worse = front(middle, last);
    strike(first, better, middle, worse, 1);
    return std::copy(middle, drop_struck(middle, worse), better);
  }

  /// Strikes the points of S = [s, s_end) that some point of R = [r, r_end) covers in the objectives from k on.
  void strike(index r, index r_end, index s, index s_end, std::size_t k) {
    s_end = drop_struck(s, s_end);
    if (r == r_end || s == s_end) return;
    if ((r_end - r) * (s_end - s) <= 512) {
      for (index j = s; j < s_end; ++j) {
        for (index i = r; i < r_end && !struck(*j); ++i) struck_[*j] = covers(*i, *j, k);
      }
      return;
    }
    if (k + 2 == m_) return sweep(r, r_end, s, s_end);

    values_.clear();
    for (index i = r; i < r_end; ++i) values_.push_back(at(*i, k));
    for (index j = s; j < s_end; ++j) values_.push_back(at(*j, k));
    const auto middle = values_.begin() + static_cast<std::ptrdiff_t>(values_.size() / 2);
    std::nth_element(values_.begin(), middle, values_.end());
    const T pivot = *middle;
    const bool some_below = *std::min_element(values_.begin(), middle + 1) < pivot;
    const bool some_above = *std::max_element(middle, values_.end()) > pivot;
    if (!some_below && !some_above) return strike(r, r_end, s, s_end, k + 1);
    const auto low = [&](std::size_t i) { return some_below ? at(i, k) < pivot : at(i, k) <= pivot; };
    const index r_middle = std::partition(r, r_end, low);
    const index s_middle = std::partition(s, s_end, low);
    strike(r, r_middle, s_middle, s_end, k + 1);
    strike(r, r_middle, s, s_middle, k);
    strike(r_middle, r_end, s_middle, s_end, k);
  }

  /// Two objectives are left: in order of one, the least of the other so far.
  void sweep(index r, index r_end, index s, index s_end) {
    const std::size_t k = m_ - 2;
    const auto by_k = [&](std::size_t i, std::size_t j) { return at(i, k) < at(j, k); };
    std::sort(r, r_end, by_k);
    std::sort(s, s_end, by_k);
    index i = r;
    std::size_t least = *r;
    for (index j = s; j < s_end; ++j) {
      for (; i < r_end && at(*i, k) <= at(*j, k); ++i) {
        if (at(*i, k + 1) < at(least, k + 1)) least = *i;
      }
      struck_[*j] = i > r && at(least, k + 1) <= at(*j, k + 1);
    }
  }

  const std::vector<T>& rows_;
  std::size_t m_;
  std::vector<char> struck_;
  std::vector<T> values_;
};

}  // namespace paragon::pareto::detail
