// expect: a descriptor needs .features\(\) const -> std::size_t
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A descriptor that does not say how many features it has is refused where a process is named.
#include <cstdint>
#include <span>

#include <paragon/predictor/gaussian_process.hpp>

struct depth {
  using architecture = int;
  std::size_t decisions() const { return 1; }
  std::size_t choices(std::size_t) const { return 4; }
  void describe(int a, std::span<std::uint8_t> choices, std::span<double>) const {
    choices[0] = static_cast<std::uint8_t>(a);
  }
};

int main() { const paragon::predictor::gaussian_process<depth> process; }
