// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "registers.hpp"

namespace paragon::backend::cpu_kernels {

/// N neighbours in memory, in vector registers. Loads and stores need no alignment.
///
/// Operations are the compiler's own on vectors, so any N that is a power of two works on any machine; what is wider than a
/// register becomes several.
template <class T, std::size_t N>
struct vector_of {
  static constexpr std::size_t size = N;
  // NOLINTNEXTLINE(modernize-use-using): using drops the attributes
  typedef T type __attribute__((vector_size(N * sizeof(T)), aligned(alignof(T)), may_alias));
  type v;

  [[nodiscard]] static vector_of zero() noexcept { return {type{}}; }
  [[nodiscard]] static vector_of load(const T* from) noexcept {
    return {*reinterpret_cast<const type*>(from)};  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
  }
  void store(T* to) const noexcept {
    *reinterpret_cast<type*>(to) = v;  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
  }
};

/// One number, for what remains.
template <class T>
struct vector_of<T, 1> {
  static constexpr std::size_t size = 1;
  T v;

  [[nodiscard]] static vector_of zero() noexcept { return {T(0)}; }
  [[nodiscard]] static vector_of load(const T* from) noexcept { return {*from}; }
  void store(T* to) const noexcept { *to = v; }
};

/// Elements of the widest register.
template <class T>
inline constexpr std::size_t register_width = vector_bytes / sizeof(T);

/// Calls `body.operator()<N>(first)` for pieces [first, first + N) of [0, n), N the register's width and then its halves.
template <class T, std::size_t N = register_width<T>, class Body>
void for_vectors(std::size_t n, Body&& body, std::size_t first = 0) {
  for (; first + N <= n; first += N) body.template operator()<N>(first);
  if constexpr (N > 1) {
    if (first < n) for_vectors<T, N / 2>(n, body, first);
  }
}

}  // namespace paragon::backend::cpu_kernels
