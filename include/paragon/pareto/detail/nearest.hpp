// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "../points.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// The squares of the coordinate differences, summed.
struct euclidean {
  static constexpr double start = 0;
  static double add(double sum, double query, double other, std::size_t) noexcept {
    return sum + (query - other) * (query - other);
  }
  static double careful(double sum, double query, double other, std::size_t k) noexcept {
    return query == other ? sum : add(sum, query, other, k);
  }
  static double bound(double sum, double query, double low, double high, std::size_t) noexcept {
    const double apart = std::max(std::max(low - query, query - high), 0.0);
    return sum + apart * apart;
  }
};

/// The absolute coordinate differences, summed.
struct manhattan {
  static constexpr double start = 0;
  static double add(double sum, double query, double other, std::size_t) noexcept {
    return sum + std::abs(query - other);
  }
  static double careful(double sum, double query, double other, std::size_t k) noexcept {
    return query == other ? sum : add(sum, query, other, k);
  }
  static double bound(double sum, double query, double low, double high, std::size_t) noexcept {
    return sum + std::max(std::max(low - query, query - high), 0.0);
  }
};

/// How much a found point is worse than one of the reference: the squares, or the plain numbers, summed. The query is the
/// found point or the other.
template <bool QueryIsFound, bool Squares = true>
struct shortfall {
  static constexpr double start = 0;
  static double add(double sum, double query, double other, std::size_t) noexcept {
    const double worse = std::max(QueryIsFound ? query - other : other - query, 0.0);
    return sum + (Squares ? worse * worse : worse);
  }
  static double careful(double sum, double query, double other, std::size_t k) noexcept {
    return query == other ? sum : add(sum, query, other, k);
  }
  static double bound(double sum, double query, double low, double high, std::size_t k) noexcept {
    return add(sum, query, QueryIsFound ? high : low, k);
  }
};

/// The largest coordinate difference by which another point is worse than the query.
struct worst_difference {
  static constexpr double start = -std::numeric_limits<double>::infinity();
  static double add(double sum, double query, double other, std::size_t) noexcept {
    return std::max(sum, other - query);
  }
  static double careful(double sum, double query, double other, std::size_t) noexcept {
    return std::max(sum, query == other ? 0.0 : other - query);
  }
  static double bound(double sum, double query, double low, double, std::size_t k) noexcept {
    return add(sum, query, low, k);
  }
};

/// The largest product of a coordinate of the query, at least 0, and one of the other point.
struct worst_product {
  static constexpr double start = -std::numeric_limits<double>::infinity();
  static double add(double sum, double query, double other, std::size_t) noexcept {
    return std::max(sum, query * other);
  }
  static double careful(double sum, double query, double other, std::size_t) noexcept {
    return std::max(sum, query == 0 ? 0.0 : query * other);
  }
  static double bound(double sum, double query, double low, double, std::size_t k) noexcept {
    return add(sum, query, low, k);
  }
};

/// Numbers in rows, in double.
struct double_rows {
  std::vector<double> values;
  std::size_t objectives = 0;

  template <class View>
  explicit double_rows(const View& view) : values(view.size() * view.objectives()), objectives(view.objectives()) {
    for (std::size_t i = 0; i < view.size(); ++i) {
      view.check(i);
      for (std::size_t k = 0; k < objectives; ++k) values[i * objectives + k] = static_cast<double>(view(i, k));
    }
  }
  double_rows(std::vector<double> numbers, std::size_t m) : values(std::move(numbers)), objectives(m) {}

  [[nodiscard]] std::size_t size() const noexcept { return values.size() / objectives; }
  [[nodiscard]] const double* operator[](std::size_t i) const noexcept { return values.data() + i * objectives; }
  [[nodiscard]] bool finite() const noexcept {
    return std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
  }
};

/// Finds the least `Metric` between a query and the points of a set.
///
/// The points are cut in two at the middle of their widest objective, over and over, down to 32; a query descends into
/// the nearer box first and skips boxes that cannot be nearer than what it has. The points of a box lie objective by
/// objective, 16 side by side, so that the compiler computes them together. The result is that of comparing with every
/// point, to the last bit. Building O(n m log n); a query O(n m) at worst, O(m log n) where boxes can be skipped.
///
/// A metric starts at `start`, takes one objective after the other by `add` (`careful`, where infinities may be), and
/// is never less than what `bound` makes of the box around a point.
template <class Metric>
class nearest_search {
public:
  static constexpr std::size_t nobody = static_cast<std::size_t>(-1);

