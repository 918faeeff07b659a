// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smallest models of the concepts of data, as docs/concepts.md quotes them.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <paragon/data/dataset_embedding.hpp>
#include <paragon/data/image_batches.hpp>

namespace {

//! [augmentation]
/// Each image gets darker, by up to half.
struct dim {
  void operator()(const paragon::data::image_view& image, paragon::random_key key, std::uint64_t element,
                  std::uint8_t* out) const {
    const double light = 1 - 0.5 * key.uniform(element);
    const std::size_t bytes = image.height * image.width * image.channels;
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<std::uint8_t>(light * image.data[i]);
  }
};
static_assert(paragon::data::augmentation<dim>);
//! [augmentation]

struct without_key {
  void operator()(const paragon::data::image_view&, std::uint8_t*) const {}
};
struct changes_itself {
  void operator()(const paragon::data::image_view&, paragon::random_key, std::uint64_t, std::uint8_t*) {}
};
static_assert(!paragon::data::augmentation<without_key>);
static_assert(!paragon::data::augmentation<changes_itself>);
static_assert(paragon::data::augmentation<paragon::data::plain>);
static_assert(paragon::data::augmentation<paragon::data::crop>);
static_assert(paragon::data::augmentation<paragon::data::crop_and_flip>);

//! [feature_extractor]
/// The mean of each image's numbers.
struct brightness {
  std::size_t features() const { return 1; }
  void operator()(std::span<const float> images, std::size_t n, std::span<float> out) const {
    const std::size_t size = images.size() / n;
    for (std::size_t i = 0; i < n; ++i) {
      out[i] = 0;
      for (const float x : images.subspan(i * size, size)) out[i] += x / static_cast<float>(size);
    }
  }
};
static_assert(paragon::data::feature_extractor<brightness>);
//! [feature_extractor]

struct without_width {
  void operator()(std::span<const float>, std::size_t, std::span<float>) const {}
};
struct one_image_at_a_time {
  std::size_t features() const { return 1; }
  float operator()(std::span<const float>) const { return 0; }
};
static_assert(!paragon::data::feature_extractor<without_width>);
static_assert(!paragon::data::feature_extractor<one_image_at_a_time>);

}  // namespace

TEST_CASE("concepts: an augmentation of one's own changes the images of a batch") {
  const paragon::tensor<std::uint8_t> images(paragon::shape{2, 2, 2, 1}, {200, 200, 200, 200, 100, 100, 100, 100});
  const paragon::data::image_set set("two", images, {0, 1}, 2);
  paragon::data::image_batches<dim, double> batches(set, {0, 1}, 2, {{0}, {1.0 / 255}}, {.seed = 3});
  std::vector<double> x(8);
  std::vector<std::uint32_t> labels(2);
  batches.fill(5, x, labels);
  for (std::size_t k = 0; k < 2; ++k) {
    const double full = labels[k] == 0 ? 200 : 100;
    CHECK(x[4 * k] < full);
    CHECK(x[4 * k] >= full / 2 - 1);
    for (std::size_t i = 1; i < 4; ++i) CHECK(x[4 * k + i] == doctest::Approx(x[4 * k]));
  }
}

TEST_CASE("concepts: features of one's own embed a data set") {
  const paragon::tensor<std::uint8_t> images(paragon::shape{4, 1, 2, 1}, {10, 20, 1, 2, 30, 40, 3, 4});
  const paragon::data::image_set set("four", images, {0, 1, 0, 1}, 2);
  const auto classes = paragon::data::dataset_embedding(set, {{0}, {1.0 / 255}}, brightness{}, 2, {.seed = 3});
  CHECK(classes.shape() == paragon::shape{2, 1});
  CHECK(classes[0] == doctest::Approx(25));
  CHECK(classes[1] == doctest::Approx(2.5));
}
