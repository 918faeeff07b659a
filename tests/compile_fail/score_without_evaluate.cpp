// expect: a score needs .evaluate\(const tensor<T, B>& x, std::size_t i, tensor<T, B>& out\)
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A score that cannot be evaluated is refused where samples are drawn from it, and what it lacks is named.
#include <cstddef>
#include <span>

#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/sde.hpp>
#include <paragon/diffusion/solver.hpp>

struct towards_zero {
  void prepare(std::span<const paragon::diffusion::moment>) {}
  void gradient(const paragon::tensor<float>& x, std::size_t, paragon::tensor<float>& out) const {
    for (std::size_t i = 0; i < x.size(); ++i) out[i] = -x[i];
  }
};

int main() {
  towards_zero score;
  return static_cast<int>(paragon::diffusion::sample(paragon::diffusion::variance_exploding{}, score,
                                                     paragon::diffusion::exponential_integrator{}, {1, 1}, {})
                              .size());
}
