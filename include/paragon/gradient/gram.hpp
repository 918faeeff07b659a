// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "views.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// Products are formed and added up in double: as exact as a plain double loop, for float input too. The default.
struct double_accumulation {
  friend bool operator==(double_accumulation, double_accumulation) = default;
};

/// Products of floats are added up in float over 256 numbers at most, then in double: about twice as fast in cache, with a
/// relative error of about 1e-6 of |g_i| |g_j|. Where squares leave the range of float, and for double input, it is the same
/// as `double_accumulation`.
struct mixed_accumulation {
  friend bool operator==(mixed_accumulation, mixed_accumulation) = default;
};

namespace detail {

/// Columns that are packed at a time: 13 rows of doubles are then 26 KiB, within the first-level cache.
inline constexpr std::size_t gram_block = 256;
/// Columns whose sum is formed apart, so that threads do not change it.
inline constexpr std::size_t gram_chunk = 8192;
/// Bytes that are added up side by side, and rows taken at a time, such that all sums of a tile stay in registers.
#if defined(__AVX512F__)
inline constexpr std::size_t gram_bytes = 64;
inline constexpr std::size_t gram_tile = 4;
#elif defined(__AVX__)
inline constexpr std::size_t gram_bytes = 32;
inline constexpr std::size_t gram_tile = 3;
#else
inline constexpr std::size_t gram_bytes = 16;
inline constexpr std::size_t gram_tile = 3;
#endif
template <class T>
inline constexpr std::size_t gram_lanes = gram_bytes / sizeof(T);

/// A register full of T. Compilers do not keep arrays of sums in registers by themselves.
template <class T>
struct gram_pack {
#if defined(__GNUC__) && !defined(__CUDACC__)
  typedef T type __attribute__((vector_size(gram_bytes)));  // NOLINT(modernize-use-using): using drops the attribute
#else
  struct type {
    T lane[gram_lanes<T>];
    T operator[](std::size_t i) const { return lane[i]; }
    friend type operator*(const type& x, const type& y) {
      type z;
      for (std::size_t i = 0; i < gram_lanes<T>; ++i) z.lane[i] = x.lane[i] * y.lane[i];
      return z;
    }
    type& operator+=(const type& x) {
      for (std::size_t i = 0; i < gram_lanes<T>; ++i) lane[i] += x.lane[i];
      return *this;
    }
  };
#endif
};

/// Calls f with the constants 0 ... N - 1: indices known at compile time are what lets arrays live in registers.
template <std::size_t N, class F>
void gram_unrolled(F&& f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (f(std::integral_constant<std::size_t, I>{}), ...);
  }(std::make_index_sequence<N>{});
}

/// Adds the inner products of R rows with C rows to `out`; of a diagonal tile only the upper half.
template <std::size_t R, std::size_t C, bool Diagonal, class T>
void gram_tile_product(const T* a, const T* b, std::size_t n, double* out, std::size_t k) {
  using pack = typename gram_pack<T>::type;
  pack sums[R * C];
  pack left[R];
  pack right[C];
  gram_unrolled<R * C>([&](auto i) { sums[i] = pack{}; });
  for (std::size_t t = 0; t < n; t += gram_lanes<T>) {
    gram_unrolled<C>([&](auto c) { std::memcpy(&right[c], b + c * gram_block + t, sizeof(pack)); });
    gram_unrolled<R>([&](auto r) { std::memcpy(&left[r], a + r * gram_block + t, sizeof(pack)); });
    gram_unrolled<R * C>([&](auto i) {
      if constexpr (!Diagonal || i / C <= i % C) sums[i] += left[i / C] * right[i % C];
    });
  }
  gram_unrolled<R * C>([&](auto i) {
    if constexpr (!Diagonal || i / C <= i % C) {
      double sum = 0;
      for (std::size_t l = 0; l < gram_lanes<T>; ++l) sum += static_cast<double>(sums[i][l]);
      out[i / C * k + i % C] += sum;
    }
  });
}

/// The same for a number of columns of the tile known at run time.
template <std::size_t R, class T>
void gram_tile_row(const T* packed, std::size_t k, std::size_t i, std::size_t n, double* out) {
  const T* a = packed + i * gram_block;
  gram_tile_product<R, R, true>(a, a, n, out + i * k + i, k);
  std::size_t j = i + R;
  for (; j + gram_tile <= k; j += gram_tile) {
    gram_tile_product<R, gram_tile, false>(a, packed + j * gram_block, n, out + i * k + j, k);
  }
  for (; j < k; ++j) gram_tile_product<R, 1, false>(a, packed + j * gram_block, n, out + i * k + j, k);
}

