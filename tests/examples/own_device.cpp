// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include <paragon/benchmark/nasbench201/api_order.hpp>
#include <paragon/benchmark/nasbench201/topology.hpp>
#include <paragon/predictor/correlation.hpp>

#include "examples/support/nasbench201_problem.hpp"
#include "examples/support/nasbench201_surrogates.hpp"

namespace benchmark = paragon::benchmark;

namespace {

/// A machine whose runtime leaves out what does not reach the output: ms for the rest, by operation.
double true_latency(const benchmark::nasbench201_cell& cell) {
  constexpr std::array<double, 5> cost{0, 0.03, 0.6, 2.5, 0.4};
  double total = 0.9;
  for (const auto o : benchmark::pruned(cell).operations) total += cost[static_cast<std::size_t>(o)];
  return total;
}

}  // namespace

TEST_CASE("examples: a device of one's own is predicted from its ten reference cells") {
  const auto tables = nasbench201::surrogate_tables();
  nasbench201::own_device own{"mine", {}};
  for (const std::size_t i : tables.reference_indices()) {
    own.references.push_back(true_latency(benchmark::nasbench201_at_api_index(i)));
  }
  nasbench201::problem problem(tables, {.labels = 60, .latency_samples = 90, .seed = 1, .own = {own}});
  problem.learn([](std::string_view, std::size_t, std::size_t, double) { return true; });
  const std::size_t device = problem.devices().size() - 1;
  CHECK(problem.devices().size() == 20);
  CHECK(problem.devices()[device].name == "mine");
  CHECK(problem.devices()[device].features.size() == 10);
  const auto& latency = problem.costs().front();
  CHECK(latency.measurements(device) == 10);
  std::vector<double> predicted;
  std::vector<double> measured;
  for (std::size_t i = 0; i < nasbench201::cells; i += 7) {
    const auto& cell = problem.all_cells()[i];
    predicted.push_back(latency.predictions(device)[i]);
    measured.push_back(true_latency(cell));
    const std::size_t same = benchmark::nasbench201_api_index(benchmark::pruned(cell));
    CHECK(latency.predictions(device)[same] == latency.predictions(device)[i]);
  }
  CHECK(paragon::predictor::spearman(predicted, measured) > 0.97);

  own.references.pop_back();
  CHECK_THROWS_AS(nasbench201::problem(tables, {.own = {own}}), paragon::error);
}
