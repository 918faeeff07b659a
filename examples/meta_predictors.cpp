// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How well predictors of accuracy and latency carry over to a data set of which no label is read, on NAS-Bench-201.
//
// Learned from: DiffusionNAG's pairs of ImageNet-32 (a part of their cells and tasks) and the validation accuracies of at
// most 1,500 cells on the other two data sets of the table. Judged on: the target's validation accuracies of cells that
// are not trained on and have no isomorphic cell among those; and the pairs with both cell and task held out. "Noisy"
// means x_t with t uniform in (0, 1] of the variance-exploding process from 0.1 to 5, which leaves nothing to see for
// large t: beside each number stands what the exact posterior, given all labels of the test cells, reaches.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <numeric>
#include <paragon/core/atomic_file.hpp>
#include <paragon/core/interruption.hpp>
#include <paragon/core/json.hpp>
#include <paragon/report/html_assets.hpp>
#include <paragon/report/svg_curves.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/nasbench201_meta.hpp"
#include "support/program.hpp"

namespace {

using namespace nasbench201::meta;
using paragon::json;
namespace benchmark = paragon::benchmark;
namespace report = paragon::report;

constexpr std::size_t levels = 10;
constexpr double published_noisy = 0.855;
constexpr double published_denoised = 0.884;
constexpr double published_latency = 0.470;

struct options {
  std::string data;
  std::uint64_t seed = 1;
  std::string out;
  std::size_t labels = 1500;
  std::size_t test_cells = cells;
  bool quick = false;
};

options read_options(int argc, char** argv) {
  options o;
  CLI::App app("Trains predictors of accuracy and latency for noisy and for finished cells, and judges them");
  app.add_option("--data", o.data, "folder with the tables")->required();
  app.add_option("--seed", o.seed, "of everything random")->check(program::whole(0))->capture_default_str();
  app.add_option("--out", o.out, "file for the numbers, .json; report.html is put beside it");
  app.add_option("--labels", o.labels, "cells whose accuracies on the other data sets are read")
      ->check(program::whole(60, 1500))
      ->capture_default_str();
  app.add_option("--test-cells", o.test_cells, "cells to test on, at most")
      ->check(program::whole(20, cells))
      ->capture_default_str();
  app.add_flag("--quick", o.quick, "every tenth pair and taught cell, a tenth of the epochs: to see the program work");
  program::parse(app, argc, argv);
  return o;
}

/// Spearman's correlations by noise.
struct correlations {
  double denoised = 0;
  double noisy = 0;                    ///< t uniform in (0, 1]
  std::array<double, levels> level{};  ///< t in (k / 10, (k + 1) / 10]
  std::array<double, levels> up_to{};  ///< t uniform in (0, (k + 1) / 10]

  correlations(std::span<const double> finished, std::span<const double> predicted, std::span<const double> truth,
               std::span<const double> times)
      : denoised(finished.empty() ? 0 : predictor::spearman(finished, truth)),
        noisy(predictor::spearman(predicted, truth)) {
    for (std::size_t k = 0; k < levels; ++k) {
      level[k] = between(predicted, truth, times, static_cast<double>(k) / levels, static_cast<double>(k + 1) / levels);
      up_to[k] = between(predicted, truth, times, 0, static_cast<double>(k + 1) / levels);
    }
  }

  [[nodiscard]] json to_json() const {
    return json::object{{"denoised", denoised},
                        {"noisy", noisy},
                        {"levels", json::array(level.begin(), level.end())},
                        {"noisy_up_to", json::array(up_to.begin(), up_to.end())}};
  }

private:
  static double between(std::span<const double> predicted, std::span<const double> truth, std::span<const double> times,
                        double low, double high) {
    std::vector<double> a;
    std::vector<double> b;
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (times[i] <= low || times[i] > high) continue;
      a.push_back(predicted[i]);
      b.push_back(truth[i]);
    }
    return predictor::spearman(a, b);
  }
};

/// A line of the tables.
struct result {
  std::string name;
  correlations found;
  double denoised_others = 0;  ///< on all cells that are not trained on themselves
  double seconds = 0;          ///< of training

