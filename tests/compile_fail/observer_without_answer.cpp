// expect: an observer needs .operator\(\)\(std::string_view phase
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An observer that does not say whether to go on is refused, and what it lacks is named.
#include <cstddef>
#include <string_view>

#include <paragon/tune/study.hpp>

int main() {
  paragon::tune::study search(paragon::tune::parameter_space(paragon::tune::uniform{"x"}));
  const auto watch = [](std::string_view, std::size_t, std::size_t, double) {};
  return static_cast<int>(search.run([](const paragon::tune::candidate& c) { return c["x"]; }, watch).evaluated);
}
