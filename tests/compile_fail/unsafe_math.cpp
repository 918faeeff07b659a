// expect: paragon is wrong under -ffast-math
// flags: -funsafe-math-optimizations
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/backend/math.hpp>

#if defined(__clang__)
#error "clang says nothing of this flag, so that paragon is wrong under -ffast-math alone"
#endif

int main() {}
