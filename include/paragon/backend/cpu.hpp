// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "cpu/batch_norm.hpp"
#include "cpu/convolution.hpp"
#include "cpu/depthwise.hpp"
#include "cpu/gate.hpp"
#include "cpu/gather.hpp"
#include "cpu/label_losses.hpp"
#include "cpu/layer_norm.hpp"
#include "cpu/map.hpp"
#include "cpu/memory.hpp"
#include "cpu/optimise.hpp"
#include "cpu/pooling.hpp"
#include "cpu/product.hpp"
#include "cpu/reduce.hpp"
#include "cpu/softmax.hpp"
#include "cpu/threads.hpp"

namespace paragon::inline PARAGON_ISA::backend {

/// Kernels on the host: BLAS for matrix products, vectorised loops over the shared threads for the rest.
struct cpu : cpu_kernels::memory,
             cpu_kernels::threads,
             cpu_kernels::product,
             cpu_kernels::map_kernels,
             cpu_kernels::reduce,
             cpu_kernels::softmax_kernels,
             cpu_kernels::layer_norm_kernels,
             cpu_kernels::gather_kernels,
             cpu_kernels::optimise,
             cpu_kernels::convolution,
             cpu_kernels::batch_norm_kernels,
             cpu_kernels::pooling_kernels,
             cpu_kernels::depthwise_kernels,
             cpu_kernels::gate_kernels,
             cpu_kernels::label_loss_kernels {};

}  // namespace paragon::backend
