// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <paragon/nn/optimiser.hpp>

#include "autodiff/random_tensor.hpp"

namespace nn = paragon::nn;
using paragon_test::largest_difference;
using paragon_test::normal;

namespace {

struct follow {  // the smallest optimiser
  template <class T, class B>
  void step(nn::parameters<T, B>&, const T*, double) {}
};
struct without_rate {
  template <class T, class B>
  void step(nn::parameters<T, B>&, const T*) {}
};
static_assert(nn::optimiser<follow, float, paragon::backend::cpu>);
static_assert(nn::optimiser<nn::adam<float>, float, paragon::backend::cpu>);
static_assert(nn::optimiser<nn::sgd<double>, double, paragon::backend::cpu>);
static_assert(!nn::optimiser<nn::sgd<double>, float, paragon::backend::cpu>);
static_assert(!nn::optimiser<without_rate, float, paragon::backend::cpu>);

constexpr std::size_t n = 37;

nn::parameters<double> store() {
  nn::parameters<double> out;
  out.add("w", {n}, nn::normal{}, {.seed = 8});
  return out;
}

double rate(int step) { return 0.01 * (1 + 0.1 * step); }

}  // namespace

TEST_CASE("nn: Adam and AdamW step as PyTorch's do") {
  for (const auto& settings : {nn::adam_settings{}, nn::adam_settings{.beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-4},
                               nn::adam_settings{.l2 = 0.1}, nn::adam_settings{.decay = 0.1}}) {
    auto theta = store();
    nn::adam<double> optimiser(settings);
    std::vector<double> p = theta.values().to_vector();
    std::vector<double> m(n);
    std::vector<double> v(n);
    for (int step = 1; step <= 50; ++step) {
      const auto gradient = normal({n}, 570 + static_cast<std::uint32_t>(step));
      optimiser.step(theta, gradient.data(), rate(step));
      // torch.optim.Adam (weight_decay = l2) and AdamW (weight_decay = decay), as their documentation gives them
      for (std::size_t i = 0; i < n; ++i) {
        p[i] *= 1 - rate(step) * settings.decay;
        const double g = gradient[i] + settings.l2 * (settings.decay == 0 ? p[i] : 0);
        m[i] = settings.beta1 * m[i] + (1 - settings.beta1) * g;
        v[i] = settings.beta2 * v[i] + (1 - settings.beta2) * g * g;
        const double correction1 = 1 - std::pow(settings.beta1, step);
        const double correction2 = 1 - std::pow(settings.beta2, step);
        const double denominator = std::sqrt(v[i]) / std::sqrt(correction2) + settings.epsilon;
        p[i] -= rate(step) / correction1 * m[i] / denominator;
      }
      CHECK(largest_difference(theta.data(), p, n) < 1e-12);
    }
  }
}

TEST_CASE("nn: gradient descent steps as PyTorch's does") {
  for (const auto& settings : {nn::sgd_settings{}, nn::sgd_settings{.l2 = 0.1}, nn::sgd_settings{.momentum = 0.9},
                               nn::sgd_settings{.momentum = 0.9, .l2 = 0.01, .nesterov = true}}) {
    auto theta = store();
    nn::sgd<double> optimiser(settings);
    std::vector<double> p = theta.values().to_vector();
    std::vector<double> buffer;
    for (int step = 1; step <= 50; ++step) {
      const auto gradient = normal({n}, 670 + static_cast<std::uint32_t>(step));
      optimiser.step(theta, gradient.data(), rate(step));
      // torch.optim.SGD, dampening = 0
      std::vector<double> g(n);
      for (std::size_t i = 0; i < n; ++i) g[i] = gradient[i] + settings.l2 * p[i];
      if (settings.momentum != 0) {
        if (buffer.empty()) {
          buffer = g;
        } else {
          for (std::size_t i = 0; i < n; ++i) buffer[i] = settings.momentum * buffer[i] + g[i];
        }
        for (std::size_t i = 0; i < n; ++i) g[i] = settings.nesterov ? g[i] + settings.momentum * buffer[i] : buffer[i];
      }
      for (std::size_t i = 0; i < n; ++i) p[i] -= rate(step) * g[i];
      CHECK(largest_difference(theta.data(), p, n) < 1e-12);
    }
  }
}

TEST_CASE("nn: optimisers in float follow those in double") {
  auto exact = store();
  nn::parameters<float> rough;
  rough.add("w", {n}, nn::normal{}, {.seed = 8});
  nn::adam<double> one;
  nn::adam<float> two;
  for (int step = 1; step <= 20; ++step) {
    const auto gradient = normal({n}, 770 + static_cast<std::uint32_t>(step));
    const auto same = normal<float>({n}, 770 + static_cast<std::uint32_t>(step));
    one.step(exact, gradient.data(), 0.01);
    two.step(rough, same.data(), 0.01);
  }
  CHECK(largest_difference(exact.data(), rough.data(), n) < 1e-5);
}

