// expect: a variation needs .operator\(\)\(const space&, std::span<space::choice_index> a, std::span<space::choice_index> b, random_key\) const
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A mutation of one parent is no variation, and the message says what one is called with.
#include <span>

#include <paragon/search/nsga2.hpp>
#include <paragon/space/described.hpp>

using paragon::space::described;

struct mutation {
  void operator()(const described&, std::span<paragon::space::choice_index>, paragon::random_key) const {}
};

int main() {
  const described space(
      paragon::json::parse(R"({"name": "small", "decisions": [{"name": "width", "range": [1, 4, 1]}]})"));
  paragon::search::nsga2<described, mutation> solver(paragon::problem::definition<described>{space, {{"error", "%"}}});
  (void)solver.batch();
}
