// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <paragon/benchmark/nasbench201/descriptor.hpp>
#include <paragon/benchmark/nasbench201/tables.hpp>
#include <paragon/core/error.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <paragon/preference/rays.hpp>
#include <paragon/search/label_selection.hpp>

#include "../support.hpp"
#include "small_spaces.hpp"

using namespace paragon;
using paragon_test::pipes;
using process = predictor::gaussian_process<space::choice_descriptor<pipes>>;

namespace {

constexpr predictor::gaussian_process_settings quick{.first_steps = 20, .next_steps = 5};

std::vector<pipes::architecture> some_pipes(std::size_t n) {
  std::vector<pipes::architecture> result;
  for (std::size_t i = 0; i < n; ++i) result.push_back(pipes::at(i * 7 % pipes::size));
  return result;
}

/// Resistance is to be learned; costs on two devices are known.
double resistance(const pipes::architecture& a) { return 10 / paragon_test::pipe_flow::value(a, 0); }
std::vector<search::other_objectives> costs(const std::vector<pipes::architecture>& candidates) {
  std::vector<search::other_objectives> result(2);
  for (std::size_t d = 0; d < 2; ++d) {
    for (const auto& a : candidates) result[d].push_back(paragon_test::pipe_cost::value(a, d) / 40);
  }
  return result;
}

struct run {
  std::vector<int> asked;
  search::labelled labels;
};
run select(const std::vector<pipes::architecture>& candidates, const search::label_settings& settings,
           std::uint64_t seed) {
  run r{std::vector<int>(candidates.size()), {}};
  process gp({}, quick);
  const auto others = costs(candidates);
  r.labels = search::select_labels(gp, space::choice_descriptor<pipes>{},
                                   std::span<const pipes::architecture>(candidates), others,
                                   [&](std::size_t i) {
                                     ++r.asked[i];
                                     return resistance(candidates[i]);
                                   },
                                   settings, {.seed = seed});
  return r;
}

}  // namespace

TEST_CASE("search: labels are asked once each and stay within their budget") {
  const auto candidates = some_pipes(300);
  for (const std::size_t labels : {2U, 20U, 25U, 61U}) {
    const search::label_settings settings{.labels = labels, .first = 20, .round = 7, .angles = 3};
    const run r = select(candidates, settings, 101);
    CHECK(r.labels.candidates.size() == labels);
    CHECK(r.labels.targets.size() == labels);
    CHECK(std::accumulate(r.asked.begin(), r.asked.end(), 0) == static_cast<int>(labels));
    CHECK(*std::max_element(r.asked.begin(), r.asked.end()) == 1);
    for (std::size_t i = 0; i < labels; ++i) {
      CHECK(r.asked[r.labels.candidates[i]] == 1);
      CHECK(r.labels.targets[i] == resistance(candidates[r.labels.candidates[i]]));
    }
  }
  // Every candidate may be labelled.
  const run all = select(some_pipes(40), {.labels = 40, .first = 10, .round = 10, .angles = 1}, 102);
  CHECK(*std::min_element(all.asked.begin(), all.asked.end()) == 1);
}

TEST_CASE("search: label selection is deterministic") {
  const auto candidates = some_pipes(300);
  const search::label_settings settings{.labels = 40, .first = 10, .round = 10, .angles = 3};
  const auto first = select(candidates, settings, 103).labels.candidates;
  CHECK(select(candidates, settings, 103).labels.candidates == first);
  CHECK(select(candidates, settings, 104).labels.candidates != first);
}

TEST_CASE("search: later labels lie nearer to the front than the first") {
  const auto candidates = some_pipes(1000);
  const auto others = costs(candidates);
  const run r = select(candidates, {.labels = 60, .first = 20, .round = 10, .angles = 4, .width = 3}, 105);
  // How far a candidate is from the best for the ray that suits it best, on the better device.
  const auto rays = preference::circle(16);
  const preference::smooth_tchebycheff scalarise{.mu = 0.03};
  std::array<double, 2> part{};
  for (std::size_t k = 0; k < 60; ++k) {
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t d = 0; d < 2; ++d) {
      for (std::size_t w = 0; w < rays.size(); ++w) {
        const auto score = [&](std::size_t i) {
          return scalarise(std::array{(resistance(candidates[i]) - 1.5) / 3, others[d][i]}, rays[w]);
        };
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < candidates.size(); ++i) least = std::min(least, score(i));
        nearest = std::min(nearest, score(r.labels.candidates[k]) - least);
      }
    }
    part[k < 20 ? 0 : 1] += nearest / (k < 20 ? 20 : 40);
  }
  INFO("distance of the first labels " << part[0] << ", of the later ones " << part[1]);
  CHECK(part[1] < 0.5 * part[0]);
}

