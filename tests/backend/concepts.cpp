// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/backend/concepts.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

#include <paragon/backend/cpu.hpp>

namespace {

namespace backend = paragon::backend;
using backend::transposed;
using std::size_t;

// The smallest models: each group of kernels alone, declared and never called.

struct only_memory {
  static void* allocate(size_t);
  static void deallocate(void*);
  static void copy(void*, const void*, size_t);
  static void copy_to_host(void*, const void*, size_t);
  static void copy_from_host(void*, const void*, size_t);
  static void zero(void*, size_t);
};

struct only_products {
  static void gemm(transposed, transposed, size_t, size_t, size_t, float, const float*, size_t, const float*, size_t,
                   float, float*, size_t);
  static void gemm_batched(size_t, transposed, transposed, size_t, size_t, size_t, float, const float*, size_t, size_t,
                           const float*, size_t, size_t, float, float*, size_t, size_t);
};

struct only_maps {
  template <class F, class... In>
  static void map(F, size_t, float*, const In*...);
  template <class F, class... In>
  static void map_add(F, size_t, float*, const In*...);
  template <class F>
  static void map_index(F, size_t, float*);
  template <class F>
  static void map_by_column(F, size_t, size_t, float*, const float*, const float*);
  template <class F>
  static void map_by_row(F, size_t, size_t, float*, const float*, const float*);
};

struct only_reductions {
  static void sum_all(size_t, float, const float*, float*);
  static void sum_rows(size_t, size_t, const float*, float*);
  static void sum_columns(size_t, size_t, const float*, float*);
  static void dot_columns(size_t, size_t, const float*, const float*, float*);
  static void row_norms(size_t, size_t, const float*, double*);
};

struct only_row_kernels {
  static void softmax(size_t, size_t, const float*, float*);
  static void softmax_adjoint(size_t, size_t, const float*, const float*, float*);
  static void log_softmax(size_t, size_t, const float*, float*);
  static void log_softmax_adjoint(size_t, size_t, const float*, const float*, float*);
  static void normalise(size_t, size_t, float, const float*, float*, float*);
  static void normalise_adjoint(size_t, size_t, const float*, const float*, const float*, float*);
};

struct only_gathers {
  static void gather(size_t, size_t, const float*, const std::uint32_t*, float*);
  static void scatter_add(size_t, size_t, const float*, const std::uint32_t*, float*);
  static void keep_equal(size_t, size_t, const std::uint32_t*, const std::uint32_t*, float*);
  static void copy_columns(size_t, size_t, const float*, size_t, float*, size_t);
  static void add_columns(size_t, size_t, const float*, size_t, float*, size_t);
};

struct only_optimisers {
  static void adam(backend::adam_step<float>, size_t, float*, const float*, float*, float*);
  static void sgd(backend::sgd_step<float>, size_t, float*, const float*, float*);
};

struct all : only_memory, only_products, only_maps, only_reductions, only_row_kernels, only_gathers, only_optimisers {};

static_assert(backend::has_memory<only_memory>);
static_assert(backend::has_products<only_products, float>);
static_assert(backend::has_maps<only_maps, float>);
static_assert(backend::has_reductions<only_reductions, float>);
static_assert(backend::has_row_kernels<only_row_kernels, float>);
static_assert(backend::has_gathers<only_gathers, float>);
static_assert(backend::has_optimisers<only_optimisers, float>);
static_assert(backend::kernels<all, float>);

// What lacks one kernel, or has it for another element type, is no model.

struct nothing {};

struct memory_of_one_type : only_memory {
  static float* allocate(size_t);
};

struct writes_to_constants : only_reductions {
  static void sum_all(size_t, float, float*, float*);
};

struct all_but_optimisers : only_memory, only_products, only_maps, only_reductions, only_row_kernels, only_gathers {};

static_assert(!backend::has_memory<nothing>);
static_assert(!backend::has_memory<memory_of_one_type>);
static_assert(!backend::has_products<nothing, float>);
static_assert(!backend::has_products<only_products, double>);
static_assert(!backend::has_maps<nothing, float>);
static_assert(!backend::has_maps<only_maps, double>);
static_assert(!backend::has_reductions<only_row_kernels, float>);
static_assert(!backend::has_reductions<writes_to_constants, float>);
static_assert(!backend::has_row_kernels<only_reductions, float>);
static_assert(!backend::has_gathers<only_gathers, double>);
static_assert(!backend::has_optimisers<only_optimisers, double>);
static_assert(!backend::kernels<all, double>);
static_assert(!backend::kernels<all_but_optimisers, float>);

}  // namespace

TEST_CASE("backend: the host models the concept for float and double") {
  CHECK(backend::kernels<backend::cpu, float>);
  CHECK(backend::kernels<backend::cpu, double>);
  CHECK(backend::kernels<all, float>);
  CHECK_FALSE(backend::kernels<all_but_optimisers, float>);
}
