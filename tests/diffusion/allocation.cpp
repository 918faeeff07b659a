// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// Counts the calls of the global operator new of this program: from the second evaluation on there is none.
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <vector>

#include <paragon/autodiff/reduce.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/diffusion/cost_guidance.hpp>
#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/guidance.hpp>
#include <paragon/diffusion/independent_choices.hpp>
#include <paragon/diffusion/predictor_corrector.hpp>
#include <paragon/diffusion/probability_flow.hpp>
#include <paragon/diffusion/relaxed_guidance.hpp>
#include <paragon/diffusion/score_evaluator.hpp>
#include <paragon/diffusion/score_graph.hpp>
#include <paragon/diffusion/tilted_guidance.hpp>

#include "../counting_new.hpp"

namespace df = paragon::diffusion;
using paragon::shape;
using paragon::tensor;
using paragon_test::allocations;

TEST_CASE("diffusion: from the second evaluation on nothing is allocated") {
  const df::score_network_settings settings{
      .nodes = 8, .operators = 7, .width = 16, .layers = 24, .heads = 4, .inner = 24, .head = 384};
  paragon::nn::parameters<float> store;
  const df::score_network<df::one_hot_rows> network(store, settings, {.seed = 1});
  df::score_evaluator<float> score(network, store, df::full_mask(8), {.strassen = 1});
  score.prepare(std::array<df::moment, 2>{df::moment{0.5, 1, 2, 2}, df::moment{0.4, 1, 1, 1}});
  const tensor<float> x(shape{70, 8, 7});
  tensor<float> out(x.shape());
  const std::size_t start = allocations;
  const std::vector<int> counted_as_well(10);
  REQUIRE(allocations == start + 1);
  score.evaluate(x, 0, out);
  const std::size_t before = allocations;
  score.evaluate(x, 1, out);
  score.denoise(x, 1, out);
  CHECK(allocations == before);
}

namespace {

/// Allocations of a run of so many steps, after one that took the memory.
template <class Solver, class Score>
std::size_t allocations_of(Solver solver, std::size_t steps, Score& score) {
  const df::variance_exploding process;
  solver.steps = steps;
  const auto way = solver.way(process);
  score.prepare(way);
  std::size_t count = 0;
  for (int run = 0; run < 2; ++run) {
    tensor<float> x(shape{5, 8, 7});
    const df::sample_noise noise{{.seed = 1}, 0};
    noise.fill(0, x);
    const std::size_t before = allocations;
    solver.run(process, std::span<const df::moment>(way), score, noise, x);
    count = allocations - before;
  }
  return count;
}

template <class Score>
void check_all_solvers(Score& score) {
  const auto same = [&](const auto& solver) {
    CHECK(allocations_of(solver, 6, score) == allocations_of(solver, 18, score));
  };
  same(df::exponential_integrator{});
  same(df::exponential_integrator{.stochastic = true});
  same(df::probability_flow{});
  same(df::predictor_corrector<df::euler_maruyama, df::langevin>{});
  same(df::predictor_corrector<df::reverse_diffusion, df::langevin_by_batch>{});
}

}  // namespace

TEST_CASE("diffusion: a run allocates as often for many steps as for few, guided or not") {
  using graph = paragon::benchmark::nasbench201_diffusion_graph<>;
  const paragon::benchmark::nasbench201 cells;
  df::independent_choices<graph> exact(cells, graph{});
  check_all_solvers(exact);
  const auto sums = [](auto&, auto rows) { return paragon::autodiff::sum_columns(rows); };
  df::relaxed_guidance relaxed(exact, sums);
  df::cost_guidance cost(exact, cells.mac_cost(), 1e7);
  df::guided_score guided(df::plain_norms{}, {1, 2}, exact, relaxed, cost);
  check_all_solvers(guided);
  df::tilted_guidance tilted(exact, sums, {cells.mac_cost()}, {1, 1e-7});
  tilted.exclude(std::span<const paragon::benchmark::nasbench201_cell>(std::vector{cells.at(3), cells.at(9)}));
  df::guided_score all(df::plain_norms{}, {1}, exact, tilted);
  check_all_solvers(all);
}
