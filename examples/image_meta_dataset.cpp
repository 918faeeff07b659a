// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes a meta-data-set from images: tasks are parts of the classes, labels are accuracies by a supernet of our own, the
// data sets are known by the features of that same network. Then trains POMONAG's predictors, conditioned on data sets,
// and judges them on cells and tasks that they did not see.
//
// One supernet learns all classes. A cell's accuracy on a task is that of its logits among the task's classes, on images
// that no weight learned from; all tasks of a cell come from one pass. So ten thousand rows cost as many passes as cells.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <optional>
#include <paragon/benchmark/nasbench201/api_order.hpp>
#include <paragon/benchmark/nasbench201/cell_network_file.hpp>
#include <paragon/benchmark/nasbench201/features.hpp>
#include <paragon/benchmark/nasbench201/topology.hpp>
#include <paragon/core/atomic_file.hpp>
#include <paragon/core/interruption.hpp>
#include <paragon/core/json.hpp>
#include <paragon/core/parse_number.hpp>
#include <paragon/data/crossed_meta_dataset.hpp>
#include <paragon/data/dataset_embedding.hpp>
#include <paragon/data/image_tasks.hpp>
#include <paragon/nn/weights.hpp>
#include <paragon/objective/cost.hpp>
#include <paragon/space/sample.hpp>
#include <paragon/supernet/task_accuracy.hpp>
#include <paragon/supernet/weight_trainer.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/image_meta.hpp"
#include "support/image_supernet.hpp"
#include "support/image_training.hpp"
#include "support/nasbench201_surrogates.hpp"
#include "support/program.hpp"
#include "support/task_predictor.hpp"

namespace {

using namespace paragon;
using image_supernet::clock_type;
using image_supernet::describe;
using image_supernet::seconds_since;
using cell_type = benchmark::nasbench201_cell;
using namespace image_meta;

struct options {
  std::string data;
  std::string images;
  std::string labels;
  std::string supernet;
  std::string device = "gold_6226";
  std::string out;
  std::size_t width = 8;
  std::size_t cells = 1;
  std::optional<std::size_t> epochs;
  std::optional<std::size_t> rows;
  std::optional<std::size_t> tasks;
  std::optional<std::size_t> predictor_epochs;
  std::size_t judged_by = 2000;
  std::uint64_t seed = 1;
  std::size_t threads = 0;

