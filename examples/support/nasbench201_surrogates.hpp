// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <paragon/autodiff/context.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/benchmark/nasbench201/api_order.hpp>
#include <paragon/benchmark/nasbench201/cell.hpp>
#include <paragon/benchmark/nasbench201/descriptor.hpp>
#include <paragon/benchmark/nasbench201/flow_features.hpp>
#include <paragon/benchmark/nasbench201/tables.hpp>
#include <paragon/benchmark/nasbench201/topology.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/parse_number.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/nn/linear.hpp>
#include <paragon/nn/parameters.hpp>
#include <paragon/nn/weights.hpp>
#include <paragon/tensor/safetensors.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Small models that stand in for the tables of NAS-Bench-201 where those are not at hand. `train_surrogates` makes them.
namespace nasbench201 {

/// What the surrogates see of a cell.
///
/// Accuracy, 96 numbers: the operations of the canonical cell (30), its descriptor (26), and how many of its open paths
/// spell each sequence of at most three of nor_conv_1x1, nor_conv_3x3 and avg_pool_3x3, skips left out (40); cells that
/// compute the same function mostly agree in the last. Costs, 146 numbers: the operations as they are (30) and the flow
/// features under each hypothesis (20), in which costs are nearly linear, then those of the accuracy.
struct surrogate_features {
  static constexpr std::size_t accuracy = 96;
  static constexpr std::size_t linear = 50;
  static constexpr std::size_t cost = linear + accuracy;

  /// \pre x.size() == accuracy
  static void describe_accuracy(const paragon::benchmark::nasbench201_cell& cell, std::span<float> x) {
    std::fill(x.begin(), x.end(), 0.0F);
    std::array<paragon::space::choice_index, 6> operations{};
    std::array<double, 26> descriptor{};
    paragon::benchmark::nasbench201_descriptor::describe(paragon::benchmark::canonical(cell), operations, descriptor);
    for (std::size_t e = 0; e < 6; ++e) x[5 * e + operations[e]] = 1;
    for (std::size_t i = 0; i < descriptor.size(); ++i) x[30 + i] = static_cast<float>(descriptor[i]);
    static constexpr std::array<std::array<paragon::space::choice_index, 4>, 4> paths{
        {{1, 3, 0, 0}, {2, 0, 4, 0}, {2, 1, 5, 0}, {3, 0, 2, 5}}};
    static constexpr std::array<std::size_t, 4> first{0, 1, 4, 13};
    for (const auto& path : paths) {
      std::size_t code = 0;
      std::size_t length = 0;
      bool open = true;
      for (std::size_t k = 1; k <= path[0]; ++k) {
        const paragon::space::choice_index o = operations[path[k]];
        open = open && o > 0;
        if (o < 2) continue;
        code = 3 * code + (o - 2U);
        ++length;
      }
      if (open) x[56 + first[length] + code] += 1;
    }
  }

  /// \pre x.size() == linear
  static void describe_linear(const paragon::benchmark::nasbench201_cell& cell, std::span<double> x) {
    using flow = paragon::benchmark::nasbench201_flow_features;
    std::fill(x.begin(), x.end(), 0.0);
    for (std::size_t e = 0; e < 6; ++e) x[5 * e + static_cast<std::size_t>(cell.operations[e])] = 1;
    for (std::size_t h = 0; h < flow::hypotheses(); ++h) {
      flow::evaluate(h, std::span<const double>(x.first(30)), x.subspan(30 + flow::features() * h, flow::features()));
    }
  }

