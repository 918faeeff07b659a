// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <paragon/tensor/npy.hpp>
#include <string>
#include <vector>

#include "../scratch.hpp"
#include "../support.hpp"

using paragon::shape;
using paragon::tensor;

namespace {

// A file by hand, as NumPy's format description says: magic, version, length of the dictionary, dictionary, elements.
std::string file(const std::string& dictionary, const std::string& elements, char version = 1) {
  std::string text = "\x93NUMPY";
  text += version;
  text += '\0';
  const std::size_t n = dictionary.size();
  text += static_cast<char>(n & 255);
  text += static_cast<char>(n >> 8);
  if (version > 1) text.append(2, '\0');
  return text + dictionary + elements;
}

std::string header(const std::string& type, const std::string& extents, const std::string& fortran = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + extents + ", }\n";
}

template <class T>
std::string bytes(std::vector<T> values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

template <class T>
tensor<T> parse(const std::string& text) {
  return paragon::parse_npy<T>(std::as_bytes(std::span(text)), "a.npy");
}

void rejects(const std::string& text, const char* message) {
  CHECK_THROWS_WITH_AS((void)parse<double>(text), message, paragon::error);
}

constexpr const char* known = "; expected a little-endian number such as '<f4', '<f8', '<i8', '|u1' or '|b1'";

}  // namespace

TEST_CASE_TEMPLATE("tensor: npy files read back as they were written", T, float, double, bool, std::int8_t,
                   std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t, std::uint32_t,
                   std::uint64_t) {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "a.npy";
  for (const shape& s : {shape{}, shape{5}, shape{2, 3}, shape{0, 3}, shape{2, 1, 3}, shape{2, 3, 4, 5}}) {
    tensor<T> t(s);
    for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<T>(i % 2 == 0 ? i : 1);
    if constexpr (std::is_same_v<T, bool>) {
      for (std::size_t i = 0; i < t.size(); ++i) t[i] = i % 3 == 0;
    }
    paragon::save_npy(path, t);
    CHECK(std::filesystem::file_size(path) % 64 == (sizeof(T) * t.size()) % 64);
    const auto back = paragon::load_npy<T>(path);
    CHECK(back.shape() == s);
    CHECK(std::equal(back.span().begin(), back.span().end(), t.span().begin(), t.span().end()));
  }
  CHECK(folder.entries() == 1);
}

TEST_CASE("tensor: npy headers of versions 1, 2 and 3 are read") {
  const std::string elements = bytes<double>({1, 2, 3, 4, 5, 6});
  for (const char version : {'\1', '\2', '\3'}) {
    const auto t = parse<double>(file(header("<f8", "(2, 3)"), elements, version));
    CHECK(t.shape() == shape{2, 3});
    CHECK(t.to_vector() == std::vector<double>{1, 2, 3, 4, 5, 6});
  }
}

TEST_CASE("tensor: npy headers may be written in other ways") {
  const std::string elements = bytes<double>({1, 2});
  CHECK(parse<double>(file("{\"shape\":(2,),\"fortran_order\":False,\"descr\":\"<f8\"}", elements)).shape() ==
        shape{2});
  CHECK(parse<double>(file(header("<f8", "(2, 1)") + "   \n", elements)).shape() == shape{2, 1});
  CHECK(parse<double>(file(header("<f8", "(1,2,)"), elements)).shape() == shape{1, 2});
}

TEST_CASE("tensor: npy shapes of Python 2 are read") {
  const std::string elements = bytes<double>({1, 2, 3, 4, 5, 6});
  CHECK(parse<double>(file(header("<f8", "(2L, 3L)"), elements)).shape() == shape{2, 3});
  CHECK(parse<double>(file(header("<f8", "(6L,)"), elements)).shape() == shape{6});
  CHECK(parse<double>(file(header("<f8", "(2, 3L)"), elements)).to_vector() == std::vector<double>{1, 2, 3, 4, 5, 6});
  rejects(file(header("<f8", "(2LL, 3)"), elements), "a.npy: malformed shape; expected ',' or ')'");
  rejects(file(header("<f8", "(L, 3)"), elements), "a.npy: malformed shape; expected non-negative integers");
}

TEST_CASE("tensor: npy files in Fortran order are rearranged") {
  // NumPy: np.asfortranarray([[1, 2, 3], [4, 5, 6]]) lies in memory as 1 4 2 5 3 6.
  CHECK(parse<double>(file(header("<f8", "(2, 3)", "True"), bytes<double>({1, 4, 2, 5, 3, 6}))).to_vector() ==
        std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(parse<double>(file(header("<f8", "(3,)", "True"), bytes<double>({1, 2, 3}))).to_vector() ==
        std::vector<double>{1, 2, 3});
  // Element (a, b, c, d) holds 1000 a + 100 b + 10 c + d; the first axis is contiguous in the file.
  std::vector<std::int32_t> elements;
  for (int d = 0; d < 5; ++d) {
    for (int c = 0; c < 4; ++c) {
      for (int b = 0; b < 3; ++b) {
        for (int a = 0; a < 2; ++a) elements.push_back(1000 * a + 100 * b + 10 * c + d);
      }
    }
  }
  const auto t = parse<std::int64_t>(file(header("<i4", "(2, 3, 4, 5)", "True"), bytes(elements)));
  std::size_t i = 0;
  for (int a = 0; a < 2; ++a) {
    for (int b = 0; b < 3; ++b) {
      for (int c = 0; c < 4; ++c) {
        for (int d = 0; d < 5; ++d) CHECK(t[i++] == 1000 * a + 100 * b + 10 * c + d);
      }
    }
  }
}

TEST_CASE("tensor: npy elements are converted where nothing is lost") {
  CHECK(parse<double>(file(header("<f4", "(2,)"), bytes<float>({1.5F, -2}))).to_vector() ==
        std::vector<double>{1.5, -2});
  CHECK(parse<double>(file(header("<f2", "(1,)"), bytes<std::uint16_t>({0x3E00}))).to_vector() ==
        std::vector<double>{1.5});
  CHECK(parse<double>(file(header("|b1", "(2,)"), std::string("\0\1", 2))).to_vector() == std::vector<double>{0, 1});
  CHECK(parse<float>(file(header("|u1", "(2,)"), "\x01\xff")).to_vector() == std::vector<float>{1, 255});
  CHECK(parse<float>(file(header("<f8", "(1,)"), bytes<double>({0.1}))).to_vector() == std::vector<float>{0.1F});
  CHECK_THROWS_WITH_AS((void)parse<float>(file(header("<i8", "(1,)"), bytes<std::int64_t>({1}))),
                       "a.npy: elements of type I64; expected a type that becomes F32 without loss", paragon::error);
}

TEST_CASE("tensor: npy files that are not what they say are errors") {
  const std::string two = bytes<double>({1, 2});
  rejects("", "a.npy: does not begin like a NumPy file; expected \\x93NUMPY");
  rejects("PK\x03\x04 an archive", "a.npy: does not begin like a NumPy file; expected \\x93NUMPY");
  rejects("\x93NUMPY", "a.npy: truncated header");
  rejects(std::string("\x93NUMPY\x02\x00\x10\x00", 10), "a.npy: truncated header");
  rejects(file(header("<f8", "(2,)"), two, 4), "a.npy: format version 4; expected 1, 2 or 3");
  rejects(file(header("<f8", "(2,)"), two).substr(0, 40), "a.npy: truncated header; expected 58 bytes of it");
  rejects(file(header("<f8", "(2,)"), two.substr(1)), "a.npy: 15 bytes of elements for shape (2) of F64; expected 16");
  rejects(file(header("<f8", "(2,)"), two + "x"), "a.npy: 17 bytes of elements for shape (2) of F64; expected 16");
  rejects(file(header("<f8", "(18446744073709551615, 2)"), two),
          "a.npy: 16 bytes of elements for shape (18446744073709551615, 2) of F64; expected a smaller shape");
  rejects(file(header("<f8", "(1, 1, 1, 1, 2)"), two), "a.npy: 5 axes; expected at most 4");
  rejects(file(header(">f8", "(2,)"), two), (std::string("a.npy: elements of type \">f8\"") + known).c_str());
  rejects(file(header("<c16", "(1,)"), two), (std::string("a.npy: elements of type \"<c16\"") + known).c_str());
  rejects(file(header("|O", "(2,)"), two), (std::string("a.npy: elements of type \"|O\"") + known).c_str());
  rejects(file("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (2,), }", two),
          (std::string("a.npy: structured elements") + known).c_str());
}

TEST_CASE("tensor: npy headers that are malformed are errors") {
  rejects(file("", ""), "a.npy: malformed header; expected '{' at byte 0");
  rejects(file("{", ""), "a.npy: malformed header; expected a string at byte 1");
  rejects(file("{'descr", ""), "a.npy: malformed header; expected a closing quote");
  rejects(file("{'descr' '<f8'}", ""), "a.npy: malformed header; expected ':' at byte 9");
  rejects(file("{'descr': '<f8'", ""), "a.npy: header is not closed; expected ',' or '}'");
  rejects(file("{'descr': '<f8'}", ""), "a.npy: header is incomplete; expected descr, fortran_order and shape");
  rejects(file("{'descr': '<f8', 'descr': '<f8'}", ""), "a.npy: key \"descr\" twice");
  rejects(file("{'colour': '<f8'}", ""), "a.npy: unknown key \"colour\"");
  rejects(file(header("<f8", "(2,)", "Maybe"), ""),
          "a.npy: malformed header; expected True or False for fortran_order");
  rejects(file(header("<f8", "(-2,)"), ""), "a.npy: malformed shape; expected non-negative integers");
  rejects(file(header("<f8", "(99999999999999999999,)"), ""), "a.npy: malformed shape; expected non-negative integers");
  rejects(file(header("<f8", "(2 3)"), ""), "a.npy: malformed shape; expected ',' or ')'");
  rejects(file(header("<f8", "2"), ""), "a.npy: malformed header; expected '(' at byte 50");
  rejects(file(header("<f8", "()") + "x", ""), "a.npy: text after the header's dictionary");
}

TEST_CASE("tensor: npy files of another shape than expected are errors") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "w.npy";
  paragon::save_npy(path, tensor<float>(shape{2, 3}));
  CHECK(paragon::load_npy<float>(path, shape{2, 3}).size() == 6);
  CHECK_THROWS_WITH_AS((void)paragon::load_npy<float>(path, shape{3, 2}),
                       (path + ": shape (2, 3); expected (3, 2)").c_str(), paragon::error);
  CHECK_THROWS_AS((void)paragon::load_npy<float>(folder / "missing.npy"), paragon::error);
}

TEST_CASE("tensor: npy values that do not fill the shape are not written") {
  const paragon_test::scratch_folder folder;
  const std::vector<float> values(5);
  CHECK_THROWS_WITH_AS(paragon::save_npy<float>(folder / "w.npy", shape{2, 3}, values),
                       ((folder / "w.npy") + ": 5 values for shape (2, 3); expected 6").c_str(), paragon::error);
  CHECK(folder.entries() == 0);
}

TEST_CASE("tensor: npy files of the benchmark tables are read") {
  const auto data = paragon_test::data_folder();
  if (!data) return paragon_test::skip("no folder of benchmark tables");
  const auto labels = paragon::load_npy<std::uint8_t>(*data / "cifar10" / "cifar10_test_labels.npy", shape{10000});
  std::vector<std::size_t> counts(10);
  for (const std::uint8_t c : labels.span()) ++counts.at(c);
  CHECK(counts == std::vector<std::size_t>(10, 1000));
  CHECK(paragon::load_npy<std::int32_t>(*data / "diffusionnag" / "meta_train_tasks.npy").shape() == shape{5000, 20});
  CHECK(paragon::load_npy<float>(*data / "ofa" / "acc_predictor" / "layer0_weight.npy").shape() == shape{400, 128});
}
