// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "../core/error.hpp"
#include "../core/json.hpp"
#include "../core/quote.hpp"
#include "../core/within_memory.hpp"
#include "../nn/weights.hpp"
#include "score_graph.hpp"
#include "score_network.hpp"
#include "sde.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

namespace detail {

/// A process as it stands in files of weights.
template <class Process>
[[nodiscard]] json process_to_json(const Process& process) {
  if constexpr (std::same_as<Process, variance_exploding>) {
    return json::object{
        {"name", "variance_exploding"}, {"sigma_min", process.sigma_min()}, {"sigma_max", process.sigma_max()}};
  } else {
    constexpr bool sub = std::same_as<Process, sub_variance_preserving>;
    static_assert(sub || std::same_as<Process, variance_preserving>, "a process that files of weights know");
    return json::object{{"name", sub ? "sub_variance_preserving" : "variance_preserving"},
                        {"beta_min", process.beta.beta_min()},
                        {"beta_max", process.beta.beta_max()}};
  }
}

template <class Process>
[[nodiscard]] Process process_from_json(const json& value, const std::string& place) {
  const std::string name = process_to_json(Process{}).at("name").text();
  if (value.at("name").text() != name) throw error(place, "trained for " + value.at("name").text(), name);
  if constexpr (std::same_as<Process, variance_exploding>) {
    return Process(value.at("sigma_min").number(), value.at("sigma_max").number());
  } else {
    return Process{linear_rate(value.at("beta_min").number(), value.at("beta_max").number())};
  }
}

[[nodiscard]] inline json settings_to_json(const score_network_settings& s) {
  return json::object{{"nodes", s.nodes},   {"operators", s.operators}, {"width", s.width},
                      {"layers", s.layers}, {"heads", s.heads},         {"inner", s.inner},
                      {"head", s.head},     {"stage", s.stage},         {"preconditioned", json(s.preconditioned)}};
}

[[nodiscard]] inline score_network_settings settings_from_json(const json& value) {
  const auto size = [&](const char* name) {
    constexpr std::uint64_t most = 1 << 16;  // beyond it is no network, and products of sizes might not fit
    const std::uint64_t number = value.at(name).integer();
    if (number > most) {
      throw error("diffusion::score_network", std::string(name) + " " + std::to_string(number),
                  "at most " + std::to_string(most));
    }
    return static_cast<std::size_t>(number);
  };
  return {.nodes = size("nodes"),
          .operators = size("operators"),
          .width = size("width"),
          .layers = size("layers"),
          .heads = size("heads"),
          .inner = size("inner"),
          .head = size("head"),
          .stage = size("stage"),
          .preconditioned = value.at("preconditioned").boolean()};
}

}  // namespace detail

/// A score network with all that its weights mean: rows, columns and mask of its matrices, the process of the noise,
/// the parametrisation. One self-describing .safetensors file holds all of it.
///
/// \code
/// auto model = diffusion::score_model<float>::load("score.safetensors");
/// model.require(graph);   // what the program encodes architectures as
/// diffusion::score_evaluator<float> score(model.network(), model.weights(), model.graph().mask);
/// \endcode
template <class T = float, parametrisation Output = one_hot_rows, sde Process = variance_exploding,
          class Backend = backend::cpu>
class score_model {
public:
  using value_type = T;
  using output_type = Output;
  using process_type = Process;
  using backend_type = Backend;

  /// A network with random weights.
  /// \throws error where the settings have other numbers of nodes or operators than the graph
  score_model(const score_graph& graph, const score_network_settings& settings, Process process,
              paragon::random_key key, Output output = {})
      : graph_(checked(graph)), process_(process), network_(weights_, settings, key, output) {
    if (settings.nodes != graph_.nodes.size() || settings.operators != graph_.operators.size()) {
      throw error(
          "diffusion::score_model",
          "a network for " + std::to_string(settings.nodes) + " nodes and " + std::to_string(settings.operators) +
              " operators",
          std::to_string(graph_.nodes.size()) + " and " + std::to_string(graph_.operators.size()) + " as in the graph");
    }
  }

  /// Reads a file that `save` wrote; weights are converted to T.
  /// \throws error that names the file: no such file, not a score network, another parametrisation or process
  [[nodiscard]] static score_model load(const std::string& path) {
    const safetensors_file file(path);
    const auto& about = file.metadata();
    const auto text = [&](const char* name) -> const std::string& {
      const auto found = about.find(name);
      if (found == about.end()) throw error(path, "no " + quote(name) + " in its header", "a score network");
      return found->second;
    };
    if (text("kind") != kind) throw error(path, "a file of kind " + text("kind"), kind);
    if (text("output") != Output::name) {
      throw error(path, "trained as " + text("output"), Output::name);
    }
    return within_memory(path, [&] {
      score_model model(score_graph_from(json::parse(text("graph"), path)),
                        detail::settings_from_json(json::parse(text("settings"), path)),
                        detail::process_from_json<Process>(json::parse(text("process"), path), path), {});
      nn::load_weights(file, model.weights_);
      return model;
    });
  }

  /// \param about  more text for the file's header: the data, the seed, the time that training took
  void save(const std::string& path, safetensors_file::metadata_map about = {}) const {
    about["kind"] = kind;
    about["output"] = Output::name;
    about["graph"] = to_json(graph_).dump();
    about["settings"] = detail::settings_to_json(network_.settings()).dump();
    about["process"] = detail::process_to_json(process_).dump();
    nn::save_weights(path, weights_, about);
  }

  /// \throws error that says what differs: the names or order of nodes or operators, or the mask
  void require(const score_graph& expected) const { require_equal(graph_, expected, "diffusion::score_model"); }
  /// \throws error where the noise is another
  void require(const Process& expected) const {
    if (process_ == expected) return;
    throw error("diffusion::score_model", "trained for " + detail::process_to_json(process_).dump(),
                detail::process_to_json(expected).dump());
  }

  [[nodiscard]] const score_graph& graph() const noexcept { return graph_; }
  [[nodiscard]] const Process& process() const noexcept { return process_; }
  [[nodiscard]] const score_network<Output>& network() const noexcept { return network_; }
  [[nodiscard]] const nn::parameters<T, Backend>& weights() const noexcept { return weights_; }
  [[nodiscard]] nn::parameters<T, Backend>& weights() noexcept { return weights_; }

private:
  static constexpr const char* kind = "paragon score network 1";

  score_graph graph_;
  Process process_;
  nn::parameters<T, Backend> weights_;
  score_network<Output> network_;
};

}  // namespace paragon::diffusion