  [[nodiscard]] json to_json() const {
    json::object o{{"name", name}, {"seconds_training", seconds}, {"denoised_isomorphic_allowed", denoised_others}};
    const json by_noise = found.to_json();
    for (const auto& member : by_noise.members()) o.push_back(member);
    return o;
  }
};

std::string number(double v) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f", v);
  return text.data();
}

std::string table_of(const std::vector<result>& rows) {
  std::string out = "<div class=\"sheet\"><table><thead><tr><th>predictor</th><th>denoised</th><th>noisy</th>";
  for (std::size_t k = 0; k < levels; ++k) {
    out += "<th>" + report::format_number(static_cast<double>(k) / levels, 2) + "\xE2\x80\x93" +
           report::format_number(static_cast<double>(k + 1) / levels, 2) + "</th>";
  }
  out += "<th>CPU s</th></tr></thead><tbody>";
  for (const result& r : rows) {
    out += "<tr><th>" + report::escape_markup(r.name) + "</th><td><b>" + number(r.found.denoised) + "</b></td><td><b>" +
           number(r.found.noisy) + "</b></td>";
    for (const double v : r.found.level) out += "<td>" + number(v) + "</td>";
    out += "<td>" + (r.seconds > 0 ? report::format_number(r.seconds, 2) : std::string()) + "</td></tr>";
  }
  return out + "</tbody></table></div>\n";
}

void print(const std::string& title, const std::vector<result>& rows) {
  std::printf("\n%s\n%-34s denoised  noisy |", title.c_str(), "");
  for (std::size_t k = 0; k < levels; ++k) std::printf("  t<%.1f", static_cast<double>(k + 1) / levels);
  std::printf("\n");
  for (const result& r : rows) {
    std::printf("%-34s    %.3f  %.3f |", r.name.c_str(), r.found.denoised, r.found.noisy);
    for (const double v : r.found.level) std::printf(" %6.3f", v);
    std::printf("  %5.1f s\n", r.seconds);
  }
  std::fflush(stdout);
}

/// Everything that is asked of one seed.
class experiment {
public:
  explicit experiment(const options& o) : o_(o), key_{.seed = o.seed}, s_(o.data, key_, o.labels, o.test_cells) {
    auto& pairs = s_.split.train;
    for (std::size_t k = 0; k * part() < pairs.size(); ++k) pairs[k] = pairs[k * part()];
    pairs.resize((pairs.size() + part() - 1) / part());
  }

  void run() {
    std::printf("%zu labelled cells, %zu pairs to train on; %zu cells and %zu pairs to test on\n", s_.labelled.size(),
                s_.split.train.size(), s_.test.size(), s_.split.test.size());
    json::array targets;
    for (const auto name : s_.tables.datasets) targets.push_back(judge_target(std::string(name)));
    page_ += latency_page_;
    for (std::size_t d = 0; d < s_.tables.datasets.size(); ++d) draw_sizes(d);
    const json pairs_alone = judge_pairs_alone();
    const json published_split = judge_published_split();
    const json pooled = judge_pooled();

    report::curves_picture by_cells{.curves = cell_curves_,
                                    .x_name = "cells labelled on the other data sets",
                                    .y_name = "Spearman",
                                    .title = "Cells of the other data sets",
                                    .limits = {}};
    const double most = static_cast<double>(s_.labelled.size());
    by_cells.limits.push_back({"published, denoised: 0.884", {{100, published_denoised}, {most, published_denoised}}});
    report::curves_picture by_pairs{
        .curves = pair_curves_, .x_name = "pairs", .y_name = "Spearman", .title = "Pairs alone", .limits = {}};
    page_ += "<section><h2>Size of the meta-data-set</h2><div class=\"curves\"><div class=\"sheet\">" +
             report::svg_curves(by_cells) + "</div><div class=\"sheet\">" + report::svg_curves(by_pairs) +
             "</div></div></section>\n";
    if (o_.out.empty()) return;
    const json all = json::object{
        {"seed", o_.seed},
        {"quick", o_.quick},
        {"process", "variance exploding, deviation 0.1 to 5, t uniform in (0, 1]"},
        {"labelled_cells", s_.labelled.size()},
        {"pairs_to_train_on", s_.split.train.size()},
        {"test_cells", s_.test.size()},
        {"test_pairs", s_.split.test.size()},
        {"published",
         json::object{{"noisy", published_noisy}, {"denoised", published_denoised}, {"latency", published_latency}}},
        {"targets", std::move(targets)},
        {"latency", std::move(latency_)},
        {"curve_cells", curves_json(cell_curves_)},
        {"curve_pairs", curves_json(pair_curves_)},
        {"pairs_alone", pairs_alone},
        {"pairs_beside_cells", json::array{pairs_beside_, pairs_taught_}},
        {"pairs_published_split", published_split},
        {"datasets_pooled", pooled},
    };
    const std::size_t folder = o_.out.rfind('/');
    paragon::interruption::hold(
        [&] {
          paragon::write_file(o_.out, all.dump(2) + "\n");
          paragon::write_file((folder == std::string::npos ? "" : o_.out.substr(0, folder + 1)) + "report.html",
                              html());
        },
        "all is written to " + o_.out);
  }

private:
  /// How many times less is learned and seen.
  [[nodiscard]] std::size_t part() const { return o_.quick ? 10 : 1; }
  [[nodiscard]] std::size_t epochs(std::size_t wanted) const { return std::max<std::size_t>(wanted / part(), 1); }

