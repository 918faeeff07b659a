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
  void describe(int a, std::span<paragon::space::choice_index> choices, std::span<double>) const {
    choices[0] = static_cast<paragon::space::choice_index>(a);
  }
};

int main() { const paragon::predictor::gaussian_process<depth> process; }
