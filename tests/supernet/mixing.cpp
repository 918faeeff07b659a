// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <paragon/autodiff/cross_entropy.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/supernet.hpp>
#include <paragon/hypernetwork/relaxation.hpp>
#include <paragon/supernet/mixing.hpp>

#include "autodiff/random_tensor.hpp"
#include "benchmark/plain_nasbench201.hpp"

namespace autodiff = paragon::autodiff;
namespace benchmark = paragon::benchmark;
namespace nn = paragon::nn;
namespace supernet = paragon::supernet;
using paragon_test::cell_of;
using paragon_test::normal;
using paragon_test::one_hot_row;
using plain = paragon_test::plain_nasbench201;
using tape_type = autodiff::tape<double>;
using number = autodiff::variable<tape_type>;

namespace {

constexpr std::array<std::size_t, 7> edge_offsets{0, 5, 10, 15, 20, 25, 30};
constexpr std::array<std::size_t, 2> one_decision{0, 3};

/// Three candidates: nothing, the input itself, its square.
struct three_functions {
  template <class C>
  supernet::output<C> operator()(const nn::bound<C>&, autodiff::variable<C> x, std::size_t choice) const {
    if (choice == 0) return {};
    if (choice == 1) return x;
    return autodiff::square(x);
  }
};

/// sum of weights * (mix(x) + x): gradients by alpha and x.
template <class Policy>
struct one_place {
  std::vector<double> value;
  std::vector<double> by_alpha;
  std::vector<double> by_x;

  one_place(Policy& policy, std::vector<double> row, bool x_has_gradient) {
    const auto start = normal({2, 3}, 200);
    const auto weights = normal({2, 3}, 201);
    tape_type tape;
    nn::parameters<double> store;
    (void)store.add("unused", {1}, nn::fill{0}, {});
    const auto theta = nn::bind(tape, store);
    const auto alpha = tape.input(row.data(), {1, row.size()});
    const auto x = x_has_gradient ? tape.input(start) : tape.constant(start);
    const auto mix = policy(alpha, std::span<const std::size_t>(one_decision));
    const auto y = mix(0, theta, x, three_functions{});
    REQUIRE(y.has_value());
    value.assign(y->data(), y->data() + y->size());
    const auto total = autodiff::sum((*y + x) * tape.constant(weights));
    tape.backward(total);
    by_alpha.assign(tape.gradient(alpha), tape.gradient(alpha) + row.size());
    if (x_has_gradient) by_x.assign(tape.gradient(x), tape.gradient(x) + x.size());
  }
};

std::vector<double> hot(std::size_t i) {
  std::vector<double> row(3);
  row[i] = 1;
  return row;
}

}  // namespace

