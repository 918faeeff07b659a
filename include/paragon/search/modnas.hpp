// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../autodiff/columns.hpp"
#include "../autodiff/elementwise.hpp"
#include "../autodiff/reduce.hpp"
#include "../core/error.hpp"
#include "../core/progress.hpp"
#include "../core/random_key.hpp"
#include "../gradient/min_norm.hpp"
#include "../gradient/normalised.hpp"
#include "../hypernetwork/concepts.hpp"
#include "../nn/optimiser.hpp"
#include "../nn/parameters.hpp"
#include "../nn/schedule.hpp"
#include "../preference/sphere.hpp"
#include "estimators.hpp"

namespace paragon::inline PARAGON_ISA::search {

/// A device as a hypernetwork sees it: what tells it apart, for instance scaled latencies of ten reference networks.
struct device {
  std::string name;
  std::vector<double> features;

  friend bool operator==(const device&, const device&) = default;
};

struct modnas_settings {
  std::size_t steps = 3000;
  std::size_t rows = 16;  ///< preferences for each device and step
  std::size_t objectives = 2;
  nn::cosine_schedule rate{.peak = 3e-3, .last = 3e-5, .warmup = 100};  ///< over all steps, whatever its `steps`
  nn::adam_settings adam{.beta1 = 0.9, .beta2 = 0.99};

  friend bool operator==(const modnas_settings&, const modnas_settings&) = default;
};

/// What a training run can say of itself.
struct training_report {
  std::size_t steps = 0;
  bool stopped = false;      ///< the observer asked to stop
  std::size_t unsolved = 0;  ///< steps whose weighting did not converge
  double loss = 0;           ///< mean over the last hundred steps

  friend bool operator==(const training_report&, const training_report&) = default;
};

/// MODNAS: one training run of a hypernetwork gives the Pareto front of every device.
///
/// Each step draws preferences for every device, lets the hypernetwork propose architectures, takes one gradient for
/// each device, and follows the direction that a weighting of these gradients gives (multiple-gradient descent). The
/// Gram matrix comes from one backward pass over all devices, see `autodiff::context::backward_instances`.
/// Deterministic: the same seed gives the same parameters for any number of threads.
/// Reference: Sukthanker, Zela, Staffler, Dooley, Grabocka, Hutter, "Multi-objective differentiable neural architecture
/// search", arXiv 2402.18213, algorithm 1.
/// \tparam Hypernetwork  models `hypernetwork::hypernetwork`
/// \tparam Weighting     models `gradient::weighting`
/// \tparam Sampler       models `preference::ray_sampler`
template <class Hypernetwork, class Weighting = gradient::normalised<gradient::min_norm, gradient::unit_length>,
          class Sampler = preference::sphere, class T = float>
class modnas {
  static_assert(hypernetwork::require_hypernetwork<Hypernetwork, T>());
  static_assert(gradient::require_weighting<Weighting>());
  static_assert(std::move_constructible<Weighting>, "the weighting of a search must be move-constructible");
  static_assert(preference::require_ray_sampler<Sampler>());

public:
  /// \param store  the parameters that the hypernetwork was made with
  modnas(Hypernetwork net, nn::parameters<T> store, modnas_settings settings = {}, Weighting weighting = {},
         Sampler sampler = {})
      : net_(std::move(net)), store_(std::move(store)), settings_(settings), weighting_(std::move(weighting)),
        sampler_(std::move(sampler)) {
    if (settings_.rows == 0 || settings_.objectives == 0) {
      throw error("search::modnas",
                  std::to_string(settings_.rows) + " rows of " + std::to_string(settings_.objectives) + " objectives",
                  "at least one of each");
    }
    settings_.rate.steps = settings_.steps;
  }

  /// A training on its way: what it carries from step to step beside the parameters.
  class training {
  public:
    [[nodiscard]] const training_report& report() const noexcept { return report_; }
    /// What a checkpoint keeps beside the parameters, with `report().steps`.
    [[nodiscard]] const nn::adam<T>& optimiser() const noexcept { return optimiser_; }
    /// Goes on from a checkpoint: the state after `report.steps` steps.
    void restore(nn::adam<T> optimiser, const training_report& report) {
      optimiser_ = std::move(optimiser);
      report_ = report;
    }

  private:
    friend class modnas;
    std::vector<std::size_t> numbers_;  // of the devices
    std::vector<double> preferences_;
    tensor<T> preference_;
    tensor<T> hardware_;
    std::vector<double> gram_;
    std::vector<double> weights_;
    nn::adam<T> optimiser_;
    autodiff::tape<T> tape_;
    training_report report_;
  };

  /// The training on these devices before its first step; device t has the number t for the estimator.
  /// \throws error for no device, or devices with different numbers of features
  [[nodiscard]] std::unique_ptr<training> begin(std::span<const device> devices) const {
    check(devices);
    auto t = std::make_unique<training>();
    const std::size_t k = devices.size();
    const std::size_t rows = k * settings_.rows;
    const std::size_t features = devices.front().features.size();
    t->numbers_.resize(k);
    t->preferences_.resize(rows * settings_.objectives);
    t->preference_ = tensor<T>({rows, settings_.objectives});
    t->hardware_ = tensor<T>({rows, features});
    for (std::size_t d = 0; d < k; ++d) {
      t->numbers_[d] = d;
      for (std::size_t i = 0; i < settings_.rows * features; ++i) {
        t->hardware_[d * settings_.rows * features + i] = static_cast<T>(devices[d].features[i % features]);
      }
    }
    t->gram_.resize(k * k);
    t->weights_.resize(k);
    t->optimiser_ = nn::adam<T>(settings_.adam);
    return t;
  }