  /// Labels of the first cells, as all models of a target see them.
  struct lessons {
    std::vector<std::size_t> labelled;
    std::vector<double> accuracy;
    std::vector<double> milliseconds;
    std::vector<double> taught;  ///< of all cells, by the ranking predictor
    double seconds = 0;
    std::size_t target_labels = 0;  ///< of the target that were read: none
  };

  [[nodiscard]] lessons learn(const std::string& target, std::size_t count) const {
    lessons l;
    l.labelled.assign(s_.labelled.begin(), s_.labelled.begin() + static_cast<std::ptrdiff_t>(count));
    const benchmark::nasbench201_tables tables(
        o_.data);  // its own, so that the labels it reads are counted by themselves
    l.accuracy = accuracy_scores(tables, target, l.labelled);
    l.target_labels = tables.labels(target).labels_read();
    l.milliseconds = latency_scores(s_, l.labelled);
    const double start = cpu_seconds();
    l.taught = rank_all(s_, l.labelled, l.accuracy);
    l.seconds = cpu_seconds() - start;
    return l;
  }

  [[nodiscard]] samples taught_samples(const lessons& l) const {
    samples from = from_teacher(s_, l.labelled, l.taught, l.milliseconds, part());
    add_pairs(from, s_, s_.split.train);
    return from;
  }

  [[nodiscard]] trained<posterior_model> teach(const samples& from) const {
    return {process_, from, epochs(40), 3e-3, key_.fork("predictor of many heads")};
  }

  static std::vector<double> choose(std::span<const double> values, std::span<const std::size_t> of) {
    std::vector<double> chosen;
    for (const std::size_t i : of) chosen.push_back(values[i]);
    return chosen;
  }

  template <class Model>
  [[nodiscard]] result judge(const std::string& name, const Model& model, std::size_t which,
                             std::span<const double> truth) const {
    const auto wanted = choose(truth, s_.test);
    const exam finished(s_, s_.test, process_, false, key_.fork("exam"));
    const exam noisy(s_, s_.test, process_, true, key_.fork("exam"));
    const exam all(s_, s_.others, process_, false, key_.fork("exam"));
    return {name,
            {model(finished.x, finished.times, which), model(noisy.x, noisy.times, which), wanted, noisy.times},
            predictor::spearman(model(all.x, all.times, which), choose(truth, s_.others)),
            model.seconds};
  }

  /// The mean of known scores given x_t: of the test cells' own (nobody beats it), or of a ranking predictor's.
  [[nodiscard]] result judge_means(const std::string& name, std::span<const std::size_t> over,
                                   std::span<const double> scores, std::span<const double> truth,
                                   double seconds) const {
    const exam noisy(s_, s_.test, process_, true, key_.fork("exam"));
    return {name,
            {choose(scores, s_.test), mean_given(s_, noisy, process_, over, rank_scores(choose(scores, over))),
             choose(truth, s_.test), noisy.times},
            predictor::spearman(choose(scores, s_.others), choose(truth, s_.others)),
            seconds};
  }

