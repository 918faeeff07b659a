// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "schedule.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// What x_t says about the choices of an architecture, exactly: guidance pulls samples through it.
///
/// Each choice is 1 or 0 in the data, scaled to 1 and -1, at a place of its own in x_t. Numbers about choices come in
/// rows, in the order of `positions()`; `x` and `out` of `add_through` are one sample of `nodes() x features()` entries.
/// - `p.prepare(way)`, `p.way()`: the moments, as a score's.
/// - `p.positions()`: where the entry of each choice lies in a sample.
/// - `p.probabilities(x, i, costs, weight, out)`: how probable it is that each choice is taken, given x_t at `way()[i]`
///   and a preference for data with a small sum of `costs`: the prior times exp(-weight sum). `costs` may be empty.
/// - `p.add_through(i, p, slope, out)`: adds to `out` the gradient by x_t of a function of those probabilities (without
///   costs), whose gradient by them is `slope`.
template <class P>
concept choice_posterior = std::copy_constructible<P> && std::floating_point<typename P::value_type> &&
                           requires(P& p, const P& known, std::span<const moment> way, std::size_t i,
                                    std::span<const typename P::value_type> row, std::span<typename P::value_type> out,
                                    typename P::value_type weight) {
                             p.prepare(way);
                             { known.way() } -> std::convertible_to<std::span<const moment>>;
                             { known.nodes() } -> std::convertible_to<std::size_t>;
                             { known.features() } -> std::convertible_to<std::size_t>;
                             { known.positions() } -> std::convertible_to<std::span<const std::size_t>>;
                             known.probabilities(row, i, row, weight, out);
                             known.add_through(i, row, row, out);
                           };

}  // namespace paragon::diffusion
