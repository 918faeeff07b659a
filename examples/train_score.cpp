// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Trains the score networks that come with the project, and says how good their samples are.
//
//   train_score --space nasbench201 --out score_nasbench201.safetensors
//   train_score --space mobilenetv3 --out score_mobilenetv3.safetensors --checkpoint training.safetensors
//
// Ctrl-C writes the checkpoint and ends; the same command then goes on, and ends in the same weights.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <paragon/benchmark/mobilenetv3/space.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/core/interruption.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/score_evaluator.hpp>
#include <paragon/diffusion/training.hpp>
#include <paragon/space/sample.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/program.hpp"
#include "support/score_spaces.hpp"

namespace {

namespace diffusion = paragon::diffusion;

struct options {
  std::string space = "nasbench201";
  double fraction = 1;
  std::optional<std::size_t> steps;
  std::size_t samples = 1000;
  std::uint64_t seed = 1;
  std::string out;
  std::string checkpoint;
};

options read_options(int argc, char** argv) {
  options o;
  CLI::App app("Trains the score network of a space");
  app.add_option("--space", o.space, "nasbench201 or mobilenetv3")
      ->check(CLI::IsMember({"nasbench201", "mobilenetv3"}))
      ->capture_default_str();
  app.add_option("--fraction", o.fraction, "of the cells, or of 300,000 drawn networks, that are trained on")
      ->check(program::number(0, 1))
      ->capture_default_str();
  app.add_option("--steps", o.steps, "updates of 256 matrices; default 1,000 for nasbench201, 4,000 for mobilenetv3")
      ->check(program::whole(1, 10000000));
  app.add_option("--samples", o.samples, "samples to judge by")
      ->check(program::whole(1, 1000000))
      ->capture_default_str();
  app.add_option("--seed", o.seed, "of everything random")->check(program::whole(0))->capture_default_str();
  app.add_option("--out", o.out, "the file of weights, .safetensors")->required();
  app.add_option("--checkpoint", o.checkpoint, "where the training is saved, and goes on from");
  program::parse(app, argc, argv);
  return o;
}

/// Raw validity by the published threshold; uniqueness among the valid samples; novelty among the unique ones: the
/// share that was not trained on.
template <class Space>
void report(const Space& about, const diffusion::score_model<float, typename Space::output>& model,
            const std::set<std::string>& trained_on, bool stochastic, std::size_t samples, std::uint64_t seed) {
  const diffusion::exponential_integrator method{.steps = 20, .stochastic = stochastic};
  diffusion::score_evaluator<float, typename Space::output> score(model.network(), model.weights(), model.graph().mask);
  const auto start = std::chrono::steady_clock::now();
  const auto x =
      diffusion::sample(model.process(), score, method, {Space::encoding::nodes(), Space::encoding::features()},
                        paragon::random_key{.seed = seed}.fork("samples"), {.samples = samples});
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::size_t each = x.size() / samples;
  std::set<std::string> unique;
  std::size_t valid = 0;
  std::size_t novel = 0;
  std::vector<float> matrix(each);
  for (std::size_t s = 0; s < samples; ++s) {
    for (std::size_t i = 0; i < each; ++i) matrix[i] = (x[s * each + i] + 1) / 2;
    const auto found = Space::encoding::decode_threshold(std::span<const float>(matrix));
    if (!found) continue;
    ++valid;
    const std::string name = about.architectures.to_string(*found);
    if (unique.insert(name).second && !trained_on.contains(name)) ++novel;
  }
  const auto share = [](std::size_t part, std::size_t whole) {
    return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  };
  std::printf("| exponential integrator, %s | %zu | %.1f %% | %.1f %% | %.1f %% | %.2f s |\n",
              stochastic ? "stochastic" : "deterministic", method.steps, share(valid, samples),
              share(unique.size(), valid), share(novel, unique.size()), seconds);
}

template <class Space>
int run(const options& o) {
  program::require_writable(o.out);
  const Space about;
  const paragon::random_key key{.seed = o.seed};
  const auto architectures = about.data(o.fraction, key.fork("data"));
  const auto data = diffusion::row_classes::of(typename Space::encoding{}, architectures);
  diffusion::score_model<float, typename Space::output> model(Space::graph(), Space::network(),
                                                              diffusion::variance_exploding{}, key.fork("weights"));
  const diffusion::score_training_settings settings{.steps = o.steps.value_or(Space::steps)};
  std::printf("%s: %zu architectures, %zu parameters, %zu updates\n", o.space.c_str(), architectures.size(),
              model.weights().size(), settings.steps);
  std::fflush(stdout);

  const auto start = std::chrono::steady_clock::now();
  const auto status = paragon::interruption::hold(
      [&] {
        return diffusion::train_score(model, data, settings, key.fork("training"), paragon::until_interrupted{},
                                      {.path = o.checkpoint});
      },
      o.checkpoint.empty() ? "" : "the same command goes on from " + o.checkpoint);
  if (status.diverged) throw paragon::error("train_score", "a loss that is not finite", "another seed");
  if (std::isfinite(status.loss)) {  // a complete checkpoint leaves nothing to train
    std::printf("trained in %.0f s, loss %.5f\n",
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), status.loss);
  }
  paragon::interruption::hold(
      [&] {
        model.save(o.out, {{"space", o.space},
                           {"architectures", std::to_string(architectures.size())},
                           {"steps", std::to_string(settings.steps)},
                           {"seed", std::to_string(o.seed)}});
      },
      "the weights are in " + o.out);
  std::printf("%s: %ju bytes\n", o.out.c_str(), static_cast<std::uintmax_t>(std::filesystem::file_size(o.out)));

  std::set<std::string> trained_on;
  for (const auto& a : architectures) trained_on.insert(about.architectures.to_string(a));
  const auto read = diffusion::score_model<float, typename Space::output>::load(o.out);
  std::printf("%zu samples\n| solver | steps | raw valid | unique | novel | time |\n|---|---|---|---|---|---|\n",
              o.samples);
  for (const bool stochastic : {false, true}) report(about, read, trained_on, stochastic, o.samples, o.seed);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return program::run("train_score", [&] {
    const options o = read_options(argc, argv);
    return o.space == "mobilenetv3" ? run<mobilenetv3_score>(o) : run<nasbench201_score>(o);
  });
}
