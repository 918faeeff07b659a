// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <paragon/data/image_set.hpp>

#include "../scratch.hpp"
#include "../support.hpp"

namespace data = paragon::data;
using paragon::shape;
using paragon::tensor;

namespace {

/// Images whose byte tells its place: 100 n + 20 c + 5 y + x, for up to 2 images.
tensor<std::uint8_t> planes(std::size_t n) {
  tensor<std::uint8_t> t(shape{n, 3, 4, 5});
  std::size_t k = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t y = 0; y < 4; ++y) {
        for (std::size_t x = 0; x < 5; ++x) t[k++] = static_cast<std::uint8_t>(100 * i + 20 * c + 5 * y + x);
      }
    }
  }
  return t;
}

data::image_set random_set(std::size_t n, std::size_t classes, std::uint64_t seed) {
  const paragon::random_key key{.seed = seed};
  tensor<std::uint8_t> images(shape{n, 3, 4, 2});
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<std::uint8_t>(key.below(256, i));
  std::vector<std::uint32_t> labels;
  for (std::size_t i = 0; i < n; ++i) labels.push_back(static_cast<std::uint32_t>(key.fork(1).below(classes, i)));
  return {"random", std::move(images), std::move(labels), classes};
}

std::string message(auto&& body) {
  try {
    body();
  } catch (const paragon::error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("data: image files are read with the channels last") {
  const paragon_test::scratch_folder folder;
  paragon::save_npy(folder / "x.npy", planes(2));
  // More labels than images, of a wider type: the first two count.
  paragon::save_npy(folder / "y.npy", tensor<std::int64_t>(shape{4}, {3, 1, 70, -5}));
  const auto set = data::read_image_set(folder / "x.npy", folder / "y.npy");
  CHECK(set.name() == folder / "x.npy");
  CHECK(set.images().shape() == shape{2, 4, 5, 3});
  CHECK(set.size() == 2);
  CHECK(set.height() == 4);
  CHECK(set.width() == 5);
  CHECK(set.channels() == 3);
  CHECK(set.image_size() == 60);
  CHECK(set.classes() == 4);
  CHECK(set.labels() == std::vector<std::uint32_t>{3, 1});
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t y = 0; y < 4; ++y) {
      for (std::size_t x = 0; x < 5; ++x) {
        for (std::size_t c = 0; c < 3; ++c) {
          CHECK(set.image(i)[(y * 5 + x) * 3 + c] == 100 * i + 20 * c + 5 * y + x);
        }
      }
    }
  }
  CHECK(data::read_image_set(folder / "x.npy", folder / "y.npy", 10).classes() == 10);
}

TEST_CASE("data: image files that do not fit are errors with file and value") {
  const paragon_test::scratch_folder folder;
  const std::string x = folder / "x.npy";
  const std::string y = folder / "y.npy";
  const auto read = [&](std::size_t classes = 0) {
    return message([&] { (void)data::read_image_set(x, y, classes); });
  };
  CHECK(read().find(x + ": cannot be read") == 0);
  paragon::save_npy(x, planes(2));
  CHECK(read().find(y + ": cannot be read") == 0);
  paragon::save_npy(y, tensor<std::uint8_t>(shape{1}, {3}));
  CHECK(read() == y + ": 1 labels; expected at least 2, one for each image of " + x);
  paragon::save_npy(y, tensor<std::uint8_t>(shape{2}, {3, 9}));
  CHECK(read(9) == y + ": label 9 of image 1; expected from 0 to 8");
  CHECK(read(10) == "nothing was thrown");
  paragon::save_npy(y, tensor<std::int32_t>(shape{2}, {-1, 9}));
  CHECK(read() == y + ": label -1 of image 0; expected from 0 to 16777215");
  paragon::save_npy(y, tensor<std::uint8_t>(shape{2, 1}, {3, 9}));
  CHECK(read() == y + ": shape (2, 1); expected one axis");
  paragon::save_npy(y, tensor<float>(shape{2}, {3, 9}));
  CHECK(read().find(y + ": elements of type F32") == 0);
  paragon::save_npy(x, tensor<std::uint8_t>(shape{2, 5, 5}));
  CHECK(read() == x + ": shape (2, 5, 5); expected (images, channels, height, width), not empty");
  paragon::save_npy(x, tensor<std::uint8_t>(shape{0, 3, 5, 5}));
  CHECK(read() == x + ": shape (0, 3, 5, 5); expected (images, channels, height, width), not empty");
  paragon::save_npy(x, tensor<float>(shape{2, 3, 5, 5}));
  CHECK(read().find(x + ": elements of type F32") == 0);
}

TEST_CASE("data: an image set fits together") {
  const auto make = [](shape s, std::vector<std::uint32_t> labels, std::size_t classes) {
    return message([&] { (void)data::image_set("a", tensor<std::uint8_t>(s), labels, classes); });
  };
  CHECK(make({2, 3, 3, 1}, {0, 1}, 2) == "nothing was thrown");
  CHECK(make({2, 3, 3, 1}, {0, 2}, 2) == "a: label 2 of image 1; expected below 2, the number of classes");
  CHECK(make({2, 3, 3, 1}, {0}, 2) == "a: 1 labels; expected 2, one for each image");
  CHECK(make({2, 9, 1}, {0, 1}, 2).find("a: images of shape (2, 9, 1)") == 0);
  CHECK(make({0, 3, 3, 1}, {}, 2).find("a: images of shape (0, 3, 3, 1)") == 0);
}

