// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

#include "host_device.hpp"

namespace paragon {

/// One Philox4x32-10 block: 128 random bits as a pure function of a 128-bit counter and a 64-bit key.
///
/// Counter-based numbers have no state: the number of an element does not depend on how many were drawn before it, so
/// results are the same for any thread count, batch size or backend.
/// Reference: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
[[nodiscard]] PARAGON_HOST_DEVICE constexpr std::array<std::uint32_t, 4> philox(
    std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) noexcept {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53U} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57U} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = {key[0] + 0x9E3779B9U, key[1] + 0xBB67AE85U};
  }
  return counter;
}

/// Random numbers keyed by (seed, stream, step); each is addressed by an element number.
///
/// `stream` separates uses (initialisation, batches, noise), `step` is the iteration, `element` the position within it.
/// A value type: copy it, pass it by value, derive `at_step(i)` in a loop.
///
/// \code
/// paragon::random noise{.seed = 1, .stream = 7};
/// double g = noise.at_step(iteration).normal(row * width + column);
/// \endcode
struct random {
  std::uint64_t seed = 0;
  std::uint32_t stream = 0;
  std::uint32_t step = 0;

  friend bool operator==(const random&, const random&) = default;

  [[nodiscard]] PARAGON_HOST_DEVICE constexpr random at_step(std::uint64_t s) const noexcept {
    return {seed, stream, static_cast<std::uint32_t>(s)};
  }
  [[nodiscard]] PARAGON_HOST_DEVICE constexpr random in_stream(std::uint32_t s) const noexcept {
    return {seed, s, step};
  }

  /// 128 bits for this element.
  [[nodiscard]] PARAGON_HOST_DEVICE constexpr std::array<std::uint32_t, 4> bits(std::uint64_t element) const noexcept {
    return philox({static_cast<std::uint32_t>(element), static_cast<std::uint32_t>(element >> 32), step, stream},
                  {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  }

  /// Uniform in [0, 1), 53 bits.
  [[nodiscard]] PARAGON_HOST_DEVICE constexpr double uniform(std::uint64_t element) const noexcept {
    const auto b = bits(element);
    return to_unit(b[0], b[1]);
  }

  /// Uniform in (0, 1), 52 bits: never 0 and never 1, so its logarithms are finite and not 0.
  [[nodiscard]] PARAGON_HOST_DEVICE constexpr double open_uniform(std::uint64_t element) const noexcept {
    const auto b = bits(element);
    return to_open_unit(b[0], b[1]);
  }

  /// Standard normal (Box-Muller, first of the pair).
  [[nodiscard]] PARAGON_HOST_DEVICE double normal(std::uint64_t element) const noexcept {
    const auto b = bits(element);
    const double radius = std::sqrt(-2.0 * std::log(to_open_unit(b[0], b[1])));
    return radius * std::cos(2.0 * std::numbers::pi * to_unit(b[2], b[3]));
  }

  /// Standard exponential.
  [[nodiscard]] PARAGON_HOST_DEVICE double exponential(std::uint64_t element) const noexcept {
    return -std::log(open_uniform(element));
  }

  /// Standard Gumbel: -log(-log u).
  [[nodiscard]] PARAGON_HOST_DEVICE double gumbel(std::uint64_t element) const noexcept {
    return -std::log(exponential(element));
  }

  /// Uniform integer in [0, n); n > 0. The bias is below n / 2^64.
  [[nodiscard]] PARAGON_HOST_DEVICE constexpr std::uint64_t below(std::uint64_t n,
                                                                  std::uint64_t element) const noexcept {
    const auto b = bits(element);
    return ((std::uint64_t{b[1]} << 32) | b[0]) % n;
  }

  /// Fisher-Yates shuffle of a random-access range; the same permutation for the same key.
  template <class Range>
  void shuffle(Range& range) const {
    using std::swap;
    for (std::size_t i = std::size(range); i > 1; --i) swap(range[i - 1], range[below(i, i)]);
  }

private:
  PARAGON_HOST_DEVICE static constexpr double to_unit(std::uint32_t low, std::uint32_t high) noexcept {
    return static_cast<double>(((std::uint64_t{high} << 32) | low) >> 11) * 0x1.0p-53;
  }
  PARAGON_HOST_DEVICE static constexpr double to_open_unit(std::uint32_t low, std::uint32_t high) noexcept {
    return (static_cast<double>(((std::uint64_t{high} << 32) | low) >> 12) + 0.5) * 0x1.0p-52;
  }
};

}  // namespace paragon
