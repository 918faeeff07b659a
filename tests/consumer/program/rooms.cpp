// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <array>
#include <cstdio>
#include <paragon/gradient/min_norm.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <paragon/tune/study.hpp>
#include <vector>

#if defined(EIGEN_WORLD_VERSION) || defined(XTENSOR_VERSION_MAJOR) || defined(CBLAS_H)
#error "the rooms that stand alone include another library"
#endif

int main() {
  const std::vector<std::array<double, 2>> points{{1, 3}, {2, 2}, {3, 3}, {3, 1}};
  const auto front = paragon::pareto::filter(points);
  const double volume = paragon::pareto::hypervolume(points, {4, 4}).value;
  const std::vector<double> gram{1, 0, 0, 1};
  std::vector<double> weights(2);
  paragon::gradient::min_norm{}(paragon::gradient::gram_view(gram, 2), weights);
  paragon::tune::study search(paragon::tune::parameter_space(paragon::tune::uniform{"x", -1, 1}), {.trials = 20});
  search.run([](const paragon::tune::candidate& c) { return c["x"] * c["x"]; });
  std::printf("%zu points, volume %g, weights %g %g, best %g\n", front.size(), volume, weights[0], weights[1],
              search.best().values[0]);
  return front.size() == 3 && volume == 6 && weights[0] == 0.5 && weights[1] == 0.5 ? 0 : 1;
}
