// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <paragon/core/to_float.hpp>

namespace {

#if defined(__GNUC__) && !defined(__clang__)
#define AS_AT_O3 __attribute__((noinline, optimize("O3")))
#else
#define AS_AT_O3 __attribute__((noinline))
#endif

template <std::size_t N>
AS_AT_O3 void round_all(std::array<double, N>& x) {
  for (double& some : x) some = static_cast<double>(paragon::to_float(some));
}

template <std::size_t N>
void check() {
  for (int k = 1; k <= 100; ++k) {
    std::array<double, N> x{};
    // 1 + k / 2^30 lies between the floats 1 and 1 + 1 / 2^23 = 1 + 128 / 2^30, the middle at k = 64, where 1 is even.
    x.fill(1 + k * 0x1p-30);
    round_all(x);
    for (const double rounded : x) CHECK(rounded == (k <= 64 ? 1 : 1 + 0x1p-23));
  }
}

}  // namespace

TEST_CASE("core: doubles that become floats and doubles again are rounded, however many there are") {
  check<1>();
  check<2>();
  check<3>();
  check<4>();
  check<5>();
  check<8>();
}