TEST_CASE("data: mean and deviation of the channels agree with two passes over the images") {
  const std::uint64_t seed = 5;
  CAPTURE(seed);
  const auto set = random_set(40, 3, seed);
  const auto found = data::statistics_of(set);
  REQUIRE(found.mean.size() == 2);
  REQUIRE(found.deviation.size() == 2);
  for (std::size_t c = 0; c < 2; ++c) {
    long double mean = 0;
    long double squares = 0;
    const std::size_t pixels = 40 * 12;
    for (std::size_t p = 0; p < pixels; ++p) mean += set.images()[2 * p + c] / 255.0L / pixels;
    for (std::size_t p = 0; p < pixels; ++p) {
      const long double d = set.images()[2 * p + c] / 255.0L - mean;
      squares += d * d / pixels;
    }
    CHECK(found.mean[c] == doctest::Approx(static_cast<double>(mean)).epsilon(1e-12));
    CHECK(found.deviation[c] == doctest::Approx(static_cast<double>(std::sqrt(squares))).epsilon(1e-10));
  }
  const data::image_set flat("flat", tensor<std::uint8_t>(shape{1, 2, 2, 1}, {51, 51, 51, 51}), {0}, 1);
  CHECK(data::statistics_of(flat) == data::channel_statistics{{0.2}, {0}});
}

TEST_CASE("data: halves are disjoint, complete and random") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    for (const std::size_t n : {1U, 2U, 17U, 100U}) {
      CAPTURE(seed);
      CAPTURE(n);
      const auto set = random_set(n, 3, seed);
      const auto halves = data::split_half(set, {.seed = seed});
      CHECK(halves.first.size() == n / 2);
      CHECK(halves.second.size() == n - n / 2);
      CHECK(std::is_sorted(halves.first.begin(), halves.first.end()));
      CHECK(std::is_sorted(halves.second.begin(), halves.second.end()));
      std::vector<std::size_t> all(halves.first);
      all.insert(all.end(), halves.second.begin(), halves.second.end());
      std::sort(all.begin(), all.end());
      CHECK(all == data::all_images(set));
      CHECK(halves == data::split_half(set, {.seed = seed}));
      if (n == 100) CHECK_FALSE(halves == data::split_half(set, {.seed = seed + 10}));
    }
  }
  const std::vector<std::size_t> some{40, 7, 9};
  const auto parts = data::split_half(some, {.seed = 1});
  std::vector<std::size_t> all(parts.first);
  all.insert(all.end(), parts.second.begin(), parts.second.end());
  std::sort(all.begin(), all.end());
  CHECK(all == std::vector<std::size_t>{7, 9, 40});
}

TEST_CASE("data: classes become a set of their own") {
  const std::uint64_t seed = 8;
  CAPTURE(seed);
  const auto set = random_set(60, 5, seed);
  const std::vector<std::uint32_t> classes{4, 0, 3};
  const auto part = data::of_classes(set, classes);
  CHECK(part.classes() == 3);
  std::size_t k = 0;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto found = std::find(classes.begin(), classes.end(), set.labels()[i]);
    if (found == classes.end()) continue;
    REQUIRE(k < part.size());
    CHECK(part.labels()[k] == static_cast<std::uint32_t>(found - classes.begin()));
    CHECK(std::equal(part.image(k).begin(), part.image(k).end(), set.image(i).begin(), set.image(i).end()));
    ++k;
  }
  CHECK(k == part.size());

  using list = std::vector<std::uint32_t>;
  const auto fails = [&](const list& of) { return message([&] { (void)data::of_classes(set, of); }); };
  CHECK(fails({1, 5}) == "data::of_classes: class 5 of random; expected below 5");
  CHECK(fails({1, 2, 1}) == "data::of_classes: class 1 twice; expected different classes");
  CHECK(fails({}) == "data::of_classes: 0 classes of random without an image; expected at least one image");
}

TEST_CASE("data: CIFAR-10 of the benchmark tables is read in both sizes") {
  const auto folder = paragon_test::data_folder();
  if (!folder || !std::filesystem::exists(*folder / "cifar10")) return paragon_test::skip("no CIFAR-10 images");
  const auto half = data::read_cifar10(folder->string());
  CHECK(half.train.images().shape() == shape{50000, 16, 16, 3});
  CHECK(half.test.images().shape() == shape{10000, 16, 16, 3});
  CHECK(half.train.classes() == 10);
  std::vector<std::size_t> counts(10);
  for (const std::uint32_t label : half.train.labels()) ++counts.at(label);
  CHECK(counts == std::vector<std::size_t>(10, 5000));
  // Published for the full images (0.4914, 0.4822, 0.4465); halving by averaging keeps the mean up to rounding.
  const auto statistics = data::statistics_of(half.train);
  const double published[3] = {0.4914, 0.4822, 0.4465};
  for (std::size_t c = 0; c < 3; ++c) CHECK(std::abs(statistics.mean[c] - published[c]) < 0.004);

  const auto full = data::read_cifar10(folder->string(), data::cifar10_size::full);
  CHECK(full.train.images().shape() == shape{10000, 32, 32, 3});
  CHECK(full.test.images().shape() == shape{2000, 32, 32, 3});
  // The small images are means of 2 x 2 pixels of the large ones, so both readers see the same images and labels.
  for (const std::size_t i : {0U, 77U, 9999U}) {
    CHECK(full.train.labels()[i] == half.train.labels()[i]);
    for (std::size_t y = 0; y < 16; ++y) {
      for (std::size_t x = 0; x < 16; ++x) {
        for (std::size_t c = 0; c < 3; ++c) {
          double sum = 0;
          for (std::size_t d = 0; d < 4; ++d) {
            sum += full.train.image(i)[((2 * y + d / 2) * 32 + 2 * x + d % 2) * 3 + c];
          }
          CHECK(std::abs(half.train.image(i)[(y * 16 + x) * 3 + c] - sum / 4) <= 0.75);
        }
      }
    }
  }
}
