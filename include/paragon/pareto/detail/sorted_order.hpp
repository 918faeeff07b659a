// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Positions of candidates. 32 bits halve the memory that sorting moves; `first_front` refuses larger sets.
using position = std::uint32_t;

/// A 64-bit integer that orders as x does, equal numbers (so also both zeros) to equal integers. No NaN.
template <class T>
[[nodiscard]] std::uint64_t ordered_bits(T x) noexcept {
  if constexpr (std::is_floating_point_v<T>) {
    using bits_of = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr bits_of sign = bits_of{1} << (8 * sizeof(T) - 1);
    const auto bits = std::bit_cast<bits_of>(x + T(0));  // turns -0 into +0
    return (bits & sign) != 0 ? static_cast<bits_of>(~bits) : static_cast<bits_of>(bits | sign);
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(x)) ^ (std::uint64_t{1} << 63);
  } else {
    return static_cast<std::uint64_t>(x);
  }
}

/// One objective of the chosen rows as integers that keep order and equality. O(c), or O(c log c) for `long double`.
template <class View>
[[nodiscard]] std::vector<std::uint64_t> ordered_column(const View& view, const std::vector<std::size_t>& rows,
                                                        std::size_t k) {
  using T = typename View::value_type;
  std::vector<std::uint64_t> keys(rows.size());
  if constexpr (sizeof(T) <= 8) {
    for (std::size_t c = 0; c < rows.size(); ++c) keys[c] = ordered_bits(view(rows[c], k));
  } else {
    std::vector<T> values(rows.size());
    for (std::size_t c = 0; c < rows.size(); ++c) values[c] = view(rows[c], k);
    std::sort(values.begin(), values.end());
    for (std::size_t c = 0; c < rows.size(); ++c) {
      const auto place = std::lower_bound(values.begin(), values.end(), view(rows[c], k));
      keys[c] = static_cast<std::uint64_t>(place - values.begin());
    }
  }
  return keys;
}

[[nodiscard]] inline std::vector<position> sorted_order(const std::vector<std::uint64_t>& keys);

/// Sorts part of an order by one key more; stable. Few by insertion, many as `sorted_order`.
template <class Key>
void refine(std::vector<position>& order, std::size_t first, std::size_t last, Key key) {
  constexpr std::size_t few = 32;
  if (last - first <= few) {
    for (std::size_t i = first + 1; i < last; ++i) {
      const position moved = order[i];
      const std::uint64_t its_key = key(moved);
      std::size_t place = i;
      for (; place > first && its_key < key(order[place - 1]); --place) order[place] = order[place - 1];
      order[place] = moved;
    }
    return;
  }
  const auto begin = order.begin() + static_cast<std::ptrdiff_t>(first);
  const std::vector<position> part(begin, order.begin() + static_cast<std::ptrdiff_t>(last));
  std::vector<std::uint64_t> keys(part.size());
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = key(part[i]);
  const std::vector<position> refined = sorted_order(keys);
  for (std::size_t i = 0; i < part.size(); ++i) order[first + i] = part[refined[i]];
}

/// The positions of keys in ascending order, equal ones in input order.
///
/// Radix sort by the leading bits of the range that the keys span, as many as tell most keys apart: 18 to 32. What
/// those leave equal are neighbours afterwards, and each such group is sorted by the rest in the same way. O(n), 16
/// bytes of scratch memory per key.
[[nodiscard]] inline std::vector<position> sorted_order(const std::vector<std::uint64_t>& keys) {
  struct item {
    std::uint32_t key;
    position at;
  };
  const std::size_t n = keys.size();
  std::vector<position> order(n);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<position>(i);
  if (n <= 32) {
    refine(order, 0, n, [&](position i) { return keys[i]; });
    return order;
  }

  std::uint64_t least = keys[0];
  std::uint64_t most = keys[0];
  for (const std::uint64_t key : keys) {
    least = key < least ? key : least;
    most = key > most ? key : most;
  }
  const unsigned digit = std::clamp(static_cast<unsigned>(std::bit_width(n)), 9U, 11U);
  const unsigned mask = (1U << digit) - 1;
  const unsigned useful_bits = n < 20000 ? 2 * digit : 32;
  const auto range_bits = static_cast<unsigned>(std::bit_width(most - least));
  const unsigned shift = range_bits > useful_bits ? range_bits - useful_bits : 0;
  const unsigned digits = std::max(1U, (range_bits - shift + digit - 1) / digit);

  const auto leading = [&](std::size_t i) { return static_cast<std::uint32_t>((keys[i] - least) >> shift); };
  std::vector<std::array<position, 2048>> begins(digits);  // where the next key with a digit goes
  for (std::size_t i = 0; i < n; ++i) {
    for (unsigned d = 0; d < digits; ++d) ++begins[d][(leading(i) >> (d * digit)) & mask];
  }
  for (auto& begin : begins) {
    position sum = 0;
    for (std::size_t b = 0; b <= mask; ++b) sum += std::exchange(begin[b], sum);
  }
  std::vector<item> items(n);
  std::vector<item> scratch(digits > 1 ? n : 0);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t key = leading(i);
    items[begins[0][key & mask]++] = {key, static_cast<position>(i)};
  }
  for (unsigned d = 1; d < digits; ++d) {
    for (const item& x : items) scratch[begins[d][(x.key >> (d * digit)) & mask]++] = x;
    items.swap(scratch);
  }

  for (std::size_t i = 0; i < n; ++i) order[i] = items[i].at;
  if (shift == 0) return order;
  for (std::size_t first = 0; first < n;) {
    std::size_t last = first + 1;
    bool ordered = true;
    for (; last < n && items[last].key == items[first].key; ++last) {
      ordered = ordered && keys[order[last - 1]] <= keys[order[last]];
    }
    // Equal leading bits leave a range below 2^shift, so that this goes a few levels deep at most.
    if (!ordered) refine(order, first, last, [&](position i) { return keys[i]; });
    first = last;
  }
  return order;
}

}  // namespace paragon::pareto::detail
