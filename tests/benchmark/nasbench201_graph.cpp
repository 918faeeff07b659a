// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <paragon/benchmark/nasbench201/graph.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/space/concepts.hpp>
#include <paragon/space/enumerate.hpp>
#include <paragon/space/one_hot.hpp>

#include "../support.hpp"

using namespace paragon::benchmark;
using namespace paragon::space;

using diffusion = nasbench201_diffusion_graph<>;
static_assert(linear_graph_encoding<nasbench201_predictor_graph> && linear_graph_encoding<diffusion>);
static_assert(graph_encoding<diffusion, double> && decodable_graph_encoding<diffusion, double>);
static_assert(!decodable_graph_encoding<nasbench201_predictor_graph>);

namespace {

/// The edges of a graph as text: "0>1 0>2 ...", from the sending to the receiving node.
template <class Graph>
std::string edges(bool rows_send) {
  std::vector<double> m(Graph::nodes() * Graph::nodes(), -7.0);
  Graph::template adjacency<double>(m);
  std::string text;
  for (std::size_t from = 0; from < Graph::nodes(); ++from) {
    for (std::size_t to = 0; to < Graph::nodes(); ++to) {
      const double entry = rows_send ? m[from * Graph::nodes() + to] : m[to * Graph::nodes() + from];
      REQUIRE((entry == 0 || entry == 1));
      if (entry == 1) text += std::to_string(from) + ">" + std::to_string(to) + " ";
    }
  }
  return text;
}

template <class Graph>
void check_linear(std::size_t constants) {
  const nasbench201 cells;
  std::vector<float> x(Graph::nodes() * Graph::features());
  std::vector<float> row(30);
  for_each(cells, [&](std::uint64_t i, const nasbench201_cell& cell) {
    if (i % 7 != 0) return;
    std::fill(x.begin(), x.end(), 9.0F);
    Graph::template encode<float>(cell, x);
    one_hot<float>(cells, cell, row);
    float sum = 0;
    for (const float entry : x) sum += entry;
    REQUIRE(sum == static_cast<float>(6 + constants));
    for (std::size_t d = 0; d < 6; ++d) {
      for (std::size_t c = 0; c < 5; ++c) REQUIRE(x[Graph::position(d, c)] == row[d * 5 + c]);
    }
  });
}

}  // namespace

TEST_CASE("space: the predictor graph is the cell with edges as nodes, self loops and a global node") {
  CHECK(edges<nasbench201_predictor_graph>(false) ==
        "0>0 0>1 0>2 0>4 0>8 1>1 1>3 1>5 1>8 2>2 2>6 2>8 3>3 3>6 3>8 4>4 4>7 4>8 5>5 5>7 5>8 6>6 6>7 6>8 7>7 7>8 8>8 ");
}

TEST_CASE("space: node graphs follow from which edge enters the node that another leaves") {
  std::string expected;
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t j = 0; j < 8; ++j) {
      const int leaves = i == 0 ? 0 : i == 7 ? -1 : nasbench201_cell::target[i - 1];
      const int enters = j == 7 ? 3 : j == 0 ? -2 : nasbench201_cell::source[j - 1];
      if (leaves == enters && !(i == 0 && j == 7)) expected += std::to_string(i) + ">" + std::to_string(j) + " ";
    }
  }
  CHECK(edges<diffusion>(true) == expected);
}

TEST_CASE("space: the published diffusion masks are kept as published") {
  CHECK(edges<nasbench201_diffusion_graph<mask_published>>(true) == "0>1 0>2 0>3 1>4 1>5 2>6 3>7 4>6 5>7 6>7 ");
  const std::string closure = edges<nasbench201_diffusion_graph<mask_published_closure>>(true);
  CHECK(std::count(closure.begin(), closure.end(), '>') == 18);
}

TEST_CASE("space: graph encodings copy the one-hot row to their positions") {
  check_linear<nasbench201_predictor_graph>(3);
  check_linear<diffusion>(2);
}

