// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cstdint>
#include <paragon/tensor/tensor.hpp>
#include <utility>
#include <vector>

using paragon::shape;
using paragon::tensor;

TEST_CASE_TEMPLATE("tensor: elements are zero at first, aligned and row-major", T, float, double, std::uint8_t,
                   std::int64_t) {
  tensor<T> t(shape{3, 5});
  CHECK(t.size() == 15);
  CHECK(t.rows() == 3);
  CHECK(t.columns() == 5);
  CHECK(reinterpret_cast<std::uintptr_t>(t.data()) % 64 == 0);
  CHECK(t.to_vector() == std::vector<T>(15));
  t.row(1)[2] = T(7);
  CHECK(t[7] == T(7));
  CHECK(t.span()[7] == T(7));
  CHECK(std::as_const(t).row(1)[2] == T(7));
}

TEST_CASE("tensor: a default tensor is empty") {
  const tensor<float> t;
  CHECK(t.size() == 0);
  CHECK(t.data() == nullptr);
  CHECK(t.span().empty());
  CHECK(t.to_vector().empty());
  const tensor<float> copy = t;
  CHECK(copy.size() == 0);
}

TEST_CASE("tensor: a copy has its own elements and a move takes them") {
  tensor<double> a(shape{2, 2}, {1, 2, 3, 4});
  tensor<double> b = a;
  CHECK(b.data() != a.data());
  b[0] = 9;
  CHECK(a[0] == 1);
  const double* elements = a.data();
  tensor<double> c = std::move(a);
  CHECK(c.data() == elements);
  CHECK(c.shape() == shape{2, 2});
  CHECK(a.size() == 0);  // NOLINT(bugprone-use-after-move): what is left is specified
  a = c;
  CHECK(a.to_vector() == std::vector<double>{1, 2, 3, 4});
  a = tensor<double>(shape{1}, {5});
  CHECK(a.shape() == shape{1});
  swap(a, c);
  CHECK(a.size() == 4);
  CHECK(c[0] == 5);
}

TEST_CASE("tensor: the number of values must be that of the shape") {
  tensor<float> t(shape{2, 3});
  const std::vector<float> five(5);
  CHECK_THROWS_WITH_AS(t.assign(five), "tensor::assign: 5 values for shape (2, 3); expected 6", paragon::error);
  CHECK_THROWS_AS((tensor<float>(shape{2}, {1, 2, 3})), paragon::error);
}

TEST_CASE("tensor: reshape keeps the elements") {
  tensor<float> t(shape{2, 3}, {1, 2, 3, 4, 5, 6});
  const float* elements = t.data();
  t.reshape(shape{3, 2});
  CHECK(t.data() == elements);
  CHECK(t.row(2)[0] == 5);
  CHECK_THROWS_WITH_AS(t.reshape(shape{7}), "tensor::reshape: (3, 2) to (7); expected the same number of elements",
                       paragon::error);
}

TEST_CASE("tensor: without axes it is one number") {
  tensor<double> t(shape{}, {2.5});
  CHECK(t.size() == 1);
  CHECK(t[0] == 2.5);
}
