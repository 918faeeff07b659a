// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/atomic_file.hpp"
#include "../core/error.hpp"
#include "../core/json.hpp"
#include "../core/quote.hpp"
#include "../core/read_file.hpp"
#include "../core/within_memory.hpp"
#include "dtype.hpp"
#include "shape.hpp"
#include "tensor.hpp"

namespace paragon::inline PARAGON_ISA {

/// A file of named tensors (the .safetensors format), checked as a whole when it is opened.
///
/// PyTorch, JAX and NumPy users read and write it with the Python package `safetensors`; nothing in it is executed. Opening
/// reads the file once and checks the header against its size: sizes that match the shapes, elements that neither overlap
/// nor leave gaps, no name twice. `get` copies one tensor out. Tensors of other element types than `dtype` has (F8_E4M3,
/// C64, ...) or of more than four axes do not keep the others from being read: they are errors when they are asked for.
///
/// \code
/// paragon::safetensors_file weights("predictor.safetensors");
/// auto w = weights.get<float>("layer0.weight", {100, 8});   // an error names file, tensor, found and expected shape
/// \endcode
class safetensors_file {
public:
  using metadata_map = std::map<std::string, std::string, std::less<>>;
  static constexpr std::size_t max_header = 100'000'000;

  /// \throws error that names the file: missing, truncated or malformed
  explicit safetensors_file(const std::string& path) : safetensors_file(read_file(path), path) {}

  /// \param bytes  a whole file
  /// \param place  named in errors
  safetensors_file(std::string bytes, std::string_view place) : place_(place), bytes_(std::move(bytes)) {
    within_memory(place_, [this] { read_header(); });
  }

  /// Names in the order of their elements in the file.
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
  [[nodiscard]] bool contains(std::string_view name) const noexcept { return entries_.find(name) != entries_.end(); }
  /// Whether there is such a tensor, and `get` can copy it out.
  [[nodiscard]] bool readable(std::string_view name) const noexcept {
    const auto found = entries_.find(name);
    return found != entries_.end() && found->second.type && found->second.extents.size() <= paragon::shape::max_rank;
  }
  /// What the writer left: texts, and whatever else as JSON.
  [[nodiscard]] const metadata_map& metadata() const noexcept { return metadata_; }

  /// \throws error where there is no such tensor, here and below, or where its elements are of an unknown type
  [[nodiscard]] dtype type(std::string_view name) const {
    const entry& found = at(name);
    if (!found.type) {
      throw error(where(name), "unknown dtype " + quote(found.type_name),
                  "F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8 or BOOL");
    }
    return *found.type;
  }
  /// \throws error for more than four axes
  [[nodiscard]] paragon::shape shape(std::string_view name) const {
    const auto& extents = at(name).extents;
    if (extents.size() > paragon::shape::max_rank) {
      throw error(where(name), std::to_string(extents.size()) + " axes", "at most 4");
    }
    return paragon::shape(std::span<const std::size_t>(extents));
  }

  /// A copy of one tensor.
  ///
  /// Elements are converted to `T` where every value of the file's type is a value of `T` (half and bfloat16 to float, ...);
  /// besides, F64 becomes float by rounding.
  template <file_element T>
  [[nodiscard]] tensor<T> get(std::string_view name) const {
    const dtype from = type(name);
    const paragon::shape extents = shape(name);
    return within_memory(where(name), [&] {
      tensor<T> out(extents);
      convert_elements(from, std::as_bytes(std::span(bytes_)).data() + at(name).begin, out.span(), where(name));
      return out;
    });
  }

  /// The same, for a tensor whose shape is known. \throws error that names file, tensor, found and expected shape
  template <file_element T>
  [[nodiscard]] tensor<T> get(std::string_view name, const paragon::shape& expected) const {
    const paragon::shape found = shape(name);
    if (!(found == expected)) throw error(where(name), "shape " + to_string(found), to_string(expected));
    return get<T>(name);
  }

private:
  struct entry {
    std::optional<dtype> type;  // none: one that this library does not know
    std::string type_name;
    std::vector<std::size_t> extents;
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  [[nodiscard]] std::string where(std::string_view name) const { return place_ + ": tensor " + quote(name); }

