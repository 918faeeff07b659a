// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "map.hpp"
#include "support.hpp"

namespace paragon_test::backend_tests {

/// The results of every kernel, at sizes at which the work is cut into several blocks.
template <class B, class T>
std::vector<std::vector<T>> every_kernel() {
  const std::uint64_t seed = 61;
  const std::size_t rows = 1100;
  const std::size_t columns = 100;
  const std::size_t n = rows * columns;
  const auto x = upload<B>(normals<T>(n, seed, 1));
  const auto dy = upload<B>(normals<T>(n, seed, 2));
  const auto weights = upload<B>(normals<T>(columns * columns, seed, 3));
  const auto index = upload<B>(indices(rows, seed, 17));
  const auto other = upload<B>(indices(columns, seed, 17));
  const auto zeros = [](std::size_t size) { return tensor<T, B>(shape{size}); };
  std::vector<std::vector<T>> results;

  auto out = zeros(n);
  for (const auto ta : {transposed::no, transposed::yes}) {
    for (const auto tb : {transposed::no, transposed::yes}) {
      B::gemm(ta, tb, rows, columns, columns, T(1), x.data(), ta == transposed::no ? columns : rows, weights.data(),
              columns, T(0), out.data(), columns);
      results.push_back(out.to_vector());
      for (const std::size_t size : {std::size_t{10}, std::size_t{4}}) {
        B::gemm_batched(n / (size * size), ta, tb, size, size, size, T(1), x.data(), size, size * size, dy.data(), size,
                        size * size, T(0), out.data(), size, size * size);
        results.push_back(out.to_vector());
      }
    }
  }
  B::map(functions::tanh{}, n, out.data(), x.data());
  B::map_add(functions::exp{}, n, out.data(), dy.data());
  results.push_back(out.to_vector());
  B::map_index(drawn<T>{{.seed = seed}}, n, out.data());
  results.push_back(out.to_vector());
  B::map_by_column(difference{}, rows, columns, out.data(), x.data(), weights.data());
  results.push_back(out.to_vector());
  B::map_by_row(difference{}, rows, columns, out.data(), x.data(), weights.data());
  results.push_back(out.to_vector());

  auto sums = zeros(rows);
  B::sum_all(n, T(1), x.data(), sums.data());
  results.push_back(sums.to_vector());
  B::sum_rows(rows, columns, x.data(), sums.data());
  results.push_back(sums.to_vector());
  B::sum_columns(rows, columns, x.data(), sums.data());
  results.push_back(sums.to_vector());
  B::dot_columns(rows, columns, x.data(), dy.data(), sums.data());
  results.push_back(sums.to_vector());

  auto lengths = tensor<double, B>(shape{rows});
  B::row_norms(rows, columns, x.data(), lengths.data());
  const auto norms = lengths.to_vector();
  results.emplace_back(norms.begin(), norms.end());
  B::row_norms(1, n, x.data(), lengths.data());
  results.push_back({static_cast<T>(lengths.to_vector()[0])});

  auto adjoint = zeros(n);
  B::softmax(rows, columns, x.data(), out.data());
  results.push_back(out.to_vector());
  B::softmax_adjoint(rows, columns, out.data(), dy.data(), adjoint.data());
  results.push_back(adjoint.to_vector());
  B::log_softmax(rows, columns, x.data(), out.data());
  results.push_back(out.to_vector());
  B::log_softmax_adjoint(rows, columns, out.data(), dy.data(), adjoint.data());
  results.push_back(adjoint.to_vector());
  B::normalise(rows, columns, T(1e-5), x.data(), out.data(), sums.data());
  results.push_back(out.to_vector());
  results.push_back(sums.to_vector());
  B::normalise_adjoint(rows, columns, out.data(), sums.data(), dy.data(), adjoint.data());
  results.push_back(adjoint.to_vector());

  B::gather(rows, columns, weights.data(), index.data(), out.data());
  results.push_back(out.to_vector());
  B::keep_equal(rows, columns, index.data(), other.data(), out.data());
  results.push_back(out.to_vector());
  B::copy_columns(rows, columns / 2, x.data(), columns, out.data() + 3, columns);
  B::add_columns(rows, columns / 2, dy.data() + 5, columns, out.data(), columns);
  B::scatter_add(rows, columns, x.data(), index.data(), out.data());
  results.push_back(out.to_vector());

  auto mean = zeros(n);
  auto variance = zeros(n);
  auto parameter = x;
  const paragon::backend::adam_step<T> adam{T(0.01), T(0.1), T(0.001), T(1e-8), T(0.1), T(0.1), T(1.5), T(2)};
  for (int step = 0; step < 3; ++step) {
    B::adam(adam, n, parameter.data(), dy.data(), mean.data(), variance.data());
    B::sgd({T(0.01), T(0.9), T(0.1), true}, n, parameter.data(), dy.data(), mean.data());
  }
  results.push_back(parameter.to_vector());
  results.push_back(mean.to_vector());
  results.push_back(variance.to_vector());
  return results;
}

}  // namespace paragon_test::backend_tests
