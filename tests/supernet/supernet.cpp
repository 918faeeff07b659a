// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/cross_entropy.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/autodiff/linear.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/supernet.hpp>
#include <paragon/nn/optimiser.hpp>
#include <paragon/space/choice_notation.hpp>
#include <paragon/supernet/supernet.hpp>

#include "autodiff/random_tensor.hpp"
#include "benchmark/plain_nasbench201.hpp"

namespace autodiff = paragon::autodiff;
namespace benchmark = paragon::benchmark;
namespace nn = paragon::nn;
namespace supernet = paragon::supernet;
using paragon_test::cell_of;
using paragon_test::normal;

namespace {

/// Two layers, each with or without a nonlinearity of one's choice: 3 x 2 architectures.
struct two_layers {
  struct architecture {
    int first = 0;
    int second = 0;
    friend bool operator==(architecture, architecture) = default;
  };
  std::string_view name() const { return "two_layers"; }
  std::size_t decisions() const { return 2; }
  std::size_t choices(std::size_t d) const { return d == 0 ? 3 : 2; }
  std::size_t choice(architecture a, std::size_t d) const {
    return static_cast<std::size_t>(d == 0 ? a.first : a.second);
  }
  architecture from_choices(std::span<const paragon::space::choice_index> row) const {
    paragon::space::require_choices(*this, row);
    return {row[0], row[1]};
  }
  std::string to_string(architecture a) const { return paragon::space::write_choices(*this, a); }
  architecture parse(std::string_view text) const { return paragon::space::read_choices(*this, text); }
};

struct two_layer_network {
  nn::slot first, second;

  two_layers space() const { return {}; }
  std::size_t classes() const { return 2; }

  template <class C, class Norm, class Mix>
  autodiff::variable<C> operator()(const nn::bound<C>& theta, autodiff::variable<C> images, const Norm&,
                                   const Mix& mix) const {
    const auto operation = [](const auto&, auto x,
                              std::size_t choice) -> supernet::output<typename decltype(x)::context_type> {
      if (choice == 0) return x;
      if (choice == 1) return autodiff::tanh(x);
      return autodiff::square(x);
    };
    const auto pixels = autodiff::reshape(images, {images.shape()[0], images.size() / images.shape()[0]});
    const auto x = *mix(0, theta, autodiff::linear(pixels, theta[first]), operation);
    return autodiff::linear(*mix(1, theta, x, operation), theta[second]);
  }
};
static_assert(supernet::supernet_network<two_layer_network>);

supernet::supernet<two_layer_network, double> small_supernet() {
  nn::parameters<double> store;
  const two_layer_network network{store.add("first", {3, 4}, nn::normal{0.5}, {.seed = 1}),
                                  store.add("second", {2, 3}, nn::normal{0.5}, {.seed = 1})};
  return {network, store, {}};
}

}  // namespace

TEST_CASE("supernet: a space of one's own brings only its operators") {
  auto net = small_supernet();
  const auto images = normal({5, 2, 2, 1}, 300);
  CHECK(net.classes() == 2);
  CHECK(net.space().parse("2-1") == two_layers::architecture{2, 1});
  CHECK(net.offsets().size() == 3);
  CHECK(net.offsets()[2] == 5);

  // Logits of an architecture are those of its one-hot row, whatever the mixing.
  supernet::exact_mixing<double> exact;
  supernet::published_mixing published;
  autodiff::tape<double> tape;
  const auto theta = nn::bind(tape, net.store());
  const auto x = tape.constant(images);
  const auto y = net.logits(theta, x, {2, 1});
  const std::vector<double> row{0, 0, 1, 0, 1};
  const auto alpha = tape.input(row.data(), {1, 5});
  const auto z = net.logits(theta, x, alpha, exact);
  const auto p = net.logits(theta, x, alpha, published);
  const auto s = net.logits(theta, x, alpha, supernet::sampled{});
  for (std::size_t i = 0; i < y.size(); ++i) {
    CHECK(z.data()[i] == y.data()[i]);
    CHECK(p.data()[i] == y.data()[i]);
    CHECK(s.data()[i] == y.data()[i]);
  }

  const std::vector<std::uint32_t> labels{0, 1, 1, 0, 1};
  // The exact gradient by alpha is that of the mixture by its definition.
  const auto mixture = [&](auto& context, const auto& v) {
    const nn::bound weights(v[1]);
    const auto share = [&](std::size_t i) { return autodiff::reshape(autodiff::slice_columns(v[0], i, 1), {1}); };
    const auto mixed = [&](auto in, std::size_t first, std::size_t n) {
      const auto times = [&](auto q, std::size_t i) {
        return autodiff::reshape(
            autodiff::linear(autodiff::reshape(q, {q.size(), 1}), autodiff::reshape(share(i), {1, 1})), q.shape());
      };
      auto total = times(in, first) + times(autodiff::tanh(in), first + 1);
      return n == 2 ? total : total + times(autodiff::square(in), first + 2);
    };
    const auto pixels = autodiff::reshape(context.constant(images), {5, 4});
    const auto h = mixed(autodiff::linear(pixels, weights[net.network().first]), 0, 3);
    return autodiff::cross_entropy(autodiff::linear(mixed(h, 3, 2), weights[net.network().second]),
                                   std::span<const std::uint32_t>(labels));
  };
  autodiff::tape<double> other;
  const auto free_row = other.input(row.data(), {1, 5});
  const auto weights = nn::bind(other, net.store());
  const std::vector<autodiff::variable<autodiff::tape<double>>> v{free_row, weights.all()};
  other.backward(mixture(other, v));
  tape.backward(autodiff::cross_entropy(z, std::span<const std::uint32_t>(labels)));
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(tape.gradient(alpha)[i] == doctest::Approx(other.gradient(free_row)[i]).epsilon(1e-10));
  }
  for (std::size_t i = 0; i < net.store().size(); ++i) {
    CHECK(tape.gradient(theta.all())[i] == doctest::Approx(other.gradient(weights.all())[i]).epsilon(1e-10));
  }
}

