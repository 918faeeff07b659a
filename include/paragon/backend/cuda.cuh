// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#if !defined(__CUDACC__)
#error "paragon/backend/cuda.cuh needs a CUDA compiler; name the source file .cu"
#endif

#include "cuda/gather.cuh"
#include "cuda/layer_norm.cuh"
#include "cuda/map.cuh"
#include "cuda/memory.cuh"
#include "cuda/optimise.cuh"
#include "cuda/product.cuh"
#include "cuda/reduce.cuh"
#include "cuda/softmax.cuh"
#include "cuda/threads.cuh"

namespace paragon::inline PARAGON_ISA::backend {

/// Kernels on the current CUDA device: cuBLAS for matrix products, own kernels for the rest.
///
/// All run on the default stream in the order of the calls and return at once; `copy_to_host` waits for them. No result
/// depends on timing: there are no atomic additions. Compile with `nvcc -std=c++20 --expt-relaxed-constexpr` and link
/// with cuBLAS; a program with these kernels also starts where there is no device, see `cuda::available()`.
struct cuda : cuda_kernels::memory,
              cuda_kernels::threads,
              cuda_kernels::product,
              cuda_kernels::map_kernels,
              cuda_kernels::reduce,
              cuda_kernels::softmax_kernels,
              cuda_kernels::layer_norm_kernels,
              cuda_kernels::gather_kernels,
              cuda_kernels::optimise {};

}  // namespace paragon::backend
