// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <numeric>
#include <pagmo/utils/hypervolume.hpp>
#include <pagmo/utils/multi_objective.hpp>

#include "driver.hpp"

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const std::string task = arguments[1];
  const matrix data = read_matrix(arguments[2]);
  const double seconds = std::atof(arguments[3]);
  std::vector<pagmo::vector_double> points(data.n);
  for (std::size_t i = 0; i < data.n; ++i) {
    const double* row = data.values.data() + i * data.m;
    points[i].assign(row, row + data.m);
  }
  const pagmo::vector_double reference(data.m, 1.1);
  if (task == "filter" && data.m == 2) {
    report(seconds, [&] { return static_cast<double>(pagmo::non_dominated_front_2d(points).size()); });
  } else if (task == "rank") {
    report(seconds, [&] {
      const auto ranks = std::get<3>(pagmo::fast_non_dominated_sorting(points));
      return static_cast<double>(std::accumulate(ranks.begin(), ranks.end(), std::size_t{0}));
    });
  } else if (task == "hypervolume") {
    report(seconds, [&] { return pagmo::hypervolume(points, false).compute(reference); });
  } else if (task == "contributions") {
    report(seconds, [&] {
      const auto volumes = pagmo::hypervolume(points, false).contributions(reference);
      return std::accumulate(volumes.begin(), volumes.end(), 0.0);
    });
  } else {
    return 2;
  }
}
