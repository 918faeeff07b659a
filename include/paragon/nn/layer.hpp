// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <type_traits>

#include "../autodiff/context.hpp"
#include "parameters.hpp"

namespace paragon::inline PARAGON_ISA::nn {

/// A layer: called with bound parameters and a variable, it gives a variable; on a tape and without one alike.
///
/// It holds slots and settings, never values, so it is a small copyable value.
template <class L>
concept layer =
    std::copyable<L> &&
    requires(const L& l, const bound<autodiff::tape<float>>& theta, autodiff::variable<autodiff::tape<float>> x,
             const bound<autodiff::evaluation<float>>& fixed, autodiff::variable<autodiff::evaluation<float>> y) {
      { l(theta, x) } -> std::same_as<autodiff::variable<autodiff::tape<float>>>;
      { l(fixed, y) } -> std::same_as<autodiff::variable<autodiff::evaluation<float>>>;
    };

}  // namespace paragon::nn
