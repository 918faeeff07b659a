// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A NAS-Bench-201 supernet on images: trained on uniform paths, or together with a hypernetwork (--search), which then gives
// the fronts of 19 devices without an accuracy label of the benchmark.
//
// Killed at any moment, the same command with --resume goes on from the last checkpoint, with the same result.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <paragon/benchmark/nasbench201/api_order.hpp>
#include <paragon/core/atomic_file.hpp>
#include <paragon/core/interruption.hpp>
#include <paragon/core/json.hpp>
#include <paragon/core/result.hpp>
#include <paragon/hypernetwork/multilayer.hpp>
#include <paragon/preference/rays.hpp>
#include <paragon/report/write.hpp>
#include <paragon/search/bilevel.hpp>
#include <paragon/search/decode.hpp>
#include <paragon/search/scorer.hpp>
#include <paragon/space/sample.hpp>
#include <paragon/space/shape.hpp>
#include <paragon/supernet/checkpoint.hpp>
#include <paragon/supernet/weight_trainer.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/image_supernet.hpp"
#include "support/image_training.hpp"
#include "support/nasbench201_judge.hpp"
#include "support/nasbench201_problem.hpp"
#include "support/nasbench201_surrogates.hpp"
#include "support/program.hpp"

namespace {

using image_supernet::clock_type;
using image_supernet::seconds_since;

struct options {
  std::string data;
  std::string images;
  std::string labels;
  std::size_t width = 8;
  std::optional<std::size_t> cells;
  std::size_t batch = 64;
  std::optional<double> minutes;
  std::optional<std::size_t> epochs;
  std::size_t rank = 0;
  std::size_t rays = 24;
  std::size_t judged = 400;
  std::optional<double> rate;
  bool search = false;
  bool resume = false;
  double checkpoint_minutes = 2;
  std::uint64_t seed = 1;
  std::size_t threads = 0;
  std::string out;

  /// On images that the program makes: a few hundred steps.
  [[nodiscard]] bool synthetic() const { return data.empty() && images.empty(); }
};

options read_options(int argc, char** argv) {
  options o;
  CLI::App app("A NAS-Bench-201 supernet on images, alone or with the search for Pareto fronts");
  app.add_option("--data", o.data,
                 "folder with cifar10/ and, for --search, the benchmark's latency tables; without it, "
                 "a small image set made by the program and the surrogates that come along");
  app.add_option("--images", o.images, "images of your own: .npy, uint8 [N, 3, H, W]");
  app.add_option("--labels", o.labels, "their classes: .npy, integers [N]");
  app.add_option("--width", o.width, "channels of the first stage")
      ->check(program::whole(1, 256))
      ->capture_default_str();
  app.add_option("--cells", o.cells, "cells of each stage; default 2, or 1 for the images that the program makes")
      ->check(program::whole(1, 20));
  app.add_option("--batch", o.batch, "images of a step")->check(program::whole(1, 65536))->capture_default_str();
  auto* minutes = app.add_option("--minutes", o.minutes, "about how long to train; the speed is measured first")
                      ->check(program::number(1e-6, 1e6));
  app.add_option("--epochs", o.epochs, "how often to see each image; default 20, without --minutes")
      ->check(program::whole(1, 100000))
      ->excludes(minutes);
  app.add_option("--rank", o.rank, "random cells to score at the end")
      ->check(program::whole(0, 1000000))
      ->capture_default_str();
  app.add_option("--rays", o.rays, "preference rays for each device")
      ->check(program::whole(1, 10000))
      ->capture_default_str();
  app.add_option("--judged", o.judged, "random cells that the supernet judges for the fronts")
      ->check(program::whole(20, 5000))
      ->capture_default_str();
  app.add_option("--rate", o.rate, "greatest learning rate of the weights; default 0.025, or 0.1 for those images")
      ->check(program::number(1e-9, 10));
  app.add_flag("--search", o.search, "train the hypernetwork too, and ask it for the fronts");
  app.add_flag("--resume", o.resume, "go on from the checkpoint in --out, where there is one");
  app.add_option("--checkpoint-minutes", o.checkpoint_minutes, "between checkpoints")
      ->check(program::number(0, 1e6))
      ->capture_default_str();
  app.add_option("--seed", o.seed, "of everything random")->check(program::whole(0))->capture_default_str();
  app.add_option("--threads", o.threads, "0: all; the result is the same")
      ->check(program::whole(0, 1024))
      ->capture_default_str();
  app.add_option("--out", o.out, "folder for result.json, report.html, weights and checkpoint")->required();
  program::parse(app, argc, argv);
  if (!o.cells) o.cells = o.synthetic() ? 1 : 2;
  if (!o.rate) o.rate = o.synthetic() ? 0.1 : 0.025;
  if (!o.minutes && !o.epochs) o.epochs = 20;
  return o;
}

/// The parts of --search that know the benchmark's devices.
struct devices {
  paragon::benchmark::nasbench201_tables tables;
  nasbench201::problem problem;

