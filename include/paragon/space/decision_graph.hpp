// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "choice_index.hpp"
#include "concepts.hpp"
#include "decision.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// Which column of `decision_graph` is the entry of a choice.
enum class decision_columns : std::uint8_t {
  by_group,  ///< each group of decisions has columns of its own: as many as their choices, together
  shared     ///< choice c is column c for all decisions: as many as the most choices
};

struct inactive_first {};   ///< of `decision_graph`: an inactive decision has its first choice, as `choice` says
struct inactive_absent {};  ///< its row is empty

/// The graph of any space, for score networks and graph predictors: a node a decision, whose row is one-hot.
///
/// Decisions of a group have their entries in the same columns, so a network that embeds a column (as score networks do)
/// embeds what a choice means once for the group, and tells groups apart. That is the default; without groups, or with
/// decisions of hundreds of choices, the columns are many and `decision_columns::shared` has fewer, and leaves it to the
/// network to tell rows apart by where they stand.
/// With `inactive_first` the encoding is linear: each entry of a one-hot row is copied to `position`, and guidance and
/// relaxations pass through. With `inactive_absent` a row says whether its decision is active, for parametrisations with
/// absent rows. Every node is joined to every node, itself included. `decode` takes the largest entry of each decision,
/// of equal ones the first; NaN is an error.
/// \tparam Inactive  `inactive_first` or `inactive_absent`
template <class S, class Inactive = inactive_first>
class decision_graph {
  static_assert(require_search_space<S>());
  static_assert(std::same_as<Inactive, inactive_first> || std::same_as<Inactive, inactive_absent>,
                "Inactive is inactive_first or inactive_absent");

public:
  using architecture = typename S::architecture;

  /// \throws error for decisions of a group that differ in the number of choices
  explicit decision_graph(S space, decision_columns columns = decision_columns::by_group)
      : space_(std::move(space)), columns_(columns) {
    std::map<std::size_t, std::size_t> first_of;  // the first decision of each group
    for (std::size_t d = 0; d < space_.decisions(); ++d) {
      const std::size_t count = space_.choices(d);
      if (columns == decision_columns::shared) {
        begin_.push_back(0);
        features_ = std::max(features_, count);
        continue;
      }
      const auto [known, added] = first_of.try_emplace(group_of(space_, d), d);
      if (space_.choices(known->second) != count) {
        throw error("space::decision_graph",
                    "decisions " + std::to_string(known->second) + " and " + std::to_string(d) + " of one group with " +
                        std::to_string(space_.choices(known->second)) + " and " + std::to_string(count) + " choices",
                    "equally many");
      }
      begin_.push_back(added ? features_ : begin_[known->second]);
      if (added) features_ += count;
    }
  }

  [[nodiscard]] std::size_t nodes() const noexcept { return begin_.size(); }
  [[nodiscard]] std::size_t features() const noexcept { return features_; }

  template <class T>
  void encode(const architecture& a, std::span<T> x) const {
    std::fill(x.begin(), x.end(), T(0));
    for (std::size_t d = 0; d < begin_.size(); ++d) {
      if constexpr (std::same_as<Inactive, inactive_absent>) {
        if (!is_active(space_, a, d)) continue;
      }
      x[entry(d, space_.choice(a, d))] = T(1);
    }
  }

  template <class T>
  void adjacency(std::span<T> m) const {
    std::fill(m.begin(), m.end(), T(1));
  }

  /// Where the entry of choice `c` of decision `d` lies.
  [[nodiscard]] std::size_t position(std::size_t d, std::size_t c) const
    requires std::same_as<Inactive, inactive_first>
  {
    return entry(d, c);
  }

  /// \throws error for a matrix of another size, and for NaN in an entry of a choice
  template <class T>
  [[nodiscard]] architecture decode(std::span<const T> x) const {
    if (x.size() != nodes() * features_) {
      throw error("space::decision_graph::decode", std::to_string(x.size()) + " entries",
                  std::to_string(nodes() * features_));
    }
    std::vector<choice_index> row(nodes());
    for (std::size_t d = 0; d < row.size(); ++d) {
      const T* entries = x.data() + entry(d, 0);
      const std::size_t count = space_.choices(d);
      std::size_t best = 0;
      for (std::size_t c = 0; c < count; ++c) {
        if (entries[c] != entries[c]) {
          throw error("space::decision_graph::decode",
                      "choice " + std::to_string(c) + " of decision " + std::to_string(d) + " is NaN", "numbers");
        }
        if (entries[c] > entries[best]) best = c;
      }
      row[d] = detail::to_choice_index(best);
    }
    return space_.from_choices(row);
  }

  /// The names of the rows, and of the columns: by the first decision of a group, or by number where they are shared.
  [[nodiscard]] std::vector<std::string> node_names() const {
    std::vector<std::string> names;
    for (std::size_t d = 0; d < nodes(); ++d) names.push_back(decision_name(space_, d));
    return names;
  }
  [[nodiscard]] std::vector<std::string> feature_names() const {
    std::vector<std::string> names(features_);
    for (std::size_t d = 0; d < nodes(); ++d) {
      for (std::size_t c = 0; c < space_.choices(d); ++c) {
        std::string& name = names[begin_[d] + c];
        if (!name.empty()) continue;
        name = columns_ == decision_columns::shared ? "choice " + std::to_string(c)
                                                    : decision_name(space_, d) + ' ' + choice_text(space_, d, c);
      }
    }
    return names;
  }

  [[nodiscard]] const S& space() const noexcept { return space_; }

private:
  [[nodiscard]] std::size_t entry(std::size_t d, std::size_t c) const { return d * features_ + begin_[d] + c; }

  S space_;
  decision_columns columns_;
  std::vector<std::size_t> begin_;  // the column of each decision's first choice
  std::size_t features_ = 0;
};

}  // namespace paragon::space
