// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <paragon/core/error.hpp>
#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/predictor_corrector.hpp>
#include <paragon/diffusion/probability_flow.hpp>
#include <string>
#include <vector>

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
  std::size_t steps = 0;  ///< 0: as many as the solver needs
  double train_fraction = 1;
  std::size_t train_steps = 0;  ///< 0: as many as the space needs
  std::uint64_t seed = 1;
  std::size_t threads = 1;
  std::size_t tune = 0;
  std::size_t minimum = 10;        ///< candidates after stretching
  std::vector<double> preference;  ///< of a further pick; empty: none
  std::vector<double> at_most;     ///< parameters, MACs and latency of every pick; empty: any
  std::string out;
};

inline void require(bool holds, const std::string& option, const std::string& problem, const std::string& expected) {
  if (!holds) throw paragon::error(option, problem, expected);
}

/// Calls f with the solver of that name. \throws error that lists the names
template <class F>
decltype(auto) with_solver(const std::string& name, std::size_t steps, F&& f) {
  namespace d = paragon::diffusion;
  const std::size_t few = steps == 0 ? 20 : steps;
  const std::size_t many = steps == 0 ? 1000 : steps;
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
        "cells whose validation accuracies on the other data sets are read, at most 1500; 0: none, accuracy is "
        "learned from the pairs of cells and ImageNet-32 tasks in --data; default 1000, without --data 300");
  }
  app.add_option("--device", o.device, "whose latency counts")->capture_default_str();
  app.add_option("--samples", o.samples, "architectures to generate")->capture_default_str();
  app.add_option("--guidance", o.guidance,
                 "none; published: the same scales for all samples of a phase; balanced: a preference for each sample")
      ->capture_default_str();
  app.add_option("--scales", o.scale, "of accuracy, parameters, MACs and latency")->delimiter(',')->expected(4);
  app.add_option("--solver", o.solver,
                 "exponential, exponential-sde, ddim, heun, euler-maruyama, reverse-diffusion, predictor-corrector or "
                 "published (the last with norms averaged over the batch)")
      ->capture_default_str();
  app.add_option("--steps", o.steps, "of the solver; 0: 20 of the first four, 1000 of the others")
      ->capture_default_str();
  app.add_option("--train-fraction", o.train_fraction, "part of the space that the score network is trained on")
      ->capture_default_str();
  app.add_option("--train-steps", o.train_steps,
                 "updates of the score network's training; 0: as many as the space needs")
      ->capture_default_str();
  app.add_option("--seed", o.seed, "of everything random")->capture_default_str();
  app.add_option("--threads", o.threads, "threads, 0: all; the result is the same")->capture_default_str();
  app.add_option("--tune", o.tune, "evaluations of the tuner of the scales, with a sensitivity report")
      ->capture_default_str();
  app.add_option("--minimum", o.minimum, "candidates after stretching, at least")->capture_default_str();
  app.add_option("--prefer", o.preference, "weights of the four objectives, for a pick of your own")
      ->delimiter(',')
      ->expected(4);
  app.add_option("--at-most", o.at_most, "parameters (M), MACs (M) and latency (ms) of every pick")
      ->delimiter(',')
      ->expected(3);
  app.add_option("--out", o.out, "folder for result.json, report.html and checkpoints")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    std::exit(app.exit(e) == 0 ? 0 : 2);
  }
  require(o.samples > 0, "--samples", "0", "at least 1");
  require(!o.labels || *o.labels == 0 || (*o.labels >= 60 && *o.labels <= 1500), "--labels",
          std::to_string(o.labels.value_or(0)), "0, or 60 to 1500");
  require(o.labels != 0U || !o.data.empty(), "--labels", "0 without --data", "a folder with diffusionnag/");
  require(o.guidance == "none" || o.guidance == "published" || o.guidance == "balanced", "--guidance",
          paragon::quote(o.guidance), "none, published or balanced");
  require(o.train_fraction > 0 && o.train_fraction <= 1, "--train-fraction", paragon::number_text(o.train_fraction),
          "above 0, at most 1");
  require(o.tune == 0 || o.guidance != "none", "--tune", "without guidance", "--guidance published or balanced");
  with_solver(o.solver, o.steps, [](const auto&) {});  // throws for an unknown name
  double total = 0;
  for (const double w : o.preference) {
    require(w >= 0, "--prefer", paragon::number_text(w), "numbers from 0 up");
    total += w;
  }
  require(o.preference.empty() || total > 0, "--prefer", "weights that are all 0", "a positive one");
  for (const double s : o.scale) require(s >= 0, "--scales", paragon::number_text(s), "numbers from 0 up");
  return o;
}

}  // namespace generation
