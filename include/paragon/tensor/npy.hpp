// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/atomic_file.hpp"
#include "../core/error.hpp"
#include "../core/quote.hpp"
#include "../core/read_file.hpp"
#include "../core/within_memory.hpp"
#include "dtype.hpp"
#include "shape.hpp"
#include "tensor.hpp"

namespace paragon::inline PARAGON_ISA {

/// What the first bytes of a NumPy file say.
struct npy_header {
  dtype type = dtype::f64;
  bool fortran_order = false;  ///< the first axis is contiguous
  paragon::shape shape;
  std::size_t data_offset = 0;  ///< bytes before the elements
};

namespace npy_detail {

inline constexpr std::string_view magic = "\x93NUMPY";

struct type_name {
  std::string_view descriptor;  // without the byte order
  dtype type;
};
inline constexpr std::array<type_name, 12> type_names{{{"f8", dtype::f64},
                                                       {"f4", dtype::f32},
                                                       {"f2", dtype::f16},
                                                       {"i8", dtype::i64},
                                                       {"i4", dtype::i32},
                                                       {"i2", dtype::i16},
                                                       {"i1", dtype::i8},
                                                       {"u8", dtype::u64},
                                                       {"u4", dtype::u32},
                                                       {"u2", dtype::u16},
                                                       {"u1", dtype::u8},
                                                       {"b1", dtype::boolean}}};

/// Reads the Python dictionary of a header.
class dictionary {
public:
  dictionary(std::string_view text, std::string_view place) : text_(text), place_(place) {}

  npy_header read() {
    npy_header header;
    bool descr = false;
    bool order = false;
    bool extents = false;
    expect('{');
    while (!take('}')) {
      const std::string_view key = quoted();
      expect(':');
      bool& seen = key == "descr" ? descr : key == "fortran_order" ? order : extents;
      if (key != "descr" && key != "fortran_order" && key != "shape") fail("unknown key " + quote(key));
      if (std::exchange(seen, true)) fail("key " + quote(key) + " twice");
      if (key == "descr") {
        header.type = type();
      } else if (key == "fortran_order") {
        header.fortran_order = truth();
      } else {
        header.shape = tuple();
      }
      if (!take(',') && peek() != '}') fail("header is not closed", "',' or '}'");
    }
    if (!descr || !order || !extents) fail("header is incomplete", "descr, fortran_order and shape");
    skip_space();
    if (at_ < text_.size()) fail("text after the header's dictionary");
    return header;
  }

private:
  [[noreturn]] void fail(std::string_view problem, std::string_view expected = {}) const {
    throw error(place_, problem, expected);
  }

  void skip_space() noexcept {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  char peek() noexcept {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) noexcept {
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail("malformed header", std::string("'") + c + "' at byte " + std::to_string(at_));
  }

  std::string_view quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail("malformed header", "a string at byte " + std::to_string(at_));
    const std::size_t end = text_.find(quote, ++at_);
    if (end == std::string_view::npos) fail("malformed header", "a closing quote");
    const std::string_view value = text_.substr(at_, end - at_);
    at_ = end + 1;
    return value;
  }

  dtype type() {
    constexpr std::string_view known = "a little-endian number such as '<f4', '<f8', '<i8', '|u1' or '|b1'";
    if (peek() == '[') fail("structured elements", known);
    const std::string_view value = quoted();
    if (value.size() == 3) {
      for (const auto& [descriptor, type] : type_names) {
        if (value.substr(1) != descriptor) continue;
        if (value[0] == '<' || (size_of(type) == 1 && value[0] == '|')) return type;
      }
    }
    fail("elements of type " + quote(value), known);
  }

  bool truth() {
    skip_space();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return value;
      }
    }
    fail("malformed header", "True or False for fortran_order");
  }

  paragon::shape tuple() {
    std::vector<std::size_t> extents;
    expect('(');
    while (!take(')')) {
      skip_space();
      std::size_t n = 0;
      const auto [end, problem] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), n);
      if (problem != std::errc{}) fail("malformed shape", "non-negative integers");
      at_ = static_cast<std::size_t>(end - text_.data());
      extents.push_back(n);
      if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // a long integer, as Python 2 wrote it
      if (!take(',') && peek() != ')') fail("malformed shape", "',' or ')'");
    }
    if (extents.size() > paragon::shape::max_rank) fail(std::to_string(extents.size()) + " axes", "at most 4");
    return paragon::shape(std::span<const std::size_t>(extents));
  }

  std::string_view text_;
  std::string_view place_;
  std::size_t at_ = 0;
};

/// Moves elements from an order where the first axis is contiguous to one where the last is.
template <class T>
void from_fortran(const paragon::shape& s, std::span<const T> from, std::span<T> to) {
  std::array<std::size_t, paragon::shape::max_rank> n{1, 1, 1, 1};
  for (std::size_t axis = 0; axis < s.rank(); ++axis) n[axis] = s[axis];
  std::size_t k = 0;
  for (std::size_t a = 0; a < n[0]; ++a) {
    for (std::size_t b = 0; b < n[1]; ++b) {
      for (std::size_t c = 0; c < n[2]; ++c) {
        for (std::size_t d = 0; d < n[3]; ++d) to[k++] = from[a + n[0] * (b + n[1] * (c + n[2] * d))];
      }
    }
  }
}

}  // namespace npy_detail

