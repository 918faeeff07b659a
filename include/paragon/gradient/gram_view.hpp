// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "../core/error.hpp"

namespace paragon::inline PARAGON_ISA::gradient {

/// A borrowed Gram matrix: k x k inner products of k gradients, row-major, symmetric, in double.
///
/// This is all that a weighting sees. It is small (k is the number of objectives or devices), so every decision on it is
/// made in double whatever the type of the gradients. `weigh` converts other layouts and types.
class gram_view {
public:
  /// \throws error where `entries` does not hold size * size numbers, or size is zero
  constexpr gram_view(std::span<const double> entries, std::size_t size) : entries_(entries.data()), size_(size) {
    if (size == 0) throw error("gram_view", "no gradients", "at least one");
    if (entries.size() != size * size) {
      throw error("gram_view", std::to_string(entries.size()) + " entries for " + std::to_string(size) + " gradients",
                  std::to_string(size * size));
    }
  }

  /// The number of gradients, k.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr double operator()(std::size_t i, std::size_t j) const noexcept {
    return entries_[i * size_ + j];
  }
  [[nodiscard]] constexpr const double* row(std::size_t i) const noexcept { return entries_ + i * size_; }
  [[nodiscard]] constexpr std::span<const double> entries() const noexcept { return {entries_, size_ * size_}; }

private:
  const double* entries_;
  std::size_t size_;
};

}  // namespace paragon::gradient
