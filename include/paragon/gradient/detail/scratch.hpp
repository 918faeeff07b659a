// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::gradient::detail {

/// Uninitialised working memory: on the stack up to `Inline` elements, from the heap beyond.
template <class T, std::size_t Inline>
  requires std::is_trivial_v<T>
class scratch {
public:
  explicit scratch(std::size_t size) : data_(inline_), size_(size) {
    if (size > Inline) {
      heap_ = std::make_unique_for_overwrite<T[]>(size);
      data_ = heap_.get();
    }
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  [[nodiscard]] T* data() noexcept { return data_; }
  [[nodiscard]] const T* data() const noexcept { return data_; }
  [[nodiscard]] T& operator[](std::size_t i) noexcept { return data_[i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const noexcept { return data_[i]; }
  [[nodiscard]] std::span<T> span() noexcept { return {data_, size_}; }

private:
  T inline_[Inline];
  std::unique_ptr<T[]> heap_;
  T* data_;
  std::size_t size_;
};

/// k numbers; k is rarely above 32.
using numbers = scratch<double, 32>;
/// k * k numbers.
using square = scratch<double, 1024>;

}  // namespace paragon::gradient::detail
