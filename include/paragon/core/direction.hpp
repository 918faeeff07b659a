// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA {

/// Which way an objective improves. It travels with the objective; nobody negates by hand.
///
/// `ignore` marks a column that is carried along but never compared.
enum class direction { minimise, maximise, ignore };

}  // namespace paragon
