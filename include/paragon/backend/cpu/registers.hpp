// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "../../core/compiler_flags.hpp"

/// Before a loop of constant length over sums that are to stay in registers: at -O2 too.
#if defined(__NVCC__)
#define PARAGON_UNROLL(times)
#elif defined(__clang__)
#define PARAGON_UNROLL(times) _Pragma("unroll")
#else
#define PARAGON_UNROLL(times) PARAGON_PRAGMA(GCC unroll times)
#define PARAGON_PRAGMA(text) _Pragma(#text)
#endif

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

#if defined(__AVX512F__)
inline constexpr std::size_t vector_bytes = 64;
inline constexpr std::size_t vector_registers = 32;
#elif defined(__AVX__)
inline constexpr std::size_t vector_bytes = 32;
inline constexpr std::size_t vector_registers = 16;
#else
inline constexpr std::size_t vector_bytes = 16;
inline constexpr std::size_t vector_registers = 16;
#endif

/// A vector register full of numbers.
template <class T>
struct register_of {
  static constexpr std::size_t lanes = vector_bytes / sizeof(T);
  // NOLINTNEXTLINE(modernize-use-using): using drops the attribute
  typedef T type __attribute__((vector_size(vector_bytes), may_alias));
  /// The same in memory of any alignment.
  // NOLINTNEXTLINE(modernize-use-using)
  typedef T unaligned __attribute__((vector_size(vector_bytes), may_alias, aligned(alignof(T))));
};

}  // namespace paragon::backend::cpu_kernels
