// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <map>
#include <numeric>
#include <paragon/core/error.hpp>
#include <paragon/core/json.hpp>
#include <paragon/core/progress.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/data/image_set.hpp>
#include <paragon/data/image_tasks.hpp>
#include <paragon/data/meta_dataset.hpp>
#include <paragon/predictor/correlation.hpp>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "task_predictor.hpp"

/// Tasks made of images, and how well predictors that learned from some of them do on others.
namespace image_meta {

namespace data = paragon::data;
using paragon::json;
using cell_type = paragon::benchmark::nasbench201_cell;
using rows_type = data::meta_dataset<cell_type>;
using question = task_predictor::question;

/// The columns of the rows.
enum metric_column : std::size_t { accuracy, parameters, macs, latency };

/// Different parts of a pool of classes, two to six of them each, and none that is known; as many as there are of those
/// wanted.
inline void draw_tasks(std::span<const std::uint32_t> pool, std::size_t wanted, paragon::random_key key,
                       std::vector<data::image_task>& to) {
  const std::size_t most = std::min<std::size_t>(6, pool.size());
  const std::size_t before = to.size();
  const paragon::random_key size = key.fork("sizes");
  for (std::uint64_t draw = 0; to.size() < before + wanted && draw < 50 * wanted; ++draw) {
    const std::size_t k = 2 + size.below(most - 1, draw);
    std::vector<std::uint32_t> order(pool.begin(), pool.end());
    key.fork("classes").fork(draw).shuffle(order);
    order.resize(k);
    std::sort(order.begin(), order.end());
    data::image_task task{std::move(order)};
    if (std::find(to.begin(), to.end(), task) == to.end()) to.push_back(std::move(task));
  }
}

/// Tasks within each of two pools of classes that share none, and tasks with classes of both.
struct task_list {
  data::class_pools pools;
  std::vector<data::image_task> tasks;

  task_list(const data::image_set& images, std::size_t wanted, paragon::random_key key)
      : pools(data::hold_out_classes(data::all_classes(images), (2 * images.classes() + 4) / 5, key.fork("pools"))) {
    if (images.classes() < 5) {
      throw paragon::error(images.name(), std::to_string(images.classes()) + " classes",
                           "at least 5, to draw tasks from");
    }
    draw_tasks(pools.test, wanted / 5, key.fork("test tasks"), tasks);
    draw_tasks(pools.train, wanted / 2, key.fork("train tasks"), tasks);
    draw_tasks(data::all_classes(images), wanted - tasks.size(), key.fork("mixed tasks"), tasks);
    if (tasks.size() < wanted) {
      throw paragon::error(
          "--tasks", std::to_string(wanted),
          "at most " + std::to_string(tasks.size()) + " for " + std::to_string(images.classes()) + " classes");
    }
  }

  [[nodiscard]] bool within(std::size_t task, const std::vector<std::uint32_t>& pool) const {
    const auto& c = tasks[task].classes;
    return std::includes(pool.begin(), pool.end(), c.begin(), c.end());
  }
};

inline std::string text_of(const data::image_task& task) {
  std::string text;
  for (const std::uint32_t c : task.classes) text += (text.empty() ? "" : "-") + std::to_string(c);
  return text;
}

/// Spearman's correlations of predictions with what was measured, on rows of several tasks.
struct correlations {
  double all = 0;    ///< over all rows: cells and tasks together
  double cells = 0;  ///< of cells within a task, mean over the tasks with more than two of them
  double tasks = 0;  ///< of tasks, by their means over the cells

