// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/json.hpp"
#include "../core/progress.hpp"
#include "../nn/moving_average.hpp"
#include "../nn/optimiser.hpp"
#include "../nn/schedule.hpp"
#include "score_model.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

struct score_training_settings {
  std::size_t steps = 3000;  ///< updates
  std::size_t batch = 256;   ///< matrices of an update
  double rate = 2e-3;        ///< learning rate after the warm-up; falls along half a cosine ...
  double last_rate = 4e-5;   ///< ... to this
  std::size_t warmup = 100;  ///< updates over which the rate rises in a straight line
  double clip = 1;           ///< greatest norm of a gradient; 0: any
  double average = 0.9999;   ///< decay of the weights' moving average: at most this, and (1 + n) / (10 + n) at update n
  double least_time = 1e-5;  ///< times are drawn from (this, 1]
  nn::adam_settings adam{};

  friend bool operator==(const score_training_settings&, const score_training_settings&) = default;
};

/// The published training: 250,001 updates at a constant rate of 2e-5; four times as many for the larger of the two
/// published spaces.
[[nodiscard]] inline score_training_settings published_score_training(std::size_t steps = 250001) {
  return {.steps = steps, .rate = 2e-5, .last_rate = 2e-5, .warmup = 1000};
}

/// How a training went.
struct score_training_status {
  std::size_t steps = 0;                                   ///< updates made, those of earlier runs included
  double loss = std::numeric_limits<double>::quiet_NaN();  ///< mean over the last (at most 100) updates of this run
  bool cancelled = false;                                  ///< the observer asked to stop
  bool diverged = false;                                   ///< a loss was not finite; nothing was updated with it
};

/// Denoising score matching in continuous time, one update after the other: Adam with warm-up and clipped gradients,
/// and a moving average of the weights, which is what samplers use.
///
/// Architectures, times and noise of update n depend on (key, n) alone, kernels add in a fixed order: the result does
/// not depend on threads, and a run that was saved and loaded goes on bit for bit as if it had not stopped.
/// Reference: Song et al., ICLR 2021 (equation 7), with the network's own loss, see `parametrisation`.
template <class T = float, parametrisation Output = one_hot_rows, sde Process = variance_exploding,
          class Backend = backend::cpu>
class score_trainer {
public:
  using model_type = score_model<T, Output, Process, Backend>;

  /// \param model  begins the training with its weights; must outlive the trainer
  /// \throws error for settings or data that the model can't be trained with
  score_trainer(model_type& model, const row_classes& data, const score_training_settings& settings,
                paragon::random_key key)
      : model_(&model), data_(&data), settings_(checked(settings)), key_(key),
        tables_(model.network().settings(), model.graph().mask), batch_(settings.batch, checked(data)),
        noise_(model.network().settings(), std::vector<moment>(settings.batch, moment{1, 1, 1, 1})),
        optimiser_(settings.adam), average_(model.weights(), settings.average) {}

  /// One update; returns the loss before it. Where that is not finite, nothing is changed.
  double step() {
    batch_.draw(*data_, model_->process(), settings_.least_time, key_.fork(step_));
    noise_.assign(model_->network().settings(), batch_.moments);
    tape_.clear();
    auto& weights = model_->weights();
    const auto theta = nn::bind(tape_, weights);
    const auto raw = model_->network()(theta, tables_, tape_.constant(batch_.noisy), noise_);
    const auto loss = model_->network().output().loss(raw, batch_);
    T value = 0;
    Backend::copy_to_host(&value, loss.data(), sizeof(T));
    if (!std::isfinite(value)) return static_cast<double>(value);
    tape_.backward(loss);
    T* gradient = tape_.gradient(theta.all());
    if (settings_.clip > 0) nn::clip_norm<T, Backend>(weights.size(), gradient, settings_.clip);
    optimiser_.step(weights, gradient, rate(step_++));
    average_.update(weights);
    return static_cast<double>(value);
  }

  /// The learning rate of update n.
  [[nodiscard]] double rate(std::size_t n) const noexcept {
    return nn::cosine_schedule{settings_.rate, settings_.last_rate, settings_.warmup, settings_.steps}(n);
  }

  [[nodiscard]] std::size_t steps() const noexcept { return step_; }
  [[nodiscard]] const nn::parameters<T, Backend>& average() const noexcept { return average_.average(); }

