// expect: a solver needs .tell\(std::span<const problem::evaluation<architecture>>\)
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A solver that is told one evaluation at a time is refused where it is run, and what it lacks is named.
#include <cstddef>
#include <vector>

#include <paragon/evaluate/here.hpp>
#include <paragon/problem/evaluation_store.hpp>
#include <paragon/search/run.hpp>
#include <paragon/space/described.hpp>

namespace problem = paragon::problem;
namespace search = paragon::search;
using paragon::space::described;

struct one_at_a_time {
  using architecture = described::architecture;
  std::vector<search::candidate<architecture>> ask(std::size_t) { return {}; }
  void tell(const problem::evaluation<architecture>&) {}
  std::vector<architecture> front(std::size_t) const { return {}; }
  std::size_t batch() const { return 1; }
  paragon::json save() const { return {}; }
  void restore(const paragon::json&) {}
};

int main() {
  const described space(
      paragon::json::parse(R"({"name": "small", "decisions": [{"name": "width", "range": [1, 4, 1]}]})"));
  problem::evaluation_store<described> known(space, {{"error", "%"}});
  one_at_a_time solver;
  paragon::evaluate::here executor(space, [](const described::architecture&) { return 1.0; });
  (void)search::run(known, solver, executor);
}
