// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "context.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// Rows of a table [n, columns] by number: the embedding. `index` is host memory and is copied; shape {rows, columns}.
/// \throws error where an index is not below n
template <class C>
[[nodiscard]] variable<C> gather(variable<C> table, std::span<const std::uint32_t> index) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const std::size_t rows = index.size();
  const std::size_t columns = table.columns();
  for (std::size_t r = 0; r < rows; ++r) {
    if (index[r] >= table.rows()) {
      throw error("autodiff::gather", "index " + std::to_string(index[r]) + " at position " + std::to_string(r),
                  "below " + std::to_string(table.rows()));
    }
  }
  auto* kept = table.context().template scratch<std::uint32_t>(rows);
  B::copy_from_host(kept, index.data(), sizeof(std::uint32_t) * rows);
  const auto y = table.context().result({rows, columns}, table);
  B::gather(rows, columns, static_cast<const T*>(table.data()), kept, y.data());
  table.context().on_backward(y, [table, y, kept, rows, columns](auto& pass) {
    pass.add_scatter(table, rows, columns, pass.adjoint(y), kept);
  });
  return y;
}

/// Row r / times of x at row r: each row `times` times in turn; shape {rows * times, columns}.
template <class C>
[[nodiscard]] variable<C> repeat_rows(variable<C> x, std::size_t times) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const std::size_t rows = x.rows();
  const std::size_t columns = x.columns();
  const auto y = x.context().result({rows * times, columns}, x);
  for (std::size_t t = 0; t < times; ++t) {
    B::copy_columns(rows, columns, static_cast<const T*>(x.data()), columns, y.data() + t * columns, times * columns);
  }
  x.context().on_backward(y, [x, y, rows, columns, times](auto& pass) {
    if (T* dx = pass.adjoint(x)) {
      const T* dy = pass.adjoint(y);
      for (std::size_t t = 0; t < times; ++t) {
        B::add_columns(rows, columns, dy + t * columns, times * columns, dx, columns);
      }
    }
  });
  return y;
}

}  // namespace paragon::autodiff
