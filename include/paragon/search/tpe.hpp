// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/json.hpp"
#include "../core/number_text.hpp"
#include "../core/random_key.hpp"
#include "../space/decision.hpp"
#include "../tune/axis.hpp"
#include "../tune/bandwidth.hpp"
#include "../tune/parzen.hpp"
#include "detail/merit.hpp"
#include "detail/one_condition.hpp"
#include "solver.hpp"

namespace paragon::inline PARAGON_ISA::search {

struct tpe_settings {
  std::size_t first = 20;       ///< uniform draws to begin with
  double good_fraction = 0.2;   ///< of what was told is called good, at least two
  std::size_t good_limit = 30;  ///< but no more than these
  std::size_t candidates = 96;  ///< drawn from the density of the good; the best of them is asked
  double prior_weight = 1;      ///< of the uniform density, beside 1 for an architecture
  double failure_weight = 3;    ///< of what failed, among those that are not good
  std::size_t batch = 4;

  friend bool operator==(const tpe_settings&, const tpe_settings&) = default;
};

/// The tree-structured Parzen estimator for several objectives: asks what is likely among the good, and unlikely among
/// the others.
///
/// The good are those of the first fronts, within a front those with the most room. Both densities are mixtures of kernels
/// around architectures, products over decisions: on ordered decisions normal distributions over the places of choices,
/// on others a preference for the choice itself. What was asked and not told counts among the others, which keeps the
/// members of a batch apart. O(decisions * (candidates + log) * told) a candidate.
/// Models `solver`. Reference: Ozaki, Tanigaki, Watanabe, Onishi, "Multiobjective tree-structured Parzen estimator for
/// computationally expensive optimization problems", GECCO 2020; see `tune::parzen_mixture`.
/// \tparam S  models `space::search_space`
template <class S>
class tpe : public detail::one_condition<S> {
  using base = detail::one_condition<S>;

public:
  using typename base::architecture;

  /// \param condition  the number of the device or data set that it searches
  /// \throws error for a fraction outside (0, 1], weights that are not positive, or nothing to draw
  explicit tpe(problem::definition<S> problem, tpe_settings settings = {}, random_key key = random_key{.seed = 1},
               std::size_t condition = 0)
      : base(std::move(problem), condition, key.fork("tpe")), settings_(settings) {
    if (!(settings_.good_fraction > 0 && settings_.good_fraction <= 1)) {
      throw error("search::tpe", "good fraction " + number_text(settings_.good_fraction), "above 0, at most 1");
    }
    if (settings_.good_limit < 2 || settings_.candidates == 0) {
      throw error("search::tpe",
                  "a limit of " + std::to_string(settings_.good_limit) + " good and " +
                      std::to_string(settings_.candidates) + " candidates",
                  "at least 2 and 1");
    }
    if (!(settings_.prior_weight > 0 && settings_.failure_weight > 0)) {
      throw error("search::tpe", "a weight that is not positive", "positive weights");
    }
    const S& space = this->known_.space();
    for (std::size_t d = 0; d < space.decisions(); ++d) {
      const std::size_t n = space.choices(d);
      tune::axis a;
      a.upper = static_cast<double>(n - 1);
      a.step = 1;
      if (!space::is_ordered(space, d)) a.labels.resize(n);
      axes_.push_back(std::move(a));
    }
  }

  [[nodiscard]] std::vector<candidate<architecture>> ask(std::size_t n) {
    return this->ask_one_by_one(n, [&]() -> std::optional<candidate<architecture>> {
      const random_key key = this->next_key();
      if (this->known_.size() < settings_.first || good_.size() < 2) return this->known_.fresh(key);
      const std::vector<row> ranked = propose(key.fork("candidates"));
      return this->known_.fresh([&](std::size_t k) { return ranked[k]; }, ranked.size(), key.fork("uniform"));
    });
  }

  void tell(std::span<const problem::evaluation<architecture>> some) {
    base::tell(some);
    choose_good();
  }

