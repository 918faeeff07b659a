// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

// The tests that every backend passes. Each is a template over the backend and the element type, and compares with a
// plain calculation on the host: exactly where data are small integers, which sum without rounding, else within a
// bound on the rounding errors of any order of summation.

#include "generic/every_kernel.hpp"
#include "generic/gather.hpp"
#include "generic/map.hpp"
#include "generic/memory.hpp"
#include "generic/optimise.hpp"
#include "generic/product.hpp"
#include "generic/reduce.hpp"
#include "generic/rows.hpp"