  correlations(const rows_type& rows, std::span<const std::size_t> of, std::span<const double> predicted) {
    std::map<std::uint32_t, std::array<std::vector<double>, 2>> by_task;
    std::vector<double> truth;
    for (std::size_t i = 0; i < of.size(); ++i) {
      truth.push_back(rows.value(of[i], accuracy));
      auto& [p, y] = by_task[rows.tasks[of[i]]];
      p.push_back(predicted[i]);
      y.push_back(truth.back());
    }
    std::array<std::vector<double>, 2> means;
    double judged = 0;
    for (const auto& [task, values] : by_task) {
      if (values[0].size() > 2) {
        cells += paragon::predictor::spearman(values[0], values[1]);
        ++judged;
      }
      for (std::size_t k = 0; k < 2; ++k) {
        means[k].push_back(std::accumulate(values[k].begin(), values[k].end(), 0.0) /
                           static_cast<double>(values[k].size()));
      }
    }
    cells /= std::max(judged, 1.0);
    all = paragon::predictor::spearman(predicted, truth);
    if (means[0].size() > 1) tasks = paragon::predictor::spearman(means[0], means[1]);
  }
};

struct line {
  std::string name;
  correlations found;
  bool measured;  ///< reads labels of the judged cells or tasks

  [[nodiscard]] json to_json() const {
    return json::object{{"name", name},
                        {"spearman", found.all},
                        {"spearman_cells", found.cells},
                        {"spearman_tasks", found.tasks},
                        {"reads_labels_of_the_judged", measured}};
  }
};

/// Rows to learn from and to be judged by, which share neither cells nor tasks.
struct lesson {
  std::string name;
  data::disjoint_split split;
};

/// Judges the predictors and what needs none.
class judge {
public:
  judge(const rows_type& rows, const task_list& list, const task_predictor::datasets& sets, paragon::random_key key,
        std::size_t epochs)
      : rows_(rows), list_(list), sets_(sets), key_(key), epochs_(epochs) {}

