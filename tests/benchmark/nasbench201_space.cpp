// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/space/concepts.hpp>
#include <paragon/space/enumerate.hpp>
#include <paragon/space/one_hot.hpp>

#include "../support.hpp"

using namespace paragon::benchmark;
using namespace paragon::space;

static_assert(search_space<nasbench201>);
static_assert(enumerable_space<nasbench201>);
static_assert(graph_space<nasbench201, float> && graph_space<nasbench201, double>);
static_assert(linear_graph_encoding<nasbench201>);
static_assert(relaxed_costed_space<nasbench201, float> && relaxed_costed_space<nasbench201, double>);
static_assert(nasbench201::size() == 15625);

namespace {

std::string message_of_parse(const std::string& text) {
  try {
    (void)nasbench201::parse(text);
  } catch (const paragon::error& e) {
    return e.what();
  }
  return "";
}

std::vector<std::vector<std::string>> read_table(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> row(1);
    for (const char c : line) {
      if (c == ',') {
        row.emplace_back();
      } else {
        row.back() += c;
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

TEST_CASE("space: all cells survive the round trips through text, number and choices") {
  const nasbench201 cells;
  std::set<std::string> texts;
  std::unordered_set<nasbench201_cell> seen;
  for_each(cells, [&](std::uint64_t i, const nasbench201_cell& cell) {
    REQUIRE(cells.index(cell) == i);
    const std::string text = cells.to_string(cell);
    REQUIRE(cells.parse(text) == cell);
    texts.insert(text);
    seen.insert(cell);
    std::array<choice_index, 6> row{};
    for (std::size_t d = 0; d < 6; ++d) row[d] = static_cast<choice_index>(cells.choice(cell, d));
    REQUIRE(cells.from_choices(row) == cell);
  });
  CHECK(texts.size() == 15625);
  CHECK(seen.size() == 15625);
}

TEST_CASE("space: cells are numbered as base-5 numbers, the first edge leading") {
  const nasbench201 cells;
  CHECK(cells.to_string(cells.at(0)) == "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|");
  CHECK(cells.to_string(cells.at(1)) == "|none~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|");
  CHECK(cells.to_string(cells.at(3125 * 3)) == "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|");
  for (std::uint64_t i = 1; i < cells.size(); ++i) REQUIRE(cells.at(i - 1) < cells.at(i));
  CHECK_THROWS_AS((void)cells.at(15625), paragon::error);
}

TEST_CASE("space: parsing a cell accepts nothing but its notation") {
  const std::string good = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|none~2|";
  CHECK(nasbench201::to_string(nasbench201::parse(good)) == good);
  CHECK(message_of_parse("") == "benchmark::parse_nasbench201_cell: \"\" at character 0; expected '|'");
  CHECK(message_of_parse(good + " ").find("expected the end of the text") != std::string::npos);
  CHECK(message_of_parse("|conv~0|").find("at character 1; expected one of none, skip_connect") != std::string::npos);
  CHECK(message_of_parse("|none~1|").find("at character 5; expected '~0|'") != std::string::npos);
  CHECK(message_of_parse("|none~0|none~0|").find("at character 8; expected '+|'") != std::string::npos);
  CHECK(message_of_parse(std::string(10000, '|')).size() < 400);
  for (std::size_t n = 0; n < good.size(); ++n)
    CHECK_THROWS_AS((void)nasbench201::parse(good.substr(0, n)), paragon::error);
  // Any change of one character gives another cell at most, never an accepted other text.
  for (std::size_t n = 0; n < good.size(); ++n) {
    for (const char c : {'|', '~', '+', '0', '1', 'x', '\0', ' '}) {
      std::string changed = good;
      changed[n] = c;
      if (changed == good) continue;
      nasbench201_cell read;
      try {
        read = nasbench201::parse(changed);
      } catch (const paragon::error&) {
        continue;
      }
      CHECK(nasbench201::to_string(read) == changed);
    }
  }
}

TEST_CASE("space: choices out of range and rows of the wrong length are errors") {
  const nasbench201 cells;
  CHECK_THROWS_AS((void)cells.from_choices(std::vector<choice_index>{0, 1, 2, 3, 4}), paragon::error);
  CHECK_THROWS_AS((void)cells.from_choices(std::vector<choice_index>{0, 1, 2, 3, 4, 5}), paragon::error);
}

TEST_CASE("space: costs of the network are those of its layers counted one by one") {
  // An independent count: walk the network layer by layer.
  for (const auto& network : {nasbench201_network::cifar10(), nasbench201_network::cifar100(),
                              nasbench201_network::imagenet16_120(), nasbench201_network{4, 1, 7, 8}}) {
    const nasbench201 cells{network};
    for (std::uint64_t i = 0; i < cells.size(); i += 97) {
      const nasbench201_cell cell = cells.at(i);
      long parameters = 0;
      long macs = 0;
      long side = network.image_size;
      const auto convolution = [&](long in, long out, long kernel, bool normalised) {
        parameters += in * out * kernel * kernel + (normalised ? 2 * out : 0);
        macs += in * out * kernel * kernel * side * side;
      };
      long width = network.channels;
      convolution(3, width, 3, true);
      for (int stage = 0; stage < 3; ++stage) {
        if (stage > 0) {
          side /= 2;
          convolution(width, 2 * width, 3, true);
          convolution(2 * width, 2 * width, 3, true);
          convolution(width, 2 * width, 1, false);
          width *= 2;
        }
        for (int k = 0; k < network.cells_per_stage; ++k) {
          for (const nasbench201_operation o : cell.operations) {
            if (o == nasbench201_operation::nor_conv_1x1) convolution(width, width, 1, true);
            if (o == nasbench201_operation::nor_conv_3x3) convolution(width, width, 3, true);
          }
        }
      }
      parameters += 2 * width + width * network.classes + network.classes;
      macs += width * network.classes + network.classes;
      REQUIRE(cells.parameters(cell) == static_cast<double>(parameters));
      REQUIRE(cells.macs(cell) == static_cast<double>(macs));
    }
  }
}

TEST_CASE("space: costs agree with the benchmark table") {
  const auto folder = paragon_test::data_folder();
  if (!folder) return paragon_test::skip("no data folder");
  const auto rows = read_table(*folder / "nb201" / "nb201_accuracy.csv");
  REQUIRE(rows.size() == 15626);
  REQUIRE(rows[0][0] == "arch_str");
  REQUIRE(rows[0][2] == "ops");
  REQUIRE(rows[0][4] == "params_mb");
  REQUIRE(rows[0][5] == "flops_m");
  const nasbench201 cells;
  const nasbench201 hundred{nasbench201_network::cifar100()};
  const nasbench201 imagenet{nasbench201_network::imagenet16_120()};
  for (std::size_t r = 1; r < rows.size(); ++r) {
    const nasbench201_cell cell = cells.parse(rows[r][0]);
    std::uint64_t code = 0;
    for (const char digit : rows[r][2]) code = code * 5 + static_cast<std::uint64_t>(digit - '0');
    REQUIRE(cells.index(cell) == code);
    const double parameters = std::strtod(rows[r][4].c_str(), nullptr);
    REQUIRE(cells.parameters(cell) / 1e6 == doctest::Approx(parameters).epsilon(1e-9));
    REQUIRE(cells.macs(cell) / 1e6 == doctest::Approx(std::strtod(rows[r][5].c_str(), nullptr)).epsilon(1e-9));
    REQUIRE(hundred.parameters(cell) / 1e6 == doctest::Approx(parameters + 0.00585).epsilon(1e-9));
    REQUIRE(imagenet.parameters(cell) / 1e6 == doctest::Approx(parameters + 0.00715).epsilon(1e-9));
  }
}

TEST_CASE("space: expected costs are exact at one-hot rows, and the mean over independent draws") {
  const nasbench201 cells;
  const linear_cost parameters = cells.parameter_cost();
  const linear_cost macs = cells.mac_cost();
  std::array<double, 30> row{};
  std::array<double, 30> gradient{};
  for (std::uint64_t i = 0; i < cells.size(); i += 13) {
    const nasbench201_cell cell = cells.at(i);
    one_hot<double>(cells, cell, row);
    REQUIRE(cells.expected_parameters<double>(row, gradient) == cells.parameters(cell));
    REQUIRE(cells.expected_macs<double>(row, {}) == cells.macs(cell));
    REQUIRE(parameters(std::span<const double>(row)) == cells.parameters(cell));
    REQUIRE(macs(std::span<const double>(row)) == cells.macs(cell));
  }
  // The expectation by enumeration of all cells, weighted by the product of their probabilities.
  const paragon::random_key key{.seed = 5};
  INFO("seed " << key.seed);
  for (std::size_t d = 0; d < 6; ++d) {
    double sum = 0;
    for (std::size_t c = 0; c < 5; ++c) sum += row[d * 5 + c] = key.open_uniform(d * 5 + c);
    for (std::size_t c = 0; c < 5; ++c) row[d * 5 + c] /= sum;
  }
  double expected_parameters = 0;
  double expected_macs = 0;
  for_each(cells, [&](std::uint64_t, const nasbench201_cell& cell) {
    double probability = 1;
    for (std::size_t d = 0; d < 6; ++d) probability *= row[d * 5 + cells.choice(cell, d)];
    expected_parameters += probability * cells.parameters(cell);
    expected_macs += probability * cells.macs(cell);
  });
  CHECK(cells.expected_parameters<double>(row, gradient) == doctest::Approx(expected_parameters).epsilon(1e-12));
  CHECK(parameters(std::span<const double>(row)) == doctest::Approx(expected_parameters).epsilon(1e-12));
  std::array<double, 30> mac_gradient{};
  CHECK(cells.expected_macs<double>(row, mac_gradient) == doctest::Approx(expected_macs).epsilon(1e-12));
  // Linear: a unit step along each entry changes the cost by the gradient.
  for (std::size_t i = 0; i < 30; ++i) {
    std::array<double, 30> moved = row;
    moved[i] += 1;
    CHECK(cells.expected_parameters<double>(moved, {}) ==
          doctest::Approx(expected_parameters + gradient[i]).epsilon(1e-12));
    CHECK(cells.expected_macs<double>(moved, {}) == doctest::Approx(expected_macs + mac_gradient[i]).epsilon(1e-12));
    CHECK(parameters.coefficients[i] == gradient[i]);
    CHECK(macs.coefficients[i] == mac_gradient[i]);
  }
  CHECK_THROWS_AS((void)cells.expected_macs<double>(std::span<const double>(row).first(29), {}), paragon::error);
  CHECK_THROWS_AS((void)macs(std::span<const double>(row).first(29)), paragon::error);
}

TEST_CASE("space: MODNAS' order of operations is avg, 3x3, 1x1, skip, none") {
  const std::array<std::string_view, 5> expected{"avg_pool_3x3", "nor_conv_3x3", "nor_conv_1x1", "skip_connect",
                                                 "none"};
  for (std::size_t k = 0; k < 5; ++k) CHECK(nasbench201_operation_names[modnas_choice_order[k]] == expected[k]);
}
