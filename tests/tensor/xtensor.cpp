// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/tensor/xtensor.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xtensor.hpp>

using paragon::shape;
using paragon::tensor;

TEST_CASE("tensor: an xtensor view shares the memory of the tensor") {
  tensor<double> t(shape{2, 3}, {1, 2, 3, 4, 5, 6});
  auto view = paragon::as_xtensor<2>(t);
  CHECK(view.data() == t.data());
  CHECK(view(1, 0) == 4);
  view(0, 2) = -3;
  CHECK(t[2] == -3);
  xt::noalias(view) = view * 2.0;
  CHECK(view.data() == t.data());
  CHECK(t.to_vector() == std::vector<double>{2, 4, -6, 8, 10, 12});

  const tensor<double>& fixed = t;
  const auto fixed_view = paragon::as_xtensor<2>(fixed);
  CHECK(fixed_view.data() == t.data());
  static_assert(!std::is_assignable_v<decltype(fixed_view(0, 0)), double>);
}

TEST_CASE("tensor: an xtensor view of another number of axes is an error") {
  tensor<double> t(shape{2, 3});
  CHECK_THROWS_WITH_AS((void)paragon::as_xtensor<3>(t), "as_xtensor: a tensor of shape (2, 3); expected 3 axes",
                       paragon::error);
}

TEST_CASE("tensor: an xtensor expression becomes a tensor") {
  const xt::xtensor<float, 3> a = xt::ones<float>({2, 1, 3});
  const tensor<float> sum = paragon::from_xtensor(a + 1.0F);
  CHECK(sum.shape() == shape{2, 1, 3});
  CHECK(sum.to_vector() == std::vector<float>(6, 2.0F));

  const xt::xarray<double> b = {{1.0, 2.0}, {3.0, 4.0}};
  CHECK(paragon::from_xtensor(xt::transpose(b)).to_vector() == std::vector<double>{1, 3, 2, 4});

  xt::xarray<double> scalar = 3.0;
  CHECK(paragon::from_xtensor(scalar).shape() == shape{});
  CHECK(paragon::from_xtensor(scalar)[0] == 3.0);

  const xt::xarray<double> deep = xt::ones<double>({1, 1, 1, 1, 1});
  CHECK_THROWS_WITH_AS((void)paragon::from_xtensor(deep), "from_xtensor: 5 axes; expected at most 4", paragon::error);
}
