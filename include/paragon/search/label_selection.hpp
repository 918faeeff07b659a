// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/progress.hpp"
#include "../core/random_key.hpp"
#include "../predictor/gaussian_process.hpp"
#include "../preference/scalarisation.hpp"
#include "../preference/sphere.hpp"
#include "detail/default_scalarisation.hpp"

namespace paragon::inline PARAGON_ISA::search {

struct label_settings {
  std::size_t labels = 250;  ///< in all
  std::size_t first = 60;    ///< drawn at random
  std::size_t round = 30;    ///< labels between two trainings
  std::size_t angles = 8;    ///< rays for each device and round
  double optimism = 1;       ///< deviations below the mean at which a candidate is judged
  double width = 2;          ///< of the learned objective, in the unit of the targets

  friend bool operator==(const label_settings&, const label_settings&) = default;
};

/// The candidates that were labelled, in the order of labelling.
struct labelled {
  std::vector<std::size_t> candidates;
  std::vector<double> targets;
};

/// The other objectives of all candidates on one device, scaled: [candidates, objectives - 1].
using other_objectives = std::vector<double>;

namespace detail {

/// The scalarised objectives of a candidate: the learned one first.
template <class Scalarisation>
class front_score {
public:
  front_score(Scalarisation scalarisation, std::size_t others) : scalarisation_(scalarisation), z_(others + 1) {}

  double operator()(double learned, std::span<const double> others, std::span<const double> weights) {
    z_[0] = learned;
    std::copy(others.begin(), others.end(), z_.begin() + 1);
    return scalarisation_(std::span<const double>(z_), weights, std::span<const double>());
  }

private:
  Scalarisation scalarisation_;
  std::vector<double> z_;
};

/// The candidate with the least score that is not excluded; `candidates` when all are.
template <class Score, class Excluded>
std::size_t best_candidate(Score& score, std::span<const double> learned, const other_objectives& others,
                           std::span<const double> weights, const Excluded& excluded) {
  const std::size_t m = weights.size() - 1;
  std::size_t best = learned.size();
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < learned.size(); ++i) {
    if (excluded(i)) continue;
    const double s = score(learned[i], std::span<const double>(others).subspan(i * m, m), weights);
    if (s < least) {
      least = s;
      best = i;
    }
  }
  return best;
}

}  // namespace detail

/// The candidates that `select_labels` labels first: `count` different numbers below n, drawn at random.
///
/// Known beforehand, so that a program can look at their labels to choose how it scales the learned objective.
[[nodiscard]] inline std::vector<std::size_t> first_labels(std::size_t n, std::size_t count, paragon::random_key key) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  key.shuffle(order);
  order.resize(std::min(count, n));
  return order;
}

