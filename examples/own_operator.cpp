// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// A user's own operator with a hand-written adjoint, and a layer made of it: y = sum_k c_k exp(-(x - m_k)^2 w_k),
/// checked against finite differences and trained with Adam to follow a sine.
#include <cmath>
#include <cstdio>
#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/nn/linear.hpp>
#include <paragon/nn/optimiser.hpp>
using namespace paragon;
/// The operator: bell[r, k] = exp(-(x[r] - m[k])^2 w[k]). Values now, the adjoint as a closure for the backward pass.
template <class C>
autodiff::variable<C> bells(autodiff::variable<C> x, autodiff::variable<C> m, autodiff::variable<C> w) {
  const std::size_t rows = x.size(), count = m.size();
  if (w.size() != count) throw error("bells", to_string(w.shape()) + " widths", "one for each of the means");
  const auto y = x.context().result({rows, count}, x, m, w);  // memory of the context: nothing is freed by hand
  for (std::size_t i = 0; i < rows * count; ++i) {
    const auto d = x.data()[i / count] - m.data()[i % count];
    y.data()[i] = std::exp(-d * d * w.data()[i % count]);
  }
  x.context().on_backward(y, [=](auto& pass) {  // captures variables and numbers only; the compiler checks that
    const auto* dy = pass.adjoint(y);           // d loss / d y, to be read; the others are to be added to
    auto *dx = pass.adjoint(x), *dm = pass.adjoint(m), *dw = pass.adjoint(w);  // nullptr where nobody asks
    for (std::size_t i = 0; i < rows * count; ++i) {
      const auto d = x.data()[i / count] - m.data()[i % count], up = dy[i] * y.data()[i];
      if (dx != nullptr) dx[i / count] -= up * 2 * d * w.data()[i % count];
      if (dm != nullptr) dm[i % count] += up * 2 * d * w.data()[i % count];
      if (dw != nullptr) dw[i % count] -= up * d * d;
    }
  });
  return y;
}

/// The layer: where its parameters lie in a store, and how they meet the input. It runs on a tape and without one.
struct bell_layer {
  nn::slot means, widths;
  nn::linear mix;
  template <class T, class B>
  bell_layer(nn::parameters<T, B>& store, std::size_t count, paragon::random_key key)
      : means(store.add("bells.means", {count}, nn::uniform{3.0}, key)),
        widths(store.add("bells.widths", {count}, nn::fill{1.0}, key)), mix(store, "bells.mix", count, 1, key) {}
  template <class C>
  autodiff::variable<C> operator()(const nn::bound<C>& theta, autodiff::variable<C> x) const {
    return mix(theta, bells(x, theta[means], theta[widths]));
  }
};

int main() {
  nn::parameters<double> store;
  const bell_layer layer(store, 12, {.seed = 1});
  tensor<double> x({64, 1}), target({64, 1});
  for (std::size_t i = 0; i < 64; ++i) target[i] = std::sin(2 * (x[i] = static_cast<double>(i) / 10.5 - 3));
  const auto of_all = [&](auto&, const auto& v) { return layer(nn::bound(v[0]), v[1]); };
  const double wrong = autodiff::gradient_error(of_all, {store.values(), x});
  std::printf("largest error of the gradient: %.1e\n", wrong);
  autodiff::tape<double> tape;
  nn::adam<double> optimiser;
  double loss = 1;
  for (int step = 0; step <= 2000; ++step) {
    tape.clear();  // keeps its memory: from the second step on nothing is allocated
    const auto theta = nn::bind(tape, store);
    const auto error = autodiff::mean(autodiff::square(layer(theta, tape.constant(x)) - tape.constant(target)));
    tape.backward(error);
    loss = error.data()[0];
    if (step % 500 == 0) std::printf("step %4d  mean squared error %.6f\n", step, loss);
    optimiser.step(store, tape.gradient(theta.all()), 0.02);
  }
  return wrong < 1e-8 && loss < 1e-3 ? 0 : 1;
}
