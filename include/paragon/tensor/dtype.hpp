// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "../core/error.hpp"
#include "../core/number_text.hpp"

namespace paragon::inline PARAGON_ISA {

static_assert(std::endian::native == std::endian::little,
              "files hold little-endian numbers and are copied as they are");

/// The type of the elements in a file; the names are those of .safetensors.
enum class dtype { f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8, boolean };

/// Types whose arrays the file readers and writers take.
template <class T>
concept file_element =
    std::is_arithmetic_v<T> && sizeof(T) <= 8 && !std::is_same_v<T, char> && !std::is_same_v<T, wchar_t> &&
    !std::is_same_v<T, char8_t> && !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t>;

/// Bytes of one element.
[[nodiscard]] constexpr std::size_t size_of(dtype type) noexcept {
  constexpr std::array<std::size_t, 13> sizes{8, 4, 2, 2, 8, 4, 2, 1, 8, 4, 2, 1, 1};
  return sizes[static_cast<std::size_t>(type)];
}

/// "F64", "BOOL", ...
[[nodiscard]] constexpr std::string_view to_string(dtype type) noexcept {
  constexpr std::array<std::string_view, 13> names{"F64", "F32", "F16", "BF16", "I64", "I32", "I16",
                                                   "I8",  "U64", "U32", "U16",  "U8",  "BOOL"};
  return names[static_cast<std::size_t>(type)];
}

/// The element type of a file that holds `T` as it is in memory.
template <file_element T>
[[nodiscard]] constexpr dtype dtype_of() noexcept {
  if constexpr (std::is_same_v<T, bool>) {
    return dtype::boolean;
  } else if constexpr (std::is_floating_point_v<T>) {
    return sizeof(T) == 8 ? dtype::f64 : dtype::f32;
  } else {
    constexpr auto first = std::is_signed_v<T> ? dtype::i64 : dtype::u64;
    return static_cast<dtype>(static_cast<int>(first) + std::countr_zero(8 / sizeof(T)));
  }
}

/// Whether every value of the file's type is a value of `T`.
template <file_element T>
[[nodiscard]] constexpr bool converts_exactly(dtype from) noexcept {
  constexpr std::array<int, 13> digits{53, 24, 11, 8, 63, 31, 15, 7, 64, 32, 16, 8, 1};
  const bool integer = from >= dtype::i64;
  const bool is_signed = integer && from < dtype::u64;
  if constexpr (std::is_same_v<T, bool>) {
    return from == dtype::boolean;
  } else if constexpr (std::is_floating_point_v<T>) {
    return digits[static_cast<std::size_t>(from)] <= std::numeric_limits<T>::digits;
  } else {
    return integer && digits[static_cast<std::size_t>(from)] <= std::numeric_limits<T>::digits &&
           (!is_signed || std::is_signed_v<T>);
  }
}

/// Whether `convert_elements` takes the pair: exact conversions, and double to float, which rounds.
template <file_element T>
[[nodiscard]] constexpr bool converts(dtype from) noexcept {
  return converts_exactly<T>(from) || (std::is_same_v<T, float> && from == dtype::f64);
}

/// The value of an IEEE half-precision number. Exact.
[[nodiscard]] inline float half_to_float(std::uint16_t bits) noexcept {
  const std::uint32_t sign = std::uint32_t{bits & 0x8000U} << 16;
  const std::uint32_t exponent = (bits >> 10) & 31U;
  const std::uint32_t fraction = bits & 1023U;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000U | (fraction << 13));
  if (exponent > 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
  const float tiny = static_cast<float>(fraction) * 0x1.0p-24F;
  return sign == 0 ? tiny : -tiny;
}

namespace dtype_detail {

struct half {
  std::uint16_t bits;
  explicit operator float() const noexcept { return half_to_float(bits); }
};
struct brain {
  std::uint16_t bits;
  explicit operator float() const noexcept { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
};

template <class From, class T>
void convert(const std::byte* bytes, std::span<T> to, std::string_view place) {
  if constexpr (std::is_same_v<From, T> && !std::is_same_v<T, bool>) {
    if (!to.empty()) std::memcpy(to.data(), bytes, to.size_bytes());
  } else {
    for (std::size_t i = 0; i < to.size(); ++i) {
      if constexpr (std::is_same_v<From, bool>) {
        const auto value = std::to_integer<unsigned>(bytes[i]);
        if (value > 1) {
          throw error(place, "element " + std::to_string(i) + " is the byte " + std::to_string(value), "0 or 1");
        }
        to[i] = static_cast<T>(value == 1);
      } else {
        From value;
        std::memcpy(&value, bytes + i * sizeof(From), sizeof(From));
        if constexpr (std::is_same_v<From, half> || std::is_same_v<From, brain>) {
          to[i] = static_cast<T>(static_cast<float>(value));
        } else {
          if constexpr (std::is_same_v<From, double> && std::is_same_v<T, float>) {
            if (std::isfinite(value) && std::abs(value) > double{std::numeric_limits<float>::max()}) {
              throw error(place, "element " + std::to_string(i) + " is " + number_text(value), "a value within float");
            }
          }
          to[i] = static_cast<T>(value);  // NOLINT(bugprone-signed-char-misuse): a number, not a letter
        }
      }
    }
  }
}

}  // namespace dtype_detail

/// Fills `to` with the elements that `bytes` hold in the layout of a file.
///
/// Conversions are exact, but for double to float, which rounds to nearest and rejects finite values beyond float.
/// \pre bytes hold to.size() * size_of(from) bytes
/// \throws error that begins with `place`
template <file_element T>
void convert_elements(dtype from, const std::byte* bytes, std::span<T> to, std::string_view place) {
  if (!converts<T>(from)) {
    throw error(place, "elements of type " + std::string(to_string(from)),
                "a type that becomes " + std::string(to_string(dtype_of<T>())) + " without loss");
  }
  const auto run = [&]<class From>(From) {
    if constexpr (std::is_arithmetic_v<From>) {
      if constexpr (converts<T>(dtype_of<From>())) dtype_detail::convert<From>(bytes, to, place);
    } else if constexpr (std::is_floating_point_v<T>) {
      dtype_detail::convert<From>(bytes, to, place);
    }
  };
  switch (from) {
    case dtype::f64: return run(double{});
    case dtype::f32: return run(float{});
    case dtype::f16: return run(dtype_detail::half{});
    case dtype::bf16: return run(dtype_detail::brain{});
    case dtype::i64: return run(std::int64_t{});
    case dtype::i32: return run(std::int32_t{});
    case dtype::i16: return run(std::int16_t{});
    case dtype::i8: return run(std::int8_t{});
    case dtype::u64: return run(std::uint64_t{});
    case dtype::u32: return run(std::uint32_t{});
    case dtype::u16: return run(std::uint16_t{});
    case dtype::u8: return run(std::uint8_t{});
    case dtype::boolean: return run(bool{});
  }
}

namespace dtype_detail {

/// The product of extents and an element size, or false where it does not fit std::size_t.
[[nodiscard]] inline bool bytes_of(std::span<const std::size_t> extents, std::size_t element, std::size_t& bytes) {
  bytes = element;
  for (const std::size_t n : extents) {
    if (n != 0 && bytes > std::numeric_limits<std::size_t>::max() / n) {
      // Another extent may still be zero, but such a shape is not worth reading.
      return false;
    }
    bytes *= n;
  }
  return true;
}

}  // namespace dtype_detail

}  // namespace paragon
