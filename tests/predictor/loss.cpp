// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/predictor/loss.hpp>

using namespace paragon;

namespace {

/// The smallest model: the mean of the difference.
struct difference {
  template <class C>
  autodiff::variable<C> operator()(autodiff::variable<C> prediction, autodiff::variable<C> target) const {
    return autodiff::mean(prediction - target);
  }
};
static_assert(predictor::loss<difference> && predictor::loss<predictor::mean_squared_error, double>);
static_assert(predictor::loss<predictor::huber_loss> && predictor::loss<predictor::relative_squared_error>);

struct returns_number {
  template <class C>
  float operator()(autodiff::variable<C>, autodiff::variable<C>) const {
    return 0;
  }
};
struct without_target {
  template <class C>
  autodiff::variable<C> operator()(autodiff::variable<C> prediction) const {
    return prediction;
  }
};
static_assert(!predictor::loss<returns_number> && !predictor::loss<without_target>);

const std::vector<double> predictions{1, -2, 0.5, 7, 3};
const std::vector<double> targets{1.5, 2, 0.25, -3, 3.01};

/// The mean of f(prediction, target), and the gradient check at points away from the kinks.
template <class Loss, class F>
void check(const Loss& loss, F f) {
  tensor<double> y({5, 1}, predictions);
  tensor<double> z({5, 1}, targets);
  autodiff::evaluation<double> context;
  const auto value = loss(context.constant(y), context.constant(z));
  CHECK(value.shape() == shape{1});
  double expected = 0;
  for (std::size_t i = 0; i < 5; ++i) expected += f(predictions[i], targets[i]) / 5;
  CHECK(*value.data() == doctest::Approx(expected).epsilon(1e-12));
  CHECK(autodiff::gradient_error([&](auto&, const auto& x) { return loss(x[0], x[1]); }, {y, z}) < 1e-8);
}

}  // namespace

TEST_CASE("predictor: losses are the means that their formulas say, with their gradients") {
  check(predictor::mean_squared_error{}, [](double y, double z) { return (y - z) * (y - z); });
  for (const double delta : {0.3, 1.0, 100.0}) {
    check(predictor::huber_loss{.delta = delta}, [delta](double y, double z) {
      const double d = std::abs(y - z);
      return d <= delta ? d * d / 2 : delta * (d - delta / 2);
    });
  }
  check(predictor::relative_squared_error{.floor = 0.1},
        [](double y, double z) { return std::pow((y - z) / (std::abs(z) + 0.1), 2); });
}
