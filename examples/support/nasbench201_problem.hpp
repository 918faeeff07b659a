// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <paragon/benchmark/nasbench201/api_order.hpp>
#include <paragon/benchmark/nasbench201/descriptor.hpp>
#include <paragon/benchmark/nasbench201/flow_features.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/tables.hpp>
#include <paragon/benchmark/nasbench201/topology.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/metric.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/predictor/cost_model.hpp>
#include <paragon/predictor/gaussian_process.hpp>
#include <paragon/search/label_selection.hpp>
#include <paragon/search/modnas.hpp>
#include <paragon/search/scorer.hpp>
#include <paragon/space/one_hot.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// What the NAS-Bench-201 programs share: predictors learned from counted measurements, as objectives of a search.
namespace nasbench201 {

using paragon::benchmark::nasbench201_cell;
using process = paragon::predictor::gaussian_process<paragon::benchmark::nasbench201_descriptor>;
using cost_predictor = paragon::predictor::cost_model<paragon::benchmark::nasbench201_flow_features>;

/// The number of cells.
inline constexpr std::size_t cells = 15625;

/// A device of one's own, known by measurements of the reference cells alone. Its runtime leaves out operations that do not
/// reach the output, as that of this library does.
struct own_device {
  std::string name;
  std::vector<double> references;  ///< ms, in the order of the tables' reference cells
};

struct problem_settings {
  std::string dataset = "cifar10";
  bool energy = false;                ///< a third objective, on the devices that have it
  std::size_t labels = 250;           ///< 0: none, and only costs are learned
  std::size_t latency_samples = 900;  ///< cells measured on each training device, the references among them
  double front_samples = 1.0 / 9;     ///< the part of them that is chosen near the expected front
  std::uint64_t seed = 1;
  bool published = false;         ///< random labels and measurements only; the published predictors learn from them
  std::vector<own_device> own{};  ///< further devices to predict for; latency only
};

/// One cost (latency or energy) on all devices: what was measured, and what is predicted from it.
class cost_objective {
public:
  cost_objective(paragon::metric what, std::vector<const paragon::data::labelled_table*> columns)
      : what_(std::move(what)), columns_(std::move(columns)),
        measured_(columns_.size(), std::vector<double>(cells, std::numeric_limits<double>::quiet_NaN())),
        predicted_(columns_.size()) {}

  [[nodiscard]] const paragon::metric& describe() const noexcept { return what_; }

  /// Measured where it was measured, predicted elsewhere.
  [[nodiscard]] double value(const nasbench201_cell& cell, std::size_t device) const {
    return at(device, paragon::benchmark::nasbench201_api_index(cell));
  }
  [[nodiscard]] double at(std::size_t device, std::size_t cell) const {
    return std::isnan(measured_[device][cell]) ? predicted_[device][cell] : measured_[device][cell];
  }
  [[nodiscard]] bool measured(std::size_t device, std::size_t cell) const {
    return !std::isnan(measured_[device][cell]);
  }

  /// Adds a device of which no table knows anything.
  void add_device() {
    columns_.push_back(nullptr);
    measured_.emplace_back(cells, std::numeric_limits<double>::quiet_NaN());
    predicted_.emplace_back();
  }
  void set(std::size_t device, std::size_t cell, double value) { measured_[device][cell] = value; }

  /// Measures a cell; false where the benchmark has no value.
  bool measure(std::size_t device, std::size_t cell) {
    if (measured(device, cell)) return true;
    if (columns_[device] == nullptr) return false;
    const double v = columns_[device]->read(cell);
    measured_[device][cell] = v;
    return !std::isnan(v);
  }
  [[nodiscard]] std::size_t measurements(std::size_t device) const {
    return static_cast<std::size_t>(
        std::count_if(measured_[device].begin(), measured_[device].end(), [](double v) { return !std::isnan(v); }));
  }

  /// All that was measured on a device, or the references alone.
  [[nodiscard]] paragon::predictor::measurements all(std::size_t device, std::span<const double> one_hot) const {
    std::vector<std::size_t> known;
    for (std::size_t i = 0; i < cells; ++i) {
      if (measured(device, i)) known.push_back(i);
    }
    return some(device, one_hot, known);
  }
  [[nodiscard]] paragon::predictor::measurements some(std::size_t device, std::span<const double> one_hot,
                                                      std::span<const std::size_t> wanted) const {
    paragon::predictor::measurements result;
    for (const std::size_t i : wanted) {
      if (!measured(device, i)) continue;
      result.rows.insert(result.rows.end(), one_hot.begin() + static_cast<std::ptrdiff_t>(30 * i),
                         one_hot.begin() + static_cast<std::ptrdiff_t>(30 * (i + 1)));
      result.costs.push_back(measured_[device][i]);
    }
    return result;
  }

