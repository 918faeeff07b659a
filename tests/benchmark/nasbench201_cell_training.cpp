// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A cell's own network, trained: it learns, goes on from a checkpoint with the same bits, and is the same in other
// programs.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <limits>
#include <paragon/benchmark/nasbench201/cell_network.hpp>
#include <paragon/benchmark/nasbench201/cut_out.hpp>
#include <paragon/benchmark/nasbench201/onnx.hpp>
#include <paragon/data/augmentation.hpp>
#include <paragon/data/image_batches.hpp>
#include <paragon/data/synthetic_images.hpp>
#include <paragon/space/neighbours.hpp>
#include <paragon/supernet/checkpoint.hpp>
#include <paragon/supernet/weight_trainer.hpp>
#include <paragon/tensor/npy.hpp>

#include "../scratch.hpp"
#include "../support.hpp"
#include "onnx/python.hpp"
#include "plain_nasbench201.hpp"

namespace benchmark = paragon::benchmark;
namespace data = paragon::data;
namespace nn = paragon::nn;
namespace space = paragon::space;
namespace supernet = paragon::supernet;
using paragon_test::cell_of;

namespace {

constexpr benchmark::nasbench201_network around{.channels = 6, .cells_per_stage = 1, .classes = 4, .image_size = 12};

/// Images of four textures and their batches; the cell has convolutions of both sizes, of a sum, and of zeros (1 -> 3).
struct training {
  data::image_sets sets = data::synthetic_images({.size = 12, .classes = 4, .train = 256, .test = 64}, {.seed = 5});
  data::channel_statistics scale = data::statistics_of(sets.train);
  data::image_batches<data::crop> batches{sets.train,   data::all_images(sets.train), 32, scale, {.seed = 5},
                                          data::crop{1}};
  benchmark::nasbench201_cell cell;
  std::vector<space::choice_index> choices = space::choices_of(benchmark::nasbench201{}, cell);
  benchmark::cell_network<> net = benchmark::make_cell_network(benchmark::nasbench201{around}, cell, {.seed = 6});
  supernet::weight_trainer<float> trainer{{.steps = 160, .rate = {.peak = 0.1, .last = 0, .warmup = 4}}};

  explicit training(const benchmark::nasbench201_cell& c) : cell(c) {}

  void run(std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i) {
      (void)trainer.step(net.network(), net.store(), batches, choices, nn::collect_statistics(net.kept()));
    }
  }
};

const auto whole = cell_of({3, 2, 4, 1, 2, 3});
const auto with_zeros = cell_of({0, 3, 0, 1, 2, 3});

}  // namespace

TEST_CASE("supernet: a cell's network learns, and is judged with the statistics that it collected") {
  training t(whole);
  const auto test = data::normalised(t.sets.test, t.scale);
  const auto judge = [&](supernet::statistics from) {
    return t.net.evaluate(t.cell, test.images.data(), test.images.shape(), test.labels, 64, from);
  };
  t.run(160);
  CHECK(judge(supernet::statistics::kept).accuracy() > 0.5);  // chance: 0.25
  // Kept statistics do not depend on what else is in a batch.
  const auto alone =
      t.net.evaluate(t.cell, test.images.data(), test.images.shape(), test.labels, 1, supernet::statistics::kept);
  CHECK(alone.correct == judge(supernet::statistics::kept).correct);
  CHECK(alone.loss() == doctest::Approx(judge(supernet::statistics::kept).loss()).epsilon(1e-5));
}

TEST_CASE("supernet: training of a cell goes on from a checkpoint with the same bits") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "checkpoint.safetensors";
  for (const auto& cell : {whole, with_zeros}) {
    CAPTURE(benchmark::to_string(cell));
    training undisturbed(cell);
    undisturbed.run(20);
    for (const std::size_t stop : {std::size_t{0}, std::size_t{1}, std::size_t{11}}) {  // 8 steps are an epoch
      CAPTURE(stop);
      {
        training first(cell);
        first.run(stop);
        supernet::save_checkpoint(path, first.net, first.trainer, {{"cell", benchmark::to_string(cell)}});
      }
      training second(cell);
      // Weights of its own, which must not matter.
      for (float& w : second.net.store().values().span()) w += 1;
      supernet::restore_checkpoint(supernet::open_checkpoint(path, {{"cell", benchmark::to_string(cell)}}), second.net,
                                   second.trainer);
      CHECK(second.trainer.done() == stop);
      second.run(20 - stop);
      CHECK(second.net.store().values().to_vector() == undisturbed.net.store().values().to_vector());
      CHECK(second.net.kept().values().to_vector() == undisturbed.net.kept().values().to_vector());
      CHECK(second.trainer.velocity().to_vector() == undisturbed.trainer.velocity().to_vector());
    }
    CHECK_THROWS_WITH_AS((void)supernet::open_checkpoint(path, {{"cell", "another"}}),
                         doctest::Contains("the checkpoint is of another run"), paragon::error);
  }
}

