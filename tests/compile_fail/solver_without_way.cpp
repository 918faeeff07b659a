// expect: a solver needs .way\(const Process&\) const -> std::vector<diffusion::moment>
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A solver that does not say at which moments it asks is refused where samples are drawn with it.
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

struct does_nothing {
  template <class Process, class Score, class Tensor>
  void run(const Process&, std::span<const paragon::diffusion::moment>, Score&, const paragon::diffusion::sample_noise&,
           Tensor&) const {}
  std::size_t evaluations() const { return 0; }
  bool couples_samples() const { return false; }
};

int main() {
  towards_zero score;
  return static_cast<int>(
      paragon::diffusion::sample(paragon::diffusion::variance_exploding{}, score, does_nothing{}, {1, 1}, {}).size());
}
