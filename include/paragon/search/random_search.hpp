// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "../core/random_key.hpp"
#include "detail/one_condition.hpp"
#include "solver.hpp"

namespace paragon::inline PARAGON_ISA::search {

struct random_search_settings {
  std::size_t batch = 32;

  friend bool operator==(const random_search_settings&, const random_search_settings&) = default;
};

/// Random search: architectures whose choices are drawn uniformly, each once. What every other solver must beat.
///
/// O(decisions) a candidate. Models `solver`.
/// Reference: Li, Talwalkar, "Random search and reproducibility for neural architecture search", UAI 2019.
/// \tparam S  models `space::search_space`
template <class S>
class random_search : public detail::one_condition<S> {
public:
  using typename detail::one_condition<S>::architecture;

  /// \param condition  the number of the device or data set that it searches
  explicit random_search(problem::definition<S> problem, random_search_settings settings = {},
                         random_key key = random_key{.seed = 1}, std::size_t condition = 0)
      : detail::one_condition<S>(std::move(problem), condition, key.fork("random search")), settings_(settings) {}

  [[nodiscard]] std::vector<candidate<architecture>> ask(std::size_t n) {
    return this->ask_one_by_one(n, [&] { return this->known_.fresh(this->next_key()); });
  }
  [[nodiscard]] std::size_t batch() const noexcept { return settings_.batch; }

private:
  random_search_settings settings_;
};

}  // namespace paragon::search
