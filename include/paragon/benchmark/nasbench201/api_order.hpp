// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "../../core/error.hpp"
#include "cell.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

namespace detail {

/// The Mersenne Twister with the array seeding that Python's `random.seed(int)` uses.
/// Reference: Matsumoto, Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998); `init_by_array`, 2002.
class python_random {
public:
  explicit python_random(std::uint32_t seed) noexcept {
    state_[0] = 19650218U;
    for (std::uint32_t i = 1; i < 624; ++i) state_[i] = 1812433253U * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;
    std::uint32_t i = 1;
    const auto step = [&](std::uint32_t factor) {
      state_[i] ^= (state_[i - 1] ^ (state_[i - 1] >> 30)) * factor;
      return i;
    };
    const auto advance = [&] {
      if (++i == 624) {
        state_[0] = state_[623];
        i = 1;
      }
    };
    for (int k = 0; k < 624; ++k) {
      state_[step(1664525U)] += seed;
      advance();
    }
    for (int k = 0; k < 623; ++k) {
      state_[step(1566083941U)] -= i;
      advance();
    }
    state_[0] = 0x80000000U;
  }

  /// Uniform below n, as Python's `Random._randbelow`: as many leading bits as n has, drawn again where too large.
  std::uint32_t below(std::uint32_t n) noexcept {
    int bits = 0;
    for (std::uint32_t m = n; m != 0; m >>= 1) ++bits;
    std::uint32_t r = next() >> (32 - bits);
    while (r >= n) r = next() >> (32 - bits);
    return r;
  }

private:
  std::uint32_t next() noexcept {
    if (at_ == 624) {
      for (std::size_t i = 0; i < 624; ++i) {
        const std::uint32_t y = (state_[i] & 0x80000000U) | (state_[(i + 1) % 624] & 0x7FFFFFFFU);
        state_[i] = state_[(i + 397) % 624] ^ (y >> 1) ^ ((y & 1U) != 0 ? 0x9908B0DFU : 0U);
      }
      at_ = 0;
    }
    std::uint32_t y = state_[at_++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9D2C5680U;
    y ^= (y << 15) & 0xEFC60000U;
    return y ^ (y >> 18);
  }

  std::array<std::uint32_t, 624> state_{};
  std::size_t at_ = 624;
};

struct nasbench201_order {
  std::array<std::uint16_t, 15625> lexicographic;  ///< by the benchmark's index
  std::array<std::uint16_t, 15625> api;            ///< by the lexicographic index

  nasbench201_order() noexcept {
    for (std::uint16_t i = 0; i < 15625; ++i) lexicographic[i] = i;
    python_random generator(88);
    for (std::uint32_t i = 15624; i > 0; --i) {
      const std::uint32_t j = generator.below(i + 1);
      const std::uint16_t other = lexicographic[i];
      lexicographic[i] = lexicographic[j];
      lexicographic[j] = other;
    }
    for (std::uint16_t i = 0; i < 15625; ++i) api[lexicographic[i]] = i;
  }

  static const nasbench201_order& get() {
    static const nasbench201_order order;
    return order;
  }
};

}  // namespace detail

/// The number of a cell in the NAS-Bench-201 API, which is the one that tables and papers use: 0..15624.
///
/// The benchmark numbered its cells by shuffling all of them with Python's generator seeded with 88; the same shuffle
/// is made here, so no table is needed. The first call costs below a millisecond, the others are a look-up.
[[nodiscard]] inline std::uint64_t nasbench201_api_index(const nasbench201_cell& cell) {
  return detail::nasbench201_order::get().api[std::hash<nasbench201_cell>{}(cell)];
}

/// The cell with this number in the NAS-Bench-201 API.
[[nodiscard]] inline nasbench201_cell nasbench201_at_api_index(std::uint64_t index) {
  if (index >= 15625)
    throw error("benchmark::nasbench201_at_api_index", "index " + std::to_string(index), "0 to 15624");
  nasbench201_cell cell;
  std::size_t code = detail::nasbench201_order::get().lexicographic[index];
  for (std::size_t e = 6; e-- > 0; code /= 5) cell.operations[e] = static_cast<nasbench201_operation>(code % 5);
  return cell;
}

/// The benchmark's numbering as a function object: the order of rows of tables, for `objective::table`.
struct nasbench201_api_order {
  template <class S>
  [[nodiscard]] std::uint64_t operator()(const S&, const nasbench201_cell& cell) const {
    return nasbench201_api_index(cell);
  }
};

}  // namespace paragon::benchmark
