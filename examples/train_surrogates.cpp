// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Trains the surrogates of NAS-Bench-201 that come with the project, from the benchmark's tables.
//
// Of the classes of isomorphic cells 80 % are trained on, 10 % decide when to stop, and the fidelity is measured on the
// last 10 %, with the surrogates as read back from the file that was written.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/backend/functions.hpp>
#include <paragon/core/atomic_file.hpp>
#include <paragon/core/interruption.hpp>
#include <paragon/core/parallel.hpp>
#include <paragon/core/progress.hpp>
#include <paragon/nn/moving_average.hpp>
#include <paragon/nn/optimiser.hpp>
#include <paragon/nn/schedule.hpp>
#include <paragon/predictor/correlation.hpp>
#include <paragon/tensor/safetensors.hpp>
#include <paragon/tensor/tensor.hpp>
#include <span>
#include <string>
#include <vector>

#include "support/nasbench201_cost_base.hpp"
#include "support/nasbench201_surrogates.hpp"
#include "support/program.hpp"

namespace {

using nasbench201::cost_base;
using nasbench201::surrogate_features;
using nasbench201::surrogate_network;

constexpr std::size_t cells = paragon::benchmark::nasbench201_tables::size();

struct options {
  std::string data;
  std::uint64_t seed = 1;
  std::optional<std::size_t> epochs;
  std::size_t threads = 1;
  std::string out;
  std::string table;
};

options read_options(int argc, char** argv) {
  options o;
  CLI::App app("Trains small models that stand in for the tables of NAS-Bench-201");
  app.add_option("--data", o.data, "folder with the benchmark's tables")->required();
  app.add_option("--seed", o.seed, "of everything random")->check(program::whole(0))->capture_default_str();
  app.add_option("--epochs", o.epochs, "of each network's training, at most; default 60 for costs, 100 for accuracies")
      ->check(program::whole(1, 100000));
  app.add_option("--threads", o.threads, "networks trained at once, 0: all cores; the result is the same")
      ->check(program::whole(0, 1024))
      ->capture_default_str();
  app.add_option("--out", o.out, "the file of weights, .safetensors")->required();
  app.add_option("--table", o.table, "file for the table of fidelities, Markdown");
  program::parse(app, argc, argv);
  return o;
}

enum class part : std::uint8_t { train, stop, test };

/// The part of every cell; isomorphic cells share theirs, and cells with many or few such are in each part alike.
struct partition {
  std::vector<part> of = std::vector<part>(cells);
  std::vector<std::size_t> classes = std::vector<std::size_t>(cells);  ///< of isomorphic cells
  std::size_t class_count = 0;

  explicit partition(const paragon::random_key& key) {
    std::map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < cells; ++i) {
      const std::string name = paragon::benchmark::isomorphism_key(paragon::benchmark::nasbench201_at_api_index(i));
      classes[i] = known.try_emplace(name, known.size()).first->second;
    }
    class_count = known.size();
    std::vector<std::size_t> size(class_count, 0);
    for (const std::size_t c : classes) ++size[c];
    std::vector<std::size_t> order(class_count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    key.shuffle(order);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return size[a] > size[b]; });
    // Of every ten classes of about the same size one is for testing and one for stopping.
    std::vector<part> of_class(class_count, part::train);
    for (std::size_t k = 0; k + 10 <= class_count; k += 10) {
      const std::size_t test = key.below(10, class_count + k);
      of_class[order[k + test]] = part::test;
      of_class[order[k + (test + 1 + key.below(9, class_count + k + 1)) % 10]] = part::stop;
    }
    for (std::size_t i = 0; i < cells; ++i) of[i] = of_class[classes[i]];
  }

  [[nodiscard]] std::vector<std::size_t> members(part wanted) const {
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < cells; ++i) {
      if (of[i] == wanted) result.push_back(i);
    }
    return result;
  }
};

/// Rows of features and of targets, a target of NaN is not known.
struct samples {
  std::size_t features = 0;
  std::size_t outputs = 0;
  std::vector<float> x;
  std::vector<float> y;
};

