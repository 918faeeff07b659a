// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <paragon/core/interruption.hpp>
#include <string_view>

namespace image_supernet {

using clock_type = std::chrono::steady_clock;

inline double seconds_since(clock_type::time_point start) {
  return std::chrono::duration<double>(clock_type::now() - start).count();
}

/// Calls `step()`, which gives the loss and how many images it passed, until `done()` is `steps`; saves every few minutes,
/// at the end, and where it is interrupted.
/// \param kept  what a user who interrupts it is told
/// \returns images a second; nothing where nothing was left to do
/// \throws interrupted
template <class Step, class Done, class Save>
std::optional<double> train(std::string_view phase, double checkpoint_minutes, std::size_t steps, Step step, Done done,
                            Save save, std::string_view kept) {
  if (done() >= steps) return {};
  paragon::until_interrupted observe;
  const auto start = clock_type::now();
  auto saved = start;
  std::size_t images = 0;
  const std::size_t first = done();
  double loss = 0;
  return paragon::interruption::hold(
      [&] {
        bool wanted = true;
        while (wanted && done() < steps) {
          const auto [value, passed] = step();
          images += passed;
          loss = done() == first + 1 ? value : 0.98 * loss + 0.02 * value;
          // Images, so that the rate is images a second.
          const std::size_t expected = images * (steps - first) / (done() - first);
          wanted = observe(phase, images, done() == steps ? images : expected, loss);
          if (seconds_since(saved) > 60 * checkpoint_minutes) {
            save();
            saved = clock_type::now();
          }
        }
        const double rate = static_cast<double>(images) / std::max(seconds_since(start), 1e-9);
        save();
        return rate;
      },
      kept);
}

}  // namespace image_supernet
