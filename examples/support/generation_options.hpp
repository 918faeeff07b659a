// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <paragon/core/error.hpp>
#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/predictor_corrector.hpp>
#include <paragon/diffusion/probability_flow.hpp>
#include <string>
#include <vector>

#include "program.hpp"

/// What both programs of POMONAG can be told.
namespace generation {

/// Weights of guidance, in the order of the objectives: accuracy, parameters, MACs, latency.
using scales = std::array<double, 4>;

struct options {
  std::string data;
  std::string dataset;
  std::string device;
  std::size_t samples = 256;
  std::string guidance = "balanced";
  std::optional<std::size_t> labels;  ///< none: the program's default
  std::vector<double> scale;          ///< empty: the defaults
  std::string solver = "exponential";
  std::optional<std::size_t> steps;  ///< none: as many as the solver needs
  double train_fraction = 1;
  std::optional<std::size_t> train_steps;  ///< none: as many as the space needs
  std::uint64_t seed = 1;
  std::size_t threads = 1;
  std::size_t tune = 0;
  std::size_t minimum = 10;        ///< candidates after stretching
  std::vector<double> preference;  ///< of a further pick; empty: none
  std::vector<double> at_most;     ///< parameters, MACs and latency of every pick; empty: any
  std::string out;

  /// Without tables, and where nothing is said about the training, the score network that comes along is read.
  [[nodiscard]] bool trains_score() const { return !data.empty() || train_fraction != 1 || train_steps; }
};

inline void require(bool holds, const std::string& option, const std::string& problem, const std::string& expected) {
  if (!holds) throw paragon::error(option, problem, expected);
}

/// Calls f with the solver of that name. \throws error that lists the names
template <class F>
decltype(auto) with_solver(const std::string& name, std::optional<std::size_t> steps, F&& f) {
  namespace d = paragon::diffusion;
  const std::size_t few = steps.value_or(20);
  const std::size_t many = steps.value_or(1000);
  if (name == "exponential") return f(d::exponential_integrator{.steps = few});
  if (name == "exponential-sde") return f(d::exponential_integrator{.steps = few, .stochastic = true});
  if (name == "ddim") return f(d::exponential_integrator{.steps = few, .order = 1});
  if (name == "heun") return f(d::probability_flow{.steps = few});
  if (name == "euler-maruyama") return f(d::predictor_corrector<d::euler_maruyama, d::no_corrector>{.steps = many});
  if (name == "reverse-diffusion") {
    return f(d::predictor_corrector<d::reverse_diffusion, d::no_corrector>{.steps = many});
  }
  if (name == "predictor-corrector") return f(d::predictor_corrector<d::euler_maruyama, d::langevin>{.steps = many});
  if (name == "published") return f(d::predictor_corrector<d::euler_maruyama, d::langevin_by_batch>{.steps = many});
  throw paragon::error("--solver", paragon::quote(name),
                       "exponential, exponential-sde, ddim, heun, euler-maruyama, reverse-diffusion, "
                       "predictor-corrector or published");
}

/// \param defaults  data set and device; an empty data set: the program has no such option
inline options read_options(int argc, char** argv, const std::string& about, options defaults) {
  options o = std::move(defaults);
  CLI::App app(about);
  app.add_option("--data", o.data, "folder with the benchmark's tables; without it, what comes along is used");
  if (!o.dataset.empty()) {
    app.add_option("--dataset", o.dataset, "the target, of which no accuracy is read: cifar10, cifar100 or imagenet16")
        ->capture_default_str();
    app.add_option(
           "--labels", o.labels,
           "cells whose validation accuracies on the other data sets are read, 60 to 1500; 0: none, accuracy is "
           "learned from the pairs of cells and ImageNet-32 tasks in --data; default 1000, without --data 300")
        ->check(program::whole(0, 1500));
  }
  app.add_option("--device", o.device, "whose latency counts")->capture_default_str();
  app.add_option("--samples", o.samples, "architectures to generate")
      ->check(program::whole(1, 1000000))
      ->capture_default_str();
  app.add_option("--guidance", o.guidance,
                 "none; published: the same scales for all samples of a phase; balanced: a preference for each sample")
      ->capture_default_str();
  app.add_option("--scales", o.scale, "of accuracy, parameters, MACs and latency")
      ->delimiter(',')
      ->expected(4)
      ->check(program::number(0, 1e12));
  app.add_option("--solver", o.solver,
                 "exponential, exponential-sde, ddim, heun, euler-maruyama, reverse-diffusion, predictor-corrector or "
                 "published (the last with norms averaged over the batch)")
      ->capture_default_str();
  app.add_option("--steps", o.steps, "of the solver; default 20 of the first four, 1000 of the others")
      ->check(program::whole(1, 1000000));
  app.add_option("--train-fraction", o.train_fraction, "part of the space that the score network is trained on")
      ->check(program::number(1e-6, 1))
      ->capture_default_str();
  app.add_option("--train-steps", o.train_steps,
                 "updates of the score network's training; default as many as the space needs")
      ->check(program::whole(1, 10000000));
  app.add_option("--seed", o.seed, "of everything random")->check(program::whole(0))->capture_default_str();
  app.add_option("--threads", o.threads, "threads, 0: all; the result is the same")
      ->check(program::whole(0, 1024))
      ->capture_default_str();
  app.add_option("--tune", o.tune, "evaluations of the tuner of the scales, with a sensitivity report")
      ->check(program::whole(0, 1000000))
      ->capture_default_str();
  app.add_option("--minimum", o.minimum, "candidates after stretching, at least")
      ->check(program::whole(1, 1000000))
      ->capture_default_str();
  app.add_option("--prefer", o.preference, "weights of the four objectives, for a pick of your own")
      ->delimiter(',')
      ->expected(4)
      ->check(program::number(0, 1e12));
  app.add_option("--at-most", o.at_most, "parameters (M), MACs (M) and latency (ms) of every pick")
      ->delimiter(',')
      ->expected(3)
      ->check(program::number(-1e300, 1e300));
  app.add_option("--out", o.out, "folder for result.json, report.html and checkpoints")->required();
  program::parse(app, argc, argv);
  require(!o.labels || *o.labels == 0 || *o.labels >= 60, "--labels", std::to_string(o.labels.value_or(0)),
          "0, or 60 to 1500");
  require(o.labels != 0U || !o.data.empty(), "--labels", "0 without --data", "a folder with diffusionnag/");
  require(o.guidance == "none" || o.guidance == "published" || o.guidance == "balanced", "--guidance",
          "\"" + o.guidance + "\"", "none, published or balanced");
  require(o.tune == 0 || o.guidance != "none", "--tune", "without guidance", "--guidance published or balanced");
  with_solver(o.solver, o.steps, [](const auto&) {});  // throws for an unknown name
  require(o.preference.empty() || std::accumulate(o.preference.begin(), o.preference.end(), 0.0) > 0, "--prefer",
          "weights that are all 0", "a positive one");
  return o;
}

}  // namespace generation
