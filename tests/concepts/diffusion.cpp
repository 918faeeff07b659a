// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smallest models of the diffusion concepts; docs/concepts.md quotes them.
#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/guidance.hpp>
#include <paragon/search/pomonag.hpp>
#include <paragon/space/nasbench201.hpp>

namespace {

//! [sde]
/// Noise added at a constant rate.
struct brownian {
  double drift(double) const { return 0; }
  double diffusion(double) const { return 2; }
  double scale(double) const { return 1; }
  double deviation(double t) const { return 2 * std::sqrt(t); }
  double prior_deviation() const { return 2; }
  double noise_level(double t) const { return t; }  // what a network is told
};
static_assert(paragon::diffusion::sde<brownian>);
//! [sde]

//! [score_function]
/// The score of data that are all 0.
struct point_mass {
  std::vector<paragon::diffusion::moment> way;

  void prepare(std::span<const paragon::diffusion::moment> w) { way.assign(w.begin(), w.end()); }
  void evaluate(const paragon::tensor<float>& x, std::size_t step, paragon::tensor<float>& out) const {
    const auto variance = static_cast<float>(way[step].deviation * way[step].deviation);
    for (std::size_t e = 0; e < x.size(); ++e) out[e] = -x[e] / variance;
  }
};
static_assert(paragon::diffusion::score_function<point_mass>);
//! [score_function]

//! [guidance_term]
/// Pulls every entry up.
struct upwards {
  void prepare(std::span<const paragon::diffusion::moment>) {}
  void add_gradient(const paragon::tensor<float>& x, std::size_t, std::span<const double> weights,
                    paragon::tensor<float>& out) const {
    const std::size_t each = x.size() / weights.size();
    for (std::size_t e = 0; e < x.size(); ++e) out[e] += static_cast<float>(weights[e / each]);
  }
};
static_assert(paragon::diffusion::guidance_term<upwards>);
//! [guidance_term]

//! [solver]
/// Believes the first score that it is told.
struct one_step {
  template <paragon::diffusion::sde Process>
  std::vector<paragon::diffusion::moment> way(const Process& process) const {
    return {paragon::diffusion::moment_at(process, 1)};
  }
  template <class Process, class Score, class Tensor>
  void run(const Process&, std::span<const paragon::diffusion::moment> way, Score& score,
           const paragon::diffusion::sample_noise&, Tensor& x) const {
    Tensor slope(x.shape());
    score.evaluate(x, 0, slope);
    const auto variance = static_cast<float>(way[0].deviation * way[0].deviation);
    for (std::size_t e = 0; e < x.size(); ++e) x[e] += variance * slope[e];
  }
  std::size_t evaluations() const { return 1; }
  bool couples_samples() const { return false; }
};
static_assert(paragon::diffusion::solver<one_step, brownian, point_mass>);
//! [solver]

//! [architecture_judge]
/// One objective: parameters.
struct sizes {
  std::vector<double> operator()(std::span<const paragon::space::nasbench201_cell> cells) const {
    std::vector<double> values;
    for (const auto& cell : cells) values.push_back(paragon::space::nasbench201{}.parameters(cell));
    return values;
  }
};
static_assert(paragon::search::architecture_judge<sizes, paragon::space::nasbench201_cell>);
//! [architecture_judge]

}  // namespace

TEST_CASE("concepts: one step of the smallest solver finds the only data there are") {
  point_mass score;
  const auto x = paragon::diffusion::sample(brownian{}, score, one_step{}, {2, 3}, {.seed = 1}, {.samples = 4});
  for (const float v : x.span()) CHECK(std::abs(v) < 1e-6F);
  upwards term;
  paragon::diffusion::guided_score guided(paragon::diffusion::plain_norms{}, {0.25}, score, term);
  const auto y = paragon::diffusion::sample(brownian{}, guided, one_step{}, {2, 3}, {.seed = 1}, {.samples = 4});
  for (const float v : y.span()) CHECK(v == doctest::Approx(1));
  CHECK(sizes{}(std::vector<paragon::space::nasbench201_cell>(3)).size() == 3);
}