  json operator()(const lesson& l) {
    if (l.split.train.size() < 2 || l.split.test.size() < 4) return json::object{{"name", l.name}, {"lines", json()}};
    // A task's accuracy is split into what its cells reach on the mean and what the cell adds; costs do not depend on the
    // task. So each row teaches what its cell adds, and in turn the other four.
    const auto levels = task_levels(l);
    const auto label = [&](std::size_t r, std::size_t h) {
      const double level = levels.at(rows_.tasks[r]);
      if (h == task_predictor::level) return level;
      if (h == task_predictor::addition) return rows_.value(r, accuracy) - level;
      return rows_.value(r, parameters + h - task_predictor::parameters);
    };
    std::array<double, task_predictor::heads> middle{};
    std::array<double, task_predictor::heads> spread{};
    for (std::size_t h = 0; h < middle.size(); ++h) {
      std::vector<double> values;
      for (const std::size_t r : l.split.train) values.push_back(label(r, h));
      // Median and quartiles: a few cells that are far worse than the others do not set the scale.
      std::sort(values.begin(), values.end());
      const std::size_t n = values.size();
      middle[h] = values[n / 2];
      spread[h] = (values[3 * n / 4] - values[n / 4]) / 1.349;
      if (!(spread[h] > 0)) spread[h] = 1;
    }
    constexpr std::array<std::size_t, 4> others{task_predictor::level, task_predictor::parameters, task_predictor::macs,
                                                task_predictor::latency};
    std::vector<float> labels(l.split.train.size() * middle.size(), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 0; i < l.split.train.size(); ++i) {
      for (const std::size_t h : {others[i % others.size()], std::size_t{task_predictor::addition}}) {
        labels[i * middle.size() + h] = static_cast<float>((label(l.split.train[i], h) - middle[h]) / spread[h]);
      }
    }
    const auto learned_from = questions(l.split.train);
    const auto asked = questions(l.split.test);
    paragon::terminal_progress observe;
    task_predictor conditioned(&sets_, key_);
    conditioned.train(learned_from, labels, epochs_, observe);
    task_predictor blind(nullptr, key_);
    blind.train(learned_from, labels, epochs_, observe);

    const auto predict = [&](const task_predictor& from, bool noisy) {
      auto sum = from.predict(asked, task_predictor::level, noisy);
      const auto addition = from.predict(asked, task_predictor::addition, noisy);
      for (std::size_t i = 0; i < sum.size(); ++i) {
        sum[i] = middle[0] + spread[0] * sum[i] + middle[1] + spread[1] * addition[i];
      }
      return sum;
    };
    std::vector<line> lines;
    const auto add = [&](const char* name, const std::vector<double>& predicted, bool measured = false) {
      lines.push_back({name, correlations(rows_, l.split.test, predicted), measured});
    };
    const auto without = predict(blind, false);
    const auto classes = class_effects(l);
    const auto of_cells = cell_means(l, levels);
    const auto of_tasks = task_means(l, middle[task_predictor::level]);
    add("conditioned on the data set", predict(conditioned, false));
    add("  the same, noisy cells", predict(conditioned, true));
    add("without the data set", without);
    add("  the same, noisy cells", predict(blind, true));
    add("number of classes", class_counts(l));
    add("number of classes, and without the data set", sum(class_counts(l), without, middle[task_predictor::level]));
    add("effects of classes, and without the data set", sum(classes, without, middle[task_predictor::level]));
    add("the cell's mean on training tasks", of_cells, true);
    add("the task's mean over training cells", of_tasks, true);
    add("both means together", sum(of_tasks, of_cells, 0), true);
    std::printf("\n%s: %zu rows to learn from, %zu to be judged by\n%-46s   rows  cells  tasks\n", l.name.c_str(),
                l.split.train.size(), l.split.test.size(), "Spearman's correlation of");
    json::array out;
    for (const line& row : lines) {
      std::printf("%-46s %6.3f %6.3f %6.3f%s\n", row.name.c_str(), row.found.all, row.found.cells, row.found.tasks,
                  row.measured ? "   (measured)" : "");
      out.push_back(row.to_json());
    }
    json::object costs;
    constexpr std::array<const char*, 3> names{"parameters", "macs", "latency"};
    for (std::size_t k = 0; k < names.size(); ++k) {
      const std::size_t h = task_predictor::parameters + k;
      std::vector<double> truth;
      for (const std::size_t r : l.split.test) truth.push_back(rows_.value(r, parameters + k));
      const double finished = paragon::predictor::spearman(conditioned.predict(asked, h, false), truth);
      const double noisy = paragon::predictor::spearman(conditioned.predict(asked, h, true), truth);
      std::printf("%-46s %6.3f (noisy %.3f)\n", names[k], finished, noisy);
      costs.emplace_back(names[k], json::object{{"spearman", finished}, {"spearman_noisy", noisy}});
    }
    std::fflush(stdout);
    return json::object{{"name", l.name},
                        {"rows_train", l.split.train.size()},
                        {"rows_test", l.split.test.size()},
                        {"lines", std::move(out)},
                        {"costs", std::move(costs)}};
  }

private:
  [[nodiscard]] std::vector<question> questions(std::span<const std::size_t> of) const {
    std::vector<question> q;
    for (const std::size_t r : of) q.push_back({rows_.architectures[r], rows_.tasks[r]});
    return q;
  }

