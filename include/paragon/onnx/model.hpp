// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "../core/atomic_file.hpp"
#include "../core/error.hpp"
#include "wire.hpp"

namespace paragon::inline PARAGON_ISA::onnx {

/// The extent of an axis that is known only when the network runs: the number of images.
inline constexpr std::int64_t batch = -1;

/// A tensor of the graph: its name, and its extents outermost first, where `batch` may be the first.
struct value {
  std::string name;
  std::vector<std::int64_t> extents;

  friend bool operator==(const value&, const value&) = default;
};

/// "(N, 3, 16, 16)"
[[nodiscard]] inline std::string to_string(std::span<const std::int64_t> extents) {
  std::string text = "(";
  for (std::size_t i = 0; i < extents.size(); ++i) {
    text += (i > 0 ? ", " : "") + (extents[i] == batch ? "N" : std::to_string(extents[i]));
  }
  return text + ")";
}

/// A setting of an operator.
struct attribute {
  std::string name;
  std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>> setting;
};

/// An ONNX file in the making: a graph of operators on float32 tensors, for programs that run networks elsewhere.
///
/// Names are checked as the graph grows: what a node reads must have been written before it, and nothing is written
/// twice, so a graph is in order and without circles. `onnx/operators.hpp` adds operators with their weights and works
/// out the extents; `node` takes any operator as it is. Bytes are the same for the same calls.
///
/// Files say opset 13 and format version 8, which every runtime since 2021 reads. Weights are copied on the way in; a
/// model takes about the bytes of its file. Reference: github.com/onnx/onnx, docs/IR.md.
///
/// \code
/// onnx::model m("tiny");
/// const auto x = m.input("image", {onnx::batch, 3, 16, 16});
/// const auto y = onnx::relu(m, "stem", onnx::convolution(m, "conv", x, weights, {.out = 8}));
/// m.output(y);
/// m.save("tiny.onnx");
/// \endcode
class model {
public:
  static constexpr std::int64_t opset = 13;
  static constexpr std::int64_t format_version = 8;

  /// \param name  of the graph
  explicit model(std::string name = "network") : name_(std::move(name)) {}

  /// A tensor that whoever runs the network gives.
  /// \throws error for a name that is taken or empty, or an extent that is neither above 0 nor a leading `batch`
  value input(const std::string& name, std::vector<std::int64_t> extents) {
    value v = write(name, std::move(extents));
    inputs_.message(11, description(v));
    ++input_count_;
    return v;
  }