  [[nodiscard]] const entry& at(std::string_view name) const {
    const auto found = entries_.find(name);
    if (found != entries_.end()) return found->second;
    std::string known;
    for (const auto& other : names_) known += (known.empty() ? "" : ", ") + other;
    throw error(place_, "no tensor " + quote(name), known.empty() ? "nothing: the file is empty" : "one of " + known);
  }

  /// One of the 64-bit numbers of the header; `limit` keeps sums of them from overflowing.
  [[nodiscard]] std::size_t number(const json& value, std::string_view name, std::string_view what) const {
    constexpr std::uint64_t limit = std::uint64_t{1} << 53;
    if (!value.is_integer() || value.integer() > limit) {
      throw error(where(name), std::string(what) + " that is not a size", "integers from 0 to 2^53");
    }
    return static_cast<std::size_t>(value.integer());
  }

  entry read_entry(const std::string& name, const json& value) const {
    entry out;
    const auto fail = [&](std::string_view problem, std::string_view expected) {
      throw error(where(name), problem, expected);
    };
    if (!value.is_object()) fail("not described by an object", "dtype, shape and data_offsets");
    const json* type = value.find("dtype");
    const json* extents = value.find("shape");
    const json* offsets = value.find("data_offsets");
    if (type == nullptr || extents == nullptr || offsets == nullptr) {
      fail("other members than these", "dtype, shape and data_offsets");
    }
    if (!type->is_string()) fail("a dtype that is not a string", "a name such as F32");
    constexpr std::array types{dtype::f64, dtype::f32, dtype::f16, dtype::bf16, dtype::i64, dtype::i32,    dtype::i16,
                               dtype::i8,  dtype::u64, dtype::u32, dtype::u16,  dtype::u8,  dtype::boolean};
    out.type_name = type->text();
    const auto known = std::find_if(types.begin(), types.end(), [&](dtype t) { return out.type_name == to_string(t); });
    if (known != types.end()) out.type = *known;
    if (!extents->is_array()) fail("a shape that is not an array", "sizes");
    for (const json& n : extents->items()) out.extents.push_back(number(n, name, "an extent"));
    if (!offsets->is_array() || offsets->items().size() != 2) fail("malformed data_offsets", "[begin, end]");
    out.begin = number(offsets->items()[0], name, "an offset");
    out.end = number(offsets->items()[1], name, "an offset");
    std::size_t bytes = out.end - out.begin;  // of an unknown type nobody knows how many
    const bool fits = !out.type || dtype_detail::bytes_of(out.extents, size_of(*out.type), bytes);
    if (!fits || out.end < out.begin || out.end - out.begin != bytes) {
      fail("data_offsets [" + std::to_string(out.begin) + ", " + std::to_string(out.end) + "] for shape " +
               extents->dump() + " of " + out.type_name,
           !fits      ? "a smaller shape"
           : out.type ? std::to_string(bytes) + " bytes"
                      : "an end behind the begin");
    }
    return out;
  }

  void read_header() {
    if (bytes_.size() < 8) throw error(place_, "truncated: " + std::to_string(bytes_.size()) + " bytes", "a header");
    std::uint64_t length = 0;
    std::memcpy(&length, bytes_.data(), sizeof length);
    if (length > max_header || length > bytes_.size() - 8) {
      throw error(place_,
                  "header of " + std::to_string(length) + " bytes in a file of " + std::to_string(bytes_.size()),
                  "a complete file of at most 100 MB of header");
    }
    const auto start = 8 + static_cast<std::size_t>(length);
    const json header = json::parse(std::string_view(bytes_).substr(8, start - 8), place_ + " (header)");
    if (!header.is_object()) throw error(place_, "a header that is not a JSON object", "one member a tensor");
    for (const auto& [name, value] : header.members()) {
      if (name == "__metadata__") {
        read_metadata(value);
      } else {
        entries_.emplace(name, read_entry(name, value));
        names_.push_back(name);
      }
    }
    std::stable_sort(names_.begin(), names_.end(), [this](const std::string& a, const std::string& b) {
      const entry& x = entries_.find(a)->second;
      const entry& y = entries_.find(b)->second;
      return x.begin != y.begin ? x.begin < y.begin : x.end < y.end;
    });
    std::size_t covered = 0;
    for (const std::string& name : names_) {
      entry& e = entries_.find(name)->second;
      if (e.begin != covered) {
        throw error(where(name), "elements begin at byte " + std::to_string(e.begin),
                    "byte " + std::to_string(covered) + ", where the elements before end");
      }
      covered = e.end;
      e.begin += start;
      e.end += start;
    }
    if (covered != bytes_.size() - start) {
      throw error(place_, std::to_string(bytes_.size() - start) + " bytes of elements",
                  std::to_string(covered) + " as the header says");
    }
  }