  [[nodiscard]] bool synthetic() const { return data.empty() && images.empty(); }
};

options read_options(int argc, char** argv) {
  options o;
  CLI::App app("Makes (data set, cell, accuracy, costs) rows from images, and predictors that read data sets");
  app.add_option("--data", o.data,
                 "folder with cifar10/ and the benchmark's latency tables; without it, a small image "
                 "set made by the program and the surrogates that come along");
  app.add_option("--images", o.images, "images of your own: .npy, uint8 [N, 3, H, W]");
  app.add_option("--labels", o.labels, "their classes: .npy, integers [N]");
  auto* given =
      app.add_option("--supernet", o.supernet, "weights that supernet_nasbench201 wrote; else they are trained");
  app.add_option("--width", o.width, "channels of the supernet's first stage")
      ->check(program::whole(1, 256))
      ->capture_default_str()
      ->excludes(given);
  app.add_option("--cells", o.cells, "cells of each stage")
      ->check(program::whole(1, 20))
      ->capture_default_str()
      ->excludes(given);
  app.add_option("--epochs", o.epochs, "how often the supernet sees each image; default 4, or 15 for made images")
      ->check(program::whole(1, 100000))
      ->excludes(given);
  app.add_option("--rows", o.rows, "rows to make, twenty for each cell; default 10000, or 2000 for made images")
      ->check(program::whole(400, 100000000));
  app.add_option("--tasks", o.tasks, "parts of the classes to judge cells on; default 200, or 40 for made images")
      ->check(program::whole(10, 1000000));
  app.add_option("--judged-by", o.judged_by, "at most so many held-out images judge a cell")
      ->check(program::whole(1, 100000000))
      ->capture_default_str();
  app.add_option("--predictor-epochs", o.predictor_epochs,
                 "how often a predictor sees each row; default 20, or 30 for made images")
      ->check(program::whole(1, 100000));
  app.add_option("--device", o.device, "whose latency the rows have")->capture_default_str();
  app.add_option("--seed", o.seed, "of everything random")->check(program::whole(0))->capture_default_str();
  app.add_option("--threads", o.threads, "0: all; the result is the same")
      ->check(program::whole(0, 1024))
      ->capture_default_str();
  app.add_option("--out", o.out, "folder for rows.csv, embeddings, weights and result.json")->required();
  program::parse(app, argc, argv);
  return o;
}

/// What was done before, and how fast.
struct timings {
  double images_per_second = 0;  ///< of the supernet's training
  double rows_per_second = 0;
  double predictor_seconds = 0;
};

/// Trains the weights.
void train(image_supernet::net_type& net, const data::image_set& images, const std::vector<std::size_t>& learned,
           const data::channel_statistics& scale, const options& o, timings& times) {
  const paragon::random_key key{.seed = o.seed};
  constexpr std::size_t batch = 64;
  auto source = image_supernet::make_batches(images, learned, std::min(batch, learned.size()), scale,
                                             key.fork("images of the weights"), !o.synthetic());
  const std::size_t steps = o.epochs.value_or(o.synthetic() ? 15 : 4) * source.steps_per_epoch();
  supernet::weight_trainer<float> trainer(image_supernet::schedule(steps, 0.1));
  const image_supernet::paths paths = image_supernet::make_paths(net.space(), key.fork("paths"));
  constexpr double never = std::numeric_limits<double>::infinity();  // half a training is of no use here
  const auto rate = image_supernet::train(
      "supernet, images", never, steps, [&] { return image_supernet::step(trainer, net, source, paths); },
      [&] { return static_cast<std::size_t>(trainer.done()); }, [] {}, "nothing was written");
  times.images_per_second = rate.value_or(0);
}

/// Some images as a set of their own, with all classes.
data::image_set chosen_images(const data::image_set& from, std::span<const std::size_t> chosen) {
  tensor<std::uint8_t> images(shape{chosen.size(), from.height(), from.width(), from.channels()});
  std::vector<std::uint32_t> labels;
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    const auto image = from.image(chosen[k]);
    std::copy(image.begin(), image.end(), images.data() + k * image.size());
    labels.push_back(from.labels()[chosen[k]]);
  }
  return {from.name(), std::move(images), std::move(labels), from.classes()};
}

/// Cells that compute different functions.
std::vector<cell_type> draw_cells(const benchmark::nasbench201& space, std::size_t wanted, paragon::random_key key) {
  std::vector<cell_type> cells;
  std::set<std::string> kinds;
  for (std::uint64_t draw = 0; cells.size() < wanted; ++draw) {
    if (draw == 1000 * wanted) {
      throw error("--rows", std::to_string(wanted) + " different cells", "at most " + std::to_string(cells.size()));
    }
    const auto cell = space::uniform(space, key, draw);
    if (kinds.insert(benchmark::isomorphism_key(cell)).second) cells.push_back(cell);
  }
  return cells;
}

/// The latency of a cell, from a table. An objective.
struct table_latency {
  const data::labelled_table* table;

  [[nodiscard]] static metric describe() { return {"latency_ms", "ms", direction::minimise}; }
  [[nodiscard]] double value(const cell_type& cell, const data::image_task&) const {
    return table->read(benchmark::nasbench201_api_index(cell));
  }
};

void write_rows(const std::string& path, const rows_type& rows, const std::vector<data::image_task>& tasks) {
  atomic_file file(path);
  file.write("task,classes,cell,accuracy,parameters,macs,latency_ms\n");
  std::array<char, 128> text{};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::snprintf(text.data(), text.size(), ",%.4f,%.0f,%.0f,%.6g\n", rows.value(i, accuracy),
                  rows.value(i, parameters), rows.value(i, macs), rows.value(i, latency));
    file.write(std::to_string(rows.tasks[i]) + "," + text_of(tasks[rows.tasks[i]]) + "," +
               benchmark::to_string(rows.architectures[i]) + text.data());
  }
  file.commit();
}

