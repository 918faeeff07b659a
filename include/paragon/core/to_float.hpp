// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA {

/// The float nearest to `x`, for numbers that become double again at once.
///
/// GCC 12 takes `static_cast<double>(static_cast<float>(x))` for `x` where it makes vectors of a few such neighbours, from
/// -O2 on (-fno-tree-slp-vectorize avoids it; GCC 13 and clang are right). Here it cannot see both conversions at once.
[[nodiscard]] inline float to_float(double x) noexcept {
  float y = static_cast<float>(x);
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#if defined(__SSE__)
  __asm__("" : "+x"(y));
#else
  __asm__("" : "+m"(y));
#endif
#endif
  return y;
}

}  // namespace paragon
