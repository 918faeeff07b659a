// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>

#include "../../core/parallel.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// The threads that kernels on the host share. One by default.
///
/// A kernel cuts its work into blocks of a size that does not depend on the number of threads, so its result does not
/// either. Set the number before kernels run, not while they do.
class threads {
public:
  /// 0 means as many as the machine has.
  static void set_threads(std::size_t n) { instance() = std::make_unique<thread_pool>(n); }
  [[nodiscard]] static std::size_t thread_count() { return pool().size(); }
  [[nodiscard]] static thread_pool& pool() { return *instance(); }

  /// Runs `body(begin, end)` over [0, n): in one piece below `grain` indices, in blocks of `grain` from there on.
  template <class Body>
  static void for_range(std::size_t n, std::size_t grain, Body&& body) {
    if (n <= grain) {
      if (n > 0) body(std::size_t{0}, n);
    } else {
      pool().for_blocks(n, grain, body);
    }
  }

private:
  static std::unique_ptr<thread_pool>& instance() {
    static std::unique_ptr<thread_pool> pool = std::make_unique<thread_pool>(1);
    return pool;
  }
};

/// Elements that one block of an element-wise kernel takes: about 10 microseconds of work.
inline constexpr std::size_t element_grain = 32768;

}  // namespace paragon::backend::cpu_kernels