/// Adds to the upper triangle of `out` the products of the columns [begin, end).
template <class Packed, jacobian J>
void gram_columns(const J& rows, std::size_t begin, std::size_t end, Packed* packed, double* out) {
  const std::size_t k = rows.rows();
  const std::ptrdiff_t stride = rows.column_stride();
  for (std::size_t start = begin; start < end; start += gram_block) {
    const std::size_t width = std::min(gram_block, end - start);
    const std::size_t padded = (width + gram_lanes<Packed> - 1) / gram_lanes<Packed> * gram_lanes<Packed>;
    for (std::size_t i = 0; i < k; ++i) {
      const auto* from = rows.row(i) + static_cast<std::ptrdiff_t>(start) * stride;
      Packed* to = packed + i * gram_block;
      if (stride == 1) {
        for (std::size_t t = 0; t < width; ++t) to[t] = static_cast<Packed>(from[t]);
      } else {
        for (std::size_t t = 0; t < width; ++t)
          to[t] = static_cast<Packed>(from[static_cast<std::ptrdiff_t>(t) * stride]);
      }
      std::fill(to + width, to + padded, Packed(0));
    }
    std::size_t i = 0;
    for (; i + gram_tile <= k; i += gram_tile) gram_tile_row<gram_tile>(packed, k, i, padded, out);
    for (; i < k; ++i) gram_tile_row<1>(packed, k, i, padded, out);
  }
}

template <class Accumulation, jacobian J>
void add_gram(const J& rows, std::span<double> out, thread_pool* pool) {
  using number = typename J::value_type;
  using packed_type =
      std::conditional_t<std::is_same_v<Accumulation, mixed_accumulation> && std::is_same_v<number, float>, float,
                         double>;
  const std::size_t k = rows.rows();
  if (k == 0) throw error("gram", "no gradients", "at least one");
  if (out.size() != k * k) {
    throw error("gram", std::to_string(out.size()) + " entries for " + std::to_string(k) + " gradients",
                std::to_string(k * k));
  }
  const std::size_t n = rows.columns();
  const std::size_t chunks = (n + gram_chunk - 1) / gram_chunk;
  const bool together = pool == nullptr || pool->size() == 1;
  const std::size_t kept = together ? 1 : chunks;
  const auto partial = std::make_unique_for_overwrite<double[]>(kept * k * k);
  const auto run = [&](std::size_t chunk, packed_type* packed, double* sums) {
    const std::size_t begin = chunk * gram_chunk;
    const std::size_t end = std::min(n, begin + gram_chunk);
    std::fill_n(sums, k * k, 0.0);
    gram_columns(rows, begin, end, packed, sums);
    if constexpr (std::is_same_v<packed_type, float>) {
      bool sound = true;  // no square that counts has left the range of float
      for (std::size_t i = 0; i < k; ++i) sound &= sums[i * k + i] >= 1e-25 && sums[i * k + i] <= 1e30;
      if (sound) return;
      const auto wide = std::make_unique_for_overwrite<double[]>(k * gram_block);
      std::fill_n(sums, k * k, 0.0);
      gram_columns(rows, begin, end, wide.get(), sums);
    }
  };
  const auto add = [&](const double* sums) {
    for (std::size_t i = 0; i < k; ++i) {
      out[i * k + i] += sums[i * k + i];
      for (std::size_t j = i + 1; j < k; ++j) {
        out[i * k + j] += sums[i * k + j];
        out[j * k + i] = out[i * k + j];
      }
    }
  };
  if (together) {
    const auto packed = std::make_unique_for_overwrite<packed_type[]>(k * gram_block);
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
      run(chunk, packed.get(), partial.get());
      add(partial.get());
    }
  } else {
    pool->for_blocks(chunks, 1, [&](std::size_t begin, std::size_t) {
      const auto packed = std::make_unique_for_overwrite<packed_type[]>(k * gram_block);
      run(begin, packed.get(), partial.get() + begin * k * k);
    });
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) add(partial.get() + chunk * k * k);
  }
}

}  // namespace detail

/// Adds the inner products of the rows of `rows` to the k x k matrix `out`: the Gram matrix of gradients that come in pieces
/// (one tensor of parameters after the other) is the sum over the pieces. `out` must be symmetric before.
///
/// Cost k (k + 1) / 2 inner products, read in blocks that stay in cache: the gradients pass through memory once. The order of
/// summation is fixed, so the result is the same for any pool.
/// \param rows  anything with `matrix_access`: `matrix_view`, `row_list`, an Eigen matrix, an xtensor expression
/// \param pool  threads to use; none: the caller's alone
/// \throws error where `out` does not hold k * k numbers
template <class Accumulation = double_accumulation, matrix_source M>
void add_gram(const M& rows, std::span<double> out, thread_pool* pool = nullptr) {
  with_matrix(rows, [&](const auto& view) { detail::add_gram<Accumulation>(view, out, pool); });
}

/// Writes the k x k Gram matrix of the rows. See `add_gram`.
template <class Accumulation = double_accumulation, matrix_source M>
void gram(const M& rows, std::span<double> out, thread_pool* pool = nullptr) {
  std::fill(out.begin(), out.end(), 0.0);
  add_gram<Accumulation>(rows, out, pool);
}

/// The k x k Gram matrix of the rows, row-major.
template <class Accumulation = double_accumulation, matrix_source M>
[[nodiscard]] std::vector<double> gram(const M& rows, thread_pool* pool = nullptr) {
  return with_matrix(rows, [&](const auto& view) {
    std::vector<double> out(view.rows() * view.rows());
    detail::add_gram<Accumulation>(view, out, pool);
    return out;
  });
}

}  // namespace paragon::gradient
