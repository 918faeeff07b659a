// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Prints the outputs of the sources FIRST and SECOND, or of FIRST alone, exactly.
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <paragon/core/error.hpp>

using results = std::vector<std::pair<std::string, double>>;
results FIRST(bool fail);
#if defined(SECOND)
results SECOND(bool fail);
#endif

namespace {

void print(results (*source)(bool)) {
  for (const auto& [name, value] : source(false)) std::printf("%s: %a\n", name.c_str(), value);
  try {
    source(true);
  } catch (const paragon::error& e) {
    std::printf("%s\n", e.what());
  }
}

}  // namespace

int main() {
  print(FIRST);
#if defined(SECOND)
  print(SECOND);
#endif
}
