// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>

#include <paragon/tensor/safetensors.hpp>

#include "support.hpp"

namespace paragon_test {

/// The golden file of that name; where it is absent, says so and returns nothing.
inline std::optional<paragon::safetensors_file> golden_file(const std::string& name) {
  const auto folder = golden_folder();
  if (!folder || !std::filesystem::exists(*folder / name)) {
    skip("no golden/" + name);
    return std::nullopt;
  }
  return paragon::safetensors_file((*folder / name).string());
}

/// The largest difference from the expected numbers, relative to the largest of them. Infinite where one is not a number.
template <class A, class B>
double relative_difference(const A& found, const B& expected, std::size_t n) {
  double worst = 0;
  double greatest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double d = std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i]));
    if (!(d < std::numeric_limits<double>::infinity())) return std::numeric_limits<double>::infinity();
    worst = std::max(worst, d);
    greatest = std::max(greatest, std::abs(static_cast<double>(expected[i])));
  }
  return greatest > 0 ? worst / greatest : worst;
}

}  // namespace paragon_test
