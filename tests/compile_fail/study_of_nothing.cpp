// expect: what is tuned needs .operator\(\)\(const tune::candidate&\) -> double
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A function that returns nothing cannot be tuned, and the message says what it should return.
#include <paragon/tune/study.hpp>

int main() {
  paragon::tune::study search(paragon::tune::parameter_space(paragon::tune::uniform{"x"}));
  return static_cast<int>(search.run([](const paragon::tune::candidate&) {}).evaluated);
}