  json judge_target(const std::string& target) {
    const lessons l = learn(target, s_.labelled.size());
    samples labels = from_labels(s_, l.labelled, l.accuracy, l.milliseconds);
    add_pairs(labels, s_, s_.split.train);
    const trained<published_model> published(process_, labels, epochs(60), 2e-3, key_.fork("published predictor"));
    const trained<posterior_model> plain(process_, labels, epochs(60), 3e-3, key_.fork("predictor of one head"));
    const samples lesson = taught_samples(l);
    const trained<published_model> published_taught(process_, lesson, epochs(30), 2e-3,
                                                    key_.fork("published predictor"));
    const trained<posterior_model> taught = teach(lesson);
    const auto truth = s_.tables.judge().validation_accuracy(target);  // from here on, for judging alone
    std::vector<std::size_t> everything(cells);
    std::iota(everything.begin(), everything.end(), std::size_t{0});
    std::vector<result> rows;
    rows.push_back(judge("published kind, labels", published, table_accuracy, truth));
    rows.push_back(judge("published kind, taught", published_taught, table_accuracy, truth));
    rows.push_back(judge("posterior, labels", plain, table_accuracy, truth));
    rows.push_back(judge("posterior, taught", taught, table_accuracy, truth));
    rows.push_back(judge_means("ranking, exact mean given x_t", everything, l.taught, truth, l.seconds));
    rows.push_back(judge_means("ceiling: all test labels known", s_.test, truth, truth, 0));
    const result& best = rows[3];
    std::size_t reached = 0;
    while (reached < levels && best.found.up_to[reached] >= published_noisy) ++reached;
    print(target, rows);
    const double until = static_cast<double>(reached) / levels;
    std::printf(
        "labels of %s read in training: %zu; noisy at least %.3f for t uniform in (0, %.1f], deviation to %.2f\n",
        target.c_str(), l.target_labels, published_noisy, until, process_.deviation(until));
    page_ += "<section><h2>" + target + "<small>no label of it is read; noisy reaches the published " +
             number(published_noisy) + " for t uniform in (0, " + number(until).substr(0, 3) + "]</small></h2>" +
             table_of(rows) + "</section>\n";

    if (target == s_.tables.datasets.front()) {
      judge_latency(published, plain, taught, labels);
      pairs_beside_ = pairs_line("pairs beside cells", judge_pairs(plain, s_.split.train, s_.split.test));
      pairs_taught_ = pairs_line("pairs beside taught cells", judge_pairs(taught, s_.split.train, s_.split.test));
    }
    complete_.push_back({predictor::spearman(choose(l.taught, s_.test), choose(truth, s_.test)), best.found.up_to[4]});
    json::array models;
    for (const result& r : rows) models.push_back(r.to_json());
    return json::object{{"name", target},
                        {"labels_of_target_read", l.target_labels},
                        {"models", std::move(models)},
                        {"published_noisy_reached_up_to_t", until}};
  }

  /// Latency by the same trunks, and by one of its own.
  void judge_latency(const trained<published_model>& published, const trained<posterior_model>& plain,
                     const trained<posterior_model>& taught, const samples& labels) {
    samples alone = labels;
    for (std::size_t i = 0; i < alone.labels.size(); ++i) {
      if (i % heads != latency) alone.labels[i] = unknown;
    }
    const trained<posterior_model> own(process_, alone, epochs(60), 3e-3, key_.fork("predictor of own labels"));
    const auto truth = s_.tables.judge().latency(device);
    std::vector<result> rows;
    rows.push_back(judge("published kind, shared trunk", published, latency, truth));
    rows.push_back(judge("posterior, shared trunk", plain, latency, truth));
    rows.push_back(judge("posterior, taught accuracy beside it", taught, latency, truth));
    rows.push_back(judge("posterior, trunk of its own", own, latency, truth));
    rows.push_back(judge_means("ceiling: all test labels known", s_.test, truth, truth, 0));
    print(std::string("latency on ") + device, rows);
    latency_page_ = std::string("<section><h2>Latency on ") + device +
                    "<small>published: " + number(published_latency) + " noisy</small></h2>" + table_of(rows) +
                    "</section>\n";
    for (const result& r : rows) latency_.push_back(r.to_json());
  }

