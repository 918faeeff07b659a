// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "../core/json.hpp"
#include "../core/random_key.hpp"
#include "../space/neighbours.hpp"
#include "detail/merit.hpp"
#include "detail/one_condition.hpp"
#include "solver.hpp"

namespace paragon::inline PARAGON_ISA::search {

struct local_search_settings {
  std::size_t first = 20;  ///< uniform draws to begin with
  std::size_t batch = 8;

  friend bool operator==(const local_search_settings&, const local_search_settings&) = default;
};

/// Pareto local search: asks neighbours of the front, architectures that differ from a member in one decision.
///
/// Each candidate is a neighbour, in random order, of the member of the front that had the fewest of its neighbours asked;
/// of several such the one with the most room. A member whose neighbours are all known is done; when the whole front is, it
/// goes on with uniform draws. Cost of a candidate: O(front log front), and O(choices * decisions) once a member.
/// Models `solver`. Reference: Paquete, Chiarandini, Stützle, "Pareto local optimum sets in the biobjective traveling
/// salesman problem", 2004; White, Nolen, Savani, "Exploring the loss landscape in neural architecture search", UAI 2021.
/// \tparam S  models `space::search_space`
template <class S>
class local_search : public detail::one_condition<S> {
  using base = detail::one_condition<S>;

public:
  using typename base::architecture;

  /// \param condition  the number of the device or data set that it searches
  explicit local_search(problem::definition<S> problem, local_search_settings settings = {},
                        random_key key = random_key{.seed = 1}, std::size_t condition = 0)
      : base(std::move(problem), condition, key.fork("local search")), settings_(settings) {}

  [[nodiscard]] std::vector<candidate<architecture>> ask(std::size_t n) {
    return this->ask_one_by_one(n, [&]() -> std::optional<candidate<architecture>> {
      const random_key key = this->next_key();
      if (this->known_.size() < settings_.first) return this->known_.fresh(key);
      while (const std::optional<std::size_t> member = next_member()) {
        std::size_t& explored = explored_[*member];
        const std::vector<architecture> around = neighbours(*member);
        while (explored < around.size()) {
          const auto row = space::choices_of(this->known_.space(), around[explored++]);
          if (!this->known_.is_known(row)) return this->known_.note(row);
        }
        explored = all;
      }
      return this->known_.fresh(key);
    });
  }

  [[nodiscard]] std::size_t batch() const noexcept { return settings_.batch; }

  [[nodiscard]] json save() const {
    json::array explored;
    for (const std::size_t e : explored_) explored.emplace_back(e == all ? json() : json(e));
    return json::object{{"search", base::save()}, {"explored", std::move(explored)}};
  }
  /// \throws error as `history::restore`
  void restore(const json& state) {
    std::vector<std::size_t> explored;
    for (const json& e : state.at("explored").items()) {
      explored.push_back(e.is_null() ? all : static_cast<std::size_t>(e.integer()));
    }
    base::restore(state.at("search"));
    explored_ = std::move(explored);
    of_ = none;
  }

private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  static constexpr std::size_t all = none;  // of its neighbours

  /// The member of the front whose neighbours come next.
  [[nodiscard]] std::optional<std::size_t> next_member() {
    explored_.resize(this->known_.size());
    const std::vector<std::size_t>& front = this->known_.front();
    std::size_t fewest = all;
    for (const std::size_t i : front) fewest = std::min(fewest, explored_[i]);
    if (fewest == all) return std::nullopt;
    const std::vector<detail::merit> how_good = detail::merits(this->known_, front);
    std::optional<std::size_t> best;
    for (std::size_t k = 0; k < front.size(); ++k) {
      if (explored_[front[k]] == fewest && (!best || how_good[k].better_than(how_good[*best]))) best = k;
    }
    return front[*best];
  }

  /// All neighbours of evaluation i, in an order of its own.
  [[nodiscard]] const std::vector<architecture>& neighbours(std::size_t i) {
    if (of_ != i) {
      around_ = space::neighbours(this->known_.space(), this->known_.at(i));
      this->key_.fork("neighbours").fork(i).shuffle(around_);
      of_ = i;
    }
    return around_;
  }

  local_search_settings settings_;
  std::vector<std::size_t> explored_;  ///< of each evaluation: how many of its neighbours were looked at
  std::vector<architecture> around_;   ///< the neighbours of evaluation `of_`
  std::size_t of_ = none;
};

}  // namespace paragon::search
