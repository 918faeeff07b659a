// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>

#include "../../core/parallel.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// The threads that kernels on the host use: those of a pool that the caller lends them, else the calling thread alone.
///
///     thread_pool pool(8);
///     const backend::cpu::use_pool threads(pool);  // until the end of the block, for kernels that this thread calls
///
/// A kernel cuts its work into blocks of a size that does not depend on the number of threads, so its result does not
/// either. Several threads may lend the same pool or pools of their own; where one pool is wanted twice at once, the second
/// kernel runs on its caller alone.
class threads {
public:
  /// Kernels that the calling thread calls run on `pool` while this object lives; then on what they ran on before.
  class use_pool {
  public:
    explicit use_pool(thread_pool& pool) noexcept : before_(current()) { current() = &pool; }
    ~use_pool() { current() = before_; }
    use_pool(const use_pool&) = delete;
    use_pool& operator=(const use_pool&) = delete;

  private:
    thread_pool* before_;
  };

  /// Threads that kernels called here run on.
  [[nodiscard]] static std::size_t thread_count() noexcept { return current() == nullptr ? 1 : current()->size(); }

  /// Runs `body(begin, end)` over [0, n): in one piece below `grain` indices, in blocks of `grain` from there on.
  template <class Body>
  static void for_range(std::size_t n, std::size_t grain, Body&& body) {
    if (n <= grain) {
      if (n > 0) body(std::size_t{0}, n);
    } else if (thread_pool* const pool = current()) {
      pool->for_blocks(n, grain, body);
    } else {
      for (std::size_t begin = 0; begin < n; begin += grain) body(begin, std::min(n, begin + grain));
    }
  }

private:
  [[nodiscard]] static thread_pool*& current() noexcept {
    thread_local thread_pool* pool = nullptr;
    return pool;
  }
};

/// Elements that one block of an element-wise kernel takes: about 10 microseconds of work.
inline constexpr std::size_t element_grain = 32768;

}  // namespace paragon::backend::cpu_kernels