  /// More and more cells of the other data sets.
  void draw_sizes(std::size_t dataset) {
    const std::string target(s_.tables.datasets[dataset]);
    report::curve ranked{target + ", ranking of finished cells", {}};
    report::curve noisy{target + ", noise-aware, t in (0, 0.5]", {}};
    const auto truth = s_.tables.judge().validation_accuracy(target);
    for (const std::size_t n : std::initializer_list<std::size_t>{100, 250, 500, 1000}) {
      if (n >= s_.labelled.size() || (o_.quick && n > 250)) break;
      const lessons l = learn(target, n);
      const result r = judge("", teach(taught_samples(l)), table_accuracy, truth);
      const auto size = static_cast<double>(n);
      ranked.points.push_back({size, predictor::spearman(choose(l.taught, s_.test), choose(truth, s_.test))});
      noisy.points.push_back({size, r.found.up_to[4]});
      std::printf("%-10s %4zu cells: ranking %.3f; noise-aware: denoised %.3f, t to 0.5 %.3f, t to 1 %.3f\n",
                  target.c_str(), n, ranked.points.back()[1], r.found.denoised, r.found.up_to[4], r.found.noisy);
      std::fflush(stdout);
    }
    ranked.points.push_back({static_cast<double>(s_.labelled.size()), complete_[dataset][0]});
    noisy.points.push_back({static_cast<double>(s_.labelled.size()), complete_[dataset][1]});
    cell_curves_.push_back(std::move(ranked));
    cell_curves_.push_back(std::move(noisy));
  }

  /// The pairs and nothing else: five splits of the pairs, cells and tasks disjoint.
  json judge_pairs_alone() {
    constexpr std::array<const char*, 4> names{"cell and task, denoised", "cell and task, noisy",
                                               "cell alone, denoised", "task alone"};
    constexpr std::size_t folds = 5;
    std::vector<report::curve> curves;
    for (const char* name : names) curves.push_back({std::string("held-out pairs: ") + name, {}});
    for (const auto name : s_.tables.datasets) curves.push_back({std::string(name) + ", denoised", {}});
    json::array lines;
    for (const std::size_t wanted : std::initializer_list<std::size_t>{500, 1000, 2000, 4000}) {
      if (o_.quick && wanted > 500) break;
      std::array<double, names.size()> mean{};
      std::array<double, names.size()> square{};
      double size = 0;
      std::vector<double> on_targets(s_.tables.datasets.size());
      for (std::uint32_t fold = 0; fold < folds; ++fold) {
        const auto split =
            fold == 0 ? s_.split : data::split_disjoint(s_.pairs.rows, 0.2, key_.fork("split").fork(fold));
        std::vector<std::size_t> rows = split.train;
        key_.fork("rows").fork(fold).shuffle(rows);
        rows.resize(std::min(rows.size(), wanted));
        size += static_cast<double>(rows.size()) / folds;
        samples from;
        add_pairs(from, s_, rows);
        const trained<posterior_model> model(process_, from, epochs(40), 3e-3,
                                             key_.fork("predictor of pairs").fork(fold));
        const auto found = judge_pairs(model, rows, split.test);
        for (std::size_t k = 0; k < found.size(); ++k) {
          mean[k] += found[k] / folds;
          square[k] += found[k] * found[k] / folds;
        }
        if (fold > 0) continue;  // the test cells are disjoint from the first split's
        const exam finished(s_, s_.test, process_, false, key_.fork("exam"));
        for (std::size_t d = 0; d < on_targets.size(); ++d) {
          const auto truth = s_.tables.judge().validation_accuracy(s_.tables.datasets[d]);
          on_targets[d] = predictor::spearman(model(finished.x, finished.times, pair_accuracy), choose(truth, s_.test));
        }
      }
      json::object line{{"pairs", size}};
      std::printf("pairs alone, %4.0f:", size);
      for (std::size_t k = 0; k < names.size(); ++k) {
        const double deviation = std::sqrt(std::max(0.0, square[k] - mean[k] * mean[k]));
        std::printf(" %s %.3f +- %.3f;", names[k], mean[k], deviation);
        line.emplace_back(names[k], json::object{{"mean", mean[k]}, {"deviation", deviation}});
        curves[k].points.push_back({size, mean[k]});
      }
      for (std::size_t d = 0; d < on_targets.size(); ++d) {
        std::printf(" %s %.3f", std::string(s_.tables.datasets[d]).c_str(), on_targets[d]);
        line.emplace_back(std::string(s_.tables.datasets[d]), on_targets[d]);
        curves[names.size() + d].points.push_back({size, on_targets[d]});
      }
      std::printf("\n");
      std::fflush(stdout);
      lines.emplace_back(std::move(line));
    }
    pair_curves_ = std::move(curves);
    return lines;
  }

