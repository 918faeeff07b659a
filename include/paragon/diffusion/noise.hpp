// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

#include "../core/host_device.hpp"
#include "../core/random_key.hpp"
#include "../tensor/tensor.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// The random numbers of consecutive samples: those of a sample depend on its number, not on its place in a batch.
struct sample_noise {
  paragon::random_key key;
  std::uint64_t first = 0;  ///< the number of the first sample

  /// Fills x, [samples, ...], with standard normal numbers of the given draw.
  template <class T, class Backend>
  void fill(std::uint64_t draw, tensor<T, Backend>& x) const {
    const std::uint64_t each = x.size() / x.shape()[0];
    Backend::map_index(normal<T>{key.fork(draw), first * each}, x.size(), x.data());
  }

private:
  template <class T>
  struct normal {
    paragon::random_key key;
    std::uint64_t first;
    PARAGON_HOST_DEVICE T operator()(std::size_t i) const noexcept { return static_cast<T>(key.normal(first + i)); }
  };
};

}  // namespace paragon::diffusion
