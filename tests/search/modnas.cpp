// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <paragon/autodiff/linear.hpp>
#include <paragon/backend/cpu.hpp>
#include <paragon/core/error.hpp>
#include <paragon/gradient/frank_wolfe.hpp>
#include <paragon/gradient/mean.hpp>
#include <paragon/gradient/pcgrad.hpp>
#include <paragon/gradient/published_frank_wolfe.hpp>
#include <paragon/hypernetwork/lookup_bank.hpp>
#include <paragon/hypernetwork/multilayer.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/preference/dirichlet.hpp>
#include <paragon/preference/rays.hpp>
#include <paragon/search/decode.hpp>
#include <paragon/search/modnas.hpp>
#include <paragon/search/scorer.hpp>

#include "small_spaces.hpp"

using namespace paragon;
using paragon_test::pipes;
using search::scorer;

namespace {

const std::vector<search::device> two_devices{{"rising", {-1}}, {"falling", {1}}};

auto two_objectives() {
  scorer judge(pipes{}, 2, paragon_test::pipe_flow{}, paragon_test::pipe_cost{});
  judge.fit_scales(paragon_test::all_of<pipes>(judge), 1.0);
  return judge;
}

hypernetwork::multilayer network(nn::parameters<float>& store, std::size_t objectives = 2, std::size_t width = 32) {
  return {store,
          {.objectives = objectives, .device_features = 1, .choices = 24, .width = width},
          paragon::random_key{.seed = 91}};
}

/// The parameters after a short training, with everything that may be chosen.
template <class Weighting = gradient::normalised<gradient::min_norm, gradient::unit_length>>
std::vector<float> trained(std::uint64_t seed, Weighting weighting = {}, std::size_t steps = 20, std::size_t rows = 4,
                           std::size_t width = 32) {
  auto judge = two_objectives();
  nn::parameters<float> store;
  const auto net = network(store, 2, width);
  search::modnas model(net, store, {.steps = steps, .rows = rows}, weighting);
  search::local_expectation estimate(judge);
  const auto report = model.train(two_devices, estimate, {.seed = seed});
  CHECK(report.steps == steps);
  CHECK(std::isfinite(report.loss));
  const auto* p = model.store().data();
  return {p, p + model.store().size()};
}

std::string message(auto&& action) {
  try {
    action();
  } catch (const error& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("search: modnas finds the fronts of both devices of a space that can be enumerated") {
  auto judge = two_objectives();
  const auto all = paragon_test::all_of<pipes>(judge);
  nn::parameters<float> store;
  const auto net = network(store);
  search::modnas model(net, store, {.steps = 800, .rows = 16});
  search::local_expectation estimate(judge);
  const auto report = model.train(two_devices, estimate, {.seed = 92});
  CHECK(report.steps == 800);
  CHECK(!report.stopped);
  CHECK(report.unsolved == 0);

  const auto rays = preference::circle(24);
  const preference::smooth_tchebycheff scalarise{.mu = 0.03};
  for (std::size_t d = 0; d < 2; ++d) {
    const auto best = paragon_test::best_scores(judge, all, d, rays.values(), scalarise);
    const auto logits = model.logits(two_devices[d], rays.values());
    const auto regret = [&](const auto& picks) {
      double sum = 0;
      for (std::size_t r = 0; r < rays.size(); ++r) {
        std::vector<double> z(2);
        judge.score(std::span(picks).subspan(r, 1), d, z);
        sum += (scalarise(z, rays[r]) - best[r]) / static_cast<double>(rays.size());
      }
      return sum;
    };
    // What the network itself proposes is near to the best, in a unit in which the whole space spans 1; what is pooled
    // is the best.
    const auto proposed = search::arg_max{}(judge, d, logits, rays.values());
    INFO("regret " << regret(proposed));
    CHECK(regret(proposed) < 0.02);
    CHECK(regret(judge.sample(24, {.seed = 93})) > 0.1);
    const auto pooled = search::pooled<>{}(judge, d, logits, rays.values(), {.seed = 94});
    CHECK(regret(pooled) == 0);

    // They lie on the true front.
    std::vector<double> z(2 * all.size());
    judge.score(all, d, z);
    const auto front = pareto::filter(pareto::points<double>(z, 2), pareto::keep_all{});
    for (const auto i : pooled) CHECK(std::find(front.begin(), front.end(), i) != front.end());
  }
}

TEST_CASE("search: modnas runs with three objectives") {
  scorer judge(pipes{}, 2, paragon_test::pipe_flow{}, paragon_test::pipe_cost{}, paragon_test::pipe_noise{});
  const auto all = paragon_test::all_of<pipes>(judge);
  judge.fit_scales(all, 1.0);
  nn::parameters<float> store;
  const auto net = network(store, 3);
  search::modnas model(net, store, {.steps = 800, .rows = 16, .objectives = 3});
  search::local_expectation estimate(judge);
  (void)model.train(two_devices, estimate, {.seed = 95});
  const auto rays = preference::simplex_grid(3, 6);
  const preference::smooth_tchebycheff scalarise{.mu = 0.03};
  for (std::size_t d = 0; d < 2; ++d) {
    const auto best = paragon_test::best_scores(judge, all, d, rays.values(), scalarise);
    const auto picks = search::arg_max{}(judge, d, model.logits(two_devices[d], rays.values()), rays.values());
    double regret = 0;
    for (std::size_t r = 0; r < rays.size(); ++r) {
      std::vector<double> z(3);
      judge.score(std::span(picks).subspan(r, 1), d, z);
      regret += (scalarise(z, rays[r]) - best[r]) / static_cast<double>(rays.size());
    }
    INFO("regret " << regret);
    CHECK(regret < 0.05);
  }
}

TEST_CASE("search: the same seed gives the same parameters for any number of threads") {
  // Large enough for every kernel to cut its work into several blocks.
  const auto train = [](std::uint64_t seed) {
    return trained(seed, gradient::normalised<gradient::min_norm, gradient::unit_length>{}, 5, 128, 320);
  };
  const auto expected = train(7);
  for (const std::size_t threads : {1U, 2U, 3U}) {
    paragon::thread_pool pool(threads);
    const backend::cpu::use_pool kernels(pool);
    CHECK(train(7) == expected);
  }
  CHECK(train(8) != expected);
}

TEST_CASE("search: modnas takes any weighting of gradients") {
  const auto exact = trained(7);
  const auto mean = trained(7, gradient::mean{});
  CHECK(mean != exact);
  CHECK(trained(7, gradient::published_frank_wolfe{}) != mean);
  CHECK(trained(7, gradient::pcgrad{}) != mean);
  // Two ways to the same point of least norm.
  const auto iterated = trained(7, gradient::normalised<gradient::frank_wolfe, gradient::unit_length>{}, 3);
  const auto solved = trained(7, gradient::normalised<gradient::min_norm, gradient::unit_length>{}, 3);
  for (std::size_t i = 0; i < solved.size(); ++i) CHECK(iterated[i] == doctest::Approx(solved[i]).epsilon(1e-3));
}

namespace {

/// Objectives linear in the relaxed architecture: the share of wide pipes, and of narrow ones.
struct wide_and_narrow {
  tensor<float> coefficients{{2, 24}};
  wide_and_narrow() {
    for (std::size_t c = 0; c < 24; ++c) {
      coefficients[c] = static_cast<float>(c % 4) / 18;
      coefficients[24 + c] = static_cast<float>(3 - c % 4) / 18;
    }
  }
  template <class C>
  autodiff::variable<C> operator()(autodiff::variable<C> relaxed, const search::batch&) const {
    return autodiff::linear(relaxed, relaxed.context().constant(coefficients));
  }
};

struct uniform_rays {
  void operator()(std::span<double> ray, const paragon::random_key& key, std::uint64_t index) const {
    preference::uniform_on_simplex(ray, key, index);
  }
};

/// The widths that a trained model prefers at the two ends of the front.
template <class Model>
std::pair<int, int> widths_at_the_ends(const Model& model, const search::device& device) {
  const std::vector<double> rays{0.95, 0.05, 0.05, 0.95};
  scorer judge(pipes{}, 2, paragon_test::pipe_flow{});
  const auto picks = search::arg_max{}(judge, 0, model.logits(device, rays), rays);
  int widths[2] = {0, 0};
  for (int end = 0; end < 2; ++end) {
    for (const auto w : judge.at(picks[static_cast<std::size_t>(end)]).widths) widths[end] += w;
  }
  return {widths[0], widths[1]};
}

}  // namespace

TEST_CASE("search: modnas runs the published way, a look-up bank and relaxed objectives") {
  nn::parameters<float> store;
  const hypernetwork::lookup_bank net(store, {.bank = 5, .rows = 21, .device_features = 1, .choices = 24},
                                      {.seed = 96});
  search::modnas model(net, store, {.steps = 1500, .rows = 8, .rate = {.peak = 3e-2, .last = 1e-2}},
                       gradient::normalised<gradient::published_frank_wolfe, gradient::unit_length>{}, uniform_rays{});
  search::relaxed_objectives estimate(wide_and_narrow{}, space::choice_offsets(pipes{}));
  (void)model.train(two_devices, estimate, {.seed = 97});
  for (const auto& device : two_devices) {
    const auto [first, second] = widths_at_the_ends(model, device);
    CHECK(first <= 3);
    CHECK(second >= 15);
  }
}

TEST_CASE("search: modnas trains with every relaxation") {
  const auto check = [](auto relaxation) {
    nn::parameters<float> store;
    const auto net = network(store);
    search::modnas model(net, store, {.steps = 400, .rows = 8});
    search::relaxed_objectives estimate(wide_and_narrow{}, space::choice_offsets(pipes{}), relaxation);
    (void)model.train(two_devices, estimate, {.seed = 98});
    const auto [first, second] = widths_at_the_ends(model, two_devices[0]);
    CHECK(first <= 3);
    CHECK(second >= 15);
  };
  check(hypernetwork::reinmax{});
  check(hypernetwork::gumbel_softmax{});
  check(hypernetwork::mean_field{});
}

TEST_CASE("search: a device whose gradient vanishes stops neither the training nor the others") {
  const auto one = [](std::span<const search::device> devices) {
    nn::parameters<float> store;
    const auto net = network(store);
    search::modnas model(net, store, {.steps = 5, .rows = 1});
    const auto estimate = [](auto logits, const search::batch& b) {
      auto& context = logits.context();
      float* scale = context.scratch(b.devices.size());
      for (std::size_t t = 0; t < b.devices.size(); ++t) scale[t] = t == 1 ? 1e-21F : 1.F;
      return sum_columns(square(logits)) * context.constant(scale, {b.devices.size()});
    };
    CHECK(model.train(devices, estimate, {.seed = 98}).unsolved == 0);
    const auto* p = model.store().data();
    return std::vector<float>(p, p + model.store().size());
  };
  const auto with = one(two_devices);
  const auto without = one(std::span(two_devices).first(1));
  nn::parameters<float> untrained;
  (void)network(untrained);
  double moved = 0;
  for (std::size_t i = 0; i < with.size(); ++i) {
    CHECK(with[i] == doctest::Approx(without[i]).epsilon(1e-4));
    moved = std::max(moved, static_cast<double>(std::abs(with[i] - untrained.data()[i])));
  }
  CHECK(moved > 1e-4);
}

TEST_CASE("search: an observer sees every step and can stop the training") {
  auto judge = two_objectives();
  nn::parameters<float> store;
  const auto net = network(store);
  search::modnas model(net, store, {.steps = 50, .rows = 2});
  search::local_expectation estimate(judge);
  std::vector<std::size_t> seen;
  const auto report = model.train(two_devices, estimate, {.seed = 99},
                                  [&](std::string_view phase, std::size_t done, std::size_t total, double loss) {
                                    CHECK(phase == "hypernetwork");
                                    CHECK(total == 50);
                                    CHECK(std::isfinite(loss));
                                    seen.push_back(done);
                                    return done < 5;
                                  });
  CHECK(report.stopped);
  CHECK(report.steps == 5);
  CHECK(seen == std::vector<std::size_t>{1, 2, 3, 4, 5});
}

TEST_CASE("search: logits depend on the device and on each ray alone") {
  nn::parameters<float> store;
  const auto net = network(store);
  search::modnas model(net, store);
  const auto rays = preference::circle(6);
  const auto all = model.logits(two_devices[1], rays.values());
  REQUIRE(all.size() == 6 * 24);
  const auto third = model.logits(two_devices[1], rays[2]);
  for (std::size_t c = 0; c < 24; ++c) CHECK(all[2 * 24 + c] == doctest::Approx(third[c]).epsilon(1e-5));
  CHECK(model.logits(two_devices[0], rays[2]) != third);
}

TEST_CASE("search: modnas says what is wrong with its input") {
  auto judge = two_objectives();
  nn::parameters<float> store;
  const auto net = network(store);
  search::modnas model(net, store, {.steps = 2, .rows = 2});
  search::local_expectation estimate(judge);
  const auto train = [&](const std::vector<search::device>& devices) {
    return message([&] { (void)model.train(devices, estimate, {}); });
  };
  CHECK(train({}) == "search::modnas::train: 0 devices; expected at least one");
  CHECK(train({{"a", {1}}, {"b", {1, 2}}}) ==
        "search::modnas::train: device b with 2 features; expected the same number for every device, at least one");
  CHECK(train({{"a", {}}}) != "no error");
  CHECK(train({{"a", {1, 2}}}) != "no error");          // not what the network was made for
  CHECK(train({{"a", {1}}, {"b", {1}}, {"c", {1}}}) ==  // not what the scorer was made for
        "search::scorer::score: device 2; expected below 2");
  CHECK(message([&] {
          (void)model.logits(two_devices[0], std::vector<double>{1, 0, 0});
        }) == "search::modnas::logits: 3 weights; expected rows of 2");
  CHECK(message([&] { (void)model.logits(two_devices[0], {}); }) != "no error");
  CHECK(message([&] { (void)model.logits({"none", {}}, std::vector<double>{1, 0}); }) != "no error");
  CHECK(message([&] { search::modnas(net, store, {.rows = 0}); }) ==
        "search::modnas: 0 rows of 2 objectives; expected at least one of each");
  CHECK(message([&] { search::modnas(net, store, {.objectives = 0}); }) != "no error");

  nn::parameters<float> wide;
  const auto three = network(wide, 3);
  search::modnas other(three, wide, {.steps = 2, .rows = 2, .objectives = 3});
  CHECK(message([&] { (void)other.train(two_devices, estimate, {}); }) ==
        "search::local_expectation: 12 weights; expected 2 for each of 4 rows");
}
