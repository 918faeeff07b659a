// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "choice_index.hpp"
#include "concepts.hpp"

namespace paragon::inline PARAGON_ISA::space {

namespace detail {

template <class D>
concept describes = requires(const D d, const typename D::architecture a, std::span<choice_index> choices,
                             std::span<double> features) { d.describe(a, choices, features); };

}  // namespace detail

/// What a predictor of quality looks at: the choices that matter, and numbers about the structure.
///
/// - `d.decisions()`, `d.choices(i)`: the choices that `d.describe` writes; a descriptor may map architectures that
///   compute the same function to the same choices, so that a label of one is a label of all.
/// - `d.group(i)`, optional: which decisions mean the same thing, see `has_groups`.
/// - `d.features()`: how many numbers it writes; may be 0.
/// - `d.describe(a, choices, features)` writes both; every entry is written.
template <class D>
concept architecture_descriptor = std::move_constructible<D> && has_architecture<D> && detail::counts_decisions<D> &&
                                  detail::counts_choices<D> && detail::counts_features<D> && detail::describes<D>;

/// Names what D lacks of `architecture_descriptor`.
template <class D>
consteval bool require_descriptor() {
  static_assert(
      requires { typename D::architecture; }, "a descriptor needs a type `architecture`");
  static_assert(require_architecture<D>());
  static_assert(detail::counts_decisions<D>, "a descriptor needs `decisions() const -> std::size_t`");
  static_assert(detail::counts_choices<D>, "a descriptor needs `choices(std::size_t i) const -> std::size_t`");
  static_assert(detail::counts_features<D>, "a descriptor needs `features() const -> std::size_t`");
  static_assert(detail::describes<D>,
                "a descriptor needs `describe(architecture, std::span<choice_index> choices, "
                "std::span<double> features) const`");
  static_assert(std::move_constructible<D>, "a descriptor must be move-constructible");
  return true;
}

/// The descriptor that any space has: its choices as they are, and no further numbers.
template <class S>
class choice_descriptor {
  static_assert(require_search_space<S>());

public:
  using architecture = typename S::architecture;

  choice_descriptor()
    requires std::default_initializable<S>
  = default;
  explicit choice_descriptor(S space) : space_(std::move(space)) {}

  [[nodiscard]] std::size_t decisions() const { return space_.decisions(); }
  [[nodiscard]] std::size_t choices(std::size_t d) const { return space_.choices(d); }
  [[nodiscard]] std::size_t group(std::size_t d) const { return group_of(space_, d); }
  [[nodiscard]] static constexpr std::size_t features() noexcept { return 0; }

  void describe(const architecture& a, std::span<choice_index> choices, std::span<double>) const {
    for (std::size_t d = 0; d < choices.size(); ++d) choices[d] = detail::to_choice_index(space_.choice(a, d));
  }

private:
  S space_;
};

}  // namespace paragon::space
