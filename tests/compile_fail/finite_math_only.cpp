// expect: paragon is wrong under -ffast-math
// flags: -ffinite-math-only
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/backend/math.hpp>

int main() {}
