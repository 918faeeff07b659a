// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/direction.hpp"
#include "../core/error.hpp"
#include "../core/json.hpp"
#include "../core/random_key.hpp"
#include "../pareto/expected_improvement.hpp"
#include "../pareto/points.hpp"
#include "../predictor/gaussian_process.hpp"
#include "../predictor/surrogate.hpp"
#include "../space/decision_descriptor.hpp"
#include "detail/merit.hpp"
#include "detail/one_condition.hpp"
#include "detail/success.hpp"
#include "detail/target.hpp"
#include "nsga2.hpp"
#include "solver.hpp"

namespace paragon::inline PARAGON_ISA::search {

struct bayesian_settings {
  std::size_t first = 0;          ///< uniform draws to begin with; 0: one more than decisions, but 10 to 40
  std::size_t batch = 8;          ///< candidates that are chosen by one model
  std::size_t population = 100;   ///< of the search on the model
  std::size_t generations = 30;   ///< of it
  double optimism = 1;            ///< deviations that a second such search takes off the means
  std::size_t most_labels = 600;  ///< that a model learns from; see `bayesian`
  predictor::gaussian_process_settings model{.first_steps = 100, .next_steps = 15};

  friend bool operator==(const bayesian_settings&, const bayesian_settings&) = default;
};

/// Bayesian optimisation: a surrogate learns each objective, and those candidates are asked that are expected to add the
/// most hypervolume to the front. For evaluations that cost minutes and hours.
///
/// Once `first` candidates were told, each `ask` trains the models if anything is new and searches on them with NSGA-II,
/// once by their means and once by means less `optimism` deviations. From what both find it takes one candidate after the
/// other: the one with the largest expected hypervolume improvement (exact, up to three objectives; with more of them the
/// best by a weighted Chebyshev function with weights drawn anew) times the probability that it keeps the limits and that
/// its evaluation does not fail. Each one chosen, and whatever is asked and not told, is then taken for evaluated with the
/// values that the models expect, so that a batch spreads. Objectives that are positive and skewed are learned by their logarithms.
///
/// Cost of an `ask` with n labels: O(steps n^3) for the models, O(n^3) a candidate, O(n) and O(n^2) an architecture that the
/// search on the model judges by means and by deviations. From `most_labels` on a model learns from the best half of them by
/// fronts and the latest half, and an ask costs the same however much was told, apart from sorting it.
/// Models `solver`. References: Emmerich, Giannakoglou, Naujoks, "Single- and multiobjective evolutionary optimization
/// assisted by Gaussian random field metamodels", IEEE TEC 10, 2006; Ginsbourger, Le Riche, Carraro, "Kriging is well-suited to
/// parallelize optimization", 2010 (believing the model within a batch); Knowles, "ParEGO", IEEE TEC 10, 2006.
/// \tparam S          models `space::search_space`
/// \tparam Surrogate  models `predictor::surrogate`, and is made of (descriptor, settings, key) as the default is
template <class S, class Surrogate = predictor::gaussian_process<space::decision_descriptor<S>>>
class bayesian : public detail::one_condition<S> {
  static_assert(predictor::require_surrogate<Surrogate>());
  static_assert(std::same_as<typename Surrogate::architecture, typename S::architecture>,
                "the surrogate is of other architectures");
  static_assert(std::copy_constructible<Surrogate>, "the surrogate of search::bayesian must be copy-constructible");
  using base = detail::one_condition<S>;
  using row = typename history<S>::row;

public:
  using typename base::architecture;

  /// \param condition  the number of the device or data set that it searches
  /// \throws error for a population below 2, and for fewer than two labels
  explicit bayesian(problem::definition<S> problem, bayesian_settings settings = {},
                    random_key key = random_key{.seed = 1}, std::size_t condition = 0)
      : base(std::move(problem), condition, key.fork("bayesian")), settings_(settings) {
    if (settings_.population < 2 || settings_.most_labels < 2) {
      throw error("search::bayesian",
                  "a population of " + std::to_string(settings_.population) + " and at most " +
                      std::to_string(settings_.most_labels) + " labels",
                  "at least 2 each");
    }
    const history<S>& known = this->known_;
    models_.reserve(known.objectives());
    if (settings_.first == 0) settings_.first = std::clamp<std::size_t>(known.decisions() + 1, 10, 40);
    for (std::size_t o = 0; o < known.objectives(); ++o) {
      models_.emplace_back(space::decision_descriptor<S>(known.space()), settings_.model,
                           key.fork("surrogate").fork(o));
    }
  }

