// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <numbers>

#include "../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::nn {

/// A number that changes over training: a learning rate, a temperature.
template <class S>
concept schedule = requires(const S s, std::size_t step) {
  { s(step) } -> std::convertible_to<double>;
};

struct constant_schedule {
  double value = 1e-3;

  double operator()(std::size_t) const noexcept { return value; }
  friend bool operator==(const constant_schedule&, const constant_schedule&) = default;
};

/// Linear from `first` at step 0 to `last` at step `steps`, constant from there on.
struct linear_schedule {
  double first = 1;
  double last = 0;
  std::size_t steps = 1;

  double operator()(std::size_t step) const noexcept {
    const double part = std::min(1.0, static_cast<double>(step) / static_cast<double>(std::max<std::size_t>(steps, 1)));
    return first + (last - first) * part;
  }
  friend bool operator==(const linear_schedule&, const linear_schedule&) = default;
};

/// Linear warm-up to `peak`, then half a cosine down to `last` at step `steps` (Loshchilov, Hutter, ICLR 2017).
struct cosine_schedule {
  double peak = 1e-3;
  double last = 0;
  std::size_t warmup = 0;
  std::size_t steps = 1;

  double operator()(std::size_t step) const noexcept {
    if (step < warmup) return peak * static_cast<double>(step + 1) / static_cast<double>(warmup);
    const double span = static_cast<double>(std::max<std::size_t>(steps, warmup + 1) - warmup);
    const double part = std::min(1.0, static_cast<double>(step - warmup) / span);
    return last + (peak - last) * 0.5 * (1 + std::cos(std::numbers::pi * part));
  }
  friend bool operator==(const cosine_schedule&, const cosine_schedule&) = default;
};

}  // namespace paragon::nn
