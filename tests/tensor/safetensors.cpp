// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <paragon/tensor/safetensors.hpp>
#include <string>
#include <vector>

#include "../scratch.hpp"
#include "../support.hpp"

using paragon::safetensors_file;
using paragon::shape;
using paragon::tensor;

namespace {

// A file by hand, as the format's description says: length of the header, header, elements.
safetensors_file file(const std::string& header, const std::string& elements) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return safetensors_file(bytes + header + elements, "w");
}

void rejects(const std::string& header, const std::string& elements, const char* message) {
  CAPTURE(header);
  CHECK_THROWS_WITH_AS((void)file(header, elements), message, paragon::error);
}

std::string entry(const std::string& name, const std::string& type, const std::string& extents,
                  const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + extents + ",\"data_offsets\":" + offsets + "}";
}

}  // namespace

TEST_CASE("tensor: safetensors files read back as they were written") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "w.safetensors";
  const tensor<double> a(shape{2, 3}, {1, 2, 3, 4, 5, 0.1});
  const tensor<float> b(shape{3}, {1.5F, -2, 3});
  const tensor<std::uint8_t> c(shape{1, 1, 2, 2}, {1, 2, 3, 255});
  const tensor<std::int64_t> d(shape{}, {-7});
  const tensor<bool> e(shape{2}, {true, false});
  const tensor<float> none(shape{0, 4});
  paragon::save_safetensors(path, {{"a", a}, {"b", b}, {"c", c}, {"d", d}, {"e", e}, {"none", none}},
                            {{"seed", "1"}, {"note", "a \"quoted\"\nline \xC3\xA9"}});
  CHECK(folder.entries() == 1);
  const safetensors_file read(path);
  CHECK(read.names().size() == 6);
  CHECK(read.contains("a"));
  CHECK_FALSE(read.contains("A"));
  CHECK(read.shape("c") == shape{1, 1, 2, 2});
  CHECK(read.type("e") == paragon::dtype::boolean);
  CHECK(read.get<double>("a").to_vector() == a.to_vector());
  CHECK(read.get<float>("b", shape{3}).to_vector() == b.to_vector());
  CHECK(read.get<std::uint8_t>("c").to_vector() == c.to_vector());
  CHECK(read.get<std::int64_t>("d")[0] == -7);
  CHECK(read.get<bool>("e")[0]);
  CHECK_FALSE(read.get<bool>("e")[1]);
  CHECK(read.get<float>("none").shape() == shape{0, 4});
  CHECK(read.metadata() == safetensors_file::metadata_map{{"seed", "1"}, {"note", "a \"quoted\"\nline \xC3\xA9"}});
}

TEST_CASE("tensor: safetensors elements become other float types") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "w.safetensors";
  paragon::save_safetensors(path, {{"d", tensor<double>(shape{1}, {0.1})}});
  CHECK(safetensors_file(path).get<float>("d")[0] == 0.1F);
  CHECK_THROWS_WITH_AS(
      (void)safetensors_file(path).get<std::int32_t>("d"),
      (path + ": tensor \"d\": elements of type F64; expected a type that becomes I32 without loss").c_str(),
      paragon::error);
  const auto halves = file("{" + entry("h", "F16", "[2]", "[0,4]") + "," + entry("b", "BF16", "[1]", "[4,6]") + "}",
                           std::string("\x00\x3E\x00\xC0\xC0\x3F", 6));
  CHECK(halves.get<float>("h").to_vector() == std::vector<float>{1.5F, -2});
  CHECK(halves.get<double>("b").to_vector() == std::vector<double>{1.5});
}

