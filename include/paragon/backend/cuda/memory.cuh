// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>

#include "threads.cuh"

namespace paragon::inline PARAGON_ISA::backend::cuda_kernels {

/// Memory of the device. Copies and fills join the default stream; only `copy_to_host` waits.
struct memory {
  static constexpr std::size_t alignment = 256;

  /// \throws error where the device has not enough memory left
  [[nodiscard]] static void* allocate(std::size_t bytes) {
    void* pointer = nullptr;
    check(cudaMalloc(&pointer, std::max<std::size_t>(bytes, 1)), "cuda::allocate");
    return pointer;
  }
  static void deallocate(void* pointer) noexcept {
    // Freeing fails where the program ends and the driver has gone first, which harms nobody.
    if (cudaFree(pointer) != cudaSuccess) (void)cudaGetLastError();
  }

  static void copy(void* to, const void* from, std::size_t bytes) {
    if (bytes > 0) check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice), "cuda::copy");
  }
  static void copy_to_host(void* to, const void* from, std::size_t bytes) {
    if (bytes > 0) check(cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToHost), "cuda::copy_to_host");
  }
  /// The host's bytes may change as soon as this returns.
  static void copy_from_host(void* to, const void* from, std::size_t bytes) {
    if (bytes > 0) check(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice), "cuda::copy_from_host");
  }
  static void zero(void* to, std::size_t bytes) {
    if (bytes > 0) check(cudaMemsetAsync(to, 0, bytes), "cuda::zero");
  }

  /// A copy on the device of what the host holds, for constants: nobody writes to it, and copies of the pointer share it.
  template <class T>
  [[nodiscard]] static std::shared_ptr<const T[]> upload(std::span<const T> values) {
    const std::shared_ptr<T[]> copy(static_cast<T*>(allocate(values.size_bytes())), deallocate);
    copy_from_host(copy.get(), values.data(), values.size_bytes());
    return copy;
  }
};

}  // namespace paragon::backend::cuda_kernels
