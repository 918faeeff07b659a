// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/crowding.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/stretch.hpp>
#include <set>
#include <vector>

#include "../special_values.hpp"
#include "brute_force.hpp"

using namespace paragon::pareto;
using namespace paragon_test;
using enum paragon::direction;
using indices = std::vector<std::size_t>;

namespace {

struct first_ones {
  template <class T>
  indices operator()(const candidates<T>&, std::span<const std::size_t>, std::span<const std::size_t> last,
                     std::size_t count) const {
    return {last.begin(), last.begin() + static_cast<std::ptrdiff_t>(count)};
  }
};
static_assert(spread_policy<first_ones, double> && spread_policy<first_ones, int> &&
              !fronts_policy<first_ones, double>);
static_assert(spread_policy<by_crowding, float> && spread_policy<by_contribution, int> &&
              spread_policy<by_rays, double>);

struct one_front {
  template <class T>
  indices operator()(const candidates<T>& set, std::size_t) const {
    return indices(set.size(), 0);
  }
};
static_assert(fronts_policy<one_front, double> && !spread_policy<one_front, double>);
static_assert(fronts_policy<all_objectives, int> && fronts_policy<per_metric_union, double> &&
              fronts_policy<per_metric_intersection, float>);

/// Ranks the first `known` candidates alone, of `all`.
struct careless_fronts {
  std::size_t known;
  std::size_t all;
  template <class T>
  indices operator()(const candidates<T>&, std::size_t) const {
    indices ranks(all, unranked);
    for (std::size_t i = 0; i < known; ++i) ranks[i] = i;
    return ranks;
  }
};

struct chooses_too_few {
  template <class T>
  indices operator()(const candidates<T>&, std::span<const std::size_t>, std::span<const std::size_t>,
                     std::size_t) const {
    return {};
  }
};

struct returns_nothing {
  void operator()(const candidates<double>&, std::span<const std::size_t>, std::span<const std::size_t>,
                  std::size_t) const {}
};
static_assert(!spread_policy<returns_nothing, double> && !spread_policy<int, double> && !fronts_policy<int, double>);
static_assert(stretch_policies<double> && stretch_policies<double, by_rays, nan_worst, all_objectives>);
static_assert(!stretch_policies<double, by_rays, by_crowding> && !stretch_policies<double, keep_all> &&
              !stretch_policies<double, returns_nothing>);

/// Rows without those that equal an earlier one, in lexicographic order of what is minimised; ignored columns dropped.
struct distinct_rows {
  table<double> values;
  indices row;

  distinct_rows(const table<double>& set, const std::vector<paragon::direction>& way) {
    std::vector<std::pair<std::vector<double>, std::size_t>> all;
    for (std::size_t i = 0; i < set.size(); ++i) {
      std::vector<double> turned;
      for (std::size_t k = 0; k < way.size(); ++k) {
        if (way[k] != ignore) turned.push_back(way[k] == maximise ? -set[i][k] : set[i][k]);
      }
      all.push_back({turned, i});
    }
    std::sort(all.begin(), all.end());
    for (const auto& [turned, i] : all) {
      if (!values.empty() && values.back() == turned) continue;
      values.push_back(turned);
      row.push_back(i);
    }
  }
};

/// Front numbers by peeling; equal rows together.
indices brute_ranks(const table<double>& set) {
  const std::vector<paragon::direction> way(set.empty() ? 0 : set[0].size(), minimise);
  indices ranks(set.size(), set.size());
  for (std::size_t front = 0; std::count(ranks.begin(), ranks.end(), set.size()) > 0; ++front) {
    indices left;
    table<double> rows;
    for (std::size_t i = 0; i < set.size(); ++i) {
      if (ranks[i] != set.size()) continue;
      left.push_back(i);
      rows.push_back(set[i]);
    }
    for (const std::size_t i : brute_filter(rows, way, true)) ranks[left[i]] = front;
  }
  return ranks;
}

indices brute_metric_ranks(const table<double>& set, std::size_t quality, bool best) {
  indices merged;
  for (std::size_t k = 0; k < set[0].size(); ++k) {
    if (k == quality) continue;
    table<double> pairs;
    for (const auto& row : set) pairs.push_back({row[quality], row[k]});
    const indices ranks = brute_ranks(pairs);
    if (merged.empty()) merged = ranks;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      merged[i] = best ? std::min(merged[i], ranks[i]) : std::max(merged[i], ranks[i]);
    }
  }
  return merged;
}

