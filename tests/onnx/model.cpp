// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <paragon/onnx/model.hpp>

#include "../scratch.hpp"

namespace onnx = paragon::onnx;

namespace {

/// The fields of a protobuf message, read back after the description of the encoding.
class decoded {
public:
  struct field {
    std::uint64_t number;
    std::uint64_t integer = 0;  // of a varint or of four bytes
    std::string_view text = {};
  };

  explicit decoded(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::uint64_t tag = varint(bytes);
      field f{.number = tag >> 3};
      if ((tag & 7) == 0) {
        f.integer = varint(bytes);
      } else if ((tag & 7) == 2) {
        const std::uint64_t n = varint(bytes);
        REQUIRE(n <= bytes.size());
        f.text = bytes.substr(0, n);
        bytes.remove_prefix(n);
      } else {
        REQUIRE((tag & 7) == 5);
        REQUIRE(bytes.size() >= 4);
        for (std::size_t i = 4; i-- > 0;) f.integer = f.integer << 8 | static_cast<unsigned char>(bytes[i]);
        bytes.remove_prefix(4);
      }
      fields_.push_back(f);
    }
  }

  std::vector<field> all(std::uint64_t number) const {
    std::vector<field> found;
    for (const field& f : fields_) {
      if (f.number == number) found.push_back(f);
    }
    return found;
  }
  field one(std::uint64_t number) const {
    const auto found = all(number);
    REQUIRE(found.size() == 1);
    return found[0];
  }
  std::int64_t integer(std::uint64_t number) const { return static_cast<std::int64_t>(one(number).integer); }
  std::string text(std::uint64_t number) const { return std::string(one(number).text); }
  decoded message(std::uint64_t number) const { return decoded(one(number).text); }
  std::vector<decoded> messages(std::uint64_t number) const {
    std::vector<decoded> found;
    for (const field& f : all(number)) found.emplace_back(f.text);
    return found;
  }
  std::vector<std::int64_t> integers(std::uint64_t number) const {
    std::vector<std::int64_t> found;
    for (const field& f : all(number)) found.push_back(static_cast<std::int64_t>(f.integer));
    return found;
  }
  std::vector<std::string> texts(std::uint64_t number) const {
    std::vector<std::string> found;
    for (const field& f : all(number)) found.emplace_back(f.text);
    return found;
  }
  static float number(const field& f) {
    const auto bits = static_cast<std::uint32_t>(f.integer);
    float value = 0;
    std::memcpy(&value, &bits, 4);
    return value;
  }

private:
  static std::uint64_t varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      REQUIRE_FALSE(bytes.empty());
      const auto b = static_cast<unsigned char>(bytes[0]);
      bytes.remove_prefix(1);
      value |= std::uint64_t{b & 127U} << shift;
      if (b < 128) return value;
    }
    FAIL("a varint of more than ten bytes");
    return 0;
  }

  std::vector<field> fields_;
};

/// The extents of a ValueInfoProto; 0 for the axis "N".
std::vector<std::int64_t> extents(const decoded& info) {
  const decoded tensor = info.message(2).message(1);
  CHECK(tensor.integer(1) == 1);  // float
  std::vector<std::int64_t> found;
  for (const decoded& axis : tensor.message(2).messages(1)) {
    if (axis.all(2).empty()) {
      found.push_back(axis.integer(1));
    } else {
      CHECK(axis.text(2) == "N");
      CHECK(axis.all(1).empty());
      found.push_back(0);
    }
  }
  return found;
}

