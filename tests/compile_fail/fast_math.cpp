// expect: paragon is wrong under -ffast-math
// flags: -O2 -ffast-math
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/pareto/filter.hpp>

int main() {}
