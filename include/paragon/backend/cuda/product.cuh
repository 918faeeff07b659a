// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cublas_v2.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "../transposed.hpp"
#include "threads.cuh"

namespace paragon::inline PARAGON_ISA::backend::cuda_kernels {

namespace on_device {

/// C = beta C for matrices of m x n elements, `stride` apart; beta = 0 ignores what C holds.
template <class T>
__global__ void scale(std::size_t elements, std::size_t m, std::size_t n, T beta, T* c, std::size_t ldc,
                      std::size_t stride) {
  for (std::size_t i = first_element(); i < elements; i += element_stride()) {
    T& value = c[i / (m * n) * stride + i / n % m * ldc + i % n];
    value = beta == T(0) ? T(0) : beta * value;
  }
}

}  // namespace on_device

/// Matrix products by cuBLAS in the arithmetic of T: no TF32, no atomic additions, so two runs give the same bits.
///
/// cuBLAS stores by columns, and a matrix stored by rows is its transpose stored by columns: C' = op(B)' op(A)' needs
/// nothing but the two factors exchanged.
struct product {
  /// C = alpha op(A) op(B) + beta C, row-major. op(A) is m x k, op(B) is k x n; ld* are row strides as stored.
  /// beta = 0 ignores what C holds (also NaN).
  template <class T>
  static void gemm(transposed ta, transposed tb, std::size_t m, std::size_t n, std::size_t k, T alpha, const T* a,
                   std::size_t lda, const T* b, std::size_t ldb, T beta, T* c, std::size_t ldc) {
    only_float_or_double<T>();
    if (m == 0 || n == 0) return;
    if (k == 0) {
      for_elements("cuda::gemm", m * n, on_device::scale<T>, m * n, m, n, beta, c, ldc, std::size_t{0});
      return;
    }
    if constexpr (std::is_same_v<T, float>) {
      check_blas(
          cublasSgemm_64(handle(), op(tb), op(ta), i(n), i(m), i(k), &alpha, b, i(ldb), a, i(lda), &beta, c, i(ldc)),
          "cuda::gemm");
    } else {
      check_blas(
          cublasDgemm_64(handle(), op(tb), op(ta), i(n), i(m), i(k), &alpha, b, i(ldb), a, i(lda), &beta, c, i(ldc)),
          "cuda::gemm");
    }
  }

  /// `count` products of the same shape; stride_* are the distances between consecutive matrices (A, B: 0 for the same
  /// one).
  template <class T>
  static void gemm_batched(std::size_t count, transposed ta, transposed tb, std::size_t m, std::size_t n, std::size_t k,
                           T alpha, const T* a, std::size_t lda, std::size_t stride_a, const T* b, std::size_t ldb,
                           std::size_t stride_b, T beta, T* c, std::size_t ldc, std::size_t stride_c) {
    only_float_or_double<T>();
    if (count == 0 || m == 0 || n == 0) return;
    if (k == 0) {
      for_elements("cuda::gemm_batched", count * m * n, on_device::scale<T>, count * m * n, m, n, beta, c, ldc,
                   stride_c);
      return;
    }
    if constexpr (std::is_same_v<T, float>) {
      check_blas(
          cublasSgemmStridedBatched_64(handle(), op(tb), op(ta), i(n), i(m), i(k), &alpha, b, i(ldb), i(stride_b), a,
                                       i(lda), i(stride_a), &beta, c, i(ldc), i(stride_c), i(count)),
          "cuda::gemm_batched");
    } else {
      check_blas(
          cublasDgemmStridedBatched_64(handle(), op(tb), op(ta), i(n), i(m), i(k), &alpha, b, i(ldb), i(stride_b), a,
                                       i(lda), i(stride_a), &beta, c, i(ldc), i(stride_c), i(count)),
          "cuda::gemm_batched");
    }
  }

private:
  template <class T>
  static constexpr void only_float_or_double() {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "matrix products need float or double");
  }

  static constexpr std::int64_t i(std::size_t x) { return static_cast<std::int64_t>(x); }
  static constexpr cublasOperation_t op(transposed t) { return t == transposed::no ? CUBLAS_OP_N : CUBLAS_OP_T; }

  static void check_blas(cublasStatus_t status, std::string_view place) {
    if (status == CUBLAS_STATUS_SUCCESS) return;
    throw error(place, std::string(cublasGetStatusName(status)) + ", " + cublasGetStatusString(status));
  }

  /// One per host thread, as cuBLAS asks for; made at the first product.
  static cublasHandle_t handle() {
    struct owner {
      cublasHandle_t value = nullptr;
      owner() { check_blas(cublasCreate(&value), "cuda::gemm"); }
      owner(const owner&) = delete;
      owner& operator=(const owner&) = delete;
      ~owner() { (void)cublasDestroy(value); }
    };
    static thread_local const owner mine;
    return mine.value;
  }
};

}  // namespace paragon::backend::cuda_kernels