/// Stretching as the documentation has it. `cut(rows, chosen, last, count)` cuts the last front.
template <class Cut>
indices brute_stretch(const table<double>& set, std::size_t minimum, const std::vector<paragon::direction>& way,
                      const indices& ranks, Cut cut) {
  const distinct_rows distinct(set, way);
  indices chosen;
  for (std::size_t front = 0; front <= set.size(); ++front) {
    indices members;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      if (ranks[i] == front) members.push_back(i);
    }
    const std::size_t wanted = std::min(minimum, ranks.size());
    if (front > 0 && chosen.size() + members.size() > wanted) {
      members = wanted > chosen.size() ? cut(distinct.values, chosen, members, wanted - chosen.size()) : indices{};
    }
    chosen.insert(chosen.end(), members.begin(), members.end());
    std::sort(chosen.begin(), chosen.end());
  }
  indices result;
  for (const std::size_t i : chosen) result.push_back(distinct.row[i]);
  std::vector<std::array<std::size_t, 3>> repeats;
  for (std::size_t i = 0; i < set.size(); ++i) {
    for (std::size_t d = 0; d < distinct.row.size(); ++d) {
      if (distinct.row[d] != i && brute_equal(set[i], set[distinct.row[d]], way)) repeats.push_back({ranks[d], d, i});
    }
  }
  std::sort(repeats.begin(), repeats.end());
  for (std::size_t r = 0; r < repeats.size() && result.size() < minimum; ++r) result.push_back(repeats[r][2]);
  std::sort(result.begin(), result.end());
  return result;
}

/// Takes away the most crowded, measured anew each time; ranges of the whole front.
indices brute_crowding(const table<double>& rows, const indices&, const indices& last, std::size_t count) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  indices left = last;
  while (left.size() > count) {
    std::vector<double> distance(left.size(), 0);
    for (std::size_t k = 0; k < rows[0].size(); ++k) {
      double least = infinity;
      double most = -infinity;
      bool constant = true;
      for (const std::size_t i : last) {
        constant = constant && rows[i][k] == rows[last[0]][k];
        if (!std::isfinite(rows[i][k])) continue;
        least = std::min(least, rows[i][k]);
        most = std::max(most, rows[i][k]);
      }
      if (constant) continue;
      indices order(left.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
      std::stable_sort(order.begin(), order.end(),
                       [&](std::size_t a, std::size_t b) { return rows[left[a]][k] < rows[left[b]][k]; });
      distance[order.front()] = distance[order.back()] = infinity;
      for (std::size_t r = 1; r + 1 < order.size(); ++r) {
        const double low = rows[left[order[r - 1]]][k];
        const double high = rows[left[order[r + 1]]][k];
        if (low == high) continue;
        distance[order[r]] += std::isfinite(high - low) ? (high - low) / (most - least) : infinity;
      }
    }
    std::size_t crowded = left.size() - 1;
    for (std::size_t i = left.size(); i-- > 0;) {
      if (distance[i] < distance[crowded]) crowded = i;
    }
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(crowded));
  }
  return left;
}

indices permutation(std::size_t n, std::uint64_t seed) {
  indices order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = i;
  paragon::random_key{.seed = seed}.fork(9).shuffle(order);
  return order;
}

table<double> in_order(const table<double>& set, const indices& order) {
  table<double> result;
  for (const std::size_t i : order) result.push_back(set[i]);
  return result;
}

std::multiset<std::vector<double>> taken(const table<double>& set, const indices& chosen) {
  std::multiset<std::vector<double>> result;
  for (const std::size_t i : chosen) result.insert(set[i]);
  return result;
}

}  // namespace

