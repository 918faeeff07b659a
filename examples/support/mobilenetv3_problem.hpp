// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/benchmark/mobilenetv3/cost.hpp>
#include <paragon/benchmark/mobilenetv3/cost_features.hpp>
#include <paragon/benchmark/mobilenetv3/space.hpp>
#include <paragon/benchmark/mobilenetv3/tables.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/parse_number.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/diffusion/nested_choices.hpp>
#include <paragon/nn/weights.hpp>
#include <paragon/predictor/architecture_network.hpp>
#include <paragon/predictor/correlation.hpp>
#include <paragon/predictor/cost_model.hpp>
#include <paragon/space/sample.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Once-for-All MobileNetV3 as a problem of four objectives: accuracy, parameters, MACs, latency on a device.
namespace mobilenetv3 {

using paragon::benchmark::mobilenetv3_subnet;
using graph = paragon::benchmark::mobilenetv3_diffusion_graph;
using posterior = paragon::diffusion::nested_choices<float>;
using accuracy_network = paragon::predictor::architecture_network<float>;

/// Entries of the node features of a network: the rows that predictors read.
inline constexpr std::size_t entries = graph::nodes() * graph::features();

/// The resolution that all predictions are for.
inline constexpr int resolution = 224;

struct training {
  double fraction = 1;                ///< of the training networks that are used
  double held_out = 0.2;              ///< part of the networks with known accuracy that no training sees
  std::size_t latency_samples = 900;  ///< networks measured on each device; the others are held out
  std::uint64_t seed = 1;
};

/// Node features, a row of 180 for each network.
[[nodiscard]] inline std::vector<float> encode(std::span<const mobilenetv3_subnet> networks) {
  std::vector<float> rows(entries * networks.size());
  for (std::size_t i = 0; i < networks.size(); ++i) {
    graph::encode(networks[i], std::span<float>(rows).subspan(entries * i, entries));
  }
  return rows;
}

/// The latency of a device as a linear function of the node features.
struct device {
  std::string name;
  paragon::space::linear_cost latency{};  ///< ms
  double spearman = 0;                    ///< with the measured latencies of held-out networks, at all resolutions
};

/// Space, predictors, costs and guidance. Predictors are trained from tables or read from a file.
///
/// Accuracies are those of networks of width 1, as are parameters and MACs; latencies are what HELP measured for the same
/// layers at width 1.2, batch after batch. All are for images of 224 x 224 pixels.
class problem {
public:
  /// Trains on the tables in `folder`/ofa. A network with known accuracy is either trained on or held out, with all its
  /// measurements. \throws error that names the file
  static problem train(const std::string& folder, const training& settings = {}) {
    problem result;
    result.train_accuracy(paragon::benchmark::ofa_accuracy_table(folder + "/ofa/ofa_mbv3_w10_accuracy_dynast.csv"),
                          settings);
    result.train_latency(paragon::benchmark::ofa_latency(folder + "/ofa/ofa_mbv3_latency_help.csv"), settings);
    return result;
  }

  /// Reads what `save` wrote. \throws error that names the file and the tensor
  static problem load(const std::string& path) {
    const paragon::safetensors_file file(path);
    problem result;
    paragon::nn::load_weights(file, result.accuracy_.parameters(), "accuracy.");
    const auto number = [&](const std::string& name) {
      const auto found = file.metadata().find(name);
      double value = 0;
      if (found != file.metadata().end() &&
          paragon::parse_number(found->second, value) == paragon::number_fault::none) {
        return value;
      }
      throw paragon::error(path, "no number " + paragon::quote(name) + " in the metadata");
    };
    result.accuracy_spearman_ = number("spearman");
    for (const std::string& name : file.names()) {
      if (!name.starts_with("latency.")) continue;
      const auto values = file.get<float>(name, paragon::shape{entries + 1});
      device d{name.substr(8), {values[0], {}}, number("spearman." + name.substr(8))};
      for (std::size_t e = 1; e <= entries; ++e) d.latency.coefficients.push_back(values[e]);
      result.devices_.push_back(std::move(d));
    }
    if (result.devices_.empty()) throw paragon::error(path, "no latencies", "tensors \"latency.DEVICE\"");
    return result;
  }

  void save(const std::string& path) const {
    const auto& store = accuracy_.parameters();
    std::vector<paragon::named_tensor> tensors;
    for (const auto& [name, where] : store.entries()) {
      tensors.emplace_back("accuracy." + name, where.extents,
                           store.values().span().subspan(where.offset, where.extents.size()));
    }
    paragon::safetensors_file::metadata_map metadata{{"spearman", paragon::number_text(accuracy_spearman_)}};
    std::vector<std::vector<float>> latencies;
    for (const device& d : devices_) {
      auto& values = latencies.emplace_back(1, static_cast<float>(d.latency.constant));
      for (const double c : d.latency.coefficients) values.push_back(static_cast<float>(c));
      metadata["spearman." + d.name] = paragon::number_text(d.spearman);
    }
    for (std::size_t d = 0; d < devices_.size(); ++d) {
      tensors.emplace_back("latency." + devices_[d].name, paragon::shape{entries + 1},
                           std::span<const float>(latencies[d]));
    }
    paragon::save_safetensors(path, std::move(tensors), metadata);
  }

