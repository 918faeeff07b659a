// expect: an evaluator needs .operator\(\)\(const architecture&, std::size_t condition\) const -> objective::outcome
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A function that returns a text evaluates nothing, and the message says what it should return.
#include <string>

#include <paragon/evaluate/threads.hpp>

struct pairs {
  using architecture = int;
};

int main() {
  paragon::evaluate::threads executor(pairs{}, [](int a) { return std::to_string(a); });
}
