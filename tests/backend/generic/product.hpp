// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "support.hpp"

namespace paragon_test::backend_tests {

struct product_size {
  std::size_t m, n, k;
};

struct stored_matrix {
  std::size_t rows, columns, stride;
  [[nodiscard]] std::size_t size() const { return rows * stride; }
};

inline stored_matrix stored(transposed t, std::size_t rows, std::size_t columns, std::size_t padding) {
  return t == transposed::no ? stored_matrix{rows, columns, columns + padding}
                             : stored_matrix{columns, rows, rows + padding};
}

/// C = alpha op(A) op(B) + beta C, and in `magnitude` the same sum of absolute values.
template <class T>
void plain_product(transposed ta, transposed tb, product_size s, double alpha, const T* a, std::size_t lda, const T* b,
                   std::size_t ldb, double beta, std::vector<double>& c, std::vector<double>& magnitude,
                   std::size_t ldc, std::size_t at) {
  for (std::size_t i = 0; i < s.m; ++i) {
    for (std::size_t j = 0; j < s.n; ++j) {
      double sum = 0;
      double size = 0;
      for (std::size_t p = 0; p < s.k; ++p) {
        const double x = static_cast<double>(ta == transposed::no ? a[i * lda + p] : a[p * lda + i]);
        const double y = static_cast<double>(tb == transposed::no ? b[p * ldb + j] : b[j * ldb + p]);
        sum += x * y;
        size += std::abs(x * y);
      }
      double& out = c[at + i * ldc + j];
      magnitude[at + i * ldc + j] = std::abs(alpha) * size + (beta == 0 ? 0 : std::abs(beta * out));
      out = alpha * sum + (beta == 0 ? 0 : beta * out);
    }
  }
}

/// `count` products; the matrices of a factor coincide where its flag says so. Padding between rows must stay as it is.
template <class B, class T>
void one_product(std::uint64_t seed, std::size_t count, transposed ta, transposed tb, product_size s,
                 std::size_t padding, double beta, bool exact, bool same_a = false, bool same_b = false,
                 bool batched = false) {
  INFO("seed " << seed << ", count " << count << ", m " << s.m << ", n " << s.n << ", k " << s.k << ", A "
               << (ta == transposed::yes ? "transposed" : "as is") << ", B "
               << (tb == transposed::yes ? "transposed" : "as is") << ", padding " << padding << ", beta " << beta);
  const auto A = stored(ta, s.m, s.k, padding);
  const auto Bm = stored(tb, s.k, s.n, padding);
  const auto C = stored(transposed::no, s.m, s.n, padding);
  const auto values = [&](std::size_t n, std::uint32_t stream) {
    return exact ? integers<T>(n, seed, stream, 4) : normals<T>(n, seed, stream);
  };
  const auto a = values(A.size() * (same_a ? 1 : count), 1);
  const auto b = values(Bm.size() * (same_b ? 1 : count), 2);
  auto c = values(C.size() * count, 3);
  if (beta == 0) {
    for (std::size_t i = 0; i < c.size(); ++i) {
      if (i % C.stride < C.columns) c[i] = std::numeric_limits<T>::quiet_NaN();
    }
  }
  const double alpha = 2;
  std::vector<double> want = to_doubles(c);
  std::vector<double> bound(c.size(), 0.0);
  for (std::size_t i = 0; i < count; ++i) {
    plain_product(ta, tb, s, alpha, a.data() + (same_a ? 0 : i * A.size()), A.stride,
                  b.data() + (same_b ? 0 : i * Bm.size()), Bm.stride, beta, want, bound, C.stride, i * C.size());
  }
  for (double& x : bound) x *= exact ? 0.0 : unit<T> * (static_cast<double>(s.k) + 4.0);

  const auto on_a = upload<B>(a);
  const auto on_b = upload<B>(b);
  auto on_c = upload<B>(c);
  if (batched) {
    B::gemm_batched(count, ta, tb, s.m, s.n, s.k, T(alpha), on_a.data(), A.stride, same_a ? 0 : A.size(), on_b.data(),
                    Bm.stride, same_b ? 0 : Bm.size(), T(beta), on_c.data(), C.stride, C.size());
  } else {
    B::gemm(ta, tb, s.m, s.n, s.k, T(alpha), on_a.data(), A.stride, on_b.data(), Bm.stride, T(beta), on_c.data(),
            C.stride);
  }
  check_within(on_c.to_vector(), want, bound);
}

template <class B, class T>
void products() {
  const std::vector<product_size> sizes = {
      {0, 4, 4},   {4, 0, 4},     {4, 4, 0},    {1, 1, 1},   {1, 64, 64}, {64, 1, 64}, {3, 5, 7},     {4, 4, 4},
      {9, 9, 100}, {13, 100, 31}, {33, 65, 17}, {30, 40, 1}, {2, 3, 5},   {7, 1, 1},   {257, 31, 65}, {600, 40, 30}};
  std::uint64_t seed = 0;
  for (const auto s : sizes) {
    for (const auto ta : {transposed::no, transposed::yes}) {
      for (const auto tb : {transposed::no, transposed::yes}) {
        for (const std::size_t padding : {std::size_t{0}, std::size_t{3}}) {
          for (const double beta : {0.0, 1.0, -0.5}) one_product<B, T>(++seed, 1, ta, tb, s, padding, beta, true);
        }
        one_product<B, T>(++seed, 1, ta, tb, s, 0, -0.5, false);
      }
    }
  }
}

template <class B, class T>
void batched_products() {
  const std::vector<product_size> sizes = {{0, 2, 2}, {2, 2, 0}, {1, 1, 1}, {9, 9, 5}, {3, 50, 30}, {30, 41, 22}};
  std::uint64_t seed = 1000;
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{40}}) {
    for (const auto s : sizes) {
      for (const auto ta : {transposed::no, transposed::yes}) {
        for (const auto tb : {transposed::no, transposed::yes}) {
          for (const double beta : {0.0, 1.0}) {
            one_product<B, T>(++seed, count, ta, tb, s, 2, beta, true, false, false, true);
            one_product<B, T>(++seed, count, ta, tb, s, 0, beta, true, true, false, true);
            one_product<B, T>(++seed, count, ta, tb, s, 1, beta, true, false, true, true);
          }
          one_product<B, T>(++seed, count, ta, tb, s, 0, 1.0, false, false, true, true);
        }
      }
    }
  }
}

}  // namespace paragon_test::backend_tests
