// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA {

/// Why a text is not taken as a number.
enum class number_fault {
  none,
  malformed,  ///< it does not begin like a number
  too_large,  ///< beyond the range of the type
  inexact     ///< an integer that the floating-point type cannot hold exactly
};

/// Where a number ends in a text, and whether it could be read.
struct parsed_number {
  const char* end;
  number_fault fault;
};

namespace detail {

/// A plain decimal of at most 15 digits, or null: digits and power of ten are then doubles without an error, and
/// their quotient is rounded once. Two to three times as fast as `std::from_chars`, which has to be ready for more.
/// Reference: Clinger, "How to read floating point numbers accurately", PLDI 1990.
inline const char* parse_short(const char* at, const char* stop, double& value) noexcept {
  constexpr double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const bool negative = at != stop && *at == '-';
  if (negative) ++at;
  const char* const begin = at;
  std::uint64_t digits = 0;
  const auto read_digits = [&] {
    for (; at != stop && *at >= '0' && *at <= '9'; ++at) digits = digits * 10 + static_cast<unsigned>(*at - '0');
  };
  read_digits();
  std::ptrdiff_t count = at - begin;
  std::ptrdiff_t decimals = 0;
  if (at != stop && *at == '.') {
    const char* const point = at++;
    read_digits();
    decimals = at - point - 1;
    count += decimals;
  }
  if (count == 0 || count > 15 || (at != stop && (*at == 'e' || *at == 'E'))) return nullptr;
  const double size = static_cast<double>(digits) / powers[decimals];
  value = negative ? -size : size;
  return at;
}

/// Whether a decimal beyond the range of its type is too small for it rather than too large: whether it is below 1.
[[nodiscard]] inline bool is_below_one(std::string_view decimal) noexcept {
  constexpr std::ptrdiff_t most = std::numeric_limits<std::ptrdiff_t>::max() / 16;
  std::ptrdiff_t exponent = 0;
  const std::size_t e = decimal.find_first_of("eE");
  if (e != decimal.npos) {
    const bool negative = e + 1 < decimal.size() && decimal[e + 1] == '-';
    for (const char c : decimal.substr(e + 1)) {
      if (c >= '0' && c <= '9' && exponent < most) exponent = exponent * 10 + (c - '0');
    }
    if (negative) exponent = -exponent;
  }
  const std::string_view digits = decimal.substr(0, e);
  const std::size_t leading = digits.find_first_of("123456789");
  if (leading == digits.npos) return true;
  const std::size_t point = digits.find('.') == digits.npos ? digits.size() : digits.find('.');
  const auto place = static_cast<std::ptrdiff_t>(point) - static_cast<std::ptrdiff_t>(leading);
  return place - (leading < point ? 1 : 0) + exponent < 0;
}

/// Whether `value`, to which digits alone (or with a sign) were rounded, is the integer that they say.
template <class T>
[[nodiscard]] bool holds_integer(std::string_view decimal, T value) noexcept {
  const T size = value < 0 ? -value : value;
  if (size < T{1} / std::numeric_limits<T>::epsilon()) return true;
  if (decimal.starts_with('-')) decimal.remove_prefix(1);
  if (decimal.find_first_not_of("0123456789") != decimal.npos) return true;
  decimal.remove_prefix(decimal.find_first_not_of('0'));
  char digits[std::numeric_limits<T>::max_exponent10 + 2];
  const auto written = std::to_chars(digits, digits + sizeof digits, size, std::chars_format::fixed, 0);
  return decimal == std::string_view(digits, static_cast<std::size_t>(written.ptr - digits));
}

}  // namespace detail

/// Reads the number that begins at `first`, as all readers of the library do; the locale has no say.
///
/// It is what `std::from_chars` reads (`1e5`, `.5`, `5.`, `inf`, `-infinity`, `nan`), with or without a plus; no blanks,
/// hexadecimal digits or marks between thousands. A decimal becomes the nearest value of the type: what is too small for
/// the type becomes a zero of its sign, what is too large is a fault. An integer, written with digits alone, is never
/// rounded: 9007199254740993 is no double, and a fault; 9007199254740993.0 is a decimal, and rounded.
/// \param value  set where there is no fault
/// \returns the end of the number (of the text that looks like one, where it is beyond the type), or `first`
template <class T>
  requires std::is_arithmetic_v<T>
[[nodiscard]] parsed_number parse_number(const char* first, const char* last, T& value) noexcept {
  const char* begin = first;
  if (begin != last && *begin == '+' && begin + 1 != last && begin[1] != '-') ++begin;
  if constexpr (std::is_same_v<T, double>) {
    if (const char* const after = detail::parse_short(begin, last, value); after != nullptr) {
      return {after, number_fault::none};
    }
  }
  T found{};
  const auto [end, problem] = std::from_chars(begin, last, found);
  if (problem == std::errc::invalid_argument) return {first, number_fault::malformed};
  const std::string_view text(begin, static_cast<std::size_t>(end - begin));
  if constexpr (std::is_floating_point_v<T>) {
    if (problem == std::errc::result_out_of_range) {
      if (!detail::is_below_one(text)) return {end, number_fault::too_large};
      found = text.starts_with('-') ? -T{} : T{};
    } else if (!detail::holds_integer(text, found)) {
      return {end, number_fault::inexact};
    }
  } else if (problem == std::errc::result_out_of_range) {
    return {end, number_fault::too_large};
  }
  value = found;
  return {end, number_fault::none};
}

/// The same for a whole text: what follows the number makes it malformed.
template <class T>
  requires std::is_arithmetic_v<T>
[[nodiscard]] number_fault parse_number(std::string_view text, T& value) noexcept {
  T found{};
  const char* const last = text.data() + text.size();
  const auto [end, fault] = parse_number(text.data(), last, found);
  if (fault == number_fault::malformed || end != last) return number_fault::malformed;
  if (fault == number_fault::none) value = found;
  return fault;
}

/// What a reader of numbers expected instead, for its error.
template <class T>
[[nodiscard]] constexpr std::string_view expected_number(number_fault fault) noexcept {
  if (fault == number_fault::inexact) {
    return "an integer that its type holds exactly, or a decimal point behind it, which allows rounding";
  }
  const bool range = fault == number_fault::too_large;
  if constexpr (std::is_floating_point_v<T>) return range ? "a number within the range of its type" : "a number";
  if constexpr (std::is_signed_v<T>) return range ? "an integer within the range of its type" : "an integer";
  return range ? "a non-negative integer within the range of its type" : "a non-negative integer";
}

}  // namespace paragon
