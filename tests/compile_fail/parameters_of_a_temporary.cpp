// expect: (use of|call to) deleted (member )?function.*freeze
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parameters are borrowed: those of a temporary store are refused.
#include <paragon/nn/parameters.hpp>

int main() {
  paragon::autodiff::tape<float> tape;
  return static_cast<int>(paragon::nn::freeze(tape, paragon::nn::parameters<float>{}).all().size());
}
