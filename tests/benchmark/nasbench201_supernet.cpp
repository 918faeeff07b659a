// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <paragon/autodiff/cross_entropy.hpp>
#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/supernet.hpp>
#include <paragon/space/neighbours.hpp>
#include <paragon/space/sample.hpp>
#include <paragon/supernet/mixing.hpp>

#include "autodiff/random_tensor.hpp"
#include "plain_nasbench201.hpp"

namespace autodiff = paragon::autodiff;
namespace benchmark = paragon::benchmark;
namespace nn = paragon::nn;
namespace space = paragon::space;
namespace supernet = paragon::supernet;
using paragon_test::cell_of;
using paragon_test::normal;
using paragon_test::one_hot_row;
using plain = paragon_test::plain_nasbench201;

namespace {

static_assert(supernet::supernet_network<benchmark::nasbench201_supernet<>>);
static_assert(supernet::supernet_network<benchmark::nasbench201_supernet<benchmark::separate>, double>);
static_assert(supernet::supernet_network<benchmark::nasbench201_supernet<benchmark::only>>);

constexpr benchmark::nasbench201_network tiny{.channels = 4, .cells_per_stage = 1, .classes = 3, .image_size = 8};

template <class Sharing>
struct small_net {
  nn::parameters<double> store;
  nn::parameters<double> kept;
  benchmark::nasbench201_supernet<Sharing> network;

  explicit small_net(Sharing sharing, benchmark::nasbench201_network around = tiny)
      : network(store, kept, benchmark::nasbench201{around}, {.seed = 3}, sharing) {
    // Random gains, biases and statistics, so that they take part.
    for (const auto& e : store.entries()) {
      if (e.where.extents.rank() == 1) store.assign(e.where, normal(e.where.extents, 100, 0.5, 1).span());
    }
    for (const auto& e : kept.entries()) {
      const auto v = normal(e.where.extents, 101, 0.2, e.name.ends_with("variance") ? 1.5 : 0);
      kept.assign(e.where, v.span());
    }
  }

  [[nodiscard]] std::vector<double> logits(const paragon::tensor<double>& images,
                                           const benchmark::nasbench201_cell& cell, bool running = false) const {
    autodiff::evaluation<double> context;
    const auto theta = nn::freeze(context, store);
    const auto choices = space::choices_of(network.space(), cell);
    const auto x = context.constant(images);
    const auto y = running
                       ? network(theta, x, nn::running_statistics(nn::freeze(context, kept)), supernet::path{choices})
                       : network(theta, x, nn::batch_statistics{}, supernet::path{choices});
    return {y.data(), y.data() + y.size()};
  }
};

paragon_test::pictures to_pictures(const paragon::tensor<double>& x) {
  paragon_test::pictures p(x.shape()[0], x.shape()[1], x.shape()[3]);
  std::copy(x.data(), x.data() + x.size(), p.v.begin());
  return p;
}

double difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  return worst;
}

/// Cells of all kinds: full, with zero and with dead nodes, empty.
const std::vector<std::array<int, 6>> kinds{{3, 3, 3, 3, 3, 3}, {3, 2, 4, 1, 2, 3}, {0, 3, 2, 1, 3, 2},
                                            {0, 0, 1, 0, 4, 3}, {3, 2, 0, 1, 0, 4}, {2, 3, 3, 4, 0, 0},
                                            {0, 0, 0, 0, 0, 0}, {3, 3, 0, 0, 0, 0}, {0, 0, 3, 0, 3, 0},
                                            {1, 1, 1, 1, 1, 1}, {0, 0, 0, 4, 0, 2}, {0, 1, 3, 0, 2, 0}};

