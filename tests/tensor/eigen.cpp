// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/tensor/eigen.hpp>

using paragon::shape;
using paragon::tensor;

TEST_CASE("tensor: an Eigen view shares the memory of the tensor") {
  tensor<double> t(shape{2, 3}, {1, 2, 3, 4, 5, 6});
  auto view = paragon::as_eigen(t);
  CHECK(view.data() == t.data());
  CHECK(view.rows() == 2);
  CHECK(view.cols() == 3);
  CHECK(view(1, 0) == 4);
  view(0, 2) = -3;
  CHECK(t[2] == -3);

  const tensor<double>& fixed = t;
  CHECK(paragon::as_eigen(fixed).data() == t.data());
  static_assert(!std::is_assignable_v<decltype(paragon::as_eigen(fixed)(0, 0)), double>);
}

TEST_CASE("tensor: an Eigen view of four axes has the last as its row") {
  const tensor<float> t(shape{2, 3, 4, 5});
  CHECK(paragon::as_eigen(t).rows() == 24);
  CHECK(paragon::as_eigen(t).cols() == 5);
  const tensor<float> one(shape{});
  CHECK(paragon::as_eigen(one).size() == 1);
}

TEST_CASE("tensor: an Eigen expression is assigned into a tensor and copied into a new one") {
  const tensor<double> a(shape{2, 2}, {1, 2, 3, 4});
  const tensor<double> b(shape{3, 2}, {1, 0, 0, 1, 1, 1});
  tensor<double> c(shape{2, 3});
  const double* before = c.data();
  paragon::as_eigen(c) = paragon::as_eigen(a) * paragon::as_eigen(b).transpose();
  CHECK(c.data() == before);
  CHECK(c.to_vector() == std::vector<double>{1, 2, 3, 3, 4, 7});

  CHECK(paragon::from_eigen(paragon::as_eigen(a) * paragon::as_eigen(b).transpose()).to_vector() == c.to_vector());
  CHECK(paragon::from_eigen(paragon::as_eigen(a).array() + 1.0).to_vector() == std::vector<double>{2, 3, 4, 5});

  Eigen::MatrixXf column_major(2, 3);
  column_major << 1, 2, 3, 4, 5, 6;
  const tensor<float> rows = paragon::from_eigen(column_major);
  CHECK(rows.shape() == shape{2, 3});
  CHECK(rows.to_vector() == std::vector<float>{1, 2, 3, 4, 5, 6});

  CHECK(paragon::from_eigen(Eigen::Vector3d(1, 2, 3)).shape() == shape{3});
  CHECK(paragon::from_eigen(Eigen::RowVector3d(1, 2, 3)).shape() == shape{3});
}
