// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/json.hpp"
#include "../core/random_key.hpp"
#include "detail/merit.hpp"
#include "detail/one_condition.hpp"
#include "solver.hpp"
#include "variation.hpp"

namespace paragon::inline PARAGON_ISA::search {

struct nsga2_settings {
  std::size_t population = 30;  ///< parents, and children of a generation

  friend bool operator==(const nsga2_settings&, const nsga2_settings&) = default;
};

/// NSGA-II: a population whose best are found by fronts and crowding distance; parents by binary tournament.
///
/// The first `population` candidates are uniform draws. Whenever as many have been told as make a generation, the best
/// `population` of old and new stay: those that keep the limits first, then the least violation, failures last. Asked in
/// batches of `population` that is the published algorithm; asked one by one, children may have parents of an older
/// generation. Candidates that are known already are never asked again. Cost of a candidate: O(decisions); of a generation:
/// that of ranking 2 `population` points.
/// Models `solver`. Reference: Deb, Pratap, Agarwal, Meyarivan, "A fast and elitist multiobjective genetic algorithm:
/// NSGA-II", IEEE TEC 6, 2002.
/// \tparam S          models `space::search_space`
/// \tparam Variation  models `variation`
template <class S, class Variation = uniform_variation>
class nsga2 : public detail::one_condition<S> {
  static_assert(require_variation<Variation, S>());
  using base = detail::one_condition<S>;

public:
  using typename base::architecture;

  /// \param condition  the number of the device or data set that it searches
  /// \throws error for a population below 2
  explicit nsga2(problem::definition<S> problem, nsga2_settings settings = {}, random_key key = random_key{.seed = 1},
                 std::size_t condition = 0, Variation vary = {})
      : base(std::move(problem), condition, key.fork("nsga2")), settings_(settings), vary_(std::move(vary)) {
    if (settings_.population < 2) {
      throw error("search::nsga2", "a population of " + std::to_string(settings_.population), "at least 2");
    }
  }

  [[nodiscard]] std::vector<candidate<architecture>> ask(std::size_t n) {
    return this->ask_one_by_one(n, [&]() -> std::optional<candidate<architecture>> {
      const random_key key = this->next_key();
      if (parents_.size() < 2) return this->known_.fresh(key);
      return this->known_.fresh([&](std::size_t k) { return child(key, k); }, 40, key.fork("uniform"));
    });
  }

  void tell(std::span<const problem::evaluation<architecture>> some) {
    for (const auto& e : some) {
      base::tell({&e, 1});
      if (this->known_.size() - selected_ >= settings_.population) select();
    }
  }

  [[nodiscard]] std::size_t batch() const noexcept { return settings_.population; }

  /// The numbers, in `known()`, of those that may become parents, the best first.
  [[nodiscard]] std::span<const std::size_t> population() const noexcept { return parents_; }

  [[nodiscard]] json save() const {
    return json::object{
        {"search", base::save()}, {"parents", json::array(parents_.begin(), parents_.end())}, {"selected", selected_}};
  }
  /// \throws error as `history::restore`
  void restore(const json& state) {
    nsga2 read(*this);
    read.base::restore(state.at("search"));
    read.parents_ = read.numbers_from(state.at("parents"));
    read.selected_ = base::number_from(state.at("selected"), read.known_.size());
    base::restore(state.at("search"));
    parents_ = std::move(read.parents_);
    selected_ = read.selected_;
    measure();
  }

private:
  /// The k-th child of a couple, which the key chooses: of two children the first, then the second.
  [[nodiscard]] typename history<S>::row child(const random_key& key, std::size_t k) const {
    const random_key couple = key.fork(k / 2);
    typename history<S>::row a = winner(couple.fork("first"));
    typename history<S>::row b = winner(couple.fork("second"));
    vary_(this->known_.space(), std::span(a), std::span(b), couple.fork("variation"));
    return k % 2 == 0 ? a : b;
  }
  [[nodiscard]] typename history<S>::row winner(const random_key& key) const {
    const auto a = static_cast<std::size_t>(key.below(parents_.size(), 0));
    const auto b = static_cast<std::size_t>(key.below(parents_.size(), 1));
    const std::span<const space::choice_index> row =
        this->known_.choices(parents_[merits_[b].better_than(merits_[a]) ? b : a]);
    return {row.begin(), row.end()};
  }

  void select() {
    std::vector<std::size_t> all = parents_;
    for (; selected_ < this->known_.size(); ++selected_) all.push_back(selected_);
    const std::vector<detail::merit> how_good = detail::merits(this->known_, all);
    parents_.clear();
    for (const std::size_t k : detail::best_first(all, how_good)) {
      if (parents_.size() == settings_.population) break;
      parents_.push_back(all[k]);
    }
    measure();
  }
  void measure() { merits_ = detail::merits(this->known_, parents_); }

  nsga2_settings settings_;
  Variation vary_;
  std::vector<std::size_t> parents_;
  std::vector<detail::merit> merits_;  ///< of the parents, among themselves
  std::size_t selected_ = 0;           ///< how many evaluations the last selection has seen
};

}  // namespace paragon::search
