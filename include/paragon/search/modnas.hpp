// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../autodiff/columns.hpp"
#include "../autodiff/elementwise.hpp"
#include "../autodiff/reduce.hpp"
#include "../core/error.hpp"
#include "../core/progress.hpp"
#include "../core/random.hpp"
#include "../gradient/min_norm.hpp"
#include "../gradient/normalised.hpp"
#include "../hypernetwork/concepts.hpp"
#include "../nn/optimiser.hpp"
#include "../nn/parameters.hpp"
#include "../nn/schedule.hpp"
#include "../preference/sphere.hpp"
#include "estimators.hpp"

namespace paragon::search {

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
  requires hypernetwork::hypernetwork<Hypernetwork, T> && gradient::weighting<Weighting> &&
           preference::ray_sampler<Sampler>
class modnas {
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

  /// Trains on these devices; device t has the number t for the estimator. A second call goes on from where the first
  /// ended, with a fresh optimiser and schedule.
  /// \throws error for no device, or devices with different numbers of features
  template <estimator<T> Estimator, progress_observer Observer = silent>
  training_report train(std::span<const device> devices, Estimator&& estimate, paragon::random key,
                        Observer&& observe = {}) {
    check(devices);
    const std::size_t k = devices.size();
    const std::size_t rows = k * settings_.rows;
    const std::size_t m = settings_.objectives;
    const std::size_t features = devices.front().features.size();
    std::vector<double> preferences(rows * m);
    std::vector<std::size_t> numbers(k);
    tensor<T> preference({rows, m});
    tensor<T> hardware({rows, features});
    for (std::size_t t = 0; t < k; ++t) {
      numbers[t] = t;
      for (std::size_t r = 0; r < settings_.rows; ++r) {
        for (std::size_t f = 0; f < features; ++f) {
          hardware[(t * settings_.rows + r) * features + f] = static_cast<T>(devices[t].features[f]);
        }
      }
    }
    std::vector<double> gram(k * k);
    std::vector<double> weights(k);
    nn::adam<T> optimiser(settings_.adam);
    training_report report;
    autodiff::tape<T> tape;
    for (std::size_t step = 0; step < settings_.steps; ++step) {
      for (std::size_t r = 0; r < rows; ++r) {
        sampler_(std::span<double>(preferences).subspan(r * m, m), key.in_stream(key.stream + 1).at_step(step), r);
      }
      for (std::size_t i = 0; i < preferences.size(); ++i) preference[i] = static_cast<T>(preferences[i]);
      tape.clear();
      const auto theta = nn::bind(tape, store_);
      const auto logits = net_(theta, tape.constant(preference), tape.constant(hardware));
      const batch b{preferences, numbers, settings_.rows, key.at_step(step),
                    static_cast<double>(step) / static_cast<double>(settings_.steps)};
      const auto by_row = estimate(logits, b);
      const auto losses = autodiff::affine(autodiff::sum_columns(autodiff::reshape(by_row, {k, settings_.rows})),
                                           T(1) / static_cast<T>(settings_.rows));
      tape.backward_instances(losses);
      tape.instances().gram(gram);
      if (!weighting_(gradient::gram_view(gram, k), weights).converged) ++report.unsolved;
      tape.instances().combine(weights);
      optimiser.step(store_, tape.gradient(theta.all()), settings_.rate(step));

      double mean = 0;
      for (const T l : losses.span()) mean += static_cast<double>(l) / static_cast<double>(k);
      const double memory = std::min(static_cast<double>(step), 100.0);
      report.loss = (report.loss * memory + mean) / (memory + 1);
      report.steps = step + 1;
      if (!observe("hypernetwork", step + 1, settings_.steps, report.loss)) {
        report.stopped = true;
        break;
      }
    }
    return report;
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