  [[nodiscard]] std::size_t batch() const noexcept { return settings_.batch; }

  [[nodiscard]] json save() const {
    return json::object{{"search", base::save()}, {"good", json::array(good_.begin(), good_.end())}, {"seen", seen_}};
  }
  /// \throws error as `history::restore`
  void restore(const json& state) {
    tpe read(*this);
    read.base::restore(state.at("search"));
    read.good_ = read.numbers_from(state.at("good"));
    if (!std::is_sorted(read.good_.begin(), read.good_.end()) ||
        std::any_of(read.good_.begin(), read.good_.end(), [&](std::size_t i) { return read.known_.failed(i); })) {
      throw error("search::tpe", "a state whose good ones are not sorted, or failed");
    }
    read.seen_ = base::number_from(state.at("seen"), read.known_.size());
    base::restore(state.at("search"));
    good_ = std::move(read.good_);
    seen_ = read.seen_;
  }

private:
  using row = typename history<S>::row;

  /// The best of the good so far and what was told since: as good as the best of all, for what is dominated by one of them
  /// stays so, and it does not get slower with what was told.
  void choose_good() {
    const history<S>& known = this->known_;
    for (; seen_ < known.size(); ++seen_) good_.push_back(seen_);
    std::erase_if(good_, [&](std::size_t i) { return known.failed(i); });
    const auto wanted =
        static_cast<std::size_t>(std::ceil(settings_.good_fraction * static_cast<double>(known.size())));
    const std::size_t most = std::clamp<std::size_t>(wanted, 2, settings_.good_limit);
    std::vector<std::size_t> best;
    for (const std::size_t k : detail::best_first(good_, detail::merits(known, good_))) {
      if (best.size() < most) best.push_back(good_[k]);
    }
    std::sort(best.begin(), best.end());
    good_ = std::move(best);
  }

  [[nodiscard]] std::vector<row> propose(const random_key& key) const {
    const history<S>& known = this->known_;
    const std::size_t d = axes_.size();
    std::vector<double> good;
    std::vector<double> others;
    std::vector<double> weights;
    const auto append = [](std::vector<double>& list, std::span<const space::choice_index> r) {
      list.insert(list.end(), r.begin(), r.end());
    };
    std::size_t g = 0;
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (g < good_.size() && good_[g] == i) {
        ++g;
        append(good, known.choices(i));
      } else {
        append(others, known.choices(i));
        weights.push_back(known.failed(i) ? settings_.failure_weight : 1);
      }
    }
    for (const row& r : known.waiting()) {
      append(others, r);
      weights.push_back(1);
    }
    const tune::parzen_mixture likely(axes_, good, std::vector<double>(good_.size(), 1.0), settings_.prior_weight);
    const tune::parzen_mixture unlikely(axes_, others, std::move(weights), settings_.prior_weight);
    std::vector<double> points(settings_.candidates * d);
    for (std::size_t c = 0; c < settings_.candidates; ++c) likely.draw(std::span(points).subspan(c * d, d), key, c);
    std::vector<double> ratios(settings_.candidates);
    std::vector<double> logs(settings_.candidates);
    likely.log_densities(points, ratios);
    unlikely.log_densities(points, logs);
    std::vector<std::size_t> order(settings_.candidates);
    for (std::size_t c = 0; c < order.size(); ++c) {
      ratios[c] -= logs[c];
      order[c] = c;
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ratios[a] > ratios[b]; });
    std::vector<row> ranked;
    for (const std::size_t c : order) {
      row r(d);
      for (std::size_t j = 0; j < d; ++j) r[j] = static_cast<space::choice_index>(std::lround(points[c * d + j]));
      ranked.push_back(std::move(r));
    }
    return ranked;
  }

  tpe_settings settings_;
  std::vector<tune::axis> axes_;
  std::vector<std::size_t> good_;  ///< in ascending order
  std::size_t seen_ = 0;           ///< evaluations among which the good were chosen
};

}  // namespace paragon::search
