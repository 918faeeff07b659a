// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "detail/divide.hpp"
#include "detail/oriented.hpp"
#include "detail/presort.hpp"
#include "detail/rank_set.hpp"

namespace paragon::pareto {
namespace detail {

/// A candidate with its coordinates beside it, so that sorting does not jump through memory.
template <class T, std::size_t M>
struct sortable {
  std::array<T, M> x;
  std::size_t candidate;

  friend bool operator<(const sortable& a, const sortable& b) noexcept {
    for (std::size_t k = 0; k < M; ++k) {
      if (a.x[k] != b.x[k]) return a.x[k] < b.x[k];
    }
    return a.candidate < b.candidate;
  }
};

template <std::size_t M, class View>
auto sorted_rows(const View& view, const std::vector<std::size_t>& candidates) {
  std::vector<sortable<typename View::value_type, M>> rows(candidates.size());
  for (std::size_t c = 0; c < rows.size(); ++c) {
    for (std::size_t k = 0; k < M; ++k) rows[c].x[k] = view(candidates[c], k);
    rows[c].candidate = c;
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// One objective: the minimum. O(n).
template <class View>
void mark_front_1(const View& view, const std::vector<std::size_t>& candidates, bool all, std::vector<char>& kept) {
  std::size_t best = 0;
  for (std::size_t c = 1; c < candidates.size(); ++c) {
    if (view(candidates[c], 0) < view(candidates[best], 0)) best = c;
  }
  for (std::size_t c = best; c < candidates.size(); ++c) {
    kept[c] = c == best || (all && view(candidates[c], 0) == view(candidates[best], 0));
  }
}

/// Two objectives: in order of the first, a point survives if it lowers the second. O(n log n).
template <class View>
void mark_front_2(const View& view, const std::vector<std::size_t>& candidates, bool all, std::vector<char>& kept) {
  const auto rows = sorted_rows<2>(view, candidates);
  const auto* last = &rows.front();
  for (const auto& row : rows) {
    const bool survives = &row == last || row.x[1] < last->x[1];
    if (survives) last = &row;
    kept[row.candidate] = survives || (all && row.x == last->x);
  }
}

/// Three objectives: in order of the first, over the staircase of the other two. O(n log n).
/// Reference: Kung, Luccio, Preparata, "On finding the maxima of a set of vectors", J. ACM 22, 1975.
template <class View>
void mark_front_3(const View& view, const std::vector<std::size_t>& candidates, bool all, std::vector<char>& kept) {
  using T = typename View::value_type;
  const auto rows = sorted_rows<3>(view, candidates);
  std::vector<sortable<T, 1>> by_second(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) by_second[i] = {{rows[i].x[1]}, i};
  std::sort(by_second.begin(), by_second.end());
  std::vector<std::size_t> rank(rows.size());
  for (std::size_t r = 0; r < rows.size(); ++r) rank[by_second[r].candidate] = r;

  rank_set staircase(rows.size());
  std::vector<T> third(rows.size());  // by rank; falls along the staircase
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const T z = rows[i].x[2];
    if (all && i > 0 && rows[i].x == rows[i - 1].x) {
      kept[rows[i].candidate] = kept[rows[i - 1].candidate];
      continue;
    }
    const std::size_t r = rank[i];
    if (const std::size_t q = staircase.previous(r); q != staircase.none() && third[q] <= z) continue;
    for (std::size_t q = staircase.next(r); q != staircase.none() && third[q] >= z; q = staircase.next(r)) {
      staircase.erase(q);
    }
    staircase.insert(r);
    third[r] = z;
    kept[rows[i].candidate] = true;
  }
}

/// Survivors in blocks of `width` points, objective by objective within a block: compared a vector at a time.
template <class T>
class block_archive {
public:
  explicit block_archive(std::size_t m) : m_(m) {}

  void push_back(const T* point) {
    const std::size_t lane = size_ % width;
    if (lane == 0) values_.resize(values_.size() + m_ * width, worst);
    T* block = values_.data() + values_.size() - m_ * width;
    for (std::size_t k = 0; k < m_; ++k) block[k * width + lane] = point[k];
    ++size_;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Whether some survivor is at least as good as `point` in every objective. O(size m).
  [[nodiscard]] bool covers(const T* point) const noexcept {
    const T* const end = values_.data() + values_.size();
    for (const T* block = values_.data(); block != end; block += m_ * width) {
      lane_mask worse[width] = {};
      for (std::size_t k = 0; k < m_; ++k) {
        const T limit = point[k];
        for (std::size_t j = 0; j < width; ++j) worse[j] |= block[k * width + j] > limit ? lane_mask(-1) : lane_mask(0);
      }
      lane_mask all_worse = -1;
      for (std::size_t j = 0; j < width; ++j) all_worse &= worse[j];
      if (all_worse == 0) return true;
    }
    return false;
  }

private:
  static constexpr std::size_t width = 16;
  // Empty lanes hold the worst value. They cover only a point that is worst throughout, which any survivor covers.
  static constexpr T worst =
      std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
  using lane_mask = std::conditional_t<
      sizeof(T) == 1, std::int8_t,
      std::conditional_t<sizeof(T) == 2, std::int16_t, std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>>>;

  std::size_t m_;
  std::size_t size_ = 0;
  std::vector<T> values_;
};

/// Candidates compared row by row.
template <class View>
struct row_order {
  const View& view;
  const std::vector<std::size_t>& candidates;

  /// The first objective in which two rows differ, or their number.
  [[nodiscard]] std::size_t difference(std::size_t c, std::size_t d) const {
    std::size_t k = 0;
    while (k < view.objectives() && view(candidates[c], k) == view(candidates[d], k)) ++k;
    return k;
  }
  [[nodiscard]] bool equal(std::size_t c, std::size_t d) const { return difference(c, d) == view.objectives(); }

  /// Lexicographic; equal rows in input order.
  [[nodiscard]] bool less(std::size_t c, std::size_t d) const {
    const std::size_t k = difference(c, d);
    return k == view.objectives() ? c < d : view(candidates[c], k) < view(candidates[d], k);
  }
};

/// The front among `open` by divide and conquer; of equal rows the first.
template <class View>
void mark_front_divided(const row_order<View>& rows, std::vector<std::size_t>& open, std::vector<char>& kept) {
  std::sort(open.begin(), open.end(), [&](std::size_t c, std::size_t d) { return rows.less(c, d); });
  open.erase(std::unique(open.begin(), open.end(), [&](std::size_t c, std::size_t d) { return rows.equal(c, d); }),
             open.end());
  const std::size_t m = rows.view.objectives();
  std::vector<typename View::value_type> values;
  values.reserve(open.size() * m);
  for (const std::size_t c : open) {
    for (std::size_t k = 0; k < m; ++k) values.push_back(rows.view(rows.candidates[c], k));
  }
  const divide_and_conquer front(values, m);
  for (std::size_t i = 0; i < open.size(); ++i) kept[open[i]] = !front.struck(i);
}

/// Any number of objectives: in order of a sum no point dominates an earlier one, so each is compared with the
/// survivors before it. Once these are many, the points that they leave over are divided and conquered instead. O(n log
/// n + n F m) for F survivors up to `many`, O(n log^(m-2) n) beyond.
/// Reference: Chomicki, Godfrey, Gryz, Liang, "Skyline with presorting", ICDE 2003.
template <class View>
void mark_front_n(const View& view, const sort_key<View>& key, const std::vector<std::size_t>& candidates, bool all,
                  std::vector<char>& kept) {
  constexpr std::size_t many = 256;
  const std::size_t m = view.objectives();
  const row_order<View> rows{view, candidates};
  std::vector<sortable<double, 1>> order(candidates.size());
  for (std::size_t c = 0; c < order.size(); ++c) order[c] = {{key(candidates[c])}, c};
  std::sort(order.begin(), order.end(),
            [&](const auto& a, const auto& b) { return a.x != b.x ? a.x < b.x : rows.less(a.candidate, b.candidate); });

  block_archive<typename View::value_type> survivors(m);
  std::vector<typename View::value_type> point(m);
  std::vector<std::size_t> open;  // not dominated by the first `many` survivors
  for (const auto& [sum, c] : order) {
    for (std::size_t k = 0; k < m; ++k) point[k] = view(candidates[c], k);
    if (survivors.covers(point.data())) continue;
    if (survivors.size() < many) {
      survivors.push_back(point.data());
      kept[c] = true;
    } else {
      open.push_back(c);
    }
  }
  mark_front_divided(rows, open, kept);
  if (!all) return;
  for (std::size_t s = 1; s < order.size(); ++s) {  // equal rows are neighbours in `order`, and the first is decided
    const std::size_t c = order[s].candidate;
    const std::size_t before = order[s - 1].candidate;
    if (rows.equal(before, c)) kept[c] = kept[before];
  }
}

template <class View>
std::vector<std::size_t> first_front(const View& view, bool all) {
  if (view.size() == 0) return {};
  const sort_key key(view);
  std::vector<std::size_t> candidates = not_dominated_by_best(view, key);
  std::vector<char> kept(candidates.size());
  switch (view.objectives()) {
    case 1: mark_front_1(view, candidates, all, kept); break;
    case 2: mark_front_2(view, candidates, all, kept); break;
    case 3: mark_front_3(view, candidates, all, kept); break;
    default: mark_front_n(view, key, candidates, all, kept);
  }
  std::size_t count = 0;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    if (kept[c]) candidates[count++] = candidates[c];
  }
  candidates.resize(count);
  return candidates;
}

}  // namespace detail

/// The first front: the indices, in input order, of the points that no other point dominates.
///
/// One point dominates another if it is at least as good in every objective and better in one. There are no tolerances.
/// Infinities are legal values. Points that one good point dominates go first, in linear time; the rest is decided by a
/// sweep (one to three objectives), or (more) by comparison with the survivors in a presorted order as long as these
/// are few, and by divide and conquer where they are many. Exact for integers.
///
/// Cost: O(n m) plus, for the c points that one good point leaves over, O(c log c) up to three objectives and
/// O(c log^(m-2) c) beyond; O(c m) memory at most. Deterministic.
///
/// \param set       n points with m objectives, any `point_set`
/// \param way       one direction per objective; empty: all minimised
/// Policies: any of `keep_first` (default) or `keep_all`, `nan_error` (default) or `nan_worst`
/// Throws `paragon::error` for NaN under `nan_error`, for a wrong number of directions, for no objective to compare.
///
/// \code
/// std::vector<std::array<double, 2>> designs{{1, 1}, {0, 1}, {1, 0}, {1, 0}};
/// paragon::pareto::filter(designs);                                        // {1, 2}
/// paragon::pareto::filter(designs, paragon::pareto::keep_all{});           // {1, 2, 3}
/// \endcode
template <point_set Set, class... P>
  requires filter_policies<P...>
[[nodiscard]] std::vector<std::size_t> filter(const Set& set, directions way, P...) {
  using T = value_of<Set>;
  const auto& source = point_access<Set>::get(set);
  const detail::oriented<T, detail::chosen<nan_worst, P...>> view(source, way, "pareto::filter");
  return detail::first_front(view, detail::chosen<keep_all, P...>);
}

/// The same with all objectives minimised.
template <point_set Set, class... P>
  requires filter_policies<P...>
[[nodiscard]] std::vector<std::size_t> filter(const Set& set, P... policies) {
  return filter(set, directions{}, policies...);
}

}  // namespace paragon::pareto
