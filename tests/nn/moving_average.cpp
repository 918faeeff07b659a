// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>

#include <paragon/nn/moving_average.hpp>

#include "autodiff/random_tensor.hpp"

namespace nn = paragon::nn;

TEST_CASE("nn: a moving average follows its recurrence, faster at first") {
  nn::parameters<double> store;
  const auto w = store.add("w", {5}, nn::normal{}, {.seed = 7});
  nn::moving_average<double> average(store, 0.9);
  std::vector<double> expected = store.values().to_vector();
  CHECK(average.average().values().to_vector() == expected);
  for (std::size_t n = 1; n <= 200; ++n) {
    store.values() = paragon_test::normal({5}, 560 + static_cast<std::uint32_t>(n));
    average.update(store);
    const double keep = std::min(0.9, (1.0 + static_cast<double>(n)) / (10.0 + static_cast<double>(n)));
    if (n == 1) CHECK(keep == doctest::Approx(2.0 / 11));
    for (std::size_t i = 0; i < 5; ++i) expected[i] = keep * expected[i] + (1 - keep) * store.data()[i];
    CHECK(paragon_test::largest_difference(average.average().data(), expected, 5) < 1e-14);
  }
  CHECK(average.average().find("w")->where == w);
}

TEST_CASE("nn: the average of constant parameters is these parameters") {
  nn::parameters<float> store;
  store.add("w", {64}, nn::fill{0.7}, {});
  nn::moving_average<float> average(store);
  for (int n = 0; n < 100; ++n) average.update(store);
  for (std::size_t i = 0; i < 64; ++i) CHECK(average.average().data()[i] == doctest::Approx(0.7F).epsilon(1e-5));
}

TEST_CASE("nn: a moving average in float follows a decay that float rounds to 1") {
  // After the start, each of the steps from 0 towards 1 covers a share of 2e-8: the rest is (1 - 2e-8)^steps.
  nn::parameters<float> store;
  store.add("w", {1}, nn::fill{0}, {});
  nn::moving_average<float> average(store, 1 - 2e-8);
  average.restore(paragon::tensor<float>({1}), 2'000'000'000);
  store.data()[0] = 1;
  for (int n = 0; n < 1000; ++n) average.update(store);
  CHECK(average.average().data()[0] == doctest::Approx(2e-5).epsilon(1e-3));
}
