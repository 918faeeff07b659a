// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <limits>
#include <numeric>
#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/benchmark/nasbench201/api_order.hpp>
#include <paragon/benchmark/nasbench201/descriptor.hpp>
#include <paragon/benchmark/nasbench201/diffusionnag.hpp>
#include <paragon/benchmark/nasbench201/graph.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/tables.hpp>
#include <paragon/benchmark/nasbench201/topology.hpp>
#include <paragon/diffusion/independent_choices.hpp>
#include <paragon/nn/linear.hpp>
#include <paragon/predictor/correlation.hpp>
#include <paragon/predictor/gaussian_process.hpp>
#include <paragon/predictor/noise_aware_predictor.hpp>
#include <paragon/predictor/train_noise_aware_predictor.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Predictors of NAS-Bench-201 that carry over to a data set of which no label is read: what they learn from, what they
/// are, and what they are judged on.
namespace nasbench201::meta {

namespace autodiff = paragon::autodiff;
namespace benchmark = paragon::benchmark;
namespace data = paragon::data;
namespace diffusion = paragon::diffusion;
namespace nn = paragon::nn;
namespace predictor = paragon::predictor;

using graph = benchmark::nasbench201_diffusion_graph<>;
using cell_type = benchmark::nasbench201_cell;

inline constexpr std::size_t cells = benchmark::nasbench201_tables::size();
inline constexpr std::size_t entries = 8 * 7;  // of a cell's matrix
inline constexpr std::size_t choices = 6 * 5;
inline constexpr const char* device = "gold_6226";
inline constexpr float unknown = std::numeric_limits<float>::quiet_NaN();

/// What the models predict: one trunk, three heads.
enum head : std::size_t { table_accuracy, pair_accuracy, latency, heads };

inline double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Ranks scaled to mean 0 and deviation 1: what Spearman's correlation is about.
inline std::vector<double> rank_scores(std::span<const double> values) {
  std::vector<double> scores = predictor::average_ranks(values);
  const auto n = static_cast<double>(scores.size());
  double square = 0;
  for (double& s : scores) {
    s -= (n + 1) / 2;
    square += s * s / n;
  }
  for (double& s : scores) s /= std::sqrt(square);
  return scores;
}

/// All cells, and which of them may be seen in training.
struct study {
  benchmark::nasbench201_tables tables;
  benchmark::diffusionnag_pairs pairs;
  std::vector<cell_type> cell;          ///< in the order of the benchmark's index
  std::vector<std::string> kind;        ///< equal for isomorphic cells
  data::disjoint_split split;           ///< of the pairs
  std::vector<std::size_t> labelled{};  ///< cells whose validation accuracies may be read, in random order
  std::vector<std::size_t> test{};      ///< cells without an isomorphic one in training
  std::vector<std::size_t> others{};    ///< all cells that are not in training themselves, isomorphic or not

  /// \param labels  at most so many labelled cells
  /// \param tests   at most so many cells to test on
  study(const std::string& folder, const paragon::random_key& key, std::size_t labels, std::size_t tests)
      : tables(folder), pairs(folder), split(data::split_disjoint(pairs.rows, 0.2, key.fork("split").fork(0))) {
    for (std::size_t i = 0; i < cells; ++i) {
      cell.push_back(benchmark::nasbench201_at_api_index(i));
      kind.push_back(benchmark::isomorphism_key(cell[i]));
    }
    std::set<std::string> held_out;
    for (const std::size_t row : split.test) held_out.insert(kind[index_of(row)]);
    std::vector<std::size_t> order(cells);
    std::iota(order.begin(), order.end(), std::size_t{0});
    key.fork("labelled cells").shuffle(order);
    std::vector<char> trained(cells);
    std::set<std::string> trained_kinds;
    const auto train_on = [&](std::size_t i) {
      trained[i] = 1;
      trained_kinds.insert(kind[i]);
    };
    for (const std::size_t i : order) {
      if (labelled.size() == labels) break;
      if (held_out.contains(kind[i])) continue;
      labelled.push_back(i);
      train_on(i);
    }
    for (const std::size_t row : split.train) train_on(index_of(row));
    for (std::size_t i = 0; i < cells; ++i) {
      if (trained[i] == 0) others.push_back(i);
    }
    for (const std::size_t i : order) {
      if (test.size() < tests && !trained_kinds.contains(kind[i])) test.push_back(i);
    }
    std::sort(test.begin(), test.end());
  }

