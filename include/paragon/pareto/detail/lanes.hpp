// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// W numbers that are worked on side by side.
template <class T, std::size_t W>
struct alignas((W & (W - 1)) == 0 && W * sizeof(T) <= 64 ? W * sizeof(T) : alignof(T)) lanes {
  std::array<T, W> x;

  T& operator[](std::size_t k) noexcept { return x[k]; }
  const T& operator[](std::size_t k) const noexcept { return x[k]; }
  T* begin() noexcept { return x.data(); }
  T* end() noexcept { return x.data() + W; }
  const T* begin() const noexcept { return x.data(); }
  const T* end() const noexcept { return x.data() + W; }

  friend bool operator==(const lanes& a, const lanes& b) noexcept { return a.x == b.x; }
};

// Loops over the lanes say what the functions below do. Where the compiler has vectors of its own, they say the same in
// these: what it makes of the loops is two to four times slower.
#if defined(__GNUC__) && !defined(__CUDACC__) && defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define PARAGON_PARETO_VECTORS
#endif
#endif

#ifdef PARAGON_PARETO_VECTORS

template <class T, std::size_t W>
struct vector_of {
  using type __attribute__((vector_size(W * sizeof(T)))) = T;
};

template <class T, std::size_t W>
inline constexpr bool vectorised =
    (std::is_same_v<T, double> || std::is_same_v<T, std::uint64_t>)&&W >= 4 && (W & (W - 1)) == 0;

/// A copy of lanes in a vector. Vectors stay inside a function, as how they are passed depends on the target.
template <class T, std::size_t W>
struct vector_copy {
  using vector = typename vector_of<T, W>::type;
  vector v;
  [[gnu::always_inline]] explicit vector_copy(const lanes<T, W>& a) noexcept { __builtin_memcpy(&v, &a, sizeof v); }
  [[gnu::always_inline]] explicit vector_copy(const vector& a) noexcept : v(a) {}
  [[gnu::always_inline]] void store(lanes<T, W>& a) const noexcept { __builtin_memcpy(&a, &v, sizeof v); }
};

/// Folds the lanes by `op`, half by half.
template <class T, std::size_t W, class Op>
[[gnu::always_inline]] inline T fold(const typename vector_of<T, W>::type& v, Op op) noexcept {
  if constexpr (W == 2) {
    return op(v[0], v[1]);
  } else {
    return [&]<std::size_t... K>(std::index_sequence<K...>) __attribute__((always_inline)) {
      const typename vector_of<T, W / 2>::type low = __builtin_shufflevector(v, v, static_cast<int>(K)...);
      const typename vector_of<T, W / 2>::type high = __builtin_shufflevector(v, v, static_cast<int>(K + W / 2)...);
      typename vector_of<T, W / 2>::type both = low;
      op.apply(both, high);
      return fold<T, W / 2>(both, op);
    }
    (std::make_index_sequence<W / 2>());
  }
}

struct multiply {
  template <class T>
  [[gnu::always_inline]] T operator()(T a, T b) const noexcept {
    return a * b;
  }
  template <class Vector>
  [[gnu::always_inline]] void apply(Vector& a, const Vector& b) const noexcept {
    a *= b;
  }
};
struct intersect {
  template <class T>
  [[gnu::always_inline]] T operator()(T a, T b) const noexcept {
    return a & b;
  }
  template <class Vector>
  [[gnu::always_inline]] void apply(Vector& a, const Vector& b) const noexcept {
    a &= b;
  }
};

#else
template <class T, std::size_t W>
inline constexpr bool vectorised = false;
#endif

/// The lower of each pair.
template <class T, std::size_t W>
inline lanes<T, W> lower(const lanes<T, W>& a, const lanes<T, W>& b) noexcept {
  lanes<T, W> result;
#ifdef PARAGON_PARETO_VECTORS
  if constexpr (vectorised<T, W>) {
    const vector_copy x(a), y(b);
    vector_copy<T, W>(x.v < y.v ? x.v : y.v).store(result);
    return result;
  }
#endif
  for (std::size_t k = 0; k < W; ++k) result[k] = a[k] < b[k] ? a[k] : b[k];
  return result;
}

template <class T, std::size_t W>
inline lanes<T, W> difference(const lanes<T, W>& a, const lanes<T, W>& b) noexcept {
  lanes<T, W> result;
#ifdef PARAGON_PARETO_VECTORS
  if constexpr (vectorised<T, W>) {
    vector_copy<T, W>(vector_copy(a).v - vector_copy(b).v).store(result);
    return result;
  }
#endif
  for (std::size_t k = 0; k < W; ++k) result[k] = a[k] - b[k];
  return result;
}

template <class T, std::size_t W>
inline T product(const lanes<T, W>& a) noexcept {
#ifdef PARAGON_PARETO_VECTORS
  if constexpr (vectorised<T, W>) return fold<T, W>(vector_copy(a).v, multiply{});
#endif
  T result = a[0];
  for (std::size_t k = 1; k < W; ++k) result *= a[k];
  return result;
}

/// Whether no lane of `a` is below that of `b`: box `a` contains box `b`.
template <class T, std::size_t W>
inline bool contains(const lanes<T, W>& a, const lanes<T, W>& b) noexcept {
#ifdef PARAGON_PARETO_VECTORS
  if constexpr (vectorised<T, W>) {
    const auto below = vector_copy(a).v < vector_copy(b).v;
    typename vector_of<std::uint64_t, W>::type bits;
    __builtin_memcpy(&bits, &below, sizeof bits);
    return fold<std::uint64_t, W>(~bits, intersect{}) != 0;
  }
#endif
  int below = 0;
  for (std::size_t k = 0; k < W; ++k) below += a[k] < b[k] ? 1 : 0;
  return below == 0;
}

/// `a` with lane k of `b`.
template <class T, std::size_t W>
inline lanes<T, W> replaced(const lanes<T, W>& a, std::size_t k, const lanes<T, W>& b) noexcept {
  lanes<T, W> result;
  for (std::size_t j = 0; j < W; ++j) result[j] = j == k ? b[j] : a[j];
  return result;
}

}  // namespace paragon::pareto::detail
