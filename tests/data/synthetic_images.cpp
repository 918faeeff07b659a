// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include <paragon/data/synthetic_images.hpp>

namespace data = paragon::data;

namespace {

using features = std::vector<double>;

/// Share of the test images whose features lie nearest to the mean of their class, features scaled to deviation 1.
double nearest_mean(const data::image_sets& sets,
                    const std::function<features(const data::image_set&, std::size_t)>& of) {
  const std::size_t d = of(sets.train, 0).size();
  const std::size_t classes = sets.train.classes();
  std::vector<features> means(classes, features(d));
  std::vector<double> counts(classes);
  features sum(d);
  features squares(d);
  for (std::size_t i = 0; i < sets.train.size(); ++i) {
    const auto x = of(sets.train, i);
    ++counts[sets.train.labels()[i]];
    for (std::size_t j = 0; j < d; ++j) {
      means[sets.train.labels()[i]][j] += x[j];
      sum[j] += x[j];
      squares[j] += x[j] * x[j];
    }
  }
  const auto n = static_cast<double>(sets.train.size());
  std::size_t right = 0;
  for (std::size_t i = 0; i < sets.test.size(); ++i) {
    const auto x = of(sets.test, i);
    std::size_t best = 0;
    double nearest = 1e300;
    for (std::size_t c = 0; c < classes; ++c) {
      double distance = 0;
      for (std::size_t j = 0; j < d; ++j) {
        const double variance = squares[j] / n - (sum[j] / n) * (sum[j] / n) + 1e-12;
        const double difference = x[j] - means[c][j] / counts[c];
        distance += difference * difference / variance;
      }
      if (distance < nearest) {
        nearest = distance;
        best = c;
      }
    }
    if (best == sets.test.labels()[i]) ++right;
  }
  return static_cast<double>(right) / static_cast<double>(sets.test.size());
}

features pixels(const data::image_set& set, std::size_t i) {
  const auto image = set.image(i);
  return {image.begin(), image.end()};
}

/// What operators that see one pixel at a time can tell at most, up to second order: means, and the covariances of the
/// colours of a pixel.
features colours(const data::image_set& set, std::size_t i) {
  const auto image = set.image(i);
  features f(12);
  const auto n = static_cast<double>(image.size() / 3);
  for (std::size_t p = 0; p < image.size(); p += 3) {
    for (std::size_t a = 0; a < 3; ++a) {
      f[a] += image[p + a] / n;
      for (std::size_t b = 0; b < 3; ++b) f[3 + 3 * a + b] += image[p + a] / n * image[p + b];
    }
  }
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) f[3 + 3 * a + b] -= f[a] * f[b];
  }
  return f;
}

/// How alike pixels are that lie some steps apart: second differences (free of shading), correlated over up to 3 steps.
features neighbours(const data::image_set& set, std::size_t i) {
  const auto image = set.image(i);
  const auto h = static_cast<int>(set.height());
  const auto w = static_cast<int>(set.width());
  const auto at = [&](int y, int x, int c) {
    return static_cast<double>(image[static_cast<std::size_t>((y * w + x) * 3 + c)]);
  };
  const auto curved = [&](int y, int x, int c) {
    return 4 * at(y, x, c) - at(y - 1, x, c) - at(y + 1, x, c) - at(y, x - 1, c) - at(y, x + 1, c);
  };
  std::vector<double> v(image.size());
  for (int y = 1; y + 1 < h; ++y) {
    for (int x = 1; x + 1 < w; ++x) {
      for (int c = 0; c < 3; ++c) v[static_cast<std::size_t>((y * w + x) * 3 + c)] = curved(y, x, c);
    }
  }
  features f;
  double power = 1e-9;
  for (const double x : v) power += x * x;
  for (int dy = 0; dy <= 3; ++dy) {
    for (int dx = dy == 0 ? 1 : -3; dx <= 3; ++dx) {
      double sum = 0;
      for (int y = 1; y + dy + 1 < h; ++y) {
        for (int x = std::max(1, 1 - dx); x + std::max(dx, 0) + 1 < w; ++x) {
          for (int c = 0; c < 3; ++c) {
            sum += v[static_cast<std::size_t>((y * w + x) * 3 + c)] *
                   v[static_cast<std::size_t>(((y + dy) * w + x + dx) * 3 + c)];
          }
        }
      }
      f.push_back(sum / power);
    }
  }
  return f;
}

}  // namespace

