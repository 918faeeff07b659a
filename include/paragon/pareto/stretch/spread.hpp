// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

#include "../candidates.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// How `stretch` cuts within the last front: which of its points join those of the fronts before.
///
/// Semantics: `spread(set, chosen, last, count)` returns `count` different members of `last`. `chosen` are the
/// candidates of the fronts before, `last` those of the front that does not fit, both rising; 0 < count < last.size().
/// Models: `by_crowding`, `by_contribution`, `by_rays`.
template <class S, class T>
concept spread_policy = objective_value<T> && requires(const S& spread, const candidates<T>& set,
                                                       std::span<const std::size_t> members, std::size_t count) {
  { spread(set, members, members, count) } -> std::same_as<std::vector<std::size_t>>;
};

}  // namespace paragon::pareto
