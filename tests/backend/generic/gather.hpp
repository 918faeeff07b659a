// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "support.hpp"

namespace paragon_test::backend_tests {

template <class B, class T>
void gathers() {
  for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{0, 3}, {3, 0}, {1, 1}, {50, 7}, {700, 300}}) {
    const std::size_t entries = 23;
    INFO("seed 41, " << rows << " x " << columns);
    const auto table = normals<T>(entries * columns, 41, 1);
    const auto x = normals<T>(rows * columns, 41, 2);
    const auto index = indices(rows, 41, entries);
    std::vector<T> picked(rows * columns);
    std::vector<T> added = table;
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        picked[r * columns + c] = table[index[r] * columns + c];
        added[index[r] * columns + c] += x[r * columns + c];
      }
    }
    auto on_table = upload<B>(table);
    const auto on_x = upload<B>(x);
    const auto on_index = upload<B>(index);
    auto out = upload<B>(std::vector<T>(x.size(), T(9)));
    B::gather(rows, columns, on_table.data(), on_index.data(), out.data());
    check_equal(out.to_vector(), picked);
    B::scatter_add(rows, columns, on_x.data(), on_index.data(), on_table.data());
    check_equal(on_table.to_vector(), added);
  }
}

template <class B, class T>
void masks() {
  for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{0, 3}, {3, 0}, {1, 1}, {50, 7}, {70, 90}}) {
    INFO("seed 42, " << rows << " x " << columns);
    const auto x = normals<T>(rows * columns, 42, 1);
    const auto row_index = indices(rows, 42, 3);
    const auto column_index = indices(columns, 43, 3);
    std::vector<T> want = x;
    for (std::size_t i = 0; i < want.size(); ++i) {
      if (row_index[i / columns] != column_index[i % columns]) want[i] = T(0);
    }
    auto matrix = upload<B>(x);
    const auto on_row = upload<B>(row_index);
    const auto on_column = upload<B>(column_index);
    B::keep_equal(rows, columns, on_row.data(), on_column.data(), matrix.data());
    check_equal(matrix.to_vector(), want);
  }
}

template <class B, class T>
void blocks_of_columns() {
  for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{0, 3}, {3, 0}, {1, 1}, {5, 4}, {300, 120}}) {
    INFO("seed 44, " << rows << " x " << columns);
    const std::size_t from_stride = columns + 3;
    const std::size_t to_stride = columns + 5;
    const auto from = normals<T>(rows * from_stride, 44, 1);
    const auto to = normals<T>(rows * to_stride, 44, 2);
    auto copied = to;
    auto added = to;
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        copied[r * to_stride + c] = from[r * from_stride + c];
        added[r * to_stride + c] += from[r * from_stride + c];
      }
    }
    const auto on_from = upload<B>(from);
    auto on_to = upload<B>(to);
    B::copy_columns(rows, columns, on_from.data(), from_stride, on_to.data(), to_stride);
    check_equal(on_to.to_vector(), copied);
    on_to.assign(to);
    B::add_columns(rows, columns, on_from.data(), from_stride, on_to.data(), to_stride);
    check_equal(on_to.to_vector(), added);
  }
}

}  // namespace paragon_test::backend_tests
