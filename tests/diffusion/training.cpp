// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <paragon/diffusion/score.hpp>
#include <paragon/diffusion/score_evaluator.hpp>
#include <paragon/diffusion/training.hpp>

#include "autodiff/random_tensor.hpp"
#include "scratch.hpp"
#include "tiny_space.hpp"

namespace df = paragon::diffusion;
using paragon::shape;
using paragon::tensor;
using paragon_test::tiny_space;

namespace {

template <class T, class Output, class Process = df::variance_exploding>
df::score_model<T, Output, Process> tiny_model() {
  return {tiny_space::graph(), tiny_space::settings(), Process{}, {.seed = 1}};
}

/// Root mean square of the error of E[x_0 | x] over noise levels of 0.5 to 2 (in units of the scale), in samples that
/// the training did not see.
template <class Model>
double error_of(const Model& model, const tiny_space& tiny) {
  using T = typename Model::value_type;
  df::score_evaluator<T, typename Model::output_type> score(model.network(), model.weights(), model.graph().mask);
  df::noisy_batch<T> batch(400, tiny.data);
  double squares = 0;
  double n = 0;
  for (std::size_t k = 0; k < 9; ++k) {
    double t = 0.5;  // the time of this noise level
    const double wanted = 0.5 * std::pow(4, static_cast<double>(k) / 8);
    for (double width = 0.25; width > 1e-12; width /= 2) {
      const df::moment at = df::moment_at(model.process(), t);
      t += at.deviation / at.scale < wanted ? width : -width;
    }
    const std::vector<df::moment> way{df::moment_at(model.process(), t)};
    score.prepare(way);
    batch.draw(tiny.data, model.process(), 1e-5, paragon::random_key{.seed = 99}.fork(k));
    tensor<T> x(shape{400, tiny.nodes, tiny.operators});
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = static_cast<T>(way[0].scale) * batch.clean[i] + static_cast<T>(way[0].deviation) * batch.noise[i];
    }
    tensor<T> found(x.shape());
    score.denoise(x, 0, found);
    const std::size_t each = tiny.nodes * tiny.operators;
    for (std::size_t g = 0; g < 400; ++g) {
      const auto expected = tiny.expected(x.data() + g * each, way[0]);
      for (std::size_t i = 0; i < each; ++i) {
        const double d = static_cast<double>(found[g * each + i]) - expected[i];
        squares += d * d;
        ++n;
      }
    }
  }
  return std::sqrt(squares / n);
}

struct losses {
  double found = 0;
  double least = 0;
  double deviation = 0;  ///< standard error of the difference
};

/// The loss of a model's weights over fresh batches, and the least that any network has on them.
template <class Model>
losses losses_of(const Model& model, const tiny_space& tiny) {
  using T = typename Model::value_type;
  const auto& s = model.network().settings();
  const df::score_tables<T> tables(s, model.graph().mask);
  df::noisy_batch<T> batch(500, tiny.data);
  constexpr int steps = 20;
  losses all;
  double squares = 0;  // of the differences
  for (std::uint32_t step = 0; step < steps; ++step) {
    batch.draw(tiny.data, model.process(), 1e-5, paragon::random_key{.seed = 98}.fork(step));
    paragon::autodiff::evaluation<T> context;
    const auto raw = model.network()(paragon::nn::freeze(context, model.weights()), tables,
                                     context.constant(batch.noisy), df::noise_codes<T>(s, batch.moments));
    const auto loss = static_cast<double>(*model.network().output().loss(raw, batch).data());
    double least = 0;
    if constexpr (!std::is_same_v<typename Model::output_type, df::raw_score>) least = tiny.least_loss(batch);
    all.found += loss / steps;
    all.least += least / steps;
    squares += (loss - least) * (loss - least) / steps;
  }
  const double difference = all.found - all.least;
  all.deviation = std::sqrt(std::max(0.0, squares - difference * difference) / (steps - 1));
  return all;
}

const df::score_training_settings short_training{.steps = 900, .batch = 128, .rate = 3e-3, .last_rate = 1e-4};

template <class Output, class Process = df::variance_exploding>
void comes_near_the_posterior(bool absent) {
  const tiny_space tiny(absent);
  auto model = tiny_model<float, Output, Process>();
  df::fit_prior(model, tiny.data);
  const auto [first, bound, deviation] = losses_of(model, tiny);
  CHECK(first > bound + 10 * deviation);  // rows depend on each other, which the prior does not know
  const auto status = df::train_score(model, tiny.data, short_training, {.seed = 5});
  CHECK(status.steps == short_training.steps);
  CHECK_FALSE(status.cancelled);
  CHECK_FALSE(status.diverged);
  const losses after = losses_of(model, tiny);
  CHECK(after.found > after.least - 1e-3);
  CHECK(after.found < after.least + 0.1 * (first - bound));
  CHECK(error_of(model, tiny) < 0.1);
}

}  // namespace

