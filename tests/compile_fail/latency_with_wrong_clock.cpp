// expect: a clock needs a static .now\(\).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A clock that tells no time is refused where it is named.
#include <paragon/objective/latency_meter.hpp>

struct stopped {
  static const char* now() { return "noon"; }
};

int main() { const paragon::objective::latency_meter<stopped> meter; }
