// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <paragon/core/moments.hpp>

using paragon::moments;

namespace {

template <class T>
moments of(const std::vector<T>& values) {
  return moments::of(std::span<const T>(values));
}

}  // namespace

TEST_CASE("core: moments in any unit and far from 0") {
  // 1, 2, 3, 6: mean 3, squares of differences 4 + 1 + 0 + 9 = 14.
  for (const double unit : {1e-308, 1e-200, 1.0, 1e200, 2e307}) {
    CAPTURE(unit);
    const moments m = of(std::vector<double>{unit, 2 * unit, 3 * unit, 6 * unit});
    CHECK(m.mean == doctest::Approx(3 * unit).epsilon(1e-14));
    CHECK(m.deviation == doctest::Approx(std::sqrt(3.5) * unit).epsilon(1e-14));
  }
  const moments far = of(std::vector<double>{1e15 + 1, 1e15 + 2, 1e15 + 3, 1e15 + 6});
  CHECK(far.mean == 1e15 + 3);
  CHECK(far.deviation == doctest::Approx(std::sqrt(3.5)).epsilon(1e-14));
  const double greatest = std::numeric_limits<double>::max();
  CHECK(of(std::vector<double>{-greatest, greatest}).mean == 0);
  CHECK(of(std::vector<double>{-greatest, greatest}).deviation == doctest::Approx(greatest).epsilon(1e-14));
  CHECK(of(std::vector<float>{1.5e19F, -1.5e19F}).deviation == doctest::Approx(1.5e19).epsilon(1e-6));
}

TEST_CASE("core: equal numbers have their own mean and no deviation") {
  for (const double value : {0.0, 0.1, -1.0 / 3, 12345.678, 1e300, 5e-324}) {
    for (const std::size_t n : {1UL, 3UL, 7UL, 1000UL}) {
      const moments m = of(std::vector<double>(n, value));
      CHECK(m.mean == value);
      CHECK(m.deviation == 0);
    }
  }
}

TEST_CASE("core: moments of what is no number are NaN") {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const moments m = of(std::vector<double>{1, bad, 2});
    CHECK(std::isnan(m.mean));
    CHECK(std::isnan(m.deviation));
  }
  CHECK(of(std::vector<double>{}).mean == 0);
}
