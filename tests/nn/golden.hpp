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

/// [sin(s f_k) | cos(s f_k)] with f_k = 10000^(-k / (half - 1)): the published encoding of a noise level.
inline paragon::tensor<double> time_code(const paragon::tensor<double>& sigma, std::size_t width) {
  const std::size_t half = width / 2;
  paragon::tensor<double> code(paragon::shape{sigma.size(), width});
  for (std::size_t b = 0; b < sigma.size(); ++b) {
    for (std::size_t k = 0; k < half; ++k) {
      const double f = std::exp(-std::log(10000.0) * static_cast<double>(k) / static_cast<double>(half - 1));
      code.row(b)[k] = std::sin(sigma[b] * f);
      code.row(b)[half + k] = std::cos(sigma[b] * f);
    }
  }
  return code;
}

}  // namespace paragon_test
