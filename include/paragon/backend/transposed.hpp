// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::backend {

/// Whether a factor of a matrix product is read as stored or transposed.
enum class transposed : bool { no, yes };

}  // namespace paragon::backend