  /// \param others   the set, at least one point; has to outlive this
  /// \param cut      whether to cut the set into boxes; a few queries do not pay for it
  /// \param finite   whether neither the set nor any query has infinities
  nearest_search(const double_rows& others, bool cut, bool finite, Metric metric = {})
      : others_(others), metric_(metric), m_(others.objectives), plain_(!finite || others.size() < lanes) {
    if (plain_) return;
    const std::size_t n = others.size();
    order_.resize(n);
    for (std::size_t i = 0; i < n; ++i) order_[i] = i;
    build(0, (n + lanes - 1) / lanes, cut);
    lay_out();
  }

  /// The least value among the points, `self` (an index) apart; `best` where none is less than that. The search may
  /// stop at a value that is at most `enough`.
  /// \tparam M  the number of objectives, or `dynamic_objectives`
  template <std::size_t M>
  [[nodiscard]] double find(const double* query, double enough = -std::numeric_limits<double>::infinity(),
                            std::size_t self = nobody, double best = std::numeric_limits<double>::infinity()) const {
    if (plain_) {
      for (std::size_t i = 0; i < others_.size() && best > enough; ++i) {
        if (i == self) continue;
        double sum = Metric::start;
        for (std::size_t k = 0; k < m_; ++k) sum = metric_.careful(sum, query[k], others_[i][k], k);
        best = std::min(best, sum);
      }
    } else {
      visit<M>(0, query, enough, self == nobody ? nobody : place_[self], best);
    }
    return best;
  }

private:
  static constexpr std::size_t lanes = 16;
  static constexpr std::size_t leaf_chunks = 2;

  /// Chunks [first, last) of 16 places; the second child follows the first one's descendants, a leaf has none.
  struct node {
    std::size_t first;
    std::size_t last;
    std::size_t second = 0;
  };

  void build(std::size_t first, std::size_t last, bool cut) {
    const std::size_t self = nodes_.size();
    nodes_.push_back({first, last});
    const std::size_t begin = first * lanes;
    const std::size_t end = std::min(last * lanes, order_.size());
    std::size_t widest = 0;
    double width = -1;
    for (std::size_t k = 0; k < m_; ++k) {
      double low = others_[order_[begin]][k];
      double high = low;
      for (std::size_t p = begin; p < end; ++p) {
        low = std::min(low, others_[order_[p]][k]);
        high = std::max(high, others_[order_[p]][k]);
      }
      boxes_.push_back(low);
      boxes_.push_back(high);
      if (high - low > width) {
        width = high - low;
        widest = k;
      }
    }
    if (!cut || last - first <= leaf_chunks) return;
    const std::size_t middle = first + (last - first) / 2;
    const auto at = order_.begin();
    std::nth_element(at + static_cast<std::ptrdiff_t>(begin), at + static_cast<std::ptrdiff_t>(middle * lanes),
                     at + static_cast<std::ptrdiff_t>(end),
                     [&](std::size_t i, std::size_t j) { return others_[i][widest] < others_[j][widest]; });
    build(first, middle, true);
    nodes_[self].second = nodes_.size();
    build(middle, last, true);
  }

  /// The last chunk starts early enough to be full; a place that it shares with the chunk before is looked at twice.
  [[nodiscard]] std::size_t first_place(std::size_t chunk) const noexcept {
    return std::min(chunk * lanes, order_.size() - lanes);
  }

