// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/core/error.hpp>
#include <paragon/gradient/aggregate.hpp>
#include <paragon/gradient/min_norm.hpp>
#include <paragon/gradient/weigh.hpp>
#include <paragon/gradient/xtensor.hpp>
#include <vector>
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xview.hpp>

namespace gradient = paragon::gradient;

namespace {

struct address {
  const double** gram;
  double** weights;
  gradient::status operator()(gradient::gram_view g, std::span<double> w) const {
    *gram = g.entries().data();
    *weights = w.data();
    return gradient::min_norm{}(g, w);
  }
};

}  // namespace

TEST_CASE("gradient: xtensor containers, adaptors, views and expressions") {
  const xt::xtensor<double, 2> jacobian{{-4, 1, 1}, {6, 1, 1}};
  const xt::xarray<float> dynamic = xt::cast<float>(jacobian);
  const std::vector<double> expected{18, -22, -22, 38};
  CHECK(gradient::gram(jacobian) == expected);
  CHECK(gradient::gram(dynamic) == expected);
  const xt::xtensor<double, 2, xt::layout_type::column_major> column_major = jacobian;
  CHECK(gradient::gram(column_major) == expected);
  std::vector<double> plain{-4, 1, 1, 6, 1, 1};
  CHECK(gradient::gram(xt::adapt(plain, std::vector<std::size_t>{2, 3})) == expected);
  xt::xtensor<double, 2> larger = xt::ones<double>({5, 6}) * 9.0;
  xt::view(larger, xt::range(1, 3), xt::range(2, 5)) = jacobian;
  CHECK(gradient::gram(xt::view(larger, xt::range(1, 3), xt::range(2, 5))) == expected);
  CHECK(gradient::gram(jacobian * 1.0 + 0.0) == expected);
}

TEST_CASE("gradient: an xtensor Gram matrix and weights are used in place") {
  const xt::xtensor<double, 2> gram{{18, -22}, {-22, 38}};
  xt::xtensor<double, 1> w = xt::zeros<double>({2});
  const double* seen_gram = nullptr;
  double* seen_weights = nullptr;
  gradient::weigh(address{&seen_gram, &seen_weights}, gram, w);
  CHECK(seen_gram == gram.data());
  CHECK(seen_weights == w.data());
  CHECK(w(0) == doctest::Approx(0.6).epsilon(1e-14));
}

TEST_CASE("gradient: aggregate into xtensor containers and views") {
  const xt::xtensor<double, 2> jacobian{{-4, 1, 1}, {6, 1, 1}};
  xt::xtensor<double, 1> d = xt::zeros<double>({3});
  gradient::aggregate(gradient::min_norm{}, jacobian, d);
  CHECK(d(1) == doctest::Approx(1).epsilon(1e-14));
  xt::xtensor<double, 2> target = xt::zeros<double>({2, 3});
  auto row = xt::view(target, 1, xt::all());
  gradient::aggregate(gradient::min_norm{}, jacobian * 1.0, row);
  CHECK(target(1, 2) == doctest::Approx(1).epsilon(1e-14));
  CHECK(target(0, 2) == 0);
  const xt::xtensor<double, 1> half{0.5, 0.5};
  gradient::combine(2.0 * half, jacobian, d);
  CHECK(d(2) == 2);
  CHECK_THROWS_AS((void)gradient::gram(xt::xarray<double>(xt::ones<double>({2, 2, 2}))), paragon::error);
}
