// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "interruption.hpp"

namespace image_supernet {

using clock_type = std::chrono::steady_clock;

inline double seconds_since(clock_type::time_point start) {
  return std::chrono::duration<double>(clock_type::now() - start).count();
}

/// Calls `step()`, which gives the loss and how many images it passed, until `done()` is `steps`; saves every few minutes,
/// at the end, and where it is interrupted.
/// \returns images a second, 0 where nothing was left to do; nothing where it was interrupted
template <class Step, class Done, class Save>
std::optional<double> train(std::string_view phase, double checkpoint_minutes, std::size_t steps, Step step, Done done,
                            Save save) {
  until_interrupted observe;
  const auto start = clock_type::now();
  auto saved = start;
  std::size_t images = 0;
  const std::size_t first = done();
  double loss = 0;
  while (done() < steps) {
    const auto [value, passed] = step();
    images += passed;
    loss = done() == first + 1 ? value : 0.98 * loss + 0.02 * value;
    // Images, so that the rate is images a second.
    const std::size_t now = done() - first;
    const std::size_t expected = images * (steps - first) / now;
    if (!observe(phase, images, done() == steps ? images : expected, loss)) {
      save();
      return {};
    }
    if (seconds_since(saved) > 60 * checkpoint_minutes) {
      save();
      saved = clock_type::now();
    }
  }
  const double rate = static_cast<double>(images) / std::max(seconds_since(start), 1e-9);
  save();
  return rate;
}

}  // namespace image_supernet