TEST_CASE("tensor: safetensors are laid out the same whatever the order given") {
  const paragon_test::scratch_folder folder;
  const tensor<double> a(shape{1}, {1});
  const tensor<float> b(shape{1}, {2});
  const tensor<std::uint8_t> c(shape{3}, {1, 2, 3});
  paragon::save_safetensors(folder / "1", {{"x", c}, {"y", b}, {"z", a}, {"b", b}});
  paragon::save_safetensors(folder / "2", {{"b", b}, {"z", a}, {"y", b}, {"x", c}});
  const std::string bytes = paragon::read_file(folder / "1");
  CHECK(bytes == paragon::read_file(folder / "2"));
  CHECK(safetensors_file(folder / "1").names() == std::vector<std::string>{"z", "b", "y", "x"});
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  CHECK(length % 8 == 0);
  CHECK(bytes.size() == 8 + length + 8 + 4 + 4 + 3);
}

TEST_CASE("tensor: safetensors of one type are written from a map") {
  const paragon_test::scratch_folder folder;
  std::map<std::string, tensor<float>> tensors;
  tensors.emplace("w", tensor<float>(shape{2, 2}, {1, 2, 3, 4}));
  tensors.emplace("b", tensor<float>(shape{2}, {5, 6}));
  paragon::save_safetensors(folder / "w", tensors, {{"k", "v"}});
  CHECK(safetensors_file(folder / "w").get<float>("w")[3] == 4);
  CHECK(safetensors_file(folder / "w").get<float>("b")[1] == 6);
  CHECK(safetensors_file(folder / "w").metadata().at("k") == "v");
  paragon::save_safetensors(folder / "empty", std::map<std::string, tensor<float>>{});
  CHECK(safetensors_file(folder / "empty").names().empty());
}

TEST_CASE("tensor: safetensors that cannot be written are errors and leave nothing") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "w";
  const tensor<float> a(shape{1});
  CHECK_THROWS_WITH_AS(paragon::save_safetensors(path, {{"a", a}, {"a", a}}),
                       (path + ": tensor \"a\" twice or reserved").c_str(), paragon::error);
  CHECK_THROWS_WITH_AS(paragon::save_safetensors(path, {{"__metadata__", a}}),
                       (path + ": tensor \"__metadata__\" twice or reserved").c_str(), paragon::error);
  const std::vector<float> five(5);
  CHECK_THROWS_WITH_AS(paragon::save_safetensors(path, {{"a", shape{2, 3}, std::span<const float>(five)}}),
                       (path + ": tensor \"a\": 20 bytes for shape (2, 3); expected 24").c_str(), paragon::error);
  CHECK_THROWS_AS(paragon::save_safetensors(folder / "missing/w", {{"a", a}}), paragon::error);
  CHECK(folder.entries() == 0);
}

TEST_CASE("tensor: safetensors of another name or shape than expected are errors") {
  const auto w =
      file("{" + entry("a", "F32", "[2,1]", "[0,8]") + "," + entry("deep", "U8", "[1,1,1,1,1]", "[8,9]") + "}",
           std::string(9, '\0'));
  CHECK_THROWS_WITH_AS((void)w.get<float>("a", shape{1, 2}), "w: tensor \"a\": shape (2, 1); expected (1, 2)",
                       paragon::error);
  CHECK_THROWS_WITH_AS((void)w.get<float>("b"), "w: no tensor \"b\"; expected one of a, deep", paragon::error);
  CHECK_THROWS_WITH_AS((void)w.shape("b"), "w: no tensor \"b\"; expected one of a, deep", paragon::error);
  CHECK_THROWS_WITH_AS((void)w.get<float>("deep"), "w: tensor \"deep\": 5 axes; expected at most 4", paragon::error);
  CHECK_THROWS_WITH_AS((void)file("{}", "").type("a"), "w: no tensor \"a\"; expected nothing: the file is empty",
                       paragon::error);
}