TEST_CASE("pareto: stretch adds whole fronts, then a part of the next") {
  //                                       0       1       2       3       4       5       6
  const std::vector<std::array<int, 2>> set{{0, 2}, {2, 0}, {1, 3}, {2, 2}, {3, 1}, {4, 4}, {0, 2}};
  CHECK(stretch(set, 0) == indices{0, 1});
  CHECK(stretch(set, 2) == indices{0, 1});
  CHECK(stretch(set, 3) == indices{0, 1, 2});  // both ends are infinitely far; the first in lexicographic order stays
  CHECK(stretch(set, 4) == indices{0, 1, 2, 4});
  CHECK(stretch(set, 5) == indices{0, 1, 2, 3, 4});
  CHECK(stretch(set, 6) == indices{0, 1, 2, 3, 4, 5});
  CHECK(stretch(set, 7) == indices{0, 1, 2, 3, 4, 5, 6});
  CHECK(stretch(set, 1000) == indices{0, 1, 2, 3, 4, 5, 6});
  CHECK(stretch(set, 3, {maximise, maximise}) == indices{2, 4, 5});
  CHECK(stretch(set, 1, {maximise, ignore}) == indices{5});
  CHECK(stretch(std::vector<std::array<int, 2>>{}, 5).empty());
}

TEST_CASE("pareto: stretch against its definition") {
  for (std::uint64_t seed = 1; seed <= 240; ++seed) {
    const kind what = kinds[seed % std::size(kinds)];
    const auto key = paragon::random_key{.seed = seed}.fork(20);
    const std::size_t m = 1 + seed % 5;
    const std::size_t n = 1 + key.below(60, 0);
    const auto set = random_points<double>(what, n, m, seed);
    const auto way = random_directions(m, seed);
    const distinct_rows distinct(set, way);
    const indices ranks = brute_ranks(distinct.values);
    for (std::size_t minimum : {std::size_t{0}, n / 4, n / 2, n - 1, n, n + 5}) {
      INFO("seed ", seed, " kind ", name_of(what), " m ", m, " n ", n, " minimum ", minimum);
      CHECK(stretch(set, minimum, way) == brute_stretch(set, minimum, way, ranks, brute_crowding));
      CHECK(stretch(set, minimum, way, first_ones{}) ==
            brute_stretch(set, minimum, way, ranks,
                          [](const auto&, const indices&, const indices& last, std::size_t count) {
                            return indices(last.begin(), last.begin() + static_cast<std::ptrdiff_t>(count));
                          }));
    }
    CHECK(stretch(set, 0, way) == brute_filter(set, way, false));
  }
}

TEST_CASE("pareto: the first point to go is the one with the least crowding distance") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    INFO("seed ", seed);
    const std::size_t m = 2 + seed % 3;
    auto front = random_points<double>(kind::simplex, 40, m, seed);
    const auto distance = crowding_distance(front);
    auto set = front;
    set.push_back(std::vector<double>(m, -1.0));  // a first front, so that the other is cut
    const auto kept = stretch(set, 40);
    const auto least = static_cast<std::size_t>(std::min_element(distance.begin(), distance.end()) - distance.begin());
    CHECK(kept.size() == 40);
    CHECK(std::find(kept.begin(), kept.end(), least) == kept.end());
  }
}

TEST_CASE("pareto: crowding is brought up to date, so that of two close points one stays") {
  // On a line; 1 and 1.125 are the most crowded. Without an update both would go, and leave a gap from 0 to 2.125.
  std::vector<std::array<double, 2>> set{{-1, -1}};
  for (const double x : {0.0, 1.0, 1.125, 2.125, 2.875, 3.625, 4.375}) set.push_back({x, 5 - x});
  CHECK(stretch(set, 7) == indices{0, 1, 2, 4, 5, 6, 7});
  CHECK(stretch(set, 6) == indices{0, 1, 2, 4, 5, 7});
}