TEST_CASE("space: diffusion matrices decode to the cell they encode, whatever the noise below the gap") {
  const nasbench201 cells;
  const paragon::random_key key{.seed = 3};
  INFO("seed " << key.seed);
  std::vector<double> x(56);
  for_each(cells, [&](std::uint64_t i, const nasbench201_cell& cell) {
    diffusion::encode<double>(cell, x);
    REQUIRE(diffusion::decode<double>(x) == cell);
    REQUIRE(diffusion::decode_threshold<double>(x) == cell);
    for (std::size_t k = 0; k < 56; ++k) x[k] += 0.98 * (key.uniform(i * 56 + k) - 0.5);
    REQUIRE(diffusion::decode<double>(x) == cell);
    REQUIRE(diffusion::decode_threshold<double>(x) == cell);
  });
}

TEST_CASE("space: the published threshold rejects what is not one-hot or stands in the wrong place") {
  std::vector<double> good(56);
  diffusion::encode<double>(nasbench201::at(7), good);
  const auto valid = [](const std::vector<double>& x) { return diffusion::decode_threshold<double>(x).has_value(); };
  CHECK(valid(good));
  for (std::size_t k = 0; k < 56; ++k) {
    std::vector<double> x = good;
    x[k] = 1 - x[k];  // one entry flipped: a row of two ones or none
    CHECK(!valid(x));
    x[k] = std::numeric_limits<double>::quiet_NaN();  // NaN is not at least 0.5
    CHECK(valid(x) == (good[k] == 0));
  }
  std::vector<double> x = good;
  x[0] = 0;
  x[2] = 1;
  CHECK(!valid(x));  // input row holds an operation
  x = good;
  for (std::size_t f = 0; f < 7; ++f) x[7 + f] = f == 0;
  CHECK(!valid(x));  // an edge row holds "input"
}

TEST_CASE("space: decoding takes the first of equal entries and refuses NaN and wrong sizes") {
  std::vector<float> x(56, 0.25F);
  CHECK(diffusion::decode<float>(x) == nasbench201::at(0));
  x[diffusion::position(3, 2)] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS((void)diffusion::decode<float>(x), paragon::error);
  x.resize(55);
  CHECK_THROWS_AS((void)diffusion::decode<float>(x), paragon::error);
  CHECK_THROWS_AS(diffusion::encode<float>({}, x), paragon::error);
  CHECK_THROWS_AS(diffusion::adjacency<float>(x), paragon::error);
  CHECK_THROWS_AS(nasbench201_predictor_graph::encode<float>({}, x), paragon::error);
}

TEST_CASE("space: golden adjacency and columns of the published meta-predictor") {
  const auto folder = paragon_test::golden_folder();
  if (!folder || !std::filesystem::exists(*folder / "meta_predictor.safetensors")) {
    return paragon_test::skip("no golden folder");
  }
  std::ifstream file(*folder / "meta_predictor.safetensors", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), 8);
  const auto json = nlohmann::json::parse(bytes.substr(8, header));
  const auto tensor = [&](const char* name) {
    REQUIRE(json.at(name).at("dtype") == "F64");
    const std::size_t begin = json.at(name).at("data_offsets").at(0);
    const std::size_t end = json.at(name).at("data_offsets").at(1);
    std::vector<double> values((end - begin) / 8);
    std::memcpy(values.data(), bytes.data() + 8 + header + begin, end - begin);
    return values;
  };
  std::vector<double> m(81);
  nasbench201_predictor_graph::adjacency<double>(m);
  CHECK(tensor("input.adjacency") == m);
  // Where the inputs are cells (others are relaxed), encoding the cell they decode to gives them back.
  const std::vector<double> x = tensor("input.x");
  std::size_t hard = 0;
  for (std::size_t b = 0; b + 72 <= x.size(); b += 72) {
    nasbench201_cell cell;
    for (std::size_t d = 0; d < 6; ++d) {
      for (std::size_t c = 0; c < 5; ++c) {
        if (x[b + nasbench201_predictor_graph::position(d, c)] == 1) {
          cell.operations[d] = static_cast<nasbench201_operation>(c);
        }
      }
    }
    std::vector<double> encoded(72);
    nasbench201_predictor_graph::encode<double>(cell, encoded);
    hard += std::equal(encoded.begin(), encoded.end(), x.begin() + static_cast<std::ptrdiff_t>(b));
  }
  CHECK(hard > 0);
}