TEST_CASE("diffusion: training comes near the exact posterior, whose loss is the least") {
  comes_near_the_posterior<df::one_hot_rows>(false);
}

TEST_CASE("diffusion: training comes near the exact posterior where rows may be absent") {
  comes_near_the_posterior<df::one_hot_or_absent_rows>(true);
}

TEST_CASE("diffusion: training comes near the exact posterior of a variance-preserving process") {
  comes_near_the_posterior<df::one_hot_rows, df::variance_preserving>(false);
}

TEST_CASE("diffusion: the score itself is learned by score matching, which is 1 for a score of zeros") {
  const tiny_space tiny(false);
  auto model = tiny_model<float, df::raw_score>();
  const auto theta = model.weights().values().to_vector();
  for (const char* name : {"final.linears.2.weight", "final.linears.2.bias"}) {
    const auto where = model.weights().find(name)->where;
    model.weights().assign(where, std::vector<float>(where.extents.size()));
  }
  // The mean of 20 * 500 * 6 squares of normal numbers.
  CHECK(std::abs(losses_of(model, tiny).found - 1) < 5 * std::sqrt(2.0 / 60000));
  model.weights().values().assign(theta);
  const double before = error_of(model, tiny);
  static_cast<void>(df::train_score(model, tiny.data, short_training, {.seed = 5}));
  CHECK(losses_of(model, tiny).found < 0.5);
  CHECK(error_of(model, tiny) < 0.3 * before);
}

TEST_CASE("diffusion: classes that a row never has are never expected there") {
  const tiny_space tiny(false);
  auto model = tiny_model<double, df::one_hot_or_absent_rows>();
  df::fit_prior(model, tiny.data);
  const auto where = model.weights().find("final.prior")->where;
  const double* prior = model.weights().data() + where.offset;
  CHECK(prior[0] == doctest::Approx(std::log(0.6)));  // the first row: 0 1 1 0 0, never absent
  CHECK(prior[1] == doctest::Approx(std::log(0.4)));
  CHECK(prior[2] == -30);
  CHECK_THROWS_AS(df::fit_prior(model, df::row_classes{3, 5, {0, 0, 0}}), paragon::error);
  CHECK_THROWS_AS(df::fit_prior(model, df::row_classes{3, 2, {}}), paragon::error);
}

TEST_CASE("diffusion: rates rise, then fall; the published ones stay") {
  const tiny_space tiny(false);
  auto model = tiny_model<float, df::one_hot_rows>();
  const df::score_trainer falling(model, tiny.data, {.steps = 1000, .rate = 1e-2, .last_rate = 1e-4, .warmup = 10}, {});
  CHECK(falling.rate(0) == doctest::Approx(1e-3));
  CHECK(falling.rate(4) == doctest::Approx(5e-3));
  CHECK(falling.rate(10) == doctest::Approx(1e-2));
  CHECK(falling.rate(505) == doctest::Approx(0.00505));
  CHECK(falling.rate(1000) == doctest::Approx(1e-4));
  const df::score_trainer published(model, tiny.data, df::published_score_training(), {});
  CHECK(published.rate(249) == doctest::Approx(5e-6));
  CHECK(published.rate(1000) == doctest::Approx(2e-5));
  CHECK(published.rate(250000) == doctest::Approx(2e-5));
  CHECK(df::published_score_training().steps == 250001);
}

TEST_CASE("diffusion: a training that was stopped and resumed ends in the same bits") {
  const paragon_test::scratch_folder here;
  const tiny_space tiny(true);
  const df::score_training_settings settings{.steps = 40, .batch = 16};
  auto whole = tiny_model<float, df::one_hot_or_absent_rows>();
  const auto straight = df::train_score(whole, tiny.data, settings, {.seed = 7});

  auto parts = tiny_model<float, df::one_hot_or_absent_rows>();
  const df::training_checkpoint checkpoint{.path = here / "c.safetensors", .every = 7};
  std::size_t stop = 17;
  const auto until = [&](std::string_view phase, std::size_t done, std::size_t total, double loss) {
    CHECK(phase == "training");
    CHECK(total == 40);
    CHECK(std::isfinite(loss));
    return done < stop;
  };
  const auto first = df::train_score(parts, tiny.data, settings, {.seed = 7}, until, checkpoint);
  CHECK(first.cancelled);
  CHECK(first.steps == 17);
  CHECK(parts.weights().values().to_vector() != whole.weights().values().to_vector());
  stop = 1000;
  const auto second = df::train_score(parts, tiny.data, settings, {.seed = 7}, until, checkpoint);
  CHECK_FALSE(second.cancelled);
  CHECK(second.steps == 40);
  CHECK(parts.weights().values().to_vector() == whole.weights().values().to_vector());
  CHECK(straight.steps == 40);

  // A training that is complete is only read back.
  auto again = tiny_model<float, df::one_hot_or_absent_rows>();
  CHECK(df::train_score(again, tiny.data, settings, {.seed = 7}, until, checkpoint).steps == 40);
  CHECK(again.weights().values().to_vector() == whole.weights().values().to_vector());
}

