// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <numeric>
#include <string>
#include <type_traits>
#include <vector>

#include "../candidates.hpp"
#include "../detail/unit_box.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// Which of the candidates `select` takes.
///
/// Semantics: `rule(set)` returns the index of one candidate; `set` is not empty and no candidate dominates another.
/// Models: `most_accurate`, `balanced`, `most_efficient`, `knee`, `nearest_to_ray`.
template <class R, class T>
concept selection_rule = objective_value<T> && requires(const R& rule, const candidates<T>& set) {
  { rule(set) } -> std::convertible_to<std::size_t>;
};

namespace detail {

/// The first candidate with the least `score(i)`. O(n).
template <class T, class Score>
std::size_t least(const candidates<T>& set, Score score) {
  std::size_t best = 0;
  auto lowest = score(std::size_t{0});
  for (std::size_t i = 1; i < set.size(); ++i) {
    const auto s = score(i);
    if (s < lowest) {
      lowest = s;
      best = i;
    }
  }
  return best;
}

/// All candidates, for what is measured over them.
template <class T>
std::vector<std::size_t> everyone(const candidates<T>& set) {
  std::vector<std::size_t> all(set.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

}  // namespace detail

/// POMONAG's *accuracy* pick: the best value of one objective. O(n).
struct most_accurate {
  std::size_t quality = 0;  ///< a column of the set

  template <objective_value T>
  [[nodiscard]] std::size_t operator()(const candidates<T>& set) const {
    const std::size_t k = set.objective(quality);
    return detail::least(set, [&](std::size_t i) { return set(i, k); });
  }
  friend bool operator==(most_accurate, most_accurate) = default;
};

/// POMONAG's *efficient* pick: the best value of one objective, and of several such points the best quality. O(n).
struct most_efficient {
  std::size_t cost = 1;     ///< a column of the set
  std::size_t quality = 0;  ///< a column of the set

  template <objective_value T>
  [[nodiscard]] std::size_t operator()(const candidates<T>& set) const {
    const std::size_t c = set.objective(cost);
    const std::size_t q = set.objective(quality);
    return detail::least(set, [&](std::size_t i) { return std::array{set(i, c), set(i, q)}; });
  }
  friend bool operator==(most_efficient, most_efficient) = default;
};

/// POMONAG's *balanced* pick: the largest ratio of quality to cost, as published. In double, O(n).
///
/// The ratio means something only where quality counts from 0 up and cost is positive, so anything else throws
/// `paragon::error`: a cost that is maximised or not positive, a negative quality, infinity over infinity, and a
/// quality that is minimised unless `perfect` says what it is missing from. The ratio changes with the zero of the
/// quality: an accuracy and the same accuracy above chance may choose differently.
struct balanced {
  std::size_t quality = 0;  ///< a column of the set
  std::size_t cost = 1;     ///< a column of the set
  /// Where the quality is an error, to be minimised: what it is subtracted from, 1 or 100 (for per cent).
  double perfect = 0;

  template <objective_value T>
  [[nodiscard]] std::size_t operator()(const candidates<T>& set) const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::size_t q = set.objective(quality);
    const std::size_t c = set.objective(cost);
    if (set.maximised(c)) {
      throw error(set.place(), "balanced: the cost, column " + std::to_string(cost) + ", is maximised",
                  "a cost that is minimised");
    }
    if (!set.maximised(q) && !(perfect > 0)) {
      throw error(set.place(), "balanced: the quality, column " + std::to_string(quality) + ", is minimised",
                  "a quality that is maximised, or `perfect`, which an error is subtracted from");
    }
    return detail::least(set, [&](std::size_t i) {
      const double found = static_cast<double>(set.original(i, q));
      const double good = set.maximised(q) ? found : perfect - found;
      const double paid = static_cast<double>(set.original(i, c));
      if (!(good >= 0) || !(paid > 0) || (good == infinity && paid == infinity)) {
        throw error(set.place(),
                    "balanced: row " + std::to_string(set.row(i)) + " has quality " + number_text(good) + " and cost " +
                        number_text(paid),
                    "a quality that is not negative, a positive cost");
      }
      return -(good / paid);
    });
  }
  friend bool operator==(const balanced&, const balanced&) = default;
};

/// The knee: the candidate that bulges farthest from the hyperplane through the ends of the front. In double, O(n m).
///
/// Every objective is scaled to [0, 1] from its best to its worst value among the candidates, and the hyperplane goes
/// through the points that are worst in one objective and best in all others, so that the distance is (1 - sum) /
/// sqrt(m): the knee has the least sum. For two objectives the plane is the line through the two ends of the front.
/// Infinite values count as the best or worst finite one. On a front that is hollow all along, an end is the knee.
/// Reference: Das, "On characterizing the 'knee' of the Pareto curve based on normal-boundary intersection", Structural
/// Optimization 18, 1999.
struct knee {
  template <objective_value T>
  [[nodiscard]] std::size_t operator()(const candidates<T>& set) const {
    const detail::unit_box box(set, detail::everyone(set));
    return detail::least(set, [&](std::size_t i) {
      double sum = 0;
      for (std::size_t k = 0; k < set.objectives(); ++k) sum += box(set(i, k), k);
      return sum;
    });
  }
  friend bool operator==(knee, knee) = default;
};

/// The candidate nearest to a preference: the larger an objective's weight, the less it may lose. In double, O(n m).
///
/// Every objective is scaled to [0, 1] from its best to its worst value among the candidates. Coming from the ideal
/// point along the ray whose objective k is t / w_k, the pick is the first candidate that is nowhere worse than the
/// ray: the least max_k w_k f_k, the weighted Tchebycheff distance (of several, the least sum_k w_k f_k). So points of
/// hollow fronts are found too, and weight on one objective alone gives its best value. Only the ratios of the weights
/// count.
/// Reference: Steuer, Choo, "An interactive weighted Tchebycheff procedure", Mathematical Programming 26, 1983.
///
/// \code
/// select(set, paragon::pareto::nearest_to_ray{{0.7, 0.3}});
/// \endcode
struct nearest_to_ray {
  std::vector<double> weights;  ///< one number for each column of the set; not negative, not all 0

  template <objective_value T>
  [[nodiscard]] std::size_t operator()(const candidates<T>& set) const {
    std::vector<double> w = set.active(weights, "a preference");
    const double heaviest = *std::max_element(w.begin(), w.end());
    const double lightest = *std::min_element(w.begin(), w.end());
    if (!(lightest >= 0) || !(heaviest > 0) || !(heaviest <= std::numeric_limits<double>::max())) {
      throw error(set.place(), "a preference from " + number_text(lightest) + " to " + number_text(heaviest),
                  "finite weights that are not negative, and not all 0");
    }
    for (double& x : w) x /= heaviest;
    const detail::unit_box box(set, detail::everyone(set));
    return detail::least(set, [&](std::size_t i) {
      std::array<double, 2> farthest_and_sum{};
      for (std::size_t k = 0; k < set.objectives(); ++k) {
        const double loss = w[k] * box(set(i, k), k);
        farthest_and_sum[0] = std::max(farthest_and_sum[0], loss);
        farthest_and_sum[1] += loss;
      }
      return farthest_and_sum;
    });
  }
  friend bool operator==(const nearest_to_ray&, const nearest_to_ray&) = default;
};

}  // namespace paragon::pareto