TEST_CASE("tensor: safetensors files that are cut off or too long are errors") {
  CHECK_THROWS_WITH_AS(safetensors_file("abc", "w"), "w: truncated: 3 bytes; expected a header", paragon::error);
  CHECK_THROWS_WITH_AS(safetensors_file(std::string("\x10\0\0\0\0\0\0\0{}", 10), "w"),
                       "w: header of 16 bytes in a file of 10; expected a complete file of at most 100 MB of header",
                       paragon::error);
  CHECK_THROWS_AS(safetensors_file(std::string(8, '\xff') + "{}", "w"), paragon::error);
  const std::string header = "{" + entry("a", "F32", "[2]", "[0,8]") + "}";
  rejects(header, "1234567", "w: 7 bytes of elements; expected 8 as the header says");
  rejects(header, "123456789", "w: 9 bytes of elements; expected 8 as the header says");
  const paragon_test::scratch_folder folder;
  paragon::save_safetensors(folder / "w", {{"a", tensor<double>(shape{4}, {1, 2, 3, 4})}});
  const std::string whole = paragon::read_file(folder / "w");
  for (std::size_t n = 0; n < whole.size(); ++n) {
    CHECK_THROWS_AS(safetensors_file(whole.substr(0, n), "w"), paragon::error);
  }
}

TEST_CASE("tensor: safetensors headers that are malformed are errors") {
  rejects("", "", "w (header):1:1: ends early; expected a value");
  rejects("[]", "", "w: a header that is not a JSON object; expected one member a tensor");
  rejects("{\"a\":1}", "", "w: tensor \"a\": not described by an object; expected dtype, shape and data_offsets");
  rejects("{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", "",
          "w: tensor \"a\": other members than these; expected dtype, shape and data_offsets");
  rejects("{\"a\":{\"dtype\":5,\"shape\":[],\"data_offsets\":[0,4]}}", "1234",
          "w: tensor \"a\": a dtype that is not a string; expected a name such as F32");
  rejects("{" + entry("a", "F31", "[]", "[4,0]") + "}", "1234",
          "w: tensor \"a\": data_offsets [4, 0] for shape [] of F31; expected an end behind the begin");
  rejects("{" + entry("a", "F32", "1", "[0,4]") + "}", "1234",
          "w: tensor \"a\": a shape that is not an array; expected sizes");
  rejects("{" + entry("a", "F32", "[-1]", "[0,4]") + "}", "1234",
          "w: tensor \"a\": an extent that is not a size; expected integers from 0 to 2^53");
  rejects("{" + entry("a", "F32", "[1.5]", "[0,4]") + "}", "1234",
          "w: tensor \"a\": an extent that is not a size; expected integers from 0 to 2^53");
  rejects("{" + entry("a", "F32", "[]", "[0]") + "}", "1234",
          "w: tensor \"a\": malformed data_offsets; expected [begin, end]");
  rejects("{" + entry("a", "F32", "[]", "[0,true]") + "}", "1234",
          "w: tensor \"a\": an offset that is not a size; expected integers from 0 to 2^53");
  rejects("{" + entry("a", "F32", "[2]", "[0,4]") + "}", "1234",
          "w: tensor \"a\": data_offsets [0, 4] for shape [2] of F32; expected 8 bytes");
  rejects("{" + entry("a", "F32", "[1]", "[4,0]") + "}", "1234",
          "w: tensor \"a\": data_offsets [4, 0] for shape [1] of F32; expected 4 bytes");
  rejects("{" + entry("a", "U8", "[4503599627370496,4503599627370496]", "[0,4]") + "}", "1234",
          "w: tensor \"a\": data_offsets [0, 4] for shape [4503599627370496,4503599627370496] of U8; expected a "
          "smaller shape");
  rejects("{" + entry("a", "U8", "[1]", "[0,1]") + "," + entry("a", "U8", "[1]", "[1,2]") + "}", "12",
          "w (header):1:106: member \"a\" twice in one object");
  rejects("{\"__metadata__\":1}", "", "w: __metadata__ that is not an object; expected strings by name");
}

