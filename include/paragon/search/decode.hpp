// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "../hypernetwork/relaxation.hpp"
#include "../preference/scalarisation.hpp"
#include "../space/shape.hpp"
#include "detail/default_scalarisation.hpp"
#include "detail/score_rows.hpp"

namespace paragon::inline PARAGON_ISA::search {

namespace detail {

/// The choices with the largest logits, decision by decision.
template <class T>
void largest(std::span<const std::size_t> offsets, const T* logits, std::span<space::choice_index> choices) {
  for (std::size_t d = 0; d < choices.size(); ++d) {
    choices[d] = static_cast<space::choice_index>(std::max_element(logits + offsets[d], logits + offsets[d + 1]) -
                                                  (logits + offsets[d]));
  }
}

}  // namespace detail

/// Turns the logits that a hypernetwork gives for the rays of one device into architectures.
///
/// `d(scorer, device, logits, preferences, key)`: logits of [rays, choices] and preferences of [rays, objectives], both
/// row-major; the result has a number in the scorer for each ray. Models: `arg_max`, `pooled`.
template <class D, class Scorer>
concept decoder = requires(const D& d, Scorer& scorer, std::size_t device, const std::vector<float>& logits,
                           std::span<const double> preferences, paragon::random_key key) {
  { d(scorer, device, logits, preferences, key) } -> std::same_as<std::vector<typename Scorer::id>>;
};

/// One architecture for each ray: the largest logit of every decision, as published.
struct arg_max {
  /// \param rows  logits, [rays, choices]
  /// \returns the numbers of the architectures in the scorer, ray by ray
  template <class Scorer, class Logits>
  [[nodiscard]] std::vector<typename Scorer::id> operator()(Scorer& scorer, std::size_t, const Logits& rows,
                                                            std::span<const double>, paragon::random_key = {}) const {
    const std::span logits(rows);
    const auto offsets = space::choice_offsets(scorer.space());
    if (logits.size() % offsets.back() != 0) {
      throw error("search::arg_max", std::to_string(logits.size()) + " logits",
                  "rows of " + std::to_string(offsets.back()));
    }
    std::vector<space::choice_index> choices(offsets.size() - 1);
    std::vector<typename Scorer::id> picks;
    for (std::size_t at = 0; at < logits.size(); at += offsets.back()) {
      detail::largest(offsets, logits.data() + at, choices);
      picks.push_back(scorer.intern(choices));
    }
    return picks;
  }
  friend bool operator==(arg_max, arg_max) = default;
};

/// One architecture for each ray from a pool that all rays of a device share.
///
/// The pool has each ray's largest logits and `samples` draws from its softmax to the power `sharpness`; then, for at
/// most `rounds` rounds, the neighbours of the `beam` architectures that each ray likes best. Each ray takes the best
/// of the pool by the scalarised objectives. Because all rays choose from one pool by the same scores, of two
/// objectives one can only improve along the rays when its weight rises (for scaled objectives of at least 0, as an
/// origin at the best gives them).
/// Cost: at most rays * samples + rounds * rays * beam * neighbours predictions for each device.
template <class Scalarisation = preference::smooth_tchebycheff>
struct pooled {
  static_assert(preference::require_scalarisation<Scalarisation>());

  Scalarisation scalarisation = detail::default_scalarisation<Scalarisation>();
  std::size_t samples = 64;
  std::size_t beam = 16;
  std::size_t rounds = 12;
  double sharpness = 0.5;