  void predict(std::size_t device, const cost_predictor& model, const paragon::predictor::cost_head& head,
               std::span<const double> one_hot) {
    predicted_[device].resize(cells);
    for (std::size_t i = 0; i < cells; ++i) predicted_[device][i] = model.predict(head, one_hot.subspan(30 * i, 30));
  }
  [[nodiscard]] std::span<const double> predictions(std::size_t device) const { return predicted_[device]; }

private:
  paragon::metric what_;
  std::vector<const paragon::data::labelled_table*> columns_;
  std::vector<std::vector<double>> measured_;  ///< by device and cell; NaN: not measured
  std::vector<std::vector<double>> predicted_;
};

/// Errors that are known or expected (`expected_errors`), per cent, as an objective.
class error_objective {
public:
  static constexpr bool device_independent = true;

  explicit error_objective(std::vector<double> by_cell) : by_cell_(std::move(by_cell)) {}

  [[nodiscard]] static paragon::metric describe() { return {"error", "%", paragon::direction::minimise}; }
  [[nodiscard]] double value(const nasbench201_cell& cell, std::size_t) const {
    return by_cell_[paragon::benchmark::nasbench201_api_index(cell)];
  }

private:
  std::vector<double> by_cell_;
};

/// How errors become targets of the process: as logarithms, those of the worst twentieth drawn together, for they only have
/// to be known as bad.
class error_scale {
public:
  /// \param errors  of a random sample of cells, per cent
  explicit error_scale(std::vector<double> errors) {
    std::sort(errors.begin(), errors.end());
    knee_ = std::log(errors[errors.size() - 1 - errors.size() / 20]);
    width_ = 1.7 * (knee_ - std::log(errors.front()));
    if (!(width_ > 0)) throw paragon::error("labels", "equal errors of all first cells", "different ones");
  }

  [[nodiscard]] double to_target(double error) const {
    const double t = std::log(error);
    return t > knee_ ? knee_ + 0.3 * (t - knee_) : t;
  }
  [[nodiscard]] double to_error(double target) const {
    return std::exp(target > knee_ ? knee_ + (target - knee_) / 0.3 : target);
  }
  /// The log errors that a front spans, about.
  [[nodiscard]] double width() const noexcept { return width_; }

private:
  double knee_ = 0;
  double width_ = 1;
};

/// The errors that a process expects, half a deviation to the safe side; per cent.
inline std::vector<double> expected_errors(const process& gp, const error_scale& scale,
                                           std::span<const nasbench201_cell> of) {
  std::vector<double> errors;
  errors.reserve(of.size());
  for (const auto& e : gp.predict_with_deviations(of)) errors.push_back(scale.to_error(e.mean + 0.5 * e.deviation));
  return errors;
}

/// Devices, predictors and scales: everything between the benchmark's tables and a search.
class problem {
public:
  problem(const paragon::benchmark::nasbench201_tables& tables, problem_settings settings)
      : tables_(&tables), settings_(std::move(settings)), labels_(&tables.labels(settings_.dataset)) {
    if (settings_.labels == 1 || settings_.labels > cells) {
      throw paragon::error("--labels", std::to_string(settings_.labels), "2 to 15625");
    }
    if (settings_.latency_samples < 20 || settings_.latency_samples > cells) {
      throw paragon::error("--latency-samples", std::to_string(settings_.latency_samples), "20 to 15625");
    }
    if (settings_.energy) {
      for (const auto name : paragon::benchmark::nasbench201_tables::energy_devices)
        devices_.push_back({std::string(name), {}});
      training_ = devices_.size();
    } else {
      for (const auto& name : tables.split().train) devices_.push_back({name, {}});
      for (const auto& name : tables.split().valid) devices_.push_back({name, {}});
      training_ = devices_.size();
      for (const auto& name : tables.split().test) devices_.push_back({name, {}});
    }
    costs_.emplace_back(paragon::metric{"latency_ms", "ms", paragon::direction::minimise}, columns(false));
    if (settings_.energy) {
      costs_.emplace_back(paragon::metric{"energy_mj", "mJ", paragon::direction::minimise}, columns(true));
    }
    add_own_devices();
    cells_.reserve(cells);
    one_hot_.resize(cells * 30);
    for (std::size_t i = 0; i < cells; ++i) {
      cells_.push_back(paragon::benchmark::nasbench201_at_api_index(i));
      paragon::space::one_hot(space_, cells_[i], std::span<double>(one_hot_).subspan(30 * i, 30));
    }
    if (!settings_.own.empty()) pruned_.resize(cells * 30);
    for (std::size_t i = 0; i < pruned_.size() / 30; ++i) {
      paragon::space::one_hot(space_, paragon::benchmark::pruned(cells_[i]),
                              std::span<double>(pruned_).subspan(30 * i, 30));
    }
  }