  [[nodiscard]] std::vector<candidate<architecture>> ask(std::size_t n) {
    const history<S>& known = this->known_;
    std::vector<candidate<architecture>> asked;
    if (known.size() >= settings_.first && known.size() - known.failures() >= 2) {
      learn();
      asked = choose(n);
    }
    // At first, and where the search on the models finds nothing else.
    for (auto& c : this->ask_one_by_one(n - asked.size(), [&] { return this->known_.fresh(this->next_key()); })) {
      asked.push_back(std::move(c));
    }
    return asked;
  }

  [[nodiscard]] std::size_t batch() const noexcept { return settings_.batch; }

  [[nodiscard]] json save() const {
    json::array models;
    for (Surrogate model : models_) {
      const std::span<const double> learned = model.hyper_parameters();
      models.emplace_back(json::array(learned.begin(), learned.end()));
    }
    return json::object{{"search", base::save()}, {"models", std::move(models)}, {"learned", learned_}};
  }
  /// \throws error as `history::restore`, and for a state of other models
  void restore(const json& state) {
    const json::array& models = state.at("models").items();
    std::vector<std::vector<double>> all;
    for (const json& one : models) {
      all.emplace_back();
      for (const json& x : one.items()) all.back().push_back(x.number());
    }
    bool fits = all.size() == models_.size();
    for (std::size_t o = 0; fits && o < all.size(); ++o) fits = all[o].size() == models_[o].hyper_parameters().size();
    if (!fits) throw error("search::bayesian", "a state of other models");
    history<S> read(this->known_.problem(), this->known_.condition());
    read.restore(state.at("search").at("known"));
    const std::size_t learned = base::number_from(state.at("learned"), read.size());
    if (learned > 0 && read.size() - read.failures() < 2) throw error("search::bayesian", "a state without labels");
    base::restore(state.at("search"));
    for (std::size_t o = 0; o < all.size(); ++o) {
      std::copy(all[o].begin(), all[o].end(), models_[o].hyper_parameters().begin());
    }
    learned_ = learned;
    if (learned_ == 0) return;
    collect_labels();
    refit(labels_);
  }

private:
  /// What the models learn from.
  struct labels {
    std::vector<std::size_t> members;          // numbers of evaluations
    std::vector<architecture> architectures;   // theirs, and maybe some more
    std::vector<std::vector<double>> targets;  // of each objective, transformed
  };

  /// What the models expect, in the units of the objectives, all minimised: [architectures, objectives] each.
  struct prediction {
    std::vector<double> means;
    std::vector<double> deviations;
  };

  void learn() {
    if (learned_ == this->known_.size()) return;
    collect_labels();
    for (std::size_t o = 0; o < models_.size(); ++o) models_[o].train(labels_.architectures, labels_.targets[o]);
    learned_ = this->known_.size();
  }

  void collect_labels() {
    const history<S>& known = this->known_;
    labels_ = {};
    labels_.members = members();
    for (const std::size_t i : labels_.members) labels_.architectures.push_back(known.at(i));
    transforms_.clear();
    for (std::size_t o = 0; o < models_.size(); ++o) {
      std::vector<double> y;
      for (const std::size_t i : labels_.members) y.push_back(known.values(i)[o]);
      transforms_.push_back(detail::target_transform::of(y));
      for (double& v : y) v = transforms_.back()(v);
      labels_.targets.push_back(std::move(y));
    }
  }

  void refit(const labels& some) {
    for (std::size_t o = 0; o < models_.size(); ++o) models_[o].refit(some.architectures, some.targets[o]);
  }