  void lay_out() {
    place_.resize(order_.size());
    for (std::size_t p = 0; p < order_.size(); ++p) place_[order_[p]] = p;
    const std::size_t chunks = nodes_[0].last;
    columns_.resize(chunks * m_ * lanes);
    for (std::size_t c = 0; c < chunks; ++c) {
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const double* const row = others_[order_[first_place(c) + lane]];
        for (std::size_t k = 0; k < m_; ++k) columns_[(c * m_ + k) * lanes + lane] = row[k];
      }
    }
  }

  template <std::size_t M>
  void visit(std::size_t index, const double* query, double enough, std::size_t self, double& best) const {
    const node& here = nodes_[index];
    if (here.second == 0) {
      scan<M>(here, query, enough, self, best);
      return;
    }
    std::size_t child[2] = {index + 1, here.second};
    double bound[2] = {bound_of<M>(child[0], query), bound_of<M>(child[1], query)};
    if (bound[1] < bound[0]) {
      std::swap(child[0], child[1]);
      std::swap(bound[0], bound[1]);
    }
    for (std::size_t c = 0; c < 2; ++c) {
      // The bound is rounded as a sum of its own: a little slack keeps the result exact.
      if (best > enough && bound[c] < best + 1e-12 * std::abs(best)) visit<M>(child[c], query, enough, self, best);
    }
  }

  template <std::size_t M>
  [[nodiscard]] double bound_of(std::size_t index, const double* query) const noexcept {
    const std::size_t m = M == dynamic_objectives ? m_ : M;
    const double* const box = boxes_.data() + index * 2 * m;
    double sum = Metric::start;
    for (std::size_t k = 0; k < m; ++k) sum = metric_.bound(sum, query[k], box[2 * k], box[2 * k + 1], k);
    return sum;
  }

  /// Objectives [first, first + K) of a chunk: the sums stay in registers meanwhile.
  template <std::size_t K>
  void add_objectives(double* sum, const double* query, const double* column, std::size_t first) const noexcept {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      double s = sum[lane];
      for (std::size_t k = first; k < first + K; ++k) s = metric_.add(s, query[k], column[k * lanes + lane], k);
      sum[lane] = s;
    }
  }

  template <std::size_t M>
  void scan(const node& leaf, const double* query, double enough, std::size_t self, double& best) const noexcept {
    const std::size_t m = M == dynamic_objectives ? m_ : M;
    double least[lanes];
    for (double& x : least) x = std::numeric_limits<double>::infinity();
    for (std::size_t c = leaf.first; c < leaf.last; ++c) {
      double sum[lanes];
      for (double& x : sum) x = Metric::start;
      const double* const column = columns_.data() + c * m * lanes;
      if constexpr (M != dynamic_objectives) {
        add_objectives<M>(sum, query, column, 0);
      } else {
        std::size_t k = 0;
        for (; k + 4 <= m; k += 4) add_objectives<4>(sum, query, column, k);
        for (; k < m; ++k) add_objectives<1>(sum, query, column, k);
      }
      if (self - first_place(c) < lanes) sum[self - first_place(c)] = std::numeric_limits<double>::infinity();
      bool done = false;
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        least[lane] = std::min(least[lane], sum[lane]);
        done |= sum[lane] <= enough;
      }
      if (done) break;
    }
    for (const double x : least) best = std::min(best, x);
  }

  const double_rows& others_;
  Metric metric_;
  std::size_t m_;
  bool plain_;
  std::vector<std::size_t> order_;  // place -> index
  std::vector<std::size_t> place_;  // index -> place
  std::vector<node> nodes_;         // children after their parent, depth first
  std::vector<double> boxes_;       // per node and objective: low, high
  std::vector<double> columns_;     // per chunk and objective: 16 numbers
};

/// The value of the nearest other point, for each query. The runner's blocks do not change the values.
/// \tparam Fixed  the number of objectives where the type of a point set says it
template <std::size_t Fixed, class Metric, class Runner>
std::vector<double> nearest_values(const double_rows& queries, const double_rows& others, Metric metric,
                                   Runner&& runner) {
  const nearest_search<Metric> search(others, queries.size() >= 16, queries.finite() && others.finite(), metric);
  std::vector<double> values(queries.size());
  with_objectives<Fixed, 3>(queries.objectives, [&]<std::size_t M>() {
    runner.for_blocks(queries.size(), 256, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) values[i] = search.template find<M>(queries[i]);
    });
  });
  return values;
}

/// The same metric without squares: 0 where the sum of squares is.
template <class Metric>
struct without_squares {
  using type = manhattan;
};
template <bool QueryIsFound>
struct without_squares<shortfall<QueryIsFound>> {
  using type = shortfall<QueryIsFound, false>;
};

/// The power of two that brings the differences within two sets near 1, where their squares may leave the range of
/// double as they are; 0 where they cannot.
inline int exponent_of_differences(const double_rows& a, const double_rows& b) {
  const std::size_t m = a.objectives;
  constexpr double most = std::numeric_limits<double>::max();
  double widest = 0;  // half of it
  for (std::size_t k = 0; k < m; ++k) {
    double low = most;
    double high = -most;
    for (const double_rows* rows : {&a, &b}) {
      for (std::size_t i = 0; i < rows->size(); ++i) {
        const double x = (*rows)[i][k];
        if (x < low && x >= -most) low = x;
        if (x > high && x <= most) high = x;
      }
    }
    if (low < high) widest = std::max({widest, high / 2 - low / 2, std::numeric_limits<double>::denorm_min()});
  }
  int exponent = 0;
  (void)std::frexp(widest, &exponent);
  constexpr int safe = 300;
  return exponent > -safe && exponent < safe ? 0 : exponent;
}

inline double_rows scaled(const double_rows& rows, int exponent) {
  double_rows result = rows;
  for (double& x : result.values) x = std::ldexp(x, exponent);
  return result;
}

