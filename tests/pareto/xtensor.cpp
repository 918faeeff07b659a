// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <paragon/pareto/xtensor.hpp>
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xview.hpp>

#include "brute_force.hpp"

using namespace paragon::pareto;

namespace {

template <class Source>
points<double> view_of(const Source& source) {
  static_assert(std::is_same_v<decltype(point_access<Source>::get(source)), points<double>>, "no copy");
  return point_access<Source>::get(source);
}

}  // namespace

static_assert(point_set<xt::xtensor<double, 2>> && point_set<xt::xarray<int>>);
static_assert(point_set<xt::xtensor_fixed<float, xt::xshape<4, 3>>>);

TEST_CASE("pareto: xtensor containers and views are viewed, not copied") {
  const auto set = paragon_test::random_points<double>(paragon_test::kind::cube, 200, 3, 9);
  xt::xtensor<double, 2> a({200, 3});
  xt::xtensor<double, 2, xt::layout_type::column_major> b({200, 3});
  for (std::size_t i = 0; i < 200; ++i) {
    for (std::size_t k = 0; k < 3; ++k) a(i, k) = b(i, k) = set[i][k];
  }
  const xt::xarray<double> c = a;
  CHECK(&view_of(a)(7, 2) == &a(7, 2));
  CHECK(&view_of(b)(7, 2) == &b(7, 2));
  CHECK(&view_of(c)(7, 2) == &c(7, 2));
  const auto part = xt::view(a, xt::range(5, 200, 3), xt::range(1, 3));
  CHECK(&view_of(part)(2, 1) == &a(11, 2));
  std::vector<double> memory(a.begin(), a.end());
  const auto adapted = xt::adapt(memory, std::array<std::size_t, 2>{200, 3});
  CHECK(&view_of(adapted)(7, 2) == &memory[23]);

  const auto expected = filter(set);
  CHECK(filter(a) == expected);
  CHECK(filter(b) == expected);
  CHECK(filter(c) == expected);
  CHECK(filter(adapted) == expected);
  const xt::xtensor<double, 1> reference{1.1, 1.1, 1.1};
  CHECK(hypervolume(b, reference).value == hypervolume(set, {1.1, 1.1, 1.1}).value);
}

TEST_CASE("pareto: xtensor expressions without memory are evaluated once, other dimensions refused") {
  const xt::xtensor<double, 2> a{{1, 1}, {0, 1}, {1, 0}, {1, 0}};
  CHECK(filter(a * 2.0) == std::vector<std::size_t>{1, 2});
  const xt::xtensor<double, 2> one_row{{1, 2, 3}};
  CHECK(filter(one_row) == std::vector<std::size_t>{0});
  const xt::xarray<double> cube = xt::xarray<double>::from_shape({2, 2, 2});
  CHECK_THROWS_AS((void)filter(cube), paragon::error);
}