TEST_CASE("diffusion: a checkpoint of another training is refused") {
  const paragon_test::scratch_folder here;
  const tiny_space tiny(false);
  const df::score_training_settings settings{.steps = 3, .batch = 4};
  const df::training_checkpoint checkpoint{.path = here / "c.safetensors"};
  auto model = tiny_model<float, df::one_hot_rows>();
  static_cast<void>(df::train_score(model, tiny.data, settings, {.seed = 7}, paragon::silent{}, checkpoint));
  const auto refused = [&](auto other, const tiny_space& data, const df::score_training_settings& changed,
                           paragon::random_key key) {
    CHECK_THROWS_AS(static_cast<void>(df::train_score(other, data.data, changed, key, paragon::silent{}, checkpoint)),
                    paragon::error);
  };
  const auto fresh = [] { return tiny_model<float, df::one_hot_rows>(); };
  CHECK_NOTHROW(
      static_cast<void>(df::train_score(model, tiny.data, settings, {.seed = 7}, paragon::silent{}, checkpoint)));
  refused(fresh(), tiny, settings, {.seed = 8});
  refused(fresh(), tiny, {.steps = 3, .batch = 5}, {.seed = 7});
  refused(fresh(), tiny, {.steps = 3, .batch = 4, .rate = 1e-3}, {.seed = 7});
  refused(tiny_model<float, df::one_hot_or_absent_rows>(), tiny, settings, {.seed = 7});
  refused(tiny_model<float, df::one_hot_rows, df::variance_preserving>(), tiny, settings, {.seed = 7});
  tiny_space other(false);
  other.data.classes[0] = 1;
  refused(fresh(), other, settings, {.seed = 7});
  model.save(here / "c.safetensors");  // weights are no checkpoint
  refused(fresh(), tiny, settings, {.seed = 7});
}

TEST_CASE("diffusion: training does not depend on the number of threads") {
  const tiny_space tiny(false);
  const df::score_training_settings settings{.steps = 5, .batch = 300};
  auto one = tiny_model<float, df::one_hot_rows>();
  static_cast<void>(df::train_score(one, tiny.data, settings, {.seed = 7}));
  paragon::thread_pool pool(3);
  const paragon::backend::cpu::use_pool kernels(pool);
  auto three = tiny_model<float, df::one_hot_rows>();
  static_cast<void>(df::train_score(three, tiny.data, settings, {.seed = 7}));
  CHECK(one.weights().values().to_vector() == three.weights().values().to_vector());
}

TEST_CASE("diffusion: training stops where a loss is not finite, and keeps the weights from before") {
  const tiny_space tiny(false);
  auto model = tiny_model<float, df::one_hot_rows>();
  model.weights().data()[0] = std::numeric_limits<float>::quiet_NaN();
  const auto before = model.weights().values().to_vector();
  const auto status = df::train_score(model, tiny.data, {.steps = 5, .batch = 4}, {.seed = 7});
  CHECK(status.diverged);
  CHECK(status.steps == 0);
  CHECK(model.weights().values().to_vector()[1] == before[1]);
}

TEST_CASE("diffusion: training refuses settings and data that do not fit") {
  const tiny_space tiny(true);
  auto model = tiny_model<float, df::one_hot_rows>();
  CHECK_THROWS_AS(df::score_trainer(model, tiny.data, {}, {}), paragon::error);  // absent rows
  const tiny_space plain(false);
  CHECK_NOTHROW(df::score_trainer(model, plain.data, {}, {}));
  CHECK_THROWS_AS(df::score_trainer(model, plain.data, {.batch = 0}, {}), paragon::error);
  CHECK_THROWS_AS(df::score_trainer(model, plain.data, {.least_time = 0}, {}), paragon::error);
  CHECK_THROWS_AS(df::score_trainer(model, df::row_classes{3, 2, {}}, {}, {}), paragon::error);
  CHECK_THROWS_AS(df::score_trainer(model, df::row_classes{2, 2, {0, 0}}, {}, {}), paragon::error);
  CHECK_THROWS_AS(df::score_trainer(model, df::row_classes{3, 2, {0, 0, 5}}, {}, {}), paragon::error);
  CHECK_THROWS_AS(df::score_trainer(model, df::row_classes{3, 2, {0, 0, 1, 1}}, {}, {}), paragon::error);
}
