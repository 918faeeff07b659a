// expect: a search space needs .choice\(architecture, std::size_t d\) const -> std::size_t.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A space that lacks one function is refused at the call, and the concept that it misses is named.
#include <string>
#include <string_view>
#include <vector>

#include <paragon/space/decode.hpp>

struct no_choice {
  using architecture = int;
  std::string_view name() const { return "no_choice"; }
  std::size_t decisions() const { return 1; }
  std::size_t choices(std::size_t) const { return 2; }
  int from_choices(std::span<const paragon::space::choice_index> row) const { return row[0]; }
  std::string to_string(int a) const { return std::to_string(a); }
  int parse(std::string_view) const { return 0; }
};

int main() {
  const std::vector<float> logits{1, 2};
  return paragon::space::decode<float>(no_choice{}, logits);
}
