// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From an architecture to a network: trains the network of one NAS-Bench-201 cell on images, from scratch or from the
// weights of a supernet, judges it on test images, and writes it as .safetensors and as ONNX.
//
//   train_cell --cell "|nor_conv_3x3~0|+|skip_connect~0|nor_conv_3x3~1|+|none~0|skip_connect~1|nor_conv_1x1~2|" --out cell
//   train_cell --cell "|...|" --supernet run/supernet.safetensors --data DIR --out cell
//
// Killed at any moment, the same command with --resume goes on from the last checkpoint, with the same result.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <optional>
#include <paragon/benchmark/nasbench201/cell_network.hpp>
#include <paragon/benchmark/nasbench201/cell_network_file.hpp>
#include <paragon/benchmark/nasbench201/cut_out.hpp>
#include <paragon/benchmark/nasbench201/onnx.hpp>
#include <paragon/core/atomic_file.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/json.hpp>
#include <paragon/core/parse_number.hpp>
#include <paragon/nn/weights.hpp>
#include <paragon/space/neighbours.hpp>
#include <paragon/supernet/checkpoint.hpp>
#include <paragon/supernet/weight_trainer.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/image_supernet.hpp"
#include "support/image_training.hpp"
#include "support/program.hpp"

namespace {

using paragon::error;

struct options {
  std::string cell;
  std::string supernet;
  std::string data;
  std::string images;
  std::string labels;
  std::optional<std::size_t> width;
  std::optional<std::size_t> cells;
  std::optional<std::size_t> epochs;
  std::size_t batch = 64;
  double rate = 0.1;
  bool no_flip = false;
  bool resume = false;
  double checkpoint_minutes = 2;
  std::uint64_t seed = 1;
  std::size_t threads = 0;
  std::string out;

  /// Small images made by the program, and then a small network unless told otherwise: for a first try of half a minute.
  [[nodiscard]] bool synthetic() const { return data.empty() && images.empty(); }
};

options read_options(int argc, char** argv) {
  options o;
  CLI::App app("Trains the network of one NAS-Bench-201 cell on images, and writes it as .safetensors and as ONNX");
  app.add_option("--cell", o.cell, "the architecture, in the benchmark's notation: |op~0|+|op~0|op~1|+|op~0|op~1|op~2|")
      ->required();
  auto* shared =
      app.add_option("--supernet", o.supernet,
                     "weights to begin with: a supernet.safetensors of supernet_nasbench201; without it, new "
                     "ones");
  auto* data = app.add_option("--data", o.data,
                              "folder with cifar10/; without it and --images, a small image set made by the program");
  app.add_option("--images", o.images,
                 "images of your own: .npy, uint8 [N, 3, H, W]; a tenth is held out as test images")
      ->excludes(data);
  app.add_option("--labels", o.labels, "their classes: .npy, integers [N]");
  app.add_option("--width", o.width,
                 "channels of the first stage; with --supernet, the supernet's; default 16, without "
                 "images 8")
      ->check(program::whole(1, 256))
      ->excludes(shared);
  app.add_option("--cells", o.cells,
                 "cells of each stage; with --supernet, the supernet's; default 5, without images 1")
      ->check(program::whole(1, 20))
      ->excludes(shared);
  app.add_option("--epochs", o.epochs,
                 "how often to see each image; default 20, without images 30; 0, "
                 "with --supernet: only cut out")
      ->check(program::whole(0, 100000));
  app.add_option("--batch", o.batch, "images of a step")->check(program::whole(1, 65536))->capture_default_str();
  app.add_option("--rate", o.rate, "greatest learning rate")->check(program::number(1e-9, 10))->capture_default_str();
  app.add_flag("--no-flip", o.no_flip, "do not mirror images: where a mirrored image is of another class");
  app.add_flag("--resume", o.resume, "go on from the checkpoint in --out, where there is one");
  app.add_option("--checkpoint-minutes", o.checkpoint_minutes, "between checkpoints")
      ->check(program::number(0, 1e6))
      ->capture_default_str();
  app.add_option("--seed", o.seed, "of everything random")->check(program::whole(0))->capture_default_str();
  app.add_option("--threads", o.threads, "0: all; the result is the same")
      ->check(program::whole(0, 1024))
      ->capture_default_str();
  app.add_option("--out", o.out, "folder for network.safetensors, network.onnx, result.json and the checkpoint")
      ->required();
  program::parse(app, argc, argv);
  if (o.epochs == 0U && o.supernet.empty()) throw error("--epochs", "0 without --supernet", "at least 1");
  return o;
}

paragon::benchmark::nasbench201_cell read_cell(const std::string& text) {
  try {
    return paragon::benchmark::parse_nasbench201_cell(text);
  } catch (const error& e) {
    throw error("--cell", paragon::quote(text), std::string("|op~0|+|op~0|op~1|+|op~0|op~1|op~2|; ").append(e.what()));
  }
}

/// A file of weights that supernet_nasbench201 wrote, and what it says about itself.
struct shared_weights {
  paragon::safetensors_file file;
  std::size_t width;
  std::size_t cells;
  std::uint64_t seed;

