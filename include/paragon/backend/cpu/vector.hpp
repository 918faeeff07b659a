// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <type_traits>

#include "registers.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

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

/// N neighbours as numbers of another type.
template <class To, std::size_t N, class T>
[[nodiscard]] vector_of<To, N> load_as(const T* from) noexcept {
  if constexpr (std::is_same_v<T, To>) {
    return vector_of<To, N>::load(from);
  } else if constexpr (N == 1) {
    return {static_cast<To>(*from)};
  } else {
    return {__builtin_convertvector(vector_of<T, N>::load(from).v, typename vector_of<To, N>::type)};
  }
}

/// Writes N doubles as neighbours of another type, rounded.
template <std::size_t N, class T>
void store_rounded(const vector_of<double, N>& from, T* to) noexcept {
  if constexpr (std::is_same_v<T, double>) {
    from.store(to);
  } else if constexpr (N == 1) {
    *to = static_cast<T>(from.v);
  } else {
    vector_of<T, N>{__builtin_convertvector(from.v, typename vector_of<T, N>::type)}.store(to);
  }
}

/// The first half plus the second half.
template <class T, std::size_t N>
[[nodiscard]] vector_of<T, N / 2> fold(const vector_of<T, N>& x) noexcept {
  T all[N];
  x.store(all);
  auto low = vector_of<T, N / 2>::load(all);
  low.v += vector_of<T, N / 2>::load(all + N / 2).v;
  return low;
}

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