  [[nodiscard]] const paragon::benchmark::mobilenetv3& space() const noexcept { return space_; }
  [[nodiscard]] static graph encoding() noexcept { return {}; }
  /// Networks with uniform depths, kernels and ratios.
  [[nodiscard]] static posterior score() {
    return posterior(graph::features(), std::vector(5, paragon::diffusion::nested_nodes{{0, 0, 1, 1, 1}}));
  }
  [[nodiscard]] const std::vector<device>& devices() const noexcept { return devices_; }
  /// Rank correlation of predicted and measured accuracy on held-out networks.
  [[nodiscard]] double accuracy_spearman() const noexcept { return accuracy_spearman_; }
  [[nodiscard]] const accuracy_network& accuracy() const noexcept { return accuracy_; }

  /// \throws error that lists the devices, for another name
  [[nodiscard]] const device& find(std::string_view name) const {
    std::string known;
    for (const device& d : devices_) {
      if (d.name == name) return d;
      known += (known.empty() ? "" : ", ") + d.name;
    }
    throw paragon::error("--device", "unknown device " + paragon::quote(name), "one of " + known);
  }

  /// Four objectives of each network: accuracy (per cent), parameters and MACs (millions), latency (ms).
  class judge {
  public:
    judge(const problem& p, const device& d) : problem_(&p), device_(&d) {}
    [[nodiscard]] std::vector<double> operator()(std::span<const mobilenetv3_subnet> networks) const {
      const std::vector<float> rows = encode(networks);
      const std::vector<float> accuracy = problem_->accuracy_.predict(rows);
      std::vector<double> values;
      for (std::size_t i = 0; i < networks.size(); ++i) {
        values.push_back(accuracy[i]);
        values.push_back(problem_->space_.parameters(networks[i]) / 1e6);
        values.push_back(problem_->space_.macs(networks[i]) / 1e6);
        values.push_back(device_->latency(std::span<const float>(rows).subspan(entries * i, entries)));
      }
      return values;
    }

  private:
    const problem* problem_;
    const device* device_;
  };
  [[nodiscard]] judge judge_for(const device& d) const { return {*this, d}; }
  // Guidance. Every pull is in units of the objective's deviation among random networks.

  /// The predicted accuracy of relaxed rows, in deviations.
  struct predict_accuracy {
    const accuracy_network* network;
    float unit;
    template <class C>
    paragon::autodiff::variable<C> operator()(C& context, paragon::autodiff::variable<C> rows) const {
      const auto y = (*network)(paragon::nn::freeze(context, network->parameters()), rows);
      return paragon::autodiff::affine(y, 1 / unit);
    }
  };
  /// The problem has to outlive it.
  [[nodiscard]] predict_accuracy accuracy_objective() const {
    const std::vector<float> y = accuracy_.predict(encode(typical()));
    return {&accuracy_, static_cast<float>(deviation(std::vector<double>(y.begin(), y.end())))};
  }
  /// Parameters, MACs and latency, in deviations.
  [[nodiscard]] std::vector<paragon::space::linear_cost> costs(const device& d) const {
    return {scaled(parameters()), scaled(macs()), scaled(d.latency)};
  }

private:
  problem() : accuracy_(entries, {.width = 32, .layers = 2, .members = 4}, {.seed = 1}) {}

  /// 0 to n - 1 in random order.
  static std::vector<std::size_t> shuffled(std::size_t n, paragon::random_key key) {
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    key.shuffle(order);
    return order;
  }

  void train_accuracy(const paragon::benchmark::ofa_accuracy_table& table, const training& settings) {
    struct mean {
      double sum = 0;
      std::size_t count = 0;
    };
    std::map<mobilenetv3_subnet, mean> known;
    for (std::size_t i = 0; i < table.networks.size(); ++i) {
      if (table.resolutions[i] != resolution) continue;
      known[table.networks[i]].sum += table.top1[i];
      ++known[table.networks[i]].count;
    }
    std::vector<mobilenetv3_subnet> networks;
    std::vector<float> top1;
    for (const auto& [network, m] : known) {
      networks.push_back(network);
      top1.push_back(static_cast<float>(m.sum / static_cast<double>(m.count)));
    }
    const auto order = shuffled(networks.size(), paragon::random_key{.seed = settings.seed}.fork("accuracies"));
    const auto held_out = static_cast<std::size_t>(settings.held_out * static_cast<double>(order.size()));
    const auto used = static_cast<std::size_t>(settings.fraction * static_cast<double>(order.size() - held_out));
    if (held_out < 2 || used < 2) {
      throw paragon::error(
          "training", std::to_string(used) + " networks to learn from and " + std::to_string(held_out) + " held out",
          "at least two of each");
    }
    const auto part = [&](std::size_t first, std::size_t count, std::vector<float>& labels) {
      std::vector<mobilenetv3_subnet> chosen;
      for (std::size_t i = first; i < first + count; ++i) {
        chosen.push_back(networks[order[i]]);
        labels.push_back(top1[order[i]]);
      }
      return encode(chosen);
    };
    std::vector<float> labels;
    const std::vector<float> rows = part(held_out, used, labels);
    accuracy_ = accuracy_network(entries, accuracy_.settings(),
                                 paragon::random_key{.seed = settings.seed}.fork("accuracy network"));
    accuracy_.train(std::span<const float>(rows), std::span<const float>(labels),
                    {.epochs = 150, .batch = 32, .rate = 2e-3});
    std::vector<float> measured;
    const std::vector<float> predicted = accuracy_.predict(part(0, held_out, measured));
    accuracy_spearman_ = paragon::predictor::spearman(std::vector<double>(predicted.begin(), predicted.end()),
                                                      std::vector<double>(measured.begin(), measured.end()));
  }