namespace {

/// Sees the first three widths alone.
struct half_blind {
  using architecture = pipes::architecture;
  std::size_t decisions() const { return 3; }
  std::size_t choices(std::size_t) const { return 4; }
  std::size_t features() const { return 1; }
  void describe(const architecture& a, std::span<space::choice_index> choices, std::span<double> features) const {
    features[0] = 0;
    for (std::size_t d = 0; d < 3; ++d) {
      choices[d] = a.widths[d];
      features[0] += a.widths[d];
    }
  }
};
static_assert(space::architecture_descriptor<half_blind>);

}  // namespace

TEST_CASE("search: candidates that the descriptor cannot tell apart are labelled once") {
  const auto candidates = some_pipes(512);
  const auto others = costs(candidates);
  predictor::gaussian_process<half_blind> gp({}, quick);
  const auto labels = search::select_labels(gp, half_blind{}, std::span<const pipes::architecture>(candidates), others,
                                            [&](std::size_t i) { return resistance(candidates[i]); },
                                            {.labels = 40, .first = 2, .round = 10, .angles = 2}, {.seed = 106});
  std::vector<std::array<space::choice_index, 3>> seen;
  for (const std::size_t i : labels.candidates) {
    const auto& w = candidates[i].widths;
    seen.push_back({w[0], w[1], w[2]});
  }
  std::sort(seen.begin(), seen.end());
  CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  // Once all 64 kinds are known, others of a kind are labelled.
  const auto more = search::select_labels(gp, half_blind{}, std::span<const pipes::architecture>(candidates), others,
                                          [&](std::size_t i) { return resistance(candidates[i]); },
                                          {.labels = 70, .first = 60, .round = 10, .angles = 2}, {.seed = 107});
  CHECK(more.candidates.size() == 70);
}

TEST_CASE("search: an observer can stop label selection") {
  const auto candidates = some_pipes(200);
  const auto others = costs(candidates);
  process gp({}, quick);
  std::size_t calls = 0;
  const auto labels = search::select_labels(
      gp, space::choice_descriptor<pipes>{}, std::span<const pipes::architecture>(candidates), others,
      [&](std::size_t i) { return resistance(candidates[i]); }, {.labels = 60, .first = 10, .round = 10, .angles = 2},
      {.seed = 108}, preference::smooth_tchebycheff{},
      [&](auto, std::size_t, std::size_t total, double) {
        CHECK(total == 60);
        return ++calls < 3;
      });
  CHECK(labels.candidates.size() == 30);
  CHECK(gp.predict(candidates).size() == 200);  // trained with them
}

TEST_CASE("search: candidates near the front are different ones, and never excluded ones") {
  const auto candidates = some_pipes(200);
  const auto others = costs(candidates);
  std::vector<double> learned;
  for (const auto& a : candidates) learned.push_back(resistance(a) / 3);
  const auto odd = [](std::size_t i) { return i % 2 == 1; };
  auto chosen = search::front_candidates(std::span<const double>(learned), others[0], 50, odd, {.seed = 109});
  CHECK(chosen.size() == 50);
  CHECK(std::none_of(chosen.begin(), chosen.end(), odd));
  CHECK(chosen == search::front_candidates(std::span<const double>(learned), others[0], 50, odd, {.seed = 109}));
  std::sort(chosen.begin(), chosen.end());
  CHECK(std::adjacent_find(chosen.begin(), chosen.end()) == chosen.end());
  // As many as there are.
  CHECK(search::front_candidates(std::span<const double>(learned), others[0], 300, odd, {.seed = 109}).size() == 100);
  const auto all = [](std::size_t) { return true; };
  CHECK(search::front_candidates(std::span<const double>(learned), others[0], 3, all, {}).empty());
  // The first is the best of its ray.
  const auto none = [](std::size_t) { return false; };
  const auto first = search::front_candidates(std::span<const double>(learned), others[0], 1, none, {.seed = 110});
  std::array<double, 2> ray{};
  preference::sphere{}(std::span<double>(ray), {.seed = 110}, 0);
  std::size_t best = 0;
  const auto score = [&](std::size_t i) {
    return preference::smooth_tchebycheff{.mu = 0.03}(std::array{learned[i], others[0][i]}, ray);
  };
  for (std::size_t i = 1; i < candidates.size(); ++i) best = score(i) < score(best) ? i : best;
  CHECK(first == std::vector<std::size_t>{best});
}

