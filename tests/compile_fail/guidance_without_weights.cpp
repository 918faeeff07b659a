// expect: a guidance term needs .add_gradient\(const tensor<T, B>& x, std::size_t i, std::span<const double> weights
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A guidance that takes no weights is refused where a guided score is evaluated, and what it lacks is named.
#include <cstddef>
#include <span>

#include <paragon/diffusion/guidance.hpp>

struct towards_zero {
  void prepare(std::span<const paragon::diffusion::moment>) {}
  void evaluate(const paragon::tensor<float>& x, std::size_t, paragon::tensor<float>& out) const {
    for (std::size_t i = 0; i < x.size(); ++i) out[i] = -x[i];
  }
};

struct upwards {
  void prepare(std::span<const paragon::diffusion::moment>) {}
  void add_gradient(const paragon::tensor<float>& x, std::size_t, paragon::tensor<float>& out) const {
    for (std::size_t i = 0; i < x.size(); ++i) out[i] += 1;
  }
};

int main() {
  towards_zero score;
  upwards term;
  paragon::diffusion::guided_score guided(paragon::diffusion::plain_norms{}, {1}, score, term);
  const paragon::tensor<float> x({1, 1, 1});
  paragon::tensor<float> out({1, 1, 1});
  guided.evaluate(x, 0, out);
}
