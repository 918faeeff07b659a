// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "../core/host_device.hpp"
#include "noise.hpp"
#include "score.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

namespace detail {

template <class S, class Process>
concept finds_way = requires(const S s, const Process& process) {
  { s.way(process) } -> std::same_as<std::vector<moment>>;
};
template <class S, class Process, class Score, class T, class Backend>
concept runs = requires(const S s, const Process& process, std::span<const moment> way, Score& score,
                        const sample_noise& noise, tensor<T, Backend>& x) { s.run(process, way, score, noise, x); };
template <class S>
concept counts_evaluations = requires(const S s) {
  { s.evaluations() } -> std::convertible_to<std::size_t>;
};
template <class S>
concept says_coupling = requires(const S s) {
  { s.couples_samples() } -> std::convertible_to<bool>;
};

}  // namespace detail

/// Turns noise into data by following a score.
///
/// - `s.way(process)`: the moments at which the score will be asked for.
/// - `s.run(process, way, score, noise, x)`: `x`, [samples, nodes, features], holds samples of the prior and ends as
///   samples of the data.
/// - `s.evaluations()`: how often a run asks for the score of each sample.
/// - `s.couples_samples()`: whether the samples of a batch influence each other. Such a batch is never cut.
template <class S, class Process, class Score, class T = float, class Backend = backend::cpu>
concept solver =
    sde<Process> && score_function<Score, T, Backend> && detail::finds_way<S, Process> &&
    detail::runs<S, Process, Score, T, Backend> && detail::counts_evaluations<S> && detail::says_coupling<S>;

/// Names what S lacks of `solver`, or what the process or the score lack: a failed assertion, in the compiler's first line
/// of error.
template <class S, class Process, class Score, class T = float, class Backend = backend::cpu>
consteval bool require_solver() {
  static_assert(require_sde<Process>());
  static_assert(require_score<Score, T, Backend>());
  static_assert(detail::finds_way<S, Process>,
                "a solver needs `way(const Process&) const -> std::vector<diffusion::moment>`");
  static_assert(detail::runs<S, Process, Score, T, Backend>,
                "a solver needs `run(const Process&, std::span<const diffusion::moment> way, Score&, const "
                "diffusion::sample_noise&, tensor<T, B>& x) const`");
  static_assert(detail::counts_evaluations<S>, "a solver needs `evaluations() const -> std::size_t`");
  static_assert(detail::says_coupling<S>, "a solver needs `couples_samples() const -> bool`");
  return true;
}

namespace detail {

template <class T>
struct scaled {
  T a;
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept { return a * x; }
};

template <class T>
struct combination_2 {
  T a, b;
  PARAGON_HOST_DEVICE T operator()(T x, T y) const noexcept { return a * x + b * y; }
};

template <class T>
struct combination_3 {
  T a, b, c;
  PARAGON_HOST_DEVICE T operator()(T x, T y, T z) const noexcept { return a * x + b * y + c * z; }
};

/// x = a x
template <class T, class B>
void scale(double a, tensor<T, B>& x) {
  B::map(scaled<T>{static_cast<T>(a)}, x.size(), x.data(), x.data());
}

/// out = a x + b y
template <class T, class B>
void combine(double a, const tensor<T, B>& x, double b, const tensor<T, B>& y, tensor<T, B>& out) {
  B::map(combination_2<T>{static_cast<T>(a), static_cast<T>(b)}, out.size(), out.data(), x.data(), y.data());
}

/// out = a x + b y + c z
template <class T, class B>
void combine(double a, const tensor<T, B>& x, double b, const tensor<T, B>& y, double c, const tensor<T, B>& z,
             tensor<T, B>& out) {
  B::map(combination_3<T>{static_cast<T>(a), static_cast<T>(b), static_cast<T>(c)}, out.size(), out.data(), x.data(),
         y.data(), z.data());
}

/// The data that the score expects behind x: E[x_0 | x_t] = (x + deviation^2 score) / scale (Tweedie's formula).
template <class T, class B>
void expected_data(const moment& at, const tensor<T, B>& x, const tensor<T, B>& score, tensor<T, B>& out) {
  combine(1 / at.scale, x, at.deviation * at.deviation / at.scale, score, out);
}

/// Draw numbers of `sample_noise`: the prior, then the noise of the steps.
inline constexpr std::uint64_t prior_draw = 0;
inline constexpr std::uint64_t first_step_draw = 1;

}  // namespace detail

/// How many samples, where their numbers begin, and how many go through the network at once.
struct sampling {
  std::size_t samples = 256;
  std::uint64_t first = 0;  ///< the number of the first sample: go on from an earlier run, or split one
  std::size_t batch = 256;  ///< does not change the samples (unless the solver couples them), only the speed

  friend bool operator==(const sampling&, const sampling&) = default;
};

/// Draws samples of [nodes, features] from a score.
///
/// Deterministic in (key, number of the sample). Memory: that of a batch, besides the result.
/// Throws `paragon::error` for no nodes or no features, and for a batch of 0.
///
/// \code
/// auto x = diffusion::sample(process, score, diffusion::exponential_integrator{.steps = 20}, {8, 7}, key, {.samples = 100});
/// \endcode
/// \returns [samples, nodes, features]
template <class T = float, class Backend = backend::cpu, class Process, class Score, class Solver>
[[nodiscard]] tensor<T, Backend> sample(const Process& process, Score& score, const Solver& method, shape each,
                                        paragon::random_key key, const sampling& options = {}) {
  static_assert(require_solver<Solver, Process, Score, T, Backend>());
  if (each.rank() != 2 || each.size() == 0) {
    throw error("diffusion::sample", "samples of " + to_string(each), "[nodes, features]");
  }
  if (options.batch == 0) throw error("diffusion::sample", "batches of 0 samples", "at least 1");
  const std::vector<moment> way = method.way(process);
  tensor<T, Backend> all(shape{options.samples, each[0], each[1]});
  if (options.samples == 0) return all;
  const std::size_t batch = method.couples_samples() ? options.samples : std::min(options.batch, options.samples);
  score.prepare(way);
  for (std::size_t begin = 0; begin < options.samples; begin += batch) {
    const std::size_t count = std::min(batch, options.samples - begin);
    tensor<T, Backend> x(shape{count, each[0], each[1]});
    const sample_noise noise{key, options.first + begin};
    if constexpr (requires { score.select(noise.first); }) score.select(noise.first);
    noise.fill(detail::prior_draw, x);
    detail::scale(process.prior_deviation(), x);
    method.run(process, std::span<const moment>(way), score, noise, x);
    Backend::copy(all.data() + begin * each.size(), x.data(), sizeof(T) * x.size());
  }
  return all;
}

}  // namespace paragon::diffusion