  /// \pre x.size() == cost
  static void describe_cost(const paragon::benchmark::nasbench201_cell& cell, std::span<float> x) {
    std::array<double, linear> exact{};
    describe_linear(cell, exact);
    for (std::size_t i = 0; i < linear; ++i) x[i] = static_cast<float>(exact[i]);
    describe_accuracy(cell, x.subspan(linear));
  }
};

/// What the networks of accuracies are called, in the order in which the rows of "accuracy.quantiles" take turns.
inline constexpr std::array<std::string_view, 2> accuracy_kinds{"validation", "test"};

/// Two hidden layers with SiLU and a linear one: "NAME.hidden1", "NAME.hidden2", "NAME.heads".
class surrogate_network {
public:
  surrogate_network(paragon::nn::parameters<float>& store, const std::string& name, std::size_t in, std::size_t width,
                    std::size_t out, paragon::random_key key)
      : hidden1_(store, name + ".hidden1", in, width, key), hidden2_(store, name + ".hidden2", width, width, key),
        heads_(store, name + ".heads", width, out, key) {}

  template <class C>
  [[nodiscard]] paragon::autodiff::variable<C> operator()(const paragon::nn::bound<C>& theta,
                                                          paragon::autodiff::variable<C> x) const {
    namespace autodiff = paragon::autodiff;
    return heads_(theta, autodiff::silu(hidden2_(theta, autodiff::silu(hidden1_(theta, x)))));
  }

private:
  paragon::nn::linear hidden1_;
  paragon::nn::linear hidden2_;
  paragon::nn::linear heads_;
};

/// The surrogates in a file: accuracies and costs of any cell.
///
/// An accuracy is a mean of normal scores over networks, "validation.K" for those of validation and "test.K" for those of
/// test, each with an output for each data set; "accuracy.quantiles" turns it into per cent by linear interpolation between
/// the quantiles at normal scores -4, ..., 4. The two kinds share no weights: a validation accuracy, which searches use as
/// their label, knows nothing of test accuracies, by which their results are judged. A cost is base + (base + floor) spread r: base
/// is linear in the features ("cost.linear"), r the mean over networks "cost.K", and the greater of base and 0 is meant
/// in the parentheses. It is at least "cost.least", and a multiple of "cost.resolution" where that is not 0, as in the
/// tables: phones count whole milliseconds, and estimated devices have ties.
class surrogates {
public:
  /// \throws error that names the file: missing, malformed, or tensors that do not belong together
  explicit surrogates(const std::string& path) : surrogates(paragon::safetensors_file(path), path) {}

  [[nodiscard]] const std::vector<std::string>& latency_devices() const noexcept { return latency_; }
  [[nodiscard]] const std::vector<std::string>& energy_devices() const noexcept { return energy_; }

  /// The values of all 15,625 cells, as tables hold them. About a quarter of a second.
  [[nodiscard]] paragon::benchmark::nasbench201_columns columns() const {
    constexpr std::size_t count = paragon::benchmark::nasbench201_tables::size();
    constexpr auto names = paragon::benchmark::nasbench201_tables::datasets;
    paragon::benchmark::nasbench201_columns result;
    for (const auto name : names) {
      result.validation_accuracy.push_back({std::string(name), std::vector<double>(count)});
      result.test_accuracy.push_back({std::string(name), std::vector<double>(count)});
    }
    for (const auto& name : latency_) result.latency.push_back({name, std::vector<double>(count)});
    for (const auto& name : energy_) result.energy.push_back({name, std::vector<double>(count)});
    result.split = split_;
    result.references = references_;
    fill_accuracy(result);
    fill_costs(result);
    return result;
  }

private:
  static constexpr std::size_t block = 512;
  static constexpr std::size_t datasets = paragon::benchmark::nasbench201_tables::datasets.size();
  static constexpr double score_range = 4;

  struct member {
    paragon::nn::parameters<float> store;
    surrogate_network network;
  };

