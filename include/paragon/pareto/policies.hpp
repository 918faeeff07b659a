// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>

#include "../core/direction.hpp"
#include "../core/list_view.hpp"

namespace paragon::pareto {

/// Of equal points, the first in input order stays. The default.
struct keep_first {
  friend bool operator==(keep_first, keep_first) = default;
};

/// Equal points stay or go together.
struct keep_all {
  friend bool operator==(keep_all, keep_all) = default;
};

/// A NaN among the objectives throws `paragon::error`, which names its row and column. The default.
struct nan_error {
  friend bool operator==(nan_error, nan_error) = default;
};

/// A NaN counts as the worst value there is: plus infinity where minimised, minus infinity where maximised.
struct nan_worst {
  friend bool operator==(nan_worst, nan_worst) = default;
};

template <class P>
concept duplicate_policy = std::same_as<P, keep_first> || std::same_as<P, keep_all>;

template <class P>
concept nan_policy = std::same_as<P, nan_error> || std::same_as<P, nan_worst>;

/// Policies in any order, each kind at most once.
template <class... P>
concept filter_policies = ((duplicate_policy<P> || nan_policy<P>)&&...) &&
                          ((duplicate_policy<P> ? 1 : 0) + ... + 0) <= 1 && ((nan_policy<P> ? 1 : 0) + ... + 0) <= 1;

/// At most one NaN policy; for algorithms where duplicates cannot change the result.
template <class... P>
concept measure_policies = (nan_policy<P> && ...) && sizeof...(P) <= 1;

/// One direction per objective; empty means that all are minimised.
using directions = list_view<direction>;

namespace detail {

template <class Wanted, class... P>
inline constexpr bool chosen = (std::same_as<Wanted, P> || ...);

}  // namespace detail
}  // namespace paragon::pareto
