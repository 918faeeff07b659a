// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

#include "concepts.hpp"
#include "shape.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// Numbers on which the cost of an architecture depends linearly, under one or several hypotheses of how.
///
/// - `f.choices()`: the length of a relaxed architecture; `f.features()`: how many numbers come out, the first is 1.
/// - `f.hypotheses()`: how many hypotheses there are, at least 1. (Does a runtime skip operations whose output is not
///   used? One device does, another doesn't: each answer is a hypothesis.)
/// - `f.evaluate(h, row, out)`: the features of a relaxed architecture under hypothesis h.
/// - `f.add_adjoint(h, row, upstream, gradient)`: adds (d features / d row)^T upstream to `gradient`.
///
/// Features are polynomials in the entries of the row, so they extend from one-hot rows to relaxed ones.
template <class F, class T = float>
concept cost_features =
    std::copy_constructible<F> && requires(const F f, std::size_t h, std::span<const T> row, std::span<T> out) {
      { f.choices() } -> std::convertible_to<std::size_t>;
      { f.features() } -> std::convertible_to<std::size_t>;
      { f.hypotheses() } -> std::convertible_to<std::size_t>;
      f.evaluate(h, row, out);
      f.add_adjoint(h, row, row, out);
    };

/// Names what F lacks of `cost_features`: a failed assertion, in the compiler's first line of error.
template <class F, class T = float>
consteval bool require_cost_features() {
  static_assert(
      requires(const F f) {
        { f.choices() } -> std::convertible_to<std::size_t>;
      }, "cost features need `choices() const -> std::size_t`");
  static_assert(
      requires(const F f) {
        { f.features() } -> std::convertible_to<std::size_t>;
      }, "cost features need `features() const -> std::size_t`");
  static_assert(
      requires(const F f) {
        { f.hypotheses() } -> std::convertible_to<std::size_t>;
      }, "cost features need `hypotheses() const -> std::size_t`");
  static_assert(
      requires(const F f, std::span<const T> row, std::span<T> out) { f.evaluate(std::size_t{}, row, out); },
      "cost features need `evaluate(std::size_t h, std::span<const T> row, std::span<T> out) const`");
  static_assert(
      requires(const F f, std::span<const T> row, std::span<T> out) { f.add_adjoint(std::size_t{}, row, row, out); },
      "cost features need `add_adjoint(std::size_t h, std::span<const T> row, std::span<const T> upstream, "
      "std::span<T> gradient) const`");
  static_assert(cost_features<F, T>, "cost features must be copy-constructible");
  return true;
}

/// The features that any space has: 1, and the entry of each choice but the first of its decision.
template <class S>
class additive_features {
  static_assert(require_search_space<S>());

public:
  explicit additive_features(const S& space) : choices_(total_choices(space)) {
    std::size_t at = 0;
    for (std::size_t d = 0; d < space.decisions(); ++d) {
      for (std::size_t c = 0; c < space.choices(d); ++c, ++at) {
        if (c > 0) columns_.push_back(at);
      }
    }
  }

  [[nodiscard]] std::size_t choices() const noexcept { return choices_; }
  [[nodiscard]] std::size_t features() const noexcept { return columns_.size() + 1; }
  [[nodiscard]] static constexpr std::size_t hypotheses() noexcept { return 1; }

  template <class T>
  void evaluate(std::size_t, std::span<const T> row, std::span<T> out) const {
    out[0] = T(1);
    for (std::size_t i = 0; i < columns_.size(); ++i) out[i + 1] = row[columns_[i]];
  }
  template <class T>
  void add_adjoint(std::size_t, std::span<const T>, std::span<const T> upstream, std::span<T> gradient) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) gradient[columns_[i]] += upstream[i + 1];
  }

private:
  std::size_t choices_;
  std::vector<std::size_t> columns_;
};

}  // namespace paragon::space
