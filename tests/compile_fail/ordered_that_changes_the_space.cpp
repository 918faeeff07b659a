// expect: .ordered. of a space is .ordered\(std::size_t d\) const -> bool.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a space says of its decisions is optional; where it says so in another way, that is an error and not silence.
#include <array>
#include <span>
#include <string>
#include <string_view>

#include <paragon/space/decision_descriptor.hpp>

struct changing {
  using architecture = int;
  std::string_view name() const { return "changing"; }
  std::size_t decisions() const { return 1; }
  std::size_t choices(std::size_t) const { return 2; }
  std::size_t choice(int a, std::size_t) const { return static_cast<std::size_t>(a); }
  int from_choices(std::span<const paragon::space::choice_index> row) const { return row[0]; }
  std::string to_string(int a) const { return std::to_string(a); }
  int parse(std::string_view) const { return 0; }
  bool ordered(std::size_t) { return true; }  // not const
};

int main() { return static_cast<int>(paragon::space::decision_descriptor(changing{}).features()); }
