// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smallest models of the concepts of tensors, the tape, layers and training, as docs/concepts.md quotes them.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/autodiff/linear.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/backend/concepts.hpp>
#include <paragon/backend/cpu.hpp>
#include <paragon/backend/image_kernels.hpp>
#include <paragon/nn/layer.hpp>
#include <paragon/nn/optimiser.hpp>
#include <paragon/nn/schedule.hpp>
#include <paragon/predictor/loss.hpp>
#include <paragon/predictor/training.hpp>

namespace {

//! [kernels]
/// The host's kernels, and a count of what they allocate.
struct counting : paragon::backend::cpu {
  static inline std::size_t allocations = 0;
  static void* allocate(std::size_t bytes) {
    ++allocations;
    return cpu::allocate(bytes);
  }
};
static_assert(paragon::backend::kernels<counting, float>);
//! [kernels]

//! [image_kernels]
static_assert(paragon::backend::image_kernels<counting, float>);
//! [image_kernels]

//! [differentiable_function]
struct softplus {
  float operator()(float x) const { return std::log1p(std::exp(x)); }
  float slope(float x, float) const { return 1 / (1 + std::exp(-x)); }
};
static_assert(paragon::autodiff::differentiable_function<softplus, float>);
//! [differentiable_function]

//! [adjoint_rule]
/// y = x + noise: an operator of one's own. The lambda is its adjoint.
template <class C>
paragon::autodiff::variable<C> perturb(paragon::autodiff::variable<C> x, paragon::random_key key) {
  using T = typename C::value_type;
  const auto y = x.context().result(x.shape(), x);
  for (std::size_t i = 0; i < x.size(); ++i) y.data()[i] = x.data()[i] + static_cast<T>(key.normal(i));
  x.context().on_backward(y, [x, y](auto& pass) {
    if (T* dx = pass.adjoint(x)) {
      const T* dy = pass.adjoint(y);
      for (std::size_t i = 0; i < x.size(); ++i) dx[i] += dy[i];
    }
  });
  return y;
}
//! [adjoint_rule]

//! [layer]
struct gain {
  paragon::nn::slot factors;

  template <class C>
  auto operator()(const paragon::nn::bound<C>& theta, paragon::autodiff::variable<C> x) const {
    return paragon::autodiff::linear(x, theta[factors]);
  }
};
static_assert(paragon::nn::layer<gain>);
//! [layer]

//! [initialiser]
struct identity {
  double operator()(paragon::random_key, std::size_t, const paragon::shape&) const { return 1; }
};
static_assert(paragon::nn::initialiser<identity>);
//! [initialiser]

//! [schedule]
struct halving {
  double operator()(std::size_t step) const { return std::exp2(-static_cast<double>(step) / 1000); }
};
static_assert(paragon::nn::schedule<halving>);
//! [schedule]

//! [optimiser]
struct sign_descent {
  template <class T, class Backend>
  void step(paragon::nn::parameters<T, Backend>& store, const T* gradient, double rate) {
    for (std::size_t i = 0; i < store.size(); ++i) {
      store.data()[i] -= std::copysign(static_cast<T>(rate), gradient[i]);
    }
  }
};
static_assert(paragon::nn::optimiser<sign_descent, float, paragon::backend::cpu>);
//! [optimiser]

//! [loss]
struct mean_error {
  template <class C>
  auto operator()(paragon::autodiff::variable<C> prediction, paragon::autodiff::variable<C> target) const {
    return paragon::autodiff::mean(prediction - target);
  }
};
static_assert(paragon::predictor::loss<mean_error>);
//! [loss]

}  // namespace

TEST_CASE("concepts: the smallest parts of a network are usable") {
  using namespace paragon;
  nn::parameters<float, counting> counted;
  CHECK(counted.add("x", {2}, identity{}, {}).extents.size() == 2);
  CHECK(counting::allocations > 0);

  nn::parameters<float> store;
  const gain layer{store.add("factors", {1, 2}, identity{}, {})};
  const tensor<float> x({3, 2}, std::vector<float>{1, 2, 3, 4, 5, 6});
  const tensor<float> target({3, 1}, std::vector<float>{1, 2, 3});
  autodiff::tape<float> tape;
  const auto theta = nn::bind(tape, store);
  const auto y = layer(theta, tape.constant(x));
  CHECK(y.data()[2] == 11);
  const auto smooth = autodiff::elementwise(perturb(y, {.seed = 1}), softplus{});
  CHECK(smooth.data()[0] > 0);
  const auto l = mean_error{}(y, tape.constant(target));
  CHECK(l.data()[0] == doctest::Approx(5));
  tape.backward(l);
  CHECK(tape.gradient(theta.all())[0] == doctest::Approx(3));
  sign_descent{}.step(store, tape.gradient(theta.all()), halving{}(1000));
  CHECK(store.data()[0] == 0.5F);
}