  [[nodiscard]] const std::vector<paragon::search::device>& devices() const noexcept { return devices_; }
  [[nodiscard]] std::size_t training_devices() const noexcept { return training_; }
  [[nodiscard]] const std::vector<cost_objective>& costs() const noexcept { return costs_; }
  [[nodiscard]] std::size_t objectives() const noexcept { return 1 + costs_.size(); }
  [[nodiscard]] const std::vector<nasbench201_cell>& all_cells() const noexcept { return cells_; }
  [[nodiscard]] const paragon::benchmark::nasbench201& space() const noexcept { return space_; }
  [[nodiscard]] const problem_settings& settings() const noexcept { return settings_; }
  [[nodiscard]] const paragon::data::labelled_table& labels() const noexcept { return *labels_; }
  [[nodiscard]] std::span<const double> one_hot_rows() const noexcept { return one_hot_; }
  [[nodiscard]] std::size_t labels_read() const { return labels_->labels_read(); }
  [[nodiscard]] std::span<const double> errors() const noexcept { return errors_; }

  /// Measures, learns, chooses labels, measures near the front, learns again.
  template <class Observer>
  void learn(Observer&& observe) {
    const auto key = paragon::random_key{.seed = settings_.seed}.fork("problem");
    measure_at_random(key.fork("random measurements"));
    if (settings_.published) {
      set_scales();
      return;
    }
    fit();
    set_scales();
    if (settings_.labels == 0) return;

    process gp;
    paragon::search::label_settings budget{.labels = settings_.labels,
                                           .first = std::min<std::size_t>(60, settings_.labels)};
    std::vector<double> sample;
    for (const std::size_t i : paragon::search::first_labels(cells, budget.first, key.fork("labels"))) {
      sample.push_back(100 - labels_->read(i));
    }
    const error_scale scale(std::move(sample));
    budget.width = error_width_ = scale.width();
    const auto label = [&](std::size_t i) { return scale.to_target(100 - labels_->read(i)); };
    const auto training = others();
    paragon::search::select_labels(gp, paragon::benchmark::nasbench201_descriptor{},
                                   std::span<const nasbench201_cell>(cells_),
                                   std::span<const paragon::search::other_objectives>(training), label, budget,
                                   key.fork("labels"), paragon::preference::smooth_tchebycheff{.mu = 0.03}, observe);
    errors_ = expected_errors(gp, scale, cells_);
    const double least = std::log(*std::min_element(errors_.begin(), errors_.end()));
    std::vector<double> learned(cells);
    for (std::size_t i = 0; i < cells; ++i) learned[i] = (std::log(errors_[i]) - least) / error_width_;

    const auto extra = front_budget();
    constexpr std::size_t rounds = 4;
    for (std::size_t round = 0; round < rounds; ++round) {
      const auto z = others();
      for (std::size_t d = 0; d < training_; ++d) {
        const auto measured = [&](std::size_t i) { return tried_[d][i]; };
        const std::size_t count = extra * (round + 1) / rounds - extra * round / rounds;
        for (const std::size_t i :
             paragon::search::front_candidates(std::span<const double>(learned), z[d], count, measured,
                                               key.fork("measurements").fork(d).fork(round))) {
          measure(d, i);
        }
      }
      fit();
      set_scales();
    }
  }

  /// What makes the objectives of one device comparable: objective 0 is the error.
  [[nodiscard]] paragon::search::scale scale(std::size_t objective, std::size_t device) const {
    if (objective == 0) return {.origin = 0, .width = error_width_, .logarithmic = true};
    return {.origin = 0, .width = widths_[device][objective - 1], .logarithmic = false};
  }

private:
  void add_own_devices() {
    for (const own_device& own : settings_.own) {
      const auto& references = tables_->reference_indices();
      if (settings_.energy || own.references.size() != references.size()) {
        throw paragon::error(own.name, std::to_string(own.references.size()) + " reference measurements",
                             "a latency for each of " + std::to_string(references.size()) + " cells, and no energy");
      }
      costs_.front().add_device();
      for (std::size_t i = 0; i < references.size(); ++i) {
        costs_.front().set(devices_.size(), references[i], own.references[i]);
      }
      devices_.push_back({own.name, {}});
    }
  }

  [[nodiscard]] std::vector<const paragon::data::labelled_table*> columns(bool energy) const {
    std::vector<const paragon::data::labelled_table*> result;
    for (const auto& d : devices_) result.push_back(energy ? &tables_->energy(d.name) : &tables_->latency(d.name));
    return result;
  }

