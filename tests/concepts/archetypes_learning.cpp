// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types that have what a concept of learned parts asks for and nothing else: every algorithm must do with them.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/data/dataset_embedding.hpp>
#include <paragon/data/image_batches.hpp>
#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/guidance.hpp>
#include <paragon/diffusion/predictor_corrector.hpp>
#include <paragon/diffusion/probability_flow.hpp>
#include <paragon/diffusion/sde.hpp>
#include <paragon/diffusion/solver.hpp>
#include <paragon/gradient/aggregate.hpp>
#include <paragon/gradient/normalised.hpp>
#include <paragon/nn/linear.hpp>
#include <paragon/search/estimators.hpp>
#include <paragon/search/modnas.hpp>
#include <paragon/tune/study.hpp>

namespace {

namespace diffusion = paragon::diffusion;
namespace gradient = paragon::gradient;
namespace nn = paragon::nn;
namespace search = paragon::search;

/// Can be made with an argument and moved, and no more.
struct move_only {
  explicit move_only(int) {}
  move_only(move_only&&) = default;
  move_only& operator=(move_only&&) = delete;
  ~move_only() = default;
};

/// Converts to T, and no more.
template <class T>
struct convertible {
  T value;
  operator T() const { return value; }
};

struct network : move_only {
  nn::linear layer;
  explicit network(nn::linear l) : move_only(0), layer(l) {}

  template <class C>
  auto operator()(const nn::bound<C>& theta, paragon::autodiff::variable<C> preference,
                  paragon::autodiff::variable<C> device) const {
    return layer(theta, paragon::autodiff::concatenate(preference, device));
  }
};
static_assert(paragon::hypernetwork::hypernetwork<network> && !std::copy_constructible<network>);

struct weighting : move_only {
  using move_only::move_only;
  gradient::status operator()(gradient::gram_view gram, std::span<double> weights) {
    for (double& w : weights) w = 1 / static_cast<double>(gram.size());
    return {.converged = true, .squared_norm = 0};
  }
};
static_assert(gradient::weighting<weighting> && !gradient::weighting<const weighting>);

struct normalisation : move_only {
  using move_only::move_only;
  void operator()(gradient::gram_view, std::span<double> scales) const {
    for (double& s : scales) s = 2;
  }
};
static_assert(gradient::normalisation<normalisation>);

struct rays : move_only {
  using move_only::move_only;
  void operator()(std::span<double> ray, const paragon::random_key&, std::uint64_t) const {
    for (double& w : ray) w = 1 / static_cast<double>(ray.size());
  }
};
static_assert(paragon::preference::ray_sampler<rays>);

struct relaxation : move_only {
  using move_only::move_only;
  template <class C>
  auto operator()(paragon::autodiff::variable<C> logits, std::span<const std::size_t>, paragon::random_key) const {
    return logits;
  }
};
static_assert(paragon::hypernetwork::relaxation<relaxation>);

/// Losses of a relaxed architecture; what an estimator is made of.
struct two_columns {
  template <class C>
  auto operator()(paragon::autodiff::variable<C> relaxed, const search::batch&) const {
    return relaxed;
  }
};

struct watcher : move_only {
  using move_only::move_only;
  convertible<bool> operator()(std::string_view, std::size_t, std::size_t, double) { return {true}; }
};
static_assert(paragon::progress_observer<watcher>);

/// `sde`: it can be copied, but not assigned.
struct brownian {
  explicit brownian(int) {}
  brownian(const brownian&) = default;
  brownian& operator=(const brownian&) = delete;
  ~brownian() = default;
  convertible<double> drift(double) const { return {0}; }
  convertible<double> diffusion(double) const { return {2}; }
  convertible<double> scale(double) const { return {1}; }
  convertible<double> deviation(double t) const { return {2 * t + 0.01}; }
  convertible<double> prior_deviation() const { return {2}; }
  convertible<double> noise_level(double t) const { return {t}; }
};
static_assert(diffusion::sde<brownian>);

struct score : move_only {
  using move_only::move_only;
  void prepare(std::span<const diffusion::moment>) {}
  void evaluate(const paragon::tensor<float>& x, std::size_t, paragon::tensor<float>& out) {
    for (std::size_t i = 0; i < x.size(); ++i) out[i] = -x[i];
  }
};
static_assert(diffusion::score_function<score>);

struct pull : move_only {
  using move_only::move_only;
  void prepare(std::span<const diffusion::moment>) {}
  void add_gradient(const paragon::tensor<float>&, std::size_t, std::span<const double>, paragon::tensor<float>& out) {
    out[0] += 1;
  }
};
static_assert(diffusion::guidance_term<pull>);

struct darker : move_only {
  using move_only::move_only;
  void operator()(const paragon::data::image_view& image, paragon::random_key, std::uint64_t, std::uint8_t* out) const {
    out[0] = static_cast<std::uint8_t>(image.data[0] / 2);
  }
};
static_assert(paragon::data::augmentation<darker>);

struct brightness : move_only {
  using move_only::move_only;
  convertible<std::size_t> features() const { return {1}; }
  void operator()(std::span<const float> images, std::size_t n, std::span<float> out) const {
    for (std::size_t i = 0; i < n; ++i) out[i] = images[i];
  }
};
static_assert(paragon::data::feature_extractor<brightness>);

struct parameter : move_only {
  using move_only::move_only;
  convertible<paragon::tune::axis> describe() const {
    return {{.name = "x", .lower = 0, .upper = 1, .step = 0, .logarithmic = false, .labels = {}}};
  }
};
static_assert(paragon::tune::parameter<parameter>);

struct sampler : move_only {
  using move_only::move_only;
  std::vector<double> suggest(const paragon::tune::parameter_space&, const paragon::tune::history&,
                              paragon::random_key) const {
    return {0.5};
  }
  convertible<paragon::json> describe() const { return {paragon::json("half")}; }
};
static_assert(paragon::tune::sampler<sampler>);

struct evaluation : move_only {
  using move_only::move_only;
  convertible<double> operator()(const paragon::tune::candidate& c) { return {c["x"]}; }
};
static_assert(paragon::tune::evaluation<evaluation>);

}  // namespace