/// Spends a budget of labels where the fronts of the devices are expected to lie.
///
/// The first labels are drawn at random. Each further round trains the process, judges every candidate by its
/// optimistic estimate, lets every device and a few random preferences vote for the candidate that they would choose,
/// and labels those with the most votes; candidates that the descriptor can't tell apart are labelled once. Labels at
/// the front are worth more than labels anywhere: a search only ever asks for the order of the best.
/// O(rounds * devices * angles * candidates) scores, and the training of the process. Deterministic.
/// \param process     trained on return
/// \param candidates  all architectures that may be labelled
/// \param others      the other objectives, for each device
/// \param label       label(i) is the target of candidate i, to be minimised; asked once for each
/// \throws error for fewer than two labels (in all, or at first), or more than there are candidates; for objectives of
/// the wrong number
template <class Descriptor, class Label, class Scalarisation = preference::smooth_tchebycheff, class Observer = silent>
labelled select_labels(predictor::gaussian_process<Descriptor>& process, const Descriptor& descriptor,
                       std::span<const typename Descriptor::architecture> candidates,
                       std::span<const other_objectives> others, Label&& label, const label_settings& settings,
                       paragon::random_key key,
                       Scalarisation scalarisation = detail::default_scalarisation<Scalarisation>(),
                       Observer&& observe = {}) {
  static_assert(preference::require_scalarisation<Scalarisation>());
  static_assert(require_progress_observer<Observer>());
  const std::size_t n = candidates.size();
  if (settings.labels < 2 || settings.labels > n || others.empty()) {
    throw error("search::select_labels",
                std::to_string(settings.labels) + " labels of " + std::to_string(n) + " candidates for " +
                    std::to_string(others.size()) + " devices",
                "at least 2 labels, at most one for each candidate, and at least one device");
  }
  if (settings.first < 2 || settings.round == 0 || !(settings.width > 0)) {
    throw error("search::select_labels",
                std::to_string(settings.first) + " first labels, rounds of " + std::to_string(settings.round) +
                    ", width " + number_text(settings.width),
                "at least 2, at least 1, a positive number");
  }
  const std::size_t m = others.front().size() / n;
  for (const other_objectives& o : others) {
    if (m == 0 || o.size() != m * n) {
      throw error("search::select_labels", std::to_string(o.size()) + " other objectives of a device",
                  "as many for each of " + std::to_string(n) + " candidates and each device, at least one");
    }
  }
  std::vector<std::string> same(n);  // equal for candidates that the descriptor can't tell apart
  std::vector<space::choice_index> choices(descriptor.decisions());
  std::vector<double> features(descriptor.features());
  for (std::size_t i = 0; i < n; ++i) {
    descriptor.describe(candidates[i], choices, features);
    same[i].assign(choices.begin(), choices.end());
    for (const double f : features) same[i].append(reinterpret_cast<const char*>(&f), sizeof f);
  }

  labelled result;
  std::set<std::string> seen;
  std::vector<bool> taken(n, false);
  std::vector<typename Descriptor::architecture> architectures;
  const auto take = [&](std::size_t i) {
    taken[i] = true;
    seen.insert(same[i]);
    result.candidates.push_back(i);
    result.targets.push_back(label(i));
    architectures.push_back(candidates[i]);
  };
  for (const std::size_t i : first_labels(n, std::min(settings.first, settings.labels), key)) take(i);

  detail::front_score<Scalarisation> score(scalarisation, m);
  std::vector<double> weights(m + 1);
  std::vector<double> learned(n);
  for (std::uint64_t round = 1;; ++round) {
    process.train(architectures, result.targets);
    if (!observe("labels", result.targets.size(), settings.labels, process.negative_log_likelihood(nullptr))) break;
    if (result.targets.size() == settings.labels) break;
    const std::size_t wanted = std::min(settings.round, settings.labels - result.targets.size());
    const auto estimates = process.predict_with_deviations(candidates);
    double least = std::numeric_limits<double>::infinity();
    for (const auto& e : estimates) least = std::min(least, e.mean);
    for (std::size_t i = 0; i < n; ++i) {
      learned[i] = (estimates[i].mean - settings.optimism * estimates[i].deviation - least) / settings.width;
    }
    const paragon::random_key rays = key.fork(round);
    const paragon::random_key device = rays.fork("devices");
    std::map<std::size_t, std::size_t> votes;
    for (std::size_t d = 0; d < others.size(); ++d) {
      for (std::size_t a = 0; a < settings.angles; ++a) {
        preference::sphere{}(std::span<double>(weights), rays, d * settings.angles + a);
        const auto none = [](std::size_t) { return false; };
        ++votes[detail::best_candidate(score, learned, others[d], weights, none)];
      }
    }
    std::vector<std::pair<std::size_t, std::size_t>> ranked;  // votes, candidate
    for (const auto& [i, count] : votes) ranked.emplace_back(count, i);
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    const std::size_t goal = result.targets.size() + wanted;
    for (const auto& [count, i] : ranked) {
      if (result.targets.size() == goal) break;
      if (!seen.contains(same[i])) take(i);
    }
    // Where votes agree too much, random rays choose among what is left.
    for (std::uint64_t e = others.size() * settings.angles; result.targets.size() < goal; ++e) {
      preference::sphere{}(std::span<double>(weights), rays, e);
      const std::size_t d = device.below(others.size(), e);
      const bool distinct = e < others.size() * settings.angles + 500;
      const auto known = [&](std::size_t i) { return taken[i] || (distinct && seen.contains(same[i])); };
      const std::size_t i = detail::best_candidate(score, learned, others[d], weights, known);
      if (i < n) take(i);
    }
  }
  return result;
}

/// The candidates nearest to one device's expected front that are not excluded: `count` different ones, for random
/// rays.
/// \param learned   the learned objective of every candidate, scaled
/// \param others    the other objectives of that device
/// \param excluded  excluded(i): candidate i is of no use
template <class Excluded, class Scalarisation = preference::smooth_tchebycheff>
std::vector<std::size_t> front_candidates(
    std::span<const double> learned, const other_objectives& others, std::size_t count, const Excluded& excluded,
    paragon::random_key key, Scalarisation scalarisation = detail::default_scalarisation<Scalarisation>()) {
  static_assert(preference::require_scalarisation<Scalarisation>());
  const std::size_t m = others.size() / learned.size();
  detail::front_score<Scalarisation> score(scalarisation, m);
  std::vector<double> weights(m + 1);
  std::vector<bool> chosen(learned.size(), false);
  std::vector<std::size_t> result;
  for (std::uint64_t e = 0; result.size() < count; ++e) {
    preference::sphere{}(std::span<double>(weights), key, e);
    const auto known = [&](std::size_t i) { return chosen[i] || excluded(i); };
    const std::size_t i = detail::best_candidate(score, learned, others, weights, known);
    if (i == learned.size()) break;
    chosen[i] = true;
    result.push_back(i);
  }
  return result;
}

}  // namespace paragon::search
