// expect: (use of|call to) deleted (member )?function.*constant
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A tape borrows constants: a temporary, which is gone at the next line, is refused, and `copy` takes it.
#include <paragon/autodiff/context.hpp>

int main() {
  paragon::autodiff::tape<float> tape;
  const auto kept = tape.copy(paragon::tensor<float>(paragon::shape{2}));
  const auto gone = tape.constant(paragon::tensor<float>(paragon::shape{2}));
  return static_cast<int>(kept.size() + gone.size());
}
