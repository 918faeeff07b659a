// expect: a search space needs a type .architecture.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A space that does not name its architectures is refused by every function, and what it lacks is named.
#include <cstdint>
#include <span>

#include <paragon/space/neighbours.hpp>

struct pairs {
  std::size_t decisions() const { return 1; }
  std::size_t choices(std::size_t) const { return 2; }
  std::size_t choice(int a, std::size_t) const { return a == 0 ? 0 : 1; }
  int from_choices(std::span<const paragon::space::choice_index> row) const { return row[0]; }
};

int main() { return static_cast<int>(paragon::space::neighbours(pairs{}, 1).size()); }
