// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/json.hpp"
#include "../core/random_key.hpp"
#include "bandwidth.hpp"
#include "parameter_space.hpp"
#include "parzen.hpp"
#include "random_search.hpp"
#include "recency_weights.hpp"
#include "sampler.hpp"

namespace paragon::tune {

struct tpe_settings {
  std::size_t startup = 10;     ///< trials to complete at random before the model is asked
  std::size_t candidates = 24;  ///< points drawn from the density of the good, of which the best is proposed
  double good_fraction = 0.1;   ///< of the complete trials, rounded up, are called good
  std::size_t good_limit = 25;  ///< but no more than these
  std::size_t recent = 25;      ///< trials that count fully; older ones less and less
  double prior_weight = 1;      ///< of the prior, beside 1 for a trial

  friend bool operator==(const tpe_settings&, const tpe_settings&) = default;
};

/// One density over all parameters: it learns which values go together. The default.
struct joint {
  static constexpr std::string_view name = "joint";
  friend bool operator==(joint, joint) = default;
};

/// One density for each parameter, chosen apart from the others.
struct independent {
  static constexpr std::string_view name = "independent";
  friend bool operator==(independent, independent) = default;
};

template <class C>
concept coupling_policy = std::same_as<C, joint> || std::same_as<C, independent>;

/// The tree-structured Parzen estimator, the sampler that Optuna defaults to.
///
/// It splits the complete trials into the good ones and the others, fits a `parzen_mixture` to each, draws candidates
/// from the density of the good, and proposes the one where that is largest in relation to the other density: there the
/// expected improvement is largest. Points that are pending count among the others (a constant liar), which keeps the
/// proposals of one batch apart. Failed trials are left out.
///
/// Defaults are those of Optuna 5 (joint, `neighbour_gaps`). Up to version 4 Optuna had
/// `tpe<independent, neighbour_gaps_with_prior>`, and as its multivariate option `tpe<joint, shrinking_width>`.
///
/// Cost of a suggestion: O((n log n + candidates n) d) for n trials of d parameters. A pure function of its arguments.
/// Reference: Bergstra, Bardenet, Bengio, Kegl, "Algorithms for hyper-parameter optimization", NeurIPS 2011; Bergstra,
/// Yamins, Cox, ICML 2013; Falkner, Klein, Hutter, "BOHB", ICML 2018 (joint densities); Watanabe, arXiv 2304.11127.
///
/// \code
/// paragon::tune::study search(space, {.trials = 100}, paragon::tune::tpe({.startup = 20}));
/// \endcode
template <coupling_policy Coupling = joint, bandwidth_rule Bandwidth = neighbour_gaps>
class tpe {
public:
  /// \throws error for no candidates, a fraction outside (0, 1], or a prior weight that is not positive and finite
  explicit tpe(tpe_settings settings = {}, Bandwidth bandwidth = {})
      : settings_(settings), bandwidth_(std::move(bandwidth)) {
    if (settings_.candidates == 0) throw error("tune::tpe", "no candidates", "at least one");
    if (!(settings_.good_fraction > 0 && settings_.good_fraction <= 1)) {
      throw error("tune::tpe", "good fraction " + number_text(settings_.good_fraction), "above 0, at most 1");
    }
    if (!(settings_.prior_weight > 0 && settings_.prior_weight <= std::numeric_limits<double>::max())) {
      throw error("tune::tpe", "prior weight " + number_text(settings_.prior_weight), "a positive number");
    }
  }

  friend bool operator==(const tpe&, const tpe&) = default;

  [[nodiscard]] const tpe_settings& settings() const noexcept { return settings_; }

  [[nodiscard]] std::vector<double> suggest(const parameter_space& space, const history& past, random_key key) const {
    const groups split = split_by_value(past);
    if (split.complete < settings_.startup) return random_search{}.suggest(space, past, key);
    std::vector<double> point(space.size());
    if constexpr (std::same_as<Coupling, joint>) {
      propose(space, split, 0, key, point);
    } else {
      for (std::size_t j = 0; j < point.size(); ++j) {
        propose(space, split, j, key.fork(j), std::span(point).subspan(j, 1));
      }
    }
    return point;
  }

  [[nodiscard]] json describe() const {
    return json::object{{"name", "tpe"},
                        {"coupling", Coupling::name},
                        {"bandwidth", std::string_view(Bandwidth::name)},
                        {"startup", settings_.startup},
                        {"candidates", settings_.candidates},
                        {"good_fraction", settings_.good_fraction},
                        {"good_limit", settings_.good_limit},
                        {"recent", settings_.recent},
                        {"prior_weight", settings_.prior_weight}};
  }

private:
  struct groups {
    std::vector<const trial*> good;    // by number, as the others
    std::vector<const trial*> others;  // pending ones too
    std::size_t complete = 0;
  };

  [[nodiscard]] groups split_by_value(const history& past) const {
    std::vector<const trial*> complete;
    for (const trial& t : past.trials) {
      if (t.state == trial_state::complete) complete.push_back(&t);
    }
    groups split;
    split.complete = complete.size();
    const double wanted = std::ceil(settings_.good_fraction * static_cast<double>(complete.size()));
    const std::size_t good = std::min(static_cast<std::size_t>(wanted), settings_.good_limit);
    std::stable_sort(complete.begin(), complete.end(),
                     [&](const trial* a, const trial* b) { return past.better(a->value, b->value); });
    const auto by_number = [](const trial* a, const trial* b) { return a->number < b->number; };
    split.good.assign(complete.begin(), complete.begin() + static_cast<std::ptrdiff_t>(good));
    split.others.assign(complete.begin() + static_cast<std::ptrdiff_t>(good), complete.end());
    for (const trial& t : past.trials) {
      if (t.state == trial_state::pending) split.others.push_back(&t);
    }
    std::sort(split.good.begin(), split.good.end(), by_number);
    std::sort(split.others.begin(), split.others.end(), by_number);
    return split;
  }

  /// The density of the axes from `first` on, as many as a point has.
  [[nodiscard]] parzen_mixture density(const parameter_space& space, const std::vector<const trial*>& trials,
                                       std::size_t first, std::size_t dimensions) const {
    std::vector<double> points;
    points.reserve(trials.size() * dimensions);
    for (const trial* t : trials) {
      const auto begin = t->values.begin() + static_cast<std::ptrdiff_t>(first);
      points.insert(points.end(), begin, begin + static_cast<std::ptrdiff_t>(dimensions));
    }
    return parzen_mixture(space.axes().subspan(first, dimensions), points,
                          recency_weights(trials.size(), settings_.recent), settings_.prior_weight, bandwidth_);
  }

  /// Writes the values of the axes from `first` on.
  void propose(const parameter_space& space, const groups& split, std::size_t first, random_key key,
               std::span<double> best) const {
    const parzen_mixture good = density(space, split.good, first, best.size());
    const parzen_mixture others = density(space, split.others, first, best.size());
    std::vector<double> point(best.size());
    double best_ratio = -std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < settings_.candidates; ++c) {
      good.draw(point, key, c);
      const double ratio = good.log_density(point) - others.log_density(point);
      if (c > 0 && !(ratio > best_ratio)) continue;
      best_ratio = ratio;
      std::copy(point.begin(), point.end(), best.begin());
    }
  }

  tpe_settings settings_;
  Bandwidth bandwidth_;
};

}  // namespace paragon::tune
