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

namespace paragon::inline PARAGON_ISA::tune {

struct tpe_settings {
  std::size_t startup = 10;     ///< trials to finish at random, failed ones included, before the model is asked
  std::size_t candidates = 24;  ///< points drawn from the density of the good, of which the best is proposed
  double good_fraction = 0.1;   ///< of the finished trials, rounded up, are called good where as many are complete
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
/// It splits the finished trials into the good ones and the others, fits a `parzen_mixture` to each, draws candidates
/// from the density of the good, and proposes the one where that is largest in relation to the other density: there the
/// expected improvement is largest. Points that are pending count among the others (a constant liar), which keeps the
/// proposals of one batch apart.
///
/// *Failures.* A failed trial, and one whose value is infinitely bad, is never good and counts three times among the
/// others, so that the search keeps away from where evaluations fail. As long as nothing is complete, the points are
/// those of the prior that lie farthest from all failures.
/// *Plateaus.* A value that 45 percent or more of the finished trials share says nothing about where to search: where
/// it lies on the limit between good and others, all of them are others, and only what is better is good. Without that
/// rule the first of the equal ones are the good, and the search stays with them.
///
/// For the rest defaults are those of Optuna 5 (joint, `neighbour_gaps`), which leaves failures out and knows no
/// plateaus; docs/tune_against_optuna.md compares. Up to version 4 Optuna had
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
    if (split.finished < settings_.startup) return random_search{}.suggest(space, past, key);
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
  // Chosen among 1, 2 and 4 by ten functions, 100 seeds each. With 1, where -x fails above 2 in [-5, 5], 41 percent of
  // the later trials fail and 29 of a random search; with 4, results are worse where half of the trials fail by chance.
  static constexpr double failure_weight = 3;
  // From 0.5 on some runs stay on a plateau with half of the space; from 0.4 down functions of few values suffer.
  static constexpr double plateau = 0.45;

  struct groups {
    std::vector<const trial*> good;    // by number, as the others
    std::vector<const trial*> others;  // failed and pending ones too
    std::vector<double> good_weights;
    std::vector<double> other_weights;
    std::size_t finished = 0;
  };

  [[nodiscard]] groups split_by_value(const history& past) const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const double sign = past.sense == direction::maximise ? -1 : 1;
    const auto loss = [sign](const trial& t) {  // the smaller, the better; infinite where it failed
      return t.state == trial_state::complete ? sign * t.value : infinity;
    };
    groups split;
    std::vector<double> losses;
    for (const trial& t : past.trials) {
      split.finished += t.state != trial_state::pending ? 1U : 0U;
      if (loss(t) < infinity) losses.push_back(loss(t));
    }
    const double wanted = std::ceil(settings_.good_fraction * static_cast<double>(split.finished));
    const std::size_t good = std::min({static_cast<std::size_t>(wanted), settings_.good_limit, losses.size()});
    double limit = -infinity;  // of the losses that are good
    std::size_t on_limit = 0;  // trials that are still good, though they are no better than the limit
    if (good > 0) {
      std::nth_element(losses.begin(), losses.begin() + static_cast<std::ptrdiff_t>(good - 1), losses.end());
      limit = losses[good - 1];
      const auto better = static_cast<std::size_t>(
          std::count_if(losses.begin(), losses.end(), [limit](double x) { return x < limit; }));
      const auto equal = static_cast<std::size_t>(std::count(losses.begin(), losses.end(), limit));
      const bool flat = static_cast<double>(equal) >= plateau * static_cast<double>(split.finished);
      on_limit = better + equal > good && flat ? 0 : good - better;
    }
    for (const trial& t : past.trials) {
      const bool equal = on_limit > 0 && loss(t) == limit;
      if (equal) --on_limit;
      (equal || loss(t) < limit ? split.good : split.others).push_back(&t);
    }
    split.good_weights = recency_weights(split.good.size(), settings_.recent);
    split.other_weights = recency_weights(split.others.size(), settings_.recent);
    for (std::size_t i = 0; i < split.others.size(); ++i) {
      const trial& t = *split.others[i];
      if (t.state != trial_state::pending && loss(t) == infinity) split.other_weights[i] *= failure_weight;
    }
    return split;
  }

  /// The density of the axes from `first` on, as many as a point has.
  [[nodiscard]] parzen_mixture density(const parameter_space& space, const std::vector<const trial*>& trials,
                                       const std::vector<double>& weights, std::size_t first,
                                       std::size_t dimensions) const {
    std::vector<double> points;
    points.reserve(trials.size() * dimensions);
    for (const trial* t : trials) {
      const auto begin = t->values.begin() + static_cast<std::ptrdiff_t>(first);
      points.insert(points.end(), begin, begin + static_cast<std::ptrdiff_t>(dimensions));
    }
    return parzen_mixture(space.axes().subspan(first, dimensions), points, weights, settings_.prior_weight, bandwidth_);
  }

  /// Writes the values of the axes from `first` on.
  void propose(const parameter_space& space, const groups& split, std::size_t first, random_key key,
               std::span<double> best) const {
    const std::size_t d = best.size();
    const parzen_mixture good = density(space, split.good, split.good_weights, first, d);
    const parzen_mixture others = density(space, split.others, split.other_weights, first, d);
    std::vector<double> points(settings_.candidates * d);
    for (std::size_t c = 0; c < settings_.candidates; ++c) good.draw(std::span(points).subspan(c * d, d), key, c);
    std::vector<double> ratios(settings_.candidates);
    std::vector<double> logs(settings_.candidates);
    good.log_densities(points, ratios);
    others.log_densities(points, logs);
    for (std::size_t c = 0; c < settings_.candidates; ++c) ratios[c] -= logs[c];
    const auto chosen = static_cast<std::size_t>(std::max_element(ratios.begin(), ratios.end()) - ratios.begin());
    std::copy_n(points.begin() + static_cast<std::ptrdiff_t>(chosen * d), d, best.begin());
  }

  tpe_settings settings_;
  Bandwidth bandwidth_;
};

}  // namespace paragon::tune
