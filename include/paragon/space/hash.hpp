// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "concepts.hpp"
#include "detail/choice_digest.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// A 64-bit hash of an architecture's choices; equal architectures have equal hashes, on every machine. O(decisions).
///
/// Architectures of a space of fewer than 2^64 choice rows never collide; in larger spaces they do as seldom as random
/// numbers, for every decision has its part in all bits. The low bits are fit for hash tables.
template <class S>
[[nodiscard]] constexpr std::uint64_t hash(const S& space, const architecture_of<S>& a) {
  static_assert(require_decisions<S>());
  detail::choice_digest digest;
  for (std::size_t d = 0; d < space.decisions(); ++d) {
    digest.add(static_cast<std::size_t>(space.choice(a, d)), static_cast<std::size_t>(space.choices(d)));
  }
  return digest.value();
}

/// The hash as a function object for unordered containers.
///
/// \code
/// std::unordered_set<my_space::architecture, paragon::space::hasher<my_space>> seen;
/// std::unordered_set<other, paragon::space::hasher<other_space>> more(0, paragon::space::hasher(space));
/// \endcode
template <class S>
struct hasher {
  static_assert(require_decisions<S>());

  hasher()
    requires std::default_initializable<S>
  = default;
  hasher(S of) : space(std::move(of)) {}

  S space;

  [[nodiscard]] std::size_t operator()(const typename S::architecture& a) const {
    return static_cast<std::size_t>(hash(space, a));
  }
};

}  // namespace paragon::space
