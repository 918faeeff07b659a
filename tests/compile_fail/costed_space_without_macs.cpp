// expect: a costed space needs .macs\(architecture\) const -> double
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A space that does not count its multiply-accumulates is refused where they are an objective.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <paragon/objective/cost.hpp>

struct pairs {
  using architecture = int;
  std::string_view name() const { return "pairs"; }
  std::size_t decisions() const { return 1; }
  std::size_t choices(std::size_t) const { return 2; }
  std::size_t choice(int a, std::size_t) const { return a == 0 ? 0 : 1; }
  int from_choices(std::span<const paragon::space::choice_index> row) const { return row[0]; }
  std::string to_string(int a) const { return std::to_string(a); }
  double parameters(int a) const { return a; }
  int parse(std::string_view) const { return 0; }
};

int main() { return static_cast<int>(paragon::objective::mac_count{pairs{}}.value(1)); }
