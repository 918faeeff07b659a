// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include <paragon/benchmark/nasbench201/flow_features.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/topology.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/space/enumerate.hpp>
#include <paragon/space/one_hot.hpp>

using namespace paragon::benchmark;
using namespace paragon::space;
using flow = nasbench201_flow_features;
using cell_type = nasbench201_cell;

namespace {

std::array<double, 5> evaluate(std::size_t hypothesis, const std::array<double, 30>& row) {
  std::array<double, 5> out{-1, -1, -1, -1, -1};
  flow::evaluate<double>(hypothesis, row, out);
  return out;
}

/// Which nodes the input reaches, and which reach the output: messages are passed until nothing changes.
struct reach {
  std::array<bool, 4> from_input{true, false, false, false};
  std::array<bool, 4> to_output{false, false, false, true};
  explicit reach(const cell_type& cell) {
    for (int round = 0; round < 4; ++round) {
      for (std::size_t e = 0; e < 6; ++e) {
        if (cell.operations[e] == nasbench201_operation::none) continue;
        const auto s = cell_type::source[e];
        const auto t = cell_type::target[e];
        from_input[t] = from_input[t] || from_input[s];
        to_output[s] = to_output[s] || to_output[t];
      }
    }
  }
};

/// Six independent distributions over the operations.
std::array<double, 30> distributions(paragon::random_key key, bool sharp) {
  std::array<double, 30> row{};
  for (std::size_t e = 0; e < 6; ++e) {
    double sum = 0;
    for (std::size_t o = 0; o < 5; ++o) sum += row[5 * e + o] = std::pow(key.uniform(5 * e + o), sharp ? 6 : 1);
    for (std::size_t o = 0; o < 5; ++o) row[5 * e + o] /= sum;
  }
  return row;
}

}  // namespace

TEST_CASE("space: flow features of a cell count the edges that each hypothesis takes as used") {
  const nasbench201 cells;
  std::array<double, 30> row{};
  for_each(cells, [&](std::uint64_t, const cell_type& cell) {
    one_hot<double>(cells, cell, row);
    const reach nodes(cell);
    const auto live = live_edges(cell);
    std::array<std::array<double, 5>, 4> expected{};
    for (std::size_t e = 0; e < 6; ++e) {
      const auto o = static_cast<std::size_t>(cell.operations[e]);
      if (o == 0) continue;
      expected[0][o] += 1;
      expected[1][o] += nodes.from_input[cell_type::source[e]];
      expected[2][o] += nodes.to_output[cell_type::target[e]];
      expected[3][o] += live[e];
    }
    for (std::size_t h = 0; h < 4; ++h) {
      expected[h][0] = 1;
      REQUIRE(evaluate(h, row) == expected[h]);
    }
  });
}

TEST_CASE("space: flow features of a pruned cell are the same under every hypothesis") {
  const nasbench201 cells;
  std::array<double, 30> row{};
  for_each(cells, [&](std::uint64_t, const cell_type& cell) {
    one_hot<double>(cells, cell, row);
    const auto both = evaluate(3, row);
    one_hot<double>(cells, pruned(cell), row);
    for (std::size_t h = 0; h < 4; ++h) REQUIRE(evaluate(h, row) == both);
  });
}

TEST_CASE("space: flow features of a relaxed cell are their expectation over cells with independent edges") {
  const nasbench201 cells;
  const paragon::random_key key{.seed = 201};
  INFO("seed " << key.seed);
  std::array<double, 30> hot{};
  for (std::uint32_t draw = 0; draw < 6; ++draw) {
    CAPTURE(draw);
    const auto row = distributions(key.fork(draw), draw % 2 == 1);
    std::array<std::array<double, 5>, 4> expected{};
    for_each(cells, [&](std::uint64_t, const cell_type& cell) {
      double probability = 1;
      for (std::size_t e = 0; e < 6; ++e) probability *= row[5 * e + static_cast<std::size_t>(cell.operations[e])];
      one_hot<double>(cells, cell, hot);
      for (std::size_t h = 0; h < 4; ++h) {
        const auto features = evaluate(h, hot);
        for (std::size_t k = 0; k < 5; ++k) expected[h][k] += probability * features[k];
      }
    });
    for (std::size_t h = 0; h < 4; ++h) {
      const auto found = evaluate(h, row);
      for (std::size_t k = 0; k < 5; ++k) CHECK(found[k] == doctest::Approx(expected[h][k]).epsilon(1e-12));
    }
  }
}

TEST_CASE("space: adjoints of flow features agree with central differences") {
  const paragon::random_key key{.seed = 202};
  INFO("seed " << key.seed);
  for (std::uint32_t draw = 0; draw < 8; ++draw) {
    // Any real row: the polynomial does not know of probabilities. One-hot rows are met as well.
    std::array<double, 30> row{};
    if (draw % 2 == 0) {
      for (std::size_t i = 0; i < 30; ++i) row[i] = key.fork(draw).normal(i);
    } else {
      one_hot<double>(nasbench201{}, nasbench201::at(key.fork(draw).below(15625, 0)), row);
    }
    for (std::size_t h = 0; h < 4; ++h) {
      std::array<double, 5> upstream{};
      for (std::size_t k = 0; k < 5; ++k) upstream[k] = key.fork(draw).normal(100 + k);
      std::array<double, 30> gradient{};
      gradient.fill(0.25);  // the adjoint adds
      flow::add_adjoint<double>(h, row, upstream, gradient);
      for (std::size_t i = 0; i < 30; ++i) {
        CAPTURE(h);
        CAPTURE(i);
        const double step = 1e-5;
        auto moved = row;
        moved[i] = row[i] + step;
        const auto up = evaluate(h, moved);
        moved[i] = row[i] - step;
        const auto down = evaluate(h, moved);
        double slope = 0;
        for (std::size_t k = 0; k < 5; ++k) slope += upstream[k] * (up[k] - down[k]) / (2 * step);
        CHECK(std::abs(gradient[i] - 0.25 - slope) < 1e-8 * std::max(1.0, std::abs(slope)));
      }
    }
  }
}