TEST_CASE("nn: optimisers find the minimum of a quadratic") {
  const auto run = [](auto optimiser, double step_size) {
    auto theta = store();
    std::vector<double> gradient(n);
    for (int step = 0; step < 2000; ++step) {
      for (std::size_t i = 0; i < n; ++i) gradient[i] = static_cast<double>(i + 1) / n * (theta.data()[i] - 3);
      optimiser.step(theta, gradient.data(), step_size);
    }
    double worst = 0;
    for (std::size_t i = 0; i < n; ++i) worst = std::max(worst, std::abs(theta.data()[i] - 3));
    return worst;
  };
  CHECK(run(nn::adam<double>(), 0.02) < 1e-3);
  CHECK(run(nn::sgd<double>({.momentum = 0.9}), 0.5) < 1e-3);
}

TEST_CASE("nn: an optimiser belongs to a store of one size") {
  auto theta = store();
  const std::vector<double> gradient(2 * n, 1);
  nn::adam<double> adam;
  nn::sgd<double> sgd;
  adam.step(theta, gradient.data(), 0.1);
  sgd.step(theta, gradient.data(), 0.1);
  theta.add("more", {n}, nn::fill{}, {});
  CHECK_THROWS_WITH_AS(adam.step(theta, gradient.data(), 0.1), "nn::adam: 74 parameters; expected 37", paragon::error);
  CHECK_THROWS_WITH_AS(sgd.step(theta, gradient.data(), 0.1), "nn::sgd: 74 parameters; expected 37", paragon::error);
}

TEST_CASE("nn: long gradients are clipped, short ones left alone") {
  std::vector<double> gradient{3, 0, 4, 0, 12};
  CHECK(nn::clip_norm(gradient.size(), gradient.data(), 20.0) == doctest::Approx(13));
  CHECK(gradient == std::vector<double>{3, 0, 4, 0, 12});
  CHECK(nn::clip_norm(gradient.size(), gradient.data(), 6.5) == doctest::Approx(13));
  CHECK(gradient[0] == doctest::Approx(1.5));
  CHECK(gradient[4] == doctest::Approx(6));
  CHECK(nn::clip_norm(gradient.size(), gradient.data(), 100.0) == doctest::Approx(6.5));
  std::vector<float> none(4);
  CHECK(nn::clip_norm(none.size(), none.data(), 1.0) == 0);
}

TEST_CASE("nn: a gradient is clipped right where its squares leave the range") {
  std::vector<float> great{1.5e19F, 2e19F};
  CHECK(nn::clip_norm(great.size(), great.data(), 1.0) == doctest::Approx(2.5e19).epsilon(1e-6));
  CHECK(great[0] == doctest::Approx(0.6).epsilon(1e-6));
  CHECK(great[1] == doctest::Approx(0.8).epsilon(1e-6));
  for (const double unit : {1e-300, 1e-200, 1e-30, 1e30, 1e200, 1e300}) {
    CAPTURE(unit);
    std::vector<double> gradient{3 * unit, -4 * unit};
    CHECK(nn::clip_norm(2, gradient.data(), 0.5 * unit) == doctest::Approx(5 * unit).epsilon(1e-14));
    CHECK(gradient[0] == doctest::Approx(0.3 * unit).epsilon(1e-14));
    CHECK(gradient[1] == doctest::Approx(-0.4 * unit).epsilon(1e-14));
    CHECK(nn::clip_norm(2, gradient.data(), unit) == doctest::Approx(0.5 * unit).epsilon(1e-14));
    CHECK(gradient[0] == doctest::Approx(0.3 * unit).epsilon(1e-14));
  }
  std::vector<float> small{3e-30F, 4e-30F};
  CHECK(nn::clip_norm(2, small.data(), 1e-30) == doctest::Approx(5e-30).epsilon(1e-6));
  CHECK(small[0] == doctest::Approx(0.6e-30).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("nn: Adam with a beta that the type rounds to 1", T, float, double) {
  // With one gradient g in every step both averages, freed of their bias, are g and g^2: each step is -rate sign(g).
  for (const double lack : {1e-3, 1e-7, 1e-10, 1e-14}) {
    CAPTURE(lack);
    nn::parameters<T> theta;
    theta.add("w", {2}, nn::fill{0}, {});
    const std::vector<T> gradient{T(0.5), T(-2e-3)};
    nn::adam<T> adam({.beta1 = 0.9, .beta2 = 1 - lack, .epsilon = 1e-12});
    for (int t = 0; t < 100; ++t) adam.step(theta, gradient.data(), 0.01);
    CHECK(theta.data()[0] == doctest::Approx(-1).epsilon(1e-4));
    CHECK(theta.data()[1] == doctest::Approx(1).epsilon(1e-4));
  }
}
