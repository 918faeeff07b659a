// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <paragon/tensor/dtype.hpp>
#include <vector>

using paragon::dtype;

static_assert(paragon::dtype_of<double>() == dtype::f64 && paragon::dtype_of<float>() == dtype::f32);
static_assert(paragon::dtype_of<std::int8_t>() == dtype::i8 && paragon::dtype_of<std::int16_t>() == dtype::i16);
static_assert(paragon::dtype_of<std::int32_t>() == dtype::i32 && paragon::dtype_of<std::int64_t>() == dtype::i64);
static_assert(paragon::dtype_of<std::uint8_t>() == dtype::u8 && paragon::dtype_of<std::uint16_t>() == dtype::u16);
static_assert(paragon::dtype_of<std::uint32_t>() == dtype::u32 && paragon::dtype_of<std::uint64_t>() == dtype::u64);
static_assert(paragon::dtype_of<bool>() == dtype::boolean);
static_assert(paragon::size_of(dtype::bf16) == 2 && paragon::size_of(dtype::u64) == 8);
static_assert(paragon::to_string(dtype::boolean) == "BOOL" && paragon::to_string(dtype::u16) == "U16");

static_assert(paragon::converts_exactly<double>(dtype::i32) && !paragon::converts_exactly<double>(dtype::i64));
static_assert(paragon::converts_exactly<float>(dtype::u16) && !paragon::converts_exactly<float>(dtype::i32));
static_assert(paragon::converts_exactly<std::int32_t>(dtype::u16) &&
              !paragon::converts_exactly<std::uint32_t>(dtype::i8));
static_assert(!paragon::converts_exactly<std::int32_t>(dtype::u32) &&
              !paragon::converts_exactly<std::int64_t>(dtype::f16));
static_assert(!paragon::converts_exactly<float>(dtype::f64) && paragon::converts<float>(dtype::f64));
static_assert(!paragon::converts<bool>(dtype::u8) && paragon::converts<std::uint8_t>(dtype::boolean));

static_assert(!paragon::file_element<long double> && !paragon::file_element<char> && !paragon::file_element<void*>);

// Every one of the 65,536 patterns against the definition of IEEE 754 binary16.
TEST_CASE("tensor: half precision becomes float as IEEE 754 defines it") {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const double sign = bits >> 15 == 1 ? -1 : 1;
    const int exponent = static_cast<int>(bits >> 10 & 31);
    const double fraction = static_cast<double>(bits & 1023);
    const double expected = exponent == 31
                                ? (fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::nan(""))
                            : exponent == 0 ? sign * std::ldexp(fraction, -24)
                                            : sign * std::ldexp(1024 + fraction, exponent - 25);
    const float found = paragon::half_to_float(static_cast<std::uint16_t>(bits));
    if (std::isnan(expected) ? !std::isnan(found)
                             : found != expected || std::signbit(found) != std::signbit(expected)) {
      FAIL("pattern ", bits);
    }
  }
}

namespace {

template <class To, class From>
std::vector<double> converted(dtype type, std::vector<From> from) {
  std::vector<To> to(from.size());
  paragon::convert_elements(type, std::as_bytes(std::span(from)).data(), std::span(to), "here");
  return {to.begin(), to.end()};
}

}  // namespace

TEST_CASE("tensor: elements are converted without loss") {
  CHECK(converted<double, float>(dtype::f32, {1.5F, -2}) == std::vector<double>{1.5, -2});
  CHECK(converted<float, double>(dtype::f64, {1.5, 0.1}) == std::vector<double>{1.5, 0.1F});
  CHECK(converted<float, std::uint16_t>(dtype::bf16, {0x3FC0, 0xC000}) == std::vector<double>{1.5, -2});
  CHECK(converted<double, std::uint16_t>(dtype::f16, {0x3E00, 0xC000}) == std::vector<double>{1.5, -2});
  CHECK(converted<std::int64_t, std::uint32_t>(dtype::u32, {4294967295U}) == std::vector<double>{4294967295.0});
  CHECK(converted<float, std::int8_t>(dtype::i8, {-128}) == std::vector<double>{-128});
  CHECK(converted<std::int32_t, std::uint8_t>(dtype::boolean, {0, 1}) == std::vector<double>{0, 1});
}

TEST_CASE("tensor: conversions that lose are errors") {
  CHECK_THROWS_WITH_AS((converted<float, std::int32_t>(dtype::i32, {1})),
                       "here: elements of type I32; expected a type that becomes F32 without loss", paragon::error);
  CHECK_THROWS_AS((converted<std::int32_t, float>(dtype::f32, {1})), paragon::error);
  CHECK_THROWS_AS((converted<std::uint8_t, std::int8_t>(dtype::i8, {1})), paragon::error);
  CHECK_THROWS_WITH_AS((converted<std::uint8_t, std::uint8_t>(dtype::boolean, {1, 2})),
                       "here: element 1 is the byte 2; expected 0 or 1", paragon::error);
}

TEST_CASE("tensor: doubles beyond float are errors, infinities and NaN are kept") {
  CHECK_THROWS_AS((converted<float, double>(dtype::f64, {0, 1e39})), paragon::error);
  CHECK_THROWS_AS((converted<float, double>(dtype::f64, {-1e300})), paragon::error);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(converted<float, double>(dtype::f64, {-infinity}) == std::vector<double>{-infinity});
  CHECK(std::isnan(converted<float, double>(dtype::f64, {std::nan("")})[0]));
}
