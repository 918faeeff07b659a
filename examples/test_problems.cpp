// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Random search on a test problem whose front is known: how much of the exact hypervolume it finds.
#include <cstdio>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <paragon/pareto/problems/dtlz.hpp>
#include <paragon/pareto/problems/zdt.hpp>
#include <string>

/// Works for any problem; `solved_test_problem` is what such a function may ask for.
template <paragon::pareto::problems::solved_test_problem Problem>
bool random_search(const Problem& problem, const std::vector<double>& reference) {
  const paragon::random_key key{.seed = 1};
  const std::size_t n = problem.variables();
  const double exact = problem.hypervolume(reference);
  std::printf("%s, %zu variables, exact hypervolume %.6f\n", std::string(problem.name()).c_str(), n, exact);

  paragon::pareto::problems::front_points found(16384, problem.objectives());
  std::vector<double> x(n);
  double share = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      const auto [lower, upper] = problem.bounds(k);
      x[k] = lower + (upper - lower) * key.uniform(i * n + k);
    }
    problem.evaluate(x, found[i]);
    if ((i & (i + 1)) != 0 || i < 15) continue;  // after 16, 32, 64, ... evaluations
    const paragon::pareto::points<double> so_far(found.values().first((i + 1) * found.objectives()),
                                                 found.objectives());
    const double grown = paragon::pareto::hypervolume(so_far, reference).value / exact;
    if (grown < share || grown > 1) return false;
    share = grown;
    std::printf("%6zu evaluations  %.4f\n", i + 1, share);
  }
  return true;
}

int main() {
  using namespace paragon::pareto::problems;
  const bool zdt_is_fine = random_search(zdt<1>(5), {11, 11});
  const bool dtlz_is_fine = random_search(dtlz<2>(3), {2, 2, 2});
  const auto front = dtlz<2>(3).front(10000);  // what a perfect solver would return
  std::printf("10000 points on the front of DTLZ2 have %.4f\n",
              paragon::pareto::hypervolume(front, {2, 2, 2}).value / dtlz<2>(3).hypervolume({2, 2, 2}));
  return zdt_is_fine && dtlz_is_fine ? 0 : 1;
}
