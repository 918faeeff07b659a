// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One source of a program whose sources have different instruction sets: OUTPUTS is the name of its function.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <paragon/backend/cpu.hpp>
#include <paragon/backend/cpu/lanes.hpp>
#include <paragon/core/error.hpp>
#include <paragon/diffusion/score_evaluator.hpp>
#include <paragon/gradient/gram.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <paragon/tensor/tensor.hpp>

namespace df = paragon::diffusion;
using paragon::backend::cpu;

namespace {

using results = std::vector<std::pair<std::string, double>>;

/// Numbers between -1 and 1 without a pattern.
template <class T>
std::vector<T> numbers(std::size_t n) {
  std::vector<T> out(n);
  std::uint64_t state = 1;
  for (T& x : out) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    x = static_cast<T>(static_cast<double>(state >> 11U) * 0x1p-52 - 1);
  }
  return out;
}

template <class Numbers>
void add(results& to, const std::string& name, const Numbers& values) {
  for (const auto x : values) to.emplace_back(name, static_cast<double>(x));
}

template <class T>
void kernels(results& to) {
  const auto x = numbers<T>(4096);
  std::vector<T> y(1024), z(1024);
  cpu::map([](T v) { return paragon::math::exp(v) + paragon::math::tanh(v) + paragon::math::sqrt(v * v); }, y.size(),
           y.data(), x.data());
  add(to, "math", y);
  cpu::sum_columns(16, 61, x.data(), y.data());
  cpu::softmax(7, 93, x.data(), y.data());
  cpu::normalise(9, 77, T(1e-5), x.data(), z.data(), y.data() + 900);
  add(to, "rows", y);
  add(to, "norm", z);
  y.assign(512, 0);
  cpu::convolve({.images = 2, .height = 4, .width = 4, .in = 5, .out = 16}, paragon::functions::relu{}, x.data(),
                x.data() + 1000, y.data());
  add(to, "convolution", y);
  cpu::gemm(paragon::backend::transposed::no, paragon::backend::transposed::yes, 9, 11, 13, T(1), x.data(), 13,
            x.data() + 500, 13, T(0), y.data(), 11);
  add(to, "product", std::vector<T>(y.begin(), y.begin() + 99));

  using lanes = paragon::backend::lanes<cpu>;
  const typename lanes::product<T> weights(std::span<const T>(x).subspan(0, 20 * 24), 20, 24, 2, 0);
  // Panels are aligned, which tensors are.
  paragon::tensor<T> panel({2 * 24 * lanes::width}), out({2 * 20 * lanes::width}), room({weights.room() + 1});
  for (std::size_t i = 0; i < panel.size(); ++i) panel[i] = x[i % x.size()];
  weights(2, panel.data(), 24, out.data(), 20, x.data(), 0, paragon::backend::lane_finish::plain{}, room.data());
  add(to, "lanes", out.to_vector());

  add(to, "gram",
      paragon::gradient::gram(paragon::gradient::matrix_view(std::span<const T>(x).subspan(0, 3500), 5, 700)));
}

void fronts(results& to) {
  const auto x = numbers<double>(3600);
  for (const std::size_t m : {2U, 3U, 4U, 6U}) {
    std::vector<std::vector<double>> points;
    for (std::size_t i = 0; i + m <= x.size() && points.size() < 600; i += m) {
      points.emplace_back(x.begin() + static_cast<long>(i), x.begin() + static_cast<long>(i + m));
    }
    const std::string name = std::to_string(m) + " objectives";
    const auto front = paragon::pareto::filter(points);
    add(to, "front, " + name, front);
    std::vector<std::vector<double>> best;
    for (std::size_t i = 0; i < front.size() && i < 40; ++i) best.push_back(points[front[i]]);
    to.emplace_back("volume, " + name, paragon::pareto::hypervolume(best, std::vector<double>(m, 1.0)).value);
  }
}

void evaluator(results& to) {
  const df::score_network_settings settings{
      .nodes = 8, .operators = 7, .width = 16, .layers = 2, .heads = 4, .inner = 24, .head = 48};
  const std::vector<std::uint8_t> mask(64, 1);
  paragon::nn::parameters<float> store;
  const df::score_network<df::raw_score> network(store, settings, {.seed = 1});
  df::score_evaluator<float, df::raw_score> score(network, store, mask);
  const std::vector<df::moment> way{{1, 1, 5, 5}};
  score.prepare(way);
  const std::vector<float> x = numbers<float>(20 * 56);
  const paragon::tensor<float> noisy(paragon::shape{20, 8, 7}, std::span<const float>(x));
  paragon::tensor<float> clean(noisy.shape());
  score.denoise(noisy, 0, clean);
  add(to, "score", clean.to_vector());
}

}  // namespace

results OUTPUTS(bool fail) {
  if (fail) throw paragon::error("here", "a failure");
  results all;
  kernels<float>(all);
  fronts(all);
  evaluator(all);
  return all;
}