TEST_CASE("search: label selection says what is wrong with its input") {
  const auto candidates = some_pipes(10);
  auto others = costs(candidates);
  process gp({}, quick);
  const auto run = [&](const search::label_settings& settings) {
    try {
      (void)search::select_labels(gp, space::choice_descriptor<pipes>{},
                                  std::span<const pipes::architecture>(candidates), others,
                                  [&](std::size_t) { return 1.0; }, settings, {});
    } catch (const error& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  CHECK(run({.labels = 1}).starts_with("search::select_labels: 1 labels of 10 candidates for 2 devices"));
  CHECK(run({.labels = 11}) != "no error");
  CHECK(run({.labels = 5, .first = 1}) != "no error");
  CHECK(run({.labels = 5, .first = 2, .round = 0}) != "no error");
  CHECK(run({.labels = 5, .width = 0}) != "no error");
  others[1].pop_back();
  CHECK(run({.labels = 5}) != "no error");
  others.clear();
  CHECK(run({.labels = 5}) != "no error");
}

TEST_CASE("search: chosen labels give better fronts than random ones on the real table") {
  const auto folder = paragon_test::data_folder();
  if (!folder || !std::filesystem::is_directory(*folder / "nb201")) return paragon_test::skip("no benchmark tables");
  const benchmark::nasbench201_tables tables(*folder);
  std::vector<benchmark::nasbench201_cell> cells;
  for (std::size_t i = 0; i < 15625; ++i) cells.push_back(benchmark::nasbench201_at_api_index(i));
  const auto accuracy = tables.judge().validation_accuracy("cifar10");
  const std::vector<std::string> names{"1080ti_1", "silver_4114", "pixel2"};
  std::vector<search::other_objectives> others;
  for (const auto& name : names) {
    const auto latency = tables.judge().latency(name);
    std::vector<double> sorted(latency.begin(), latency.end());
    std::sort(sorted.begin(), sorted.end());
    others.emplace_back();
    for (const double l : latency) others.back().push_back((l - sorted.front()) / (sorted.back() - sorted.front()));
  }
  const auto target = [&](std::size_t i) { return std::min(std::log(100 - accuracy[i]), std::log(30.0)); };

  // The part of the true front's volume that 24 cells reach when a process chooses them by its predictions.
  using cell_process = predictor::gaussian_process<benchmark::nasbench201_descriptor>;
  const auto rays = preference::circle(24);
  const auto quality = [&](const cell_process& gp) {
    const auto estimates = gp.predict_with_deviations(cells);
    double least = std::numeric_limits<double>::infinity();
    for (const auto& e : estimates) least = std::min(least, e.mean);
    double sum = 0;
    for (const auto& other : others) {
      std::vector<std::array<double, 2>> all;
      for (std::size_t i = 0; i < cells.size(); ++i) all.push_back({100 - accuracy[i], other[i]});
      std::vector<std::array<double, 2>> found;
      for (std::size_t r = 0; r < rays.size(); ++r) {
        std::size_t best = 0;
        double score = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < cells.size(); ++i) {
          const std::array z{(estimates[i].mean - least) / 2, other[i]};
          const double s = preference::smooth_tchebycheff{.mu = 0.03}(z, rays[r]);
          if (s < score) {
            score = s;
            best = i;
          }
        }
        found.push_back(all[best]);
      }
      sum += pareto::hypervolume(found, {30.0, 1.0}).value / pareto::hypervolume(all, {30.0, 1.0}).value;
    }
    return sum / static_cast<double>(others.size());
  };

  double chosen = 0;
  double random = 0;
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    for (const bool choose : {true, false}) {
      cell_process gp({}, {.first_steps = 60, .next_steps = 20});
      search::label_settings settings{.labels = 120};
      if (!choose) settings.first = settings.labels;
      (void)search::select_labels(gp, benchmark::nasbench201_descriptor{},
                                  std::span<const benchmark::nasbench201_cell>(cells), others, target, settings,
                                  {.seed = seed});
      (choose ? chosen : random) += quality(gp) / 2;
    }
  }
  INFO("hypervolume with chosen labels " << chosen << ", with random ones " << random);
  CHECK(chosen > random);
  MESSAGE("hypervolume with chosen labels " << chosen << ", with random ones " << random);
}