struct network_settings {
  std::size_t width = 128;
  std::size_t epochs = 100;
  std::size_t batch = 64;
  std::size_t patience = 50;  ///< epochs without a better loss on the held-out cells before stopping
  double rate = 2e-3;
  double decay = 0.3;      ///< of the weights
  double average = 0.998;  ///< decay of the moving average that is kept
  double huber = 0.2;      ///< differences above it count linearly
};

/// Mean Huber loss over the known targets of some rows.
template <class C>
paragon::autodiff::variable<C> loss_of(const surrogate_network& network, const paragon::nn::bound<C>& theta,
                                       const samples& data, std::span<const std::size_t> rows, float width) {
  namespace autodiff = paragon::autodiff;
  C& context = theta.context();
  float* x = context.scratch(rows.size() * data.features);
  float* y = context.scratch(rows.size() * data.outputs);
  float* known = context.scratch(rows.size() * data.outputs);
  std::size_t count = 0;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::copy_n(data.x.data() + rows[r] * data.features, data.features, x + r * data.features);
    for (std::size_t k = 0; k < data.outputs; ++k) {
      const float target = data.y[rows[r] * data.outputs + k];
      const bool is_known = target == target;
      y[r * data.outputs + k] = is_known ? target : 0.0F;
      known[r * data.outputs + k] = is_known ? 1.0F : 0.0F;
      count += is_known ? 1 : 0;
    }
  }
  const auto predicted = network(theta, context.constant(x, {rows.size(), data.features}));
  const auto wanted = context.constant(y, {rows.size(), data.outputs});
  const auto losses = autodiff::elementwise(predicted - wanted, paragon::functions::huber<float>{width});
  return autodiff::sum(losses * context.constant(known, {rows.size(), data.outputs}),
                       1.0F / static_cast<float>(std::max<std::size_t>(count, 1)));
}

struct trained {
  paragon::nn::parameters<float> store;
  double held_out = std::numeric_limits<double>::infinity();
  std::size_t epochs = 0;
};

/// Centres and scales the features for training, and puts both into the first layer afterwards.
class standardised {
public:
  standardised(samples& data, std::span<const std::size_t> rows)
      : mean_(data.features, 0.0), scale_(data.features, 1.0) {
    const auto n = static_cast<double>(rows.size());
    std::vector<double> square(data.features, 0.0);
    for (const std::size_t r : rows) {
      for (std::size_t j = 0; j < data.features; ++j) {
        const double v = data.x[r * data.features + j];
        mean_[j] += v / n;
        square[j] += v * v / n;
      }
    }
    for (std::size_t j = 0; j < data.features; ++j) {
      const double variance = square[j] - mean_[j] * mean_[j];
      if (variance > 1e-6) scale_[j] = std::sqrt(variance);
      for (std::size_t i = 0; i < cells; ++i) {
        float& v = data.x[i * data.features + j];
        v = static_cast<float>((static_cast<double>(v) - mean_[j]) / scale_[j]);
      }
    }
  }

  void undo(paragon::nn::parameters<float>& store, const std::string& name) const {
    const auto& weight = store.find(name + ".hidden1.weight")->where;
    const auto& bias = store.find(name + ".hidden1.bias")->where;
    for (std::size_t o = 0; o < bias.extents.size(); ++o) {
      double shift = 0;
      for (std::size_t j = 0; j < mean_.size(); ++j) {
        float& w = store.data()[weight.offset + o * mean_.size() + j];
        const double unscaled = static_cast<double>(w) / scale_[j];
        shift += unscaled * mean_[j];
        w = static_cast<float>(unscaled);
      }
      float& b = store.data()[bias.offset + o];
      b = static_cast<float>(static_cast<double>(b) - shift);
    }
  }

private:
  std::vector<double> mean_;
  std::vector<double> scale_;
};

