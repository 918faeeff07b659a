// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "../backend/image_kernels.hpp"
#include "../backend/math.hpp"
#include "context.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// Mean and variance of each column of a batch: arrays of [columns] in the backend's memory, valid as long as the
/// variables of the context.
template <class T>
struct batch_moments {
  const T* mean = nullptr;
  const T* variance = nullptr;  ///< of the batch itself: the sum of squares divided by `count`
  std::size_t count = 0;        ///< rows of the batch

  /// What `variance` is multiplied with for an unbiased estimate: count / (count - 1), or 1 for a single row.
  [[nodiscard]] T unbiased() const noexcept {
    return count > 1 ? static_cast<T>(static_cast<double>(count) / static_cast<double>(count - 1)) : T(1);
  }
};

namespace detail {

template <class T>
struct inverse_root {
  T epsilon;
  PARAGON_HOST_DEVICE T operator()(T variance) const noexcept { return T(1) / math::sqrt(variance + epsilon); }
};

/// The common part: gain and bias may be nullptr; `of_batch`: the statistics depend on x.
template <class C>
variable<C> normalise_columns(variable<C> x, const variable<C>* gain, const variable<C>* bias,
                              const typename C::value_type* mean, const typename C::value_type* scale, bool of_batch) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const std::size_t rows = x.rows();
  const std::size_t columns = x.columns();
  const bool affine = gain != nullptr;
  if (affine && (gain->size() != columns || bias->size() != columns)) {
    throw error(
        "autodiff::batch_norm",
        "gain " + to_string(gain->shape()) + " and bias " + to_string(bias->shape()) + " for " + to_string(x.shape()),
        std::to_string(columns) + " numbers each");
  }
  const variable<C> g = affine ? *gain : x;
  const variable<C> b = affine ? *bias : x;
  const auto y = x.context().result(x.shape(), x, g, b);
  const T* factor = affine ? g.data() : nullptr;
  B::batch_normalise(rows, columns, mean, scale, factor, affine ? static_cast<const T*>(b.data()) : nullptr,
                     static_cast<const T*>(x.data()), y.data());
  x.context().on_backward(y, [=](auto& pass) {
    T* dy = pass.adjoint(y);
    T* dgain = affine ? pass.adjoint(g) : nullptr;
    T* dbias = affine ? pass.adjoint(b) : nullptr;
    const T* in = x.data();
    T* sum = nullptr;
    T* inner = nullptr;
    if (dgain != nullptr || dbias != nullptr || (of_batch && x.needs_gradient())) {
      sum = pass.scratch(columns);
      inner = pass.scratch(columns);
      B::batch_normalise_sums(rows, columns, mean, scale, in, dy, sum, inner);
    }
    if (dgain != nullptr) B::map_add(identity{}, columns, dgain, static_cast<const T*>(inner));
    if (dbias != nullptr) B::map_add(identity{}, columns, dbias, static_cast<const T*>(sum));
    if (!x.needs_gradient()) return;
    B::batch_normalise_adjoint(rows, columns, mean, scale, factor, of_batch ? static_cast<const T*>(sum) : nullptr,
                               of_batch ? static_cast<const T*>(inner) : nullptr, in, dy);
    pass.give(y, x);
  });
  return y;
}

template <class C>
variable<C> batch_norm(variable<C> x, const variable<C>* gain, const variable<C>* bias, typename C::value_type epsilon,
                       batch_moments<typename C::value_type>* moments) {
  using T = typename C::value_type;
  if (x.rows() == 0) throw error("autodiff::batch_norm", "an empty batch", "at least one row");
  T* mean = x.context().scratch(x.columns());
  T* variance = x.context().scratch(x.columns());
  T* scale = x.context().scratch(x.columns());
  C::backend_type::batch_statistics(x.rows(), x.columns(), epsilon, static_cast<const T*>(x.data()), mean, variance,
                                    scale);
  if (moments != nullptr) *moments = {mean, variance, x.rows()};
  return normalise_columns(x, gain, bias, mean, scale, true);
}

template <class C>
variable<C> normalise_by(variable<C> x, const variable<C>* gain, const variable<C>* bias, variable<C> mean,
                         variable<C> variance, typename C::value_type epsilon) {
  using T = typename C::value_type;
  if (mean.size() != x.columns() || variance.size() != x.columns()) {
    throw error("autodiff::normalise_by",
                "mean " + to_string(mean.shape()) + " and variance " + to_string(variance.shape()) + " for " +
                    to_string(x.shape()),
                std::to_string(x.columns()) + " numbers each");
  }
  T* scale = x.context().scratch(x.columns());
  C::backend_type::map(inverse_root<T>{epsilon}, x.columns(), scale, static_cast<const T*>(variance.data()));
  return normalise_columns(x, gain, bias, static_cast<const T*>(mean.data()), static_cast<const T*>(scale), false);
}

}  // namespace detail

/// (x - mean) / sqrt(variance + epsilon) with the mean and variance (divided by rows) of each column of this batch.
///
/// Images [N, H, W, C] are N H W rows of C channels. The gradient goes through the statistics. A single row gives zeros.
/// Two passes over x, and backward two over x and the adjoint. Reference: Ioffe, Szegedy, ICML 2015, algorithm 1.
/// \param moments  receives the statistics, for running averages
/// \throws error for an empty batch
template <class C>
[[nodiscard]] variable<C> batch_norm(variable<C> x, typename C::value_type epsilon,
                                     batch_moments<typename C::value_type>* moments = nullptr) {
  static_assert(backend::require_image_kernels<typename C::backend_type, typename C::value_type>());
  return detail::batch_norm<C>(x, nullptr, nullptr, epsilon, moments);
}

/// The same times gain [C], plus bias [C], in the same passes.
/// \throws error where gain or bias have another size
template <class C>
[[nodiscard]] variable<C> batch_norm(variable<C> x, variable<C> gain, variable<C> bias, typename C::value_type epsilon,
                                     batch_moments<typename C::value_type>* moments = nullptr) {
  static_assert(backend::require_image_kernels<typename C::backend_type, typename C::value_type>());
  return detail::batch_norm(x, &gain, &bias, epsilon, moments);
}

/// (x - mean) / sqrt(variance + epsilon) with given statistics [C]: a network's inference. No gradient goes to them.
/// \throws error where the statistics have another size
template <class C>
[[nodiscard]] variable<C> normalise_by(variable<C> x, variable<C> mean, variable<C> variance,
                                       typename C::value_type epsilon) {
  static_assert(backend::require_image_kernels<typename C::backend_type, typename C::value_type>());
  return detail::normalise_by<C>(x, nullptr, nullptr, mean, variance, epsilon);
}

/// The same times gain [C], plus bias [C].
template <class C>
[[nodiscard]] variable<C> normalise_by(variable<C> x, variable<C> mean, variable<C> variance,
                                       typename C::value_type epsilon, variable<C> gain, variable<C> bias) {
  static_assert(backend::require_image_kernels<typename C::backend_type, typename C::value_type>());
  return detail::normalise_by(x, &gain, &bias, mean, variance, epsilon);
}

}  // namespace paragon::autodiff