  devices(const options& o)
      : tables(o.data.empty() ? nasbench201::surrogate_tables() : paragon::benchmark::nasbench201_tables(o.data)),
        problem(tables, {.labels = 0, .front_samples = 0, .seed = o.seed}) {
    problem.learn(paragon::silent{});
  }
  [[nodiscard]] std::vector<paragon::search::device> training() const {
    const auto& all = problem.devices();
    return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(problem.training_devices())};
  }
};

/// Seconds of a step, from some seconds of them.
template <class Step>
double seconds_each(const options& o, Step step) {
  for (int i = 0; i < 3; ++i) step();  // the first ones ask for memory
  const auto start = clock_type::now();
  std::size_t n = 0;
  double passed = 0;
  for (; passed < std::min(10.0, 2 * *o.minutes); passed = seconds_since(start)) {
    for (int i = 0; i < 5; ++i, ++n) step();
  }
  return passed / static_cast<double>(n);
}

/// \param seconds  how long a step takes; asked for only where the minutes count
template <class Seconds>
std::size_t steps_for(const options& o, std::size_t steps_per_epoch, Seconds seconds) {
  if (!o.minutes) return std::max<std::size_t>(2, *o.epochs * steps_per_epoch);
  return std::max<std::size_t>(2, static_cast<std::size_t>(60 * *o.minutes / seconds()));
}

auto judge_by(const image_supernet::net_type& net, const paragon::data::labelled_images<float>& held_out,
              const paragon::benchmark::nasbench201_cell& cell) {
  return net.evaluate(cell, held_out.images.data(), held_out.images.shape(), held_out.labels);
}

/// The error of every cell by a supernet, per cent: measured on images for some random cells, and expected from these by a
/// Gaussian process. To judge all cells would take longer than the training.
std::vector<double> supernet_errors(const image_supernet::net_type& net,
                                    const paragon::data::labelled_images<float>& held_out,
                                    const nasbench201::problem& problem, std::size_t judged, paragon::random_key key) {
  const double half_an_image = 50 / static_cast<double>(held_out.labels.size());
  std::vector<paragon::benchmark::nasbench201_cell> cells;
  std::vector<double> errors;
  paragon::terminal_progress observe;
  for (std::size_t i = 0; i < judged; ++i) {
    cells.push_back(paragon::space::uniform(problem.space(), key, i));
    errors.push_back(std::max(100 * (1 - judge_by(net, held_out, cells.back()).accuracy()), half_an_image));
    observe("judging cells", i + 1, judged, errors.back());
  }
  const nasbench201::error_scale scale(errors);
  std::ranges::transform(errors, errors.begin(), [&](double e) { return scale.to_target(e); });
  nasbench201::process gp;
  gp.train(cells, errors);
  return nasbench201::expected_errors(gp, scale, problem.all_cells());
}

