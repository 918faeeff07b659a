// expect anywhere: archive_policies
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A bound that does not say who goes is refused where the archive is named.
#include <paragon/pareto/archive.hpp>

struct at_most {
  std::size_t most;
};

int main() {
  paragon::pareto::archive<double, int, 2, at_most> best(at_most{3});
  return best.empty() ? 0 : 1;
}
