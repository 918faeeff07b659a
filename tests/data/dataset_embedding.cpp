// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include <paragon/data/dataset_embedding.hpp>
#include <paragon/data/random_filters.hpp>
#include <paragon/data/synthetic_images.hpp>

namespace data = paragon::data;
using paragon::shape;
using paragon::tensor;

namespace {

/// The first pixel's channels, and the number of the batch's images.
struct first_pixel {
  std::size_t features() const { return 3; }
  void operator()(std::span<const float> images, std::size_t n, std::span<float> out) const {
    for (std::size_t i = 0; i < n; ++i) {
      out[3 * i] = images[i * images.size() / n];
      out[3 * i + 1] = images[i * images.size() / n + 1];
      out[3 * i + 2] = static_cast<float>(n);
    }
  }
};
static_assert(data::feature_extractor<first_pixel>);
static_assert(data::feature_extractor<data::random_filters>);

struct without_number {
  void operator()(std::span<const float>, std::size_t, std::span<float>) const {}
};
static_assert(!data::feature_extractor<without_number>);

/// Image i has a first pixel of (i, 2 i); classes take turns.
data::image_set numbered(std::size_t n, std::size_t classes) {
  tensor<std::uint8_t> images(shape{n, 2, 1, 2});
  std::vector<std::uint32_t> labels;
  for (std::size_t i = 0; i < n; ++i) {
    images[4 * i] = static_cast<std::uint8_t>(i);
    images[4 * i + 1] = static_cast<std::uint8_t>(2 * i);
    labels.push_back(static_cast<std::uint32_t>(i % classes));
  }
  return {"numbered", std::move(images), std::move(labels), classes};
}

const data::channel_statistics bytes{{0, 0}, {1.0 / 255, 1.0 / 255}};

}  // namespace

TEST_CASE("data: features of a data set come class after class, of different images") {
  const std::uint64_t seed = 3;
  CAPTURE(seed);
  const auto set = numbered(60, 4);
  const auto all = data::features_of_classes(set, bytes, first_pixel{}, 10, {.seed = seed});
  CHECK(all.shape() == shape{40, 3});
  std::set<long> seen;
  for (std::size_t r = 0; r < 40; ++r) {
    const long i = std::lround(all.row(r)[0]);
    CHECK(i % 4 == static_cast<long>(r / 10));
    CHECK(all.row(r)[1] == doctest::Approx(2.0 * static_cast<double>(i)));
    CHECK(all.row(r)[2] == 10);
    seen.insert(i);
  }
  CHECK(seen.size() == 40);
  CHECK(all.to_vector() == data::features_of_classes(set, bytes, first_pixel{}, 10, {.seed = seed}).to_vector());
  CHECK_FALSE(all.to_vector() ==
              data::features_of_classes(set, bytes, first_pixel{}, 10, {.seed = seed + 1}).to_vector());

  const auto means = data::dataset_embedding(set, bytes, first_pixel{}, 10, {.seed = seed});
  CHECK(means.shape() == shape{4, 3});
  for (std::size_t c = 0; c < 4; ++c) {
    double sum = 0;
    for (std::size_t i = 0; i < 10; ++i) sum += static_cast<double>(all.row(10 * c + i)[0]);
    CHECK(means.row(c)[0] == doctest::Approx(sum / 10));
    CHECK(means.row(c)[1] == doctest::Approx(sum / 5));
  }
  // Of all images: class c has c, c + 4, ... c + 56, whose mean is c + 28.
  const auto whole = data::dataset_embedding(set, bytes, first_pixel{}, 15, {.seed = seed});
  for (std::size_t c = 0; c < 4; ++c) CHECK(whole.row(c)[0] == doctest::Approx(static_cast<double>(c) + 28));

  CHECK_THROWS_WITH_AS((void)data::dataset_embedding(set, bytes, first_pixel{}, 16, {}),
                       "data::features_of_classes: 16 images of class 0 of numbered; expected from 1 to 15",
                       paragon::error);
  CHECK_THROWS_AS((void)data::dataset_embedding(set, bytes, first_pixel{}, 0, {}), paragon::error);
}

