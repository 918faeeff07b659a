// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "../transposed.hpp"
#include "blas.hpp"
#include "threads.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Matrix products on the host.
///
/// From 128 multiply-adds on the product is BLAS': below, the cost of the call leads and plain sums are as fast or faster
/// (bench/backend/product.cpp; OpenBLAS also leads Eigen's product in nearly all of its shapes). One row or one column is
/// a matrix-vector product, which OpenBLAS computes up to eight times faster than the same as a matrix product where it
/// has no AVX-512 kernels.
/// Rows are cut into blocks of 256 for the threads. OpenBLAS' own threads take no part, see `one_blas_thread`.
struct product {
  static constexpr std::size_t plain_below = 128;
  static constexpr std::size_t row_block = 256;

  /// C = alpha op(A) op(B) + beta C, row-major. op(A) is m x k, op(B) is k x n; ld* are row strides as stored.
  /// beta = 0 ignores what C holds (also NaN).
  template <class T>
  static void gemm(transposed ta, transposed tb, std::size_t m, std::size_t n, std::size_t k, T alpha, const T* a,
                   std::size_t lda, const T* b, std::size_t ldb, T beta, T* c, std::size_t ldc) {
    if (m == 0 || n == 0) return;
    if (m * n * k < plain_below) {
      plain(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
      return;
    }
    threads::for_range(m, row_block, [&](std::size_t begin, std::size_t end) {
      const one_blas_thread here;
      const T* rows = ta == transposed::no ? a + begin * lda : a + begin;
      blas(ta, tb, end - begin, n, k, alpha, rows, lda, b, ldb, beta, c + begin * ldc, ldc);
    });
  }

  /// `count` products of the same shape; stride_* are the distances between consecutive matrices (0: the same one).
  template <class T>
  static void gemm_batched(std::size_t count, transposed ta, transposed tb, std::size_t m, std::size_t n, std::size_t k,
                           T alpha, const T* a, std::size_t lda, std::size_t stride_a, const T* b, std::size_t ldb,
                           std::size_t stride_b, T beta, T* c, std::size_t ldc, std::size_t stride_c) {
    const std::size_t work = m * n * k + 1;
    threads::for_range(count, 1 + 200000 / work, [&](std::size_t begin, std::size_t end) {
      if (work <= plain_below) {
        for (std::size_t i = begin; i < end; ++i) {
          plain(ta, tb, m, n, k, alpha, a + i * stride_a, lda, b + i * stride_b, ldb, beta, c + i * stride_c, ldc);
        }
      } else {
        const one_blas_thread here;
        for (std::size_t i = begin; i < end; ++i) {
          blas(ta, tb, m, n, k, alpha, a + i * stride_a, lda, b + i * stride_b, ldb, beta, c + i * stride_c, ldc);
        }
      }
    });
  }

private:
  template <class T>
  static void plain(transposed ta, transposed tb, std::size_t m, std::size_t n, std::size_t k, T alpha, const T* a,
                    std::size_t lda, const T* b, std::size_t ldb, T beta, T* c, std::size_t ldc) {
    const std::size_t a_row = ta == transposed::no ? lda : 1;
    const std::size_t a_column = ta == transposed::no ? 1 : lda;
    const std::size_t b_row = tb == transposed::no ? ldb : 1;
    const std::size_t b_column = tb == transposed::no ? 1 : ldb;
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        T sum = 0;
        for (std::size_t p = 0; p < k; ++p) sum += a[i * a_row + p * a_column] * b[p * b_row + j * b_column];
        T& out = c[i * ldc + j];
        out = alpha * sum + (beta == T(0) ? T(0) : beta * out);
      }
    }
  }

  template <class T>
  static void blas(transposed ta, transposed tb, std::size_t m, std::size_t n, std::size_t k, T alpha, const T* a,
                   std::size_t lda, const T* b, std::size_t ldb, T beta, T* c, std::size_t ldc) {
    if (m == 1) {
      for (std::size_t j = 0; beta == T(0) && j < n; ++j) c[j] = T(0);
      const bool as_is = tb == transposed::yes;  // c' = op(B)' a'
      vector(as_is, as_is ? n : k, as_is ? k : n, alpha, b, ldb, a, ta == transposed::no ? 1 : lda, beta, c, 1);
      return;
    }
    if (n == 1) {
      for (std::size_t i = 0; beta == T(0) && i < m; ++i) c[i * ldc] = T(0);
      const bool as_is = ta == transposed::no;
      vector(as_is, as_is ? m : k, as_is ? k : m, alpha, a, lda, b, tb == transposed::no ? ldb : 1, beta, c, ldc);
      return;
    }
    // Row-major is the transposed column-major: C' = op(B)' op(A)'.
    blas_gemm(letter(tb), letter(ta), as_int(n), as_int(m), as_int(k), alpha, b, as_int(ldb), a, as_int(lda), beta, c,
              as_int(ldc));
  }

  /// y = alpha op(A) x + beta y for a stored matrix of rows x columns; BLAS may multiply NaN in y by a beta of 0.
  template <class T>
  static void vector(bool as_is, std::size_t rows, std::size_t columns, T alpha, const T* a, std::size_t lda,
                     const T* x, std::size_t x_stride, T beta, T* y, std::size_t y_stride) {
    blas_gemv(as_is ? 'T' : 'N', as_int(columns), as_int(rows), alpha, a, as_int(lda), x, as_int(x_stride), beta, y,
              as_int(y_stride));
  }

  static constexpr int as_int(std::size_t x) { return static_cast<int>(x); }
  static constexpr char letter(transposed t) { return t == transposed::no ? 'N' : 'T'; }
};

}  // namespace paragon::backend::cpu_kernels
