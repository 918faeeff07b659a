// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <paragon/nn/initialise.hpp>
#include <paragon/nn/parameters.hpp>

namespace nn = paragon::nn;
using paragon::shape;

namespace {

struct ramp {  // the smallest initialiser
  double operator()(paragon::random_key, std::size_t i, const shape&) const { return static_cast<double>(i); }
};
struct no_key {
  double operator()(std::size_t i) const { return static_cast<double>(i); }
};
static_assert(nn::initialiser<ramp>);
static_assert(nn::initialiser<nn::fill>);
static_assert(nn::initialiser<nn::normal>);
static_assert(nn::initialiser<nn::uniform>);
static_assert(nn::initialiser<nn::fan_in_uniform>);
static_assert(nn::initialiser<nn::glorot_uniform>);
static_assert(!nn::initialiser<no_key>);

struct moments {
  double mean = 0;
  double variance = 0;
  double greatest = 0;
};

template <class I>
moments of(I initialiser, const shape& extents) {
  moments m;
  const auto n = static_cast<double>(extents.size());
  std::vector<double> values(extents.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = initialiser(paragon::random_key{.seed = 6}, i, extents);
  for (const double v : values) {
    m.mean += v / n;
    m.greatest = std::max(m.greatest, std::abs(v));
  }
  for (const double v : values) m.variance += (v - m.mean) * (v - m.mean) / n;
  return m;
}

}  // namespace

TEST_CASE("nn: initial values have the variance that they promise") {
  const shape extents{200, 500};  // 100,000 numbers: the variance is known to about 1 %, the mean to 0.003 deviations
  const auto check = [&](auto initialiser, double variance) {
    const auto m = of(initialiser, extents);
    CHECK(std::abs(m.mean) < 0.015 * std::sqrt(variance));
    CHECK(m.variance == doctest::Approx(variance).epsilon(0.02));
    return m.greatest;
  };
  check(nn::normal{0.5}, 0.25);
  CHECK(check(nn::uniform{2}, 4.0 / 3) <= 2);
  CHECK(check(nn::fan_in_uniform{}, 1.0 / 500) <= std::sqrt(3.0 / 500));
  check(nn::fan_in_uniform{std::sqrt(2.0)}, 2.0 / 500);
  // PyTorch's nn.Linear: uniform within 1 / sqrt(fan_in).
  CHECK(check(nn::fan_in_uniform{1 / std::sqrt(3.0)}, 1.0 / 1500) <= 1 / std::sqrt(500.0));
  CHECK(check(nn::glorot_uniform{}, 2.0 / 700) <= std::sqrt(6.0 / 700));
  const auto constant = of(nn::fill{3}, {4});
  CHECK(constant.mean == 3);
  CHECK(constant.variance == 0);
}

TEST_CASE("nn: initial values depend on the key and on the position alone") {
  nn::parameters<double> a;
  nn::parameters<double> b;
  a.add("one", {3, 4}, nn::normal{}, {.seed = 1});
  a.add("two", {3, 4}, nn::normal{}, {.seed = 1});
  b.add("other name", {12}, nn::normal{}, {.seed = 1});
  b.add("another", {12}, nn::normal{}, {.seed = 1});
  for (std::size_t i = 0; i < 24; ++i) CHECK(a.data()[i] == b.data()[i]);
  CHECK(a.data()[0] != a.data()[12]);
  nn::parameters<double> c;
  c.add("one", {3, 4}, nn::normal{}, {.seed = 2});
  CHECK(a.data()[0] != c.data()[0]);
}