/// AdamW along half a cosine; keeps the moving average of the weights with the least loss on the held-out cells.
template <class Observer>
trained train(const std::string& name, const samples& data, const partition& parts, const network_settings& settings,
              const paragon::random_key& key, Observer&& observe) {
  namespace nn = paragon::nn;
  trained result;
  nn::parameters<float> store;
  const surrogate_network network(store, name, data.features, settings.width, data.outputs, key.fork("weights"));
  auto rows = parts.members(part::train);
  const auto held_out = parts.members(part::stop);
  const std::size_t steps = rows.size() / settings.batch;
  const nn::cosine_schedule rate{.peak = settings.rate, .warmup = steps, .steps = steps * settings.epochs};
  nn::adam<float> optimiser({.decay = settings.decay});
  nn::moving_average<float> average(store, settings.average);
  paragon::autodiff::tape<float> tape;
  paragon::autodiff::evaluation<float> evaluation;
  const auto width = static_cast<float>(settings.huber);
  std::size_t best = 0;
  for (std::size_t epoch = 0; epoch < settings.epochs && epoch < best + settings.patience; ++epoch) {
    key.fork("epochs").fork(epoch).shuffle(rows);
    for (std::size_t s = 0; s < steps; ++s) {
      tape.clear();
      const auto theta = nn::bind(tape, store);
      const auto batch = std::span<const std::size_t>(rows).subspan(s * settings.batch, settings.batch);
      tape.backward(loss_of(network, theta, data, batch, width));
      optimiser.step(store, tape.gradient(theta.all()), rate(epoch * steps + s));
      average.update(store);
    }
    evaluation.clear();
    const auto held = loss_of(network, nn::freeze(evaluation, average.average()), data, held_out, width);
    const auto loss = static_cast<double>(*held.data());
    result.epochs = epoch + 1;
    if (loss < result.held_out) {
      result.held_out = loss;
      result.store = average.average();
      best = epoch + 1;
    }
    observe(epoch + 1, loss);
  }
  return result;
}

/// Normal score of a probability: the inverse of the normal distribution function, by bisection.
double normal_score(double p) {
  double low = -6;
  double high = 6;
  for (int k = 0; k < 50; ++k) {
    const double middle = 0.5 * (low + high);
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < p ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

/// Accuracies as normal scores of their ranks among the training cells: resolves good cells as well as bad ones.
struct scores {
  static constexpr std::size_t points = 257;
  std::vector<float> of_cell;     ///< [cells]
  std::vector<double> quantiles;  ///< the way back: at normal scores -4, ..., 4

  scores(std::span<const double> values, std::span<const std::size_t> rows) : of_cell(cells), quantiles(points) {
    std::vector<double> sorted;
    for (const std::size_t r : rows) sorted.push_back(values[r]);
    std::sort(sorted.begin(), sorted.end());
    const auto n = static_cast<double>(sorted.size());
    for (std::size_t i = 0; i < cells; ++i) {
      const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), values[i]);
      const auto rank = 0.5 * static_cast<double>((low - sorted.begin()) + (high - sorted.begin()));
      of_cell[i] = static_cast<float>(normal_score(std::clamp(rank, 0.5, n - 0.5) / n));
    }
    for (std::size_t q = 0; q < points; ++q) {
      const double score = -4 + 8 * static_cast<double>(q) / static_cast<double>(points - 1);
      const double at = std::clamp(0.5 * std::erfc(-score / std::sqrt(2.0)) * n - 0.5, 0.0, n - 1);
      const auto below = static_cast<std::size_t>(std::min(at, n - 2));
      quantiles[q] = sorted[below] + (at - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
    }
  }
};

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& w : words) text += (text.empty() ? "" : ",") + w;
  return text;
}

/// The columns that are learned.
struct targets {
  std::vector<std::string> latency;
  std::vector<std::string> energy;
  std::vector<std::span<const double>> accuracies;  ///< validation and test of each data set in turn
  std::vector<std::span<const double>> costs;       ///< latencies, then energies

