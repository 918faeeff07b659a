// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <paragon/core/direction.hpp>
#include <paragon/core/random_key.hpp>
#include <string>
#include <vector>

/// Definitions written out plainly, sharing no code with the library.
namespace paragon_test {

template <class T>
using table = std::vector<std::vector<T>>;

/// The kinds of data that algorithms have to survive.
enum class kind { cube, simplex, grid, huge_and_tiny, infinite, tied_front };
inline constexpr kind kinds[] = {kind::cube,          kind::simplex,  kind::grid,
                                 kind::huge_and_tiny, kind::infinite, kind::tied_front};

inline std::string name_of(kind k) {
  const char* names[] = {"cube", "simplex", "grid", "huge_and_tiny", "infinite", "tied_front"};
  return names[static_cast<int>(k)];
}

template <class T>
table<T> random_points(kind what, std::size_t n, std::size_t m, std::uint64_t seed) {
  const auto key = paragon::random_key{.seed = seed}.fork(11);
  const double huge[] = {0, 1e-3, 1, 2, 1e16, 1e16 + 2};
  const double infinite[] = {0, 1, 2, std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity()};
  table<T> result(n, std::vector<T>(m));
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < m; ++k) {
      const std::uint64_t element = i * m + k;
      double x = key.uniform(element);
      if (what == kind::simplex) x = key.exponential(element);
      if (what == kind::grid) x = static_cast<double>(key.below(4, element));
      if (what == kind::huge_and_tiny) x = huge[key.below(6, element)];
      // Whole numbers whose sum is 50 or 51: many survive, many coordinates are equal.
      if (what == kind::tied_front) x = static_cast<double>(key.below(6, element));
      if (what == kind::tied_front && k + 1 == m) x = 50 + static_cast<double>(key.below(2, element)) - sum;
      if (what == kind::infinite) x = infinite[key.below(5, element)];
      sum += x;
      result[i][k] = static_cast<T>(x);
    }
    if (what == kind::simplex) {
      for (T& x : result[i]) x = static_cast<T>(static_cast<double>(x) / sum);
    }
  }
  return result;
}

template <class T>
bool better(T a, T b, paragon::direction d) {
  if (d == paragon::direction::ignore) return false;
  return d == paragon::direction::maximise ? a > b : a < b;
}

template <class T>
bool brute_dominates(const std::vector<T>& a, const std::vector<T>& b, const std::vector<paragon::direction>& way) {
  bool somewhere = false;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (better(b[k], a[k], way[k])) return false;
    if (better(a[k], b[k], way[k])) somewhere = true;
  }
  return somewhere;
}

template <class T>
bool brute_equal(const std::vector<T>& a, const std::vector<T>& b, const std::vector<paragon::direction>& way) {
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (way[k] != paragon::direction::ignore && a[k] != b[k]) return false;
  }
  return true;
}

template <class T>
std::vector<std::size_t> brute_filter(const table<T>& set, const std::vector<paragon::direction>& way, bool keep_all) {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < set.size(); ++i) {
    bool stays = true;
    for (std::size_t j = 0; j < set.size() && stays; ++j) {
      if (brute_dominates(set[j], set[i], way)) stays = false;
      if (!keep_all && j < i && brute_equal(set[j], set[i], way)) stays = false;
    }
    if (stays) result.push_back(i);
  }
  return result;
}

inline std::vector<paragon::direction> random_directions(std::size_t m, std::uint64_t seed) {
  const auto key = paragon::random_key{.seed = seed}.fork(12);
  std::vector<paragon::direction> way(m);
  for (std::size_t k = 0; k < m; ++k) way[k] = static_cast<paragon::direction>(key.below(3, k));
  way[key.below(m, m)] = paragon::direction::minimise;  // one at least is compared
  return way;
}

}  // namespace paragon_test
