// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smallest models of the diffusion concepts; docs/concepts.md quotes them.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/benchmark/nasbench201/score_graph.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/diffusion/choice_posterior.hpp>
#include <paragon/diffusion/cost_guidance.hpp>
#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/guidance.hpp>
#include <paragon/diffusion/score_evaluator.hpp>
#include <paragon/diffusion/training.hpp>
#include <paragon/search/pomonag.hpp>

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

//! [choice_posterior]
/// One choice that is taken or not, each half of the time.
struct coin {
  using value_type = float;
  std::vector<paragon::diffusion::moment> moments{};
  std::vector<std::size_t> first_entry{0};

  void prepare(std::span<const paragon::diffusion::moment> w) { moments.assign(w.begin(), w.end()); }
  std::span<const paragon::diffusion::moment> way() const { return moments; }
  std::size_t nodes() const { return 1; }
  std::size_t features() const { return 1; }
  std::span<const std::size_t> positions() const { return first_entry; }
  void probabilities(std::span<const float> x, std::size_t i, std::span<const float> costs, float weight,
                     std::span<float> out) const {
    const float cost = costs.empty() ? 0 : weight * costs[0];
    out[0] = 1 / (1 + std::exp(cost - sharpness(i) * x[0]));
  }
  void add_through(std::size_t i, std::span<const float> p, std::span<const float> slope, std::span<float> out) const {
    out[0] += sharpness(i) * p[0] * (1 - p[0]) * slope[0];
  }

private:
  float sharpness(std::size_t i) const {
    return static_cast<float>(2 * moments[i].scale / (moments[i].deviation * moments[i].deviation));
  }
};
static_assert(paragon::diffusion::choice_posterior<coin>);
//! [choice_posterior]

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

//! [parametrisation]
/// The network's numbers are the noise z in x_t = scale x_0 + deviation z.
struct noise_itself {
  static constexpr std::string_view name = "noise_itself";
  static constexpr bool has_prior = false;
  static std::size_t outputs(std::size_t operators) { return operators; }
  static paragon::nn::fill first() { return {.value = 0}; }

  template <class C, class Batch>
  auto loss(paragon::autodiff::variable<C> raw, const Batch& batch) const {
    const auto noise = raw.context().constant(batch.noise.data(), raw.shape());
    return paragon::autodiff::mean(paragon::autodiff::square(paragon::autodiff::subtract(raw, noise)));
  }
  template <class B, class T>
  void score(const paragon::diffusion::moment& at, std::size_t nodes, std::size_t operators, const T* raw, const T*,
             T* out) const {
    const std::size_t n = nodes * operators * paragon::backend::lanes<B>::width;
    for (std::size_t i = 0; i < n; ++i) out[i] = -raw[i] / static_cast<T>(at.deviation);
  }
  template <class B, class T>
  void expected(const paragon::diffusion::moment& at, std::size_t nodes, std::size_t operators, const T* raw,
                const T* x, T* out) const {
    const std::size_t n = nodes * operators * paragon::backend::lanes<B>::width;
    for (std::size_t i = 0; i < n; ++i) {
      out[i] = (x[i] - static_cast<T>(at.deviation) * raw[i]) / static_cast<T>(at.scale);
    }
  }
};
static_assert(paragon::diffusion::parametrisation<noise_itself>);
//! [parametrisation]

//! [architecture_judge]
/// One objective: parameters.
struct sizes {
  std::vector<double> operator()(std::span<const paragon::benchmark::nasbench201_cell> cells) const {
    std::vector<double> values;
    for (const auto& cell : cells) values.push_back(paragon::benchmark::nasbench201{}.parameters(cell));
    return values;
  }
};
static_assert(paragon::search::architecture_judge<sizes, paragon::benchmark::nasbench201_cell>);
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
  CHECK(sizes{}(std::vector<paragon::benchmark::nasbench201_cell>(3)).size() == 3);
}

TEST_CASE("concepts: cost guidance pulls through the smallest posterior of choices") {
  static_assert(!paragon::diffusion::choice_posterior<point_mass>);
  static_assert(!paragon::diffusion::choice_posterior<int>);
  const std::vector<paragon::diffusion::moment> way{{.scale = 1, .deviation = 1}};
  paragon::diffusion::cost_guidance term(coin{}, paragon::space::linear_cost{0, {1}});
  static_assert(paragon::diffusion::guidance_term<decltype(term)>);
  term.prepare(way);
  const paragon::tensor<float> x(paragon::shape{1, 1, 1});  // 0: the coin stands on its edge
  paragon::tensor<float> pull(x.shape());
  term.add_gradient(x, 0, std::vector<double>{std::log(3.0)}, pull);
  CHECK(pull[0] == doctest::Approx(2 * (0.25 - 0.5)));
}

TEST_CASE("concepts: a score network of the smallest parametrisation scores, and learns") {
  static_assert(!paragon::diffusion::parametrisation<point_mass>);
  const auto graph = paragon::benchmark::nasbench201_score_graph();
  const paragon::diffusion::score_network_settings tiny{
      .nodes = 8, .operators = 7, .width = 8, .layers = 1, .heads = 2, .inner = 8, .head = 8};
  paragon::diffusion::score_model<float, noise_itself> model(graph, tiny, paragon::diffusion::variance_exploding{},
                                                             {.seed = 1});
  const std::vector<paragon::benchmark::nasbench201_cell> cells(4);
  const auto data = paragon::diffusion::row_classes::of(paragon::benchmark::nasbench201_diffusion_graph<>{}, cells);
  const auto status = paragon::diffusion::train_score(model, data, {.steps = 2, .batch = 64}, {.seed = 2});
  CHECK(status.loss == doctest::Approx(1).epsilon(0.1));  // E z^2: the network says 0 at first
  paragon::diffusion::score_evaluator<float, noise_itself> score(model.network(), model.weights(), graph.mask);
  static_assert(paragon::diffusion::score_function<decltype(score)>);
  const std::vector<paragon::diffusion::moment> way{{.scale = 1, .deviation = 2}};
  score.prepare(way);
  const paragon::tensor<float> x(paragon::shape{1, 8, 7});
  paragon::tensor<float> out(x.shape());
  score.evaluate(x, 0, out);
  for (const float v : out.span()) CHECK(std::abs(v) < 0.1F);
}