template <class Sharing>
void check_forward(Sharing sharing, plain::sharing how) {
  const small_net<Sharing> net(sharing);
  const auto images = normal({3, 8, 8, 3}, 102);
  for (const bool running : {false, true}) {
    const plain by_definition(net.store, net.kept, tiny, how, running);
    for (const auto& digits : kinds) {
      const auto cell = cell_of(digits);
      CAPTURE(benchmark::to_string(cell));
      CAPTURE(running);
      // Kept statistics that are not this cell's would make something of zeros, which a supernet leaves at zeros.
      if (running && std::count(digits.begin(), digits.end(), 0) > 0) continue;
      CHECK(difference(net.logits(images, cell, running),
                       by_definition.logits(to_pictures(images), one_hot_row(cell))) < 1e-10);
    }
  }
}

}  // namespace

TEST_CASE("supernet: parameters of the entangled NAS-Bench-201 network as published, and without useless biases") {
  const auto count = [](auto sharing) {
    nn::parameters<float> store;
    nn::parameters<float> kept;
    const benchmark::nasbench201_supernet network(store, kept, benchmark::nasbench201{}, {.seed = 1}, sharing);
    return store.size();
  };
  CHECK(count(benchmark::entangled{.bias = true}) == 1528186);
  // 6 edges, 5 cells, 16 + 32 + 64 channels.
  CHECK(count(benchmark::entangled{}) == 1528186 - 6 * 5 * (16 + 32 + 64));
  // The 1x1 weights on their own.
  CHECK(count(benchmark::separate{}) == count(benchmark::entangled{}) + 6 * 5 * (256 + 1024 + 4096));
}

TEST_CASE("supernet: a NAS-Bench-201 network of one cell has exactly the benchmark's parameters") {
  for (const auto& around : {tiny, benchmark::nasbench201_network{.channels = 3, .cells_per_stage = 2, .classes = 7}}) {
    const benchmark::nasbench201 cells{around};
    for (std::size_t i = 0; i < 200; ++i) {
      const auto cell = space::uniform(cells, paragon::random_key{.seed = 5}, i);
      nn::parameters<float> store;
      nn::parameters<float> kept;
      const benchmark::nasbench201_supernet network(store, kept, cells, {.seed = 1}, benchmark::only{cell});
      CAPTURE(benchmark::to_string(cell));
      CHECK(static_cast<double>(store.size()) == cells.parameters(cell));
    }
  }
  nn::parameters<float> store;
  nn::parameters<float> kept;
  const auto cell = cell_of({3, 3, 3, 3, 3, 3});
  const benchmark::nasbench201_supernet network(store, kept, benchmark::nasbench201{}, {.seed = 1},
                                                benchmark::only{cell});
  CHECK(static_cast<double>(store.size()) == benchmark::nasbench201{}.parameters(cell));
}

TEST_CASE("supernet: the NAS-Bench-201 network computes its definition") {
  SUBCASE("entangled") { check_forward(benchmark::entangled{}, plain::sharing::entangled); }
  SUBCASE("entangled with biases") { check_forward(benchmark::entangled{.bias = true}, plain::sharing::entangled); }
  SUBCASE("separate") { check_forward(benchmark::separate{}, plain::sharing::separate); }
}

TEST_CASE("supernet: the NAS-Bench-201 network of one cell computes its definition, biases of dead ends included") {
  const auto images = normal({2, 8, 8, 3}, 103);
  for (const auto& digits : kinds) {
    const auto cell = cell_of(digits);
    CAPTURE(benchmark::to_string(cell));
    const small_net<benchmark::only> net(benchmark::only{cell});
    for (const bool running : {false, true}) {
      CAPTURE(running);
      const plain by_definition(net.store, net.kept, tiny, plain::sharing::only, running);
      CHECK(difference(net.logits(images, cell, running),
                       by_definition.logits(to_pictures(images), one_hot_row(cell))) < 1e-10);
    }
    CHECK_THROWS_WITH_AS((void)net.logits(images, cell_of({4, 4, 4, 4, 4, 4})), doctest::Contains("another cell"),
                         paragon::error);
  }
}

