// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/diffusion/noisy_batch.hpp>
#include <paragon/diffusion/sde.hpp>
#include <paragon/space/enumerate.hpp>

#include "tiny_space.hpp"

namespace benchmark = paragon::benchmark;
namespace df = paragon::diffusion;
namespace space = paragon::space;

TEST_CASE("diffusion: classes of rows say what the encoding of each cell says") {
  const benchmark::nasbench201 cells;
  const benchmark::nasbench201_diffusion_graph<> graph;
  const auto all = space::all_architectures(cells);
  const auto data = df::row_classes::of(graph, all);
  REQUIRE(data.size() == 15625);
  CHECK(data.nodes == 8);
  CHECK(data.operators == 7);
  for (std::size_t a = 0; a < all.size(); a += 13) {
    CHECK(data.classes[a * 8] == 0);
    CHECK(data.classes[a * 8 + 7] == 1);
    for (std::size_t e = 0; e < 6; ++e) {
      REQUIRE(data.classes[a * 8 + 1 + e] == 2 + static_cast<int>(all[a].operations[e]));
    }
  }
}

namespace {

struct odd_graph {
  float entry;
  bool twice;
  static std::size_t nodes() { return 2; }
  static std::size_t features() { return 3; }
  void encode(int, std::span<float> x) const {
    std::fill(x.begin(), x.end(), 0.0F);
    x[1] = entry;
    if (twice) x[2] = 1;
  }
};

}  // namespace

TEST_CASE("diffusion: rows without a 1 are absent; rows that are not one-hot are refused") {
  CHECK(df::row_classes::of(odd_graph{1, false}, std::vector<int>(1)).classes == std::vector<std::uint16_t>{1, 3});
  CHECK_THROWS_AS((static_cast<void>(df::row_classes::of(odd_graph{1, true}, std::vector<int>(1)))), paragon::error);
  CHECK_THROWS_AS((static_cast<void>(df::row_classes::of(odd_graph{0.5F, false}, std::vector<int>(1)))),
                  paragon::error);
}

TEST_CASE("diffusion: a noisy batch is scaled data and noise, at times that cover the whole range") {
  const paragon_test::tiny_space tiny(true);
  const df::variance_preserving process;
  const std::size_t graphs = 400;
  df::noisy_batch<double> batch(graphs, tiny.data);
  std::vector<std::size_t> drawn(tiny.data.size());
  double sum = 0;
  double squares = 0;
  for (std::uint32_t step = 0; step < 20; ++step) {
    batch.draw(tiny.data, process, 0.01, paragon::random_key{.seed = 3}.fork(step));
    std::vector<double> times;
    for (const auto& at : batch.moments) {
      times.push_back(at.time);
      CHECK(at == df::moment_at(process, at.time));
    }
    std::sort(times.begin(), times.end());
    for (std::size_t g = 0; g < graphs; ++g) {  // one in each of 400 equal parts
      CHECK(times[g] > 0.01 + 0.99 * static_cast<double>(g) / graphs - 1e-12);
      CHECK(times[g] < 0.01 + 0.99 * static_cast<double>(g + 1) / graphs + 1e-12);
    }
    for (std::size_t i = 0; i < batch.noisy.size(); ++i) {
      const std::size_t g = i / batch.each();
      const auto& at = batch.moments[g];
      REQUIRE(batch.noisy[i] ==
              doctest::Approx(at.scale * batch.clean[i] + at.deviation * batch.noise[i]).epsilon(1e-12));
      sum += batch.noise[i];
      squares += batch.noise[i] * batch.noise[i];
    }
    for (std::size_t g = 0; g < graphs; ++g) {
      CHECK(batch.deviation[g] == batch.moments[g].deviation);
      CHECK(batch.sharpness[g] ==
            doctest::Approx(2 * batch.moments[g].scale / (batch.moments[g].deviation * batch.moments[g].deviation)));
      std::size_t found = tiny.data.size();
      for (std::size_t a = 0; a < tiny.data.size(); ++a) {
        bool same = true;
        for (std::size_t r = 0; r < 3; ++r) {
          const std::size_t c = tiny.data.classes[a * 3 + r];
          for (std::size_t k = 0; k < 2; ++k) same = same && (batch.clean[(g * 3 + r) * 2 + k] > 0) == (c == k);
          same = same && (batch.absent[g * 3 + r] == 1) == (c == 2);
        }
        if (same) found = a;
      }
      REQUIRE(found < tiny.data.size());
      ++drawn[found];
    }
  }
  const double n = 20.0 * static_cast<double>(batch.noisy.size());
  CHECK(std::abs(sum / n) < 5 / std::sqrt(n));
  CHECK(std::abs(squares / n - 1) < 5 * std::sqrt(2 / n));
  for (const std::size_t count : drawn) {  // 8000 draws of 5
    CHECK(std::abs(static_cast<double>(count) - 1600) < 5 * std::sqrt(8000 * 0.2 * 0.8));
  }
}

TEST_CASE("diffusion: a batch depends on its key alone") {
  const paragon_test::tiny_space tiny(false);
  df::noisy_batch<float> a(9, tiny.data);
  df::noisy_batch<float> b(9, tiny.data);
  a.draw(tiny.data, df::variance_exploding(), 1e-5, paragon::random_key{.seed = 3}.fork(8));
  a.draw(tiny.data, df::variance_exploding(), 1e-5, paragon::random_key{.seed = 3}.fork(9));
  b.draw(tiny.data, df::variance_exploding(), 1e-5, paragon::random_key{.seed = 3}.fork(9));
  CHECK(a.noisy.to_vector() == b.noisy.to_vector());
  b.draw(tiny.data, df::variance_exploding(), 1e-5, paragon::random_key{.seed = 4}.fork(9));
  CHECK(a.noisy.to_vector() != b.noisy.to_vector());
}
