// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "described_decision.hpp"

namespace paragon::inline PARAGON_ISA::space::detail {

/// Counts the architectures of `described`: rows that differ in a decision that is not active are one.
///
/// Decisions that conditions tie together are counted apart from the others, and the counts multiplied. Of those that
/// conditions are on, all ways to take a choice are gone through, where choices that make the same decisions active go
/// together; each of the others then multiplies by its choices where it is active.
class described_counter {
public:
  explicit described_counter(const described_data& data) : data_(data), active_(data.decisions.size()) {
    std::vector<std::size_t> parent(data.decisions.size());
    std::iota(parent.begin(), parent.end(), std::size_t{0});
    const auto root = [&](std::size_t d) {
      while (parent[d] != d) d = parent[d] = parent[parent[d]];
      return d;
    };
    kinds_.resize(data.decisions.size());
    std::vector<std::vector<std::pair<std::size_t, std::size_t>>> conditions_on(data.decisions.size());
    for (std::size_t d = 0; d < data.decisions.size(); ++d) {
      for (std::size_t k = 0; k < data.decisions[d].conditions.size(); ++k) {
        const std::size_t on = data.decisions[d].conditions[k].on;
        conditions_on[on].emplace_back(d, k);
        parent[root(d)] = root(on);
      }
    }
    for (std::size_t d = 0; d < data.decisions.size(); ++d) {
      if (!conditions_on[d].empty()) add_kinds(d, conditions_on[d]);
    }
    std::map<std::size_t, component> components;
    for (const std::size_t d : data.order) {
      component& c = components[root(d)];
      (conditions_on[d].empty() ? c.others : c.deciding).push_back(d);
    }
    for (auto& [ignored, c] : components) components_.push_back(std::move(c));
  }

  /// Nothing for 2^64 and more, and where counting would take more than about a million steps.
  [[nodiscard]] std::optional<std::uint64_t> count() {
    std::uint64_t all = 1;
    for (const component& c : components_) {
      std::uint64_t each = 0;
      if (c.deciding.size() > deepest || !visit(c, 0, 1, each) || __builtin_mul_overflow(all, each, &all)) {
        return std::nullopt;
      }
    }
    return all;
  }

private:
  static constexpr std::size_t deepest = 1000;  // calls of `visit` in each other
  static constexpr std::size_t most_steps = 1U << 20U;

  struct component {
    std::vector<std::size_t> deciding;  // conditions are on these; in order of activity
    std::vector<std::size_t> others;
  };
  struct choice_kind {
    std::size_t choice;  // one of them
    std::uint64_t count;
  };

  void add_kinds(std::size_t d, const std::vector<std::pair<std::size_t, std::size_t>>& conditions) {
    std::map<std::vector<bool>, choice_kind> known;
    std::vector<bool> holds(conditions.size());
    for (std::size_t c = 0; c < data_.decisions[d].count; ++c) {
      for (std::size_t k = 0; k < conditions.size(); ++k) {
        holds[k] = data_.decisions[conditions[k].first].conditions[conditions[k].second].holds[c];
      }
      ++known.try_emplace(holds, choice_kind{c, 0}).first->second.count;
    }
    for (const auto& [ignored, kind] : known) kinds_[d].push_back(kind);
  }

  [[nodiscard]] bool is_active(std::size_t d) const {
    for (const described_condition& c : data_.decisions[d].conditions) {
      const std::optional<std::size_t> choice = active_[c.on];
      if (!choice || !c.holds[*choice]) return false;
    }
    return true;
  }

  /// Adds to `sum` how many ways there are from decision `i` on, `ways` times. \returns whether they could be counted
  bool visit(const component& c, std::size_t i, std::uint64_t ways, std::uint64_t& sum) {
    if (++steps_ > most_steps) return false;
    if (i == c.deciding.size()) {
      for (const std::size_t d : c.others) {
        if (++steps_ > most_steps) return false;
        if (is_active(d) && __builtin_mul_overflow(ways, data_.decisions[d].count, &ways)) return false;
      }
      return !__builtin_add_overflow(sum, ways, &sum);
    }
    const std::size_t d = c.deciding[i];
    active_[d].reset();
    if (!is_active(d)) return visit(c, i + 1, ways, sum);
    for (const choice_kind& kind : kinds_[d]) {
      std::uint64_t more = 0;
      if (__builtin_mul_overflow(ways, kind.count, &more)) return false;
      active_[d] = kind.choice;
      if (!visit(c, i + 1, more, sum)) return false;
    }
    return true;
  }

  const described_data& data_;
  std::vector<std::vector<choice_kind>> kinds_;  // of the choices of a decision that conditions are on
  std::vector<component> components_;
  std::vector<std::optional<std::size_t>> active_;  // the choice of a deciding decision that is active
  std::size_t steps_ = 0;
};

}  // namespace paragon::space::detail