/// The embedding of each class as data sets of tasks: features scaled to mean 0 and deviation 0.2 over the classes (an
/// encoder adds many of them up, and what it gives goes through a tanh), and the logarithm of the number of classes, which
/// attention, a mean, does not see.
task_predictor::datasets make_datasets(const tensor<float>& embedding, const std::vector<data::image_task>& tasks) {
  const std::size_t width = embedding.columns();
  const auto n = static_cast<double>(embedding.rows());
  std::vector<float> scaled(embedding.span().begin(), embedding.span().end());
  for (std::size_t j = 0; j < width; ++j) {
    double mean = 0;
    double square = 0;
    for (std::size_t c = 0; c < embedding.rows(); ++c) mean += static_cast<double>(embedding.row(c)[j]) / n;
    for (std::size_t c = 0; c < embedding.rows(); ++c) {
      square += std::pow(static_cast<double>(embedding.row(c)[j]) - mean, 2) / n;
    }
    const double deviation = square > 0 ? 5 * std::sqrt(square) : 1;
    for (std::size_t c = 0; c < embedding.rows(); ++c) {
      float& v = scaled[c * width + j];
      v = static_cast<float>((static_cast<double>(v) - mean) / deviation);
    }
  }
  task_predictor::datasets sets(width + 1, 1);
  for (const auto& task : tasks) {
    std::vector<float> x;
    for (const std::uint32_t c : task.classes) {
      x.insert(x.end(), scaled.begin() + static_cast<std::ptrdiff_t>(c * width),
               scaled.begin() + static_cast<std::ptrdiff_t>((c + 1) * width));
      x.push_back(std::log2(static_cast<float>(task.classes.size())) - 2);
    }
    sets.add(x);
  }
  return sets;
}

