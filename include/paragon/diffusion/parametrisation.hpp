// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>

#include "../autodiff/arithmetic.hpp"
#include "../autodiff/columns.hpp"
#include "../autodiff/elementwise.hpp"
#include "../autodiff/reduce.hpp"
#include "../autodiff/softmax.hpp"
#include "../backend/lanes.hpp"
#include "../core/host_device.hpp"
#include "../nn/initialise.hpp"
#include "noisy_batch.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// What the numbers mean that a score network ends in, one row of `outputs(operators)` for each row of an operator
/// matrix.
///
/// - `name`: kept in files of weights.
/// - `first()`: how the last layer's weights begin (an `nn::initialiser`).
/// - `has_prior`: whether a bias of its own for every row is added, [nodes, outputs].
/// - `loss(raw, batch)`: what training makes small, a variable of one element. `raw` is [graphs * nodes, outputs].
/// - `score<Backend>(at, nodes, operators, raw, x, out)`: the score at x, in panels of `backend::lanes`.
/// - `expected<Backend>(...)` with the same arguments: E[x_0 | x_t = x].
template <class P>
concept parametrisation =
    std::copyable<P> && std::default_initializable<P> && requires(const P p, std::size_t operators) {
      { P::name } -> std::convertible_to<std::string_view>;
      { p.outputs(operators) } -> std::same_as<std::size_t>;
      { P::first() } -> nn::initialiser;
      { P::has_prior } -> std::convertible_to<bool>;
    };

namespace detail {

/// (scale expected - x) / deviation^2
template <class T>
struct score_of_expected {
  T scale, precision;
  PARAGON_HOST_DEVICE T operator()(T expected, T x) const noexcept { return precision * (scale * expected - x); }
};

/// (x + deviation^2 score) / scale
template <class T>
struct expected_of_score {
  T inverse, variance;
  PARAGON_HOST_DEVICE T operator()(T score, T x) const noexcept { return inverse * (x + variance * score); }
};

}  // namespace detail

/// The score itself, as published; trained by denoising score matching, |deviation score + noise|^2 on average.
struct raw_score {
  static constexpr std::string_view name = "raw_score";
  static constexpr bool has_prior = false;

  [[nodiscard]] static constexpr std::size_t outputs(std::size_t operators) noexcept { return operators; }
  [[nodiscard]] static constexpr nn::fan_in_uniform first() noexcept { return {.gain = 0.57735026918962576}; }

  /// 1 for a score of zeros.
  template <class C, class T = typename C::value_type, class B = typename C::backend_type>
  [[nodiscard]] autodiff::variable<C> loss(autodiff::variable<C> raw, const noisy_batch<T, B>& batch) const {
    using namespace autodiff;
    auto& context = raw.context();
    const auto by_graph = reshape(raw, {batch.graphs, batch.each()});
    return mean(square(add(multiply(by_graph, context.constant(batch.deviation)),
                           context.constant(batch.noise.data(), {batch.graphs, batch.each()}))));
  }

  template <class B, class T>
  void score(const moment&, std::size_t nodes, std::size_t operators, const T* raw, const T*, T* out) const {
    B::copy(out, raw, sizeof(T) * nodes * operators * backend::lanes<B>::width);
  }
  template <class B, class T>
  void expected(const moment& at, std::size_t nodes, std::size_t operators, const T* raw, const T* x, T* out) const {
    const detail::expected_of_score<T> f{static_cast<T>(1 / at.scale), static_cast<T>(at.deviation * at.deviation)};
    B::map(f, nodes * operators * backend::lanes<B>::width, out, raw, x);
  }

  friend bool operator==(raw_score, raw_score) = default;
};

namespace detail {

/// Cross-entropy of the classes of rows, given the logits that the noisy row itself adds to what the network says.
template <bool Absent>
struct classes_of_rows {
  static constexpr bool has_prior = true;

  friend bool operator==(classes_of_rows, classes_of_rows) = default;

  [[nodiscard]] static constexpr std::size_t outputs(std::size_t operators) noexcept { return operators + Absent; }
  [[nodiscard]] static constexpr nn::fill first() noexcept { return {.value = 0}; }

  template <class C, class T = typename C::value_type, class B = typename C::backend_type>
  [[nodiscard]] autodiff::variable<C> loss(autodiff::variable<C> raw, const noisy_batch<T, B>& batch) const {
    using namespace autodiff;
    auto& context = raw.context();
    const std::size_t rows = batch.graphs * batch.nodes;
    const shape by_graph{batch.graphs, batch.each()};
    const shape by_row{rows, batch.operators};
    auto evidence =
        reshape(multiply(context.constant(batch.noisy.data(), by_graph), context.constant(batch.sharpness)), by_row);
    auto wanted = affine(context.constant(batch.clean.data(), by_row), T(0.5), T(0.5));
    if constexpr (Absent) {
      evidence = concatenate(evidence, affine(context.constant(batch.absent), T(0)));
      wanted = concatenate(wanted, context.constant(batch.absent));
    }
    return sum(multiply(log_softmax(add(raw, evidence)), wanted), T(-1) / static_cast<T>(rows));
  }

  template <class B, class T>
  void expected(const moment& at, std::size_t nodes, std::size_t operators, const T* raw, const T* x, T* out) const {
    const T sharpness = static_cast<T>(2 * at.scale / (at.deviation * at.deviation));
    backend::lanes<B>::posterior(nodes, operators, outputs(operators), sharpness, raw, x, out);
  }
  template <class B, class T>
  void score(const moment& at, std::size_t nodes, std::size_t operators, const T* raw, const T* x, T* out) const {
    expected<B>(at, nodes, operators, raw, x, out);
    const score_of_expected<T> f{static_cast<T>(at.scale), static_cast<T>(1 / (at.deviation * at.deviation))};
    B::map(f, nodes * operators * backend::lanes<B>::width, out, static_cast<const T*>(out), x);
  }
};

}  // namespace detail

/// For matrices of one-hot rows, scaled to -1 and 1: logits of the operators, given all that the noisy matrix says
/// besides the row itself. What the row itself says is added in closed form: 2 scale / deviation^2 x. The prior holds
/// the logarithms of how frequent each operator is in each row, so that only what rows have to do with each other is
/// left to learn.
///
/// Noise is independent from row to row, so by Bayes' rule softmax(logits + 2 scale / deviation^2 x) is the exact
/// posterior where the logits are log p(operator | the other rows). The network has to learn the data's structure
/// alone, not the noise; zero logits are already right for rows without structure. Trained by the cross-entropy of the
/// true operator, whose optimum is the exact posterior mean and so the exact score, for any weighting of noise levels.
/// Reference: the x_0-parametrisation of Austin et al., NeurIPS 2021, with the likelihood of Gaussian noise factored
/// out.
struct one_hot_rows : detail::classes_of_rows<false> {
  static constexpr std::string_view name = "one_hot_rows";
  friend bool operator==(one_hot_rows, one_hot_rows) = default;
};

/// The same for rows that may be absent, all -1: one more class, the last.
struct one_hot_or_absent_rows : detail::classes_of_rows<true> {
  static constexpr std::string_view name = "one_hot_or_absent_rows";
  friend bool operator==(one_hot_or_absent_rows, one_hot_or_absent_rows) = default;
};

}  // namespace paragon::diffusion
