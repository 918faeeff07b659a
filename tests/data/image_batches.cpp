// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <paragon/data/image_batches.hpp>

namespace data = paragon::data;
using paragon::shape;
using paragon::tensor;

namespace {

data::image_set random_set(std::size_t n, std::size_t h, std::size_t w, std::size_t c, std::uint64_t seed) {
  const paragon::random_key key{.seed = seed};
  tensor<std::uint8_t> images(shape{n, h, w, c});
  // No byte is 0, so black pixels are border.
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<std::uint8_t>(1 + key.below(255, i));
  std::vector<std::uint32_t> labels;
  for (std::size_t i = 0; i < n; ++i) labels.push_back(static_cast<std::uint32_t>(i % 7));
  return {"random", std::move(images), std::move(labels), 7};
}

/// A window of the image with its border, pixel by pixel.
std::string window(std::span<const std::uint8_t> image, std::size_t h, std::size_t w, std::size_t channels, int down,
                   int right, bool mirrored) {
  std::string out;
  for (int y = 0; y < static_cast<int>(h); ++y) {
    for (int x = 0; x < static_cast<int>(w); ++x) {
      const int sy = y - down;
      const int sx = (mirrored ? static_cast<int>(w) - 1 - x : x) - right;
      const bool inside = sy >= 0 && sy < static_cast<int>(h) && sx >= 0 && sx < static_cast<int>(w);
      for (std::size_t c = 0; c < channels; ++c) {
        out += static_cast<char>(inside ? image[static_cast<std::size_t>(sy * static_cast<int>(w) + sx) * channels + c]
                                        : 0);
      }
    }
  }
  return out;
}

}  // namespace

TEST_CASE("data: a crop with a flip is a window of the image with a black border, all equally often") {
  struct example {
    std::size_t h, w, c, padding;
  };
  for (const auto& [h, w, c, padding] :
       {example{5, 6, 3, 2}, example{4, 3, 1, 1}, example{2, 3, 2, 4}, example{3, 3, 3, 0}}) {
    const std::uint64_t seed = 3;
    CAPTURE(seed);
    CAPTURE(h);
    CAPTURE(padding);
    const auto set = random_set(1, h, w, c, seed);
    const data::image_view view{set.image(0).data(), h, w, c};
    const int p = static_cast<int>(padding);
    std::map<std::string, std::size_t> windows;
    for (int down = -p; down <= p; ++down) {
      for (int right = -p; right <= p; ++right) {
        for (const bool mirrored : {false, true}) ++windows[window(set.image(0), h, w, c, down, right, mirrored)];
      }
    }
    std::map<std::string, std::size_t> unmirrored;
    const std::size_t places = 2 * (2 * padding + 1) * (2 * padding + 1);
    std::map<std::string, std::size_t> seen;
    const std::size_t draws = 200 * places;
    for (std::size_t i = 0; i < draws; ++i) {
      std::vector<std::uint8_t> out(view.height * view.width * view.channels, 99);
      data::crop_and_flip{padding}(view, {.seed = seed}, i, out.data());
      ++seen[std::string(out.begin(), out.end())];
      std::vector<std::uint8_t> moved(out.size(), 99);
      data::crop{padding}(view, {.seed = seed}, i, moved.data());
      ++unmirrored[std::string(moved.begin(), moved.end())];
    }
    std::map<std::string, std::size_t> expected_unmirrored;
    for (int down = -p; down <= p; ++down) {
      for (int right = -p; right <= p; ++right) {
        const auto moved = window(set.image(0), h, w, c, down, right, false);
        CHECK(unmirrored.contains(moved));
        ++expected_unmirrored[moved];
      }
    }
    CHECK(unmirrored.size() == expected_unmirrored.size());
    CHECK(seen.size() == windows.size());
    for (const auto& [bytes, count] : seen) {
      REQUIRE(windows.contains(bytes));
      const double expected = 200.0 * static_cast<double>(windows[bytes]);
      CHECK(std::abs(static_cast<double>(count) - expected) < 6 * std::sqrt(expected));  // six standard deviations
    }
  }
}

TEST_CASE("data: images are written in units of deviations from the mean") {
  const std::uint64_t seed = 11;
  CAPTURE(seed);
  const auto set = random_set(20, 4, 5, 3, seed);
  const data::channel_statistics scale{{0.5, 0.1, 0.25}, {0.2, 0.5, 2}};
  data::image_writer<double> write(set, scale);
  const std::vector<std::size_t> chosen{7, 0, 19, 7};
  std::vector<double> images(4 * 60);
  std::vector<std::uint32_t> labels(4);
  write(chosen, data::plain{}, {}, images, labels);
  for (std::size_t k = 0; k < 4; ++k) {
    CHECK(labels[k] == chosen[k] % 7);
    for (std::size_t i = 0; i < 60; ++i) {
      const double expected = (set.image(chosen[k])[i] / 255.0 - scale.mean[i % 3]) / scale.deviation[i % 3];
      CHECK(images[60 * k + i] == doctest::Approx(expected).epsilon(1e-12));
    }
  }
  const auto together = data::normalised<double>(set, chosen, scale);
  CHECK(together.images.shape() == shape{4, 4, 5, 3});
  CHECK(together.images.to_vector() == images);
  CHECK(together.labels == labels);
  // An augmentation is given the position in the batch, and sees the image's bytes.
  std::vector<double> changed(4 * 60);
  const paragon::random_key key{.seed = seed};
  write(chosen, data::crop_and_flip{1}, key, changed, labels);
  for (std::size_t k = 0; k < 4; ++k) {
    std::vector<std::uint8_t> bytes(60);
    data::crop_and_flip{1}({set.image(chosen[k]).data(), 4, 5, 3}, key, k, bytes.data());
    for (std::size_t i = 0; i < 60; ++i) {
      const double expected = (bytes[i] / 255.0 - scale.mean[i % 3]) / scale.deviation[i % 3];
      CHECK(changed[60 * k + i] == doctest::Approx(expected).epsilon(1e-12));
    }
  }
  // With its own statistics a set has mean 0 and deviation 1.
  const auto all = data::normalised<double>(set, data::statistics_of(set)).images.to_vector();
  for (std::size_t c = 0; c < 3; ++c) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = c; i < all.size(); i += 3) {
      sum += all[i];
      squares += all[i] * all[i];
    }
    CHECK(std::abs(sum) < 1e-9);
    CHECK(squares == doctest::Approx(400).epsilon(1e-9));
  }
}

