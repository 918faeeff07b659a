// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "error.hpp"
#include "parse_number.hpp"
#include "quote.hpp"
#include "text_position.hpp"
#include "utf8.hpp"
#include "within_memory.hpp"

namespace paragon::inline PARAGON_ISA {

/// A JSON value (RFC 8259): null, boolean, number, string, array or object.
///
/// Small on purpose: it reads headers of weight files and writes results, and costs a fraction of a full JSON library to
/// include. Objects keep the order of their members, so what is written is the same byte for byte. A non-negative integer
/// below 2^64 is kept exactly, every other number is a double: the nearest one, but an integer that a double cannot hold is
/// an error.
///
/// \code
/// paragon::json v = paragon::json::object{{"seed", 1}, {"rays", paragon::json::array{0.25, 0.75}}};
/// std::string text = v.dump();               // {"seed":1,"rays":[0.25,0.75]}
/// double first = paragon::json::parse(text).at("rays").items()[0].number();
/// \endcode
class json {
public:
  using array = std::vector<json>;
  using object = std::vector<std::pair<std::string, json>>;
  static constexpr std::size_t max_depth = 64;

  json() = default;
  json(std::nullptr_t) {}
  json(bool value) : value_(value) {}
  json(double value) : value_(value) {}
  template <std::integral I>
    requires(!std::same_as<I, bool>)
  json(I value) {
    if (value < I{0}) {
      const auto real = static_cast<double>(value);
      if (real >= -0x1p63 && static_cast<I>(real) != value) {
        throw error("json", "the integer " + std::to_string(value) + ", which a double cannot hold", "a number");
      }
      value_ = real;
    } else {
      value_ = static_cast<std::uint64_t>(value);
    }
  }
  json(std::string value) : value_(std::move(value)) {}
  json(std::string_view value) : value_(std::string(value)) {}
  json(const char* value) : value_(std::string(value)) {}
  json(array value) : value_(std::move(value)) {}
  json(object value) : value_(std::move(value)) {}

  /// Numbers are equal by value, however they are kept; objects have their members in the same order.
  friend bool operator==(const json& a, const json& b) {
    if (a.is_number() && b.is_number() && a.is_integer() != b.is_integer()) {
      const double real = std::get<double>(a.is_integer() ? b.value_ : a.value_);
      return real >= 0 && real < 0x1p64 && std::trunc(real) == real &&
             static_cast<std::uint64_t>(real) == (a.is_integer() ? a : b).integer();
    }
    return a.value_ == b.value_;
  }

  [[nodiscard]] bool is_null() const noexcept { return std::holds_alternative<std::monostate>(value_); }
  [[nodiscard]] bool is_boolean() const noexcept { return std::holds_alternative<bool>(value_); }
  [[nodiscard]] bool is_integer() const noexcept { return std::holds_alternative<std::uint64_t>(value_); }
  [[nodiscard]] bool is_number() const noexcept { return is_integer() || std::holds_alternative<double>(value_); }
  [[nodiscard]] bool is_string() const noexcept { return std::holds_alternative<std::string>(value_); }
  [[nodiscard]] bool is_array() const noexcept { return std::holds_alternative<array>(value_); }
  [[nodiscard]] bool is_object() const noexcept { return std::holds_alternative<object>(value_); }

  /// \throws error where the value is of another kind, here and below
  [[nodiscard]] bool boolean() const { return get<bool>("a boolean"); }
  /// \throws error also for an integer that a double cannot hold
  [[nodiscard]] double number() const {
    if (!is_integer()) return get<double>("a number");
    const auto value = static_cast<double>(integer());
    if (value >= 0x1p64 || static_cast<std::uint64_t>(value) != integer()) {
      throw error("json", "the integer " + std::to_string(integer()) + ", which a double cannot hold", "a number");
    }
    return value;
  }
  [[nodiscard]] std::uint64_t integer() const { return get<std::uint64_t>("a non-negative integer"); }
  [[nodiscard]] const std::string& text() const { return get<std::string>("a string"); }
  [[nodiscard]] const array& items() const { return get<array>("an array"); }
  [[nodiscard]] const object& members() const { return get<object>("an object"); }

  /// The member of that name, or nullptr; O(members).
  [[nodiscard]] const json* find(std::string_view name) const {
    for (const auto& [key, value] : members()) {
      if (key == name) return &value;
    }
    return nullptr;
  }
  /// The member of that name. \throws error where there is none
  [[nodiscard]] const json& at(std::string_view name) const {
    const json* found = find(name);
    if (found == nullptr) throw error("json", "no member " + quote(name));
    return *found;
  }

  /// Reads one value and nothing after it but white space.
  ///
  /// Strict: no comments, no trailing commas, valid UTF-8, at most `max_depth` levels, no member twice in one object.
  /// \param place  named in errors, with line and byte of the line
  /// \throws error
  [[nodiscard]] static json parse(std::string_view text, std::string_view place = "json");

