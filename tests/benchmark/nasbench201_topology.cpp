// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include <paragon/benchmark/nasbench201/api_order.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/topology.hpp>
#include <paragon/space/enumerate.hpp>

#include "../support.hpp"

using namespace paragon::benchmark;
using namespace paragon::space;

namespace {

/// The edges on the four paths 0-3, 0-1-3, 0-2-3, 0-1-2-3, each path open if none of its edges is "none".
std::array<bool, 6> live_by_paths(const nasbench201_cell& cell) {
  std::array<bool, 6> live{};
  for (const std::vector<std::size_t>& path : {std::vector<std::size_t>{3}, std::vector<std::size_t>{0, 4},
                                               std::vector<std::size_t>{1, 5}, std::vector<std::size_t>{0, 2, 5}}) {
    bool open = true;
    for (const std::size_t e : path) open = open && cell.operations[e] != nasbench201_operation::none;
    for (const std::size_t e : path) live[e] = live[e] || open;
  }
  return live;
}

/// What a cell computes for the input 1, if operation k multiplies by a number of its own for each edge and inputs do not
/// vanish: two cells with different live edges give different numbers.
std::set<std::multiset<std::pair<std::size_t, int>>> paths_of(const nasbench201_cell& cell) {
  std::set<std::multiset<std::pair<std::size_t, int>>> paths;
  for (const std::vector<std::size_t>& path : {std::vector<std::size_t>{3}, std::vector<std::size_t>{0, 4},
                                               std::vector<std::size_t>{1, 5}, std::vector<std::size_t>{0, 2, 5}}) {
    std::multiset<std::pair<std::size_t, int>> word;
    bool open = true;
    for (const std::size_t e : path) {
      open = open && cell.operations[e] != nasbench201_operation::none;
      word.insert({e, static_cast<int>(cell.operations[e])});
    }
    if (open) paths.insert(word);
  }
  return paths;
}

}  // namespace

TEST_CASE("space: live edges are those on an open path, and pruning keeps exactly the paths") {
  const nasbench201 cells;
  for_each(cells, [&](std::uint64_t, const nasbench201_cell& cell) {
    REQUIRE(live_edges(cell) == live_by_paths(cell));
    REQUIRE(is_connected(cell) == !paths_of(cell).empty());
    const nasbench201_cell small = pruned(cell);
    REQUIRE(paths_of(small) == paths_of(cell));
    REQUIRE(pruned(small) == small);
    REQUIRE(canonical(canonical(cell)) == canonical(cell));
    REQUIRE(canonical(small) == canonical(cell));
    REQUIRE((canonical(cell) < small || canonical(cell) == small));
  });
}

TEST_CASE("space: exchanging the inner nodes of an unjoined cell gives the same canonical cell") {
  const nasbench201 cells;
  for_each(cells, [&](std::uint64_t, const nasbench201_cell& cell) {
    const auto& o = cell.operations;
    if (o[2] != nasbench201_operation::none) return;
    REQUIRE(canonical(nasbench201_cell{{o[1], o[0], o[2], o[3], o[5], o[4]}}) == canonical(cell));
  });
}

TEST_CASE("space: there are 6466 cells that the benchmark tells apart") {
  const nasbench201 cells;
  std::set<std::string> keys;
  for_each(cells, [&](std::uint64_t, const nasbench201_cell& cell) { keys.insert(isomorphism_key(cell)); });
  CHECK(keys.size() == 6466);
}

TEST_CASE("space: the classes of isomorphic cells are those of the benchmark table") {
  const auto folder = paragon_test::data_folder();
  if (!folder) return paragon_test::skip("no data folder");
  std::ifstream file(*folder / "nb201" / "nb201_accuracy.csv");
  std::string line;
  std::getline(file, line);
  REQUIRE(line.substr(0, 28) == "arch_str,index,ops,iso_index");
  std::map<std::string, std::string> class_of;
  std::set<std::string> classes;
  std::size_t rows = 0;
  for (; std::getline(file, line); ++rows) {
    const std::size_t first = line.find(',');
    const std::size_t third = line.find(',', line.find(',', first + 1) + 1);
    const std::string iso = line.substr(third + 1, line.find(',', third + 1) - third - 1);
    const auto [at, added] = class_of.emplace(isomorphism_key(nasbench201::parse(line.substr(0, first))), iso);
    REQUIRE(at->second == iso);
    classes.insert(iso);
  }
  CHECK(rows == 15625);
  CHECK(class_of.size() == 6466);
  CHECK(classes.size() == 6466);
}

TEST_CASE("space: cells without a path classify by chance in the benchmark table") {
  const auto folder = paragon_test::data_folder();
  if (!folder) return paragon_test::skip("no data folder");
  std::ifstream file(*folder / "nb201" / "nb201_accuracy.csv");
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const nasbench201_cell cell = nasbench201::parse(line.substr(0, line.find(',')));
    if (is_connected(cell)) continue;
    std::size_t at = 0;
    for (int column = 0; column < 8; ++column) at = line.find(',', at) + 1;  // c10_test_200
    CHECK(std::stod(line.substr(at)) == doctest::Approx(10.0).epsilon(1e-3));
  }
}
