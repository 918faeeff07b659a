// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "../../core/error.hpp"

namespace paragon::inline PARAGON_ISA::backend::cuda_kernels {

/// \throws error with CUDA's own message. An error of a kernel shows at the first call that waits for it.
inline void check(cudaError_t status, std::string_view place) {
  if (status == cudaSuccess) return;
  (void)cudaGetLastError();  // or the next launch would report this error again
  throw error(place, std::string(cudaGetErrorName(status)) + ", " + cudaGetErrorString(status));
}

/// The device that kernels run on: the current one, on its default stream.
struct threads {
  /// Whether there is a device and a driver for it. Programs that contain CUDA kernels start without either.
  [[nodiscard]] static bool available() noexcept {
    int count = 0;
    const bool found = cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
    if (!found) (void)cudaGetLastError();
    return found;
  }

  /// Waits for all kernels called so far. \throws error where one of them failed
  static void synchronise() { check(cudaDeviceSynchronize(), "cuda::synchronise"); }
};

inline constexpr unsigned block_size = 256;
inline constexpr unsigned warp_size = 32;
inline constexpr std::size_t most_blocks = 65536;

/// Blocks for n pieces of work; kernels loop where there are more pieces than threads.
[[nodiscard]] inline unsigned blocks_for(std::size_t n, std::size_t per_block) noexcept {
  return static_cast<unsigned>(std::min(n / per_block + (n % per_block != 0 ? 1 : 0), most_blocks));
}

/// Launches `kernel(arguments...)` with one thread per element of [0, n), or fewer that loop.
template <class... Parameters, class... Arguments>
void for_elements(std::string_view place, std::size_t n, void (*kernel)(Parameters...), Arguments... arguments) {
  if (n == 0) return;
  kernel<<<blocks_for(n, block_size), block_size>>>(arguments...);
  check(cudaGetLastError(), place);
}

namespace on_device {

/// The elements of this thread: `for (auto i = first_element(); i < n; i += element_stride())`.
__device__ inline std::size_t first_element() { return std::size_t{blockIdx.x} * blockDim.x + threadIdx.x; }
__device__ inline std::size_t element_stride() { return std::size_t{gridDim.x} * blockDim.x; }

}  // namespace on_device

}  // namespace paragon::backend::cuda_kernels