  surrogates(const paragon::safetensors_file& file, const std::string& path)
      : latency_(words(file, path, "latency")), energy_(words(file, path, "energy")),
        split_{words(file, path, "train"), words(file, path, "valid"), words(file, path, "test")},
        accuracy_{members(file, path, std::string(accuracy_kinds[0]), surrogate_features::accuracy, datasets),
                  members(file, path, std::string(accuracy_kinds[1]), surrogate_features::accuracy, datasets)},
        cost_(members(file, path, "cost", surrogate_features::cost, latency_.size() + energy_.size())),
        quantiles_(file.get<double>("accuracy.quantiles")) {
    const std::size_t costs = latency_.size() + energy_.size();
    if (quantiles_.shape().rank() != 2 || quantiles_.rows() != accuracy_.size() * datasets ||
        quantiles_.columns() < 2) {
      throw paragon::error(path, "accuracy.quantiles of shape " + to_string(quantiles_.shape()), "[6, at least 2]");
    }
    linear_ = file.get<double>("cost.linear", {costs, surrogate_features::linear});
    floor_ = file.get<double>("cost.floor", {costs});
    spread_ = file.get<double>("cost.spread", {costs});
    least_ = file.get<double>("cost.least", {costs});
    resolution_ = file.get<double>("cost.resolution", {costs});
    const auto references = words(file, path, "references");
    if (references.size() != references_.size()) {
      throw paragon::error(path, std::to_string(references.size()) + " references", std::to_string(references_.size()));
    }
    for (std::size_t i = 0; i < references.size(); ++i) {
      if (paragon::parse_number(references[i], references_[i]) != paragon::number_fault::none) {
        throw paragon::error(path, "reference " + paragon::quote(references[i]), "the number of a cell");
      }
    }
  }

  /// Comma-separated metadata.
  static std::vector<std::string> words(const paragon::safetensors_file& file, const std::string& path,
                                        std::string_view key) {
    const auto found = file.metadata().find(key);
    if (found == file.metadata().end()) {
      throw paragon::error(path, "no metadata " + paragon::quote(key), "a file that train_surrogates wrote");
    }
    std::vector<std::string> result(1);
    for (const char c : found->second) {
      if (c == ',') {
        result.emplace_back();
      } else {
        result.back() += c;
      }
    }
    return result;
  }

  static std::vector<member> members(const paragon::safetensors_file& file, const std::string& path,
                                     const std::string& name, std::size_t in, std::size_t out) {
    std::vector<member> result;
    for (;;) {
      const std::string full = name + "." + std::to_string(result.size());
      if (!file.contains(full + ".hidden1.bias")) break;
      paragon::nn::parameters<float> store;
      const surrogate_network network(store, full, in, file.shape(full + ".hidden1.bias").size(), out, {});
      paragon::nn::load_weights(file, store);
      result.push_back({std::move(store), network});
    }
    if (result.empty())
      throw paragon::error(path, "no network " + paragon::quote(name + ".0"), "a file that train_surrogates wrote");
    return result;
  }

  /// The mean of the members' outputs for rows of features, [rows, outputs].
  static std::vector<double> evaluate(const std::vector<member>& members, std::span<const float> features,
                                      std::size_t width, std::size_t outputs) {
    const std::size_t rows = features.size() / width;
    std::vector<double> mean(rows * outputs);
    paragon::autodiff::evaluation<float> context;
    for (const auto& m : members) {
      for (std::size_t begin = 0; begin < rows; begin += block) {
        const std::size_t count = std::min(block, rows - begin);
        context.clear();
        const auto y = m.network(paragon::nn::freeze(context, m.store),
                                 context.constant(features.data() + begin * width, {count, width}));
        for (std::size_t i = 0; i < y.size(); ++i) {
          mean[begin * outputs + i] += static_cast<double>(y.data()[i]) / static_cast<double>(members.size());
        }
      }
    }
    return mean;
  }

