// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/pinned_thread.hpp"

namespace paragon::inline PARAGON_ISA::objective {

/// A clock as in the standard library: `K::now()`, the differences of whose results are durations. It never goes back.
///
/// Models: `std::chrono::steady_clock`, `thread_clock`; tests bring one of their own.
template <class K>
concept measuring_clock = requires {
  { K::now() - K::now() } -> std::convertible_to<std::chrono::duration<double, std::milli>>;
};

/// Names what K lacks of `measuring_clock`: a failed assertion, in the compiler's first line of error.
template <class K>
consteval bool require_measuring_clock() {
  static_assert(measuring_clock<K>, "a clock needs a static `now()`, whose differences are durations of std::chrono");
  return true;
}

struct latency_settings {
  std::size_t warm_up = 3;      ///< calls of each network before any is timed
  std::size_t rounds = 11;      ///< samples of each network: one in each round
  std::size_t repetitions = 5;  ///< timings in a row, the shortest of which is the sample
  std::size_t tries = 3;        ///< how often a network is measured at most, the first time included
  double spread = 0.1;          ///< accepted interquartile range, as a part of the median
  double least_ms = 1;          ///< what is timed is as many calls as take at least this long
  bool pin = true;              ///< keep the thread on one core; not for networks that use several threads
  std::optional<int> core{};    ///< which one; none: where the thread is

  friend bool operator==(const latency_settings&, const latency_settings&) = default;
};

/// How long one call of a network takes.
struct latency {
  double median_ms = 0;
  double spread_ms = 0;     ///< interquartile range of the samples
  std::size_t samples = 0;  ///< of the last try
  std::size_t tries = 0;    ///< how often it was measured
  bool noisy = false;       ///< not to be trusted: in every try the samples lay further apart than was accepted

  friend bool operator==(const latency&, const latency&) = default;
};

/// Measures how long calls take on this machine, of many networks so that they can be compared.
///
/// What disturbs a call makes it longer, never shorter: a sample is the shortest of some timings in a row. The networks
/// take turns, round by round, in opposite order every other round: when the machine becomes slower (heat, a neighbour) all
/// of them feel it, and the medians over rounds stay comparable. Networks whose samples lie too far apart are measured
/// again, in turns again, as often as the settings say.
/// Costs the time of (warm_up + rounds * repetitions * tries) calls of each network at most, more of very short ones.
///
/// \code
/// std::vector<std::function<void()>> networks{[&] { small(image); }, [&] { large(image); }};
/// for (const auto& l : paragon::objective::latency_meter{}(networks)) std::printf("%g ms\n", l.median_ms);
/// \endcode
template <class Clock = std::chrono::steady_clock>
class latency_meter {
  static_assert(require_measuring_clock<Clock>());

public:
  /// \throws error for no round, repetition or try, or a spread or time that is not positive
  explicit latency_meter(latency_settings settings = {}) : settings_(settings) {
    if (settings.rounds == 0 || settings.repetitions == 0 || settings.tries == 0) {
      throw error("objective::latency_meter",
                  std::to_string(settings.rounds) + " rounds of " + std::to_string(settings.repetitions) +
                      " repetitions, " + std::to_string(settings.tries) + " tries",
                  "at least one of each");
    }
    if (!(settings.spread > 0) || !(settings.least_ms >= 0)) {
      throw error(
          "objective::latency_meter",
          "a spread of " + number_text(settings.spread) + ", samples of " + number_text(settings.least_ms) + " ms",
          "a positive spread, and a time of at least 0");
    }
  }

  [[nodiscard]] const latency_settings& settings() const noexcept { return settings_; }

  /// The latency of each network, a function without arguments that runs it once.
  /// \throws error for a core that was asked for and cannot be had
  template <class Networks, class Iterator = decltype(std::ranges::begin(std::declval<Networks&>()))>
    requires std::random_access_iterator<Iterator> && std::invocable<std::iter_reference_t<Iterator>>
  [[nodiscard]] std::vector<latency> operator()(Networks&& networks) const {
    const auto count = static_cast<std::size_t>(std::ranges::size(networks));
    const auto first = std::ranges::begin(networks);
    const auto run = [&](std::size_t i, std::size_t calls) {
      const auto start = Clock::now();
      for (std::size_t k = 0; k < calls; ++k) first[static_cast<std::iter_difference_t<Iterator>>(i)]();
      return std::chrono::duration<double, std::milli>(Clock::now() - start).count() / static_cast<double>(calls);
    };
    std::optional<pinned_thread> pinned;
    if (settings_.pin) pinned.emplace(settings_.core);
    if (pinned && settings_.core && !pinned->core()) {
      throw error("objective::latency_meter", "core " + std::to_string(*settings_.core) + ", on which it may not run",
                  "a core of this process, on Linux");
    }

    std::vector<std::size_t> calls(count, 1);
    for (std::size_t i = 0; i < count; ++i) {
      double shortest = settings_.least_ms;
      for (std::size_t k = 0; k < settings_.warm_up; ++k) shortest = std::min(shortest, run(i, 1));
      // What takes no time that the clock can see is called a thousand times.
      if (settings_.least_ms > 0 && shortest < settings_.least_ms) {
        calls[i] = static_cast<std::size_t>(std::ceil(std::min(1000.0, settings_.least_ms / std::max(shortest, 1e-9))));
      }
    }

    std::vector<latency> result(count);
    std::vector<std::vector<double>> samples(count);
    std::vector<std::size_t> open(count);
    for (std::size_t i = 0; i < count; ++i) open[i] = i;
    for (std::size_t attempt = 1; attempt <= settings_.tries && !open.empty(); ++attempt) {
      for (const std::size_t i : open) samples[i].clear();
      for (std::size_t round = 0; round < settings_.rounds; ++round) {
        for (std::size_t k = 0; k < open.size(); ++k) {
          const std::size_t i = open[round % 2 == 0 ? k : open.size() - 1 - k];
          double least = run(i, calls[i]);
          for (std::size_t r = 1; r < settings_.repetitions; ++r) least = std::min(least, run(i, calls[i]));
          samples[i].push_back(least);
        }
      }
      for (const std::size_t i : open) {
        std::sort(samples[i].begin(), samples[i].end());
        const double range = quantile(samples[i], 0.75) - quantile(samples[i], 0.25);
        const double median = quantile(samples[i], 0.5);
        result[i] = {median, range, samples[i].size(), attempt, !(range <= settings_.spread * median)};
      }
      std::erase_if(open, [&](std::size_t i) { return !result[i].noisy; });
    }
    return result;
  }

private:
  /// Of sorted values, interpolated.
  static double quantile(const std::vector<double>& sorted, double q) {
    const double rank = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (rank - static_cast<double>(below)) * (sorted[above] - sorted[below]);
  }

  latency_settings settings_;
};

}  // namespace paragon::objective