TEST_CASE("pareto: stretch by contribution takes away the least contributor, counted anew") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const std::size_t m = 1 + seed % 4;
    const std::size_t n = 8 + seed % 17;
    std::vector<std::vector<int>> set(n, std::vector<int>(m));
    const auto key = paragon::random_key{.seed = seed}.fork(21);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < m; ++k) set[i][k] = static_cast<int>(key.below(7, i * m + k));
    }
    const std::vector<double> corner(m, 6);  // some points are not better than it
    const std::vector<int> reference(m, 6);
    table<double> doubles;
    for (const auto& row : set) doubles.emplace_back(row.begin(), row.end());
    const std::vector<paragon::direction> way(m, minimise);
    const auto cut = [&](const table<double>& rows, const indices&, indices left, std::size_t count) {
      while (left.size() > count) {
        const auto volume_without = [&](std::size_t skipped) {
          std::vector<std::vector<int>> others;
          for (const std::size_t i : left) {
            if (i == skipped) continue;
            std::vector<int> row;
            for (const double x : rows[i]) row.push_back(static_cast<int>(x));
            others.push_back(row);
          }
          return hypervolume(others, reference).value;
        };
        std::size_t least = left.size() - 1;
        for (std::size_t i = left.size(); i-- > 0;) {  // the largest volume without it
          if (volume_without(left[i]) > volume_without(left[least])) least = i;
        }
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(least));
      }
      return left;
    };
    const indices ranks = brute_ranks(distinct_rows(doubles, way).values);
    for (std::size_t minimum = 0; minimum <= n; minimum += 3) {
      INFO("seed ", seed, " m ", m, " n ", n, " minimum ", minimum);
      const indices expected = brute_stretch(doubles, minimum, way, ranks, cut);
      CHECK(stretch(set, minimum, by_contribution{corner}) == expected);
      CHECK(stretch(doubles, minimum, by_contribution{corner}) == expected);
      auto mirrored = set;
      for (auto& row : mirrored) row[0] = -row[0];
      std::vector<double> mirrored_corner = corner;
      mirrored_corner[0] = -6;
      std::vector<paragon::direction> mirrored_way = way;
      mirrored_way[0] = maximise;
      CHECK(stretch(mirrored, minimum, mirrored_way, by_contribution{mirrored_corner}) == expected);
    }
  }
}

TEST_CASE("pareto: stretch by rays serves each ray in turn") {
  // The last front on the line x + y = 8, the first at its corner; three rays through (2, 6), (4, 4), (6, 2).
  std::vector<std::array<double, 2>> set{{0, 0}};
  for (double x = 0; x <= 8; ++x) set.push_back({x, 8 - x});
  const std::vector<double> rays{1, 3, 1, 1, 3, 1};
  const by_rays served{points<double>(rays, 2)};
  CHECK(stretch(set, 1, served) == indices{0});
  // (0, 0) is equally near to all and counts for the first ray.
  CHECK(stretch(set, 2, served) == indices{0, 5});        // (4, 4)
  CHECK(stretch(set, 3, served) == indices{0, 5, 7});     // (6, 2)
  CHECK(stretch(set, 4, served) == indices{0, 3, 5, 7});  // (2, 6)
  // Scaling an objective, or a ray, changes nothing.
  for (auto& row : set) row[1] *= 1024;
  const std::vector<double> longer{2, 6, 1, 1, 0.75, 0.25};
  CHECK(stretch(set, 4, by_rays{points<double>(longer, 2)}) == indices{0, 3, 5, 7});
  // An ignored column has a weight that is not read.
  std::vector<std::array<double, 3>> wide;
  for (const auto& row : set) wide.push_back({row[0], std::nan(""), row[1]});
  const std::vector<double> wide_rays{1, 9, 3, 1, 9, 1, 3, 9, 1};
  CHECK(stretch(wide, 4, {minimise, ignore, minimise}, by_rays{points<double>(wide_rays, 3)}) == indices{0, 3, 5, 7});
}

TEST_CASE("pareto: rays are served as evenly as their points allow") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed ", seed);
    const std::size_t m = 2 + seed % 3;
    auto set = random_points<double>(kind::simplex, 200, m, seed);
    set.push_back(std::vector<double>(m, 0.0));
    table<double> rays = random_points<double>(kind::simplex, 10, m, seed + 100);
    std::vector<double> flat;
    for (const auto& ray : rays) flat.insert(flat.end(), ray.begin(), ray.end());
    const auto kept = stretch(set, 31, by_rays{points<double>(flat, m)});
    REQUIRE(kept.size() == 31);
    // The nearest ray of every point, in the same scaled space: the largest cosine.
    std::vector<double> worst(m, 0);
    for (const auto& row : set) {
      for (std::size_t k = 0; k < m; ++k) worst[k] = std::max(worst[k], row[k]);
    }
    const auto nearest = [&](const std::vector<double>& row) {
      std::size_t best = 0;
      double most = -1;
      for (std::size_t r = 0; r < rays.size(); ++r) {
        double dot = 0;
        double square = 0;
        for (std::size_t k = 0; k < m; ++k) {
          dot += row[k] / worst[k] * rays[r][k];
          square += rays[r][k] * rays[r][k];
        }
        if (dot / std::sqrt(square) > most) {
          most = dot / std::sqrt(square);
          best = r;
        }
      }
      return best;
    };
    std::vector<std::size_t> available(10, 0);
    std::vector<std::size_t> served(10, 0);
    for (std::size_t i = 0; i < 200; ++i) ++available[nearest(set[i])];
    for (const std::size_t i : kept) {
      if (i < 200) ++served[nearest(set[i])];
    }
    served[0] += 1;  // the origin is as near to each ray and counts for the first
    for (std::size_t a = 0; a < 10; ++a) {
      for (std::size_t b = 0; b < 10; ++b) {
        const bool more_left = available[b] + (b == 0 ? 1 : 0) > served[b];
        CHECK_FALSE((more_left && served[a] > served[b] + 1));
      }
    }
  }
}

