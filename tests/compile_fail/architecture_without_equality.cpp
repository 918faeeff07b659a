// expect: .architecture. must be regular
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An architecture that cannot be compared is refused, and what it lacks is named.
#include <cstdint>
#include <span>

#include <paragon/space/hash.hpp>

struct pairs {
  struct architecture {
    paragon::space::choice_index choice = 0;
  };
  std::size_t decisions() const { return 1; }
  std::size_t choices(std::size_t) const { return 2; }
  std::size_t choice(architecture a, std::size_t) const { return a.choice; }
  architecture from_choices(std::span<const paragon::space::choice_index> row) const { return {row[0]}; }
};

int main() { return static_cast<int>(paragon::space::hash(pairs{}, {1})); }