/// How good the fronts are, by the benchmark's accuracies, which the search did not read.
void summarise(const paragon::result& r) {
  for (const char* split : {"train", "test"}) {
    double mean = 0;
    double random_mean = 0;
    double count = 0;
    for (const auto& d : r.devices) {
      if (d.split != split) continue;
      mean += *d.hypervolume / *d.true_hypervolume;
      random_mean += *d.random_hypervolume / *d.true_hypervolume;
      ++count;
    }
    std::printf("%2.0f %s devices: hypervolume %.4f of the true front (random cells: %.4f)\n", count,
                std::string_view(split) == "train" ? "training" : "unseen  ", mean / count, random_mean / count);
  }
  std::printf("%zu cells were judged by the supernet, no accuracy label was read\n", r.evaluations);
}

int run(const options& o) {
  using namespace paragon;
  const auto start = clock_type::now();
  program::make_folder(o.out);
  const std::string checkpoint = o.out + "/checkpoint.safetensors";
  thread_pool pool(o.threads);
  const backend::cpu::use_pool kernels(pool);

  const data::image_set images = image_supernet::read_images(o.data, o.images, o.labels, o.seed);
  const auto scale = data::statistics_of(images);
  const auto space = image_supernet::space_for(images, o.width, *o.cells);
  const image_supernet::image_split split(images, 0.1, o.seed);
  const paragon::random_key key{.seed = o.seed};
  image_supernet::net_type net = image_supernet::make_supernet(space, o.seed);
  const auto held_out = data::normalised(
      images, std::span(split.held_out).first(std::min<std::size_t>(split.held_out.size(), 5000)), scale);
  const auto show = [&](const std::vector<std::size_t>& chosen, std::string_view use) {
    return image_supernet::make_batches(images, chosen, o.batch, scale, key.fork(use), !o.synthetic());
  };

  // What the run is: a checkpoint of another one is refused. The number of steps comes from the checkpoint.
  safetensors_file::metadata_map identity{
      {"images", image_supernet::describe(images)},
      {"width", std::to_string(o.width)},
      {"cells", std::to_string(*o.cells)},
      {"batch", std::to_string(o.batch)},
      {"rate", paragon::number_text(*o.rate)},
      {"budget", o.minutes ? paragon::number_text(*o.minutes) + " minutes" : std::to_string(*o.epochs) + " epochs"},
      {"search", o.search ? "yes" : "no"},
      {"seed", std::to_string(o.seed)}};
  const bool goes_on = o.resume && std::filesystem::exists(checkpoint);
  std::size_t steps = 0;
  if (goes_on) {
    steps = image_supernet::read_number(supernet::open_checkpoint(checkpoint, identity), checkpoint, "steps");
  }
  const auto settings = [&](std::size_t n) { return image_supernet::schedule(n, *o.rate); };

  const std::string kept = "the same command with --resume goes on from " + checkpoint;
  std::optional<double> rate;
  std::optional<devices> benchmark;
  std::size_t hypernetwork_steps = 0;
  nn::parameters<float> hyper_weights;
  std::vector<std::vector<float>> logits;  // by device, [rays, choices]
  const auto rays = preference::circle(o.rays);
  if (!o.search) {
    auto source = show(split.learned, "images of the weights");
    const image_supernet::paths paths = image_supernet::make_paths(space, key.fork("paths"));
    if (steps == 0) {
      steps = steps_for(o, source.steps_per_epoch(), [&] {
        auto probe = net;
        supernet::weight_trainer<float> trial(settings(100));
        return seconds_each(o, [&] { (void)image_supernet::step(trial, probe, source, paths); });
      });
    }
    identity["steps"] = std::to_string(steps);
    supernet::weight_trainer<float> trainer(settings(steps));
    if (goes_on) supernet::restore_checkpoint(supernet::open_checkpoint(checkpoint, identity), net, trainer);
    const auto save = [&] { supernet::save_checkpoint(checkpoint, net, trainer, identity); };
    if (!goes_on) interruption::hold(save, kept);
    rate = image_supernet::train(
        "supernet, images", o.checkpoint_minutes, steps,
        [&] { return image_supernet::step(trainer, net, source, paths); },
        [&] { return static_cast<std::size_t>(trainer.done()); }, save, kept);
  } else {
    benchmark.emplace(o);
    const auto& problem = benchmark->problem;
    search::scorer costs(problem.space(), problem.devices().size(), problem.costs().front());
    costs.fit_scales(costs.sample(1000, key.fork("scales of costs")));
    const auto halves = data::split_half(std::span<const std::size_t>(split.learned), key.fork("halves"));
    auto weight_images = show(halves.first, "images of the weights");
    auto search_images = show(halves.second, "images of the search");
    nn::parameters<float> store;
    const hypernetwork::multilayer hyper(store,
                                         {.objectives = 2,
                                          .device_features = problem.devices().front().features.size(),
                                          .choices = space::total_choices(problem.space())},
                                         key.fork("hypernetwork"));
    const auto make = [&](image_supernet::net_type& on, std::size_t n, std::size_t warmup) {
      return search::bilevel<image_supernet::network, hypernetwork::multilayer, image_supernet::batches,
                             image_supernet::batches, decltype(costs), image_supernet::paths>(
          on, hyper, store, weight_images, search_images, costs, benchmark->training(),
          image_supernet::make_paths(space, key.fork("paths")), settings(n), {.rows = 1, .objectives = 2},
          {.warmup = warmup, .weight_steps = 16}, key.fork("search"));
    };
    if (steps == 0) {
      steps = steps_for(o, 2 * weight_images.steps_per_epoch(), [&] {
        auto probe = net;
        auto weights = make(probe, 1000000, 999999);
        auto all = make(probe, 1000000, 0);
        const double warmup = seconds_each(o, [&] { (void)weights.step(); });
        const double rest = seconds_each(o, [&] { (void)all.step(); });
        return (warmup + 2 * rest) / 3;
      });
    }
    identity["steps"] = std::to_string(steps);
    auto both = make(net, steps, steps / 3);
    if (goes_on) both.restore(checkpoint, identity);
    const auto save = [&] { both.save(checkpoint, identity); };
    if (!goes_on) interruption::hold(save, kept);
    rate = image_supernet::train(
        "supernet, images", o.checkpoint_minutes, steps,
        [&] {
          const std::size_t passed = both.images_of_step();
          return std::pair{both.step(), passed};
        },
        [&] { return static_cast<std::size_t>(both.done()); }, save, kept);
    hypernetwork_steps = both.report().steps;
    for (const auto& d : problem.devices()) logits.push_back(both.model().logits(d, rays.values()));
    hyper_weights = both.model().store();
  }

  result r;
  r.algorithm = o.search ? "modnas-images" : "supernet";
  r.dataset = images.name();
  r.seed = o.seed;
  r.settings.assign(identity.begin(), identity.end());
  if (rate) r.settings.emplace_back("images_per_second", std::to_string(*rate));
  r.settings.emplace_back("hypernetwork steps", std::to_string(hypernetwork_steps));
  if (o.search) {
    const auto& problem = benchmark->problem;
    auto errors = supernet_errors(net, held_out, problem, o.judged, key.fork("judged cells"));
    r.objectives = {nasbench201::error_objective::describe(), problem.costs().front().describe()};
    search::scorer scorer(problem.space(), problem.devices().size(), nasbench201::error_objective(std::move(errors)),
                          problem.costs().front());
    scorer.fit_scales(scorer.sample(1000, key.fork("scales")));
    const search::pooled decode;
    const nasbench201::judge judge(benchmark->tables, "cifar10");
    terminal_progress show_fronts;
    for (std::size_t d = 0; d < problem.devices().size(); ++d) {
      const auto& name = problem.devices()[d].name;
      device_front front;
      front.name = name;
      front.split = d < problem.training_devices() ? "train" : "test";
      std::vector<std::size_t> chosen;
      for (const auto i : decode(scorer, d, std::span<const float>(logits[d]), rays.values(), key.fork("choice"))) {
        const std::size_t ray = chosen.size();
        chosen.push_back(benchmark::nasbench201_api_index(scorer.at(i)));
        front.points.push_back({{rays[ray].begin(), rays[ray].end()},
                                benchmark::to_string(scorer.at(i)),
                                {scorer.value(0, i, d), scorer.value(1, i, d)}});
      }
      // Only now are labels of the benchmark read: to say how good the fronts are.
      const nasbench201::judged_device device(judge, benchmark->tables, name, false);
      front.hypervolume = device.hypervolume(chosen);
      front.true_hypervolume = device.true_hypervolume();
      constexpr std::size_t draws = 100;
      double sum = 0;
      for (std::size_t k = 0; k < draws; ++k) {
        std::vector<std::size_t> drawn(rays.size());
        const paragon::random_key draw = key.fork("random cells").fork(k);
        for (std::size_t i = 0; i < drawn.size(); ++i) {
          drawn[i] = draw.below(nasbench201::cells, i);
        }
        sum += device.hypervolume(drawn) / draws;
      }
      front.random_hypervolume = sum;
      r.devices.push_back(std::move(front));
      show_fronts("fronts", d + 1, problem.devices().size(), static_cast<double>(scorer.known()));
    }
    r.evaluations = o.judged;
  }
  r.seconds = seconds_since(start);
  json::array ranked;
  double best = 0;
  std::string best_cell;
  terminal_progress observe;
  for (std::size_t i = 0; i < o.rank; ++i) {
    const auto cell = space::uniform(space, key.fork("ranked cells"), i);
    const auto judged = judge_by(net, held_out, cell);
    ranked.emplace_back(json::object{{"architecture", space.to_string(cell)},
                                     {"supernet_accuracy", judged.accuracy()},
                                     {"supernet_loss", judged.loss()}});
    if (judged.accuracy() > best) {
      best = judged.accuracy();
      best_cell = space.to_string(cell);
    }
    observe("scoring cells", i + 1, o.rank, best);
  }
  json::object members = report::to_json(r).members();
  members.emplace_back("images_per_second", rate ? json(*rate) : json());
  members.emplace_back("ranked", std::move(ranked));
  interruption::hold(
      [&] {
        nn::save_weights(o.out + "/supernet.safetensors", net.store(), identity);
        if (o.search) {
          nn::save_weights(o.out + "/hypernetwork.safetensors", hyper_weights, {{"seed", std::to_string(o.seed)}});
          (void)report::write(r, o.out);
        }
        write_file(o.out + "/result.json", json(std::move(members)).dump(2) + "\n");
      },
      "all is written to " + o.out);

  std::printf("supernet of %zu channels and %zu cells a stage on %s: %zu steps of %zu images", o.width, *o.cells,
              images.name().c_str(), steps, o.batch);
  if (rate) std::printf(", %.0f images/s", *rate);
  std::printf("\n");
  if (!best_cell.empty()) {
    std::printf("best of %zu random cells by %zu images that the weights did not see: %.2f %%\n  %s\n", o.rank,
                held_out.labels.size(), 100 * best, best_cell.c_str());
  }
  if (o.search) summarise(r);
  std::printf("result   %s/result.json\nweights  %s/supernet.safetensors\n", o.out.c_str(), o.out.c_str());
  if (o.search) std::printf("report   %s/report.html\n", o.out.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return program::run("supernet_nasbench201", [&] { return run(read_options(argc, argv)); });
}
