// expect: a parameter needs .describe\(\) const -> paragon::tune::axis.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Something to tune that does not describe its axis is refused, and the concept that it misses is named.
#include <paragon/tune/parameter_space.hpp>

struct learning_rate {
  double lower = 0.1;
  double upper = 1;
};

int main() {
  const paragon::tune::parameter_space space(learning_rate{});
  return static_cast<int>(space.size());
}
