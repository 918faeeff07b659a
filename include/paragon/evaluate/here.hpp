// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "../core/interruption.hpp"
#include "../space/concepts.hpp"
#include "concepts.hpp"
#include "detail/attempt.hpp"
#include "request.hpp"

namespace paragon::inline PARAGON_ISA::evaluate {

struct here_settings {
  std::size_t retries = 0;  ///< how often an evaluation that failed is tried again

  friend bool operator==(const here_settings&, const here_settings&) = default;
};

/// Evaluates on the calling thread, in the order of the requests: the simplest executor, and the most predictable.
///
/// Each `collect` evaluates the oldest request and hands it out, however short it was to wait: an evaluation cannot be
/// broken off from inside, so there is no time limit. Who needs one takes `threads` with one worker. Costs tens of
/// nanoseconds a request beside the evaluation. Models `executor`.
///
/// \code
/// paragon::evaluate::here executor(space, [](const network& n) { return std::array{error_of(n), size_of(n)}; });
/// executor.submit({0, a});
/// for (const auto& done : executor.collect()) use(done.result);
/// \endcode
template <class Architecture, class F>
class here {
  static_assert(require_evaluator<F, Architecture>());

public:
  using architecture = Architecture;

  /// \param space  says what is evaluated; only its type counts
  template <class S>
  here([[maybe_unused]] const S& space, F evaluate, here_settings settings = {})
      : evaluate_(std::move(evaluate)), settings_(settings) {}

  void submit(request<Architecture> r) { waiting_.push_back(std::move(r)); }

  /// The result of the oldest request; none where there is none, or after an interruption.
  /// \throws interrupted where the evaluation does; its request is still pending then
  std::vector<completion> collect(std::chrono::nanoseconds = no_limit) {
    if (waiting_.empty() || interruption::requested()) return {};
    const request<Architecture>& r = waiting_.front();
    completion done{r.id, {}, 0, 0};
    do {
      const auto begin = std::chrono::steady_clock::now();
      done.result = detail::attempt(evaluate_, r.architecture, r.condition, stop_sign());
      done.seconds = detail::seconds_since(begin);
      ++done.attempts;
    } while (!done.result.complete() && done.attempts <= settings_.retries);
    waiting_.pop_front();
    std::vector<completion> all;
    all.push_back(std::move(done));
    return all;
  }

  [[nodiscard]] std::size_t pending() const noexcept { return waiting_.size(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return 1; }

private:
  F evaluate_;
  here_settings settings_;
  std::deque<request<Architecture>> waiting_;
};

template <class S, class F>
here(const S&, F, here_settings = {}) -> here<space::architecture_of<S>, F>;

}  // namespace paragon::evaluate
