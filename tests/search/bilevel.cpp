// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/supernet.hpp>
#include <paragon/data/image_batches.hpp>
#include <paragon/data/synthetic_images.hpp>
#include <paragon/hypernetwork/multilayer.hpp>
#include <paragon/objective/cost.hpp>
#include <paragon/search/bilevel.hpp>
#include <paragon/search/scorer.hpp>

#include "../scratch.hpp"

namespace {

using namespace paragon;

using network = benchmark::nasbench201_supernet<benchmark::entangled>;
using net_type = supernet::supernet<network>;
using batches = data::image_batches<data::crop>;
using scorer_type = search::scorer<benchmark::nasbench201, objective::mac_count<benchmark::nasbench201>>;

const benchmark::nasbench201 cells{.network = {.channels = 4, .cells_per_stage = 1, .classes = 4, .image_size = 8}};

net_type make_net() {
  nn::parameters<float> store;
  nn::parameters<float> kept;
  const network n(store, kept, cells, {.seed = 1});
  return {n, std::move(store), std::move(kept)};
}

/// A small search and all that it borrows.
struct small_search {
  data::image_set images = data::synthetic_images({.size = 8, .classes = 4, .train = 96, .test = 8}, {.seed = 2}).train;
  data::index_halves halves = data::split_half(images, {.seed = 3});
  net_type net = make_net();
  batches lower{images, halves.first, 16, data::statistics_of(images), {.seed = 4}, data::crop{1}};
  batches upper{images, halves.second, 16, data::statistics_of(images), {.seed = 5}, data::crop{1}};
  scorer_type costs{cells, 2, objective::mac_count{cells}};
  nn::parameters<float> store;
  hypernetwork::multilayer hyper{store, {.device_features = 2, .choices = 30, .width = 8}, {.seed = 6}};
  using search_type = search::bilevel<network, hypernetwork::multilayer, batches, batches, scorer_type,
                                      supernet::uniform_paths<benchmark::nasbench201>>;
  std::unique_ptr<search_type> search;

  explicit small_search(const search::bilevel_settings& settings = {
                            .warmup = 4, .weight_steps = 2, .sampler_share = 0.5, .anchors = 4, .rescale_every = 3}) {
    costs.fit_scales(costs.sample(50, {.seed = 7}));
    search = std::make_unique<search_type>(
        net, hyper, store, lower, upper, costs, std::vector<search::device>{{"a", {0, 1}}, {"b", {1, 0}}},
        supernet::uniform_paths(cells, paragon::random_key{.seed = 8}.fork(100)),
        supernet::weight_training{.steps = 20}, search::modnas_settings{.rows = 1, .objectives = 2}, settings,
        paragon::random_key{.seed = 8});
  }

  [[nodiscard]] std::vector<float> state() const {
    std::vector<float> all(net.store().values().span().begin(), net.store().values().span().end());
    const auto h = search->model().store().values().span();
    all.insert(all.end(), h.begin(), h.end());
    return all;
  }
};

}  // namespace

TEST_CASE("search: a bilevel search trains weights first, then both") {
  small_search s;
  const auto before = s.search->model().store().values().to_vector();
  while (s.search->done() < 4) (void)s.search->step();
  CHECK(s.search->report().steps == 0);
  CHECK(s.search->model().store().values().to_vector() == before);
  while (s.search->done() < 20) (void)s.search->step();
  CHECK(s.search->report().steps == 8);
  CHECK(s.search->model().store().values().to_vector() != before);
}

TEST_CASE("search: weights that learn on a sampler's paths alone are those of a training without a hypernetwork") {
  small_search s({.warmup = 4, .weight_steps = 2, .anchors = 4, .rescale_every = 3});
  while (s.search->done() < 20) (void)s.search->step();
  CHECK(s.search->report().steps == 8);

  small_search alone;
  supernet::weight_trainer<float> trainer({.steps = 20});
  const supernet::uniform_paths paths(cells, paragon::random_key{.seed = 8}.fork(100));
  std::array<space::choice_index, 6> choices{};
  while (trainer.done() < 20) {
    paths(trainer.done(), choices);
    (void)trainer.step(alone.net.network(), alone.net.store(), alone.lower, choices);
  }
  CHECK(s.net.store().values().to_vector() == alone.net.store().values().to_vector());

  small_search both;  // half of its paths are the hypernetwork's
  while (both.search->done() < 20) (void)both.search->step();
  CHECK(both.net.store().values().to_vector() != alone.net.store().values().to_vector());
}

