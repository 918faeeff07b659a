// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "../policies.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// A sum of scaled objectives: small for points that dominate many others.
///
/// The scale comes from a sample, so that units do not matter. It guides the choice of points to compare with; it never
/// decides about a point.
template <class View>
class goodness {
public:
  using value_type = typename View::value_type;

  explicit goodness(const View& view) : scale_(view.objectives()) {
    constexpr std::size_t sample = 64;
    const std::size_t step = std::max<std::size_t>(1, view.size() / sample);
    for (std::size_t k = 0; k < scale_.size(); ++k) {
      double low = std::numeric_limits<double>::max();
      double high = std::numeric_limits<double>::lowest();
      for (std::size_t i = 0; i < view.size(); i += step) {
        const double x = static_cast<double>(view(i, k));
        if (x < low && x >= std::numeric_limits<double>::lowest()) low = x;
        if (x > high && x <= std::numeric_limits<double>::max()) high = x;
      }
      const double range = high - low;
      if (range > 0 && 1 / range > 0) scale_[k] = {low, 1 / std::max(range, std::numeric_limits<double>::min())};
    }
  }

  /// Adds what objective k contributes to the sums of some points.
  void add(const value_type* values, std::size_t k, std::size_t count, double* sums) const noexcept {
    constexpr double limit = 1e300;  // finite, so that opposite infinities do not sum to NaN
    const auto [low, factor] = scale_[k];
    for (std::size_t j = 0; j < count; ++j) {
      const double x = (static_cast<double>(values[j]) - low) * factor;
      sums[j] += x < -limit ? -limit : x > limit ? limit : x;
    }
  }

private:
  struct column_scale {
    double low = 0;
    double factor = 1;
  };
  std::vector<column_scale> scale_;
};

/// The best rows seen, by goodness.
struct best_rows {
  static constexpr std::size_t capacity = 8;
  std::vector<std::pair<double, std::size_t>> rows;  // ascending

  [[nodiscard]] double limit() const noexcept {
    return rows.size() < capacity ? std::numeric_limits<double>::infinity() : rows.back().first;
  }
  void add(double sum, std::size_t row) {
    if (!(sum < limit())) return;
    if (rows.size() == capacity) rows.pop_back();
    const std::pair<double, std::size_t> entry{sum, row};
    rows.insert(std::upper_bound(rows.begin(), rows.end(), entry), entry);
  }
};

/// Rows read together, turned, objective by objective: so that one vector instruction serves several rows.
template <class View>
class row_block {
public:
  using value_type = typename View::value_type;
  static constexpr std::size_t width = 128;

  explicit row_block(std::size_t m) : m_(m), values_(m * width) {}

  /// Reads `rows[first...]`, or rows first, first + 1, ... where `rows` is null. Returns whether there is a NaN.
  bool read(const View& view, const std::size_t* rows, std::size_t first, std::size_t count) noexcept {
    count_ = count;
    bool nan = false;
    for (std::size_t j = 0; j < count; ++j) row_[j] = rows == nullptr ? first + j : rows[first + j];
    for (std::size_t k = 0; k < m_; ++k) {
      value_type* const column = values_.data() + k * width;
      if (rows == nullptr) {
        view.read(first, count, k, column);
      } else {
        for (std::size_t j = 0; j < count; ++j) column[j] = view(row_[j], k);
      }
      if constexpr (std::is_floating_point_v<value_type>) {
        for (std::size_t j = 0; j < count; ++j) nan |= column[j] != column[j];
      }
    }
    return nan;
  }

  void collect(const goodness<View>& good, best_rows& best) const {
    double sums[width] = {};
    for (std::size_t k = 0; k < m_; ++k) good.add(values_.data() + k * width, k, count_, sums);
    const double limit = best.limit();
    std::int64_t better = 0;
    for (std::size_t j = 0; j < width; ++j) better |= sums[j] < limit ? 1 : 0;
    for (std::size_t j = 0; better != 0 && j < count_; ++j) best.add(sums[j], row_[j]);
  }