  /// Writes the value; a number reads back as the same double. NaN (a value nobody knows) becomes null.
  /// \param indent  spaces a level; 0 writes one line without spaces
  /// \throws error for an infinite number and for a string that is not UTF-8
  [[nodiscard]] std::string dump(std::size_t indent = 0) const {
    std::string out;
    write(out, indent, 0);
    return out;
  }

private:
  class reader;

  template <class T>
  const T& get(std::string_view wanted) const {
    const T* value = std::get_if<T>(&value_);
    if (value == nullptr) throw error("json", "a value of another kind", wanted);
    return *value;
  }

  static void write_string(std::string& out, std::string_view s) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (std::size_t i = 0; i < s.size();) {
      const std::size_t n = utf8_length(s, i);
      if (n == 0) throw error("json::dump", "a string that is not UTF-8");
      const char c = s[i];
      if (c == '"' || c == '\\') {
        out.append({'\\', c});
      } else if (c == '\n') {
        out += "\\n";
      } else if (static_cast<unsigned char>(c) < 0x20) {
        out.append("\\u00").append({digits[static_cast<unsigned char>(c) >> 4], digits[c & 15]});
      } else {
        out.append(s, i, n);
      }
      i += n;
    }
    out += '"';
  }

  template <class Number>
  static void write_number(std::string& out, Number value) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    out.append(buffer, end);
  }

  void write(std::string& out, std::size_t indent, std::size_t depth) const {
    const auto line = [&](std::size_t level) {
      if (indent > 0) out.append("\n").append(indent * level, ' ');
    };
    if (is_null()) {
      out += "null";
    } else if (is_boolean()) {
      out += boolean() ? "true" : "false";
    } else if (is_integer()) {
      write_number(out, integer());
    } else if (is_number()) {
      if (std::isinf(number())) throw error("json::dump", "an infinite number", "a finite one");
      if (std::isnan(number())) {
        out += "null";
      } else {
        write_number(out, number());
      }
    } else if (is_string()) {
      write_string(out, text());
    } else if (is_array()) {
      out += '[';
      for (std::size_t i = 0; i < items().size(); ++i) {
        if (i > 0) out += ',';
        line(depth + 1);
        items()[i].write(out, indent, depth + 1);
      }
      if (!items().empty()) line(depth);
      out += ']';
    } else {
      out += '{';
      for (std::size_t i = 0; i < members().size(); ++i) {
        if (i > 0) out += ',';
        line(depth + 1);
        write_string(out, members()[i].first);
        out += indent > 0 ? ": " : ":";
        members()[i].second.write(out, indent, depth + 1);
      }
      if (!members().empty()) line(depth);
      out += '}';
    }
  }

  std::variant<std::monostate, bool, std::uint64_t, double, std::string, array, object> value_;
};

class json::reader {
public:
  reader(std::string_view text, std::string_view place) : text_(text), place_(place) {}

  json document() {
    json value = read_value(0);
    skip_space();
    if (at_ < text_.size()) fail("text after the value", "the end");
    return value;
  }

private:
  [[noreturn]] void fail(std::string_view problem, std::string_view expected = {}) const {
    const auto [line, column] = position_in(text_, at_);
    throw error(std::string(place_) + ":" + std::to_string(line) + ":" + std::to_string(column), problem, expected);
  }

