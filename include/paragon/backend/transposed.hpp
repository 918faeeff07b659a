// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace paragon::backend {

/// Whether a factor of a matrix product is read as stored or transposed.
enum class transposed : bool { no, yes };

}  // namespace paragon::backend
