// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/diffusion/cost_guidance.hpp>
#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/guidance.hpp>
#include <paragon/diffusion/independent_choices.hpp>
#include <paragon/search/pomonag.hpp>

namespace diffusion = paragon::diffusion;
namespace search = paragon::search;
using paragon::benchmark::nasbench201;
using paragon::benchmark::nasbench201_cell;
using graph = paragon::benchmark::nasbench201_diffusion_graph<>;
using exact = diffusion::independent_choices<graph>;

namespace {

using enum paragon::direction;

/// Parameters, and how many edges do something.
struct size_and_activity {
  std::vector<double> operator()(std::span<const nasbench201_cell> cells) const {
    const nasbench201 space;
    std::vector<double> values;
    for (const auto& cell : cells) {
      values.push_back(space.parameters(cell));
      values.push_back(6 - cell.count(paragon::benchmark::nasbench201_operation::none));
    }
    return values;
  }
};
static_assert(search::architecture_judge<size_and_activity, nasbench201_cell>);
static_assert(!search::architecture_judge<int, nasbench201_cell>);

const diffusion::variance_exploding process;
const diffusion::exponential_integrator method{.steps = 20};

}  // namespace

TEST_CASE("search: generated cells are valid, in order, and whatever the batch") {
  const nasbench201 cells;
  exact score(cells, graph{});
  INFO("seed 3");
  const auto whole = search::generate(graph{}, process, score, method, {.seed = 3}, {.samples = 300});
  CHECK(whole.architectures.size() == 300);
  CHECK(whole.raw_valid >= 299);
  CHECK(whole.evaluations == 20);
  CHECK(std::set<nasbench201_cell>(whole.architectures.begin(), whole.architectures.end()).size() > 290);
  CHECK(whole == search::generate(graph{}, process, score, method, {.seed = 3}, {.samples = 300, .batch = 7}));
}

TEST_CASE("search: pomonag judges the different cells, filters and stretches them") {
  const nasbench201 cells;
  exact score(cells, graph{});
  const auto cost = cells.parameter_cost();
  diffusion::cost_guidance parameters(score, cost, 3e5);
  diffusion::guided_score small(diffusion::plain_norms{}, {2}, score, parameters);
  diffusion::guided_score large(diffusion::plain_norms{}, {-2}, score, parameters);
  using guided = decltype(small);
  const std::vector<search::phase<guided>> phases{{"efficient", &small, 150}, {"accurate", &large, 100}};
  const std::vector<paragon::direction> way{minimise, maximise};
  INFO("seed 5");
  const auto found = search::pomonag(graph{}, process, method, std::span<const search::phase<guided>>(phases),
                                     size_and_activity{}, way, 20, {.seed = 5});
  REQUIRE(found.generated.architectures.size() == 250);
  const std::set<nasbench201_cell> different(found.generated.architectures.begin(),
                                             found.generated.architectures.end());
  CHECK(found.candidates.size() == different.size());
  CHECK(std::set<nasbench201_cell>(found.candidates.begin(), found.candidates.end()) == different);
  CHECK(found.width() == 2);
  CHECK(found.objectives == size_and_activity{}(found.candidates));
  const paragon::pareto::points<double> set(found.objectives, 2);
  CHECK(found.front == paragon::pareto::filter(set, way));
  CHECK(found.stretched.size() == std::max<std::size_t>(20, found.front.size()));
  CHECK(std::includes(found.stretched.begin(), found.stretched.end(), found.front.begin(), found.front.end()));
  // The phases pull where they are told to, and have numbers of their own.
  double mean[2] = {};
  for (std::size_t i = 0; i < 250; ++i) {
    mean[i >= 150] += cells.parameters(found.generated.architectures[i]) / (i < 150 ? 150.0 : 100.0);
  }
  CHECK(mean[0] + 3e5 < mean[1]);
  const auto second = search::generate(graph{}, process, large, method, {.seed = 5}, {.samples = 100, .first = 150});
  CHECK(std::equal(second.architectures.begin(), second.architectures.end(),
                   found.generated.architectures.begin() + 150));
}

TEST_CASE("search: pomonag refuses no phases and a judge that does not count") {
  exact score(nasbench201{}, graph{});
  const std::vector<search::phase<exact>> none;
  const std::vector<search::phase<exact>> one{{"all", &score, 5}};
  const std::vector<paragon::direction> way{minimise, minimise, minimise};
  CHECK_THROWS_AS((void)search::pomonag(graph{}, process, method, std::span(none), size_and_activity{}, way, 3, {}),
                  paragon::error);
  CHECK_THROWS_WITH_AS((void)search::pomonag(graph{}, process, method, std::span(one), size_and_activity{}, way, 3, {}),
                       doctest::Contains("3 for each"), paragon::error);
}