TEST_CASE("supernet: loss and accuracy of an architecture do not depend on the batches") {
  const auto net = small_supernet();
  const auto images = normal({7, 2, 2, 1}, 301);
  const std::vector<std::uint32_t> labels{0, 1, 1, 0, 1, 0, 0};
  const auto all = net.evaluate({1, 0}, images.data(), images.shape(), labels, 7);
  const auto some = net.evaluate({1, 0}, images.data(), images.shape(), labels, 3);
  CHECK(all.images == 7);
  CHECK(all.correct == some.correct);
  CHECK(all.loss() == doctest::Approx(some.loss()).epsilon(1e-12));

  double loss = 0;
  std::size_t correct = 0;
  autodiff::evaluation<double> context;
  const auto y = net.logits(nn::freeze(context, net.store()), context.constant(images), {1, 0});
  for (std::size_t i = 0; i < 7; ++i) {
    const double a = y.data()[2 * i];
    const double b = y.data()[2 * i + 1];
    loss += std::log(std::exp(a) + std::exp(b)) - (labels[i] == 0 ? a : b);
    correct += (b > a) == (labels[i] == 1);
  }
  CHECK(all.loss_sum == doctest::Approx(loss).epsilon(1e-12));
  CHECK(all.correct == correct);
  CHECK(all.accuracy() == doctest::Approx(static_cast<double>(correct) / 7));

  CHECK_THROWS_AS((void)net.evaluate({1, 0}, images.data(), images.shape(), std::span(labels).first(3)),
                  paragon::error);
  CHECK_THROWS_AS((void)net.evaluate({1, 0}, images.data(), images.shape(), labels, 0), paragon::error);
}

TEST_CASE("supernet: recalibrated statistics are the mean over the batches") {
  nn::parameters<double> store;
  nn::parameters<double> kept;
  const paragon::benchmark::nasbench201 cells{{.channels = 2, .cells_per_stage = 1, .classes = 2, .image_size = 4}};
  const benchmark::nasbench201_supernet network(store, kept, cells, {.seed = 1});
  supernet::supernet net(network, store, kept);
  const auto images = normal({4, 4, 4, 3}, 302);
  const std::vector<std::uint32_t> labels{0, 1, 1, 0};
  const auto cell = cell_of({3, 2, 4, 1, 2, 3});
  net.recalibrate(cell, images.data(), images.shape(), 4);
  // One batch: kept statistics are its own, but for the unbiased variance; 4 x 4 x 4 pixels at the start.
  const auto kept_loss =
      net.evaluate(cell, images.data(), images.shape(), labels, 4, supernet::statistics::kept).loss();
  const auto own_loss = net.evaluate(cell, images.data(), images.shape(), labels, 4).loss();
  CHECK(kept_loss == doctest::Approx(own_loss).epsilon(0.2));
  // Statistics of single images are not those of the batch, the kept ones are the same for each.
  CHECK(net.evaluate(cell, images.data(), images.shape(), labels, 1, supernet::statistics::kept).loss() ==
        doctest::Approx(kept_loss).epsilon(1e-10));

  const auto* stem = net.kept().find("stem.norm.mean");
  REQUIRE(stem != nullptr);
  const auto mean_of = [&](std::size_t first, std::size_t count) {
    supernet::supernet part(network, store, kept);
    part.recalibrate(cell, images.data() + first * 48, {count, 4, 4, 3}, count);
    return part.kept().data()[stem->where.offset];
  };
  net.recalibrate(cell, images.data(), images.shape(), 2);
  CHECK(net.kept().data()[stem->where.offset] == doctest::Approx((mean_of(0, 2) + mean_of(2, 2)) / 2).epsilon(1e-12));
}

TEST_CASE("supernet: training the weights of sampled cells lowers their loss") {
  nn::parameters<float> store;
  nn::parameters<float> kept;
  const paragon::benchmark::nasbench201 cells{{.channels = 4, .cells_per_stage = 1, .classes = 2, .image_size = 8}};
  const benchmark::nasbench201_supernet network(store, kept, cells, {.seed = 1});
  supernet::supernet net(network, store, kept);
  // Class 1: the upper half is brighter.
  paragon::tensor<float> images({32, 8, 8, 3});
  std::vector<std::uint32_t> labels(32);
  const paragon::random_key key{.seed = 11};
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::size_t n = i / 192;
    labels[n] = static_cast<std::uint32_t>(n % 2);
    images[i] = static_cast<float>(key.normal(i) + (labels[n] == 1 && i % 192 < 96 ? 1 : 0));
  }
  const auto cell = cell_of({3, 2, 4, 1, 2, 3});
  const double before = net.evaluate(cell, images.data(), images.shape(), labels).loss();
  nn::adam<float> optimiser;
  autodiff::tape<float> tape;
  for (std::size_t step = 0; step < 30; ++step) {
    tape.clear();
    const auto theta = nn::bind(tape, net.store());
    tape.backward(autodiff::cross_entropy(net.logits(theta, tape.constant(images), cell),
                                          std::span<const std::uint32_t>(labels)));
    optimiser.step(net.store(), tape.gradient(theta.all()), 0.01);
  }
  const auto after = net.evaluate(cell, images.data(), images.shape(), labels);
  CHECK(after.loss() < 0.5 * before);
  CHECK(after.accuracy() > 0.9);
}
