// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// `ours FUNCTION SAMPLER TRIALS BATCH SEEDS` tunes one function once for each seed and prints the best values (infinite
// where no trial is complete), then the part of the trials from the twentieth on that failed, then the
// microseconds of the processor that a suggestion took. tune_optuna.py has the same functions for Optuna.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <numbers>
#include <paragon/tune/study.hpp>
#include <string>

namespace tune = paragon::tune;

namespace {

struct problem {
  tune::parameter_space space;
  double (*value)(const tune::candidate&);
};

tune::parameter_space box(std::size_t dimensions, double lower, double upper) {
  std::vector<tune::axis> axes;
  for (std::size_t i = 0; i < dimensions; ++i)
    axes.push_back(tune::uniform{"x" + std::to_string(i), lower, upper}.describe());
  return tune::parameter_space(axes);
}

double sphere(const tune::candidate& x) {
  double sum = 0;
  for (const double v : x.values()) sum += v * v;
  return sum;
}

double rosenbrock(const tune::candidate& x) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.values().size(); ++i) {
    sum += 100 * std::pow(x[i + 1] - x[i] * x[i], 2) + std::pow(1 - x[i], 2);
  }
  return sum;
}

double branin(const tune::candidate& x) {
  constexpr double pi = std::numbers::pi;
  const double a = x[1] - 5.1 / (4 * pi * pi) * x[0] * x[0] + 5 / pi * x[0] - 6;
  return a * a + 10 * (1 - 1 / (8 * pi)) * std::cos(x[0]) + 10;
}

double ackley(const tune::candidate& x) {
  double squares = 0;
  double waves = 0;
  const double n = static_cast<double>(x.values().size());
  for (const double v : x.values()) {
    squares += v * v / n;
    waves += std::cos(2 * std::numbers::pi * v) / n;
  }
  return -20 * std::exp(-0.2 * std::sqrt(squares)) - std::exp(waves) + 20 + std::numbers::e;
}

double hartmann6(const tune::candidate& x) {
  constexpr double alpha[4] = {1.0, 1.2, 3.0, 3.2};
  constexpr double a[4][6] = {
      {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
  constexpr double p[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                              {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                              {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                              {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    double exponent = 0;
    for (std::size_t j = 0; j < 6; ++j) exponent += a[i][j] * std::pow(x[j] - p[i][j], 2);
    sum -= alpha[i] * std::exp(-exponent);
  }
  return sum;
}

/// Like the error of a network over how it is trained: the best rate depends on the optimiser.
double mixed(const tune::candidate& x) {
  const std::string& optimiser = x.label("optimiser");
  const double best_rate = optimiser == "sgd" ? 0.1 : optimiser == "momentum" ? 0.02 : 0.002;
  const double floor = optimiser == "adam" ? 0.0 : optimiser == "momentum" ? 0.02 : optimiser == "sgd" ? 0.1 : 0.3;
  return floor + 0.3 * std::pow(std::log10(x["rate"] / best_rate), 2) + 0.02 * std::pow(x["layers"] - 7, 2) +
         0.1 * std::pow(std::log2(x["width"] / 96), 2) + std::pow(x["dropout"] - 0.25, 2);
}

/// Fails on the lower half.
double failing_half(const tune::candidate& x) {
  return x[0] < 0 ? std::numeric_limits<double>::quiet_NaN() : (x[0] - 2) * (x[0] - 2);
}

/// The best point lies where it begins to fail.
double failing_edge(const tune::candidate& x) {
  return x[0] < 0 ? std::numeric_limits<double>::quiet_NaN() : x[0] * x[0];
}

/// Fails outside a disc with 3 percent of the area.
double failing_disc(const tune::candidate& x) {
  const double squares = (x[0] - 2) * (x[0] - 2) + (x[1] + 1) * (x[1] + 1);
  return squares > 1 ? std::numeric_limits<double>::quiet_NaN() : squares;
}

/// Where the label is "flat" the number has no effect.
double flat_label(const tune::candidate& x) { return x.label("part") == "flat" ? 1.0 : x["x"]; }

/// The same with a number in place of the label.
double flat_number(const tune::candidate& x) { return x["part"] < 0.5 ? 1.0 : x["x"]; }

problem find(const std::string& name) {
  if (name == "sphere") return {box(4, -5, 5), sphere};
  if (name == "rosenbrock") return {box(4, -5, 10), rosenbrock};
  if (name == "branin") return {tune::parameter_space(tune::uniform{"x0", -5, 10}, tune::uniform{"x1", 0, 15}), branin};
  if (name == "ackley") return {box(5, -32.768, 32.768), ackley};
  if (name == "hartmann6") return {box(6, 0, 1), hartmann6};
  if (name == "mixed") {
    return {tune::parameter_space(tune::log_uniform{"rate", 1e-5, 1}, tune::integer{"layers", 1, 12},
                                  tune::log_integer{"width", 8, 512}, tune::uniform{"dropout", 0, 0.9},
                                  tune::categorical{"optimiser", {"sgd", "momentum", "adam", "adagrad"}}),
            mixed};
  }
  if (name == "failing_half") return {box(1, -5, 5), failing_half};
  if (name == "failing_edge") return {box(1, -5, 5), failing_edge};
  if (name == "failing_disc") return {box(2, -5, 5), failing_disc};
  if (name == "flat_label") {
    return {tune::parameter_space(tune::categorical{"part", {"flat", "slope"}}, tune::uniform{"x", 0, 10}), flat_label};
  }
  if (name == "flat_number") {
    return {tune::parameter_space(tune::uniform{"part", 0, 1}, tune::uniform{"x", 0, 10}), flat_number};
  }
  std::fprintf(stderr, "no function %s\n", name.c_str());
  std::exit(2);
}

template <class Sampler>
void report(const problem& p, Sampler chosen, std::size_t trials, std::size_t batch, std::size_t seeds) {
  double fastest = std::numeric_limits<double>::infinity();
  std::size_t failed = 0;
  for (std::size_t seed = 0; seed < seeds; ++seed) {
    tune::study search(p.space, {.trials = trials, .batch = batch, .seed = seed}, chosen);
    const std::clock_t start = std::clock();
    search.run(p.value);
    const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    fastest = std::min(fastest, took);
    double best = std::numeric_limits<double>::infinity();
    for (const tune::trial& t : search.trials()) {
      if (t.state == tune::trial_state::complete) best = std::min(best, t.value);
      if (t.state == tune::trial_state::failed && t.number >= 20) ++failed;
    }
    std::printf("%.17g\n", best);
  }
  const double later = trials > 20 ? static_cast<double>(seeds * (trials - 20)) : 1;
  std::printf("%.17g\n", static_cast<double>(failed) / later);
  std::printf("%.17g\n", 1e6 * fastest / static_cast<double>(trials));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) return 2;
  const problem p = find(arguments[1]);
  const std::string chosen = arguments[2];
  const auto number = [&](int i) { return static_cast<std::size_t>(std::atoll(arguments[i])); };
  const auto run = [&](auto s) { report(p, s, number(3), number(4), number(5)); };
  if (chosen == "tpe") {
    run(tune::tpe());
  } else if (chosen == "independent") {
    run(tune::tpe<tune::independent>());
  } else if (chosen == "independent4") {
    run(tune::tpe<tune::independent, tune::neighbour_gaps_with_prior>());
  } else if (chosen == "joint4") {
    run(tune::tpe<tune::joint, tune::shrinking_width>());
  } else if (chosen == "random") {
    run(tune::random_search());
  } else {
    return 2;
  }
}
