// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>

#include "../core/direction.hpp"
#include "../core/list_view.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

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

/// What runs blocks of an index range, as `paragon::thread_pool` does: `for_blocks(n, block, body)` calls
/// `body(begin, end)` for consecutive blocks of [0, n) of at most `block` indices, each once, and returns when all are
/// done.
template <class Pool>
concept block_runner =
    requires(Pool& pool, std::size_t n, void (*body)(std::size_t, std::size_t)) { pool.for_blocks(n, n, body); };

/// Works on the threads of a pool, which has to outlive the call. The result is the same as without.
///
/// \code
/// paragon::thread_pool pool(0);  // as many as the machine has
/// auto front = paragon::pareto::filter(designs, paragon::pareto::threaded(pool));
/// \endcode
template <block_runner Pool>
struct threaded {
  explicit threaded(Pool& runner) noexcept : pool(&runner) {}
  Pool* pool;
};

template <class P>
concept duplicate_policy = std::same_as<P, keep_first> || std::same_as<P, keep_all>;

template <class P>
concept nan_policy = std::same_as<P, nan_error> || std::same_as<P, nan_worst>;

namespace detail {

template <class P>
inline constexpr bool is_threaded = false;
template <class Pool>
inline constexpr bool is_threaded<threaded<Pool>> = true;

}  // namespace detail

/// Where the work is done; without one, on the calling thread.
template <class P>
concept execution_policy = detail::is_threaded<P>;

/// Policies in any order, each kind at most once.
template <class... P>
concept filter_policies = ((duplicate_policy<P> || nan_policy<P> || execution_policy<P>)&&...) &&
                          ((duplicate_policy<P> ? 1 : 0) + ... + 0) <= 1 && ((nan_policy<P> ? 1 : 0) + ... + 0) <= 1 &&
                          ((execution_policy<P> ? 1 : 0) + ... + 0) <= 1;

/// At most one NaN policy and one execution policy; for algorithms where duplicates cannot change the result.
template <class... P>
concept measure_policies = filter_policies<P...> && ((nan_policy<P> || execution_policy<P>)&&...);

/// One direction per objective; empty means that all are minimised.
using directions = list_view<direction>;

namespace detail {

template <class Wanted, class... P>
inline constexpr bool chosen = (std::same_as<Wanted, P> || ...);

/// All blocks on the calling thread.
struct inline_runner {
  template <class Body>
  static void for_blocks(std::size_t n, std::size_t block, Body&& body) {
    for (std::size_t begin = 0; begin < n; begin += block) body(begin, n - begin < block ? n : begin + block);
  }
};

inline inline_runner runner_of() noexcept { return {}; }
/// What runs the blocks: the pool of the execution policy among `policies`, or the calling thread.
template <class First, class... P>
decltype(auto) runner_of(First first, P... rest) noexcept {
  if constexpr (execution_policy<First>) {
    return (*first.pool);
  } else {
    return runner_of(rest...);
  }
}

}  // namespace detail
}  // namespace paragon::pareto