std::string message(auto&& body) {
  try {
    body();
  } catch (const paragon::error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("onnx: fields of a message come back, whatever their values") {
  const std::vector<std::int64_t> integers{0,   1,     127,        128,
                                           300, 16383, 16384,      std::numeric_limits<std::int64_t>::max(),
                                           -1,  -300,  4294967296, std::numeric_limits<std::int64_t>::min()};
  onnx::wire_message m;
  for (const std::int64_t i : integers) m.integer(7, i);
  for (const float f : {0.0F, -1.5F, 3.25e-20F}) m.number(16, f);
  m.text(2047, std::string(200, 'x'));
  m.text(1, "");
  const decoded d(m.bytes());
  CHECK(d.integers(7) == integers);
  const auto numbers = d.all(16);
  REQUIRE(numbers.size() == 3);
  CHECK(decoded::number(numbers[0]) == 0.0F);
  CHECK(decoded::number(numbers[1]) == -1.5F);
  CHECK(decoded::number(numbers[2]) == 3.25e-20F);
  CHECK(d.text(2047) == std::string(200, 'x'));
  CHECK(d.text(1).empty());
  // The two examples of the description of the encoding.
  onnx::wire_message example;
  example.integer(1, 150);
  CHECK(example.bytes() == "\x08\x96\x01");
  onnx::wire_message testing;
  testing.text(2, "testing");
  CHECK(testing.bytes() == "\x12\x07testing");
}

TEST_CASE("onnx: a model has the fields of the format") {
  onnx::model m("small");
  const auto x = m.input("image", {onnx::batch, 3, 4, 5});
  CHECK(x == onnx::value{"image", {onnx::batch, 3, 4, 5}});
  const std::vector<float> numbers{1.5F, -2, 0.25F, 1e-30F, 5, 6};
  const auto w = m.initialiser("w", {2, 3}, numbers);
  const auto y = m.node("Strange", "y", {x.name, "", w.name}, {onnx::batch, 7},
                        {{"whole", std::int64_t{-4}},
                         {"half", 0.5F},
                         {"word", std::string("ab")},
                         {"list", std::vector<std::int64_t>{1, -1, 1000}},
                         {"floats", std::vector<float>{0.5F, -8}}});
  const auto z = m.node("Relu", "z", {y.name}, {onnx::batch, 7});
  m.output(z);
  m.output(y);
  m.note("architecture", "|none~0|");

  const std::string bytes = m.bytes();
  const decoded file(bytes);
  CHECK(file.integer(1) == 8);
  CHECK(file.text(2) == "paragon");
  CHECK(file.message(8).text(1).empty());
  CHECK(file.message(8).integer(2) == 13);
  CHECK(file.message(14).text(1) == "architecture");
  CHECK(file.message(14).text(2) == "|none~0|");

  const decoded graph = file.message(7);
  CHECK(graph.text(2) == "small");
  const auto nodes = graph.messages(1);
  REQUIRE(nodes.size() == 2);
  CHECK(nodes[0].texts(1) == std::vector<std::string>{"image", "", "w"});
  CHECK(nodes[0].texts(2) == std::vector<std::string>{"y"});
  CHECK(nodes[0].text(3) == "y");
  CHECK(nodes[0].text(4) == "Strange");
  const auto attributes = nodes[0].messages(5);
  REQUIRE(attributes.size() == 5);
  const char* names[] = {"whole", "half", "word", "list", "floats"};
  const std::int64_t types[] = {2, 1, 3, 7, 6};
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(attributes[i].text(1) == names[i]);
    CHECK(attributes[i].integer(20) == types[i]);
  }
  CHECK(attributes[0].integer(3) == -4);
  CHECK(decoded::number(attributes[1].one(2)) == 0.5F);
  CHECK(attributes[2].text(4) == "ab");
  CHECK(attributes[3].integers(8) == std::vector<std::int64_t>{1, -1, 1000});
  const auto floats = attributes[4].all(7);
  REQUIRE(floats.size() == 2);
  CHECK(decoded::number(floats[0]) == 0.5F);
  CHECK(decoded::number(floats[1]) == -8);
  CHECK(nodes[1].texts(1) == std::vector<std::string>{"y"});
  CHECK(nodes[1].messages(5).empty());

  const decoded tensor = graph.message(5);
  CHECK(tensor.integers(1) == std::vector<std::int64_t>{2, 3});
  CHECK(tensor.integer(2) == 1);
  CHECK(tensor.text(8) == "w");
  const std::string raw = tensor.text(9);
  REQUIRE(raw.size() == 24);
  CHECK(std::memcmp(raw.data(), numbers.data(), 24) == 0);

  CHECK(graph.message(11).text(1) == "image");
  CHECK(extents(graph.message(11)) == std::vector<std::int64_t>{0, 3, 4, 5});
  const auto outputs = graph.messages(12);
  REQUIRE(outputs.size() == 2);
  CHECK(outputs[0].text(1) == "z");
  CHECK(outputs[1].text(1) == "y");
  CHECK(extents(outputs[0]) == std::vector<std::int64_t>{0, 7});

  const paragon_test::scratch_folder folder;
  m.save(folder / "a.onnx");
  std::ifstream stream(folder / "a.onnx", std::ios::binary);
  CHECK(std::string(std::istreambuf_iterator<char>(stream), {}) == m.bytes());
  CHECK(folder.entries() == 1);
}

TEST_CASE("onnx: graphs that do not hold together are errors") {
  onnx::model m("g");
  CHECK(message([&] { (void)m.bytes(); }) == "onnx::model: \"g\": a model without input; expected at least one");
  const auto x = m.input("x", {onnx::batch, 3});
  CHECK(message([&] { (void)m.bytes(); }) == "onnx::model: \"g\": a model without output; expected at least one");

  CHECK(message([&] { (void)m.node("Relu", "y", {"a"}, {1}); }) ==
        "onnx::model: \"y\": Relu reads \"a\", which nothing has written; expected an input, an initialiser or an "
        "earlier node");
  CHECK(message([&] { (void)m.node("Relu", "x", {"x"}, {1}); }) ==
        "onnx::model: \"x\": is written twice; expected a name of its own");
  CHECK(message([&] { (void)m.node("Relu", "y", {"y"}, {1}); }).find("Relu reads \"y\"") != std::string::npos);
  CHECK(message([&] { (void)m.input("x", {1}); }).find("is written twice") != std::string::npos);
  CHECK(message([&] { (void)m.input("", {1}); }) == "onnx::model: \"\": a tensor without a name; expected a name");
  CHECK(message([&] {
          (void)m.input("z", {3, onnx::batch});
        }) == "onnx::model: \"z\": extents (3, N); expected numbers above 0, or the batch first");
  CHECK(message([&] { (void)m.input("z", {0}); }).find("extents (0)") != std::string::npos);

  const std::vector<float> five(5);
  CHECK(message([&] {
          (void)m.initialiser("w", {2, 3}, five);
        }) == "onnx::model: \"w\": 5 values for (2, 3); expected 6");
  CHECK(message([&] {
          (void)m.initialiser("w", {onnx::batch, 5}, five);
        }) == "onnx::model: \"w\": extents (N, 5); expected numbers above 0");
  CHECK(message([&] { (void)m.initialiser("x", {5}, five); }).find("is written twice") != std::string::npos);

  CHECK(message([&] {
          m.output({"y", {1}});
        }) == "onnx::model: \"y\": an output that nothing has written; expected the result of a node");
  // What was refused has left nothing behind.
  const auto y = m.node("Relu", "y", {"x"}, x.extents);
  CHECK(message([&] {
          m.output({"y", {1}});
        }) == "onnx::model: \"y\": an output of (1); expected (N, 3), as it was written");
  m.output(y);
  CHECK(message([&] { m.output(y); }) == "onnx::model: \"y\": an output twice; expected once");
  CHECK(decoded(m.bytes()).message(7).messages(1).size() == 1);
  CHECK(message([&] { m.save("/no/such/folder/a.onnx"); }).find("/no/such/folder/a.onnx") == 0);
}

TEST_CASE("onnx: the same calls give the same bytes") {
  const auto make = [] {
    onnx::model m;
    m.output(m.node("Relu", "y", {m.input("x", {onnx::batch, 3}).name}, {onnx::batch, 3}));
    return m.bytes();
  };
  CHECK(make() == make());
}
