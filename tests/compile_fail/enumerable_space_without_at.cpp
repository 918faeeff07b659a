// expect: an enumerable space needs .at\(std::uint64_t\) const -> architecture
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A space that cannot give an architecture by its number is refused where all are asked for.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <paragon/space/enumerate.hpp>

struct pairs {
  using architecture = int;
  std::string_view name() const { return "pairs"; }
  std::size_t decisions() const { return 1; }
  std::size_t choices(std::size_t) const { return 2; }
  std::size_t choice(int a, std::size_t) const { return a == 0 ? 0 : 1; }
  int from_choices(std::span<const paragon::space::choice_index> row) const { return row[0]; }
  std::string to_string(int a) const { return std::to_string(a); }
  std::uint64_t size() const { return 2; }
  std::uint64_t index(int a) const { return a == 0 ? 0 : 1; }
  int parse(std::string_view) const { return 0; }
};

int main() { return static_cast<int>(paragon::space::all_architectures(pairs{}).size()); }
