// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <memory>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/nn/attention.hpp>
#include <paragon/nn/embedding.hpp>
#include <paragon/nn/layer.hpp>
#include <paragon/nn/layer_norm.hpp>
#include <paragon/nn/linear.hpp>

#include "layer_check.hpp"

namespace nn = paragon::nn;
using paragon::autodiff::tape;
using paragon::autodiff::variable;

namespace {

struct nothing {  // the smallest layer
  template <class C>
  variable<C> operator()(const nn::bound<C>&, variable<C> x) const {
    return x;
  }
};

struct residual {  // layers made of layers are layers
  nn::layer_norm norm;
  nn::linear inner;
  template <class C>
  variable<C> operator()(const nn::bound<C>& theta, variable<C> x) const {
    return x + relu(inner(theta, norm(theta, x)));
  }
};

struct needs_more {  // not a layer: it wants a third argument
  template <class C>
  variable<C> operator()(const nn::bound<C>&, variable<C> x, int) const {
    return x;
  }
};

struct tape_only {  // not a layer: it can't run without recording
  variable<tape<float>> operator()(const nn::bound<tape<float>>&, variable<tape<float>> x) const { return x; }
};

struct not_copyable {
  std::unique_ptr<int> owned;
  template <class C>
  variable<C> operator()(const nn::bound<C>&, variable<C> x) const {
    return x;
  }
};

static_assert(nn::layer<nothing>);
static_assert(nn::layer<residual>);
static_assert(nn::layer<nn::linear>);
static_assert(nn::layer<nn::layer_norm>);
static_assert(!nn::layer<needs_more>);
static_assert(!nn::layer<tape_only>);
static_assert(!nn::layer<not_copyable>);
static_assert(!nn::layer<nn::embedding>, "an embedding reads numbers of rows");
static_assert(!nn::layer<nn::attention>, "attention also needs a length and a mask");

}  // namespace

TEST_CASE("nn: a layer of layers runs on a tape and without one, with the same values and right gradients") {
  nn::parameters<double> store;
  const residual block{nn::layer_norm(store, "norm", 5), nn::linear(store, "inner", 5, 5, {.seed = 1})};
  paragon_test::randomise(store);
  const auto x = paragon_test::normal({4, 5}, 501);
  paragon::autodiff::tape<double> on;
  paragon::autodiff::evaluation<double> off;
  const auto y = block(nn::bind(on, store), on.input(x));
  const auto z = block(nn::bind(off, store), off.constant(x));
  CHECK(paragon_test::largest_difference(y.data(), z.data(), y.size()) == 0);
  CHECK(paragon_test::layer_error(store, x, [&](const auto& theta, auto v) { return block(theta, v); }) < 1e-8);
}
