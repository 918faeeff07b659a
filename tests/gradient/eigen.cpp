// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <Eigen/Dense>
#include <paragon/gradient/aggregate.hpp>
#include <paragon/gradient/eigen.hpp>
#include <paragon/gradient/min_norm.hpp>
#include <paragon/gradient/weigh.hpp>
#include <vector>

namespace gradient = paragon::gradient;

namespace {

/// A weighting that remembers where its Gram matrix and its weights lay.
struct address {
  const double** gram;
  double** weights;
  gradient::status operator()(gradient::gram_view g, std::span<double> w) const {
    *gram = g.entries().data();
    *weights = w.data();
    return gradient::min_norm{}(g, w);
  }
};

Eigen::MatrixXd conflicting() { return (Eigen::MatrixXd(2, 3) << -4, 1, 1, 6, 1, 1).finished(); }

template <class T>
Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> products() {
  const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> jacobian = conflicting().cast<T>();
  return jacobian.lazyProduct(jacobian.transpose());
}

}  // namespace

TEST_CASE("gradient: Eigen matrices of both orders, blocks, maps and products") {
  const Eigen::MatrixXd column_major = conflicting();
  const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> row_major = column_major.cast<float>();
  const std::vector<double> expected{18, -22, -22, 38};
  CHECK(gradient::gram(column_major) == expected);
  CHECK(gradient::gram(row_major) == expected);
  Eigen::MatrixXd larger = Eigen::MatrixXd::Constant(5, 6, 9);
  larger.block(1, 2, 2, 3) = column_major;
  CHECK(gradient::gram(larger.block(1, 2, 2, 3)) == expected);
  CHECK(gradient::gram(Eigen::Map<const Eigen::MatrixXd>(column_major.data(), 2, 3)) == expected);
  CHECK(gradient::gram(Eigen::MatrixXd(column_major.transpose()).transpose()) == expected);
  CHECK(gradient::gram(column_major + Eigen::MatrixXd::Zero(2, 3)) == expected);
  CHECK(gradient::gram(Eigen::MatrixXd::Identity(2, 2).lazyProduct(column_major)) == expected);
}

TEST_CASE("gradient: an Eigen Gram matrix and an Eigen vector are used in place") {
  const Eigen::MatrixXd gram = products<double>();
  Eigen::VectorXd w(2);
  const double* seen_gram = nullptr;
  double* seen_weights = nullptr;
  const auto s = gradient::weigh(address{&seen_gram, &seen_weights}, gram, w);
  CHECK(s.converged);
  CHECK(seen_gram == gram.data());
  CHECK(seen_weights == w.data());
  CHECK(w(0) == doctest::Approx(0.6).epsilon(1e-14));
  Eigen::RowVectorXf single(2);
  gradient::weigh(gradient::min_norm{}, products<float>() * 1.0F, single);
  CHECK(single(1) == doctest::Approx(0.4).epsilon(1e-6));
}

TEST_CASE("gradient: aggregate into Eigen vectors, segments and columns") {
  const Eigen::MatrixXd jacobian = conflicting();
  Eigen::VectorXd d(3);
  CHECK(gradient::aggregate(gradient::min_norm{}, jacobian, d).converged);
  CHECK(d(1) == doctest::Approx(1).epsilon(1e-14));
  Eigen::MatrixXd target = Eigen::MatrixXd::Zero(2, 3);
  gradient::aggregate(gradient::min_norm{}, jacobian, target.row(1));
  CHECK(target(1, 2) == doctest::Approx(1).epsilon(1e-14));
  CHECK(target.row(0).isZero());
  const Eigen::Vector2d w(0.5, 0.5);
  gradient::combine(w, jacobian, d);
  CHECK(d == Eigen::Vector3d(1, 1, 1));
  gradient::combine(2 * w, jacobian, d);
  CHECK(d == Eigen::Vector3d(2, 2, 2));
}
