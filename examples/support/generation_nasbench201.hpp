// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/benchmark/nasbench201/api_order.hpp>
#include <paragon/benchmark/nasbench201/descriptor.hpp>
#include <paragon/benchmark/nasbench201/diffusionnag.hpp>
#include <paragon/benchmark/nasbench201/flow_features.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/tables.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/progress.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/diffusion/independent_choices.hpp>
#include <paragon/diffusion/sde.hpp>
#include <paragon/nn/parameters.hpp>
#include <paragon/predictor/architecture_network.hpp>
#include <paragon/predictor/cost_model.hpp>
#include <paragon/predictor/gaussian_process.hpp>
#include <paragon/search/label_selection.hpp>
#include <paragon/space/one_hot.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guidance_network.hpp"

namespace nasbench201 {

struct generation_settings {
  std::string dataset = "cifar10";    ///< the target: none of its accuracies is read
  std::string device = "gold_6226";   ///< whose latency counts
  std::size_t labels = 1000;          ///< cells whose validation accuracies on the other data sets are read
  std::string pairs{};                ///< folder of the pairs of cells and ImageNet-32 tasks, where `labels` is 0
  std::size_t latency_samples = 900;  ///< cells measured on each device
  std::uint64_t seed = 1;
};

/// What POMONAG generates for on NAS-Bench-201: accuracy on a data set without labels, parameters, MACs, latency.
///
/// Accuracy is learned from the other data sets of the benchmark: a Gaussian process of the mean standing of a cell on
/// them judges cells; networks that read relaxed cells learn from it, and pull samples. Latency is learned from
/// measurements; parameters and MACs are exact.
class generation_problem {
public:
  using architecture = paragon::benchmark::nasbench201_cell;
  using space_type = paragon::benchmark::nasbench201;
  using encoding_type = paragon::benchmark::nasbench201_diffusion_graph<>;
  using choices_type = paragon::diffusion::independent_choices<encoding_type>;
  static constexpr std::string_view name = "NAS-Bench-201";

  generation_problem(const paragon::benchmark::nasbench201_tables& tables, generation_settings settings)
      : tables_(&tables), settings_(std::move(settings)), choices_(space_, encoding_) {
    (void)tables.labels(settings_.dataset);  // throws for an unknown name, with the known ones
    (void)tables.latency(settings_.device);
    for (const std::string_view d : paragon::benchmark::nasbench201_tables::datasets) {
      if (d != settings_.dataset) others_.push_back(&tables.labels(d));
    }
    const auto parameters = space_.parameter_cost();
    const auto macs = space_.mac_cost();
    rows_.resize(count * width);
    for (std::size_t i = 0; i < count; ++i) {
      const auto row = std::span(rows_).subspan(i * width, width);
      cells_.push_back(paragon::benchmark::nasbench201_at_api_index(i));
      paragon::space::one_hot(space_, cells_[i], row);
      parameters_.push_back(parameters(std::span<const double>(row)) / 1e6);
      macs_.push_back(macs(std::span<const double>(row)) / 1e6);
    }
  }

  [[nodiscard]] const space_type& space() const noexcept { return space_; }
  [[nodiscard]] const encoding_type& encoding() const noexcept { return encoding_; }
  [[nodiscard]] const choices_type& choices() const noexcept { return choices_; }
  [[nodiscard]] paragon::diffusion::variance_exploding process() const {
    return paragon::diffusion::variance_exploding(0.1, 5);
  }
  [[nodiscard]] std::string describe_accuracy() const {
    if (settings_.labels == 0)
      return "predicted from cells trained on parts of ImageNet-32; measured: the test accuracy";
    return "the mean of the " + others_[0]->name() + " and the " + others_[1]->name() +
           ", predicted; measured: the test accuracy";
  }

  /// Reads labels and measurements, trains the judge and the networks that guide.
  template <paragon::progress_observer Observer>
  void learn(Observer&& observe) {
    const auto key = paragon::random_key{.seed = settings_.seed}.fork("generation problem");
    learn_latency(key.fork("latency"));
    if (settings_.labels > 0) {
      learn_accuracy(key.fork("accuracy"), observe);
    } else {
      learn_accuracy_from_pairs(key.fork("accuracy"), observe);
    }
    std::vector<float> accuracy(count);
    std::vector<float> latency(count);
    for (std::size_t i = 0; i < count; ++i) {
      accuracy[i] = static_cast<float>(-standing_[i]);
      latency[i] = static_cast<float>(std::log(std::max(latency_[i], least_latency_)));
    }
    // Some cells at random, and those that are best by the judge, which is where the gradient has to be right.
    auto chosen = paragon::search::first_labels(count, 3000, key.fork("cells"));
    std::vector<std::size_t> best(count);
    std::iota(best.begin(), best.end(), std::size_t{0});
    std::stable_sort(best.begin(), best.end(),
                     [&](std::size_t a, std::size_t b) { return standing_[a] < standing_[b]; });
    chosen.insert(chosen.end(), best.begin(), best.begin() + 500);
    accuracy_network_ = guidance_network(encoding_, choices_, process(), std::span<const architecture>(cells_),
                                         accuracy, chosen, key.fork("accuracy network"), "guide to accuracy", observe);
    latency_network_ = guidance_network(encoding_, choices_, process(), std::span<const architecture>(cells_), latency,
                                        chosen, key.fork("latency network"), "guide to latency", observe);
  }

