// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <paragon/pareto/eigen.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <paragon/pareto/indicators.hpp>

#include "brute_force.hpp"

using namespace paragon::pareto;
using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

namespace {

template <class Matrix>
Matrix matrix_of(const paragon_test::table<double>& set) {
  Matrix result(static_cast<Eigen::Index>(set.size()), static_cast<Eigen::Index>(set[0].size()));
  for (Eigen::Index i = 0; i < result.rows(); ++i) {
    for (Eigen::Index k = 0; k < result.cols(); ++k) {
      result(i, k) = set[static_cast<std::size_t>(i)][static_cast<std::size_t>(k)];
    }
  }
  return result;
}

template <class Source>
points<double> view_of(const Source& source) {
  static_assert(std::is_same_v<decltype(point_access<Source>::get(source)), points<double>>, "no copy");
  return point_access<Source>::get(source);
}

}  // namespace

static_assert(point_set<Eigen::MatrixXd> && point_set<Eigen::ArrayXXf> && point_set<Eigen::Map<const row_major>>);
static_assert(point_set<Eigen::Matrix<int, Eigen::Dynamic, 2>>);
static_assert(!point_set<Eigen::MatrixXcd>);

TEST_CASE("pareto: eigen matrices of both orders are viewed, not copied") {
  const auto set = paragon_test::random_points<double>(paragon_test::kind::cube, 200, 3, 9);
  const auto a = matrix_of<Eigen::MatrixXd>(set);
  const auto b = matrix_of<row_major>(set);
  CHECK(view_of(a).data() == a.data());
  CHECK(view_of(a).row_stride() == 1);
  CHECK(view_of(b).data() == b.data());
  CHECK(view_of(b).column_stride() == 1);
  CHECK(&view_of(a)(7, 2) == &a(7, 2));
  CHECK(&view_of(b)(7, 2) == &b(7, 2));

  const Eigen::Map<const row_major> mapped(b.data(), b.rows(), b.cols());
  CHECK(&view_of(mapped)(7, 2) == &b(7, 2));
  const auto part = a.rightCols(2);
  CHECK(&view_of(part)(7, 1) == &a(7, 2));
  const Eigen::MatrixXd flipped = a.transpose();
  const auto back = flipped.transpose();
  CHECK(&view_of(back)(7, 2) == &flipped(2, 7));

  const auto expected = filter(set);
  CHECK(filter(a) == expected);
  CHECK(filter(b) == expected);
  CHECK(filter(mapped) == expected);
  CHECK(filter(back) == expected);
  CHECK(filter(a.array()) == expected);
  const Eigen::VectorXd reference = Eigen::VectorXd::Constant(3, 1.1);
  CHECK(hypervolume(a, reference).value == hypervolume(set, {1.1, 1.1, 1.1}).value);
  CHECK(igd_plus(a, set) == igd_plus(set, b));
}

TEST_CASE("pareto: eigen expressions without memory are evaluated once") {
  const auto set = paragon_test::random_points<double>(paragon_test::kind::cube, 50, 4, 9);
  const auto a = matrix_of<Eigen::MatrixXd>(set);
  CHECK(filter(2.0 * a) == filter(set));
  CHECK(filter((a + a).eval()) == filter(a + a));
}
