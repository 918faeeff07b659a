// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/metric.hpp"
#include "../space/concepts.hpp"
#include "concepts.hpp"
#include "latency_meter.hpp"

namespace paragon::inline PARAGON_ISA::objective {

/// Latency on this machine, measured when it is asked for: an objective in ms, to be minimised.
///
/// `build(a)` gives a function without arguments that runs the network of `a` once, as it is to be timed: with its input,
/// on as many threads as it will have. It may be called again for an architecture, and what it gives is let go after the
/// measurement. What was measured once is remembered, also by copies, so a value does not change.
///
/// Measure what is to be compared together: `measure(architectures)` lets them take turns (see `latency_meter`), while
/// `value` measures one alone. A measurement that stays noisy is an error in `value`, and a status in `measure`.
/// Other objectives do not touch the machine; here several threads wait for each other.
/// \tparam Build  a copyable function of an architecture
///
/// \code
/// objective::measured_latency here(space, [&](const auto& a) { return [&, a] { run(a); }; });
/// here.measure(references);
/// double ms = here.value(references[0]);
/// \endcode
template <space::has_notation S, std::copy_constructible Build, measuring_clock Clock = std::chrono::steady_clock>
  requires std::invocable<const Build&, const typename S::architecture&> &&
           std::invocable<std::invoke_result_t<const Build&, const typename S::architecture&>&>
class measured_latency {
public:
  using architecture = typename S::architecture;
  static constexpr bool device_independent = true;  ///< a search asks once, not once for each device

  measured_latency(S space, Build build, latency_meter<Clock> meter = latency_meter<Clock>{})
      : space_(std::move(space)), build_(std::move(build)), meter_(meter), memory_(std::make_shared<memory>()) {}

  [[nodiscard]] static metric describe() { return {"latency_ms", "ms", direction::minimise}; }
  [[nodiscard]] const latency_meter<Clock>& meter() const noexcept { return meter_; }

  /// Latencies of these architectures, those not known yet measured in turns. A noisy one is not remembered.
  std::vector<latency> measure(std::span<const architecture> architectures) const {
    const std::lock_guard lock(memory_->mutex);
    std::vector<std::string> names;
    std::vector<std::string> missing;
    using network = std::invoke_result_t<const Build&, const architecture&>;
    std::vector<network> networks;
    for (const architecture& a : architectures) {
      names.push_back(space_.to_string(a));
      if (memory_->known.contains(names.back()) || std::ranges::count(missing, names.back()) > 0) continue;
      missing.push_back(names.back());
      networks.push_back(std::invoke(build_, a));
    }
    std::unordered_map<std::string, latency> noisy;
    const std::vector<latency> found = meter_(networks);
    for (std::size_t i = 0; i < found.size(); ++i) {
      (found[i].noisy ? noisy : memory_->known).emplace(missing[i], found[i]);
    }
    std::vector<latency> result;
    for (const std::string& name : names) {
      const auto at = memory_->known.find(name);
      result.push_back(at != memory_->known.end() ? at->second : noisy.at(name));
    }
    return result;
  }

  /// The median in ms; the condition plays no part: it is this machine. \throws error where the measurement is noisy
  template <class Condition = unconditional>
  [[nodiscard]] double value(const architecture& a, const Condition& = {}) const {
    const latency l = measure(std::span(&a, 1)).front();
    if (l.noisy) {
      throw error("objective::measured_latency",
                  std::string(space_.to_string(a)) + ": samples around " + number_text(l.median_ms) +
                      " ms that spread by " + number_text(l.spread_ms) + " ms in " + std::to_string(l.tries) + " tries",
                  "a quieter machine, or a greater accepted spread");
    }
    return l.median_ms;
  }

private:
  struct memory {
    std::mutex mutex;
    std::unordered_map<std::string, latency> known;
  };

  S space_;
  Build build_;
  latency_meter<Clock> meter_;
  std::shared_ptr<memory> memory_;
};

}  // namespace paragon::objective
