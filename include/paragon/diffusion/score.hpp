// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>

#include "../backend/cpu.hpp"
#include "../tensor/tensor.hpp"
#include "schedule.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

namespace detail {

template <class F>
concept prepares = requires(F& f, std::span<const moment> way) { f.prepare(way); };
template <class F, class T, class Backend>
concept evaluates =
    requires(F& f, const tensor<T, Backend>& x, std::size_t i, tensor<T, Backend>& out) { f.evaluate(x, i, out); };

}  // namespace detail

/// What solvers follow: the gradient of the log density of x_t, for a batch of samples at the same moment.
///
/// - `f.prepare(way)`: called once before a run, with all moments at which the score will be asked for. What depends on
///   time alone is computed here.
/// - `f.evaluate(x, i, out)`: writes the score of every sample at `way[i]`. `x` and `out` are [samples, nodes,
///   features]. The score of a sample depends on nothing but that sample: not on the others, nor on their number.
///   `samples` is never more than in the first call of a run, so that memory taken there serves to the end.
/// - `f.select(first)`: optional; says before each batch which number its first sample has.
template <class F, class T = float, class Backend = backend::cpu>
concept score_function = detail::prepares<F> && detail::evaluates<F, T, Backend>;

/// Names what F lacks of `score_function`: a failed assertion, in the compiler's first line of error.
template <class F, class T = float, class Backend = backend::cpu>
consteval bool require_score() {
  static_assert(detail::prepares<F>, "a score needs `prepare(std::span<const diffusion::moment> way)`");
  static_assert(detail::evaluates<F, T, Backend>,
                "a score needs `evaluate(const tensor<T, B>& x, std::size_t i, tensor<T, B>& out)`");
  return true;
}

}  // namespace paragon::diffusion