TEST_CASE("supernet: a checkpoint of another cell's network is refused, and changes nothing") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "checkpoint.safetensors";
  training one(whole);
  one.run(1);
  supernet::save_checkpoint(path, one.net, one.trainer, {});
  training other(with_zeros);
  const auto before = other.net.store().values().to_vector();
  CHECK_THROWS_AS(supernet::restore_checkpoint(supernet::open_checkpoint(path, {}), other.net, other.trainer),
                  paragon::error);
  CHECK(other.net.store().values().to_vector() == before);
  CHECK(other.trainer.done() == 0);
}

TEST_CASE("supernet: a checkpoint whose step is no number of steps is refused, and changes nothing") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "checkpoint.safetensors";
  training one(whole);
  const auto before = one.net.store().values().to_vector();
  for (const double step : {-1.0, 0.5, 1e300, std::numeric_limits<double>::quiet_NaN()}) {
    CAPTURE(step);
    const std::size_t size = one.net.store().size();
    paragon::save_safetensors<double>(path, {{"step", paragon::tensor<double>(paragon::shape{1}, {step})},
                                             {"weights", paragon::tensor<double>(paragon::shape{size})},
                                             {"velocity", paragon::tensor<double>(paragon::shape{size})}});
    CHECK_THROWS_WITH_AS(supernet::restore_checkpoint(supernet::open_checkpoint(path, {}), one.net, one.trainer),
                         doctest::Contains("expected a whole number of at least 0"), paragon::error);
  }
  CHECK(one.net.store().values().to_vector() == before);
}

TEST_CASE("supernet: a trained cell's ONNX file gives our logits on real images") {
  if (!paragon_test::evaluates_onnx()) {
    return paragon_test::skip("no Python with onnx or onnxruntime (PARAGON_PYTHON names one)");
  }
  const paragon_test::scratch_folder folder;
  std::string cases;
  std::size_t count = 0;
  const auto write_case = [&](const training& t, const benchmark::cell_network<>& net) {
    const std::string name = folder / std::to_string(++count);
    cases.append(" ").append(name);
    std::filesystem::create_directories(name);
    const auto test = data::normalised(t.sets.test, t.scale);
    const auto& s = test.images.shape();
    paragon::tensor<float> planes(paragon::shape{s[0], s[3], s[1], s[2]});
    const std::size_t area = s[1] * s[2];
    for (std::size_t i = 0; i < s[0]; ++i) {
      for (std::size_t p = 0; p < area; ++p) {
        for (std::size_t c = 0; c < s[3]; ++c)
          planes[(i * s[3] + c) * area + p] = test.images[(i * area + p) * s[3] + c];
      }
    }
    paragon::autodiff::evaluation<float> context;
    const auto y = net.logits(nn::freeze(context, net.store()), context.constant(test.images), t.cell,
                              nn::running_statistics(nn::freeze(context, net.kept())));
    paragon::save_npy(name + "/input.npy", planes);
    paragon::save_npy<float>(name + "/output_0.npy", y.shape(), {y.data(), y.size()});
    benchmark::to_onnx(net.network(), net.store(), net.kept(), t.cell, static_cast<std::int64_t>(s[1]),
                       static_cast<std::int64_t>(s[2]))
        .save(name + "/model.onnx");
  };
  for (const auto& cell : {whole, with_zeros}) {
    training t(cell);
    t.run(16);
    write_case(t, t.net);
    // Cut out of a supernet and calibrated, as `train_cell --supernet FILE --epochs 0` does it.
    nn::parameters<float> store;
    nn::parameters<float> kept;
    const benchmark::nasbench201_supernet<> shared(store, kept, benchmark::nasbench201{around}, {.seed = 9});
    auto cut = benchmark::cut_out(supernet::supernet(shared, std::move(store), std::move(kept)), cell);
    const auto learned = data::normalised(t.sets.train, t.scale);
    cut.recalibrate(cell, learned.images.data(), learned.images.shape(), 64);
    write_case(t, cut);
  }
  CHECK(std::system((paragon_test::evaluate_command("1e-4" + cases)).c_str()) == 0);
}