TEST_CASE("search: a bilevel search goes on from any step with the same bits") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "checkpoint.safetensors";
  const safetensors_file::metadata_map run{{"seed", "1"}};
  small_search undisturbed;
  while (undisturbed.search->done() < 20) (void)undisturbed.search->step();
  const auto want = undisturbed.state();
  for (const std::size_t stop : {0U, 1U, 4U, 6U, 7U, 13U, 19U, 20U}) {
    CAPTURE(stop);
    {
      small_search killed;
      while (killed.search->done() < stop) (void)killed.search->step();
      killed.search->save(path, run);
    }
    small_search resumed;
    resumed.search->restore(path, run);
    CHECK(resumed.search->done() == stop);
    while (resumed.search->done() < 20) (void)resumed.search->step();
    CHECK(resumed.state() == want);
    CHECK(resumed.search->report() == undisturbed.search->report());
  }
}

TEST_CASE("search: a checkpoint of another run is refused, and nothing is changed") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "checkpoint.safetensors";
  small_search s;
  (void)s.search->step();
  s.search->save(path, {{"seed", "1"}});
  const auto before = s.state();
  CHECK_THROWS_WITH_AS(s.search->restore(path, {{"seed", "2"}}), doctest::Contains("seed 1"), paragon::error);
  CHECK_THROWS_AS(s.search->restore(path + ".absent", {}), paragon::error);
  CHECK(s.state() == before);
}

TEST_CASE("search: bilevel settings that make no sense are refused") {
  CHECK_THROWS_AS(small_search({.warmup = 20}), paragon::error);
  CHECK_THROWS_AS(small_search({.warmup = 4, .weight_steps = 0}), paragon::error);
  CHECK_THROWS_AS(small_search({.warmup = 4, .anchors = 1}), paragon::error);
}

TEST_CASE("search: objectives of a supernet have the loss, the scorer's values and their differences") {
  small_search s;
  search::supernet_objectives<net_type, batches, scorer_type> objectives(s.net, s.upper, s.costs);
  objectives.set_loss_scale(0.5, 2);
  const paragon::random_key key{.seed = 9};
  const std::vector<std::size_t> devices{0, 1};
  const search::batch b{{}, devices, 2, key, 0, 3};
  const std::size_t rows = b.rows();
  tensor<float> relaxed({rows, 30});
  std::vector<benchmark::nasbench201_cell> drawn;
  for (std::size_t r = 0; r < rows; ++r) {
    std::vector<space::choice_index> choices(6);
    for (std::size_t d = 0; d < 6; ++d) {
      choices[d] = static_cast<space::choice_index>(key.below(5, r * 6 + d));
      relaxed[r * 30 + d * 5 + choices[d]] = 1;
    }
    drawn.push_back(cells.from_choices(choices));
  }
  std::vector<float> images(s.upper.extents().size());
  std::vector<std::uint32_t> labels(16);
  s.upper.fill(3, images, labels);

  autodiff::tape<float> tape;
  const auto x = tape.input(relaxed);
  const auto z = objectives(x, b);
  REQUIRE(z.shape() == shape{rows, 2});
  std::vector<float> seed(rows * 2);
  for (std::size_t r = 0; r < rows; ++r) seed[r * 2 + 1] = 1;  // the costs alone
  tape.backward(z, seed.data(), 1);
  const float* slope = tape.gradient(x);
  for (std::size_t r = 0; r < rows; ++r) {
    CAPTURE(r);
    const double loss = s.net.evaluate(drawn[r], images.data(), s.upper.extents(), labels, 16).loss();
    CHECK(z.data()[r * 2] == doctest::Approx((loss - 0.5) / 2).epsilon(1e-5));
    const auto score = [&](const benchmark::nasbench201_cell& cell) {
      const std::vector<search::scorer<benchmark::nasbench201, objective::mac_count<benchmark::nasbench201>>::id> one{
          s.costs.intern(cell)};
      std::vector<double> out(1);
      s.costs.score(one, r / 2, out);
      return out[0];
    };
    CHECK(z.data()[r * 2 + 1] == doctest::Approx(score(drawn[r])).epsilon(1e-5));
    for (std::size_t c = 0; c < 30; ++c) {
      auto other = drawn[r];
      other.operations[c / 5] = static_cast<benchmark::nasbench201_operation>(c % 5);
      CHECK(slope[r * 30 + c] == doctest::Approx(score(other)).epsilon(1e-5));
    }
  }
}
