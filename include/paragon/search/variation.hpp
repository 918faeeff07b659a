// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "../core/random_key.hpp"
#include "../space/choice_index.hpp"
#include "../space/concepts.hpp"
#include "../space/decision.hpp"

namespace paragon::inline PARAGON_ISA::search {

/// Makes children: `vary(space, a, b, key)` gets the choices of two parents and turns them into those of two children, in
/// place. What it does depends on its arguments alone. The rows need not be canonical afterwards, nor differ from before.
///
/// \code
/// struct swap_half {
///   template <class S>
///   void operator()(const S&, std::span<choice_index> a, std::span<choice_index> b, random_key key) const {
///     for (std::size_t d = 0; d < a.size(); ++d) if (key.uniform(d) < 0.5) std::swap(a[d], b[d]);
///   }
/// };
/// \endcode
template <class V, class S>
concept variation = requires(const V& vary, const S& space, std::span<space::choice_index> row, random_key key) {
  vary(space, row, row, key);
};

/// Names what V lacks of `variation`.
template <class V, class S>
consteval bool require_variation() {
  static_assert(variation<V, S>,
                "a variation needs `operator()(const space&, std::span<space::choice_index> a, "
                "std::span<space::choice_index> b, random_key) const`");
  return true;
}

namespace detail {

/// A step away from choice `c` of an ordered decision, never 0: up or down, the farther the less likely, and on average as
/// far as `reach` of the n choices.
[[nodiscard]] inline space::choice_index stepped(std::size_t c, std::size_t n, double reach, double side, double u) {
  const double mean = std::max(1.0, reach * static_cast<double>(n));
  const double length = 1 + std::floor(std::log(u) / std::log1p(-1 / (mean + 1e-9)));
  const auto down = static_cast<double>(c);
  const auto up = static_cast<double>(n - 1 - c);
  const bool rises = down == 0 || (up != 0 && side < 0.5);
  const double step = std::min(std::isfinite(length) ? length : 1.0, rises ? up : down);
  return static_cast<space::choice_index>(rises ? static_cast<double>(c) + step : static_cast<double>(c) - step);
}

/// Another choice than `c` of n, all equally likely. \pre n > 1
[[nodiscard]] inline space::choice_index other_choice(std::size_t c, std::size_t n, const random_key& key,
                                                      std::uint64_t element) {
  const auto other = static_cast<std::size_t>(key.below(n - 1, element));
  return static_cast<space::choice_index>(other < c ? other : other + 1);
}

}  // namespace detail

/// Uniform crossover, and mutation to another choice: for choices of any kind.
///
/// With probability `crossover` the children exchange each decision with probability 1/2. Then each decision mutates with
/// probability `mutations` / decisions: an unordered one to any other choice, an ordered one by a step up or down, short
/// ones being likelier (geometric, `reach` of the choices on average).
struct uniform_variation {
  double crossover = 0.9;
  double mutations = 1;  ///< decisions a child, on average
  double reach = 0.2;

  template <class S>
  void operator()(const S& space, std::span<space::choice_index> a, std::span<space::choice_index> b,
                  random_key key) const {
    const std::size_t n = a.size();
    if (key.uniform(0) < crossover) {
      const random_key swaps = key.fork("crossover");
      for (std::size_t d = 0; d < n; ++d) {
        if (swaps.uniform(d) < 0.5) std::swap(a[d], b[d]);
      }
    }
    mutate(space, a, key.fork("first"));
    mutate(space, b, key.fork("second"));
  }

  /// The mutation alone.
  template <class S>
  void mutate(const S& space, std::span<space::choice_index> row, random_key key) const {
    const std::size_t n = row.size();
    for (std::size_t d = 0; d < n; ++d) {
      if (key.uniform(3 * d) * static_cast<double>(n) >= mutations) continue;
      const std::size_t choices = space.choices(d);
      if (choices == 1) continue;
      row[d] = space::is_ordered(space, d)
                   ? detail::stepped(row[d], choices, reach, key.uniform(3 * d + 1), key.open_uniform(3 * d + 2))
                   : detail::other_choice(row[d], choices, key, 3 * d + 1);
    }
  }
};

/// Simulated binary crossover and polynomial mutation on the places of ordered choices, rounded; on unordered ones uniform
/// crossover, and mutation to any other choice. What NSGA-II is published with, for real numbers and fine grids: on
/// decisions of a few choices a polynomial mutation mostly rounds to no change.
///
/// References: Deb, Agrawal, "Simulated binary crossover for continuous search space", Complex Systems 9, 1995; Deb, Goyal,
/// "A combined genetic adaptive search (GeneAS) for engineering design", 1996.
struct simulated_binary_variation {
  double crossover = 0.9;       ///< probability for a pair
  double crossover_index = 15;  ///< large: children near their parents
  double mutations = 1;         ///< decisions a child, on average
  double mutation_index = 20;

  template <class S>
  void operator()(const S& space, std::span<space::choice_index> a, std::span<space::choice_index> b,
                  random_key key) const {
    const std::size_t n = a.size();
    if (key.uniform(0) < crossover) {
      const random_key draws = key.fork("crossover");
      for (std::size_t d = 0; d < n; ++d) {
        if (draws.uniform(4 * d) >= 0.5) continue;
        if (space::is_ordered(space, d)) {
          cross(a[d], b[d], space.choices(d), draws.uniform(4 * d + 1));
        }
        if (!space::is_ordered(space, d) || draws.uniform(4 * d + 2) < 0.5) std::swap(a[d], b[d]);
      }
    }
    mutate(space, a, key.fork("first"));
    mutate(space, b, key.fork("second"));
  }

private:
  static space::choice_index rounded(double x, std::size_t n) {
    return static_cast<space::choice_index>(std::clamp(std::round(x), 0.0, static_cast<double>(n - 1)));
  }

  void cross(space::choice_index& a, space::choice_index& b, std::size_t n, double u) const {
    if (a == b) return;
    const double low = std::min(a, b);
    const double high = std::max(a, b);
    const double last = static_cast<double>(n) - 0.5;
    const auto spread = [&](double room) {
      const double alpha = 2 - std::pow(1 + 2 * room / (high - low), -(crossover_index + 1));
      return std::pow(u <= 1 / alpha ? u * alpha : 1 / (2 - u * alpha), 1 / (crossover_index + 1));
    };
    const double middle = (low + high) / 2;
    const double half = (high - low) / 2;
    a = rounded(middle - spread(low + 0.5) * half, n);
    b = rounded(middle + spread(last - high) * half, n);
  }

  template <class S>
  void mutate(const S& space, std::span<space::choice_index> row, random_key key) const {
    const std::size_t n = row.size();
    for (std::size_t d = 0; d < n; ++d) {
      if (key.uniform(2 * d) * static_cast<double>(n) >= mutations) continue;
      const std::size_t choices = space.choices(d);
      if (choices == 1) continue;
      if (!space::is_ordered(space, d)) {
        row[d] = detail::other_choice(row[d], choices, key, 2 * d + 1);
        continue;
      }
      const double u = key.uniform(2 * d + 1);
      const double width = static_cast<double>(choices);
      const double at = (row[d] + 0.5) / width;
      const double power = 1 / (mutation_index + 1);
      const double change = u < 0.5
                                ? std::pow(2 * u + (1 - 2 * u) * std::pow(1 - at, mutation_index + 1), power) - 1
                                : 1 - std::pow(2 * (1 - u) + 2 * (u - 0.5) * std::pow(at, mutation_index + 1), power);
      row[d] = rounded((at + change) * width - 0.5, choices);
    }
  }
};

}  // namespace paragon::search
