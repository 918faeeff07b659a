// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The Pareto front of the machine at hand, from ten measurements.
//
// Measures the ten reference cells of NAS-Bench-201 on this machine, in this library's own inference; that is all that
// the latency predictor and the hypernetwork, which learned from thirteen other devices, get to know of it. Then it
// prints the cells for 24 preferences, and measures these and fifty random cells to see how good the predictions are.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <memory>
#include <paragon/core/atomic_file.hpp>
#include <paragon/core/interruption.hpp>
#include <paragon/core/json.hpp>
#include <paragon/nn/weights.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/predictor/correlation.hpp>
#include <paragon/preference/rays.hpp>
#include <paragon/report/page.hpp>
#include <paragon/report/svg_points.hpp>
#include <paragon/report/text.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/agreement_picture.hpp"
#include "support/nasbench201_device.hpp"
#include "support/nasbench201_judge.hpp"
#include "support/nasbench201_problem.hpp"
#include "support/nasbench201_search.hpp"
#include "support/nasbench201_surrogates.hpp"
#include "support/program.hpp"

namespace {

namespace objective = paragon::objective;
using paragon::json;

struct options {
  std::string data;
  std::string out = "my_device.out";
  std::size_t rays = 24;
  std::size_t random_cells = 50;
  std::size_t rounds = 9;
  std::size_t steps = 3000;
  std::uint64_t seed = 1;
};

options read_options(int argc, char** argv) {
  options o;
  CLI::App app("The Pareto front of this machine on NAS-Bench-201, from ten measurements");
  app.add_option("--data", o.data, "folder with the benchmark's tables; without it, the surrogates that come along");
  app.add_option("--out", o.out, "folder for result.json and report.html")->capture_default_str();
  app.add_option("--rays", o.rays, "preferences to choose cells for")
      ->check(program::whole(1, 1000))
      ->capture_default_str();
  app.add_option("--random-cells", o.random_cells, "random cells to check the predictions with")
      ->check(program::whole(2, 1000))
      ->capture_default_str();
  app.add_option("--rounds", o.rounds, "how often each cell is measured")
      ->check(program::whole(2, 1000))
      ->capture_default_str();
  app.add_option("--steps", o.steps, "updates of the hypernetwork")
      ->check(program::whole(1, 10000000))
      ->capture_default_str();
  app.add_option("--seed", o.seed, "of everything random")->check(program::whole(0))->capture_default_str();
  program::parse(app, argc, argv);
  return o;
}

/// The processor's name, where the system tells it.
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name") && line.find(": ") != std::string::npos) return line.substr(line.find(": ") + 2);
  }
  return "this machine";
}

/// A cell, what was foretold of it, and what came true.
struct row {
  std::size_t cell;
  double predicted_ms;
  objective::latency measured;
};

/// How well a set of latencies was predicted.
struct agreement {
  double spearman = 0;
  double kendall = 0;
  double median_error = 0;  ///< of |predicted - measured| / measured
  double worst_error = 0;
  double median_error_at_pace = 0;  ///< the same for predictions times `pace`
  std::size_t noisy = 0;

  /// \param pace  how much slower the machine was than when it was measured for the predictions
  agreement(const std::vector<row>& rows, double pace) {
    std::vector<double> predicted;
    std::vector<double> measured;
    std::vector<double> errors;
    std::vector<double> errors_at_pace;
    for (const row& r : rows) {
      const double truth = r.measured.median_ms;
      predicted.push_back(r.predicted_ms);
      measured.push_back(truth);
      errors.push_back(std::abs(r.predicted_ms - truth) / truth);
      errors_at_pace.push_back(std::abs(pace * r.predicted_ms - truth) / truth);
      noisy += r.measured.noisy;
    }
    spearman = paragon::predictor::spearman(predicted, measured);
    kendall = paragon::predictor::kendall(predicted, measured);
    std::sort(errors.begin(), errors.end());
    std::sort(errors_at_pace.begin(), errors_at_pace.end());
    median_error = errors[errors.size() / 2];
    median_error_at_pace = errors_at_pace[errors.size() / 2];
    worst_error = errors.back();
  }
  [[nodiscard]] json to_json() const {
    return json::object{{"spearman", spearman},
                        {"kendall", kendall},
                        {"median_relative_error", median_error},
                        {"worst_relative_error", worst_error},
                        {"median_relative_error_at_pace", median_error_at_pace},
                        {"noisy", noisy}};
  }
};

json to_json(const objective::latency& l) {
  return json::object{{"median_ms", l.median_ms},
                      {"spread_ms", l.spread_ms},
                      {"samples", l.samples},
                      {"tries", l.tries},
                      {"noisy", l.noisy}};
}