/// Checks the header of a NumPy file (format versions 1 to 3) against the number of bytes that follow it.
/// \param place  named in errors: the file
/// \throws error
[[nodiscard]] inline npy_header read_npy_header(std::span<const std::byte> file, std::string_view place = "npy") {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  const auto byte = [&](std::size_t i) { return std::to_integer<std::size_t>(file[i]); };
  if (text.substr(0, npy_detail::magic.size()) != npy_detail::magic) {
    throw error(place, "does not begin like a NumPy file", "\\x93NUMPY");
  }
  if (file.size() < 10) throw error(place, "truncated header");
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) throw error(place, "format version " + std::to_string(version), "1, 2 or 3");
  const std::size_t start = version == 1 ? 10 : 12;
  if (file.size() < start) throw error(place, "truncated header");
  std::size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > file.size() - start) throw error(place, "truncated header", std::to_string(length) + " bytes of it");

  npy_header header = npy_detail::dictionary(text.substr(start, length), place).read();
  header.data_offset = start + length;
  std::size_t bytes = 0;
  const std::size_t present = file.size() - header.data_offset;
  const bool fits = dtype_detail::bytes_of({header.shape.begin(), header.shape.end()}, size_of(header.type), bytes);
  if (!fits || bytes != present) {
    throw error(place,
                std::to_string(present) + " bytes of elements for shape " + to_string(header.shape) + " of " +
                    std::string(to_string(header.type)),
                fits ? std::to_string(bytes) : "a smaller shape");
  }
  return header;
}

/// The array in the bytes of a NumPy file; see `load_npy`.
template <file_element T>
[[nodiscard]] tensor<T> parse_npy(std::span<const std::byte> file, std::string_view place = "npy") {
  const npy_header header = read_npy_header(file, place);
  const std::byte* data = file.data() + header.data_offset;
  return within_memory(place, [&] {
    tensor<T> out(header.shape);
    if (!header.fortran_order || header.shape.rank() < 2) {
      convert_elements(header.type, data, out.span(), place);
      return out;
    }
    tensor<T> turned(header.shape);
    convert_elements(header.type, data, turned.span(), place);
    npy_detail::from_fortran<T>(header.shape, std::as_const(turned).span(), out.span());
    return out;
  });
}

/// Reads a NumPy file of up to four axes.
///
/// Elements may be little-endian f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 or b1. They are converted to `T` where every value of
/// the file's type is a value of `T`; besides, f8 becomes float by rounding. Arrays in Fortran order are rearranged;
/// headers of Python 2, with shapes such as (2L, 3L), are read too.
/// \throws error that names the file: missing, malformed, truncated, too long, or of another type
///
/// \code
/// auto labels = paragon::load_npy<std::uint8_t>("cifar10_train_labels.npy");
/// \endcode
template <file_element T>
[[nodiscard]] tensor<T> load_npy(const std::string& path) {
  const std::string bytes = read_file(path);
  return parse_npy<T>(std::as_bytes(std::span(bytes)), path);
}

/// The same, for a file whose shape is known. \throws error that names the file, the shape found and the one expected
template <file_element T>
[[nodiscard]] tensor<T> load_npy(const std::string& path, const shape& expected) {
  tensor<T> out = load_npy<T>(path);
  if (!(out.shape() == expected)) throw error(path, "shape " + to_string(out.shape()), to_string(expected));
  return out;
}

/// The bytes of a NumPy file (format version 1, C order) before its elements; a multiple of 64.
template <file_element T>
[[nodiscard]] std::string format_npy_header(const shape& s) {
  std::string extents;
  for (const std::size_t n : s) extents += std::to_string(n) + (s.rank() == 1 ? "," : ", ");
  if (s.rank() > 1) extents.resize(extents.size() - 2);
  std::string_view descriptor;
  for (const auto& [name, type] : npy_detail::type_names) {
    if (type == dtype_of<T>()) descriptor = name;
  }
  std::string dictionary = std::string("{'descr': '") + (sizeof(T) == 1 ? '|' : '<') + std::string(descriptor) +
                           "', 'fortran_order': False, 'shape': (" + extents + "), }";
  dictionary.append(63 - (10 + dictionary.size()) % 64, ' ').append("\n");
  std::string header(npy_detail::magic);
  header.append(
      {'\x01', '\x00', static_cast<char>(dictionary.size() & 255), static_cast<char>(dictionary.size() >> 8)});
  return header + dictionary;
}

/// Writes a NumPy file; it appears complete or not at all. \throws error that names the path
/// \pre values.size() == s.size()
template <file_element T>
void save_npy(const std::string& path, const shape& s, std::span<const T> values) {
  if (values.size() != s.size()) {
    throw error(path, std::to_string(values.size()) + " values for shape " + to_string(s), std::to_string(s.size()));
  }
  atomic_file file(path);
  file.write(format_npy_header<T>(s));
  file.write(std::as_bytes(values));
  file.commit();
}

template <file_element T>
void save_npy(const std::string& path, const tensor<T>& values) {
  save_npy<T>(path, values.shape(), values.span());
}

}  // namespace paragon
