// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <paragon/tensor/safetensors.hpp>

namespace paragon_test {

/// The files of a folder whose names begin with `name`, in alphabetical order.
inline std::vector<std::string> golden_files(const std::filesystem::path& folder, std::string_view name) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string file = entry.path().filename().string();
    if (file.starts_with(name) && file.ends_with(".safetensors")) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// The largest difference, relative where the numbers are larger than 1.
inline double difference(const double* found, const paragon::tensor<double>& expected) {
  double worst = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double d = std::abs(found[i] - expected[i]) / std::max(1.0, std::abs(expected[i]));
    worst = d <= worst ? worst : d;
    if (d != d) return d;
  }
  return worst;
}

/// A table of sines and cosines in single precision, and what they were before they were rounded.
///
/// The published networks make such tables in single precision, also where the rest runs in double, and the last bit of
/// a vectorised sine depends on the machine: it is one of the two neighbours of the exact value.
struct sine_table {
  paragon::tensor<double> values;
  paragon::tensor<double> exact;

  explicit sine_table(const paragon::shape& extents) : values(extents), exact(extents) {}
  void set(std::size_t i, float angle, bool cosine) {
    exact[i] = cosine ? std::cos(static_cast<double>(angle)) : std::sin(static_cast<double>(angle));
    values[i] = static_cast<double>(static_cast<float>(exact[i]));
  }
  /// The neighbour on the other side of the exact value.
  [[nodiscard]] double other(std::size_t i) const {
    const float beyond = exact[i] > values[i] ? 2.0F : -2.0F;
    return exact[i] == values[i] ? values[i]
                                 : static_cast<double>(std::nextafter(static_cast<float>(values[i]), beyond));
  }
};

/// [sin(s f_k) | cos(s f_k)] with f_k = 10000^(-k / (half - 1)): the published encoding of a noise level.
inline sine_table time_code(const paragon::tensor<double>& sigma, std::size_t width) {
  const std::size_t half = width / 2;
  const auto step = static_cast<float>(-std::log(10000.0) / static_cast<double>(half - 1));
  sine_table code(paragon::shape{sigma.size(), width});
  for (std::size_t b = 0; b < sigma.size(); ++b) {
    for (std::size_t k = 0; k < half; ++k) {
      const float angle = static_cast<float>(sigma[b]) * std::exp(static_cast<float>(k) * step);
      code.set(b * width + k, angle, false);
      code.set(b * width + half + k, angle, true);
    }
  }
  return code;
}

/// Sine in even columns, cosine in odd ones: [nodes, width], the published encoding of positions.
inline sine_table positions(std::size_t nodes, std::size_t width) {
  sine_table code(paragon::shape{nodes, width});
  for (std::size_t r = 0; r < nodes; ++r) {
    for (std::size_t c = 0; c < width; ++c) {
      const float exponent = static_cast<float>(c / 2 * 2) / static_cast<float>(width);
      code.set(r * width + c, static_cast<float>(r) / std::pow(10000.0F, exponent), c % 2 != 0);
    }
  }
  return code;
}

}  // namespace paragon_test