  /// Writes all that is needed to go on: weights, their average, the optimiser's memory.
  void save(const std::string& path) const {
    const shape flat{model_->weights().size()};
    const bool started = optimiser_.steps() > 0;
    const std::vector<T> weights = model_->weights().values().to_vector();
    const std::vector<T> average = average_.average().values().to_vector();
    const std::vector<T> mean = started ? optimiser_.mean().to_vector() : std::vector<T>(flat.size());
    const std::vector<T> variance = started ? optimiser_.variance().to_vector() : std::vector<T>(flat.size());
    save_safetensors(path,
                     {{"weights", flat, std::span<const T>(weights)},
                      {"average", flat, std::span<const T>(average)},
                      {"mean", flat, std::span<const T>(mean)},
                      {"variance", flat, std::span<const T>(variance)}},
                     {{"kind", kind}, {"training", description()}, {"step", std::to_string(step_)}});
  }

  /// Goes on from a file that `save` wrote.
  /// \throws error that names the file where it belongs to another network, other data, settings or key
  void load(const std::string& path) {
    const safetensors_file file(path);
    const auto text = [&](const char* name) {
      const auto found = file.metadata().find(name);
      return found == file.metadata().end() ? std::string() : found->second;
    };
    if (text("kind") != kind) throw error(path, "not a checkpoint of a score network", kind);
    if (text("training") != description()) {
      throw error(path, "a checkpoint of the training " + text("training"), description());
    }
    const shape flat{model_->weights().size()};
    const auto get = [&](const char* name) {
      return tensor<T, Backend>(flat, std::span<const T>(file.get<T>(name, flat).span()));
    };
    const auto step = static_cast<std::size_t>(json::parse(text("step"), path).integer());
    model_->weights().values() = get("weights");
    average_.restore(get("average"), step);
    if (step > 0) optimiser_.restore(get("mean"), get("variance"), step);
    step_ = step;
  }

private:
  static constexpr const char* kind = "paragon score training 1";

  static const score_training_settings& checked(const score_training_settings& s) {
    if (s.batch == 0) throw error("diffusion::score_trainer", "batches of 0", "at least 1");
    if (!(s.least_time > 0 && s.least_time < 1)) {
      throw error("diffusion::score_trainer", "times from " + number_text(s.least_time), "between 0 and 1");
    }
    return s;
  }

  const row_classes& checked(const row_classes& data) const {
    const auto& s = model_->network().settings();
    const auto fail = [](const std::string& problem, const std::string& expected) {
      throw error("diffusion::score_trainer", problem, expected);
    };
    if (data.size() == 0) fail("no architectures", "at least one");
    if (data.nodes != s.nodes || data.operators != s.operators || data.classes.size() % data.nodes != 0) {
      fail("architectures of " + std::to_string(data.nodes) + " nodes and " + std::to_string(data.operators) +
               " operators",
           std::to_string(s.nodes) + " and " + std::to_string(s.operators));
    }
    const std::size_t classes = model_->network().output().outputs(s.operators);
    for (const std::uint16_t c : data.classes) {
      if (c > s.operators || (c == s.operators && classes == s.operators && Output::name != raw_score::name)) {
        fail("a row without operator", "a parametrisation that knows absent rows, one_hot_or_absent_rows");
      }
    }
    return data;
  }

  /// What two runs must have in common to be one; numbers are written so that they read back exactly.
  [[nodiscard]] std::string description() const {
    std::uint64_t digest = 14695981039346656037U;  // FNV-1a of the data
    for (const std::uint16_t c : data_->classes) digest = (digest ^ c) * 1099511628211U;
    const auto& s = settings_;
    return json(json::object{{"output", Output::name},
                             {"graph", to_json(model_->graph())},
                             {"settings", detail::settings_to_json(model_->network().settings())},
                             {"process", detail::process_to_json(model_->process())},
                             {"data", std::to_string(digest)},
                             {"steps", s.steps},
                             {"batch", s.batch},
                             {"rate", s.rate},
                             {"last_rate", s.last_rate},
                             {"warmup", s.warmup},
                             {"clip", s.clip},
                             {"average", s.average},
                             {"least_time", s.least_time},
                             {"adam", json::array{s.adam.beta1, s.adam.beta2, s.adam.epsilon, s.adam.l2, s.adam.decay}},
                             {"key", json::array{std::to_string(key_.seed), std::to_string(key_.path)}}})
        .dump();
  }

  model_type* model_;
  const row_classes* data_;
  score_training_settings settings_;
  paragon::random_key key_;
  score_tables<T, Backend> tables_;
  noisy_batch<T, Backend> batch_;
  noise_codes<T, Backend> noise_;
  autodiff::tape<T, Backend> tape_;
  nn::adam<T, Backend> optimiser_;
  nn::moving_average<T, Backend> average_;
  std::size_t step_ = 0;
};

