// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "../objective/outcome.hpp"

namespace paragon::inline PARAGON_ISA::evaluate {

/// What an executor is asked to evaluate. A plain value: it may cross to another process or machine.
template <class Architecture>
struct request {
  std::uint64_t id = 0;  ///< comes back with the result; each once
  Architecture architecture{};
  std::size_t condition = 0;  ///< the number of a device or data set; 0 where there is none

  friend bool operator==(const request&, const request&) = default;
};

/// What came of a request. A plain value, too.
struct completion {
  std::uint64_t id = 0;  ///< of the request
  objective::outcome result{};
  std::size_t attempts = 0;  ///< 1, and one more for each time that it was tried again
  double seconds = 0;        ///< that the last attempt took

  friend bool operator==(const completion&, const completion&) = default;
};

/// In which order an executor hands results out.
enum class order {
  finished,  ///< as soon as they are there; those of one `collect` in the order of their requests
  /// In the order of the requests, each as soon as all before it have been handed out. Slower where evaluations differ in
  /// length, but a solver that is told one result after the other hears the same for any number of workers.
  submitted
};

/// To `collect`: wait for as long as it takes.
inline constexpr std::chrono::nanoseconds no_limit = std::chrono::nanoseconds::max();

/// Tells a running evaluation that nobody waits for its result any more: its time is over, or the executor ends.
///
/// An evaluation that lasts long takes it as its last argument and asks from time to time; what it returns or throws then
/// is dropped. Cheap; from any thread.
class stop_sign {
public:
  stop_sign() = default;
  explicit stop_sign(const std::atomic<bool>& flag) noexcept : flag_(&flag) {}
  [[nodiscard]] bool requested() const noexcept { return flag_ != nullptr && flag_->load(std::memory_order_relaxed); }

private:
  const std::atomic<bool>* flag_ = nullptr;
};

}  // namespace paragon::evaluate
