// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <span>

#include "../core/metric.hpp"
#include "../space/concepts.hpp"
#include "concepts.hpp"

namespace paragon::inline PARAGON_ISA::objective {

/// The exact number of trainable parameters, to be minimised. The same under every condition.
template <class S>
struct parameter_count {
  static_assert(space::require_costed_space<S>());

  S space{};
  static constexpr bool device_independent = true;  ///< a search asks once, not once for each device

  [[nodiscard]] static metric describe() { return {"parameters", "", direction::minimise}; }

  template <class Condition = unconditional>
  [[nodiscard]] double value(const typename S::architecture& a, const Condition& = {}) const {
    return static_cast<double>(space.parameters(a));
  }

  /// Expectation over a relaxed architecture; writes the derivative unless `gradient` is empty.
  template <class T>
    requires space::relaxed_costed_space<S, T>
  [[nodiscard]] double expected(std::span<const T> row, std::span<T> gradient) const {
    return static_cast<double>(space.expected_parameters(row, gradient));
  }
};

/// The exact number of multiply-accumulates of one forward pass, to be minimised. The same under every condition.
template <class S>
struct mac_count {
  static_assert(space::require_costed_space<S>());

  S space{};
  static constexpr bool device_independent = true;  ///< a search asks once, not once for each device

  [[nodiscard]] static metric describe() { return {"macs", "", direction::minimise}; }

  template <class Condition = unconditional>
  [[nodiscard]] double value(const typename S::architecture& a, const Condition& = {}) const {
    return static_cast<double>(space.macs(a));
  }

  /// Expectation over a relaxed architecture; writes the derivative unless `gradient` is empty.
  template <class T>
    requires space::relaxed_costed_space<S, T>
  [[nodiscard]] double expected(std::span<const T> row, std::span<T> gradient) const {
    return static_cast<double>(space.expected_macs(row, gradient));
  }
};

template <class S>
parameter_count(S) -> parameter_count<S>;
template <class S>
mac_count(S) -> mac_count<S>;

}  // namespace paragon::objective