TEST_CASE("supernet: deeper NAS-Bench-201 networks compute their definition") {
  const benchmark::nasbench201_network around{.channels = 2, .cells_per_stage = 3, .classes = 4, .image_size = 12};
  const small_net<benchmark::entangled> net(benchmark::entangled{}, around);
  const plain by_definition(net.store, net.kept, around, plain::sharing::entangled);
  const auto images = normal({2, 12, 12, 3}, 104);
  for (const auto& digits : kinds) {
    CHECK(difference(net.logits(images, cell_of(digits)),
                     by_definition.logits(to_pictures(images), one_hot_row(cell_of(digits)))) < 1e-9);
  }
}

TEST_CASE("supernet: the 1x1 weights are the middle of the 3x3 ones") {
  small_net<benchmark::entangled> net(benchmark::entangled{});
  const auto images = normal({2, 8, 8, 3}, 105);
  const auto ones = net.logits(images, cell_of({2, 2, 2, 2, 2, 2}));
  const auto threes = net.logits(images, cell_of({3, 3, 3, 3, 3, 3}));
  for (const auto& e : net.store.entries()) {
    if (e.name.find("edge") == std::string::npos || !e.name.ends_with(".weight")) continue;
    const std::size_t square = e.where.extents[2] * e.where.extents[3];
    for (std::size_t tap = 0; tap < 9; ++tap) {
      for (std::size_t i = 0; tap != 4 && i < square; ++i) net.store.data()[e.where.offset + tap * square + i] = 0;
    }
  }
  CHECK(net.logits(images, cell_of({2, 2, 2, 2, 2, 2})) == ones);
  CHECK(difference(net.logits(images, cell_of({3, 3, 3, 3, 3, 3})), ones) < 1e-10);
  CHECK(difference(threes, ones) > 1e-3);

  // Trained as 1x1, only the middle gets a gradient.
  autodiff::tape<double> tape;
  const auto theta = nn::bind(tape, net.store);
  const auto choices = space::choices_of(net.network.space(), cell_of({2, 2, 2, 2, 2, 2}));
  const auto y = net.network(theta, tape.constant(images), nn::batch_statistics{}, supernet::path{choices});
  const std::vector<std::uint32_t> labels{0, 2};
  tape.backward(autodiff::cross_entropy(y, std::span<const std::uint32_t>(labels)));
  const double* gradient = tape.gradient(theta.all());
  for (const auto& e : net.store.entries()) {
    if (e.name.find("edge") == std::string::npos || !e.name.ends_with(".weight")) continue;
    const std::size_t square = e.where.extents[2] * e.where.extents[3];
    for (std::size_t i = 0; i < 9 * square; ++i) {
      const bool middle = i / square == 4;
      if (!middle) CHECK(gradient[e.where.offset + i] == 0);
    }
    CHECK(std::any_of(gradient + e.where.offset + 4 * square, gradient + e.where.offset + 5 * square,
                      [](double g) { return g != 0; }));
  }
}

TEST_CASE("supernet: a bias before a normalisation changes nothing and gets no gradient") {
  small_net<benchmark::entangled> net(benchmark::entangled{.bias = true});
  const auto images = normal({2, 8, 8, 3}, 106);
  const auto cell = cell_of({3, 2, 3, 1, 2, 3});
  const auto before = net.logits(images, cell);
  autodiff::tape<double> tape;
  const auto theta = nn::bind(tape, net.store);
  const auto choices = space::choices_of(net.network.space(), cell);
  const auto y = net.network(theta, tape.constant(images), nn::batch_statistics{}, supernet::path{choices});
  const std::vector<std::uint32_t> labels{0, 2};
  tape.backward(autodiff::cross_entropy(y, std::span<const std::uint32_t>(labels)));
  std::size_t found = 0;
  for (const auto& e : net.store.entries()) {
    if (e.name.find("edge") == std::string::npos || !e.name.ends_with(".bias")) continue;
    ++found;
    for (std::size_t i = 0; i < e.where.extents.size(); ++i) {
      CHECK(std::abs(tape.gradient(theta.all())[e.where.offset + i]) < 1e-14);
      net.store.data()[e.where.offset + i] += 7;
    }
  }
  CHECK(found == 18);
  CHECK(difference(net.logits(images, cell), before) < 1e-10);
}

