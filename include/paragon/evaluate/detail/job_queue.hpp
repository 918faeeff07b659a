// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "../../objective/outcome.hpp"
#include "../request.hpp"

namespace paragon::inline PARAGON_ISA::evaluate::detail {

/// A request on its way through an executor.
struct job {
  std::uint64_t number = 0;  ///< in the order of submission
  std::uint64_t id = 0;
  std::string line{};  ///< the request as it is sent
  std::size_t attempts = 0;
};

/// Jobs that wait, in the order of submission, and the results of those that are done.
class job_queue {
public:
  explicit job_queue(order results) : order_(results) {}

  void add(std::uint64_t id, std::string line) {
    waiting_.push_back({next_++, id, std::move(line)});
    ++pending_;
  }

  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
  /// The oldest that waits. \pre !empty()
  [[nodiscard]] job next() {
    job first = std::move(waiting_.front());
    waiting_.pop_front();
    return first;
  }
  /// Waits again, before all that were submitted later.
  void put_back(job again) {
    const auto later = [&](const job& other) { return other.number > again.number; };
    waiting_.insert(std::find_if(waiting_.begin(), waiting_.end(), later), std::move(again));
  }

  void done(const job& what, objective::outcome result, double seconds) {
    results_.push_back({what.number, {what.id, std::move(result), what.attempts, seconds}});
  }

  /// The results that can be handed out. \param all  no matter what was submitted before them
  [[nodiscard]] std::vector<completion> take(bool all) {
    std::sort(results_.begin(), results_.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    auto last = results_.begin();
    while (last != results_.end() && (all || order_ == order::finished || last->number <= next_out_)) {
      next_out_ = std::max(next_out_, last->number + 1);
      ++last;
    }
    std::vector<completion> out;
    for (auto r = results_.begin(); r != last; ++r) out.push_back(std::move(r->result));
    results_.erase(results_.begin(), last);
    pending_ -= out.size();
    return out;
  }

  /// Added and not taken.
  [[nodiscard]] std::size_t pending() const noexcept { return pending_; }

private:
  struct numbered {
    std::uint64_t number = 0;
    completion result{};
  };

  order order_;
  std::deque<job> waiting_;
  std::vector<numbered> results_;
  std::uint64_t next_ = 0;
  std::uint64_t next_out_ = 0;
  std::size_t pending_ = 0;
};

}  // namespace paragon::evaluate::detail