  explicit shared_weights(const std::string& path)
      : file(path), width(size(path, "width")), cells(size(path, "cells")),
        seed(image_supernet::read_number(file, path, "seed")) {}

  /// The cell's network with these weights, and with statistics of its own.
  [[nodiscard]] paragon::benchmark::cell_network<> cut_out(const paragon::benchmark::nasbench201& space,
                                                           const paragon::benchmark::nasbench201_cell& cell,
                                                           const paragon::data::labelled_images<float>& images) const {
    auto all = image_supernet::make_supernet(space, 0);
    paragon::nn::load_weights(file, all.store());
    auto net = paragon::benchmark::cut_out(all, cell);
    net.recalibrate(cell, images.images.data(), images.images.shape());
    return net;
  }

private:
  [[nodiscard]] std::size_t size(const std::string& path, std::string_view name) const {
    return static_cast<std::size_t>(paragon::benchmark::size_in_metadata(file, path, name));
  }
};

std::string comma_separated(const std::vector<double>& numbers) {
  std::string text;
  for (const double x : numbers) text += (text.empty() ? "" : ",") + paragon::json(x).dump();
  return text;
}

int run(const options& o) {
  using namespace paragon;
  const auto start = image_supernet::clock_type::now();
  const auto cell = read_cell(o.cell);
  program::make_folder(o.out);
  const std::string checkpoint = o.out + "/checkpoint.safetensors";
  thread_pool pool(o.threads);
  const backend::cpu::use_pool kernels(pool);

  std::optional<shared_weights> shared;
  if (!o.supernet.empty()) shared.emplace(o.supernet);
  // The supernet's seed, so that no image that its weights have seen is a test image.
  const std::uint64_t image_seed = shared ? shared->seed : o.seed;
  const auto task = image_supernet::read_task(o.data, o.images, o.labels, image_seed);
  const data::image_set& images = task.train;
  const auto scale = data::statistics_of(images);
  const auto space =
      image_supernet::space_for(images, shared ? shared->width : o.width.value_or(o.synthetic() ? 8 : 16),
                                shared ? shared->cells : o.cells.value_or(o.synthetic() ? 1 : 5));
  auto learned = data::all_images(images);
  auto judging = task.test ? data::all_images(*task.test) : std::vector<std::size_t>{};
  if (!task.test) {
    image_supernet::image_split split(images, 0.1, image_seed);
    learned = std::move(split.learned);
    judging = std::move(split.held_out);
    if (judging.empty()) throw error("--images", std::to_string(images.size()) + " images", "at least 10");
  }
  if (o.batch > learned.size()) {
    throw error("--batch", std::to_string(o.batch),
                "1 to " + std::to_string(learned.size()) + ", the number of training images");
  }
  const auto test = data::normalised(task.test ? *task.test : images, judging, scale);

  const paragon::random_key key{.seed = o.seed};
  const auto judge = [&](const benchmark::cell_network<>& net) {
    return net.evaluate(cell, test.images.data(), test.images.shape(), test.labels, 250, supernet::statistics::kept);
  };
  std::optional<double> accuracy_before;
  benchmark::cell_network<> net = benchmark::make_cell_network(space, cell, key.fork("cell"));
  if (shared) {
    const auto calibration = std::span(learned).first(std::min<std::size_t>(learned.size(), 2000));
    net = shared->cut_out(space, cell, data::normalised(images, calibration, scale));
    accuracy_before = judge(net).accuracy();
  }

  const bool flip = !o.no_flip && !o.synthetic();
  auto source = image_supernet::make_batches(images, learned, o.batch, scale, key.fork("images of the weights"), flip);
  const std::size_t epochs = o.epochs.value_or(o.synthetic() ? 30 : 20);
  const std::size_t steps = epochs * source.steps_per_epoch();
  supernet::weight_trainer<float> trainer(image_supernet::schedule(steps, o.rate));

  // What the run is: a checkpoint of another one is refused.
  const safetensors_file::metadata_map identity{{"architecture", space.to_string(cell)},
                                                {"images", image_supernet::describe(images)},
                                                {"start", shared ? o.supernet : "new weights"},
                                                {"width", std::to_string(space.network.channels)},
                                                {"cells", std::to_string(space.network.cells_per_stage)},
                                                {"epochs", std::to_string(epochs)},
                                                {"batch", std::to_string(o.batch)},
                                                {"rate", json(o.rate).dump()},
                                                {"flip", flip ? "yes" : "no"},
                                                {"seed", std::to_string(o.seed)}};
  if (o.resume && std::filesystem::exists(checkpoint)) {
    supernet::restore_checkpoint(supernet::open_checkpoint(checkpoint, identity), net, trainer);
  }

  std::printf("cell     %s\n         %.3f M parameters, %.2f M MACs (%d channels, %d cells a stage, %d classes)\n",
              space.to_string(cell).c_str(), space.parameters(cell) / 1e6, space.macs(cell) / 1e6,
              space.network.channels, space.network.cells_per_stage, space.network.classes);
  std::printf("images   %s: %zu of %zu x %zu to learn from, %zu to judge by\n", images.name().c_str(), learned.size(),
              images.height(), images.width(), judging.size());
  if (accuracy_before) {
    std::printf("start    %s: test accuracy %.2f %%\n", o.supernet.c_str(), 100 * *accuracy_before);
  }
  std::fflush(stdout);

  const std::vector<space::choice_index> choices = space::choices_of(space, cell);
  const auto rate = image_supernet::train(
      "training, images", o.checkpoint_minutes, steps,
      [&] {
        const float loss =
            trainer.step(net.network(), net.store(), source, choices, nn::collect_statistics(net.kept()));
        return std::pair{static_cast<double>(loss), o.batch};
      },
      [&] { return static_cast<std::size_t>(trainer.done()); },
      [&] { supernet::save_checkpoint(checkpoint, net, trainer, identity); },
      "the same command with --resume goes on from " + checkpoint);
  const auto judged = judge(net);

  // Who runs the network needs to know how its images were normalised.
  const std::string mean = comma_separated(scale.mean);
  const std::string deviation = comma_separated(scale.deviation);
  safetensors_file::metadata_map about = identity;
  about["mean"] = mean;
  about["deviation"] = deviation;
  const auto side = static_cast<std::int64_t>(images.height());
  auto model = benchmark::to_onnx(net.network(), net.store(), net.kept(), cell, side, side);
  model.note("mean", mean);
  model.note("deviation", deviation);

  json::object settings;
  for (const auto& [name, value] : identity) settings.emplace_back(name, value);
  json::object result{{"algorithm", "train_cell"},
                      {"dataset", images.name()},
                      {"architecture", space.to_string(cell)},
                      {"seed", o.seed},
                      {"settings", std::move(settings)},
                      {"parameters", static_cast<std::uint64_t>(net.store().size())},
                      {"macs", space.macs(cell)},
                      {"test_images", static_cast<std::uint64_t>(judging.size())},
                      {"test_accuracy", judged.accuracy()},
                      {"test_loss", judged.loss()},
                      {"test_accuracy_before", accuracy_before ? json(*accuracy_before) : json()},
                      {"steps", static_cast<std::uint64_t>(steps)},
                      {"images_per_second", rate ? json(*rate) : json()},
                      {"seconds", image_supernet::seconds_since(start)}};
  interruption::hold(
      [&] {
        benchmark::save_cell_network(o.out + "/network.safetensors", net, about);
        model.save(o.out + "/network.onnx");
        write_file(o.out + "/result.json", json(std::move(result)).dump(2) + "\n");
      },
      "all is written to " + o.out);

  if (rate) std::printf("trained  %zu steps of %zu images, %.0f images/s\n", steps, o.batch, *rate);
  std::printf("test     accuracy %.2f %%, cross-entropy %.3f\n", 100 * judged.accuracy(), judged.loss());
  std::printf("network  %s/network.safetensors\nonnx     %s/network.onnx\nresult   %s/result.json\n", o.out.c_str(),
              o.out.c_str(), o.out.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return program::run("train_cell", [&] { return run(read_options(argc, argv)); });
}
