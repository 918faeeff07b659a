// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>

#include "../nn/batch_norm.hpp"
#include "../nn/parameters.hpp"

namespace paragon::inline PARAGON_ISA::supernet {

/// What a network's operations hand to `nn::batch_norm`: the norm that the network was called with in the context Own, in
/// the context at hand.
///
/// `exact_mixing` runs operations in a context of its own for their values alone. There kept statistics are bound again,
/// and nothing is collected.
template <class Own, class C, class Norm>
[[nodiscard]] auto norm_in(C& context, const Norm& norm) {
  if constexpr (std::same_as<Own, C>) {
    return norm;
  } else if constexpr (std::same_as<Norm, nn::running_statistics<Own>>) {
    const auto kept = norm.kept.all();
    return nn::running_statistics<C>(nn::bound<C>(context.constant(kept.data(), kept.shape())));
  } else {
    return nn::batch_statistics{};
  }
}

}  // namespace paragon::supernet