  /// \throws error where there are not as many rows of logits as rays, or for a setting of 0
  template <class Scorer, class Logits>
  [[nodiscard]] std::vector<typename Scorer::id> operator()(Scorer& scorer, std::size_t device, const Logits& rows,
                                                            std::span<const double> preferences,
                                                            paragon::random_key key) const {
    using id = typename Scorer::id;
    constexpr std::size_t m = Scorer::objectives;
    const std::span logits(rows);
    const auto offsets = space::choice_offsets(scorer.space());
    const std::size_t width = offsets.back();
    const std::size_t decisions = offsets.size() - 1;
    const std::size_t rays = preferences.size() / m;
    if (rays == 0 || preferences.size() != rays * m || logits.size() != rays * width) {
      throw error("search::pooled",
                  std::to_string(logits.size()) + " logits, " + std::to_string(preferences.size()) + " weights",
                  std::to_string(width) + " logits and " + std::to_string(m) + " weights for each ray");
    }
    if (beam == 0 || !(sharpness > 0)) {
      throw error("search::pooled", "beam " + std::to_string(beam) + ", sharpness " + number_text(sharpness),
                  "positive numbers");
    }
    std::vector<space::choice_index> choices(decisions);
    std::vector<std::vector<space::choice_index>> pool_choices;
    std::vector<id> pool;
    std::vector<bool> pooled_before;
    const auto add = [&] {
      const id i = scorer.intern(choices);
      if (i >= pooled_before.size()) pooled_before.resize(i + 1, false);
      if (pooled_before[i]) return;
      pooled_before[i] = true;
      pool.push_back(i);
      pool_choices.push_back(choices);
    };

    std::vector<double> p(width);
    for (std::size_t r = 0; r < rays; ++r) {
      const auto* row = logits.data() + r * width;
      detail::largest(offsets, row, choices);
      add();
      for (std::size_t d = 0; d < decisions; ++d) {
        const std::size_t n = offsets[d + 1] - offsets[d];
        std::vector<double> x(row + offsets[d], row + offsets[d + 1]);
        hypernetwork::detail::softmax(n, x.data(), 1.0 / sharpness, p.data() + offsets[d]);
      }
      for (std::size_t s = 0; s < samples; ++s) {
        for (std::size_t d = 0; d < decisions; ++d) {
          double u = key.uniform((r * samples + s) * decisions + d);
          std::size_t c = offsets[d];
          while (c + 1 < offsets[d + 1] && u >= p[c]) u -= p[c++];
          choices[d] = static_cast<space::choice_index>(c - offsets[d]);
        }
        add();
      }
    }

    std::vector<std::size_t> picks(rays * beam);  // ray by ray, the best of the pool first
    std::vector<std::pair<double, std::size_t>> ranked;
    std::vector<double> z;
    std::vector<double> scores;
    std::vector<bool> expanded;
    for (std::size_t round = 0;; ++round) {
      z.resize(pool.size() * m);
      scorer.score(pool, device, z);
      scores.resize(pool.size());
      for (std::size_t r = 0; r < rays; ++r) {
        detail::score_rows(scalarisation, std::span<const double>(z), preferences.subspan(r * m, m),
                           std::span<double>(scores));
        ranked.clear();
        for (std::size_t i = 0; i < pool.size(); ++i) ranked.emplace_back(scores[i], i);
        const std::size_t kept = std::min(beam, ranked.size());
        std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(kept), ranked.end());
        for (std::size_t k = 0; k < beam; ++k) picks[r * beam + k] = ranked[std::min(k, kept - 1)].second;
      }
      if (round == rounds) break;
      const std::size_t before = pool.size();
      expanded.resize(before, false);
      for (const std::size_t i : picks) {
        if (expanded[i]) continue;
        expanded[i] = true;
        choices = pool_choices[i];
        for (std::size_t d = 0; d < decisions; ++d) {
          const space::choice_index kept = choices[d];
          for (std::size_t c = 0; c < offsets[d + 1] - offsets[d]; ++c) {
            choices[d] = static_cast<space::choice_index>(c);
            add();
          }
          choices[d] = kept;
        }
      }
      if (pool.size() == before) break;
    }
    std::vector<id> result(rays);
    for (std::size_t r = 0; r < rays; ++r) result[r] = pool[picks[r * beam]];
    return result;
  }

  friend bool operator==(const pooled&, const pooled&) = default;
};

}  // namespace paragon::search
