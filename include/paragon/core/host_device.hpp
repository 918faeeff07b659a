// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "compiler_flags.hpp"

/// Marks a function that also compiles for a GPU; empty outside CUDA sources.
#if defined(__CUDACC__)
#define PARAGON_HOST_DEVICE __host__ __device__
#else
#define PARAGON_HOST_DEVICE
#endif