  /// Cell and task on finished cells, the same on noisy ones, the cell alone, the task alone.
  [[nodiscard]] std::array<double, 4> judge_pairs(const trained<posterior_model>& model,
                                                  std::span<const std::size_t> trained_on,
                                                  std::span<const std::size_t> test) const {
    const task_effects effect(s_.pairs, trained_on);
    double square = 0;
    for (const std::size_t r : trained_on) square += std::pow(s_.pairs.rows.value(r, 0) - effect(r), 2);
    const double deviation = std::sqrt(square / static_cast<double>(trained_on.size()));
    std::vector<std::size_t> of;
    std::vector<double> truth;
    std::vector<double> task;
    for (const std::size_t r : test) {
      of.push_back(s_.index_of(r));
      truth.push_back(s_.pairs.rows.value(r, 0));
      task.push_back(effect(r));
    }
    const exam finished(s_, of, process_, false, key_.fork("exam of pairs"));
    const exam noisy(s_, of, process_, true, key_.fork("exam of pairs"));
    const auto alone = model(finished.x, finished.times, pair_accuracy);
    const auto blurred = model(noisy.x, noisy.times, pair_accuracy);
    std::vector<double> both(task);
    std::vector<double> both_noisy(task);
    for (std::size_t i = 0; i < task.size(); ++i) {
      both[i] += deviation * alone[i];
      both_noisy[i] += deviation * blurred[i];
    }
    return {predictor::spearman(both, truth), predictor::spearman(both_noisy, truth), predictor::spearman(alone, truth),
            predictor::spearman(task, truth)};
  }

  static json pairs_line(const std::string& name, const std::array<double, 4>& found) {
    json::object line{{"name", name}};
    std::printf("%s:", name.c_str());
    for (std::size_t k = 0; k < found.size(); ++k) {
      std::printf(" %s %.3f;", pair_measures[k], found[k]);
      line.emplace_back(pair_measures[k], found[k]);
    }
    std::printf("\n");
    return line;
  }

  /// The published evaluation of the pairs, whose 400 rows share cells and tasks with the rest.
  json judge_published_split() {
    std::vector<char> held_out(s_.pairs.rows.size());
    for (const std::size_t r : s_.pairs.evaluation) held_out[r] = 1;
    std::vector<std::size_t> rows;
    for (std::size_t r = 0; r < held_out.size(); ++r) {
      if (held_out[r] == 0) rows.push_back(r);
    }
    samples from;
    add_pairs(from, s_, rows);
    const trained<posterior_model> model(process_, from, epochs(40), 3e-3, key_.fork("predictor of pairs and targets"));
    return pairs_line("pairs, published split (leaks)", judge_pairs(model, rows, s_.pairs.evaluation));
  }

