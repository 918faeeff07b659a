// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../core/random_key.hpp"

namespace paragon::inline PARAGON_ISA::preference {

/// Draws preference rays: `s(ray, key, index)` writes the weights of ray `index`, non-negative numbers of sum 1.
///
/// The ray of an index depends on key and index alone. Models: `sphere`, or a type of your own around `dirichlet`.
template <class S>
concept ray_sampler =
    std::move_constructible<S> && requires(const S& s, std::span<double> ray, const paragon::random_key& key,
                                           std::uint64_t index) { s(ray, key, index); };

/// Names what S lacks of `ray_sampler`: a failed assertion, in the compiler's first line of error.
template <class S>
consteval bool require_ray_sampler() {
  static_assert(std::move_constructible<S>, "a sampler of rays must be move-constructible");
  static_assert(ray_sampler<S>,
                "a sampler of rays needs `operator()(std::span<double> ray, key, std::uint64_t index) const`");
  return true;
}

/// A ray in a uniformly distributed direction of the positive orthant, scaled to sum 1. O(m).
///
/// For two objectives the angle is uniform in [0, pi/2], as the rays of `circle` are spaced; a Dirichlet(1, 1) draw has
/// fewer rays near the axes. The ray of an index is the same whatever else is drawn.
/// \param ray    m weights, written
/// \param index  which ray of this step
struct sphere {
  template <class T>
  void operator()(std::span<T> ray, const paragon::random_key& key, std::uint64_t index) const {
    double total = 0;
    for (std::size_t i = 0; i < ray.size(); ++i) {
      const double x = std::abs(key.normal(index * ray.size() + i));
      ray[i] = static_cast<T>(x);
      total += x;
    }
    for (T& w : ray) w = static_cast<T>(static_cast<double>(w) / total);
  }

  friend bool operator==(sphere, sphere) = default;
};

}  // namespace paragon::preference