  /// Appends the rows that none of the points dominates. \param points  one after the other
  void append_rest(const std::vector<value_type>& points, std::vector<std::size_t>& rest) const {
    lane_mask dropped[width] = {};
    for (const value_type* point = points.data(); point != points.data() + points.size(); point += m_) {
      lane_mask worse[width] = {};
      lane_mask better[width] = {};
      for (std::size_t k = 0; k < m_; ++k) {
        const value_type x = point[k];
        const value_type* const column = values_.data() + k * width;
        for (std::size_t j = 0; j < width; ++j) {
          worse[j] |= x > column[j] ? lane_mask(-1) : lane_mask(0);
          better[j] |= x < column[j] ? lane_mask(-1) : lane_mask(0);
        }
      }
      for (std::size_t j = 0; j < width; ++j) dropped[j] |= static_cast<lane_mask>(better[j] & ~worse[j]);
    }
    std::size_t left[width];
    std::size_t count = 0;
    for (std::size_t j = 0; j < count_; ++j) {
      left[count] = row_[j];
      count += dropped[j] == 0 ? 1 : 0;
    }
    rest.insert(rest.end(), left, left + count);
  }

private:
  using lane_mask =
      std::conditional_t<sizeof(value_type) == 1, std::int8_t,
                         std::conditional_t<sizeof(value_type) == 2, std::int16_t,
                                            std::conditional_t<sizeof(value_type) == 4, std::int32_t, std::int64_t>>>;

  std::size_t m_;
  std::size_t count_ = 0;
  std::size_t row_[width] = {};
  std::vector<value_type> values_;
};

/// What one pass over rows found.
struct pass_result {
  std::vector<std::size_t> left;
  best_rows best;
  bool nan = false;
};

/// One pass over rows (all where `rows` is null): keeps those that none of the rows `against` dominates. O(n m).
template <class View, class Runner>
pass_result pass_over(const View& view, const std::size_t* rows, std::size_t n, const goodness<View>& good,
                      const best_rows& against, Runner& runner) {
  using block = row_block<View>;
  std::vector<typename View::value_type> points;
  for (const auto& [sum, row] : against.rows) {
    for (std::size_t k = 0; k < view.objectives(); ++k) points.push_back(view(row, k));
  }
  std::size_t chunk = std::max<std::size_t>(64 * block::width, n / 64 / block::width * block::width);
  if (std::is_same_v<Runner, inline_runner>) chunk = std::max<std::size_t>(n, 1);
  std::vector<pass_result> parts(std::max<std::size_t>((n + chunk - 1) / chunk, 1));
  runner.for_blocks(n, chunk, [&](std::size_t begin, std::size_t end) {
    pass_result& part = parts[begin / chunk];
    part.left.reserve(end - begin);
    block some(view.objectives());
    for (std::size_t first = begin; first < end; first += block::width) {
      part.nan |= some.read(view, rows, first, std::min(block::width, end - first));
      some.collect(good, part.best);
      some.append_rest(points, part.left);
    }
  });
  pass_result result = std::move(parts[0]);
  std::size_t total = result.left.size();
  for (const auto& part : parts) total += part.left.size();
  result.left.reserve(total);
  for (std::size_t p = 1; p < parts.size(); ++p) {
    result.left.insert(result.left.end(), parts[p].left.begin(), parts[p].left.end());
    for (const auto& [sum, row] : parts[p].best.rows) result.best.add(sum, row);
    result.nan |= parts[p].nan;
  }
  return result;
}

/// The rows that no especially good row dominates, in input order: those of n rows listed in ascending order, or of all
/// n where `among` is null. Throws for a NaN that the policy forbids. O(n m).
///
/// Of uniform data few remain: about 2 sqrt(n) for two objectives. Whatever is dropped is dominated by a row that
/// stays. A first pass compares with a few good rows of a sample and finds the best rows of all; a second one compares
/// with those what the first left, if some of it shows that this helps.
template <class View, class Runner>
std::vector<std::size_t> not_dominated_by_good(const View& view, const std::size_t* among, std::size_t n,
                                               Runner& runner) {
  const goodness<View> good(view);
  inline_runner here;
  const auto sampled = [&](const std::size_t* rows, std::size_t size, std::size_t wanted) {
    std::vector<std::size_t> sample;
    for (std::size_t i = 0; i < size; i += std::max<std::size_t>(1, size / wanted)) {
      sample.push_back(rows == nullptr ? i : rows[i]);
    }
    return sample;
  };
  auto sample = sampled(among, n, std::min<std::size_t>(512, n / 8 + 1));
  best_rows best = pass_over(view, sample.data(), sample.size(), good, {}, here).best;
  best.rows.resize(std::min<std::size_t>(best.rows.size(), 2));
  pass_result rest = pass_over(view, among, n, good, best, runner);
  if (rest.nan) {
    for (std::size_t i = 0; i < n; ++i) view.check(among == nullptr ? i : among[i]);
  }
  sample = sampled(rest.left.data(), rest.left.size(), 128);
  if (pass_over(view, sample.data(), sample.size(), good, rest.best, here).left.size() == sample.size()) {
    return std::move(rest.left);
  }
  return pass_over(view, rest.left.data(), rest.left.size(), good, rest.best, runner).left;
}

}  // namespace paragon::pareto::detail
