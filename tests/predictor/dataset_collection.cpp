// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/nn/parameters.hpp>
#include <paragon/predictor/dataset_collection.hpp>
#include <paragon/predictor/dataset_encoder.hpp>

#include "autodiff/random_tensor.hpp"

namespace autodiff = paragon::autodiff;
namespace nn = paragon::nn;
namespace predictor = paragon::predictor;
using paragon_test::normal;

TEST_CASE("predictor: each row gets the code of its data set, whatever else is in the batch") {
  nn::parameters<double> store;
  const predictor::dataset_encoder encoder(store, {.features = 3, .width = 8, .heads = 2}, {.seed = 1});
  predictor::dataset_collection<double> sets(3, 2);
  std::vector<paragon::tensor<double>> features;
  for (const std::size_t classes : {3U, 2U, 5U, 2U, 3U}) {
    features.push_back(normal({classes * 2, 3}, static_cast<std::uint32_t>(420 + features.size())));
    sets.add(features.back().span());
  }
  REQUIRE(sets.size() == 5);
  CHECK(sets.classes(2) == 5);
  const std::vector<std::uint32_t> rows{4, 0, 3, 2, 0, 3, 4};
  autodiff::evaluation<double> context;
  const auto theta = nn::freeze(context, store);
  const auto codes = sets.codes(theta, encoder, rows);
  CHECK(codes.shape() == paragon::shape{7, 8});
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const auto alone = encoder(theta, 1, sets.classes(rows[r]), context.constant(features[rows[r]]));
    for (std::size_t k = 0; k < 8; ++k) {
      CHECK(codes.data()[r * 8 + k] == doctest::Approx(alone.data()[k]).epsilon(1e-12));
    }
  }

  const auto f = [&](auto&, const auto& v) { return sets.codes(nn::bound(v[0]), encoder, rows); };
  CHECK(autodiff::gradient_error(f, {store.values()}) < 1e-6);
}

TEST_CASE("predictor: data sets that do not fit are refused with what was wrong") {
  CHECK_THROWS_AS(predictor::dataset_collection<float>(0, 1), paragon::error);
  CHECK_THROWS_AS(predictor::dataset_collection<float>(1, 0), paragon::error);
  predictor::dataset_collection<float> sets(3, 2);
  CHECK_THROWS_WITH_AS(sets.add(std::vector<float>(8)), doctest::Contains("8 features"), paragon::error);
  CHECK_THROWS_AS(sets.add(std::vector<float>{}), paragon::error);
  sets.add(std::vector<float>(12));
  nn::parameters<float> store;
  const predictor::dataset_encoder encoder(store, {.features = 3, .width = 8, .heads = 2}, {.seed = 1});
  autodiff::evaluation<float> context;
  const auto theta = nn::freeze(context, store);
  CHECK_THROWS_WITH_AS((void)sets.codes(theta, encoder, std::vector<std::uint32_t>{0, 1}),
                       doctest::Contains("data set 1"), paragon::error);
  CHECK_THROWS_WITH_AS((void)sets.codes(theta, encoder, std::vector<std::uint32_t>{}), doctest::Contains("no rows"),
                       paragon::error);
}
