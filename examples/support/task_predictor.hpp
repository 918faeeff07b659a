// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <paragon/autodiff/columns.hpp>
#include <paragon/benchmark/nasbench201/graph.hpp>
#include <paragon/core/progress.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/diffusion/sde.hpp>
#include <paragon/nn/parameters.hpp>
#include <paragon/predictor/dataset_collection.hpp>
#include <paragon/predictor/dataset_encoder.hpp>
#include <paragon/predictor/loss.hpp>
#include <paragon/predictor/noise_aware_predictor.hpp>
#include <paragon/predictor/train_noise_aware_predictor.hpp>
#include <span>
#include <vector>

/// POMONAG's predictors for noisy cells, conditioned on a data set: one trunk, a head for each metric.
class task_predictor {
public:
  using cell_type = paragon::benchmark::nasbench201_cell;
  using datasets = paragon::predictor::dataset_collection<float>;
  /// How good cells are on the task, what this cell adds to that, and its costs.
  enum head : std::size_t { level, addition, parameters, macs, latency, heads };

  /// What one of them learns from, and what it is asked: a cell on a task at a time of the noise.
  struct question {
    cell_type cell;
    std::uint32_t task;
  };

  /// \param sets      the data sets of the tasks, borrowed; nullptr for a predictor that ignores them
  task_predictor(const datasets* sets, paragon::random_key key)
      : sets_(sets), key_(key), messages_(adjacency(), graph::nodes()),
        network_(store_, {.width = width, .code = width, .dataset_code = sets == nullptr ? 0 : code, .heads = heads},
                 key.fork("weights")) {
    if (sets != nullptr) encoder_.emplace(store_, encoder_settings(sets->features()), key.fork("encoder"));
  }

  /// Cells without a way to the output are far worse than all others: Huber's loss keeps them from being all that is
  /// learned.
  /// \param labels  [questions, heads], NaN where not known; best with a deviation of about 1
  template <class Observer>
  paragon::predictor::training_status train(std::span<const question> from, std::span<const float> labels,
                                            std::size_t epochs, Observer&& observe) {
    const std::vector<float> x = matrices(from);
    return paragon::predictor::train_noise_aware(
        store_, std::span<const float>(x), entries, labels, heads, process_,
        [&](const auto& theta, const auto& batch) {
          std::vector<std::uint32_t> tasks;
          for (const std::uint32_t s : batch.samples) tasks.push_back(from[s].task);
          return forward(theta, batch.x, batch.times, tasks);
        },
        {.epochs = epochs, .batch = 256, .rate = 1e-3, .clip = 5, .held_out = 0}, key_.fork("training"),
        paragon::predictor::huber_loss{}, observe);
  }

  /// The answers of one head for finished cells, or for cells with noise at times that are uniform in (0, 1].
  [[nodiscard]] std::vector<double> predict(std::span<const question> asked, std::size_t which, bool noisy) const {
    std::vector<float> x = matrices(asked);
    std::vector<double> times(asked.size(), 1e-5);
    const paragon::random_key time = key_.fork("times");
    const paragon::random_key noise = key_.fork("noise");
    for (std::size_t i = 0; noisy && i < asked.size(); ++i) {
      times[i] = 1 - time.uniform(i);
      for (std::size_t e = i * entries; e < (i + 1) * entries; ++e) {
        x[e] += static_cast<float>(process_.deviation(times[i]) * noise.normal(e));
      }
    }
    constexpr std::size_t block = 512;
    std::vector<double> out;
    paragon::autodiff::evaluation<float> context;
    for (std::size_t at = 0; at < asked.size(); at += block) {
      const std::size_t n = std::min(block, asked.size() - at);
      std::vector<std::uint32_t> tasks;
      for (std::size_t i = at; i < at + n; ++i) tasks.push_back(asked[i].task);
      context.clear();
      const auto y =
          forward(paragon::nn::freeze(context, store_), context.constant(x.data() + at * entries, {n, entries}),
                  std::span<const double>(times).subspan(at, n), tasks);
      for (std::size_t i = 0; i < n; ++i) out.push_back(static_cast<double>(y.data()[i * heads + which]));
    }
    return out;
  }

  [[nodiscard]] const paragon::nn::parameters<float>& store() const noexcept { return store_; }

private:
  using graph = paragon::benchmark::nasbench201_diffusion_graph<>;
  static constexpr std::size_t width = 64;
  static constexpr std::size_t code = 32;  // of a data set
  static constexpr std::size_t entries = graph::nodes() * graph::features();

  static paragon::predictor::dataset_encoder_settings encoder_settings(std::size_t features) {
    return {.features = features, .width = code, .heads = 4};
  }
  static std::vector<float> adjacency() {
    std::vector<float> m(graph::nodes() * graph::nodes());
    graph::adjacency(std::span<float>(m));
    return m;
  }

  static std::vector<float> matrices(std::span<const question> of) {
    std::vector<float> x(of.size() * entries);
    for (std::size_t i = 0; i < of.size(); ++i) {
      graph::encode(of[i].cell, std::span<float>(x).subspan(i * entries, entries));
    }
    for (float& v : x) v = 2 * v - 1;
    return x;
  }

  template <class C>
  [[nodiscard]] paragon::autodiff::variable<C> forward(const paragon::nn::bound<C>& theta,
                                                       paragon::autodiff::variable<C> x, std::span<const double> times,
                                                       std::span<const std::uint32_t> tasks) const {
    std::vector<double> levels;
    for (const double t : times) levels.push_back(process_.noise_level(t));
    const auto noise = theta.context().copy(paragon::predictor::noise_code<float>(levels, width));
    const auto set = encoder_ ? sets_->codes(theta, *encoder_, tasks) : paragon::autodiff::variable<C>{};
    return network_(theta, messages_.along.data(), messages_.against.data(),
                    paragon::autodiff::reshape(x, {times.size() * graph::nodes(), graph::features()}), noise, set);
  }

  paragon::diffusion::variance_exploding process_{0.1, 5};
  const datasets* sets_;
  paragon::random_key key_;
  paragon::nn::parameters<float> store_;
  paragon::predictor::message_matrices<float> messages_;
  paragon::predictor::noise_aware_predictor network_;
  std::optional<paragon::predictor::dataset_encoder> encoder_;
};