  /// A tensor of fixed numbers, row-major.
  /// \throws error for a name that is taken or empty, extents that are not above 0, or another number of values
  value initialiser(const std::string& name, std::vector<std::int64_t> extents, std::span<const float> values) {
    std::size_t size = 1;
    for (const std::int64_t n : extents) {
      if (n <= 0) fail(name, "extents " + to_string(extents), "numbers above 0");
      size *= static_cast<std::size_t>(n);
    }
    if (values.size() != size) {
      fail(name, std::to_string(values.size()) + " values for " + to_string(extents), std::to_string(size));
    }
    value v = write(name, std::move(extents));
    wire_message tensor;
    for (const std::int64_t n : v.extents) tensor.integer(1, n);
    tensor.integer(2, element_float);
    tensor.text(8, name);
    static_assert(std::endian::native == std::endian::little, "raw data are little-endian");
    tensor.text(9, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
    initialisers_.message(5, tensor);
    return v;
  }

  /// One operator with one result, which gets the node's name.
  /// \param inputs   names of tensors, in the operator's order; "" for an optional one that is left out
  /// \param extents  of the result; the caller knows them, they are not worked out here
  /// \throws error for a name that is taken or empty, an input that nobody has written, or bad extents
  value node(const std::string& type, const std::string& name, std::span<const std::string> inputs,
             std::vector<std::int64_t> extents, std::span<const attribute> attributes = {}) {
    wire_message n;
    for (const std::string& from : inputs) {
      if (!from.empty() && !written_.contains(from)) {
        fail(name, type + " reads " + quote(from) + ", which nothing has written",
             "an input, an initialiser or an earlier node");
      }
      n.text(1, from);
    }
    value v = write(name, std::move(extents));
    n.text(2, name);
    n.text(3, name);
    n.text(4, type);
    for (const attribute& a : attributes) n.message(5, encode(a));
    nodes_.message(1, n);
    return v;
  }
  value node(const std::string& type, const std::string& name, std::initializer_list<std::string> inputs,
             std::vector<std::int64_t> extents, std::initializer_list<attribute> attributes = {}) {
    return node(type, name, std::span(inputs.begin(), inputs.size()), std::move(extents),
                std::span(attributes.begin(), attributes.size()));
  }

  /// Makes a tensor a result of the network. \throws error where nothing has written it, or with other extents, or where
  /// it is a result already
  void output(const value& v) {
    const auto found = written_.find(v.name);
    if (found == written_.end()) fail(v.name, "an output that nothing has written", "the result of a node");
    if (found->second.extents != v.extents) {
      fail(v.name, "an output of " + to_string(v.extents), to_string(found->second.extents) + ", as it was written");
    }
    if (std::exchange(found->second.is_output, true)) fail(v.name, "an output twice", "once");
    outputs_.message(12, description(v));
  }

  /// A note in the file that tools show, for instance the architecture in its own notation.
  void note(std::string_view key, std::string_view text) {
    wire_message entry;
    entry.text(1, key);
    entry.text(2, text);
    notes_.message(14, entry);
  }

  /// The bytes of the file. \throws error for a model without input or output, or beyond the format's 2 GiB
  [[nodiscard]] std::string bytes() const {
    if (input_count_ == 0) fail(name_, "a model without input", "at least one");
    if (outputs_.empty()) fail(name_, "a model without output", "at least one");
    wire_message graph;
    graph.append(nodes_);
    graph.text(2, name_);
    graph.append(initialisers_);
    graph.append(inputs_);
    graph.append(outputs_);
    wire_message operators;
    operators.text(1, "");
    operators.integer(2, opset);
    wire_message file;
    file.integer(1, format_version);
    file.text(2, "paragon");
    file.message(7, graph);
    file.message(8, operators);
    file.append(notes_);
    if (file.bytes().size() > most_bytes) {
      fail(name_, "a model of " + std::to_string(file.bytes().size()) + " bytes",
           "at most " + std::to_string(most_bytes) + ", the limit of the format");
    }
    return file.bytes();
  }

  /// Writes the file, complete or not at all. \throws error as `bytes`, or one that names the path
  void save(const std::string& path) const { write_file(path, bytes()); }

private:
  static constexpr std::int64_t element_float = 1;        // TensorProto.DataType.FLOAT
  static constexpr std::size_t most_bytes = 2147483647U;  // protobuf reads no more

  struct known {
    std::vector<std::int64_t> extents;
    bool is_output = false;
  };

  [[noreturn]] static void fail(const std::string& name, const std::string& problem, const std::string& expected) {
    throw error("onnx::model: " + quote(name), problem, expected);
  }

  value write(const std::string& name, std::vector<std::int64_t> extents) {
    if (name.empty()) fail(name, "a tensor without a name", "a name");
    for (std::size_t i = 0; i < extents.size(); ++i) {
      if (extents[i] > 0 || (i == 0 && extents[i] == batch)) continue;
      fail(name, "extents " + to_string(extents), "numbers above 0, or the batch first");
    }
    if (!written_.try_emplace(name, known{extents}).second) fail(name, "is written twice", "a name of its own");
    return {name, std::move(extents)};
  }

  static wire_message description(const value& v) {
    wire_message extents;
    for (const std::int64_t n : v.extents) {
      wire_message extent;
      if (n == batch) {
        extent.text(2, "N");
      } else {
        extent.integer(1, n);
      }
      extents.message(1, extent);
    }
    wire_message tensor;
    tensor.integer(1, element_float);
    tensor.message(2, extents);
    wire_message type;
    type.message(1, tensor);
    wire_message info;
    info.text(1, v.name);
    info.message(2, type);
    return info;
  }

  static wire_message encode(const attribute& a) {
    wire_message m;
    m.text(1, a.name);
    // Field and AttributeProto.AttributeType of each alternative.
    if (const auto* i = std::get_if<std::int64_t>(&a.setting)) {
      m.integer(3, *i);
      m.integer(20, 2);
    } else if (const auto* f = std::get_if<float>(&a.setting)) {
      m.number(2, *f);
      m.integer(20, 1);
    } else if (const auto* s = std::get_if<std::string>(&a.setting)) {
      m.text(4, *s);
      m.integer(20, 3);
    } else if (const auto* all = std::get_if<std::vector<std::int64_t>>(&a.setting)) {
      for (const std::int64_t n : *all) m.integer(8, n);
      m.integer(20, 7);
    } else {
      for (const float n : std::get<std::vector<float>>(a.setting)) m.number(7, n);
      m.integer(20, 6);
    }
    return m;
  }

  std::string name_;
  std::map<std::string, known> written_;
  std::size_t input_count_ = 0;
  wire_message nodes_;  // fields of GraphProto
  wire_message initialisers_;
  wire_message inputs_;
  wire_message outputs_;
  wire_message notes_;  // fields of ModelProto
};

}  // namespace paragon::onnx
