// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstring>
#include <new>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Host memory, aligned to a cache line (and to the widest vector registers).
struct memory {
  static constexpr std::size_t alignment = 64;

  [[nodiscard]] static void* allocate(std::size_t bytes) { return ::operator new(bytes, std::align_val_t{alignment}); }
  static void deallocate(void* pointer) noexcept { ::operator delete(pointer, std::align_val_t{alignment}); }

  static void copy(void* to, const void* from, std::size_t bytes) noexcept {
    if (bytes > 0) std::memcpy(to, from, bytes);
  }
  static void copy_to_host(void* to, const void* from, std::size_t bytes) noexcept { copy(to, from, bytes); }
  static void copy_from_host(void* to, const void* from, std::size_t bytes) noexcept { copy(to, from, bytes); }
  static void zero(void* to, std::size_t bytes) noexcept {
    if (bytes > 0) std::memset(to, 0, bytes);
  }
};

}  // namespace paragon::backend::cpu_kernels
