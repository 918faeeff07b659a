// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "../tensor/tensor.hpp"
#include "image_set.hpp"

namespace paragon::inline PARAGON_ISA::data {

struct synthetic_images_settings {
  std::size_t size = 16;     ///< height and width in pixels
  std::size_t classes = 10;  ///< 2 to 32; half as many directions, rounded up
  std::size_t train = 2000;  ///< images
  std::size_t test = 1000;   ///< images
  double contrast = 0.3;     ///< of the texture's strongest pixel, where black to white is 1
  double noise = 0.12;       ///< standard deviation of each channel of each pixel, in the same unit

  friend bool operator==(const synthetic_images_settings&, const synthetic_images_settings&) = default;
};

namespace synthetic_detail {

/// Bell-shaped with deviation 1: the sum of the four bytes of a word (Irwin-Hall).
[[nodiscard]] inline double bell(std::uint32_t word) noexcept {
  const auto sum = static_cast<int>((word & 255U) + (word >> 8 & 255U) + (word >> 16 & 255U) + (word >> 24));
  return (sum - 510) / 147.8;
}

/// One image, [size, size, 3].
inline void draw(const synthetic_images_settings& settings, std::size_t label, paragon::random_key key,
                 std::uint8_t* out) {
  // Numbers of the image lie behind those of its pixels.
  const std::size_t pixels = settings.size * settings.size;
  std::uint64_t element = pixels;
  const auto between = [&](double low, double high) { return low + (high - low) * key.uniform(element++); };
  const auto direction_of_colour = [&] {
    std::array<double, 3> colour{};
    double length = 0;
    for (double& c : colour) {
      c = key.normal(element++);
      length += c * c;
    }
    for (double& c : colour) c /= std::sqrt(length);
    return colour;
  };

  const std::size_t directions = (settings.classes + 1) / 2;
  const auto extent = static_cast<double>(settings.size);
  const double turn = between(-0.1, 0.1) / static_cast<double>(directions);
  const double angle =
      std::numbers::pi * (static_cast<double>(label % directions) / static_cast<double>(directions) + turn);
  const double wavelength = (label < directions ? 2.8 : 5.0) * between(0.93, 1.07);
  const double phase = between(0, 2 * std::numbers::pi);
  const double frequency = 2 * std::numbers::pi / wavelength;
  const double step_x = frequency * std::cos(angle);
  const double step_y = frequency * std::sin(angle);
  const double radius = extent * between(0.25, 0.5);
  const double centre_x = extent * between(0.2, 0.8);
  const double centre_y = extent * between(0.2, 0.8);
  const double strength = settings.contrast * between(0.6, 1);
  const auto colour = direction_of_colour();
  const auto light = direction_of_colour();
  const double lit_from = between(0, 2 * std::numbers::pi);
  const double slope = between(0, 0.5) / extent;
  std::array<double, 3> ground{};
  for (double& c : ground) c = between(0.3, 0.7);

  for (std::size_t p = 0; p < pixels; ++p) {
    const std::size_t row = p / settings.size;
    const auto x = static_cast<double>(p - row * settings.size);
    const auto y = static_cast<double>(row);
    const double dx = (x - centre_x) / radius;
    const double dy = (y - centre_y) / radius;
    const double window = std::exp(-(dx * dx + dy * dy));
    const double wave = strength * window * std::sin(step_x * x + step_y * y + phase);
    const double lit = slope * ((x - extent / 2) * std::cos(lit_from) + (y - extent / 2) * std::sin(lit_from));
    const auto bits = key.bits(p);
    for (std::size_t c = 0; c < 3; ++c) {
      const double value = ground[c] + wave * colour[c] + lit * light[c] + settings.noise * bell(bits[c]);
      out[3 * p + c] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
    }
  }
}

inline image_set make(const synthetic_images_settings& settings, std::string name, std::size_t n,
                      paragon::random_key key) {
  tensor<std::uint8_t> images(shape{n, settings.size, settings.size, 3});
  std::vector<std::uint32_t> labels(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t label = i % settings.classes;
    draw(settings, label, key.fork(i), images.data() + i * 3 * settings.size * settings.size);
    labels[i] = static_cast<std::uint32_t>(label);
  }
  return {std::move(name), std::move(images), std::move(labels), settings.classes};
}

}  // namespace synthetic_detail

/// Images made from a seed in which architecture matters, for tests and first steps without a download.
///
/// A class is a texture: the direction of its stripes and one of two distances between them (2.8 and 5 pixels). All else
/// is random: the place, size and phase of the textured spot, its colour and contrast, the ground's colour and shading,
/// noise on each pixel. So no pixel and no single colour tells classes apart, only how neighbours differ: operators that
/// see one pixel at a time are left with chance, 3x3 convolutions are not. Classes take turns, image by image.
/// A mirrored image is of another class: train with `crop`, not with `crop_and_flip`.
/// Deterministic in the key; 0.05 s for 3000 of 16 x 16.
/// \throws error for fewer than 8 pixels, other than 2 to 32 classes, or fewer images than classes
[[nodiscard]] inline image_sets synthetic_images(const synthetic_images_settings& settings, paragon::random_key key) {
  const auto require = [](bool good, const char* what, std::size_t value, const char* expected) {
    if (!good) throw error("data::synthetic_images", what + (" of " + std::to_string(value)), expected);
  };
  require(settings.size >= 8, "a size", settings.size, "at least 8 pixels");
  require(settings.classes >= 2 && settings.classes <= 32, "a number of classes", settings.classes, "2 to 32");
  require(settings.train >= settings.classes, "a number of training images", settings.train, "at least one a class");
  require(settings.test >= settings.classes, "a number of test images", settings.test, "at least one a class");
  return {synthetic_detail::make(settings, "synthetic train", settings.train, key.fork("train")),
          synthetic_detail::make(settings, "synthetic test", settings.test, key.fork("test"))};
}

}  // namespace paragon::data
