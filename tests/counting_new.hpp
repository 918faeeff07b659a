// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

// Replaces the global operator new of a test program by one that counts. To be included in one of its files.

namespace paragon_test {

inline std::atomic<std::size_t> allocations{0};
inline std::atomic<std::size_t> allocated_bytes{0};  ///< in all, also what was freed since

inline void* counted(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  allocated_bytes += bytes;
  bytes = (bytes + alignment - 1) / alignment * alignment;
  void* memory = alignment <= alignof(std::max_align_t) ? std::malloc(bytes) : std::aligned_alloc(alignment, bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace paragon_test

// Not inlined: else GCC sees malloc and free in place of pairs of operators, and warns of a mismatch.
#if defined(__GNUC__)
#define PARAGON_TEST_NOINLINE __attribute__((noinline))
#else
#define PARAGON_TEST_NOINLINE
#endif
PARAGON_TEST_NOINLINE void* operator new(std::size_t bytes) {
  return paragon_test::counted(bytes, alignof(std::max_align_t));
}
PARAGON_TEST_NOINLINE void* operator new[](std::size_t bytes) {
  return paragon_test::counted(bytes, alignof(std::max_align_t));
}
PARAGON_TEST_NOINLINE void* operator new(std::size_t bytes, std::align_val_t a) {
  return paragon_test::counted(bytes, static_cast<std::size_t>(a));
}
PARAGON_TEST_NOINLINE void* operator new[](std::size_t bytes, std::align_val_t a) {
  return paragon_test::counted(bytes, static_cast<std::size_t>(a));
}
// std::stable_sort takes its memory by this one. The standard library's calls the one above, a sanitizer's does not.
PARAGON_TEST_NOINLINE void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  try {
    return paragon_test::counted(bytes, alignof(std::max_align_t));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
PARAGON_TEST_NOINLINE void operator delete(void* memory) noexcept { std::free(memory); }
PARAGON_TEST_NOINLINE void operator delete[](void* memory) noexcept { std::free(memory); }
PARAGON_TEST_NOINLINE void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
PARAGON_TEST_NOINLINE void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
PARAGON_TEST_NOINLINE void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
PARAGON_TEST_NOINLINE void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
PARAGON_TEST_NOINLINE void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
PARAGON_TEST_NOINLINE void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