  /// The cell of a pair.
  [[nodiscard]] std::size_t index_of(std::size_t row) const {
    return benchmark::nasbench201_api_index(pairs.rows.architectures[row]);
  }
};

/// How much easier a task is than the mean one: a sum of effects of its classes, by ridge regression on some pairs.
class task_effects {
public:
  task_effects(const benchmark::diffusionnag_pairs& pairs, std::span<const std::size_t> rows) : pairs_(pairs) {
    for (const std::size_t r : rows) mean_ += pairs.rows.value(r, 0) / static_cast<double>(rows.size());
    // Conjugate gradients on (B^T B + 30 I) effects = B^T (accuracy - mean), B the classes of each pair.
    std::vector<double> residual(effects_.size());
    for (const std::size_t r : rows) add_to_classes(r, pairs.rows.value(r, 0) - mean_, residual);
    std::vector<double> way = residual;
    double length = dot(residual, residual);
    for (int step = 0; step < 200 && length > 1e-12; ++step) {
      std::vector<double> image(way.size());
      for (std::size_t k = 0; k < way.size(); ++k) image[k] = 30 * way[k];
      for (const std::size_t r : rows) add_to_classes(r, sum_of_classes(r, way), image);
      const double stride = length / dot(way, image);
      for (std::size_t k = 0; k < way.size(); ++k) {
        effects_[k] += stride * way[k];
        residual[k] -= stride * image[k];
      }
      const double next = dot(residual, residual);
      for (std::size_t k = 0; k < way.size(); ++k) way[k] = residual[k] + next / length * way[k];
      length = next;
    }
  }

  /// The accuracy to expect of a mean cell on the task of this pair.
  [[nodiscard]] double operator()(std::size_t row) const { return mean_ + sum_of_classes(row, effects_); }

private:
  static double dot(const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  }
  [[nodiscard]] double sum_of_classes(std::size_t row, const std::vector<double>& of_class) const {
    double sum = 0;
    for (const auto k : pairs_.classes.row(pairs_.rows.tasks[row])) sum += of_class[static_cast<std::size_t>(k)];
    return sum;
  }
  void add_to_classes(std::size_t row, double value, std::vector<double>& of_class) const {
    for (const auto k : pairs_.classes.row(pairs_.rows.tasks[row])) of_class[static_cast<std::size_t>(k)] += value;
  }

  const benchmark::diffusionnag_pairs& pairs_;
  double mean_ = 0;
  std::vector<double> effects_ = std::vector<double>(601);  // classes are numbered from 1 to 600
};

/// Matrices and labels of some cells.
struct samples {
  std::vector<float> x;
  std::vector<float> labels;

