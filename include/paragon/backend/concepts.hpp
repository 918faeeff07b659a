// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "functions.hpp"
#include "optimiser_steps.hpp"
#include "transposed.hpp"

namespace paragon::inline PARAGON_ISA::backend {

namespace detail {

struct left_operand {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T left, T) const noexcept {
    return left;
  }
};

struct element_number {
  PARAGON_HOST_DEVICE constexpr float operator()(std::size_t i) const noexcept { return static_cast<float>(i); }
};

}  // namespace detail

/// Memory that a backend's kernels can reach.
///
/// `allocate` returns at least 64-byte aligned memory; `copy` stays within the backend, the other two cross to the host.
template <class B>
concept has_memory = requires(void* to, const void* from, std::size_t bytes) {
  { B::allocate(bytes) } -> std::same_as<void*>;
  B::deallocate(to);
  B::copy(to, from, bytes);
  B::copy_to_host(to, from, bytes);
  B::copy_from_host(to, from, bytes);
  B::zero(to, bytes);
};

/// Matrix products: C = alpha op(A) op(B) + beta C, row-major, one or many of a shape.
template <class B, class T>
concept has_products = requires(transposed t, std::size_t n, T s, const T* in, T* out) {
  B::gemm(t, t, n, n, n, s, in, n, in, n, s, out, n);
  B::gemm_batched(n, t, t, n, n, n, s, in, n, n, in, n, n, s, out, n, n);
};

/// Element-wise maps over functors, with and without adding to the output, of the element's number alone, and with one
/// operand broadcast.
template <class B, class T>
concept has_maps = requires(std::size_t n, const T* in, T* out) {
  B::map(functions::relu{}, n, out, in);
  B::map_add(functions::relu{}, n, out, in);
  B::map_index(detail::element_number{}, n, out);
  B::map(detail::left_operand{}, n, out, in, in);
  B::map_by_column(detail::left_operand{}, n, n, out, in, in);
  B::map_by_row(detail::left_operand{}, n, n, out, in, in);
};

/// Sums over everything, over rows and over columns, added to the output, formed so that a float loses no more than a few
/// roundings however many numbers there are; and `row_norms(rows, columns, x, out)`, which writes the Euclidean norm of
/// each row in double, right also where the squares leave the range of T.
template <class B, class T>
concept has_reductions = requires(std::size_t n, T s, const T* in, T* out, double* wide) {
  B::sum_all(n, s, in, out);
  B::sum_rows(n, n, in, out);
  B::sum_columns(n, n, in, out);
  B::dot_columns(n, n, in, in, out);
  B::row_norms(n, n, in, wide);
};

/// Softmax, log softmax and normalisation of rows, with their adjoints.
template <class B, class T>
concept has_row_kernels = requires(std::size_t n, T s, const T* in, T* out) {
  B::softmax(n, n, in, out);
  B::softmax_adjoint(n, n, in, in, out);
  B::log_softmax(n, n, in, out);
  B::log_softmax_adjoint(n, n, in, in, out);
  B::normalise(n, n, s, in, out, out);
  B::normalise_adjoint(n, n, in, in, in, out);
};

/// Rows picked from and added to a table, blocks of columns copied and added.
template <class B, class T>
concept has_gathers = requires(std::size_t n, const T* in, T* out, const std::uint32_t* index) {
  B::gather(n, n, in, index, out);
  B::scatter_add(n, n, in, index, out);
  B::keep_equal(n, n, index, index, out);
  B::copy_columns(n, n, in, n, out, n);
  B::add_columns(n, n, in, n, out, n);
};

/// Optimiser steps over flat arrays.
template <class B, class T>
concept has_optimisers = requires(std::size_t n, const T* in, T* out) {
  B::adam(adam_step<T>{}, n, out, in, out, out);
  B::sgd(sgd_step<T>{}, n, out, in, out);
};

/// All kernels that the tape and the layers call, for elements of type T.
///
/// Kernels are static functions over raw pointers into the backend's memory; sizes are in elements. They may run
/// asynchronously, in the order of the calls, as long as `copy_to_host` waits for them.
template <class B, class T>
concept kernels = has_memory<B> && has_products<B, T> && has_maps<B, T> && has_reductions<B, T> &&
                  has_row_kernels<B, T> && has_gathers<B, T> && has_optimisers<B, T>;

/// Names what B lacks of `kernels`: a failed assertion, in the compiler's first line of error.
template <class B, class T>
consteval bool require_kernels() {
  static_assert(has_memory<B>,
                "a backend needs the functions of has_memory: allocate, deallocate, copy, copy_to_host, "
                "copy_from_host, zero");
  static_assert(has_products<B, T>, "a backend needs the kernels of has_products: gemm, gemm_batched");
  static_assert(has_maps<B, T>,
                "a backend needs the kernels of has_maps: map, map_add, map_index, map_by_column, map_by_row");
  static_assert(has_reductions<B, T>,
                "a backend needs the kernels of has_reductions: sum_all, sum_rows, sum_columns, dot_columns");
  static_assert(has_row_kernels<B, T>,
                "a backend needs the kernels of has_row_kernels: softmax, log_softmax, normalise, and "
                "their adjoints");
  static_assert(has_gathers<B, T>,
                "a backend needs the kernels of has_gathers: gather, scatter_add, keep_equal, "
                "copy_columns, add_columns");
  static_assert(has_optimisers<B, T>, "a backend needs the kernels of has_optimisers: adam, sgd");
  return true;
}

}  // namespace paragon::backend