  void fill_accuracy(paragon::benchmark::nasbench201_columns& to) const {
    namespace benchmark = paragon::benchmark;
    constexpr std::size_t count = paragon::benchmark::nasbench201_tables::size();
    constexpr std::size_t width = surrogate_features::accuracy;
    std::vector<std::size_t> row(count);  // one evaluation serves all cells with the same canonical cell
    std::map<benchmark::nasbench201_cell, std::size_t> known;
    std::vector<float> features;
    for (std::size_t i = 0; i < count; ++i) {
      const auto cell = benchmark::canonical(benchmark::nasbench201_at_api_index(i));
      const auto [at, is_new] = known.try_emplace(cell, known.size());
      row[i] = at->second;
      if (!is_new) continue;
      features.resize(features.size() + width);
      surrogate_features::describe_accuracy(cell, std::span(features).last(width));
    }
    for (std::size_t kind = 0; kind < accuracy_.size(); ++kind) {
      auto& columns = kind == 0 ? to.validation_accuracy : to.test_accuracy;
      const auto scores = evaluate(accuracy_[kind], features, width, datasets);
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t d = 0; d < datasets; ++d) {
          columns[d].values[i] = from_score(quantiles_.row(accuracy_.size() * d + kind), scores[row[i] * datasets + d]);
        }
      }
    }
  }

  static double from_score(std::span<const double> quantiles, double score) {
    const double last = static_cast<double>(quantiles.size() - 1);
    const double at = std::clamp((score + score_range) / (2 * score_range), 0.0, 1.0) * last;
    const auto below = static_cast<std::size_t>(std::min(at, last - 1));
    const double part = at - static_cast<double>(below);
    return quantiles[below] + part * (quantiles[below + 1] - quantiles[below]);
  }

  void fill_costs(paragon::benchmark::nasbench201_columns& to) const {
    constexpr std::size_t count = paragon::benchmark::nasbench201_tables::size();
    constexpr std::size_t width = surrogate_features::cost;
    const std::size_t costs = latency_.size() + energy_.size();
    std::vector<float> features(count * width);
    for (std::size_t i = 0; i < count; ++i) {
      surrogate_features::describe_cost(paragon::benchmark::nasbench201_at_api_index(i),
                                        std::span(features).subspan(i * width, width));
    }
    const auto residuals = evaluate(cost_, features, width, costs);
    for (std::size_t i = 0; i < count; ++i) {
      std::array<double, surrogate_features::linear> x{};
      surrogate_features::describe_linear(paragon::benchmark::nasbench201_at_api_index(i), x);
      for (std::size_t k = 0; k < costs; ++k) {
        double base = 0;
        for (std::size_t j = 0; j < x.size(); ++j) base += linear_.row(k)[j] * x[j];
        double value = base + (std::max(base, 0.0) + floor_[k]) * spread_[k] * residuals[i * costs + k];
        if (resolution_[k] > 0) value = resolution_[k] * std::round(value / resolution_[k]);
        auto& column = k < latency_.size() ? to.latency[k] : to.energy[k - latency_.size()];
        column.values[i] = std::max(value, least_[k]);
      }
    }
  }

  std::vector<std::string> latency_;
  std::vector<std::string> energy_;
  paragon::benchmark::device_split split_;
  std::array<std::size_t, 10> references_{};
  std::array<std::vector<member>, accuracy_kinds.size()> accuracy_;  ///< by kind
  std::vector<member> cost_;
  paragon::tensor<double> quantiles_;
  paragon::tensor<double> linear_{paragon::shape{0}};
  paragon::tensor<double> floor_{paragon::shape{0}};
  paragon::tensor<double> spread_{paragon::shape{0}};
  paragon::tensor<double> least_{paragon::shape{0}};
  paragon::tensor<double> resolution_{paragon::shape{0}};
};

#ifdef PARAGON_SHARE
/// The tables that come with the project: those of the surrogates in its folder of shared files.
[[nodiscard]] inline paragon::benchmark::nasbench201_tables surrogate_tables() {
  return paragon::benchmark::nasbench201_tables(
      surrogates(std::string(PARAGON_SHARE) + "/nasbench201_surrogates.safetensors").columns());
}
#endif

}  // namespace nasbench201