int run(const options& o) {
  const auto start = clock_type::now();
  program::make_folder(o.out);
  thread_pool pool(o.threads);
  const backend::cpu::use_pool kernels(pool);
  const paragon::random_key key{.seed = o.seed};
  timings times;

  const data::image_set images = image_supernet::read_images(o.data, o.images, o.labels, o.seed);
  const task_list list(images, o.tasks.value_or(o.synthetic() ? 40 : 200), key.fork("tasks"));
  const auto tables = o.data.empty() ? nasbench201::surrogate_tables() : benchmark::nasbench201_tables(o.data);
  const auto& milliseconds = tables.latency(o.device);
  const auto scale = data::statistics_of(images);

  // The supernet, and the images that it did not learn from.
  std::optional<safetensors_file> file;
  if (!o.supernet.empty()) file.emplace(o.supernet);
  const auto size_of = [&](std::string_view name) {
    return static_cast<std::size_t>(benchmark::size_in_metadata(*file, o.supernet, name));
  };
  const std::size_t width = file ? size_of("width") : o.width;
  const std::size_t per_stage = file ? size_of("cells") : o.cells;
  const std::uint64_t split_seed = file ? image_supernet::read_number(*file, o.supernet, "seed") : o.seed;
  const image_supernet::image_split split(images, 0.1, split_seed);
  const auto space = image_supernet::space_for(images, width, per_stage);
  auto net = image_supernet::make_supernet(space, o.seed);
  const auto save_supernet = [&](const std::string& path) {
    nn::save_weights(path, net.store(),
                     {{"images", describe(images)},
                      {"width", std::to_string(width)},
                      {"cells", std::to_string(per_stage)},
                      {"seed", std::to_string(o.seed)}});
  };
  const std::string unfinished = "what is made so far is in " + o.out + "/*.unfinished.*; --supernet reads the weights";
  if (file) {
    const auto found = file->metadata().find("images");
    if (found == file->metadata().end() || found->second != describe(images)) {
      throw error(o.supernet, "weights that learned from other images than " + describe(images),
                  "those of the same images, so that none that was learned from judges");
    }
    nn::load_weights(*file, net.store());
  } else {
    train(net, images, split.learned, scale, o, times);
    interruption::hold([&] { save_supernet(o.out + "/supernet.unfinished.safetensors"); }, unfinished);
  }

  // Data sets by the features of one cell of the supernet.
  const auto learned = std::span(split.learned).first(std::min<std::size_t>(split.learned.size(), 2000));
  const auto shown = data::normalised(images, learned, scale);
  const auto seeing =
      space.parse("|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|");
  const benchmark::nasbench201_features see(net, seeing, shown.images.data(), shown.images.shape());
  // Of the images that weights learned from: those that judge stay unseen.
  const data::image_set known = chosen_images(images, learned);
  std::vector<std::size_t> members(images.classes());
  for (const std::uint32_t c : known.labels()) ++members[c];
  const std::size_t of_class = std::min<std::size_t>(100, *std::min_element(members.begin(), members.end()));
  const tensor<float> embedding = data::dataset_embedding(known, scale, see, of_class, key.fork("embedding"));

  // The rows.
  const auto judging = std::span(split.held_out).first(std::min(split.held_out.size(), o.judged_by));
  const auto held_out = data::normalised(images, judging, scale);
  const supernet::task_accuracy judged(net, held_out.images.data(), held_out.images.shape(), held_out.labels);
  const std::size_t each = std::min<std::size_t>(20, list.tasks.size());
  const std::size_t wanted = o.rows.value_or(o.synthetic() ? 2000 : 10000);
  const auto cells = draw_cells(space, (wanted + each - 1) / each, key.fork("cells"));
  const benchmark::nasbench201 benchmark{};  // what the latencies were measured on: the costs are of the same network
  const auto rows_start = clock_type::now();
  const rows_type rows = interruption::hold(
      [&] {
        rows_type made = data::cross_meta_dataset(std::span<const cell_type>(cells),
                                                  std::span<const data::image_task>(list.tasks), each, key.fork("rows"),
                                                  until_interrupted{}, judged, objective::parameter_count{benchmark},
                                                  objective::mac_count{benchmark}, table_latency{&milliseconds});
        write_rows(o.out + "/rows.unfinished.csv", made, list.tasks);
        return made;
      },
      unfinished);
  times.rows_per_second = static_cast<double>(rows.size()) / std::max(seconds_since(rows_start), 1e-9);
  std::printf("%zu rows: %zu cells, each on %zu of %zu tasks of %s, judged by %zu images; %.0f rows/s\n", rows.size(),
              cells.size(), each, list.tasks.size(), images.name().c_str(), judging.size(), times.rows_per_second);

  // Predictors.
  const auto predictors_start = clock_type::now();
  const auto sets = make_datasets(embedding, list.tasks);
  const std::size_t epochs = o.predictor_epochs.value_or(o.synthetic() ? 30 : 20);
  judge judges(rows, list, sets, key.fork("predictors"), epochs);
  const lesson unseen_tasks{"unseen tasks and cells", data::split_disjoint(rows, 0.2, key.fork("split"))};
  lesson unseen_classes{"unseen classes and cells", {}};
  std::set<cell_type> held;
  for (const std::size_t r : unseen_tasks.split.test) held.insert(rows.architectures[r]);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const bool test_cell = held.contains(rows.architectures[r]);
    if (!test_cell && list.within(rows.tasks[r], list.pools.train)) unseen_classes.split.train.push_back(r);
    if (test_cell && list.within(rows.tasks[r], list.pools.test)) unseen_classes.split.test.push_back(r);
  }
  json::array lessons;
  for (const lesson* l : std::array<const lesson*, 2>{&unseen_tasks, &unseen_classes}) {
    lessons.push_back(judges(*l));
  }
  times.predictor_seconds = seconds_since(predictors_start);

  const json all = json::object{
      {"algorithm", "image-meta-dataset"},
      {"images", describe(images)},
      {"seed", o.seed},
      {"device", o.device},
      {"supernet", json::object{{"width", width},
                                {"cells", per_stage},
                                {"epochs", file ? json() : json(o.epochs.value_or(o.synthetic() ? 15 : 4))},
                                {"file", o.supernet},
                                {"images_per_second", times.images_per_second}}},
      {"rows", rows.size()},
      {"cells", cells.size()},
      {"tasks", list.tasks.size()},
      {"judging_images", judging.size()},
      {"rows_per_second", times.rows_per_second},
      {"predictor_epochs", epochs},
      {"predictor_seconds", times.predictor_seconds},
      {"lessons", std::move(lessons)},
      {"seconds", seconds_since(start)},
  };
  interruption::hold(
      [&] {
        if (!file) save_supernet(o.out + "/supernet.safetensors");
        save_safetensors(o.out + "/embeddings.safetensors", {{"classes", embedding}},
                         {{"cell", benchmark::to_string(seeing)}, {"images", describe(images)}});
        write_rows(o.out + "/rows.csv", rows, list.tasks);
        write_file(o.out + "/result.json", all.dump(2) + "\n");
        for (const char* name : {"/supernet.unfinished.safetensors", "/rows.unfinished.csv"}) {
          std::filesystem::remove(o.out + name);
        }
      },
      "all is written to " + o.out);
  std::printf("\nrows     %s/rows.csv\nresult   %s/result.json\n", o.out.c_str(), o.out.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return program::run("image_meta_dataset", [&] { return run(read_options(argc, argv)); });
}
