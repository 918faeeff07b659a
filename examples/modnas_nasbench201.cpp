// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MODNAS on NAS-Bench-201: one search, the Pareto fronts of 19 devices, six of which the search never saw.
//
// Learns predictors from counted labels and measurements, trains a hypernetwork with multiple-gradient descent over the
// training devices, asks it for one cell for each preference ray on every device, and reports how good they are.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>
#include <optional>
#include <paragon/core/interruption.hpp>
#include <paragon/core/progress.hpp>
#include <paragon/core/result.hpp>
#include <paragon/nn/weights.hpp>
#include <paragon/predictor/correlation.hpp>
#include <paragon/preference/rays.hpp>
#include <paragon/report/write.hpp>
#include <string>
#include <vector>

#include "support/nasbench201_judge.hpp"
#include "support/nasbench201_problem.hpp"
#include "support/nasbench201_published.hpp"
#include "support/nasbench201_search.hpp"
#include "support/nasbench201_surrogates.hpp"
#include "support/program.hpp"

namespace {

struct options {
  std::string data;
  std::string dataset = "cifar10";
  std::string objectives = "error,latency";
  std::size_t labels = 250;
  std::size_t latency_samples = 900;
  std::size_t rays = 24;
  std::optional<std::size_t> steps;
  std::uint64_t seed = 1;
  std::size_t threads = 1;
  bool published = false;
  std::string out;
};

options read_options(int argc, char** argv) {
  options o;
  CLI::App app("MODNAS on NAS-Bench-201: the Pareto fronts of 19 devices from one search");
  app.add_option("--data", o.data, "folder with the benchmark's tables; without it, the surrogates that come along");
  app.add_option("--dataset", o.dataset, "cifar10, cifar100 or imagenet16")->capture_default_str();
  app.add_option("--objectives", o.objectives, "error,latency or error,latency,energy")->capture_default_str();
  app.add_option("--labels", o.labels, "cells whose validation accuracy may be read")
      ->check(program::whole(2, nasbench201::cells))
      ->capture_default_str();
  app.add_option("--latency-samples", o.latency_samples, "cells measured on each training device")
      ->check(program::whole(20, nasbench201::cells))
      ->capture_default_str();
  app.add_option("--rays", o.rays, "preference rays for each device")
      ->check(program::whole(1, 10000))
      ->capture_default_str();
  app.add_option("--steps", o.steps, "updates of the hypernetwork; default 3000, with --published 9800")
      ->check(program::whole(1, 10000000));
  app.add_option("--seed", o.seed, "of everything random")->check(program::whole(0))->capture_default_str();
  app.add_option("--threads", o.threads, "threads of the kernels, 0: all; the result is the same")
      ->check(program::whole(0, 1024))
      ->capture_default_str();
  app.add_flag("--published", o.published, "the algorithm as published: look-up bank, Frank-Wolfe, its normalisations");
  app.add_option("--out", o.out, "folder for result.json, report.html and the pictures")->required();
  program::parse(app, argc, argv);
  if (o.objectives != "error,latency" && o.objectives != "error,latency,energy") {
    throw paragon::error("--objectives", paragon::quote(o.objectives), "error,latency or error,latency,energy");
  }
  if (o.published && o.objectives != "error,latency") {
    throw paragon::error("--published", "with " + o.objectives, "error,latency: it knows two objectives");
  }
  return o;
}

/// Rays for m objectives: those of the published protocol for two, a grid on the simplex for more.
paragon::preference::rays make_rays(std::size_t n, std::size_t m) {
  if (m == 2) return paragon::preference::circle(n);
  std::size_t divisions = 1;
  while (paragon::preference::simplex_grid_size(m, divisions) < n) ++divisions;
  return paragon::preference::simplex_grid(m, divisions);
}

int run(const options& o) {
  using namespace paragon;
  const auto start = std::chrono::steady_clock::now();
  program::make_folder(o.out);
  thread_pool pool(o.threads);
  const backend::cpu::use_pool kernels(pool);

  terminal_progress observe;
  const benchmark::nasbench201_tables tables =
      o.data.empty() ? nasbench201::surrogate_tables() : benchmark::nasbench201_tables(o.data);
  const nasbench201::judge judge(tables, o.dataset);
  nasbench201::problem problem(tables, {.dataset = o.dataset,
                                        .energy = o.objectives != "error,latency",
                                        .labels = o.labels,
                                        .latency_samples = o.latency_samples,
                                        .seed = o.seed,
                                        .published = o.published});
  const std::size_t m = problem.objectives();
  const auto rays = make_rays(o.rays, m);
  problem.learn(observe);
  const auto found =
      o.published
          ? nasbench201::search_published<nasbench201::choice>(problem, o.seed, rays, o.steps.value_or(9800), observe)
          : nasbench201::search_corrected(problem, o.seed, rays, o.steps.value_or(3000), observe);

  result r;
  r.algorithm = o.published ? "modnas-published" : "modnas";
  r.dataset = o.dataset;
  r.seed = o.seed;
  r.labels_read = problem.labels_read();
  r.evaluations = found.evaluations;
  r.objectives.push_back({"error", "%", direction::minimise});
  for (const auto& cost : problem.costs()) r.objectives.push_back(cost.describe());
  r.settings = {{"benchmark", o.data.empty() ? "surrogates" : "tables"},
                {"labels", std::to_string(o.labels)},
                {"latency samples", std::to_string(o.latency_samples)},
                {"rays", std::to_string(rays.size())},
                {"steps", std::to_string(found.steps)}};
  for (std::size_t d = 0; d < problem.devices().size(); ++d) {
    const std::string& name = problem.devices()[d].name;
    device_front front;
    front.name = name;
    front.split = d < problem.training_devices() ? "train" : "test";
    const nasbench201::judged_device device(judge, tables, name, m == 3);
    for (std::size_t i = 0; i < rays.size(); ++i) {
      front.points.push_back({{rays[i].begin(), rays[i].end()},
                              benchmark::to_string(problem.all_cells()[found.by_device[d][i]]),
                              device.objectives(found.by_device[d][i])});
    }
    front.hypervolume = device.hypervolume(found.by_device[d]);
    front.true_hypervolume = device.true_hypervolume();
    for (const std::size_t i : device.true_front()) {
      front.true_front.push_back({{}, benchmark::to_string(problem.all_cells()[i]), device.objectives(i)});
    }
    constexpr std::size_t draws = 100;
    double random_sum = 0;
    for (std::size_t k = 0; k < draws; ++k) {
      nasbench201::cell_numbers cells(rays.size());
      const auto key = paragon::random_key{.seed = o.seed}.fork("random cells").fork(k);
      for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = key.below(nasbench201::cells, i);
      random_sum += device.hypervolume(cells);
      for (std::size_t i = 0; k == 0 && i < cells.size(); ++i) {
        front.random.push_back({{}, benchmark::to_string(problem.all_cells()[cells[i]]), device.objectives(cells[i])});
      }
    }
    front.random_hypervolume = random_sum / draws;
    if (!found.exhaustive.empty()) {
      front.baselines.push_back({"no model", found.evaluations, device.hypervolume(found.no_model[d])});
      front.baselines.push_back({"hypernetwork alone", 0, device.hypervolume(found.arg_max[d])});
      front.baselines.push_back(
          {"exhaustive, same predictors", nasbench201::cells, device.hypervolume(found.exhaustive[d])});
    }
    r.devices.push_back(std::move(front));
  }
  r.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::string weights = o.out + "/hypernetwork.safetensors";
  const auto written = interruption::hold(
      [&] {
        nn::save_weights(weights, found.weights, {{"algorithm", r.algorithm}, {"seed", std::to_string(o.seed)}});
        return report::write(r, o.out);
      },
      "all is written to " + o.out);

  // Ten lines on what was found.
  const auto summarise = [&](const char* split) {
    double mean = 0;
    double random_mean = 0;
    double worst = 2;
    std::size_t count = 0;
    std::string worst_name;
    std::vector<std::pair<std::string, double>> baselines;
    for (const auto& d : r.devices) {
      if (d.split != split) continue;
      const double ratio = *d.hypervolume / *d.true_hypervolume;
      mean += ratio;
      random_mean += *d.random_hypervolume / *d.true_hypervolume;
      ++count;
      for (std::size_t b = 0; b < d.baselines.size(); ++b) {
        if (b == baselines.size()) baselines.emplace_back(d.baselines[b].name, 0);
        baselines[b].second += d.baselines[b].hypervolume / *d.true_hypervolume;
      }
      if (ratio < worst) {
        worst = ratio;
        worst_name = d.name;
      }
    }
    if (count == 0) return;
    const auto n = static_cast<double>(count);
    std::printf("%2zu %s devices: hypervolume %.4f of the true front (random cells: %.4f), worst %.4f on %s\n", count,
                std::string(split) == "train" ? "training" : "unseen  ", mean / n, random_mean / n, worst,
                worst_name.c_str());
    for (std::size_t b = 0; b < baselines.size(); ++b) {
      std::printf("%s%s %.4f", b == 0 ? "    " : ", ", baselines[b].first.c_str(), baselines[b].second / n);
    }
    if (!baselines.empty()) std::printf("\n");
  };
  std::printf("MODNAS%s on NAS-Bench-201, %s, seed %llu, %s\n", o.published ? " as published" : "", o.dataset.c_str(),
              static_cast<unsigned long long>(o.seed),
              o.data.empty() ? "surrogates of the benchmark" : "benchmark tables");
  std::printf("%zu validation labels, %zu latency samples on each training device, 10 on unseen ones, %zu rays\n",
              r.labels_read, o.latency_samples, rays.size());
  summarise("train");
  summarise("test");
  if (m == 2) {
    double worst = -1;
    std::string where;
    for (const auto& d : r.devices) {
      std::vector<double> weight;
      std::vector<double> latency;
      for (const auto& p : d.points) {
        weight.push_back(p.preference[1]);
        latency.push_back(p.objectives[1]);
      }
      if (weight.size() < 2) continue;
      if (const double rho = predictor::spearman(weight, latency); rho >= worst) {
        worst = rho;
        where = d.name;
      }
    }
    std::printf("latency against its weight: Spearman %.3f or below on every device (%s)\n", worst, where.c_str());
  }
  std::printf("%zu of 15625 cells were judged by the predictors; %.1f s in all\n", r.evaluations, r.seconds);
  std::printf("result   %s\nreport   %s\npictures %s/*.svg\nweights  %s\n", written[0].c_str(), written[1].c_str(),
              o.out.c_str(), weights.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return program::run("modnas_nasbench201", [&] { return run(read_options(argc, argv)); });
}
