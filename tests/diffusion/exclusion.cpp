// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keeping samples away from architectures that are known already.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <set>
#include <span>
#include <vector>

#include <paragon/autodiff/reduce.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/guidance.hpp>
#include <paragon/diffusion/independent_choices.hpp>
#include <paragon/diffusion/tilted_guidance.hpp>
#include <paragon/search/pomonag.hpp>
#include <paragon/space/one_hot.hpp>

namespace diffusion = paragon::diffusion;
namespace search = paragon::search;
using paragon::benchmark::nasbench201;
using paragon::benchmark::nasbench201_cell;
using graph = paragon::benchmark::nasbench201_diffusion_graph<>;

TEST_CASE("diffusion: choices given that the architecture is none of the known ones, against all cells") {
  const nasbench201 cells;
  diffusion::independent_choices<graph, double> choices(cells, graph{});
  constexpr std::uint64_t seed = 11;
  INFO("seed ", seed);
  const paragon::random_key key{.seed = seed};
  std::vector<double> p(30);
  for (std::size_t k = 0; k < 30; ++k) p[k] = std::exp(2 * key.normal(k));
  for (std::size_t d = 0; d < 6; ++d) {
    double sum = 0;
    for (std::size_t c = 0; c < 5; ++c) sum += p[5 * d + c];
    for (std::size_t c = 0; c < 5; ++c) p[5 * d + c] /= sum;
  }
  std::set<nasbench201_cell> known;
  for (std::uint64_t i = 0; known.size() < 40; ++i) known.insert(cells.at(key.fork("known").below(cells.size(), i)));
  std::vector<double> expected(30);
  double total = 0;
  std::vector<double> row(30);
  for (std::uint64_t i = 0; i < cells.size(); ++i) {
    const auto cell = cells.at(i);
    if (known.contains(cell)) continue;
    paragon::space::one_hot(cells, cell, std::span<double>(row));
    double probability = 1;
    for (std::size_t k = 0; k < 30; ++k) probability *= row[k] > 0 ? p[k] : 1;
    total += probability;
    for (std::size_t k = 0; k < 30; ++k) expected[k] += probability * row[k];
  }
  std::vector<std::size_t> numbers;
  for (const auto& cell : known) choices.append_choices(cell, numbers);
  CHECK(numbers.size() == 240);
  choices.condition(numbers, p);
  for (std::size_t k = 0; k < 30; ++k) CHECK(p[k] == doctest::Approx(expected[k] / total).epsilon(1e-9));
}

TEST_CASE("diffusion: where nothing else is possible, known architectures stay") {
  const nasbench201 cells;
  diffusion::independent_choices<graph, double> choices(cells, graph{});
  std::vector<double> p(30);
  paragon::space::one_hot(cells, cells.at(77), std::span<double>(p));
  const std::vector<double> before = p;
  std::vector<std::size_t> numbers;
  choices.append_choices(cells.at(77), numbers);
  choices.condition(numbers, p);
  CHECK(p == before);
}

TEST_CASE("search: pomonag's later phases keep away from what earlier ones found") {
  const nasbench201 cells;
  diffusion::independent_choices<graph> score(cells, graph{});
  const auto flat = [](auto&, auto rows) { return paragon::autodiff::sum_columns(rows); };  // the same for all
  paragon::space::linear_cost cost{0, std::vector<double>(30)};  // strong: only none and skip_connect, 64 cells
  for (std::size_t k = 0; k < 30; ++k) cost.coefficients[k] = k % 5 >= 2 ? 12 : 0;
  const diffusion::variance_exploding process;
  const auto distinct = [&](std::size_t each) {
    diffusion::tilted_guidance small(score, flat, {cost}, {0, 1});
    diffusion::guided_score guided(diffusion::plain_norms{}, {1}, score, small);
    std::vector<search::phase<decltype(guided)>> phases;
    for (std::size_t done = 0; done < 64; done += each) phases.push_back({"small", &guided, each});
    const std::vector<paragon::direction> way(1, paragon::direction::minimise);
    const auto judge = [&](std::span<const nasbench201_cell> found) {
      std::vector<double> sizes;
      for (const auto& c : found) sizes.push_back(cells.parameters(c));
      return sizes;
    };
    return search::pomonag(graph{}, process, diffusion::exponential_integrator{},
                           std::span<const search::phase<decltype(guided)>>(phases), judge, way, 1, {.seed = 5})
        .candidates.size();
  };
  INFO("seed 5");
  CHECK(distinct(64) < 48);  // a draw of 64 of 64 has 40.6 different ones on average
  CHECK(distinct(4) > 52);
}