TEST_CASE("data: synthetic images tell their class to operators that see neighbours, and to no others") {
  for (const std::uint64_t seed : {1U, 2U}) {
    CAPTURE(seed);
    const auto sets = data::synthetic_images({.size = 16, .classes = 10, .train = 2000, .test = 1000}, {.seed = seed});
    const double by_pixels = nearest_mean(sets, pixels);
    const double by_colours = nearest_mean(sets, colours);
    const double by_neighbours = nearest_mean(sets, neighbours);
    MESSAGE("pixels " << by_pixels << ", colours " << by_colours << ", neighbours " << by_neighbours);
    CHECK(by_pixels < 0.2);  // chance is 0.1
    CHECK(by_colours < 0.2);
    CHECK(by_neighbours > 0.5);
  }
}

TEST_CASE("data: synthetic images are balanced, spread over the bytes, and the same for the same key") {
  const data::synthetic_images_settings settings{.size = 12, .classes = 7, .train = 70, .test = 21};
  const auto sets = data::synthetic_images(settings, {.seed = 6});
  CHECK(sets.train.images().shape() == paragon::shape{70, 12, 12, 3});
  CHECK(sets.test.images().shape() == paragon::shape{21, 12, 12, 3});
  CHECK(sets.train.classes() == 7);
  std::vector<std::size_t> counts(7);
  for (const std::uint32_t label : sets.train.labels()) ++counts.at(label);
  CHECK(counts == std::vector<std::size_t>(7, 10));
  const auto again = data::synthetic_images(settings, {.seed = 6});
  CHECK(again.train.images().to_vector() == sets.train.images().to_vector());
  CHECK(again.test.images().to_vector() == sets.test.images().to_vector());
  // An image does not depend on how many there are.
  const auto more = data::synthetic_images({.size = 12, .classes = 7, .train = 90, .test = 21}, {.seed = 6});
  CHECK(std::equal(sets.train.images().span().begin(), sets.train.images().span().end(),
                   more.train.images().span().begin()));
  // Training and test images, and those of other keys, differ.
  CHECK_FALSE(std::equal(sets.test.images().span().begin(), sets.test.images().span().end(),
                         sets.train.images().span().begin()));
  CHECK_FALSE(data::synthetic_images(settings, {.seed = 7}).train.images().to_vector() ==
              sets.train.images().to_vector());
  const auto statistics = data::statistics_of(sets.train);
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(std::abs(statistics.mean[c] - 0.5) < 0.1);
    CHECK(statistics.deviation[c] > 0.1);
    CHECK(statistics.deviation[c] < 0.3);
  }
}

TEST_CASE("data: synthetic images that cannot be made are errors") {
  using settings = data::synthetic_images_settings;
  const auto rejects = [](const settings& s, const char* message) {
    CHECK_THROWS_WITH_AS((void)data::synthetic_images(s, {}), message, paragon::error);
  };
  rejects({.size = 7}, "data::synthetic_images: a size of 7; expected at least 8 pixels");
  rejects({.classes = 1}, "data::synthetic_images: a number of classes of 1; expected 2 to 32");
  rejects({.classes = 33}, "data::synthetic_images: a number of classes of 33; expected 2 to 32");
  rejects({.train = 9}, "data::synthetic_images: a number of training images of 9; expected at least one a class");
  rejects({.test = 0}, "data::synthetic_images: a number of test images of 0; expected at least one a class");
}