TEST_CASE("concepts: a search needs a network, a weighting and a sampler that can be moved, no more") {
  nn::parameters<float> store;
  network net(nn::linear(store, "layer", 3, 2, {.seed = 1}));
  search::modnas model(std::move(net), store, {.steps = 3, .rows = 2, .objectives = 2}, weighting(0), rays(0));
  search::relaxed_objectives<two_columns, relaxation> estimate({}, {0, 2}, relaxation(0));
  const std::vector<search::device> devices{{"one", {1}}, {"two", {2}}};
  CHECK(model.train(devices, estimate, {.seed = 2}, watcher(0)).steps == 3);
  const std::vector<double> ray{0.5, 0.5};
  CHECK(model.logits(devices[0], ray).size() == 2);
}

TEST_CASE("concepts: gradients need a weighting that can be called, no more") {
  const std::vector<double> rows{1, 0, 0, 1};
  weighting policy(0);
  CHECK(gradient::aggregate(policy, gradient::matrix_view<const double>(rows, 2, 2)).direction ==
        std::vector<double>{0.5, 0.5});
  gradient::normalised<weighting, normalisation> scaled{weighting(0), normalisation(0)};
  CHECK(gradient::aggregate(scaled, gradient::matrix_view<const double>(rows, 2, 2)).direction ==
        std::vector<double>{1, 1});
}

TEST_CASE("concepts: samples need a process, a score and terms, no more") {
  const brownian process(0);
  score plain(0);
  pull term(0);
  diffusion::guided_score guided(diffusion::plain_norms{}, {1}, plain, term);
  const diffusion::sampling three{.samples = 3};
  CHECK(diffusion::sample(process, guided, diffusion::exponential_integrator{.steps = 4}, {1, 2}, {}, three).size() ==
        6);
  CHECK(diffusion::sample(process, plain, diffusion::probability_flow{.steps = 4}, {1, 2}, {}, three).size() == 6);
  CHECK(diffusion::sample(process, plain, diffusion::predictor_corrector<>{.steps = 4}, {1, 2}, {}, three).size() == 6);
}

TEST_CASE("concepts: images need augmentations and features, no more") {
  const paragon::tensor<std::uint8_t> pixels(paragon::shape{2, 1, 1, 1}, {200, 100});
  const paragon::data::image_set set("two", pixels, {0, 1}, 2);
  paragon::data::image_batches<darker> batches(set, {0, 1}, 2, {{0}, {1.0 / 255}}, {.seed = 3}, darker(0));
  std::vector<float> x(2);
  std::vector<std::uint32_t> labels(2);
  batches.fill(0, x, labels);
  CHECK(x[0] + x[1] == doctest::Approx(150));
  const auto classes = paragon::data::dataset_embedding(set, {{0}, {1.0 / 255}}, brightness(0), 1, {.seed = 3});
  CHECK(classes[0] == doctest::Approx(200));
}

TEST_CASE("concepts: a study needs parameters, a sampler and what it tunes, no more") {
  paragon::tune::study half(paragon::tune::parameter_space(parameter(0)), {.trials = 2}, sampler(0));
  watcher observe(0);
  CHECK(half.run(evaluation(0), observe).evaluated == 2);
  CHECK(half.best().value == 0.5);
}
