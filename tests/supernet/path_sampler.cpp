// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/supernet/path_sampler.hpp>

using namespace paragon;

namespace {

constexpr std::uint64_t draws = 35'000;

/// Whether a count of `draws` independent events of this probability is within five standard deviations of its mean.
void check_share(std::size_t count, double probability) {
  const double mean = static_cast<double>(draws) * probability;
  INFO("count ", count, " of a mean of ", mean);
  CHECK(std::abs(static_cast<double>(count) - mean) < 5 * std::sqrt(mean * (1 - probability)));
}

bool convolves(std::size_t, std::size_t choice) {
  const auto o = static_cast<benchmark::nasbench201_operation>(choice);
  return o == benchmark::nasbench201_operation::nor_conv_1x1 || o == benchmark::nasbench201_operation::nor_conv_3x3;
}

/// Decisions of three choices without a weighted one, of two weighted ones, and of one each.
struct uneven_space {
  using architecture = std::array<space::choice_index, 3>;
  static std::size_t decisions() { return 3; }
  static std::size_t choice(const architecture& a, std::size_t d) { return a[d]; }
  static architecture from_choices(std::span<const space::choice_index> row) { return {row[0], row[1], row[2]}; }
  static std::size_t choices(std::size_t d) { return d == 0 ? 3 : 2; }
};
static_assert(space::has_decisions<uneven_space>);

}  // namespace

TEST_CASE("supernet: uniform paths take every choice equally often, decision by decision") {
  const supernet::uniform_paths paths(benchmark::nasbench201{}, {.seed = 11});
  std::array<std::array<std::size_t, 5>, 6> taken{};
  std::array<std::size_t, 25> first_two{};
  std::array<space::choice_index, 6> c{};
  for (std::uint64_t step = 0; step < draws; ++step) {
    paths(step, c);
    for (std::size_t d = 0; d < 6; ++d) ++taken[d][c[d]];
    ++first_two[c[0] * 5U + c[1]];
  }
  for (const auto& decision : taken) {
    for (const std::size_t n : decision) check_share(n, 1.0 / 5);
  }
  for (const std::size_t n : first_two) check_share(n, 1.0 / 25);
}

TEST_CASE("supernet: paths of even capacity have as many with k convolutions for every k") {
  const supernet::even_capacity_paths paths(benchmark::nasbench201{}, convolves, {.seed = 12});
  std::array<std::size_t, 7> by_capacity{};
  std::array<std::array<std::size_t, 5>, 6> taken{};
  std::map<std::vector<bool>, std::size_t> pairs;  // which two edges convolve
  std::array<space::choice_index, 6> c{};
  for (std::uint64_t step = 0; step < draws; ++step) {
    paths(step, c);
    std::vector<bool> where;
    std::size_t k = 0;
    for (std::size_t d = 0; d < 6; ++d) {
      where.push_back(convolves(d, c[d]));
      k += where.back() ? 1U : 0U;
      ++taken[d][c[d]];
    }
    ++by_capacity[k];
    if (k == 2) ++pairs[where];
  }
  for (const std::size_t n : by_capacity) check_share(n, 1.0 / 7);
  CHECK(pairs.size() == 15);
  for (const auto& [where, n] : pairs) check_share(n, 1.0 / 7 / 15);
  for (const auto& decision : taken) {
    for (std::size_t choice = 0; choice < 5; ++choice) {
      check_share(decision[choice], convolves(0, choice) ? 1.0 / 4 : 1.0 / 6);
    }
  }
}

TEST_CASE("supernet: where a decision has choices of one kind only, paths of even capacity draw among them") {
  const auto weighted = [](std::size_t d, std::size_t c) { return d == 1 || (d == 2 && c == 1); };
  const supernet::even_capacity_paths paths(uneven_space{}, weighted, {.seed = 13});
  std::array<std::array<std::size_t, 3>, 3> taken{};
  std::array<space::choice_index, 3> c{};
  for (std::uint64_t step = 0; step < draws; ++step) {
    paths(step, c);
    for (std::size_t d = 0; d < 3; ++d) ++taken[d][c[d]];
  }
  for (std::size_t d = 0; d < 3; ++d) {
    for (std::size_t i = 0; i < uneven_space::choices(d); ++i) {
      check_share(taken[d][i], 1 / static_cast<double>(uneven_space::choices(d)));
    }
  }
}

TEST_CASE("supernet: a path is a function of its step alone") {
  const benchmark::nasbench201 space;
  const supernet::uniform_paths uniform(space, {.seed = 14});
  const supernet::even_capacity_paths even(space, convolves, {.seed = 14});
  const auto row = [](const auto& paths, std::uint64_t first) {
    std::vector<std::array<space::choice_index, 6>> all(10);
    for (std::uint64_t i = 0; i < 10; ++i) paths(first == 0 ? i : 9 - i, all[first == 0 ? i : 9 - i]);
    return all;
  };
  CHECK(row(uniform, 0) == row(uniform, 1));
  CHECK(row(even, 0) == row(even, 1));
  CHECK(row(uniform, 0)[3] != row(uniform, 0)[4]);
}
