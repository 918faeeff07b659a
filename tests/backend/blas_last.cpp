// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// <cblas.h> comes last here, and first in blas.cpp: paragon must not mind.
#include <doctest/doctest.h>

#include <array>

#include <paragon/backend/cpu.hpp>
#include <paragon/nn/linear.hpp>

#if __has_include(<cblas.h>)
#include <cblas.h>

TEST_CASE("backend: cblas and paragon in one source, in either order") {
  const std::array<float, 3> x{1, 2, 3};
  CHECK(cblas_sdot(3, x.data(), 1, x.data(), 1) == 14);
  CHECK(paragon::backend::cpu::dot(3, x.data(), x.data()) == 14);
}

#endif