TEST_CASE("data: an epoch shows every image once, and the next one in another order") {
  const std::uint64_t seed = 21;
  CAPTURE(seed);
  const auto set = random_set(50, 2, 2, 1, seed);
  std::vector<std::size_t> indices;
  for (std::size_t i = 3; i < 45; ++i) indices.push_back(i);
  data::image_batches<> batches(set, indices, 8, data::statistics_of(set), {.seed = seed});
  CHECK(batches.steps_per_epoch() == 5);  // 42 images: two are left out
  CHECK(batches.epoch(4) == 0);
  CHECK(batches.epoch(5) == 1);
  std::vector<std::vector<std::size_t>> epochs;
  for (std::uint64_t epoch = 0; epoch < 6; ++epoch) {
    std::vector<std::size_t> seen;
    for (std::uint64_t step = 5 * epoch; step < 5 * epoch + 5; ++step) {
      const auto chosen = batches.chosen(step);
      seen.insert(seen.end(), chosen.begin(), chosen.end());
    }
    CHECK(seen.size() == 40);
    CHECK(std::set<std::size_t>(seen.begin(), seen.end()).size() == 40);
    CHECK(*std::min_element(seen.begin(), seen.end()) >= 3);
    CHECK(*std::max_element(seen.begin(), seen.end()) < 45);
    epochs.push_back(seen);
  }
  CHECK(std::set<std::vector<std::size_t>>(epochs.begin(), epochs.end()).size() == 6);
}

TEST_CASE("data: a batch depends on key and step alone") {
  const std::uint64_t seed = 31;
  CAPTURE(seed);
  const auto set = random_set(30, 6, 6, 3, seed);
  const auto scale = data::statistics_of(set);
  const auto make = [&](std::uint64_t s) {
    return data::image_batches(set, data::all_images(set), 7, scale, paragon::random_key{.seed = s}.fork(4),
                               data::crop_and_flip{2});
  };
  const auto batch = [&](auto& from, std::uint64_t step) {
    std::pair<std::vector<float>, std::vector<std::uint32_t>> b{std::vector<float>(7 * 108),
                                                                std::vector<std::uint32_t>(7)};
    from.fill(step, b.first, b.second);
    return b;
  };
  auto in_order = make(seed);
  CHECK(in_order.extents() == shape{7, 6, 6, 3});
  std::vector<std::pair<std::vector<float>, std::vector<std::uint32_t>>> all;
  for (std::uint64_t step = 0; step < 12; ++step) all.push_back(batch(in_order, step));
  auto resumed = make(seed);
  for (const std::uint64_t step : {9U, 0U, 11U, 4U}) CHECK(batch(resumed, step) == all[step]);
  auto other = make(seed + 1);
  CHECK_FALSE(batch(other, 0) == all[0]);
  for (std::size_t k = 0; k < 7; ++k) CHECK(all[9].second[k] == set.labels()[in_order.chosen(9)[k]]);
}

TEST_CASE("data: batches that cannot be made are errors") {
  const auto set = random_set(10, 2, 2, 3, 1);
  const auto scale = data::statistics_of(set);
  CHECK_THROWS_WITH_AS((void)data::image_batches<>(set, {1, 2}, 0, scale, {}),
                       "data::image_batches: batches of 0; expected from 1 to 2, the number of images", paragon::error);
  CHECK_THROWS_WITH_AS((void)data::image_batches<>(set, {1, 2}, 3, scale, {}),
                       "data::image_batches: batches of 3; expected from 1 to 2, the number of images", paragon::error);
  CHECK_THROWS_WITH_AS((void)data::image_batches<>(set, {1, 10}, 1, scale, {}),
                       "data::image_batches: image 10 of random; expected below 10", paragon::error);
  CHECK_THROWS_WITH_AS((void)data::image_writer<float>(set, {{0.5}, {0.5}}),
                       "data::image_writer: statistics of 1 and 1 channels; expected 3, as random has", paragon::error);
  CHECK_THROWS_WITH_AS((void)data::image_writer<float>(set, {{0, 0, 0}, {1, 0, 1}}),
                       "data::image_writer: a deviation of 0; expected a number above 0", paragon::error);
  data::image_writer<float> write(set, scale);
  std::vector<float> images(12);
  std::vector<std::uint32_t> labels(1);
  const std::vector<std::size_t> two{1, 2};
  const std::vector<std::size_t> beyond{10};
  CHECK_THROWS_WITH_AS(write(two, data::plain{}, {}, images, labels),
                       "data::image_writer: 12 values and 1 labels; expected 24 and 2 for 2 images", paragon::error);
  CHECK_THROWS_WITH_AS(write(beyond, data::plain{}, {}, images, labels),
                       "data::image_writer: image 10 of random; expected below 10", paragon::error);
}