  // Guidance: what networks predict of relaxed rows, then costs that are linear in them, all in deviations.
  static constexpr std::size_t predictions = 2;
  /// Which objective each prediction and each cost is.
  static constexpr std::array<std::size_t, 4> columns{0, 3, 1, 2};

  /// Of guidance "balanced": accuracy, parameters, MACs, latency. Chosen by the predicted hypervolume.
  static constexpr std::array<double, 4> balanced_scales{40, 12, 12, 40};

  /// Accuracy and the opposite of latency, [samples, 2].
  template <class C>
  [[nodiscard]] paragon::autodiff::variable<C> operator()(C& tape, paragon::autodiff::variable<C> rows) const {
    const auto read = [&](const paragon::predictor::architecture_network<float>& network) {
      return network(paragon::nn::freeze(tape, network.parameters()), rows);
    };
    return paragon::autodiff::concatenate(read(*accuracy_network_),
                                          paragon::autodiff::affine(read(*latency_network_), -1.0F));
  }
  [[nodiscard]] std::vector<paragon::space::linear_cost> costs() const {
    std::vector<paragon::space::linear_cost> result{space_.parameter_cost(), space_.mac_cost()};
    for (double& c : result[0].coefficients) c /= 1e6 * deviation(parameters_);
    for (double& c : result[1].coefficients) c /= 1e6 * deviation(macs_);
    return result;
  }

  /// The judge: predicted accuracy, exact parameters and MACs, predicted latency.
  [[nodiscard]] std::vector<double> operator()(std::span<const architecture> cells) const {
    std::vector<double> values;
    for (const architecture& c : cells) {
      const std::size_t i = paragon::benchmark::nasbench201_api_index(c);
      values.insert(values.end(), {accuracy_[i], parameters_[i], macs_[i], latency_[i]});
    }
    return values;
  }

  /// A sample of the space to normalise by: here all of it.
  [[nodiscard]] std::span<const architecture> everything() const noexcept { return cells_; }

  /// For scoring only, what the benchmark says: test accuracy, parameters, MACs, latency.
  [[nodiscard]] std::optional<std::vector<double>> measured(const architecture& cell) const {
    const std::size_t i = paragon::benchmark::nasbench201_api_index(cell);
    return std::vector<double>{tables_->judge().test_accuracy(settings_.dataset)[i], parameters_[i], macs_[i],
                               tables_->judge().latency(settings_.device)[i]};
  }

  /// Rank correlations with the measurements of all cells; for the report.
  template <class Marker>
  [[nodiscard]] static std::vector<std::pair<std::string, double>> spearman(const Marker& mark) {
    return {{"accuracy", mark.spearman(0)}, {"latency", mark.spearman(3)}};
  }

  [[nodiscard]] std::size_t labels_read() const {
    std::size_t most = 0;
    for (const auto* table : others_) most = std::max(most, table->labels_read());
    return most;
  }

private:
  static constexpr std::size_t count = 15625;
  static constexpr std::size_t width = 30;

  /// Log errors of one data set, those of the worst twentieth drawn together: they only have to be known as bad.
  struct error_scale {
    double knee = 0;
    double middle = 0;
    double width = 1;

    [[nodiscard]] double to_standing(double error) const {
      const double t = std::log(error);
      return ((t > knee ? knee + 0.3 * (t - knee) : t) - middle) / width;
    }
    [[nodiscard]] double to_error(double standing) const {
      const double t = middle + width * standing;
      return std::exp(t > knee ? knee + (t - knee) / 0.3 : t);
    }
  };

  void learn_latency(paragon::random_key key) {
    std::vector<std::string> devices = tables_->split().train;
    for (const auto& d : tables_->split().valid) devices.push_back(d);
    std::erase(devices, settings_.device);
    devices.push_back(settings_.device);
    const auto order = paragon::search::first_labels(count, settings_.latency_samples, key);
    const auto rows_of = [&](const paragon::data::labelled_table& table, std::span<const std::size_t> wanted) {
      paragon::predictor::measurements m;
      for (const std::size_t i : wanted) {
        const auto row = std::span(rows_).subspan(i * width, width);
        m.rows.insert(m.rows.end(), row.begin(), row.end());
        m.costs.push_back(table.read(i));
      }
      return m;
    };
    std::vector<paragon::predictor::measurements> all;
    std::vector<paragon::predictor::measurements> references;
    for (const auto& d : devices) {
      all.push_back(rows_of(tables_->latency(d), order));
      references.push_back(rows_of(tables_->latency(d), tables_->reference_indices()));
    }
    paragon::predictor::cost_model model{paragon::benchmark::nasbench201_flow_features{}};
    model.train(all, references);
    least_latency_ = *std::min_element(all.back().costs.begin(), all.back().costs.end());
    least_latency_ = std::max(least_latency_, 1e-3);
    for (std::size_t i = 0; i < count; ++i) {
      const auto row = std::span<const double>(rows_).subspan(i * width, width);
      latency_.push_back(std::max(model.predict(model.heads().back(), row), 0.0));
    }
  }

