// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "detail/merit.hpp"
#include "detail/one_condition.hpp"
#include "solver.hpp"
#include "variation.hpp"

namespace paragon::inline PARAGON_ISA::search {

struct evolution_settings {
  std::size_t population = 50;  ///< the youngest that may become parents
  std::size_t sample = 10;      ///< of them compete
  double mutations = 1.5;       ///< decisions that change, on average
  std::size_t batch = 8;

  friend bool operator==(const evolution_settings&, const evolution_settings&) = default;
};

/// Regularised evolution for several objectives: the parent is the best of a sample of the youngest, a child is the parent
/// with a mutation, and the oldest dies, however good it was.
///
/// The best of a sample is the one in the first front with the most room (see `nsga2`). The first `population` candidates
/// are uniform draws. O(sample log sample + decisions) a candidate. Models `solver`.
/// Reference: Real, Aggarwal, Huang, Le, "Regularized evolution for image classifier architecture search", AAAI 2019; for
/// several objectives as by Guerrero-Viu and others, "Bag of baselines for multi-objective joint NAS and HPO", 2021.
/// \tparam S  models `space::search_space`
template <class S>
class evolution : public detail::one_condition<S> {
  using base = detail::one_condition<S>;

public:
  using typename base::architecture;

  /// \param condition  the number of the device or data set that it searches
  /// \throws error for an empty population or sample
  explicit evolution(problem::definition<S> problem, evolution_settings settings = {},
                     random_key key = random_key{.seed = 1}, std::size_t condition = 0)
      : base(std::move(problem), condition, key.fork("evolution")), settings_(settings) {
    if (settings_.population == 0 || settings_.sample == 0) {
      throw error("search::evolution",
                  "a population of " + std::to_string(settings_.population) + " and a sample of " +
                      std::to_string(settings_.sample),
                  "at least 1 each");
    }
  }

  [[nodiscard]] std::vector<candidate<architecture>> ask(std::size_t n) {
    return this->ask_one_by_one(n, [&]() -> std::optional<candidate<architecture>> {
      const random_key key = this->next_key();
      if (this->known_.size() < settings_.population) return this->known_.fresh(key);
      const std::size_t parent = best_of_sample(key.fork("sample"));
      const uniform_variation vary{.mutations = settings_.mutations};
      return this->known_.fresh(
          [&](std::size_t k) {
            const auto row = this->known_.choices(parent);
            typename history<S>::row child(row.begin(), row.end());
            vary.mutate(this->known_.space(), std::span(child), key.fork(k));
            return child;
          },
          40, key.fork("uniform"));
    });
  }

  [[nodiscard]] std::size_t batch() const noexcept { return settings_.batch; }

private:
  [[nodiscard]] std::size_t best_of_sample(const random_key& key) const {
    std::vector<std::size_t> sample(settings_.sample);
    for (std::size_t k = 0; k < sample.size(); ++k) {
      sample[k] = this->known_.size() - 1 - static_cast<std::size_t>(key.below(settings_.population, k));
    }
    std::sort(sample.begin(), sample.end());
    sample.erase(std::unique(sample.begin(), sample.end()), sample.end());
    return sample[detail::best_first(sample, detail::merits(this->known_, sample)).front()];
  }

  evolution_settings settings_;
};

}  // namespace paragon::search