  /// One step: a function of the parameters, the optimiser's state and the number of the step.
  template <class Estimator>
  void step(training& t, Estimator&& estimate, const paragon::random_key& key) {
    static_assert(require_estimator<Estimator, T>());
    const std::size_t number = t.report_.steps;
    const std::size_t k = t.numbers_.size();
    const std::size_t m = settings_.objectives;
    const paragon::random_key draw = key.fork("preferences").fork(number);
    for (std::size_t r = 0; r < k * settings_.rows; ++r) {
      sampler_(std::span<double>(t.preferences_).subspan(r * m, m), draw, r);
    }
    for (std::size_t i = 0; i < t.preferences_.size(); ++i) t.preference_[i] = static_cast<T>(t.preferences_[i]);
    autodiff::tape<T>& tape = t.tape_;
    tape.clear();
    const auto theta = nn::bind(tape, store_);
    const auto logits = net_(theta, tape.constant(t.preference_), tape.constant(t.hardware_));
    const batch b{t.preferences_,
                  t.numbers_,
                  settings_.rows,
                  key.fork("estimates").fork(number),
                  static_cast<double>(number) / static_cast<double>(settings_.steps),
                  number};
    const auto by_row = estimate(logits, b);
    const auto losses = autodiff::affine(autodiff::sum_columns(autodiff::reshape(by_row, {k, settings_.rows})),
                                         T(1) / static_cast<T>(settings_.rows));
    tape.backward_instances(losses);
    tape.instances().gram(t.gram_);
    if (!weighting_(gradient::gram_view(t.gram_, k), t.weights_).converged) ++t.report_.unsolved;
    tape.instances().combine(t.weights_);
    t.optimiser_.step(store_, tape.gradient(theta.all()), settings_.rate(number));

    double mean = 0;
    for (const T l : losses.span()) mean += static_cast<double>(l) / static_cast<double>(k);
    const double memory = std::min(static_cast<double>(number), 100.0);
    t.report_.loss = (t.report_.loss * memory + mean) / (memory + 1);
    t.report_.steps = number + 1;
  }

  /// Trains on these devices for all steps of the settings. A second call goes on from where the first ended, with a fresh
  /// optimiser and schedule.
  /// \throws error for no device, or devices with different numbers of features
  template <class Estimator, class Observer = silent>
  training_report train(std::span<const device> devices, Estimator&& estimate, paragon::random_key key,
                        Observer&& observe = {}) {
    static_assert(require_estimator<Estimator, T>());
    static_assert(require_progress_observer<Observer>());
    const auto t = begin(devices);
    while (t->report_.steps < settings_.steps) {
      step(*t, estimate, key);
      if (!observe("hypernetwork", t->report_.steps, settings_.steps, t->report_.loss)) {
        t->report_.stopped = true;
        break;
      }
    }
    return t->report_;
  }

  /// Logits [rays, choices] of one device, seen or not, row-major.
  /// \param preferences  [rays, objectives]
  [[nodiscard]] std::vector<T> logits(const device& d, std::span<const double> preferences) const {
    const std::size_t m = settings_.objectives;
    if (preferences.empty() || preferences.size() % m != 0) {
      throw error("search::modnas::logits", std::to_string(preferences.size()) + " weights",
                  "rows of " + std::to_string(m));
    }
    const std::size_t rows = preferences.size() / m;
    tensor<T> preference({rows, m});
    tensor<T> hardware({rows, d.features.size()});
    for (std::size_t i = 0; i < preferences.size(); ++i) preference[i] = static_cast<T>(preferences[i]);
    for (std::size_t i = 0; i < hardware.size(); ++i) hardware[i] = static_cast<T>(d.features[i % d.features.size()]);
    autodiff::evaluation<T> context;
    const auto y = net_(nn::freeze(context, store_), context.constant(preference), context.constant(hardware));
    return {y.span().begin(), y.span().end()};
  }

  [[nodiscard]] const nn::parameters<T>& store() const noexcept { return store_; }
  [[nodiscard]] nn::parameters<T>& store() noexcept { return store_; }
  [[nodiscard]] const modnas_settings& settings() const noexcept { return settings_; }

private:
  static void check(std::span<const device> devices) {
    if (devices.empty()) throw error("search::modnas::train", "0 devices", "at least one");
    for (const device& d : devices) {
      if (d.features.empty() || d.features.size() != devices.front().features.size()) {
        throw error("search::modnas::train",
                    "device " + d.name + " with " + std::to_string(d.features.size()) + " features",
                    "the same number for every device, at least one");
      }
    }
  }

  Hypernetwork net_;
  nn::parameters<T> store_;
  modnas_settings settings_;
  Weighting weighting_;
  Sampler sampler_;
};

}  // namespace paragon::search