  [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() noexcept {
    while (at_ < text_.size() && (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r')) ++at_;
  }
  bool take(char c) noexcept {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  json read_value(std::size_t depth) {
    if (depth > max_depth) fail("more than 64 levels");
    skip_space();
    if (at_ >= text_.size()) fail("ends early", "a value");
    switch (peek()) {
      case '{': return read_object(depth);
      case '[': return read_array(depth);
      case '"': return read_string();
      case 't': return read_word("true", true);
      case 'f': return read_word("false", false);
      case 'n': return read_word("null", nullptr);
      default: return read_number();
    }
  }

  json read_word(std::string_view word, json value) {
    if (text_.substr(at_, word.size()) != word) fail("unknown word", word);
    at_ += word.size();
    return value;
  }

  std::size_t read_digits() {
    const std::size_t start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ - start;
  }

  json read_number() {
    const std::size_t start = at_;
    const bool negative = take('-');
    const std::size_t leading = at_;
    const std::size_t digits = read_digits();
    if (digits == 0) {
      at_ = start;
      fail("unexpected character", "a value");
    }
    if (digits > 1 && text_[leading] == '0') fail("a number with a leading zero");
    bool integer = true;
    if (take('.')) {
      integer = false;
      if (read_digits() == 0) fail("a number that ends in a point", "a digit");
    }
    if (peek() == 'e' || peek() == 'E') {
      integer = false;
      ++at_;
      if (!take('+')) take('-');
      if (read_digits() == 0) fail("a number without its exponent", "a digit");
    }
    const char* first = text_.data() + start;
    const char* last = text_.data() + at_;
    if (integer && !negative) {
      std::uint64_t value = 0;
      if (std::from_chars(first, last, value).ec == std::errc{}) return value;
    }
    double value = 0;
    const number_fault fault = parse_number({first, static_cast<std::size_t>(last - first)}, value);
    if (fault == number_fault::inexact)
      fail("the integer " + quote({first, at_ - start}) + ", which a double cannot hold");
    if (fault != number_fault::none) fail("a number beyond the range of a double");
    return value;
  }

  unsigned read_hex4() {
    unsigned value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      if (c >= '0' && c <= '9') {
        value = value * 16 + static_cast<unsigned>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        value = value * 16 + static_cast<unsigned>(c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        value = value * 16 + static_cast<unsigned>(c - 'A' + 10);
      } else {
        fail("a broken \\u escape", "four hexadecimal digits");
      }
    }
    return value;
  }

  void read_unicode_escape(std::string& out) {
    unsigned code = read_hex4();
    if (code >= 0xD800 && code < 0xDC00) {
      if (!take('\\') || !take('u')) fail("half a surrogate pair");
      const unsigned low = read_hex4();
      if (low < 0xDC00 || low > 0xDFFF) fail("half a surrogate pair");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code < 0xE000) {
      fail("half a surrogate pair");
    }
    const auto put = [&out](unsigned byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0 | (code >> 6));
      put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      put(0xE0 | (code >> 12));
      put(0x80 | ((code >> 6) & 0x3F));
      put(0x80 | (code & 0x3F));
    } else {
      put(0xF0 | (code >> 18));
      put(0x80 | ((code >> 12) & 0x3F));
      put(0x80 | ((code >> 6) & 0x3F));
      put(0x80 | (code & 0x3F));
    }
  }

  /// A character of a string that stands for itself and is one byte.
  static constexpr bool is_plain(char c) noexcept { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

  std::string read_string() {
    std::string out;
    ++at_;
    for (;;) {
      if (at_ >= text_.size()) fail("ends inside a string", "a closing quote");
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return out;
      }
      if (static_cast<unsigned char>(c) < 0x20) fail("a control character inside a string", "an escape");
      if (c != '\\') {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
        if (at_ == begin) {
          at_ += utf8_length(text_, at_);
          if (at_ == begin) fail("a byte that is not UTF-8");
        }
        out.append(text_, begin, at_ - begin);
        continue;
      }
      ++at_;
      const char escape = peek();
      constexpr std::string_view names = "\"\\/bfnrt";
      constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
      if (escape == 'u') {
        ++at_;
        read_unicode_escape(out);
      } else if (const std::size_t k = names.find(escape); k != std::string_view::npos) {
        out += meanings[k];
        ++at_;
      } else {
        fail("an unknown escape");
      }
    }
  }

  json read_array(std::size_t depth) {
    array items;
    ++at_;
    skip_space();
    if (take(']')) return items;
    for (;;) {
      items.push_back(read_value(depth + 1));
      skip_space();
      if (take(']')) return items;
      if (!take(',')) fail("an array that is not closed", "',' or ']'");
    }
  }

  json read_object(std::size_t depth) {
    object members;
    ++at_;
    skip_space();
    if (take('}')) return members;
    for (;;) {
      skip_space();
      if (peek() != '"') fail("a member without a name", "'\"'");
      std::string name = read_string();
      skip_space();
      if (!take(':')) fail("no value for member " + quote(name), "':'");
      members.emplace_back(std::move(name), read_value(depth + 1));
      skip_space();
      if (take('}')) break;
      if (!take(',')) fail("an object that is not closed", "',' or '}'");
    }
    reject_repeats(members);
    return members;
  }

  void reject_repeats(const object& members) const {
    constexpr std::size_t few = 24;  // so many are compared with each other sooner than sorted
    if (members.size() <= few) {
      for (std::size_t i = 1; i < members.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
          if (members[i].first == members[k].first) fail_repeat(members[i].first);
        }
      }
      return;
    }
    std::vector<std::string_view> names;
    names.reserve(members.size());
    for (const auto& member : members) names.push_back(member.first);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) fail_repeat(*twice);
  }
  [[noreturn]] void fail_repeat(std::string_view name) const { fail("member " + quote(name) + " twice in one object"); }

  std::string_view text_;
  std::string_view place_;
  std::size_t at_ = 0;
};

inline json json::parse(std::string_view text, std::string_view place) {
  return within_memory(place, [&] { return reader(text, place).document(); });
}

}  // namespace paragon