  void add(const cell_type& cell, const std::array<double, heads>& values) {
    x.resize(x.size() + entries);
    const std::span<float> last(x.data() + x.size() - entries, entries);
    graph::encode(cell, last);
    for (float& v : last) v = 2 * v - 1;
    for (const double v : values) labels.push_back(static_cast<float>(v));
  }
};

/// Adds pairs: what the cell adds to the task's effect, in units of its deviation.
inline void add_pairs(samples& to, const study& s, std::span<const std::size_t> rows) {
  const task_effects effect(s.pairs, rows);
  double square = 0;
  for (const std::size_t r : rows) square += std::pow(s.pairs.rows.value(r, 0) - effect(r), 2);
  const double deviation = std::sqrt(square / static_cast<double>(rows.size()));
  for (const std::size_t r : rows) {
    to.add(s.pairs.rows.architectures[r], {unknown, (s.pairs.rows.value(r, 0) - effect(r)) / deviation, unknown});
  }
}

/// Mean rank of the labelled cells on the data sets that are not the target; reads their labels, and counts that.
inline std::vector<double> accuracy_scores(const benchmark::nasbench201_tables& tables, std::string_view target,
                                           std::span<const std::size_t> labelled) {
  std::vector<double> mean(labelled.size());
  for (const auto name : tables.datasets) {
    if (name == target) continue;
    std::vector<double> values;
    for (const std::size_t i : labelled) values.push_back(tables.labels(name).read(i));
    const auto scores = rank_scores(values);
    for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += scores[k];
  }
  return rank_scores(mean);
}

inline std::vector<double> latency_scores(const study& s, std::span<const std::size_t> labelled) {
  std::vector<double> values;
  for (const std::size_t i : labelled) values.push_back(s.tables.latency(device).read(i));
  return rank_scores(values);
}

/// The labelled cells alone.
inline samples from_labels(const study& s, std::span<const std::size_t> labelled, const std::vector<double>& accuracy,
                           const std::vector<double>& milliseconds) {
  samples to;
  for (std::size_t k = 0; k < labelled.size(); ++k) {
    to.add(s.cell[labelled[k]], {accuracy[k], unknown, milliseconds[k]});
  }
  return to;
}

/// A ranking predictor for finished cells, from few labels.
using ranking = predictor::gaussian_process<benchmark::nasbench201_descriptor>;

inline std::vector<double> rank_all(const study& s, std::span<const std::size_t> labelled,
                                    const std::vector<double>& scores) {
  ranking process({}, {.next_steps = 2});
  std::vector<cell_type> known;
  for (const std::size_t i : labelled) known.push_back(s.cell[i]);
  // The hyper-parameters are found on a part: a step costs the cube of the number of labels.
  const std::size_t part = std::min<std::size_t>(400, known.size());
  process.train(std::span(known).first(part), std::span(scores).first(part));
  if (part < known.size()) process.train(known, scores);
  return process.predict(s.cell);
}

/// Every cell that is not tested, with what the ranking predictor says of it; measured latencies where there are any.
/// \param every  2: every second cell, and so on
inline samples from_teacher(const study& s, std::span<const std::size_t> labelled, const std::vector<double>& taught,
                            const std::vector<double>& milliseconds, std::size_t every) {
  std::vector<char> tested(cells);
  for (const std::size_t i : s.test) tested[i] = 1;
  samples to;
  for (std::size_t i = 0; i < cells; i += every) {
    if (tested[i] == 0) to.add(s.cell[i], {taught[i], unknown, unknown});
  }
  for (std::size_t k = 0; k < labelled.size(); ++k) {
    to.add(s.cell[labelled[k]], {unknown, unknown, milliseconds[k]});
  }
  return to;
}

/// The published kind: directed graph convolutions over the noisy matrix, and a code of the noise level; 64 wide instead
/// of 144, so that it trains in seconds.
class published_model {
public:
  published_model(nn::parameters<float>& store, const diffusion::variance_exploding& process, paragon::random_key key)
      : process_(process), messages_(adjacency(), 8),
        network_(store, {.width = width, .code = width, .dataset_code = 0, .heads = heads}, key) {}

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const nn::bound<C>& theta, autodiff::variable<C> x,
                                                 std::span<const double> times) const {
    std::vector<double> noise;
    for (const double t : times) noise.push_back(process_.noise_level(t));
    return network_(theta, messages_.along.data(), messages_.against.data(),
                    autodiff::reshape(x, {times.size() * 8, 7}),
                    theta.context().copy(predictor::noise_code<float>(noise, width)));
  }

private:
  static constexpr std::size_t width = 64;

  static std::vector<float> adjacency() {
    std::vector<float> m(64);
    graph::adjacency(std::span<float>(m));
    return m;
  }

  diffusion::variance_exploding process_;
  predictor::message_matrices<float> messages_;
  predictor::noise_aware_predictor network_;
};

/// What search uses: a plain network over the probability of each choice given x_t. Decisions are independent and noise
/// is too, so these probabilities say all that x_t does about the cell, and the network need not be told the time.
class posterior_model {
public:
  posterior_model(nn::parameters<float>& store, const diffusion::variance_exploding& process, paragon::random_key key)
      : process_(process), exact_(benchmark::nasbench201{}, graph{}) {
    const std::array<std::size_t, 5> sizes{choices, 256, 256, 256, heads};
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
      const double gain = l + 2 < sizes.size() ? std::sqrt(2.0) : 1;
      layers_.emplace_back(store, "layer" + std::to_string(l), sizes[l], sizes[l + 1], key,
                           nn::fan_in_uniform{.gain = gain});
    }
  }

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const nn::bound<C>& theta, autodiff::variable<C> x,
                                                 std::span<const double> times) const {
    const std::size_t n = times.size();
    float* rows = theta.context().scratch(n * choices);
    open_choices(process_, exact_, {x.data(), x.size()}, times, {rows, n * choices});
    auto h = theta.context().constant(rows, {n, choices});
    for (std::size_t l = 0; l + 1 < layers_.size(); ++l) h = autodiff::silu(layers_[l](theta, h));
    return layers_.back()(theta, h);
  }

  /// The probability of each choice given x_t, [rows, choices].
  static void open_choices(const diffusion::variance_exploding& process, diffusion::independent_choices<graph> exact,
                           std::span<const float> x, std::span<const double> times, std::span<float> rows) {
    std::vector<diffusion::moment> way;
    for (const double t : times) way.push_back(diffusion::moment_at(process, t));
    exact.prepare(way);
    for (std::size_t r = 0; r < times.size(); ++r) {
      exact.probabilities(x.subspan(r * entries, entries), r, {}, 0, rows.subspan(r * choices, choices));
    }
  }

