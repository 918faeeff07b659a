// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <Eigen/Core>

#include <cstddef>
#include <type_traits>

#include "shape.hpp"
#include "tensor.hpp"

namespace paragon::inline PARAGON_ISA {

/// A row-major Eigen matrix over the memory of a tensor: its last axis is the row, all others are the rows.
template <class T>
using eigen_view = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, Eigen::Aligned64>;
template <class T>
using eigen_const_view =
    Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, Eigen::Aligned64>;

/// The tensor as an Eigen matrix of `rows()` x `columns()`, without a copy. The view must not outlive the tensor.
///
/// \code
/// paragon::as_eigen(c) = paragon::as_eigen(a) * paragon::as_eigen(b).transpose();
/// \endcode
template <class T>
[[nodiscard]] eigen_view<T> as_eigen(tensor<T>& t) {
  return {t.data(), static_cast<Eigen::Index>(t.rows()), static_cast<Eigen::Index>(t.columns())};
}
template <class T>
[[nodiscard]] eigen_const_view<T> as_eigen(const tensor<T>& t) {
  return {t.data(), static_cast<Eigen::Index>(t.rows()), static_cast<Eigen::Index>(t.columns())};
}
template <class T>
void as_eigen(const tensor<T>&&) = delete;

/// A tensor with the values of an Eigen expression, evaluated straight into its memory.
///
/// A type that is a vector at compile time gives one axis, every other type two.
template <class Derived>
[[nodiscard]] tensor<typename Derived::Scalar> from_eigen(const Eigen::DenseBase<Derived>& expression) {
  using scalar = typename Derived::Scalar;
  const auto rows = static_cast<std::size_t>(expression.rows());
  const auto columns = static_cast<std::size_t>(expression.cols());
  tensor<scalar> out(shape{rows, columns});
  Eigen::Map<Eigen::Array<scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, Eigen::Aligned64> view(
      out.data(), expression.rows(), expression.cols());
  if constexpr (std::is_base_of_v<Eigen::ArrayBase<Derived>, Derived>) {
    view = expression.derived();
  } else {
    view.matrix().noalias() = expression.derived();
  }
  if constexpr (Derived::IsVectorAtCompileTime) out.reshape(shape{rows * columns});
  return out;
}

}  // namespace paragon