/// Sets the prior of a model to the logarithms of how frequent each class is in each row of the data. A class that a
/// row never has gets -30: the model then never generates it there.
/// \throws error where the data have another size than the model
template <class T, class Output, class Process, class Backend>
  requires(Output::has_prior)
void fit_prior(score_model<T, Output, Process, Backend>& model, const row_classes& data) {
  const auto& s = model.network().settings();
  const std::size_t classes = model.network().output().outputs(s.operators);
  if (data.nodes != s.nodes || data.operators != s.operators || data.size() == 0) {
    throw error("diffusion::fit_prior",
                std::to_string(data.size()) + " architectures of " + std::to_string(data.nodes) + " nodes and " +
                    std::to_string(data.operators) + " operators",
                "data of the model's size");
  }
  std::vector<double> count(s.nodes * classes);
  for (std::size_t i = 0; i < data.classes.size(); ++i) {
    if (data.classes[i] < classes) ++count[i % s.nodes * classes + data.classes[i]];
  }
  std::vector<T> prior(count.size());
  for (std::size_t i = 0; i < count.size(); ++i) {
    prior[i] = static_cast<T>(count[i] == 0 ? -30.0 : std::log(count[i] / static_cast<double>(data.size())));
  }
  model.weights().assign(model.weights().find("final.prior")->where, std::span<const T>(prior));
}

/// Where and how often a training is saved.
struct training_checkpoint {
  std::string path;          ///< empty: nowhere
  std::size_t every = 1000;  ///< updates
};

/// Trains a model to the end, or until the observer says stop; the model is left with the averaged weights. A prior
/// that is still zero is set by `fit_prior` first.
///
/// The observer is called after each update with the mean loss of the last updates. Where the checkpoint's file exists
/// the training goes on from there; it is written at regular distances, when the training is stopped, and at the end.
/// \throws error as `score_trainer`, and where a checkpoint can't be read or written
///
/// \code
/// diffusion::score_model<float> model(graph, diffusion::light_score_network(graph.nodes.size(), graph.operators.size()),
///                                     diffusion::variance_exploding{}, {.seed = 1});
/// auto data = diffusion::row_classes::of(encoding, space::all_architectures(cells));
/// diffusion::train_score(model, data, {}, {.seed = 2}, terminal_progress{}, {.path = "training.safetensors"});
/// model.save("score.safetensors");
/// \endcode
template <class T, class Output, class Process, class Backend, progress_observer Observer = silent>
score_training_status train_score(score_model<T, Output, Process, Backend>& model, const row_classes& data,
                                  const score_training_settings& settings, paragon::random_key key,
                                  Observer&& observer = {}, const training_checkpoint& checkpoint = {}) {
  if constexpr (Output::has_prior) {
    const auto where = model.weights().find("final.prior")->where;
    const std::vector<T> all = model.weights().values().to_vector();
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(where.offset);
    const auto last = first + static_cast<std::ptrdiff_t>(where.extents.size());
    if (std::all_of(first, last, [](T x) { return x == T(0); })) fit_prior(model, data);
  }
  score_trainer<T, Output, Process, Backend> trainer(model, data, settings, key);
  const bool saves = !checkpoint.path.empty();
  if (saves && std::filesystem::exists(checkpoint.path)) trainer.load(checkpoint.path);
  score_training_status status;
  std::vector<double> recent;
  constexpr std::size_t window = 100;
  const std::size_t begun = trainer.steps();
  while (trainer.steps() < settings.steps && !status.cancelled) {
    const double loss = trainer.step();
    status.diverged = !std::isfinite(loss);
    if (status.diverged) break;
    const std::size_t made = trainer.steps();
    if (recent.size() < window) {
      recent.push_back(loss);
    } else {
      recent[(made - begun - 1) % window] = loss;
    }
    double sum = 0;
    for (const double value : recent) sum += value;
    status.loss = sum / static_cast<double>(recent.size());
    status.cancelled = !observer("training", made, settings.steps, status.loss);
    const bool last = made == settings.steps || status.cancelled;
    if (saves && (last || (checkpoint.every > 0 && made % checkpoint.every == 0))) trainer.save(checkpoint.path);
  }
  status.steps = trainer.steps();
  model.weights().values() = trainer.average().values();
  return status;
}

}  // namespace paragon::diffusion
