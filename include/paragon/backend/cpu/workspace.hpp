// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

#include "memory.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Memory of a thread that a kernel needs while it runs; kept for the next call.
/// \tparam Use  tells memory apart that is needed at the same time
template <class T, class Use>
class workspace {
public:
  /// Room for `n` elements, aligned to 64 bytes, its content not set; valid until the thread's next call.
  [[nodiscard]] static T* take(std::size_t n) {
    thread_local workspace room;
    if (n > room.size_) {
      memory::deallocate(room.data_);
      room.data_ = nullptr;
      room.data_ = static_cast<T*>(memory::allocate(n * sizeof(T)));
      room.size_ = n;
    }
    return room.data_;
  }

  workspace(const workspace&) = delete;
  workspace& operator=(const workspace&) = delete;
  ~workspace() { memory::deallocate(data_); }

private:
  workspace() = default;

  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace paragon::backend::cpu_kernels