TEST_CASE("tensor: safetensors of unknown types do not keep the others from being read") {
  for (const char* unknown : {"F8_E4M3", "F8_E5M2", "F8_E8M0", "C64", "F4", "F31"}) {
    CAPTURE(unknown);
    const auto w = file("{" + entry("scale", unknown, "[4]", "[0,4]") + "," + entry("w", "F32", "[1]", "[4,8]") +
                            ",\"b\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[8,9],\"new\":{}},"
                            "\"__metadata__\":null}",
                        std::string("????\0\0\xC0\x3F\x05", 9));
    CHECK(w.names() == std::vector<std::string>{"scale", "w", "b"});
    CHECK(w.metadata().empty());
    CHECK(w.get<float>("w").to_vector() == std::vector<float>{1.5F});
    CHECK(w.get<int>("b").to_vector() == std::vector<int>{5});
    CHECK(w.shape("scale") == shape{4});
    CHECK(w.readable("w"));
    CHECK_FALSE(w.readable("scale"));
    CHECK_FALSE(w.readable("absent"));
    const std::string message = std::string("w: tensor \"scale\": unknown dtype \"") + unknown +
                                "\"; expected F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8 or BOOL";
    CHECK_THROWS_WITH_AS((void)w.get<float>("scale"), message.c_str(), paragon::error);
    CHECK_THROWS_WITH_AS((void)w.type("scale"), message.c_str(), paragon::error);
  }
  CHECK_FALSE(file("{" + entry("deep", "U8", "[1,1,1,1,1]", "[0,1]") + "}", "x").readable("deep"));
}

TEST_CASE("tensor: safetensors keep metadata that are no strings as JSON") {
  const auto w = file(R"({"__metadata__":{"epoch":3,"note":"x","list":[1,null]}})", "");
  CHECK(w.metadata() == safetensors_file::metadata_map{{"epoch", "3"}, {"list", "[1,null]"}, {"note", "x"}});
}

TEST_CASE("tensor: safetensors that overlap or leave gaps are errors") {
  rejects("{" + entry("a", "U8", "[2]", "[0,2]") + "," + entry("b", "U8", "[2]", "[1,3]") + "}", "123",
          "w: tensor \"b\": elements begin at byte 1; expected byte 2, where the elements before end");
  rejects("{" + entry("a", "U8", "[2]", "[0,2]") + "," + entry("b", "U8", "[2]", "[3,5]") + "}", "12345",
          "w: tensor \"b\": elements begin at byte 3; expected byte 2, where the elements before end");
  rejects("{" + entry("a", "U8", "[2]", "[1,3]") + "}", "123",
          "w: tensor \"a\": elements begin at byte 1; expected byte 0, where the elements before end");
  rejects("{" + entry("a", "U8", "[2]", "[0,2]") + "," +
              entry("b", "U8", "[9007199254740990]", "[2,9007199254740992]") + "}",
          "12", "w: 2 bytes of elements; expected 9007199254740992 as the header says");
}

TEST_CASE("tensor: golden files are read whole") {
  const auto golden = paragon_test::golden_folder();
  if (!golden) return paragon_test::skip("no folder of golden numbers");
  std::size_t files = 0;
  for (const auto& found : std::filesystem::directory_iterator(*golden)) {
    if (found.path().extension() != ".safetensors") continue;
    CAPTURE(found.path().string());
    ++files;
    const safetensors_file file(found.path());
    CHECK_FALSE(file.names().empty());
    for (const auto& name : file.names()) {
      CAPTURE(name);
      if (file.type(name) == paragon::dtype::i64) {
        CHECK(file.get<std::int64_t>(name, file.shape(name)).size() == file.shape(name).size());
        continue;
      }
      const auto values = file.get<double>(name, file.shape(name));
      CHECK(values.size() == file.shape(name).size());
      std::size_t finite = 0;
      for (const double x : values.span()) finite += std::isfinite(x) ? 1U : 0U;
      CHECK(finite == values.size());
    }
  }
  CHECK(files > 0);
}