private:
  diffusion::variance_exploding process_;
  diffusion::independent_choices<graph> exact_;
  std::vector<nn::linear> layers_;
};

/// A model with its weights.
template <class Model>
struct trained {
  nn::parameters<float> store;
  Model model;
  double seconds = 0;

  trained(const diffusion::variance_exploding& process, const samples& from, std::size_t epochs, double rate,
          paragon::random_key key)
      : model(store, process, key) {
    const double start = cpu_seconds();
    const auto predict = [&](const auto& theta, const auto& batch) { return model(theta, batch.x, batch.times); };
    static_cast<void>(predictor::train_noise_aware(store, std::span<const float>(from.x), entries,
                                                   std::span<const float>(from.labels), heads, process, predict,
                                                   {.epochs = epochs, .batch = 128, .rate = rate, .held_out = 0}, key));
    seconds = cpu_seconds() - start;
  }

  /// One head's predictions for matrices x_t.
  [[nodiscard]] std::vector<double> operator()(std::span<const float> x, std::span<const double> times,
                                               std::size_t which) const {
    constexpr std::size_t block = 512;
    std::vector<double> out;
    autodiff::evaluation<float> context;
    for (std::size_t at = 0; at < times.size(); at += block) {
      const std::size_t n = std::min(block, times.size() - at);
      context.clear();
      const auto y = model(nn::freeze(context, store), context.constant(x.data() + at * entries, {n, entries}),
                           times.subspan(at, n));
      for (std::size_t r = 0; r < n; ++r) out.push_back(static_cast<double>(y.data()[r * heads + which]));
    }
    return out;
  }
};

/// Matrices to judge on: x_t with t uniform in (0, 1], or the finished cells.
struct exam {
  std::vector<float> x;
  std::vector<double> times;

  exam(const study& s, std::span<const std::size_t> of, const diffusion::variance_exploding& process, bool noisy,
       const paragon::random_key& key) {
    const paragon::random_key noise_of = key.fork("noise");
    for (std::size_t i = 0; i < of.size(); ++i) {
      std::array<float, entries> matrix{};
      graph::encode(s.cell[of[i]], std::span<float>(matrix));
      times.push_back(noisy ? 1 - key.uniform(i) : 1e-5);
      for (std::size_t e = 0; e < entries; ++e) {
        const double noise = noisy ? process.deviation(times[i]) * noise_of.normal(i * entries + e) : 0;
        x.push_back(static_cast<float>(2 * static_cast<double>(matrix[e]) - 1 + noise));
      }
    }
  }
};

/// The mean of known scores of some cells given x_t, all of them alike probable before. With the ranks of the cells that
/// x_t was made of, no predictor has a smaller squared error, and (but for the chance of the draw) none has a Spearman
/// correlation above the Pearson correlation of these means with the ranks. O(rows * cells).
inline std::vector<double> mean_given(const study& s, const exam& noisy, const diffusion::variance_exploding& process,
                                      std::span<const std::size_t> of, std::span<const double> scores) {
  std::vector<float> rows(noisy.times.size() * choices);
  posterior_model::open_choices(process, {benchmark::nasbench201{}, graph{}}, noisy.x, noisy.times, rows);
  std::vector<double> means;
  for (std::size_t r = 0; r < noisy.times.size(); ++r) {
    const float* p = rows.data() + r * choices;
    double sum = 0;
    double total = 0;
    for (std::size_t k = 0; k < of.size(); ++k) {
      const auto& o = s.cell[of[k]].operations;
      float weight = 1;
      for (std::size_t e = 0; e < 6; ++e) weight *= p[e * 5 + static_cast<std::size_t>(o[e])];
      total += static_cast<double>(weight);
      sum += static_cast<double>(weight) * scores[k];
    }
    means.push_back(total > 0 ? sum / total : 0);
  }
  return means;
}

}  // namespace nasbench201::meta
