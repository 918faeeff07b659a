// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <numbers>

#include <paragon/nn/schedule.hpp>

namespace nn = paragon::nn;

namespace {

struct halving {  // the smallest schedule
  double operator()(std::size_t step) const { return 1.0 / static_cast<double>(1U << step); }
};
struct without_step {
  double operator()() const { return 1; }
};
static_assert(nn::schedule<halving>);
static_assert(nn::schedule<nn::constant_schedule>);
static_assert(nn::schedule<nn::linear_schedule>);
static_assert(nn::schedule<nn::cosine_schedule>);
static_assert(!nn::schedule<without_step>);

}  // namespace

TEST_CASE("nn: a constant schedule") {
  CHECK(nn::constant_schedule{.value = 3}(0) == 3);
  CHECK(nn::constant_schedule{.value = 3}(1000000) == 3);
}

TEST_CASE("nn: a linear schedule ends at its last value and stays there") {
  const nn::linear_schedule s{.first = 2, .last = -2, .steps = 8};
  CHECK(s(0) == 2);
  CHECK(s(2) == 1);
  CHECK(s(4) == 0);
  CHECK(s(8) == -2);
  CHECK(s(100) == -2);
  CHECK(nn::linear_schedule{.first = 2, .last = 1, .steps = 0}(0) == 2);
  CHECK(nn::linear_schedule{.first = 2, .last = 1, .steps = 0}(1) == 1);
}

TEST_CASE("nn: a cosine schedule warms up, reaches its peak and falls") {
  const nn::cosine_schedule s{.peak = 1, .last = 0.1, .warmup = 5, .steps = 25};
  for (std::size_t i = 0; i < 5; ++i) CHECK(s(i) == doctest::Approx(0.2 * static_cast<double>(i + 1)));
  CHECK(s(5) == doctest::Approx(1));
  CHECK(s(15) == doctest::Approx(0.55));
  CHECK(s(10) == doctest::Approx(0.1 + 0.45 * (1 + 1 / std::numbers::sqrt2)));
  CHECK(s(25) == doctest::Approx(0.1));
  CHECK(s(1000) == doctest::Approx(0.1));
  for (std::size_t i = 5; i < 24; ++i) CHECK(s(i + 1) < s(i));
  CHECK(nn::cosine_schedule{.peak = 1, .last = 0, .warmup = 0, .steps = 0}(0) == 1);
}

TEST_CASE("nn: schedules are values") {
  CHECK(nn::linear_schedule{.steps = 3} == nn::linear_schedule{.steps = 3});
  CHECK_FALSE(nn::linear_schedule{.steps = 3} == nn::linear_schedule{.steps = 4});
  CHECK(nn::cosine_schedule{} == nn::cosine_schedule{});
  CHECK(nn::constant_schedule{} == nn::constant_schedule{});
}