  explicit targets(const paragon::benchmark::nasbench201_tables& tables) {
    const auto& split = tables.split();
    for (const auto* names : {&split.train, &split.valid, &split.test}) {
      latency.insert(latency.end(), names->begin(), names->end());
    }
    latency.emplace_back("edgegpu");
    energy.assign(tables.energy_devices.begin(), tables.energy_devices.end());
    for (const auto name : tables.datasets) {
      accuracies.push_back(tables.judge().validation_accuracy(name));
      accuracies.push_back(tables.judge().test_accuracy(name));
    }
    for (const auto& name : latency) costs.push_back(tables.judge().latency(name));
    for (const auto& name : energy) costs.push_back(tables.judge().energy(name));
  }
};

/// How well accuracies repeat: Kendall between that of a cell and the mean of those of its isomorphic cells, over the
/// cells with at least four. They differ by the noise of training alone, which no surrogate can know.
double accuracy_repeats(std::span<const double> values, const partition& parts) {
  std::vector<double> sum(parts.class_count, 0.0);
  std::vector<std::size_t> count(parts.class_count, 0);
  for (std::size_t i = 0; i < cells; ++i) {
    sum[parts.classes[i]] += values[i];
    ++count[parts.classes[i]];
  }
  std::vector<double> own;
  std::vector<double> others;
  for (std::size_t i = 0; i < cells; ++i) {
    const std::size_t c = parts.classes[i];
    if (count[c] < 5) continue;
    own.push_back(values[i]);
    others.push_back((sum[c] - values[i]) / static_cast<double>(count[c] - 1));
  }
  return paragon::predictor::kendall(own, others);
}

/// How well costs repeat: Kendall between a cell and its mirror image, over the cells that have one. Where nothing joins
/// the inner nodes they can be exchanged: the same operations on the same tensors in another order.
double cost_repeats(std::span<const double> values) {
  namespace benchmark = paragon::benchmark;
  std::vector<double> own;
  std::vector<double> other;
  for (std::size_t i = 0; i < cells; ++i) {
    const auto cell = benchmark::nasbench201_at_api_index(i);
    const auto& o = cell.operations;
    const benchmark::nasbench201_cell mirrored{{o[1], o[0], o[2], o[3], o[5], o[4]}};
    if (o[2] != benchmark::nasbench201_operation::none || mirrored == cell) continue;
    const double again = values[benchmark::nasbench201_api_index(mirrored)];
    if (std::isnan(values[i]) || std::isnan(again)) continue;
    own.push_back(values[i]);
    other.push_back(again);
  }
  return paragon::predictor::kendall(own, other);
}

/// The table of fidelities on the test cells, as Markdown.
std::string fidelity_table(const targets& wanted, const paragon::benchmark::nasbench201_tables& surrogate,
                           const partition& parts) {
  const auto rows = parts.members(part::test);
  std::string text =
      "| output | Kendall | Spearman | median relative error | Kendall of a repetition |\n|---|---|---|---|---|\n";
  const auto add = [&](const std::string& name, std::span<const double> truth, std::span<const double> estimate,
                       double repeats) {
    std::vector<double> a;
    std::vector<double> b;
    std::vector<double> relative;
    for (const std::size_t r : rows) {
      if (std::isnan(truth[r])) continue;
      a.push_back(truth[r]);
      b.push_back(estimate[r]);
      relative.push_back(std::abs(estimate[r] / truth[r] - 1));
    }
    const auto middle = relative.begin() + static_cast<std::ptrdiff_t>(relative.size() / 2);
    std::nth_element(relative.begin(), middle, relative.end());
    std::array<char, 200> line{};
    std::snprintf(line.data(), line.size(), "| %s | %.3f | %.3f | %.2f %% | %.3f |\n", name.c_str(),
                  paragon::predictor::kendall(a, b), paragon::predictor::spearman(a, b), 100 * *middle, repeats);
    text += line.data();
  };
  const auto& judge = surrogate.judge();
  for (std::size_t k = 0; k < wanted.accuracies.size(); ++k) {
    const std::string name(surrogate.datasets[k / 2]);
    add(name + (k % 2 == 0 ? " validation accuracy" : " test accuracy"), wanted.accuracies[k],
        k % 2 == 0 ? judge.validation_accuracy(name) : judge.test_accuracy(name),
        accuracy_repeats(wanted.accuracies[k], parts));
  }
  for (std::size_t k = 0; k < wanted.costs.size(); ++k) {
    const bool is_latency = k < wanted.latency.size();
    const std::string& name = is_latency ? wanted.latency[k] : wanted.energy[k - wanted.latency.size()];
    add(name + (is_latency ? " latency" : " energy"), wanted.costs[k],
        is_latency ? judge.latency(name) : judge.energy(name), cost_repeats(wanted.costs[k]));
  }
  return text;
}

