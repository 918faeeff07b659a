// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// Memory that is taken piece by piece and given back all at once; the blocks are kept for the next time.
///
/// A program that takes the same pieces in the same order after each `rewind` allocates only the first time.
template <class Backend>
class arena {
public:
  static constexpr std::size_t alignment = 64;

  arena() = default;
  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;
  ~arena() {
    for (const block& b : blocks_) Backend::deallocate(b.data);
  }

  /// `bytes` of memory, aligned to 64 bytes, valid until `rewind`; its content is not set.
  [[nodiscard]] std::byte* take(std::size_t bytes) {
    bytes = (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
    while (current_ < blocks_.size() && used_ + bytes > blocks_[current_].capacity) {
      ++current_;
      used_ = 0;
    }
    if (current_ == blocks_.size()) {
      const std::size_t capacity = std::max({bytes, first_block, blocks_.empty() ? 0 : 2 * blocks_.back().capacity});
      blocks_.push_back({static_cast<std::byte*>(Backend::allocate(capacity)), capacity});
    }
    return blocks_[current_].data + std::exchange(used_, used_ + bytes);
  }

  /// Gives back everything taken; keeps the blocks.
  void rewind() noexcept {
    current_ = 0;
    used_ = 0;
  }

  /// Number of blocks allocated so far.
  [[nodiscard]] std::size_t blocks() const noexcept { return blocks_.size(); }

private:
  static constexpr std::size_t first_block = 65536;
  struct block {
    std::byte* data;
    std::size_t capacity;
  };
  std::vector<block> blocks_;
  std::size_t current_ = 0;
  std::size_t used_ = 0;
};

}  // namespace paragon::autodiff