TEST_CASE("supernet: the exact mixture at one place of a network") {
  const auto x = normal({2, 3}, 200);
  const auto w = normal({2, 3}, 201);
  std::array<double, 3> inner{};
  for (std::size_t i = 0; i < 6; ++i) {
    inner[1] += w[i] * x[i];
    inner[2] += w[i] * x[i] * x[i];
  }
  supernet::exact_mixing<double> exact;
  for (const bool gradient : {true, false}) {
    for (std::size_t taken = 0; taken < 3; ++taken) {
      CAPTURE(taken);
      CAPTURE(gradient);
      const one_place result(exact, hot(taken), gradient);
      for (std::size_t c = 0; c < 3; ++c) CHECK(result.by_alpha[c] == doctest::Approx(inner[c]).epsilon(1e-12));
      for (std::size_t i = 0; i < 6; ++i) {
        CHECK(result.value[i] == (taken == 0 ? 0 : taken == 1 ? x[i] : x[i] * x[i]));
        if (!gradient) continue;
        const double slope = taken == 0 ? 0 : taken == 1 ? 1 : 2 * x[i];
        CHECK(result.by_x[i] == doctest::Approx(w[i] * (1 + slope)).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("supernet: the published mixture gives the other entries of alpha the sum of what comes from above") {
  const auto x = normal({2, 3}, 200);
  const auto w = normal({2, 3}, 201);
  supernet::published_mixing published;
  double sum = 0;
  std::array<double, 3> inner{};
  for (std::size_t i = 0; i < 6; ++i) {
    sum += w[i];
    inner[1] += w[i] * x[i];
    inner[2] += w[i] * x[i] * x[i];
  }
  for (const bool gradient : {true, false}) {
    for (std::size_t taken = 0; taken < 3; ++taken) {
      const one_place result(published, hot(taken), gradient);
      for (std::size_t c = 0; c < 3; ++c) {
        CHECK(result.by_alpha[c] == doctest::Approx(c == taken ? inner[c] : sum).epsilon(1e-12));
      }
      for (std::size_t i = 0; gradient && i < 6; ++i) {
        const double slope = taken == 0 ? 0 : taken == 1 ? 1 : 2 * x[i];
        CHECK(result.by_x[i] == doctest::Approx(w[i] * (1 + slope)).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("supernet: a row that is not one-hot is refused") {
  tape_type tape;
  const supernet::sampled sampled;
  const auto offsets = std::span<const std::size_t>(one_decision);
  for (const std::vector<double>& row : {std::vector<double>{0.5, 0.5, 0}, {0, 0, 0}, {1, 1, 0}, {1, 0}}) {
    CHECK_THROWS_AS((void)sampled(tape.constant(row.data(), {1, row.size()}), offsets), paragon::error);
  }
  const std::vector<double> row{0, 0, 1};
  CHECK(sampled(tape.constant(row.data(), {1, 3}), offsets).choice(0) == 2);
}

namespace {

constexpr benchmark::nasbench201_network tiny{.channels = 2, .cells_per_stage = 2, .classes = 3, .image_size = 4};

struct mixed_net {
  nn::parameters<double> store;
  nn::parameters<double> kept;
  benchmark::nasbench201_supernet<benchmark::separate> network{store, kept, benchmark::nasbench201{tiny}, {.seed = 7}};
  paragon::tensor<double> images = normal({3, 4, 4, 3}, 210);
  std::vector<std::uint32_t> labels{2, 0, 1};

  mixed_net() {
    for (const auto& e : kept.entries()) {
      const auto v = normal(e.where.extents, 211, 0.2, e.name.ends_with("variance") ? 1.5 : 0);
      kept.assign(e.where, v.span());
    }
  }

  /// Loss, and its gradient by alpha, of this library; theta bound or frozen.
  template <class Policy>
  std::vector<double> by_alpha(Policy& policy, const std::vector<double>& row, bool bound, bool running,
                               double* loss = nullptr) {
    tape_type tape;
    const auto theta = bound ? nn::bind(tape, store) : nn::freeze(tape, store);
    const auto alpha = tape.input(row.data(), {1, row.size()});
    const auto mix = policy(alpha, std::span<const std::size_t>(edge_offsets));
    const auto x = tape.constant(images);
    const auto y = running ? network(theta, x, nn::running_statistics(nn::freeze(tape, kept)), mix)
                           : network(theta, x, nn::batch_statistics{}, mix);
    const auto total = autodiff::cross_entropy(y, std::span<const std::uint32_t>(labels));
    tape.backward(total);
    if (loss != nullptr) *loss = *total.data();
    return {tape.gradient(alpha), tape.gradient(alpha) + row.size()};
  }

  /// The loss of the mixture by its definition, with any real alpha.
  [[nodiscard]] double by_definition(const std::vector<double>& alpha, bool running) const {
    paragon_test::pictures p(3, 4, 3);
    std::copy(images.data(), images.data() + images.size(), p.v.begin());
    const auto y = plain(store, kept, tiny, plain::sharing::separate, running).logits(p, alpha);
    double total = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < 3; ++k) sum += std::exp(y[3 * i + k]);
      total += (std::log(sum) - y[3 * i + labels[i]]) / 3;
    }
    return total;
  }
};

}  // namespace

TEST_CASE("supernet: the exact mixture has the gradient of the full mixture, batch normalisation included") {
  mixed_net net;
  supernet::exact_mixing<double> exact;
  // No convolution reads a node that is zero: there the mixture has a kink.
  const std::vector<std::array<int, 6>> cells{{3, 3, 3, 3, 3, 3}, {3, 2, 4, 1, 2, 3}, {2, 0, 3, 4, 1, 3},
                                              {0, 3, 1, 0, 4, 2}, {3, 2, 0, 1, 0, 0}, {2, 3, 4, 1, 0, 2},
                                              {1, 0, 0, 3, 2, 1}, {0, 0, 4, 1, 1, 4}};
  for (const auto& digits : cells) {
    const auto row = one_hot_row(cell_of(digits));
    CAPTURE(benchmark::to_string(cell_of(digits)));
    for (const bool running : {false, true}) {
      // Kept statistics that are not the cell's own would make something of zeros, see `benchmark::nasbench201_supernet`.
      if (running && std::count(digits.begin(), digits.end(), 0) > 0) continue;
      CAPTURE(running);
      double loss = 0;
      const auto gradient = net.by_alpha(exact, row, true, running, &loss);
      CHECK(loss == doctest::Approx(net.by_definition(row, running)).epsilon(1e-10));
      double greatest = 0;
      for (std::size_t i = 0; i < row.size(); ++i) {
        auto moved = row;
        const double step = 1e-6;
        moved[i] = row[i] + step;
        const double up = net.by_definition(moved, running);
        moved[i] = row[i] - step;
        const double down = net.by_definition(moved, running);
        CAPTURE(i);
        CHECK(gradient[i] == doctest::Approx((up - down) / (2 * step)).epsilon(1e-5).scale(1));
        greatest = std::max(greatest, std::abs(gradient[i]));
      }
      CHECK(greatest > 1e-3);
      // The same without gradients by the weights.
      const auto alone = net.by_alpha(exact, row, false, running);
      for (std::size_t i = 0; i < row.size(); ++i) CHECK(alone[i] == doctest::Approx(gradient[i]).epsilon(1e-12));
    }
  }
}

TEST_CASE("supernet: the published mixture of a network: the chosen entries are exact") {
  mixed_net net;
  supernet::exact_mixing<double> exact;
  supernet::published_mixing published;
  for (const auto& digits :
       {std::array{3, 3, 3, 3, 3, 3}, std::array{3, 0, 4, 1, 2, 3}, std::array{0, 2, 3, 0, 0, 1}}) {
    const auto row = one_hot_row(cell_of(digits));
    const auto a = net.by_alpha(exact, row, true, false);
    const auto b = net.by_alpha(published, row, false, false);
    for (std::size_t e = 0; e < 6; ++e) {
      const auto taken = static_cast<std::size_t>(digits[e]);
      CHECK(b[5 * e + taken] == doctest::Approx(a[5 * e + taken]).epsilon(1e-10));
      // All that are not taken are the same.
      const std::size_t other = taken == 0 ? 1 : 0;
      for (std::size_t c = 0; c < 5; ++c) {
        if (c != taken) CHECK(b[5 * e + c] == b[5 * e + other]);
      }
    }
  }
}

TEST_CASE("supernet: all mixtures give the same logits and the same gradients by the weights") {
  mixed_net net;
  supernet::exact_mixing<double> exact;
  supernet::published_mixing published;
  supernet::sampled sampled;
  for (const auto& digits :
       {std::array{3, 2, 4, 1, 2, 3}, std::array{2, 3, 0, 4, 0, 3}, std::array{0, 0, 3, 0, 3, 3}}) {
    const auto row = one_hot_row(cell_of(digits));
    const auto run = [&](auto& policy) {
      tape_type tape;
      const auto theta = nn::bind(tape, net.store);
      const auto alpha = tape.input(row.data(), {1, row.size()});
      const auto y = net.network(theta, tape.constant(net.images), nn::batch_statistics{},
                                 policy(alpha, std::span<const std::size_t>(edge_offsets)));
      std::vector<double> result(y.data(), y.data() + y.size());
      tape.backward(autodiff::cross_entropy(y, std::span<const std::uint32_t>(net.labels)));
      const double* g = tape.gradient(theta.all());
      result.insert(result.end(), g, g + net.store.size());
      return result;
    };
    const auto expected = run(sampled);
    const auto check = [&](const std::vector<double>& other) {
      for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(other[i] == doctest::Approx(expected[i]).epsilon(1e-10).scale(1));
      }
    };
    check(run(exact));
    check(run(published));
  }
}

TEST_CASE("supernet: the network of one cell has no other operations for the exact mixture") {
  nn::parameters<double> store;
  nn::parameters<double> kept;
  const auto cell = cell_of({3, 2, 4, 1, 2, 3});
  const benchmark::nasbench201_supernet network(store, kept, benchmark::nasbench201{tiny}, {.seed = 7},
                                                benchmark::only{cell});
  supernet::exact_mixing<double> exact;
  const auto row = one_hot_row(cell);
  const auto images = normal({1, 4, 4, 3}, 213);
  tape_type tape;
  const auto y = network(nn::bind(tape, store), tape.constant(images), nn::batch_statistics{},
                         exact(tape.input(row.data(), {1, 30}), std::span<const std::size_t>(edge_offsets)));
  CHECK_THROWS_WITH_AS(tape.backward(autodiff::sum(y)), doctest::Contains("weights that cells share"), paragon::error);
}

TEST_CASE(
    "supernet: gradients reach the logits of a hypernetwork through ReinMax and the exact mixture, for any number of "
    "threads the same") {
  mixed_net net;
  supernet::exact_mixing<double> exact;
  const auto logits = normal({1, 30}, 212);
  std::vector<double> twice[2];
  std::size_t threads = 0;
  for (auto& result : twice) {
    paragon::thread_pool pool(++threads);
    const paragon::backend::cpu::use_pool kernels(pool);
    tape_type tape;
    const auto x = tape.input(logits);
    const auto alpha = paragon::hypernetwork::reinmax{}(x, std::span<const std::size_t>(edge_offsets), {.seed = 9});
    const auto y = net.network(nn::freeze(tape, net.store), tape.constant(net.images), nn::batch_statistics{},
                               exact(alpha, std::span<const std::size_t>(edge_offsets)));
    tape.backward(autodiff::cross_entropy(y, std::span<const std::uint32_t>(net.labels)));
    result.assign(tape.gradient(x), tape.gradient(x) + 30);
    // ReinMax of exactly the mixture's gradient.
    const std::vector<double> row(alpha.data(), alpha.data() + 30);
    const auto by_alpha = net.by_alpha(exact, row, false, false);
    tape.backward(alpha, by_alpha.data(), 1);
    for (std::size_t i = 0; i < 30; ++i) {
      CHECK(tape.gradient(x)[i] == doctest::Approx(result[i]).epsilon(1e-10).scale(1));
    }
    CHECK(std::any_of(result.begin(), result.end(), [](double g) { return std::abs(g) > 1e-4; }));
  }
  CHECK(twice[0] == twice[1]);
}