  void train_latency(const paragon::benchmark::ofa_latency& table, const training& settings) {
    using features = paragon::benchmark::mobilenetv3_cost_features;
    constexpr std::size_t width = features::choices();
    const auto order = shuffled(table.size(), paragon::random_key{.seed = settings.seed}.fork("latencies"));
    const auto used = static_cast<std::size_t>(settings.fraction * static_cast<double>(settings.latency_samples));
    if (used < 2 || used + 2 > order.size()) {
      throw paragon::error("training", std::to_string(used) + " networks with latencies",
                           "2 to " + std::to_string(order.size() - 2));
    }
    std::vector<double> rows(width * order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto row = std::span<double>(rows).subspan(width * i, width);
      graph::encode(table.networks()[order[i]], row.first(entries));
      row.back() = static_cast<double>(table.resolutions()[order[i]]) / resolution;
    }
    std::vector<paragon::predictor::measurements> measured;
    for (const std::string& name : table.devices()) {
      auto& m = measured.emplace_back();
      m.rows.assign(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(width * used));
      for (std::size_t i = 0; i < used; ++i) m.costs.push_back(table.milliseconds(name)[order[i]]);
    }
    // Each device is fitted for itself; references only set the scale.
    paragon::predictor::cost_model<features> model(features{});
    model.train(measured, measured);
    for (std::size_t d = 0; d < measured.size(); ++d) {
      const auto& head = model.heads()[d];
      std::vector<double> empty(width);
      empty.back() = 1;
      std::vector<double> slope(width);
      features::add_adjoint(0, std::span<const double>(empty), std::span<const double>(head.weights),
                            std::span<double>(slope));
      device result{table.devices()[d], {model.predict(head, empty), {}}};
      for (std::size_t e = 0; e < entries; ++e) result.latency.coefficients.push_back(head.scale * slope[e]);
      std::vector<double> predicted;
      std::vector<double> truth;
      for (std::size_t i = used; i < order.size(); ++i) {
        predicted.push_back(model.predict(head, std::span<const double>(rows).subspan(width * i, width)));
        truth.push_back(table.milliseconds(result.name)[order[i]]);
      }
      result.spearman = paragon::predictor::spearman(predicted, truth);
      devices_.push_back(std::move(result));
    }
  }

  [[nodiscard]] paragon::space::linear_cost parameters() const {
    return paragon::benchmark::mobilenetv3_cost(space_.network,
                                                &paragon::benchmark::mobilenetv3_network::cost::parameters);
  }
  [[nodiscard]] paragon::space::linear_cost macs() const {
    return paragon::benchmark::mobilenetv3_cost(space_.network, &paragon::benchmark::mobilenetv3_network::cost::macs);
  }

  [[nodiscard]] paragon::space::linear_cost scaled(paragon::space::linear_cost cost) const {
    const std::vector<float> rows = encode(typical());
    std::vector<double> values;
    for (std::size_t at = 0; at < rows.size(); at += entries) {
      values.push_back(cost(std::span<const float>(rows).subspan(at, entries)));
    }
    const double unit = deviation(values);
    cost.constant /= unit;
    for (double& c : cost.coefficients) c /= unit;
    return cost;
  }

  [[nodiscard]] std::vector<mobilenetv3_subnet> typical() const {
    std::vector<mobilenetv3_subnet> drawn;
    for (std::uint64_t i = 0; i < 2000; ++i) drawn.push_back(paragon::space::uniform(space_, {.seed = 1}, i));
    return drawn;
  }
  static double deviation(std::span<const double> values) {
    const auto n = static_cast<double>(values.size());
    double mean = 0;
    for (const double v : values) mean += v / n;
    double square = 0;
    for (const double v : values) square += (v - mean) * (v - mean) / n;
    return std::sqrt(square);
  }

  paragon::benchmark::mobilenetv3 space_;
  accuracy_network accuracy_;
  double accuracy_spearman_ = 0;
  std::vector<device> devices_;
};

}  // namespace mobilenetv3
