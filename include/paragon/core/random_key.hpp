// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numbers>
#include <string_view>
#include <utility>

#include "host_device.hpp"

namespace paragon::inline PARAGON_ISA {

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

/// A key to random numbers: each number is a pure function of the key and of the number's place, the `element`.
///
/// A program makes one key of its seed and forks it: by a name for each use, by a number for each step or member. A fork
/// is a key of its own. What it draws has nothing to do with what its parent or any other fork draws, and it can be
/// forked again. So two parts of a program need not agree on numbers, and what one of them draws does not depend on how
/// much the other drew. A value type of 16 bytes: copy it, pass it by value, take it into a kernel. Seed and path are all
/// its state: a file that keeps both keeps the key.
///
/// Which forks differ: a key is 128 bits, seed and path. Different numbers always give different forks of one key, and
/// so do different names of the same length of up to 8 bytes. All other keys (names of other lengths, a name and a
/// number, forks of forks, other seeds) differ as 128 random bits do: among n keys any two are the same with a probability
/// below n^2 / 2^129, which is 1.5e-21 for a thousand million keys. So `fork("a").fork("b")`, `fork("b").fork("a")` and
/// `fork("ab")` are three keys, `fork("7")` and `fork(7)` are two, and `fork(0)` is not the key itself.
///
/// Cost: one Philox block (about 10 ns) for a number; for a name one, and one more for every 8 bytes. Fork once a step,
/// not for each element.
///
/// \code
/// const paragon::random_key key{.seed = 1};
/// const paragon::random_key noise = key.fork("noise").fork(iteration);
/// double g = noise.normal(row * width + column);
/// \endcode
struct random_key {
  std::uint64_t seed = 0;
  std::uint64_t path = 0;  ///< where the key stands among the forks of its seed; `fork` sets it

  friend bool operator==(const random_key&, const random_key&) = default;

  /// The fork of this number. A negative number counts from 2^64 down, in every integer type: -1 is 2^64 - 1.
  template <std::integral Number>
    requires(!std::same_as<Number, bool> && sizeof(Number) <= sizeof(std::uint64_t))
  [[nodiscard]] PARAGON_HOST_DEVICE constexpr random_key fork(Number number) const noexcept {
    return absorb(static_cast<std::uint64_t>(number), number_domain);
  }

  /// The fork of this name: of all its bytes, zeros too.
  [[nodiscard]] PARAGON_HOST_DEVICE constexpr random_key fork(std::string_view name) const noexcept {
    // The length comes first, so no name's blocks begin another's, and names after names cannot be cut in other places.
    random_key key = absorb(name.size(), name_domain);
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
      bytes |= std::uint64_t{static_cast<unsigned char>(name[i])} << (8 * (i % 8));
      if (i % 8 == 7 || i + 1 == name.size()) {
        key = key.absorb(bytes, name_domain);
        bytes = 0;
      }
    }
    return key;
  }

  /// The fork of a name that ends before its first zero byte, as string literals do.
  [[nodiscard]] PARAGON_HOST_DEVICE constexpr random_key fork(const char* name) const noexcept {
    std::size_t length = 0;  // counted here: kernels have no strlen
    while (name[length] != '\0') ++length;
    return fork(std::string_view(name, length));
  }

  /// 128 bits for this element.
  [[nodiscard]] PARAGON_HOST_DEVICE constexpr std::array<std::uint32_t, 4> bits(std::uint64_t element) const noexcept {
    return block(element, path, seed);
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
  // Keep the blocks of forks by numbers, of forks by names and of drawn numbers apart: binary digits of the roots of 2
  // and 7 after the point.
  static constexpr std::uint64_t number_domain = 0x6A09E667F3BCC908U;
  static constexpr std::uint64_t name_domain = 0xA54FF53A5F1D36F1U;

  PARAGON_HOST_DEVICE static constexpr std::array<std::uint32_t, 4> block(std::uint64_t low, std::uint64_t high,
                                                                          std::uint64_t key) noexcept {
    return philox({static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(low >> 32),
                   static_cast<std::uint32_t>(high), static_cast<std::uint32_t>(high >> 32)},
                  {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)});
  }
  PARAGON_HOST_DEVICE constexpr random_key absorb(std::uint64_t value, std::uint64_t domain) const noexcept {
    const auto b = block(value, path, seed ^ domain);
    return {(std::uint64_t{b[1]} << 32) | b[0], (std::uint64_t{b[3]} << 32) | b[2]};
  }
  PARAGON_HOST_DEVICE static constexpr double to_unit(std::uint32_t low, std::uint32_t high) noexcept {
    return static_cast<double>(((std::uint64_t{high} << 32) | low) >> 11) * 0x1.0p-53;
  }
  PARAGON_HOST_DEVICE static constexpr double to_open_unit(std::uint32_t low, std::uint32_t high) noexcept {
    return (static_cast<double>(((std::uint64_t{high} << 32) | low) >> 12) + 0.5) * 0x1.0p-52;
  }
};

}  // namespace paragon
