// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <compare>
#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Random access to `archive[i]` by position. What it points to is an entry that is made on the spot.
template <class Archive>
class archive_iterator {
  using entry = decltype(std::declval<Archive&>()[0]);

public:
  using value_type = entry;
  using reference = entry;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;  // the old name for iterators over proxies
  using iterator_concept = std::random_access_iterator_tag;
  struct pointer {
    entry held;
    const entry* operator->() const noexcept { return &held; }
  };

  archive_iterator() noexcept = default;
  archive_iterator(Archive& archive, std::size_t index) noexcept
      : archive_(&archive), index_(static_cast<difference_type>(index)) {}
  /// From iterator to const_iterator.
  operator archive_iterator<const Archive>() const noexcept
    requires(!std::is_const_v<Archive>)
  {
    return {*archive_, index()};
  }

  /// The position in the archive.
  [[nodiscard]] std::size_t index() const noexcept { return static_cast<std::size_t>(index_); }

  reference operator*() const noexcept { return (*archive_)[index()]; }
  pointer operator->() const noexcept { return {**this}; }
  reference operator[](difference_type n) const noexcept { return *(*this + n); }

  archive_iterator& operator++() noexcept { return *this += 1; }
  archive_iterator& operator--() noexcept { return *this -= 1; }
  archive_iterator operator++(int) noexcept {
    archive_iterator old = *this;
    ++*this;
    return old;
  }
  archive_iterator operator--(int) noexcept {
    archive_iterator old = *this;
    --*this;
    return old;
  }
  archive_iterator& operator+=(difference_type n) noexcept {
    index_ += n;
    return *this;
  }
  archive_iterator& operator-=(difference_type n) noexcept { return *this += -n; }
  friend archive_iterator operator+(archive_iterator i, difference_type n) noexcept { return i += n; }
  friend archive_iterator operator+(difference_type n, archive_iterator i) noexcept { return i += n; }
  friend archive_iterator operator-(archive_iterator i, difference_type n) noexcept { return i -= n; }
  friend difference_type operator-(const archive_iterator& a, const archive_iterator& b) noexcept {
    return a.index_ - b.index_;
  }
  friend bool operator==(const archive_iterator& a, const archive_iterator& b) noexcept { return a.index_ == b.index_; }
  friend auto operator<=>(const archive_iterator& a, const archive_iterator& b) noexcept {
    return a.index_ <=> b.index_;
  }

private:
  Archive* archive_ = nullptr;
  difference_type index_ = 0;
};

}  // namespace paragon::pareto::detail