  [[nodiscard]] std::size_t front_budget() const {
    if (settings_.published) return 0;
    return static_cast<std::size_t>(settings_.front_samples * static_cast<double>(settings_.latency_samples));
  }

  bool measure(std::size_t device, std::size_t cell) {
    tried_[device][cell] = true;
    bool known = true;
    for (auto& cost : costs_) known = cost.measure(device, cell) && known;
    return known;
  }

  void measure_at_random(const paragon::random_key& key) {
    tried_.assign(devices_.size(), std::vector<bool>(cells, false));
    std::vector<std::size_t> order(cells);
    std::iota(order.begin(), order.end(), std::size_t{0});
    key.shuffle(order);
    const std::size_t random_samples = settings_.latency_samples - front_budget();
    for (std::size_t d = 0; d < devices_.size(); ++d) {
      for (const std::size_t i : tables_->reference_indices()) measure(d, i);
      std::size_t known = costs_.front().measurements(d);
      for (std::size_t k = 0; d < training_ && k < cells && known < random_samples; ++k) {
        if (!tried_[d][order[k]] && measure(d, order[k])) ++known;
      }
    }
  }

  /// The cells as a device computes them: own devices without what does not reach the output.
  [[nodiscard]] std::span<const double> rows_of(std::size_t device) const {
    return device + settings_.own.size() < devices_.size() ? one_hot_ : pruned_;
  }

  /// Learns each cost from the training devices, and calibrates the others by their references.
  void fit() {
    for (auto& cost : costs_) {
      std::vector<paragon::predictor::measurements> all;
      std::vector<paragon::predictor::measurements> references;
      for (std::size_t d = 0; d < training_; ++d) {
        all.push_back(cost.all(d, one_hot_));
        references.push_back(cost.some(d, one_hot_, tables_->reference_indices()));
      }
      cost_predictor model{paragon::benchmark::nasbench201_flow_features{}};
      model.train(all, references);
      for (std::size_t d = 0; d < devices_.size(); ++d) {
        const auto rows = rows_of(d);
        const auto head =
            d < training_ ? model.heads()[d] : model.calibrate(cost.some(d, rows, tables_->reference_indices()));
        cost.predict(d, model, head, rows);
      }
    }
  }

  /// Scales costs by the range of the references, and describes devices by their scaled references.
  void set_scales() {
    widths_.assign(devices_.size(), {});
    for (std::size_t d = 0; d < devices_.size(); ++d) {
      devices_[d].features.clear();
      for (const auto& cost : costs_) {
        double low = std::numeric_limits<double>::infinity();
        double high = -low;
        for (const std::size_t i : tables_->reference_indices()) {
          low = std::min(low, cost.at(d, i));
          high = std::max(high, cost.at(d, i));
        }
        if (!(high > low))
          throw paragon::error(devices_[d].name, "equal costs of all reference cells", "different ones");
        widths_[d].push_back(high - low);
        for (const std::size_t i : tables_->reference_indices()) {
          devices_[d].features.push_back(2 * (cost.at(d, i) - low) / (high - low) - 1);
        }
      }
    }
  }

  /// Scaled costs of all cells on the training devices.
  [[nodiscard]] std::vector<paragon::search::other_objectives> others() const {
    std::vector<paragon::search::other_objectives> result(training_);
    const std::size_t m = costs_.size();
    for (std::size_t d = 0; d < training_; ++d) {
      result[d].resize(cells * m);
      for (std::size_t c = 0; c < m; ++c) {
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < cells; ++i) least = std::min(least, costs_[c].at(d, i));
        for (std::size_t i = 0; i < cells; ++i) result[d][i * m + c] = (costs_[c].at(d, i) - least) / widths_[d][c];
      }
    }
    return result;
  }

  const paragon::benchmark::nasbench201_tables* tables_;
  problem_settings settings_;
  const paragon::data::labelled_table* labels_;
  paragon::benchmark::nasbench201 space_;
  std::vector<paragon::search::device> devices_;
  std::size_t training_ = 0;
  std::vector<cost_objective> costs_;
  std::vector<nasbench201_cell> cells_;
  std::vector<double> one_hot_;              ///< [cells, 30]
  std::vector<double> pruned_;               ///< the same of pruned cells, where there are own devices
  std::vector<std::vector<bool>> tried_;     ///< by device and cell
  std::vector<std::vector<double>> widths_;  ///< by device and cost
  std::vector<double> errors_;               ///< predicted, by cell
  double error_width_ = 1;                   ///< log errors that the front spans
};

}  // namespace nasbench201
