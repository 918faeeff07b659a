// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// What the examples front_vector, front_eigen and front_xtensor do: the points are read where they lie. Counts the
/// bytes that the global operator new of this program hands out.
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/eigen.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/xtensor.hpp>
#include <type_traits>
#include <vector>
#include <xtensor/xtensor.hpp>

#include "../counting_new.hpp"

using namespace paragon::pareto;
using paragon_test::allocated_bytes;

namespace {

constexpr std::size_t n = 100'000;

double coordinate(std::size_t i, std::size_t k) { return paragon::random_key{.seed = 77}.uniform(3 * i + k); }

/// The view that the algorithms get is the source's own memory, and finding a front with few survivors takes less than
/// half of the memory of a copy, all allocations added up.
template <class Source>
void check_no_copy(const Source& source, const double* memory) {
  static_assert(std::is_same_v<decltype(point_access<Source>::get(source)), points<double>>);
  CHECK(point_access<Source>::get(source).data() == memory);
  const std::size_t before = allocated_bytes;
  const auto front =
      filter(source, {paragon::direction::minimise, paragon::direction::minimise, paragon::direction::maximise});
  const std::size_t used = allocated_bytes - before;
  CHECK(used >= front.size() * sizeof(std::size_t));  // the counter counts
  CHECK(front.size() < 500);
  CHECK(used < n * 3 * sizeof(double) / 2);
}

}  // namespace

TEST_CASE("pareto: vectors of arrays, Eigen matrices and xtensors are filtered without a copy") {
  std::vector<std::array<double, 3>> arrays(n);
  Eigen::MatrixX3d columns(static_cast<Eigen::Index>(n), 3);
  Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor> rows(static_cast<Eigen::Index>(n), 3);
  xt::xtensor<double, 2> tensor({n, 3});
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      const double x = coordinate(i, k);
      arrays[i][k] = tensor(i, k) = x;
      columns(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = x;
      rows(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = x;
    }
  }
  check_no_copy(arrays, arrays[0].data());
  check_no_copy(columns, columns.data());
  check_no_copy(rows, rows.data());
  check_no_copy(tensor, tensor.data());
}
