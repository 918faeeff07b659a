// expect: a process needs .deviation\(double t\) const -> double
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A process of noise that does not say how much there is, is refused where samples are drawn.
#include <cstddef>
#include <span>

#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/sde.hpp>
#include <paragon/diffusion/solver.hpp>

struct towards_zero {
  void prepare(std::span<const paragon::diffusion::moment>) {}
  void evaluate(const paragon::tensor<float>& x, std::size_t, paragon::tensor<float>& out) const {
    for (std::size_t i = 0; i < x.size(); ++i) out[i] = -x[i];
  }
};

struct brownian {
  double drift(double) const { return 0; }
  double diffusion(double) const { return 2; }
  double scale(double) const { return 1; }
  double prior_deviation() const { return 2; }
  double noise_level(double t) const { return t; }
};

int main() {
  towards_zero score;
  return static_cast<int>(
      paragon::diffusion::sample(brownian{}, score, paragon::diffusion::exponential_integrator{}, {1, 1}, {}).size());
}