  static std::vector<double> sum(std::vector<double> a, const std::vector<double>& b, double less) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i] - less;
    return a;
  }

  /// The mean accuracy of training rows on each training task.
  [[nodiscard]] std::map<std::uint32_t, double> task_levels(const lesson& l) const {
    std::map<std::uint32_t, std::array<double, 2>> sums;
    const auto add = [&](std::size_t r) {
      auto& [sum, count] = sums[rows_.tasks[r]];
      sum += rows_.value(r, accuracy);
      count += 1;
    };
    for (const std::size_t r : l.split.train) add(r);
    std::map<std::uint32_t, double> levels;
    for (const auto& [task, sum] : sums) levels[task] = sum[0] / sum[1];
    return levels;
  }

  /// What was measured of the judged cells on training tasks, less the level of the task.
  [[nodiscard]] std::vector<double> cell_means(const lesson& l, const std::map<std::uint32_t, double>& levels) const {
    std::map<cell_type, std::array<double, 2>> known;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const auto level = levels.find(rows_.tasks[r]);
      if (level == levels.end()) continue;
      auto& [sum, count] = known[rows_.architectures[r]];
      sum += rows_.value(r, accuracy) - level->second;
      count += 1;
    }
    std::vector<double> out;
    for (const std::size_t r : l.split.test) {
      const auto found = known.find(rows_.architectures[r]);
      out.push_back(found == known.end() ? 0 : found->second[0] / found->second[1]);
    }
    return out;
  }

  /// What was measured of training cells on the judged tasks.
  [[nodiscard]] std::vector<double> task_means(const lesson& l, double otherwise) const {
    std::set<cell_type> cells;
    for (const std::size_t r : l.split.train) cells.insert(rows_.architectures[r]);
    std::map<std::uint32_t, std::array<double, 2>> known;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      if (!cells.contains(rows_.architectures[r])) continue;
      auto& [sum, count] = known[rows_.tasks[r]];
      sum += rows_.value(r, accuracy);
      count += 1;
    }
    std::vector<double> out;
    for (const std::size_t r : l.split.test) {
      const auto found = known.find(rows_.tasks[r]);
      out.push_back(found == known.end() ? otherwise : found->second[0] / found->second[1]);
    }
    return out;
  }

  /// The mean of training rows whose tasks have as many classes; of all, where there are none.
  [[nodiscard]] std::vector<double> class_counts(const lesson& l) const {
    std::map<std::size_t, std::array<double, 2>> known;
    std::array<double, 2> all{};
    for (const std::size_t r : l.split.train) {
      for (auto* to : {&known[list_.tasks[rows_.tasks[r]].classes.size()], &all}) {
        *to = {(*to)[0] + rows_.value(r, accuracy), (*to)[1] + 1};
      }
    }
    std::vector<double> out;
    for (const std::size_t r : l.split.test) {
      const auto found = known.find(list_.tasks[rows_.tasks[r]].classes.size());
      const auto& from = found == known.end() ? all : found->second;
      out.push_back(from[0] / from[1]);
    }
    return out;
  }

  /// Ridge regression of training accuracies on the logarithm of the number of classes and on which they are.
  [[nodiscard]] std::vector<double> class_effects(const lesson& l) const {
    const std::size_t classes = list_.pools.train.size() + list_.pools.test.size();
    const std::size_t n = classes + 2;
    const auto features = [&](std::size_t row) {
      std::vector<double> x(n);
      const auto& of = list_.tasks[rows_.tasks[row]].classes;
      for (const std::uint32_t c : of) x[c] = 1 / static_cast<double>(of.size());
      x[classes] = 1;
      x[classes + 1] = std::log(static_cast<double>(of.size()));
      return x;
    };
    std::vector<double> gram(n * n);
    std::vector<double> right(n);
    for (const std::size_t r : l.split.train) {
      const auto x = features(r);
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) gram[i * n + j] += x[i] * x[j];
        right[i] += x[i] * rows_.value(r, accuracy);
      }
    }
    for (std::size_t i = 0; i < n; ++i) gram[i * n + i] += 1e-3 * static_cast<double>(l.split.train.size());
    std::vector<double> weights(n);  // by Gauss-Seidel, which converges for any positive definite matrix
    for (int sweep = 0; sweep < 2000; ++sweep) {
      for (std::size_t i = 0; i < n; ++i) {
        double rest = right[i] + gram[i * n + i] * weights[i];
        for (std::size_t j = 0; j < n; ++j) rest -= gram[i * n + j] * weights[j];
        weights[i] = rest / gram[i * n + i];
      }
    }
    std::vector<double> out;
    for (const std::size_t r : l.split.test) {
      const auto x = features(r);
      out.push_back(std::inner_product(x.begin(), x.end(), weights.begin(), 0.0));
    }
    return out;
  }

  const rows_type& rows_;
  const task_list& list_;
  const task_predictor::datasets& sets_;
  paragon::random_key key_;
  std::size_t epochs_;
};

}  // namespace image_meta