TEST_CASE("pareto: per-metric fronts, merged") {
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    const kind what = kinds[seed % std::size(kinds)];
    const std::size_t m = 2 + seed % 4;
    const std::size_t n = 2 + seed % 50;
    const auto set = random_points<double>(what, n, m, seed);
    std::vector<paragon::direction> way(m, minimise);
    for (std::size_t k = 0; k < m; ++k) way[k] = (seed >> k) % 2 == 0 ? minimise : maximise;
    const std::size_t quality = seed % m;
    const distinct_rows distinct(set, way);
    const indices best = brute_metric_ranks(distinct.values, quality, true);
    const indices worst = brute_metric_ranks(distinct.values, quality, false);
    for (std::size_t minimum : {std::size_t{0}, n / 3, n - 1, n}) {
      INFO("seed ", seed, " kind ", name_of(what), " m ", m, " n ", n, " minimum ", minimum);
      CHECK(stretch(set, minimum, way, per_metric_union{quality}) ==
            brute_stretch(set, minimum, way, best, brute_crowding));
      CHECK(stretch(set, minimum, way, by_crowding{}, per_metric_intersection{quality}) ==
            brute_stretch(set, minimum, way, worst, brute_crowding));
    }
  }
}

TEST_CASE("pareto: the union holds the two-objective fronts, the intersection may be empty") {
  //                                          accuracy, parameters, latency
  const std::vector<std::array<double, 3>> cells{{90, 1, 9}, {92, 2, 8}, {94, 3, 7},
                                                 {93, 9, 1}, {91, 8, 2}, {80, 9, 9}};
  const std::vector way{maximise, minimise, minimise};
  CHECK(stretch(cells, 0, way, per_metric_union{.quality = 0}) == indices{0, 1, 2, 3});
  CHECK(stretch(cells, 0, way, per_metric_intersection{.quality = 0}) == indices{2});
  CHECK(stretch(cells, 0, way) == indices{0, 1, 2, 3, 4});
  const std::vector<std::array<double, 3>> apart{{90, 1, 9}, {90, 9, 1}};
  CHECK(stretch(apart, 0, way, per_metric_intersection{}).empty());
  CHECK(stretch(apart, 1, way, per_metric_intersection{}).size() == 1);
  CHECK(stretch(apart, 2, way, per_metric_intersection{}) == indices{0, 1});
}

TEST_CASE("pareto: what is stretched does not depend on order, scale, number type or threads") {
  paragon::thread_pool pool(2);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const std::size_t m = 2 + seed % 3;
    const std::size_t n = 80;
    const auto set = random_points<double>(seed % 2 == 0 ? kind::grid : kind::cube, n, m, seed);
    const auto order = permutation(n, seed);
    const auto shuffled = in_order(set, order);
    auto scaled = set;
    for (auto& row : scaled) row[0] *= 4;
    std::vector<double> corner(m, 4.0);
    std::vector<double> scaled_corner = corner;
    scaled_corner[0] *= 4;
    const auto ray_table = random_points<double>(kind::simplex, 7, m, seed);
    std::vector<double> flat;
    for (const auto& ray : ray_table) flat.insert(flat.end(), ray.begin(), ray.end());
    const by_rays rays{points<double>(flat, m)};
    for (const std::size_t minimum : {std::size_t{10}, std::size_t{30}, std::size_t{60}}) {
      INFO("seed ", seed, " m ", m, " minimum ", minimum);
      const auto check = [&](const auto& spread, const auto& scaled_spread, const auto& fronts) {
        const auto kept = stretch(set, minimum, spread, fronts);
        CHECK(taken(shuffled, stretch(shuffled, minimum, spread, fronts)) == taken(set, kept));
        CHECK(stretch(scaled, minimum, fronts, scaled_spread) == kept);
        CHECK(stretch(set, minimum, threaded(pool), spread, fronts) == kept);
      };
      check(by_crowding{}, by_crowding{}, all_objectives{});
      check(rays, rays, per_metric_union{1});
      check(by_contribution{corner}, by_contribution{scaled_corner}, per_metric_intersection{0});
      check(by_contribution{corner}, by_contribution{scaled_corner}, all_objectives{});
    }
    if (seed % 2 == 0) {
      std::vector<std::vector<unsigned char>> bytes;
      for (const auto& row : set) bytes.emplace_back(row.begin(), row.end());
      CHECK(stretch(bytes, 40) == stretch(set, 40));
      const std::vector<paragon::direction> up(m, maximise);
      CHECK(stretch(bytes, 40, up) == stretch(set, 40, up));
    }
    auto with_dominated = set;
    with_dominated.push_back(std::vector<double>(m, 1e6));
    CHECK(stretch(with_dominated, 10) == stretch(set, 10));
  }
}

