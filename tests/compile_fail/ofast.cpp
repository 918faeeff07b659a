// expect: paragon is wrong under -ffast-math
// flags: -Ofast
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/core/random_key.hpp>

int main() {}
