// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <type_traits>

#include "../../core/compiler_flags.hpp"

// The functions of the BLAS that products need: its Fortran ones, which every BLAS has, under names of our own. So no other
// declaration of theirs conflicts, <cblas.h>'s and Eigen's among them, whichever is included first.
#define PARAGON_TEXT(x) PARAGON_TEXT_OF(x)
#define PARAGON_TEXT_OF(x) #x
#define PARAGON_SYMBOL(name) __asm__(PARAGON_TEXT(__USER_LABEL_PREFIX__) name)  // NOLINT(bugprone-macro-parentheses)

extern "C" {
// Sizes and numbers by address; in the end the lengths of the texts, which Fortran passes unseen.
void paragon_sgemm(const char*, const char*, const int*, const int*, const int*, const float*, const float*, const int*,
                   const float*, const int*, const float*, float*, const int*, std::size_t, std::size_t)
    PARAGON_SYMBOL("sgemm_");
void paragon_dgemm(const char*, const char*, const int*, const int*, const int*, const double*, const double*,
                   const int*, const double*, const int*, const double*, double*, const int*, std::size_t, std::size_t)
    PARAGON_SYMBOL("dgemm_");
void paragon_sgemv(const char*, const int*, const int*, const float*, const float*, const int*, const float*,
                   const int*, const float*, float*, const int*, std::size_t) PARAGON_SYMBOL("sgemv_");
void paragon_dgemv(const char*, const int*, const int*, const double*, const double*, const int*, const double*,
                   const int*, const double*, double*, const int*, std::size_t) PARAGON_SYMBOL("dgemv_");

// OpenBLAS' own, absent from another BLAS, and OpenMP's, absent where nothing uses it.
int paragon_openblas_get_parallel() PARAGON_SYMBOL("openblas_get_parallel") __attribute__((weak));
int paragon_openblas_get_num_threads() PARAGON_SYMBOL("openblas_get_num_threads") __attribute__((weak));
void paragon_openblas_set_num_threads(int) PARAGON_SYMBOL("openblas_set_num_threads") __attribute__((weak));
int paragon_omp_get_max_threads() PARAGON_SYMBOL("omp_get_max_threads") __attribute__((weak));
void paragon_omp_set_num_threads(int) PARAGON_SYMBOL("omp_set_num_threads") __attribute__((weak));
}

namespace paragon::blas_state {

// One for the whole process, whatever the instruction sets of its sources and the visibility in its libraries.

/// How many live `one_blas_thread` there are; `changing` while the first or last of them sets OpenBLAS' number.
[[gnu::visibility("default")]] inline constinit std::atomic<std::uint32_t> users = 0;
inline constexpr std::uint32_t changing = 0x80000000;
/// OpenBLAS' number of threads before the first of them.
[[gnu::visibility("default")]] inline constinit std::atomic<int> before = 1;

}  // namespace paragon::blas_state

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// OpenBLAS starts no threads of its own for calls of this thread while the object lives: their number would change how it
/// cuts sums, and with it the result's last bits, and the kernels' blocks have threads already.
///
/// OpenBLAS with threads of its own has one number for the whole process: it is 1 while any object lives, and what the
/// program had set before and after. A program that sets it meanwhile keeps what it set. OpenBLAS with OpenMP has a
/// number a thread, and any other BLAS is left alone. Cost: about 15 nanoseconds.
class one_blas_thread {
public:
  one_blas_thread() noexcept {
    switch (threading()) {
      case own_threads: enter(); break;
      case openmp:
        before_ = paragon_omp_get_max_threads();
        if (before_ != 1) paragon_omp_set_num_threads(1);
        break;
      default: break;
    }
  }
  ~one_blas_thread() {
    switch (threading()) {
      case own_threads: leave(); break;
      case openmp:
        if (before_ != 1) paragon_omp_set_num_threads(before_);
        break;
      default: break;
    }
  }
  one_blas_thread(const one_blas_thread&) = delete;
  one_blas_thread& operator=(const one_blas_thread&) = delete;

private:
  /// As openblas_get_parallel numbers them.
  enum kind : int { none = 0, own_threads = 1, openmp = 2 };

  static kind threading() noexcept {
    static const kind found = [] {
      if (paragon_openblas_get_parallel == nullptr || paragon_openblas_get_num_threads == nullptr ||
          paragon_openblas_set_num_threads == nullptr) {
        return none;
      }
      const int parallel = paragon_openblas_get_parallel();
      if (parallel == openmp) {
        return paragon_omp_get_max_threads != nullptr && paragon_omp_set_num_threads != nullptr ? openmp : none;
      }
      return parallel == own_threads ? own_threads : none;
    }();
    return found;
  }

  static void enter() noexcept {
    using namespace blas_state;
    for (std::uint32_t now = users.load(std::memory_order_relaxed);;) {
      if ((now & changing) != 0) {
        now = wait();
      } else if (now == 0) {
        if (!users.compare_exchange_weak(now, changing, std::memory_order_acquire, std::memory_order_relaxed)) continue;
        const int number = paragon_openblas_get_num_threads();
        before.store(number, std::memory_order_relaxed);
        if (number != 1) paragon_openblas_set_num_threads(1);
        users.store(1, std::memory_order_release);
        return;
      } else if (users.compare_exchange_weak(now, now + 1, std::memory_order_acquire, std::memory_order_relaxed)) {
        return;
      }
    }
  }

  static void leave() noexcept {
    using namespace blas_state;
    for (std::uint32_t now = users.load(std::memory_order_relaxed);;) {
      if ((now & changing) != 0) {
        now = wait();
      } else if (now == 1) {
        if (!users.compare_exchange_weak(now, changing, std::memory_order_acquire, std::memory_order_relaxed)) continue;
        const int number = before.load(std::memory_order_relaxed);
        if (number != 1 && paragon_openblas_get_num_threads() == 1) paragon_openblas_set_num_threads(number);
        users.store(0, std::memory_order_release);
        return;
      } else if (users.compare_exchange_weak(now, now - 1, std::memory_order_release, std::memory_order_relaxed)) {
        return;
      }
    }
  }

  static std::uint32_t wait() noexcept {
    std::this_thread::yield();
    return blas_state::users.load(std::memory_order_relaxed);
  }

  int before_ = 1;
};

/// C = alpha op(A) op(B) + beta C, all column-major: op(A) is m x k, op(B) is k x n.
template <class T>
void blas_gemm(char ta, char tb, int m, int n, int k, T alpha, const T* a, int lda, const T* b, int ldb, T beta, T* c,
               int ldc) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "matrix products need float or double");
  if constexpr (std::is_same_v<T, float>) {
    paragon_sgemm(&ta, &tb, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc, 1, 1);
  } else {
    paragon_dgemm(&ta, &tb, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc, 1, 1);
  }
}

/// y = alpha op(A) x + beta y, A column-major m x n as stored.
template <class T>
void blas_gemv(char ta, int m, int n, T alpha, const T* a, int lda, const T* x, int x_stride, T beta, T* y,
               int y_stride) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "matrix products need float or double");
  if constexpr (std::is_same_v<T, float>) {
    paragon_sgemv(&ta, &m, &n, &alpha, a, &lda, x, &x_stride, &beta, y, &y_stride, 1);
  } else {
    paragon_dgemv(&ta, &m, &n, &alpha, a, &lda, x, &x_stride, &beta, y, &y_stride, 1);
  }
}

}  // namespace paragon::backend::cpu_kernels
