// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "concepts.hpp"
#include "detail/choice_byte.hpp"

namespace paragon::space {

/// What a predictor of quality looks at: the choices that matter, and numbers about the structure.
///
/// - `d.decisions()`, `d.choices(i)`: the choices that `d.describe` writes; a descriptor may map architectures that
///   compute the same function to the same choices, so that a label of one is a label of all.
/// - `d.features()`: how many numbers it writes; may be 0.
/// - `d.describe(a, choices, features)` writes both; every entry is written.
template <class D>
concept architecture_descriptor =
    has_architecture<D> && requires(const D d, const typename D::architecture a, std::size_t i,
                                    std::span<std::uint8_t> choices, std::span<double> features) {
      { d.decisions() } -> std::convertible_to<std::size_t>;
      { d.choices(i) } -> std::convertible_to<std::size_t>;
      { d.features() } -> std::convertible_to<std::size_t>;
      d.describe(a, choices, features);
    };

/// The descriptor that any space has: its choices as they are, and no further numbers.
template <search_space S>
class choice_descriptor {
public:
  using architecture = typename S::architecture;

  choice_descriptor()
    requires std::default_initializable<S>
  = default;
  explicit choice_descriptor(S space) : space_(std::move(space)) {}

  [[nodiscard]] std::size_t decisions() const { return space_.decisions(); }
  [[nodiscard]] std::size_t choices(std::size_t d) const { return space_.choices(d); }
  [[nodiscard]] static constexpr std::size_t features() noexcept { return 0; }

  void describe(const architecture& a, std::span<std::uint8_t> choices, std::span<double>) const {
    for (std::size_t d = 0; d < choices.size(); ++d) choices[d] = detail::choice_byte(space_.choice(a, d));
  }

private:
  S space_;
};

}  // namespace paragon::space