TEST_CASE("data: random filters see how neighbours differ, not brightness") {
  const std::uint64_t seed = 6;
  CAPTURE(seed);
  const data::random_filters filters(6, 7, 2, {.filters = 20, .kernel = 3}, {.seed = seed});
  std::vector<float> flat(2 * 84);
  for (std::size_t i = 0; i < flat.size(); ++i) flat[i] = i % 2 == 0 ? 3.0F : -1.0F;
  std::vector<float> out(40, 9.0F);
  filters(flat, 2, out);
  for (const float v : out) CHECK(std::abs(v) < 1e-5F);
  // A single lit pixel away from the border is seen at each of the nine places of a filter once: the sum of the
  // rectified responses of a filter and of its mirror image in value is the sum of its weights' absolute values.
  std::vector<float> lit(84, 0.0F);
  lit[(3 * 7 + 3) * 2] = 1.0F;
  std::vector<float> dark(lit);
  dark[(3 * 7 + 3) * 2] = -1.0F;
  std::vector<float> up(20);
  std::vector<float> down(20);
  filters(lit, 1, up);
  filters(dark, 1, down);
  for (std::size_t f = 0; f < 20; ++f) {
    // The weights of a channel sum to 0, so what is above equals what is below.
    CHECK(up[f] == doctest::Approx(down[f]).epsilon(1e-4));
    CHECK(up[f] > 0);
  }
  // Images do not depend on each other.
  std::vector<float> both(lit);
  both.insert(both.end(), flat.begin(), flat.begin() + 84);
  filters(both, 2, out);
  CHECK(std::equal(up.begin(), up.end(), out.begin()));

  CHECK_THROWS_WITH_AS(filters(lit, 2, out), "data::random_filters: 84 values to 40 features; expected 168 to 40",
                       paragon::error);
  CHECK_THROWS_WITH_AS((void)data::random_filters(6, 4, 1, {.filters = 2, .kernel = 5}, {}),
                       "data::random_filters: a kernel of 5; expected from 2 to the image's 4", paragon::error);
  CHECK_THROWS_WITH_AS((void)data::random_filters(6, 4, 1, {.filters = 0, .kernel = 3}, {}),
                       "data::random_filters: no filters; expected at least one", paragon::error);
}

TEST_CASE("data: the embedding of a data set knows its classes again") {
  const std::uint64_t seed = 2;
  CAPTURE(seed);
  const auto sets = data::synthetic_images({.classes = 6, .train = 1200, .test = 600}, {.seed = seed});
  const auto scale = data::statistics_of(sets.train);
  const data::random_filters filters(16, 16, 3, {.filters = 128}, {.seed = seed});
  const auto known = data::dataset_embedding(sets.train, scale, filters, 100, {.seed = seed});
  const auto other = data::dataset_embedding(sets.test, scale, filters, 100, {.seed = seed});
  // Each class of the test set lies nearest to the same class of the training set, after the common length is taken out.
  const auto shape_of = [](std::span<const float> row) {
    double sum = 0;
    for (const float v : row) sum += static_cast<double>(v);
    std::vector<double> unit;
    for (const float v : row) unit.push_back(static_cast<double>(v) / sum);
    return unit;
  };
  std::size_t right = 0;
  for (std::size_t c = 0; c < 6; ++c) {
    const auto x = shape_of(other.row(c));
    std::size_t best = 0;
    double nearest = 1e300;
    for (std::size_t k = 0; k < 6; ++k) {
      const auto y = shape_of(known.row(k));
      double distance = 0;
      for (std::size_t j = 0; j < x.size(); ++j) distance += (x[j] - y[j]) * (x[j] - y[j]);
      if (distance < nearest) {
        nearest = distance;
        best = k;
      }
    }
    right += best == c ? 1 : 0;
  }
  CHECK(right >= 5);
}
