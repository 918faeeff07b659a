// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <paragon/benchmark/nasbench201/api_order.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/hypernetwork/multilayer.hpp>
#include <paragon/nn/parameters.hpp>
#include <paragon/preference/rays.hpp>
#include <paragon/search/decode.hpp>
#include <paragon/search/estimators.hpp>
#include <paragon/search/modnas.hpp>
#include <paragon/search/scorer.hpp>
#include <paragon/space/neighbours.hpp>
#include <paragon/space/shape.hpp>
#include <span>
#include <string>
#include <vector>

#include "nasbench201_problem.hpp"

/// MODNAS on a problem that has learned its predictors.
namespace nasbench201 {

using cell_numbers = std::vector<std::size_t>;

/// The cells that one device's rays chose, and what else is worth saying.
struct choice {
  std::vector<cell_numbers> by_device;
  std::vector<cell_numbers> no_model;    ///< the same refinement from logits that are all zero: a uniform start
  std::vector<cell_numbers> arg_max;     ///< the hypernetwork's own cells, without refinement
  std::vector<cell_numbers> exhaustive;  ///< each ray's best of all cells by the same predictors
  std::size_t evaluations = 0;
  std::size_t steps = 0;  ///< of the training
  paragon::nn::parameters<float> weights{};
};

/// Trains a hypernetwork on the training devices with these objectives, and asks it for a cell for each ray on every device.
/// \param steps  of the training
template <class Scorer, class Observer>
choice search_corrected(Scorer& scorer, const problem& learned, std::uint64_t seed,
                        const paragon::preference::rays& rays, std::size_t steps, Observer& observe) {
  using namespace paragon;
  const std::size_t m = learned.objectives();
  const auto key = paragon::random_key{.seed = seed}.fork("modnas");
  std::vector<typename Scorer::id> every;
  for (const auto& cell : learned.all_cells()) every.push_back(scorer.intern(space::choices_of(learned.space(), cell)));
  scorer.set_origins(every);

  nn::parameters<float> store;
  const hypernetwork::multilayer net(store,
                                     {.objectives = m,
                                      .device_features = learned.devices().front().features.size(),
                                      .choices = space::total_choices(learned.space())},
                                     key.fork("weights"));
  search::modnas<hypernetwork::multilayer> modnas(net, store, {.steps = steps, .objectives = m});
  search::local_expectation<Scorer> estimate(scorer);
  choice result;
  result.steps = modnas
                     .train(std::span(learned.devices()).first(learned.training_devices()), estimate,
                            key.fork("training"), observe)
                     .steps;
  result.weights = modnas.store();

  const auto numbers = [&](const auto& ids) {
    cell_numbers chosen;
    for (const auto i : ids) chosen.push_back(benchmark::nasbench201_api_index(scorer.at(i)));
    return chosen;
  };
  const search::pooled<> decode;
  for (std::size_t d = 0; d < learned.devices().size(); ++d) {
    const auto logits = modnas.logits(learned.devices()[d], rays.values());
    result.by_device.push_back(
        numbers(decode(scorer, d, std::span<const float>(logits), rays.values(), key.fork("choice"))));
  }
  result.evaluations = scorer.known();
  for (std::size_t d = 0; d < learned.devices().size(); ++d) {
    const auto logits = modnas.logits(learned.devices()[d], rays.values());
    const std::vector<float> zeros(logits.size());
    result.no_model.push_back(
        numbers(decode(scorer, d, std::span<const float>(zeros), rays.values(), key.fork("choice"))));
    result.arg_max.push_back(
        numbers(search::arg_max{}(scorer, d, std::span<const float>(logits), rays.values(), key.fork("choice"))));
  }
  std::vector<double> z(every.size() * m);
  for (std::size_t d = 0; d < learned.devices().size(); ++d) {
    scorer.score(every, d, z);
    std::vector<typename Scorer::id> best;
    for (std::size_t r = 0; r < rays.size(); ++r) {
      const auto score = [&](std::size_t i) {
        return decode.scalarisation(std::span<const double>(z).subspan(i * m, m), rays[r]);
      };
      std::size_t pick = 0;
      double least = score(0);
      for (std::size_t i = 1; i < every.size(); ++i) {
        if (const double s = score(i); s < least) {
          least = s;
          pick = i;
        }
      }
      best.push_back(every[pick]);
    }
    result.exhaustive.push_back(numbers(best));
  }
  return result;
}

/// The same with the objectives of a problem that has learned.
template <class Observer>
choice search_corrected(const problem& learned, std::uint64_t seed, const paragon::preference::rays& rays,
                        std::size_t steps, Observer& observe) {
  const auto run = [&](auto... costs) {
    paragon::search::scorer scorer(learned.space(), learned.devices().size(),
                                   error_objective({learned.errors().begin(), learned.errors().end()}), costs...);
    for (std::size_t d = 0; d < learned.devices().size(); ++d) {
      for (std::size_t k = 0; k < learned.objectives(); ++k) scorer.set_scale(k, d, learned.scale(k, d));
    }
    return search_corrected(scorer, learned, seed, rays, steps, observe);
  };
  const auto& costs = learned.costs();
  return costs.size() == 1 ? run(costs[0]) : run(costs[0], costs[1]);
}

}  // namespace nasbench201