TEST_CASE("supernet: what does not reach the output is not computed") {
  const small_net<benchmark::entangled> net(benchmark::entangled{});
  const auto images = normal({2, 8, 8, 3}, 107);
  const auto records = [&](std::array<int, 6> digits) {
    autodiff::tape<double> tape;
    const auto theta = nn::bind(tape, net.store);
    const auto choices = space::choices_of(net.network.space(), cell_of(digits));
    (void)net.network(theta, tape.constant(images), nn::batch_statistics{}, supernet::path{choices});
    return tape.records();
  };
  const std::size_t empty = records({0, 0, 0, 0, 0, 0});
  CHECK(records({3, 3, 3, 0, 0, 0}) == empty);      // no way to the output
  CHECK(records({0, 0, 3, 0, 3, 3}) == empty);      // nothing but zeros on the way
  CHECK(records({0, 0, 0, 1, 0, 0}) == empty + 2);  // the poolings between stages are of something
  CHECK(records({3, 2, 4, 1, 0, 0}) == records({0, 0, 0, 1, 0, 0}));
  const auto logits = net.logits(images, cell_of({3, 2, 4, 1, 0, 0}));
  CHECK(logits == net.logits(images, cell_of({0, 0, 0, 1, 0, 0})));
  for (const double v : net.logits(images, cell_of({0, 0, 0, 0, 0, 0}))) CHECK(std::isfinite(v));
}

TEST_CASE("supernet: gradients of the NAS-Bench-201 network") {
  const benchmark::nasbench201_network around{.channels = 2, .cells_per_stage = 1, .classes = 2, .image_size = 4};
  for (const auto& digits : {std::array{3, 2, 4, 1, 2, 3}, std::array{2, 3, 0, 4, 3, 0}}) {
    const auto run = [&](auto sharing) {
      const small_net net(sharing, around);
      const auto choices = space::choices_of(net.network.space(), cell_of(digits));
      const auto f = [&](auto&, const auto& v) {
        return net.network(nn::bound(v[0]), v[1], nn::batch_statistics{}, supernet::path{choices});
      };
      return autodiff::gradient_error(f, {net.store.values(), normal({3, 4, 4, 3}, 108)}, {.seed = 1}, 1e-6);
    };
    CHECK(run(benchmark::entangled{}) < 1e-6);
    CHECK(run(benchmark::separate{}) < 1e-6);
    CHECK(run(benchmark::only{cell_of(digits)}) < 1e-6);
  }
}

TEST_CASE("supernet: the order of the images does not matter to the NAS-Bench-201 network") {
  const small_net<benchmark::entangled> net(benchmark::entangled{});
  const auto images = normal({4, 8, 8, 3}, 109);
  paragon::tensor<double> turned(images.shape());
  const std::size_t one = images.size() / 4;
  for (std::size_t i = 0; i < 4; ++i) {
    std::copy_n(images.data() + i * one, one, turned.data() + (3 - i) * one);
  }
  const auto cell = cell_of({3, 2, 4, 1, 2, 3});
  const auto a = net.logits(images, cell);
  const auto b = net.logits(turned, cell);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t k = 0; k < 3; ++k) CHECK(a[3 * i + k] == doctest::Approx(b[3 * (3 - i) + k]).epsilon(1e-9));
  }
}

TEST_CASE("supernet: images of another kind are refused by the NAS-Bench-201 network") {
  const small_net<benchmark::entangled> net(benchmark::entangled{});
  for (const auto& extents : {paragon::shape{2, 8, 8, 1}, paragon::shape{2, 6, 8, 3}, paragon::shape{16, 3}}) {
    CHECK_THROWS_WITH_AS((void)net.logits(normal(extents, 110), cell_of({1, 1, 1, 1, 1, 1})),
                         doctest::Contains("multiples of 4"), paragon::error);
  }
}
