// expect: a sampler needs .suggest\(
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A sampler that changes while it suggests could not be resumed; it is refused, and the concept that it misses is named.
#include <paragon/tune/study.hpp>
#include <vector>

struct counting {
  double next = 0;
  std::vector<double> suggest(const paragon::tune::parameter_space&, const paragon::tune::history&,
                              paragon::random_key) {
    return {next++};
  }
  paragon::json describe() const { return "counting"; }
};

int main() {
  paragon::tune::study<counting> search(paragon::tune::parameter_space(paragon::tune::uniform{"x"}), {}, counting{});
}
