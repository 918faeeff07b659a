// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::search::detail {

/// A row of `Width` numbers for each of many numbered things, NaN until they are written; takes memory for those that were
/// written and a few beside each, for things that are written together mostly have numbers near to each other.
///
/// Pages of 16 rows are found through blocks of 64 pages; a page or block that was never written is the first one, of NaN.
/// Where things are written in the order of their numbers, as by a search that first judges all of a small space, no such
/// table is asked.
template <std::size_t Width>
class number_rows {
public:
  /// Makes `read` possible for the things below `n`: 4 bytes for each 1,024 of them.
  void cover(std::size_t n) {
    if (n > blocks_.size() * block_rows) blocks_.resize((n + block_rows - 1) / block_rows, 0);
  }

  /// The row of thing `i`, valid until the next `write`. O(1). \pre covered
  [[nodiscard]] const double* read(std::uint32_t i) const noexcept {
    std::uint32_t row = i + page_rows;
    if (i >= in_order_) row = pages_[blocks_[i / block_rows] + i / page_rows % block_pages] + i % page_rows;
    return rows_.data() + std::size_t{row} * Width;
  }

  /// The row of thing `i` to write to, valid until the next `write`. O(1), amortised. \pre covered
  [[nodiscard]] double* write(std::uint32_t i) {
    std::uint32_t& block = blocks_[i / block_rows];
    if (block == 0) {
      pages_.resize(pages_.size() + block_pages, 0);
      block = static_cast<std::uint32_t>(pages_.size() - block_pages);
    }
    std::uint32_t& page = pages_[block + i / page_rows % block_pages];
    if (page == 0) {
      rows_.resize(rows_.size() + page_rows * Width, unknown);
      page = used_ += page_rows;
      if (in_order_ == i - i % page_rows && used_ == in_order_ + page_rows) in_order_ = used_;
    }
    return rows_.data() + std::size_t{page + i % page_rows} * Width;
  }

private:
  static constexpr std::uint32_t page_rows = 16;
  static constexpr std::uint32_t block_pages = 64;
  static constexpr std::uint32_t block_rows = page_rows * block_pages;
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

  std::vector<std::uint32_t> blocks_;                                              ///< where the pages of each begin
  std::vector<std::uint32_t> pages_ = std::vector<std::uint32_t>(block_pages, 0);  ///< where the rows of each begin
  std::vector<double> rows_ = std::vector<double>(std::size_t{page_rows} * Width, unknown);
  std::uint32_t used_ = 0;      ///< the first row of the last page
  std::uint32_t in_order_ = 0;  ///< the rows of the things below this lie in the order of their numbers
};

}  // namespace paragon::search::detail