  /// The evaluations that the models learn from, in the order in which they were told.
  [[nodiscard]] std::vector<std::size_t> members() const {
    const history<S>& known = this->known_;
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (!known.failed(i)) all.push_back(i);
    }
    if (all.size() <= settings_.most_labels) return all;
    const auto latest = static_cast<std::ptrdiff_t>(settings_.most_labels / 2);
    std::vector<std::size_t> chosen(all.end() - latest, all.end());
    all.resize(all.size() - static_cast<std::size_t>(latest));
    for (const std::size_t k : detail::best_first(all, detail::merits(known, all))) {
      if (chosen.size() == settings_.most_labels) break;
      chosen.push_back(all[k]);
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
  }

  [[nodiscard]] prediction predict(std::span<const architecture> some) const {
    const std::size_t m = models_.size();
    prediction p{std::vector<double>(some.size() * m), std::vector<double>(some.size() * m)};
    for (std::size_t o = 0; o < m; ++o) {
      const std::vector<predictor::estimate> estimates = models_[o].predict_with_deviations(some);
      for (std::size_t i = 0; i < some.size(); ++i) {
        const predictor::estimate e = transforms_[o].back(estimates[i]);
        p.means[i * m + o] = e.mean;
        p.deviations[i * m + o] = e.deviation;
      }
    }
    return p;
  }

  std::vector<candidate<architecture>> choose(std::size_t n) {
    history<S>& known = this->known_;
    std::vector<double> front;
    for (const std::size_t i : known.front()) front.insert(front.end(), known.values(i).begin(), known.values(i).end());
    labels believed = labels_;
    const auto believe = [&](const architecture& a, const double* means) {
      believed.architectures.push_back(a);
      for (std::size_t o = 0; o < models_.size(); ++o) {
        believed.targets[o].push_back(transforms_[o](means[o]));
        front.push_back(means[o]);
      }
      refit(believed);
    };
    for (const row& r : known.waiting()) {
      const architecture a = known.space().from_choices(r);
      believe(a, predict({&a, 1}).means.data());
    }
    const std::vector<row> pool = search_models();
    std::vector<architecture> architectures;
    for (const row& r : pool) architectures.push_back(known.space().from_choices(r));
    const std::vector<double> succeeds = detail::success_chances(known, std::span(pool));
    std::vector<candidate<architecture>> asked;
    while (asked.size() < n && asked.size() < pool.size()) {
      const prediction p = predict(architectures);
      const std::vector<double> improvement = improvements(p, front);
      std::size_t best = pool.size();
      double most = -1;
      for (std::size_t i = 0; i < pool.size(); ++i) {
        const double score = improvement[i] * succeeds[i] * keeps_limits(p, i);
        if (score > most && !known.is_known(pool[i])) {
          most = score;
          best = i;
        }
      }
      if (best == pool.size()) break;
      asked.push_back(known.note(pool[best]));
      if (asked.size() < n) believe(architectures[best], p.means.data() + best * models_.size());
    }
    refit(labels_);
    return asked;
  }

  /// The probability that architecture i keeps all limits.
  [[nodiscard]] double keeps_limits(const prediction& p, std::size_t i) const {
    double probability = 1;
    for (const problem::limit& l : this->known_.problem().limits) {
      const bool maximised = this->known_.problem().objectives[l.objective].sense == direction::maximise;
      const double excess = p.means[i * models_.size() + l.objective] - (maximised ? -l.bound : l.bound);
      const double deviation = std::max(p.deviations[i * models_.size() + l.objective], 1e-300);
      probability *= 0.5 * std::erfc(excess / (deviation * std::numbers::sqrt2));
    }
    return probability;
  }