  void read_metadata(const json& value) {
    if (value.is_null()) return;
    if (!value.is_object()) throw error(place_, "__metadata__ that is not an object", "strings by name");
    for (const auto& [key, text] : value.members())
      metadata_.emplace(key, text.is_string() ? text.text() : text.dump());
  }

  std::string place_;
  std::string bytes_;
  std::map<std::string, entry, std::less<>> entries_;
  std::vector<std::string> names_;
  metadata_map metadata_;
};

/// A tensor to be written: its name and a view of its elements, which must outlive the call.
struct named_tensor {
  std::string name;
  dtype type = dtype::f64;
  paragon::shape shape;
  std::span<const std::byte> bytes;

  template <file_element T>
  named_tensor(std::string n, const tensor<T>& values)
      : name(std::move(n)), type(dtype_of<T>()), shape(values.shape()), bytes(std::as_bytes(values.span())) {}

  /// \pre values.size() == s.size(), or `save_safetensors` throws
  template <file_element T>
  named_tensor(std::string n, const paragon::shape& s, std::span<const T> values)
      : name(std::move(n)), type(dtype_of<T>()), shape(s), bytes(std::as_bytes(values)) {}
};

/// Writes a .safetensors file; it appears complete or not at all.
///
/// Tensors are laid out by element size, the largest first, then by name, so that every one is aligned and the bytes do not
/// depend on the order given. The header is padded to a multiple of 8.
/// \throws error that names the path: a name twice or reserved, elements that do not fill a shape, an unwritable folder
///
/// \code
/// paragon::save_safetensors("w.safetensors", {{"weight", w}, {"bias", b}}, {{"seed", "1"}});
/// \endcode
inline void save_safetensors(const std::string& path, std::vector<named_tensor> tensors,
                             const safetensors_file::metadata_map& metadata = {}) {
  std::sort(tensors.begin(), tensors.end(), [](const named_tensor& a, const named_tensor& b) {
    return size_of(a.type) != size_of(b.type) ? size_of(a.type) > size_of(b.type) : a.name < b.name;
  });
  json::object header;
  if (!metadata.empty()) {
    json::object texts;
    for (const auto& [key, text] : metadata) texts.emplace_back(key, text);
    header.emplace_back("__metadata__", std::move(texts));
  }
  std::map<std::string_view, bool> seen{{"__metadata__", true}};
  std::size_t offset = 0;
  for (const named_tensor& t : tensors) {
    if (!seen.emplace(t.name, true).second) throw error(path, "tensor " + quote(t.name) + " twice or reserved");
    if (t.bytes.size() != t.shape.size() * size_of(t.type)) {
      throw error(
          path,
          "tensor " + quote(t.name) + ": " + std::to_string(t.bytes.size()) + " bytes for shape " + to_string(t.shape),
          std::to_string(t.shape.size() * size_of(t.type)));
    }
    const json::array extents(t.shape.begin(), t.shape.end());
    header.emplace_back(t.name, json::object{{"dtype", to_string(t.type)},
                                             {"shape", extents},
                                             {"data_offsets", json::array{offset, offset + t.bytes.size()}}});
    offset += t.bytes.size();
  }
  std::string text = json(std::move(header)).dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  const std::uint64_t length = text.size();
  atomic_file file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(text);
  for (const named_tensor& t : tensors) file.write(t.bytes);
  file.commit();
}

/// The same, for tensors of one element type by name.
template <file_element T>
void save_safetensors(const std::string& path, const std::map<std::string, tensor<T>>& tensors,
                      const safetensors_file::metadata_map& metadata = {}) {
  std::vector<named_tensor> list;
  for (const auto& [name, values] : tensors) list.emplace_back(name, values);
  save_safetensors(path, std::move(list), metadata);
}

}  // namespace paragon
