// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// NSGA-II on test problems whose variables lie on a grid, for search_pymoo.py beside it, which compiles this.
//
//   grid PROBLEM LEVELS POPULATION EVALUATIONS SEEDS
//
// Prints a JSON object: for each seed the objectives of the last population, and the seconds of all asks and tells.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <paragon/pareto/problems/dtlz.hpp>
#include <paragon/pareto/problems/zdt.hpp>
#include <paragon/search/nsga2.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace problems = paragon::pareto::problems;

/// Rows of places on a grid.
struct grid {
  using architecture = std::vector<paragon::space::choice_index>;
  std::size_t variables = 0;
  std::size_t levels = 0;

  std::string_view name() const { return "grid"; }
  std::size_t decisions() const { return variables; }
  std::size_t choices(std::size_t) const { return levels; }
  bool ordered(std::size_t) const { return true; }
  std::size_t choice(const architecture& a, std::size_t d) const { return a[d]; }
  architecture from_choices(std::span<const paragon::space::choice_index> row) const {
    return {row.begin(), row.end()};
  }
  std::string to_string(const architecture&) const { return {}; }
  architecture parse(std::string_view) const { return {}; }
};

template <class Problem>
int solve(const Problem& problem, std::size_t levels, std::size_t population, std::size_t evaluations,
          std::uint64_t seeds) {
  const grid space{problem.variables(), levels};
  const std::size_t m = problem.objectives();
  paragon::problem::definition<grid> definition{space, {}};
  for (std::size_t o = 0; o < m; ++o) definition.objectives.push_back({std::to_string(o), ""});
  double seconds = 0;
  std::printf("{\"fronts\":[");
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    paragon::search::nsga2 solver(definition, {.population = population}, {.seed = seed}, 0,
                                  paragon::search::simulated_binary_variation{});
    std::vector<paragon::problem::evaluation<grid::architecture>> told;
    std::vector<double> x(problem.variables());
    for (std::uint64_t id = 0; id < evaluations;) {
      auto begin = std::chrono::steady_clock::now();
      auto asked = solver.ask(std::min<std::size_t>(population, evaluations - id));
      seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      told.clear();
      for (auto& c : asked) {
        for (std::size_t d = 0; d < x.size(); ++d) {
          const problems::interval bounds = problem.bounds(d);
          const double place = static_cast<double>(c.architecture[d]) / static_cast<double>(levels - 1);
          x[d] = std::min(bounds.upper, bounds.lower + (bounds.upper - bounds.lower) * place);
        }
        std::vector<double> f(m);
        problem.evaluate(x, f);
        told.push_back({id++, std::move(c.architecture), 0, std::move(f)});
      }
      begin = std::chrono::steady_clock::now();
      solver.tell(told);
      seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }
    std::printf("%s[", seed > 1 ? "," : "");
    bool first = true;
    for (const std::size_t i : solver.population()) {
      std::printf("%s[", first ? "" : ",");
      for (std::size_t o = 0; o < m; ++o) std::printf("%s%.17g", o > 0 ? "," : "", solver.known().values(i)[o]);
      std::printf("]");
      first = false;
    }
    std::printf("]");
  }
  std::printf("],\"seconds\":%.6f}\n", seconds / static_cast<double>(seeds));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const std::string name = argv[1];
  const auto number = [&](int i) { return static_cast<std::size_t>(std::strtoull(argv[i], nullptr, 10)); };
  const auto with = [&](const auto& problem) { return solve(problem, number(2), number(3), number(4), number(5)); };
  if (name == "zdt1") return with(problems::zdt<1>(30));
  if (name == "zdt2") return with(problems::zdt<2>(30));
  if (name == "zdt3") return with(problems::zdt<3>(30));
  if (name == "zdt4") return with(problems::zdt<4>(10));
  if (name == "zdt6") return with(problems::zdt<6>(10));
  if (name == "dtlz1") return with(problems::dtlz<1>(3));
  if (name == "dtlz2") return with(problems::dtlz<2>(3));
  if (name == "dtlz3") return with(problems::dtlz<3>(3));
  if (name == "dtlz4") return with(problems::dtlz<4>(3));
  if (name == "dtlz5") return with(problems::dtlz<5>(3));
  if (name == "dtlz6") return with(problems::dtlz<6>(3));
  if (name == "dtlz7") return with(problems::dtlz<7>(3));
  return 2;
}