  /// Accuracies of the three data sets in one row, as pairs of data set and cell: how much of a correlation over such
  /// pairs is due to the data set, which every predictor with a data-set code knows.
  json judge_pooled() {
    std::vector<double> truth;
    std::vector<double> dataset;
    std::vector<double> best;
    for (const auto name : s_.tables.datasets) {
      const auto accuracy = choose(s_.tables.judge().validation_accuracy(name), s_.test);
      const exam noisy(s_, s_.test, process_, true, key_.fork("exam"));
      const auto means = mean_given(s_, noisy, process_, s_.test, accuracy);
      const double mean = std::accumulate(accuracy.begin(), accuracy.end(), 0.0) / static_cast<double>(accuracy.size());
      truth.insert(truth.end(), accuracy.begin(), accuracy.end());
      best.insert(best.end(), means.begin(), means.end());
      dataset.insert(dataset.end(), accuracy.size(), mean);
    }
    const double alone = predictor::spearman(dataset, truth);
    const double ceiling = predictor::spearman(best, truth);
    std::printf(
        "three data sets in one row, accuracies as they are: their means alone %.3f, exact mean given x_t %.3f\n",
        alone, ceiling);
    page_ +=
        "<section><h2>Three data sets in one row</h2><p>Where accuracies of several data sets are ranked together, the "
        "data set's mean alone reaches " +
        number(alone) + ", and the exact mean given x_t and the data set " + number(ceiling) +
        ": a noisy correlation above the ceilings of the tables needs differences between data sets.</p></section>\n";
    return json::object{{"dataset_mean_alone", alone}, {"ceiling_noisy", ceiling}};
  }

  static json curves_json(const std::vector<report::curve>& curves) {
    json::array all;
    for (const report::curve& c : curves) {
      json::array points;
      for (const auto& p : c.points) points.emplace_back(json::array{p[0], p[1]});
      all.emplace_back(json::object{{"name", c.name}, {"points", std::move(points)}});
    }
    return all;
  }

  [[nodiscard]] std::string html() const {
    std::string out =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Meta-predictors</title><style>";
    out.append(report::svg_theme).append(report::svg_style).append(report::detail::page_style);
    out +=
        ".curves{display:grid;grid-template-columns:repeat(auto-fit,minmax(460px,1fr));gap:14px}"
        "th,td{padding:6px 9px}li{max-width:90ch}</style></head><body><main><header><h1>Meta-predictors of "
        "NAS-Bench-201</h1><p class=\"lead\">Spearman's correlation with the target's validation accuracies, of which "
        "none is read, on " +
        std::to_string(s_.test.size()) +
        " cells that have no isomorphic cell in training. Noisy: x_t with t uniform in (0, 1], deviation 0.1 to 5; "
        "the columns beside it are tenths of t. Seed " +
        std::to_string(o_.seed) + (o_.quick ? ", quick: not fully trained" : "") +
        ".</p></header>\n<ul><li><b>published kind</b>: directed graph convolutions over x_t with a code of the noise "
        "level; <b>posterior</b>: a plain network over the probability of each choice given "
        "x_t.</li><li><b>labels</b>: "
        "trained on the labelled cells; <b>taught</b>: on what the ranking predictor says of all cells but those "
        "tested.</li><li><b>ranking</b>: a Gaussian process over finished cells; noisy, its exact mean over all cells "
        "given x_t.</li><li><b>ceiling</b>: the mean rank of the tested cells given x_t, all their labels known: what "
        "noise leaves to be seen.</li></ul>\n";
    return out + page_ + "</main></body></html>\n";
  }

  options o_;
  paragon::random_key key_;
  study s_;
  diffusion::variance_exploding process_{0.1, 5};
  static constexpr std::array<const char*, 4> pair_measures{"cell and task, denoised", "cell and task, noisy",
                                                            "cell alone, denoised", "task alone"};
  json::array latency_;
  json pairs_beside_;
  json pairs_taught_;
  std::vector<std::array<double, 2>> complete_;  // of each target, with all labelled cells: ranking, noise-aware
  std::vector<report::curve> cell_curves_;
  std::vector<report::curve> pair_curves_;
  std::string page_;
  std::string latency_page_;
};

}  // namespace

int main(int argc, char** argv) {
  return program::run("meta_predictors", [&] {
    const options o = read_options(argc, argv);
    if (!o.out.empty()) program::require_writable(o.out);
    experiment(o).run();
    return 0;
  });
}
