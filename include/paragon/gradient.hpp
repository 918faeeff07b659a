// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// \file
/// Multiple-gradient descent: everything but the adapters `gradient/eigen.hpp` and `gradient/xtensor.hpp`.

#include "gradient/aggregate.hpp"
#include "gradient/aligned_mtl.hpp"
#include "gradient/cagrad.hpp"
#include "gradient/combine.hpp"
#include "gradient/concepts.hpp"
#include "gradient/frank_wolfe.hpp"
#include "gradient/gram.hpp"
#include "gradient/gram_view.hpp"
#include "gradient/imtl_g.hpp"
#include "gradient/mean.hpp"
#include "gradient/min_norm.hpp"
#include "gradient/min_norm_pair.hpp"
#include "gradient/nash_mtl.hpp"
#include "gradient/normalised.hpp"
#include "gradient/pcgrad.hpp"
#include "gradient/published_frank_wolfe.hpp"
#include "gradient/status.hpp"
#include "gradient/sum.hpp"
#include "gradient/upgrad.hpp"
#include "gradient/views.hpp"
#include "gradient/weigh.hpp"