  /// How much each architecture is expected to add to the front: the more the better, at least 0.
  [[nodiscard]] std::vector<double> improvements(const prediction& p, const std::vector<double>& front) {
    const std::size_t m = models_.size();
    if (front.empty()) return std::vector<double>(p.means.size() / m, 1.0);  // whatever keeps the limits
    std::vector<double> low(front.begin(), front.begin() + static_cast<std::ptrdiff_t>(m));
    std::vector<double> range = low;
    for (std::size_t i = 0; i < front.size(); ++i) {
      low[i % m] = std::min(low[i % m], front[i]);
      range[i % m] = std::max(range[i % m], front[i]);
    }
    for (std::size_t o = 0; o < m; ++o) {
      range[o] -= low[o];
      if (!(range[o] > 0)) range[o] = std::max(1e-3 * std::abs(low[o]), 1e-12);  // one point
    }
    const auto scaled = [&](std::vector<double> values, bool lengths) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = (lengths ? values[i] : values[i] - low[i % m]) / range[i % m];
      }
      return values;
    };
    const std::vector<double> means = scaled(p.means, false);
    const std::vector<double> deviations = scaled(p.deviations, true);
    if (m <= 3) {
      constexpr double beyond = 1.1;  // the reference: a tenth of the front's range behind it
      const std::vector<double> points = scaled(front, false);
      const pareto::expected_hypervolume_improvement improvement(pareto::points<double>(points, m),
                                                                 std::vector<double>(m, beyond));
      return improvement.values(pareto::points<double>(means, m), pareto::points<double>(deviations, m));
    }
    const random_key key = this->next_key();
    std::vector<double> weights(m);
    double sum = 0;
    for (std::size_t o = 0; o < m; ++o) sum += weights[o] = key.exponential(o);
    std::vector<double> result(means.size() / m);
    for (std::size_t i = 0; i < result.size(); ++i) {
      double largest = -std::numeric_limits<double>::infinity();
      double all = 0;
      for (std::size_t o = 0; o < m; ++o) {
        const double v = weights[o] / sum * (means[i * m + o] - settings_.optimism * deviations[i * m + o]);
        largest = std::max(largest, v);
        all += v;
      }
      result[i] = std::exp(-(largest + 0.05 * all));
    }
    return result;
  }

  /// What NSGA-II finds on the models and nobody has asked, in ascending order.
  [[nodiscard]] std::vector<row> search_models() {
    const history<S>& known = this->known_;
    const std::vector<std::size_t> best = detail::best_first(labels_.members, detail::merits(known, labels_.members));
    std::vector<row> pool;
    for (const double optimism : {0.0, settings_.optimism}) {
      nsga2<S> inner(known.problem(), {.population = settings_.population}, this->next_key());
      // From the best that are known, and draws.
      std::vector<architecture> some;
      for (const std::size_t k : best) {
        if (some.size() == settings_.population / 2) break;
        some.push_back(labels_.architectures[k]);
      }
      for (auto& c : inner.ask(settings_.population - some.size())) some.push_back(std::move(c.architecture));
      for (std::size_t g = 0; g <= settings_.generations && !some.empty(); ++g) {
        inner.tell(judged(some, optimism));
        some.clear();
        if (g == settings_.generations) break;
        for (auto& c : inner.ask(settings_.population)) some.push_back(std::move(c.architecture));
      }
      for (const std::size_t i : inner.population()) {
        const std::span<const space::choice_index> r = inner.known().choices(i);
        if (!known.is_known(r)) pool.emplace_back(r.begin(), r.end());
      }
    }
    std::sort(pool.begin(), pool.end());
    pool.erase(std::unique(pool.begin(), pool.end()), pool.end());
    return pool;
  }

  /// Architectures with what the models say of them, as if they were evaluated.
  [[nodiscard]] std::vector<problem::evaluation<architecture>> judged(std::span<const architecture> some,
                                                                      double optimism) const {
    const std::size_t m = models_.size();
    const prediction p = predict(some);
    std::vector<problem::evaluation<architecture>> all;
    for (std::size_t i = 0; i < some.size(); ++i) {
      std::vector<double> values(m);
      for (std::size_t o = 0; o < m; ++o) {
        values[o] = p.means[i * m + o] - optimism * p.deviations[i * m + o];
        if (this->known_.problem().objectives[o].sense == direction::maximise) values[o] = -values[o];
      }
      all.push_back({i, some[i], 0, std::move(values)});
    }
    return all;
  }

  bayesian_settings settings_;
  std::vector<Surrogate> models_;
  std::vector<detail::target_transform> transforms_;
  labels labels_;
  std::size_t learned_ = 0;  ///< evaluations that were told when the models were trained
};

}  // namespace paragon::search