int run(const options& o) {
  using namespace paragon;
  const auto start = std::chrono::steady_clock::now();
  program::require_writable(o.out);
  if (!o.table.empty()) program::require_writable(o.table);
  const benchmark::nasbench201_tables tables(o.data);
  const targets wanted(tables);
  const paragon::random_key key{.seed = o.seed};
  const partition parts(key.fork("partition"));
  const auto training = parts.members(part::train);

  // Accuracies: validation and test have networks of their own, so that nothing of a test accuracy is in a validation one.
  constexpr std::size_t kinds = nasbench201::accuracy_kinds.size();
  std::array<samples, kinds> accuracy;
  tensor<double> quantiles({wanted.accuracies.size(), scores::points});
  for (samples& a : accuracy) {
    a = {.features = surrogate_features::accuracy, .outputs = wanted.accuracies.size() / kinds, .x = {}, .y = {}};
    a.x.resize(cells * a.features);
    a.y.resize(cells * a.outputs);
  }
  for (std::size_t k = 0; k < wanted.accuracies.size(); ++k) {
    samples& a = accuracy[k % kinds];
    const scores s(wanted.accuracies[k], training);
    for (std::size_t i = 0; i < cells; ++i) a.y[i * a.outputs + k / kinds] = s.of_cell[i];
    std::copy(s.quantiles.begin(), s.quantiles.end(), quantiles.row(k).begin());
  }

  // Costs.
  samples cost{.features = surrogate_features::cost, .outputs = wanted.costs.size(), .x = {}, .y = {}};
  cost.x.resize(cells * cost.features);
  cost.y.resize(cells * cost.outputs);
  std::vector<double> exact(cells * surrogate_features::linear);
  for (std::size_t i = 0; i < cells; ++i) {
    const auto cell = benchmark::nasbench201_at_api_index(i);
    for (samples& a : accuracy) {
      surrogate_features::describe_accuracy(cell, std::span(a.x).subspan(i * a.features, a.features));
    }
    surrogate_features::describe_cost(cell, std::span(cost.x).subspan(i * cost.features, cost.features));
    surrogate_features::describe_linear(
        cell, std::span(exact).subspan(i * surrogate_features::linear, surrogate_features::linear));
  }
  tensor<double> linear({cost.outputs, surrogate_features::linear});
  tensor<double> floor({cost.outputs});
  tensor<double> spread({cost.outputs});
  tensor<double> least({cost.outputs});
  tensor<double> resolution({cost.outputs});
  for (std::size_t k = 0; k < cost.outputs; ++k) {
    const cost_base base = nasbench201::fit_base(wanted.costs[k], exact, training);
    std::copy(base.weights.begin(), base.weights.end(), linear.row(k).begin());
    floor[k] = base.floor;
    spread[k] = base.spread;
    least[k] = base.least;
    resolution[k] = base.resolution;
    for (std::size_t i = 0; i < cells; ++i) {
      const auto x = std::span<const double>(exact).subspan(i * base.weights.size(), base.weights.size());
      cost.y[i * cost.outputs + k] = residual(base, wanted.costs[k][i], x);
    }
  }

  // Networks: each has a tape of its own, so any number of them is trained at once with the same result.
  std::vector<standardised> accuracy_scales;
  for (samples& a : accuracy) accuracy_scales.emplace_back(a, training);
  const standardised cost_scale(cost, training);
  struct job {
    std::string name;
    const samples* data;
    const standardised* scale;
    network_settings settings;
  };
  const network_settings for_costs{.epochs = o.epochs.value_or(60), .patience = 30, .huber = 0.3};
  const network_settings for_accuracies{.width = 100, .epochs = o.epochs.value_or(100)};
  std::vector<job> jobs;
  for (int m = 0; m < 2; ++m) jobs.push_back({"cost." + std::to_string(m), &cost, &cost_scale, for_costs});
  for (std::size_t k = 0; k < kinds; ++k) {
    for (int m = 0; m < 4; ++m) {
      jobs.push_back({std::string(nasbench201::accuracy_kinds[k]) + "." + std::to_string(m), &accuracy[k],
                      &accuracy_scales[k], for_accuracies});
    }
  }
  std::vector<trained> networks(jobs.size());
  std::size_t total = 0;
  for (const job& j : jobs) total += j.settings.epochs;
  std::size_t done = 0;
  std::mutex mutex;
  terminal_progress terminal;
  thread_pool(o.threads).for_blocks(jobs.size(), 1, [&](std::size_t j, std::size_t) {
    std::size_t epochs = 0;
    const auto tell = [&](std::size_t epoch, double loss) {
      const std::lock_guard lock(mutex);
      done += epoch - epochs;
      epochs = epoch;
      terminal("training networks", done, total, loss);
    };
    networks[j] = train(jobs[j].name, *jobs[j].data, parts, jobs[j].settings, key.fork("networks").fork(j), tell);
    tell(jobs[j].settings.epochs, networks[j].held_out);
    jobs[j].scale->undo(networks[j].store, jobs[j].name);
  });

  std::vector<named_tensor> tensors;
  for (const trained& n : networks) {
    for (const auto& [name, where] : n.store.entries()) {
      tensors.emplace_back(name, where.extents, n.store.values().span().subspan(where.offset, where.extents.size()));
    }
  }
  tensors.emplace_back("accuracy.quantiles", quantiles);
  tensors.emplace_back("cost.linear", linear);
  tensors.emplace_back("cost.floor", floor);
  tensors.emplace_back("cost.spread", spread);
  tensors.emplace_back("cost.least", least);
  tensors.emplace_back("cost.resolution", resolution);
  std::vector<std::string> references;
  for (const std::size_t i : tables.reference_indices()) references.push_back(std::to_string(i));
  interruption::hold(
      [&] {
        save_safetensors(o.out, std::move(tensors),
                         {{"seed", std::to_string(o.seed)},
                          {"latency", join(wanted.latency)},
                          {"energy", join(wanted.energy)},
                          {"train", join(tables.split().train)},
                          {"valid", join(tables.split().valid)},
                          {"test", join(tables.split().test)},
                          {"references", join(references)}});
      },
      "the weights are in " + o.out);
  const auto seconds = [](auto since) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
  };
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    std::printf("%-12s %3zu epochs, held-out loss %.5f\n", jobs[j].name.c_str(), networks[j].epochs,
                networks[j].held_out);
  }
  std::printf("trained in %.0f s on %zu cells, %zu more decided when to stop\n", seconds(start), training.size(),
              parts.members(part::stop).size());

  const auto loading = std::chrono::steady_clock::now();
  const benchmark::nasbench201_tables surrogate(nasbench201::surrogates(o.out).columns());
  std::printf("%s: %ju bytes, loaded and evaluated in %.2f s\n", o.out.c_str(),
              static_cast<std::uintmax_t>(std::filesystem::file_size(o.out)), seconds(loading));
  const std::string table = fidelity_table(wanted, surrogate, parts);
  std::printf("on %zu cells that were not used:\n%s", parts.members(part::test).size(), table.c_str());
  if (!o.table.empty()) interruption::hold([&] { write_file(o.table, table); });
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return program::run("train_surrogates", [&] { return run(read_options(argc, argv)); });
}
