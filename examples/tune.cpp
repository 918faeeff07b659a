// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tunes the step and the momentum of gradient descent in a narrow valley, four evaluations at a time, and compares with
// random search and with the values that are best after infinitely many steps (Polyak 1964).
#include <cmath>
#include <cstdio>
#include <paragon/core/parallel.hpp>
#include <paragon/tune/study.hpp>

namespace tune = paragon::tune;

namespace {

constexpr double curvatures[] = {1, 100};

/// The logarithm of what is left of the distance to the minimum after 60 steps.
double error_left(double step, double momentum) {
  double squares = 0;
  for (const double curvature : curvatures) {
    double x = 1;
    double before = 1;
    for (int i = 0; i < 60; ++i) {
      const double next = x - step * curvature * x + momentum * (x - before);
      before = x;
      x = next;
    }
    squares += x * x;
  }
  return 0.5 * std::log10(squares);
}

double evaluate(const tune::candidate& c) { return error_left(c["step"], c["momentum"]); }

}  // namespace

int main() {
  const tune::parameter_space space(tune::log_uniform{"step", 1e-4, 1}, tune::uniform{"momentum", 0, 0.99});
  paragon::thread_pool pool(0);  // as many threads as the machine has; the trials are the same for any number

  tune::study search(space, {.trials = 100, .batch = 4, .seed = 1});
  search.run(evaluate, pool);
  tune::study baseline(space, {.trials = 100, .seed = 1}, tune::random_search());
  baseline.run(evaluate, pool);

  const auto say = [](const char* who, double step, double momentum) {
    std::printf("%-14s step %.4f, momentum %.3f: error 10^%.2f\n", who, step, momentum, error_left(step, momentum));
  };
  say("tuned", search.best().values[0], search.best().values[1]);
  say("random search", baseline.best().values[0], baseline.best().values[1]);
  const double narrow = std::sqrt(curvatures[1]);
  const double wide = std::sqrt(curvatures[0]);
  say("infinite steps", std::pow(2 / (narrow + wide), 2), std::pow((narrow - wide) / (narrow + wide), 2));
}
