// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>

#include "../core/error.hpp"
#include "concepts.hpp"
#include "detail/judge.hpp"
#include "detail/scratch.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// Leaves the gradients as they are.
struct unnormalised {
  friend bool operator==(unnormalised, unnormalised) = default;
  void operator()(gram_view, std::span<double> scales) const { std::fill(scales.begin(), scales.end(), 1.0); }
};

/// Divides each gradient by its length, as MODNAS does ("l2"). A zero gradient has no direction and is left out: however
/// short it was before, it counted as much as any other, and as a zero it would stop them all.
struct unit_length {
  friend bool operator==(unit_length, unit_length) = default;
  void operator()(gram_view gram, std::span<double> scales) const {
    for (std::size_t i = 0; i < gram.size(); ++i) scales[i] = gram(i, i) > 0 ? 1 / std::sqrt(gram(i, i)) : 0;
  }
};

/// Divides each gradient by the value of its loss ("loss"). \pre `losses` outlives it and holds k positive numbers
struct unit_loss {
  std::span<const double> losses;
  void operator()(gram_view gram, std::span<double> scales) const {
    if (losses.size() != gram.size()) {
      throw error("unit_loss",
                  std::to_string(losses.size()) + " losses for " + std::to_string(gram.size()) + " gradients",
                  "one each");
    }
    for (std::size_t i = 0; i < gram.size(); ++i) {
      if (!(losses[i] > 0) || !std::isfinite(losses[i])) {
        throw error("unit_loss", "loss " + std::to_string(i) + " = " + number_text(losses[i]), "a positive number");
      }
      scales[i] = 1 / losses[i];
    }
  }
};

/// Divides each gradient by its length and by the value of its loss ("loss+"). A zero gradient is left out.
/// \pre as for `unit_loss`
struct unit_length_and_loss {
  std::span<const double> losses;
  void operator()(gram_view gram, std::span<double> scales) const {
    unit_loss{losses}(gram, scales);
    for (std::size_t i = 0; i < gram.size(); ++i) scales[i] = gram(i, i) > 0 ? scales[i] / std::sqrt(gram(i, i)) : 0;
  }
};

/// A weighting of scaled gradients s_i g_i, itself a weighting of the g_i: decides on s_i s_j G_ij, and multiplies each weight
/// by s_i, so that combining it with the original gradients gives the direction that was decided on. Where s_i is zero, the
/// gradient is left out of the decision, and its weight is zero.
///
/// The weights need not sum to one afterwards. In the status, `residual` is the inner policy's; the norm and the smallest
/// product are those of the final weights on the original Gram matrix. O(k^2) on top.
/// Reference: Sener, Koltun, 2018 (the four normalisations of its reference implementation).
/// \code
/// auto modnas = paragon::gradient::normalised{paragon::gradient::published_frank_wolfe{}, paragon::gradient::unit_length{}};
/// \endcode
template <class W, class N>
struct normalised {
  static_assert(require_weighting<W>());
  static_assert(normalisation<N>,
                "a normalisation needs `operator()(paragon::gradient::gram_view, std::span<double> scales) "
                "const -> void`");

  W policy{};
  N scaling{};

  status operator()(gram_view gram, std::span<double> weights) { return run(policy, gram, weights); }
  status operator()(gram_view gram, std::span<double> weights) const
    requires weighting<const W>
  {
    return run(policy, gram, weights);
  }

  void reset()
    requires stateful_weighting<W>
  {
    policy.reset();
  }

private:
  template <class P>
  status run(P& inner, gram_view gram, std::span<double> weights) const {
    detail::require_gram("normalised", gram, weights);
    const std::size_t k = gram.size();
    detail::numbers scales(k);
    scaling(gram, scales.span());
    detail::square scaled(k * k);
    std::size_t entries = 0;
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t j = 0; j < k; ++j) {
        if (scales[i] != 0 && scales[j] != 0) scaled[entries++] = gram(i, j) * scales[i] * scales[j];
      }
    }
    const std::size_t in = k - static_cast<std::size_t>(std::ranges::count(scales.span(), 0.0));
    status s{.converged = true};
    if (in > 0) s = inner(gram_view(scaled.span().first(entries), in), weights.first(in));
    // From the last to the first, so that no weight is overwritten before it has moved to its place.
    for (std::size_t i = k, next = in; i-- > 0;) weights[i] = scales[i] == 0 ? 0 : weights[--next] * scales[i];
    detail::multiply(gram, weights, scales.data());
    detail::judge(weights, scales.data(), s);
    return s;
  }
};
template <class W, class N>
normalised(W, N) -> normalised<W, N>;

}  // namespace paragon::gradient