TEST_CASE("pareto: stretch and infinities, NaN, wrong arguments") {
  using paragon_test::inf;
  const std::vector<std::array<double, 2>> set{{0, inf}, {1, 1}, {-inf, inf}, {2, 3}, {3, 2}, {std::nan(""), 0}};
  CHECK_THROWS_WITH_AS((void)stretch(set, 3),
                       "pareto::stretch: NaN in row 5, column 0; expected numbers; the policy nan_worst accepts NaN as "
                       "the worst value",
                       paragon::error);
  CHECK(stretch(set, 0, nan_worst{}) == indices{1, 2, 5});
  CHECK(stretch(set, 6, nan_worst{}).size() == 6);
  const std::vector<double> rays{1, 1};
  for (std::size_t minimum = 0; minimum < 7; ++minimum) {
    const std::size_t expected = std::clamp<std::size_t>(minimum, 3, 6);
    CHECK(stretch(set, minimum, nan_worst{}, by_rays{points<double>(rays, 2)}).size() == expected);
    CHECK(stretch(set, minimum, nan_worst{}, by_contribution{{4, 4}}).size() == expected);
  }
  const std::vector<std::array<double, 2>> fine{{0, 0}, {1, 2}, {2, 1}, {1.5, 1.5}};
  CHECK_THROWS_AS((void)stretch(fine, 3, {minimise}), paragon::error);
  CHECK_THROWS_AS((void)stretch(fine, 3, by_contribution{{1}}), paragon::error);
  CHECK_THROWS_AS((void)stretch(fine, 3, by_contribution{{1, std::nan("")}}), paragon::error);
  CHECK_THROWS_AS((void)stretch(std::vector<std::array<int, 2>>{{0, 0}, {1, 2}, {2, 1}}, 2, by_contribution{{1.5, 3}}),
                  paragon::error);
  for (const std::vector<double>& bad : {std::vector<double>{}, {0, 0}, {1, -1}, {1, inf}, {1, std::nan("")}}) {
    CHECK_THROWS_AS((void)stretch(fine, 3, by_rays{points<double>(bad, 2)}), paragon::error);
  }
  CHECK_THROWS_AS((void)stretch(fine, 3, by_rays{points<double>(rays, 1)}), paragon::error);
  CHECK_THROWS_WITH_AS(
      (void)stretch(fine, 3, {ignore, minimise}, per_metric_union{0}),
      "pareto::stretch: column 0 is not an objective; expected a column of the set that is not ignored",
      paragon::error);
  CHECK_THROWS_AS((void)stretch(fine, 3, {ignore, minimise}, per_metric_union{1}), paragon::error);
  CHECK_THROWS_AS((void)stretch(fine, 3, per_metric_intersection{2}), paragon::error);
  CHECK(stretch(fine, 1, one_front{}) == indices{0, 1, 2, 3});
  CHECK(stretch(fine, 2, careless_fronts{2, 4}) == indices{0, 1});
  CHECK_THROWS_AS((void)stretch(fine, 3, careless_fronts{2, 4}), paragon::error);
  CHECK_THROWS_AS((void)stretch(fine, 1, careless_fronts{2, 3}), paragon::error);
  CHECK_THROWS_AS((void)stretch(fine, 3, chooses_too_few{}), paragon::error);
}