  template <class Observer>
  void learn_accuracy(paragon::random_key key, Observer&& observe) {
    const std::size_t first = std::min<std::size_t>(200, settings_.labels);
    for (const auto* table : others_) {
      std::vector<double> logs;
      for (const std::size_t i : paragon::search::first_labels(count, first, key)) {
        logs.push_back(std::log(100 - table->read(i)));
      }
      std::sort(logs.begin(), logs.end());
      const std::size_t n = logs.size();
      scales_.push_back({logs[n - 1 - n / 20], logs[n / 2], logs[n / 2] - logs[n / 20]});
    }
    const auto standing = [&](std::size_t i) {
      double sum = 0;
      for (std::size_t k = 0; k < others_.size(); ++k) sum += scales_[k].to_standing(100 - others_[k]->read(i));
      return sum / static_cast<double>(others_.size());
    };
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const std::size_t i : paragon::search::first_labels(count, first, key)) {
      low = std::min(low, standing(i));
      high = std::max(high, standing(i));
    }
    std::vector<paragon::search::other_objectives> costs(1);
    const auto append = [&](std::size_t i) {
      costs[0].insert(costs[0].end(), {parameters_[i] / spread(parameters_), latency_[i] / spread(latency_)});
    };
    for (std::size_t i = 0; i < count; ++i) append(i);
    paragon::predictor::gaussian_process<paragon::benchmark::nasbench201_descriptor> process;
    paragon::search::select_labels(process, paragon::benchmark::nasbench201_descriptor{},
                                   std::span<const architecture>(cells_),
                                   std::span<const paragon::search::other_objectives>(costs), standing,
                                   {.labels = settings_.labels,
                                    .first = first,
                                    .round = std::max<std::size_t>(30, settings_.labels / 8),
                                    .angles = 64,
                                    .width = 0.6 * (high - low)},
                                   key, paragon::preference::smooth_tchebycheff{.mu = 0.03}, observe);
    standing_ = process.predict(cells_);
    for (const double s : standing_) accuracy_.push_back(percent(s));
  }

  /// From the published pairs alone: networks that know the cell, but not its task.
  template <class Observer>
  void learn_accuracy_from_pairs(paragon::random_key key, Observer&& observe) {
    const paragon::benchmark::diffusionnag_pairs pairs(settings_.pairs);
    std::vector<float> rows(pairs.rows.size() * width);
    std::vector<float> labels;
    for (std::size_t i = 0; i < pairs.rows.size(); ++i) {
      paragon::space::one_hot(space_, pairs.rows.architectures[i], std::span(rows).subspan(i * width, width));
      labels.push_back(static_cast<float>(pairs.rows.value(i, 0)));
    }
    paragon::predictor::architecture_network<float> network(width, {.width = 64, .layers = 2, .members = 4}, key);
    network.train(std::span<const float>(rows), std::span<const float>(labels), {.epochs = 60, .batch = 128}, {},
                  observe);
    const std::vector<float> all(rows_.begin(), rows_.end());
    for (const float accuracy : network.predict(std::span<const float>(all))) {
      standing_.push_back(-accuracy);
      accuracy_.push_back(std::clamp(static_cast<double>(accuracy), 0.0, 100.0));
    }
  }

  /// The accuracy that a cell of this standing has on the other data sets, on average.
  [[nodiscard]] double percent(double standing) const {
    double sum = 0;
    for (const error_scale& s : scales_) sum += std::max(0.0, 100 - s.to_error(standing));
    return sum / static_cast<double>(scales_.size());
  }

  static double spread(const std::vector<double>& v) {
    const auto [low, high] = std::minmax_element(v.begin(), v.end());
    return *high - *low;
  }
  static double deviation(const std::vector<double>& v) {
    const double mean = std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
    double sum = 0;
    for (const double x : v) sum += (x - mean) * (x - mean);
    return std::sqrt(sum / static_cast<double>(v.size()));
  }

  const paragon::benchmark::nasbench201_tables* tables_;
  generation_settings settings_;
  std::vector<const paragon::data::labelled_table*> others_;
  space_type space_;
  encoding_type encoding_;
  choices_type choices_;
  std::vector<architecture> cells_;
  std::vector<double> rows_;  ///< [cells, 30]
  std::vector<double> parameters_;
  std::vector<double> macs_;
  std::vector<double> latency_;   ///< predicted, ms
  std::vector<double> accuracy_;  ///< predicted, %
  std::vector<double> standing_;  ///< predicted mean of scaled log errors; small is good
  std::vector<error_scale> scales_;
  double least_latency_ = 0;
  std::optional<paragon::predictor::architecture_network<float>> accuracy_network_;
  std::optional<paragon::predictor::architecture_network<float>> latency_network_;
};

}  // namespace nasbench201
