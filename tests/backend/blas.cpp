// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// <cblas.h> comes first here, and last in blas_last.cpp: paragon must not mind.
#if __has_include(<cblas.h>)
#include <cblas.h>
#endif

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include <paragon/backend/cpu.hpp>
#include <paragon/nn/linear.hpp>

using paragon::backend::cpu;
using paragon::backend::transposed;

#if defined(OPENBLAS_VERSION)

namespace {

std::vector<float> pattern(std::size_t n) {
  std::vector<float> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = 0.1F + static_cast<float>(i % 101) * 0.013F;
  return out;
}

/// Products that OpenBLAS would cut for its threads: a large one, a narrow one, many, and a row.
std::vector<float> products() {
  const std::size_t n = 300;
  const auto a = pattern(n * n);
  std::vector<float> c(4 * n * n);
  cpu::gemm(transposed::no, transposed::no, n, n, n, 1.F, a.data(), n, a.data(), n, 0.F, c.data(), n);
  cpu::gemm(transposed::yes, transposed::no, 8, 8, 9000, 1.F, a.data(), 8, a.data(), 8, 0.F, c.data() + n * n, 8);
  cpu::gemm_batched(4, transposed::no, transposed::yes, 100, 100, 200, 1.F, a.data(), 200, 20000, a.data(), 200, 20000,
                    0.F, c.data() + 2 * n * n, 100, 10000);
  cpu::gemm(transposed::no, transposed::no, 1, n, n, 1.F, a.data(), n, a.data(), n, 0.F, c.data() + 3 * n * n, n);
  return c;
}

}  // namespace

TEST_CASE("backend: products leave the number of OpenBLAS' threads as the program set it") {
  const int before = openblas_get_num_threads();
  for (const int number : {1, 2, 3}) {
    openblas_set_num_threads(number);
    REQUIRE(openblas_get_num_threads() == number);
    static_cast<void>(products());
    CHECK(openblas_get_num_threads() == number);
  }
  openblas_set_num_threads(before);
}

TEST_CASE("backend: products have the same bits for any number of OpenBLAS' threads") {
  const int before = openblas_get_num_threads();
  openblas_set_num_threads(1);
  const auto want = products();
  for (const int number : {2, 3, 4}) {
    openblas_set_num_threads(number);
    CHECK(products() == want);
  }
  openblas_set_num_threads(before);
}

TEST_CASE("backend: threads that multiply at once leave the number of OpenBLAS' threads, and never work with others") {
  const int before = openblas_get_num_threads();
  openblas_set_num_threads(3);
  const auto want = products();
  std::atomic<int> wrong = 0;
  {
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 4; ++caller) {
      callers.emplace_back([&] {
        for (int round = 0; round < 20; ++round) {
          if (products() != want) ++wrong;
          const paragon::backend::cpu_kernels::one_blas_thread here;
          if (openblas_get_num_threads() != 1) ++wrong;
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
  }
  CHECK(wrong == 0);
  CHECK(openblas_get_num_threads() == 3);
  openblas_set_num_threads(before);
}

TEST_CASE("backend: a number of OpenBLAS' threads that is set during a product stays") {
  const int before = openblas_get_num_threads();
  openblas_set_num_threads(2);
  {
    const paragon::backend::cpu_kernels::one_blas_thread here;
    CHECK(openblas_get_num_threads() == 1);
    openblas_set_num_threads(3);
  }
  CHECK(openblas_get_num_threads() == 3);
  openblas_set_num_threads(before);
}

TEST_CASE("backend: products are those of cblas") {
  const auto a = pattern(30 * 40);
  const auto b = pattern(40 * 50);
  std::vector<float> want(30 * 50), found(30 * 50);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 30, 50, 40, 1, a.data(), 40, b.data(), 50, 0, want.data(), 50);
  cpu::gemm(transposed::no, transposed::no, 30, 50, 40, 1.F, a.data(), 40, b.data(), 50, 0.F, found.data(), 50);
  CHECK(found == want);
}

#endif
