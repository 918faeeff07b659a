// expect: an objective needs .describe\(\) const -> paragon::metric
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An objective without name, unit and direction is refused, and what it lacks is named.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <paragon/search/scorer.hpp>

struct pairs {
  using architecture = int;
  std::string_view name() const { return "pairs"; }
  std::size_t decisions() const { return 1; }
  std::size_t choices(std::size_t) const { return 2; }
  std::size_t choice(int a, std::size_t) const { return a == 0 ? 0 : 1; }
  int from_choices(std::span<const paragon::space::choice_index> row) const { return row[0]; }
  std::string to_string(int a) const { return std::to_string(a); }
  int parse(std::string_view) const { return 0; }
};

struct latency {
  double value(int a, std::size_t) const { return a; }
};

int main() { const paragon::search::scorer judge(pairs{}, 1, latency{}); }