int run(const options& o) {
  using namespace paragon;
  using clock = std::chrono::steady_clock;
  const auto start = clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(clock::now() - start).count(); };
  program::make_folder(o.out);
  const std::string result_path = o.out + "/result.json";

  // This machine: ten measurements.
  const benchmark::nasbench201_tables tables =
      o.data.empty() ? nasbench201::surrogate_tables() : benchmark::nasbench201_tables(o.data);
  const nasbench201::judge judge(tables, "cifar10");
  const auto device = std::make_shared<nasbench201::inference>(benchmark::nasbench201_network::cifar10(),
                                                               paragon::random_key{.seed = o.seed}.fork("weights"));
  const objective::latency_settings settings{.rounds = o.rounds, .repetitions = 3};
  std::vector<benchmark::nasbench201_cell> references;
  for (const std::size_t i : tables.reference_indices()) references.push_back(benchmark::nasbench201_at_api_index(i));
  const auto embedding = nasbench201::latency_here(device, settings).measure(references);
  nasbench201::own_device here{"this machine", {}};
  for (const auto& l : embedding) here.references.push_back(l.median_ms);
  const auto noisy_references =
      std::count_if(embedding.begin(), embedding.end(), [](const auto& l) { return l.noisy; });
  const double measuring = seconds();

  // What thirteen other devices teach, and what it means for this one.
  terminal_progress observe;
  nasbench201::problem problem(tables, {.seed = o.seed, .own = {here}});
  problem.learn(observe);
  const auto rays = preference::circle(o.rays);
  const auto found = nasbench201::search_corrected(problem, o.seed, rays, o.steps, observe);
  const std::size_t own = problem.devices().size() - 1;
  const auto& latencies = problem.costs().front();
  const double learning = seconds() - measuring;

  // The front, and whether it is true.
  nasbench201::cell_numbers chosen;
  for (const std::size_t cell : found.by_device[own]) {
    if (std::find(chosen.begin(), chosen.end(), cell) == chosen.end()) chosen.push_back(cell);
  }
  nasbench201::cell_numbers drawn;
  const auto key = paragon::random_key{.seed = o.seed}.fork("random cells");
  for (std::uint64_t i = 0; drawn.size() < o.random_cells; ++i) {
    const std::size_t cell = key.below(nasbench201::cells, i);
    const bool known = latencies.measured(own, cell) || std::find(drawn.begin(), drawn.end(), cell) != drawn.end();
    if (!known) drawn.push_back(cell);
  }
  std::vector<benchmark::nasbench201_cell> judged = references;
  for (const auto* cells : {&chosen, &drawn}) {
    for (const std::size_t i : *cells) judged.push_back(problem.all_cells()[i]);
  }
  const auto truth = nasbench201::latency_here(device, settings).measure(judged);
  const auto rows_of = [&](const nasbench201::cell_numbers& cells, std::size_t first) {
    std::vector<row> rows;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      rows.push_back({cells[i], latencies.at(own, cells[i]), truth[first + i]});
    }
    return rows;
  };
  const auto front_rows = rows_of(chosen, references.size());
  const auto random_rows = rows_of(drawn, references.size() + chosen.size());
  std::vector<double> macs;
  std::vector<double> measured;
  for (const row& r : random_rows) {
    macs.push_back(problem.space().macs(problem.all_cells()[r.cell]));
    measured.push_back(r.measured.median_ms);
  }
  const double by_macs = predictor::spearman(macs, measured);
  // The machine may have become faster or slower since the first measurements.
  std::vector<double> ratios;
  for (std::size_t i = 0; i < references.size(); ++i) {
    ratios.push_back(truth[i].median_ms / embedding[i].median_ms);
  }
  std::sort(ratios.begin(), ratios.end());
  const double pace = 0.5 * (ratios[ratios.size() / 2 - 1] + ratios[ratios.size() / 2]);
  const agreement of_random(random_rows, pace);
  const auto test_error = [&](std::size_t cell) { return 100 - judge.accuracy[cell]; };
  const auto name_of = [&](std::size_t cell) { return benchmark::to_string(problem.all_cells()[cell]); };

  // result.json
  const auto entries = [&](const std::vector<row>& rows) {
    json::array list;
    for (const row& r : rows) {
      list.emplace_back(json::object{{"cell", name_of(r.cell)},
                                     {"predicted_error", problem.errors()[r.cell]},
                                     {"test_error", test_error(r.cell)},
                                     {"predicted_ms", r.predicted_ms},
                                     {"measured", to_json(r.measured)}});
    }
    return list;
  };
  json::array reference_list;
  for (std::size_t i = 0; i < references.size(); ++i) {
    reference_list.emplace_back(
        json::object{{"cell", benchmark::to_string(references[i])}, {"measured", to_json(embedding[i])}});
  }
  const std::string name = processor();
  const json result(json::object{{"program", "my_device"},
                                 {"processor", name},
                                 {"benchmark", o.data.empty() ? "surrogates" : "tables"},
                                 {"seed", o.seed},
                                 {"labels_read", problem.labels_read()},
                                 {"references", std::move(reference_list)},
                                 {"random", entries(random_rows)},
                                 {"front", entries(front_rows)},
                                 {"agreement", of_random.to_json()},
                                 {"spearman_of_macs", by_macs},
                                 {"pace", pace},
                                 {"seconds_measuring", measuring},
                                 {"seconds_learning", learning},
                                 {"seconds", seconds()}});

  // report.html
  report::page page("This machine on NAS-Bench-201",
                    name + ": " + std::to_string(chosen.size()) + " cells for " + std::to_string(rays.size()) +
                        " preferences from 10 measurements, seed " + std::to_string(o.seed));
  page.fact("Rank correlation", report::format_number(of_random.spearman, 3), "Spearman")
      .fact("Median error", report::format_number(100 * of_random.median_error, 3), "%")
      .fact("Pace", report::format_number(pace, 3), "times as long")
      .fact("Noisy measurements", std::to_string(of_random.noisy + static_cast<std::size_t>(noisy_references)))
      .fact("Learning and search", report::format_number(learning, 3), "s");
  agreement_picture picture{{}, "ms"};
  std::vector<double> plane;
  std::vector<std::string> cells;
  for (const auto* rows : {&random_rows, &front_rows}) {
    for (const row& r : *rows) {
      picture.points.push_back({r.predicted_ms, r.measured.median_ms, name_of(r.cell), rows == &front_rows});
      plane.insert(plane.end(), {r.measured.median_ms, test_error(r.cell)});
      cells.push_back(name_of(r.cell));
    }
  }
  std::vector<std::size_t> found_rows(front_rows.size());
  for (std::size_t i = 0; i < found_rows.size(); ++i) found_rows[i] = random_rows.size() + i;
  const pareto::points<double> set(plane, 2);
  page.section("Latency", "one image, one thread, measured after it was predicted");
  page.picture("predicted and measured", picture.svg(), "diamonds: the front; crosses: random cells");
  page.picture("the front",
               report::svg_points({.set = set,
                                   .names = {"measured latency (ms)", "test error (%)"},
                                   .front = pareto::filter(set),
                                   .chosen = found_rows,
                                   .labels = cells},
                                  {.width = 400, .height = 290, .standalone = false}),
               "diamonds: for one of the preferences; discs and line: best of those measured");
  std::vector<std::vector<std::string>> lines;
  for (const row& r : front_rows) {
    lines.push_back({report::format_number(r.measured.median_ms, 4) + (r.measured.noisy ? " (noisy)" : ""),
                     report::format_number(r.predicted_ms, 4), report::format_number(test_error(r.cell), 4),
                     report::format_number(problem.errors()[r.cell], 4), name_of(r.cell)});
  }
  page.section("Cells of the front");
  page.table({"measured (ms)", "predicted (ms)", "test error (%)", "predicted (%)", "cell"}, lines);
  const std::string report_path = o.out + "/report.html";
  interruption::hold(
      [&] {
        nn::save_weights(o.out + "/hypernetwork.safetensors", found.weights,
                         {{"algorithm", "modnas"}, {"seed", std::to_string(o.seed)}});
        write_file(result_path, result.dump(1) + "\n");
        write_file(report_path, page.html());
      },
      "all is written to " + o.out);

  std::printf("%s: 10 reference cells measured in %.1f s, learned from 13 other devices in %.1f s\n", name.c_str(),
              measuring, learning);
  if (noisy_references > 0) {
    std::printf("warning: %td of the reference measurements are noisy; a quieter machine gives a better front\n",
                noisy_references);
  }
  std::printf("%zu cells for %zu preferences; error %%, latency ms: predicted -> measured\n", chosen.size(),
              rays.size());
  for (const row& r : front_rows) {
    std::printf("%6.2f -> %6.2f  %7.3f -> %7.3f%s  %s\n", problem.errors()[r.cell], test_error(r.cell), r.predicted_ms,
                r.measured.median_ms, r.measured.noisy ? " (noisy)" : "", name_of(r.cell).c_str());
  }
  std::printf(
      "%zu random cells: Spearman %.3f (by MACs alone %.3f), relative error %.1f %% in the median, %.0f %% at "
      "most; %zu noisy\n",
      random_rows.size(), of_random.spearman, by_macs, 100 * of_random.median_error, 100 * of_random.worst_error,
      of_random.noisy);
  std::printf(
      "reference cells took %.2f times as long by then; at that pace the median error is %.1f %%; %.1f s in all\n",
      pace, 100 * of_random.median_error_at_pace, seconds());
  std::printf("result   %s\nreport   %s\n", result_path.c_str(), report_path.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return program::run("my_device", [&] { return run(read_options(argc, argv)); });
}