/// The distance to the nearest other point, for each query: the root of `nearest_values` of a metric of squares, right
/// where a square is too large or too small for a double.
///
/// Both sets are scaled so that no square is too large. Where one is too small, the point itself is looked for without
/// squares (it is there, as a rule), and else the query is compared with every point in `long double`.
template <std::size_t Fixed, class Metric, class Runner>
std::vector<double> nearest_distances(const double_rows& queries, const double_rows& others, Metric metric,
                                      Runner&& runner) {
  constexpr double small = 0x1p-900;
  const int exponent = exponent_of_differences(queries, others);
  std::vector<double> values =
      exponent == 0 ? nearest_values<Fixed>(queries, others, metric, runner)
                    : nearest_values<Fixed>(scaled(queries, -exponent), scaled(others, -exponent), metric, runner);
  double_rows doubtful({}, queries.objectives);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] < small) {
      doubtful.values.insert(doubtful.values.end(), queries[i], queries[i] + queries.objectives);
      places.push_back(i);
    }
    values[i] = std::ldexp(std::sqrt(values[i]), exponent);
  }
  if (places.empty()) return values;
  using plain = typename without_squares<Metric>::type;
  const std::vector<double> sums = nearest_values<Fixed>(doubtful, others, plain{}, runner);
  runner.for_blocks(places.size(), 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t p = begin; p < end; ++p) {
      double& value = values[places[p]];
      value = 0;
      if (sums[p] == 0) continue;
      long double least = std::numeric_limits<long double>::infinity();
      for (std::size_t i = 0; i < others.size(); ++i) {
        long double squares = 0;
        for (std::size_t k = 0; k < queries.objectives; ++k) {
          const long double apart = plain::careful(0, doubtful[p][k], others[i][k], k);
          squares += apart * apart;
        }
        least = std::min(least, squares);
      }
      value = static_cast<double>(std::sqrt(least));
    }
  });
  return values;
}

/// The mean, where the sum may be too large.
inline double mean_of(const std::vector<double>& values) noexcept {
  double sum = 0;
  for (const double x : values) sum += x;
  const double n = static_cast<double>(values.size());
  if (sum <= std::numeric_limits<double>::max()) return sum / n;
  sum = 0;
  for (const double x : values) sum += x / n;
  return sum;
}

/// Whether so many of the others are at most `most` from the queries that one is found soon without boxes.
template <class Metric>
bool easily_found(const double_rows& queries, const double_rows& others, const Metric& metric, double most) {
  constexpr std::size_t pairs = 1024;
  std::size_t found = 0;
  for (std::size_t p = 0; p < pairs; ++p) {
    const double* const query = queries[p * queries.size() / pairs];
    const double* const other = others[p * 7919 % others.size()];
    double sum = Metric::start;
    for (std::size_t k = 0; k < queries.objectives; ++k) sum = metric.careful(sum, query[k], other[k], k);
    found += sum <= most;
  }
  return found >= 5;  // of about 200 points: as long as a search in boxes takes
}

/// The largest of the nearest values. A query that cannot exceed what was found before ends as soon as that is known.
template <std::size_t Fixed, class Metric, class Runner>
double greatest_nearest_value(const double_rows& queries, const double_rows& others, Metric metric, Runner&& runner) {
  constexpr std::size_t first = 32;  // queries that show what the rest will be like
  const bool finite = queries.finite() && others.finite();
  const std::size_t n = queries.size();
  double result = -std::numeric_limits<double>::infinity();
  with_objectives<Fixed, 3>(queries.objectives, [&]<std::size_t M>() {
    const auto greatest = [&](const nearest_search<Metric>& search, std::size_t begin, std::size_t end, double most) {
      for (std::size_t i = begin; i < end; ++i) most = std::max(most, search.template find<M>(queries[i], most));
      return most;
    };
    const auto of_the_rest = [&](const nearest_search<Metric>& search) {
      std::atomic<double> most = result;  // which block raises it when changes the time, never the result
      runner.for_blocks(n - first, 256, [&](std::size_t begin, std::size_t end) {
        const double here = greatest(search, first + begin, first + end, most.load());
        double before = most.load();
        while (here > before && !most.compare_exchange_weak(before, here)) {
        }
      });
      return most.load();
    };
    const nearest_search<Metric> uncut(others, false, finite, metric);
    result = greatest(uncut, 0, std::min(first, n), result);
    if (n <= first) return;
    const bool easy = others.size() <= 4 * first || easily_found(queries, others, metric, result);
    result = easy ? of_the_rest(uncut) : of_the_rest(nearest_search<Metric>(others, true, finite, metric));
  });
  return result;
}

/// The largest of the nearest distances; as `nearest_distances`.
template <std::size_t Fixed, class Metric, class Runner>
double greatest_nearest_distance(const double_rows& queries, const double_rows& others, Metric metric,
                                 Runner&& runner) {
  const int exponent = exponent_of_differences(queries, others);
  const double square = exponent == 0 ? greatest_nearest_value<Fixed>(queries, others, metric, runner)
                                      : greatest_nearest_value<Fixed>(scaled(queries, -exponent),
                                                                      scaled(others, -exponent), metric, runner);
  if (square >= 0x1p-900) return std::ldexp(std::sqrt(square), exponent);
  const std::vector<double> distances = nearest_distances<Fixed>(queries, others, metric, runner);
  return *std::max_element(distances.begin(), distances.end());
}

}  // namespace paragon::pareto::detail
