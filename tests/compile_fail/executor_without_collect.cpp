// expect: an executor needs .collect\(std::chrono::nanoseconds at_most\) -> std::vector<evaluate::completion>
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An executor that waits without end is refused, and what it lacks is named.
#include <cstddef>
#include <vector>

#include <paragon/evaluate/concepts.hpp>

struct queue {
  using architecture = int;
  void submit(paragon::evaluate::request<int>) {}
  std::vector<paragon::evaluate::completion> collect() { return {}; }
  std::size_t pending() const { return 0; }
  std::size_t capacity() const { return 1; }
};

static_assert(paragon::evaluate::require_executor<queue>());

int main() {}
