// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "solver.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// One step of the reverse equation with its coefficients at the beginning of the step.
struct euler_maruyama {
  friend bool operator==(euler_maruyama, euler_maruyama) = default;
};

/// One step by the exact mean and variance of the forward process over it: for `variance_exploding` as published, for
/// the others its continuous form.
struct reverse_diffusion {
  friend bool operator==(reverse_diffusion, reverse_diffusion) = default;
};

/// No corrector: one evaluation a step.
struct no_corrector {
  friend bool operator==(no_corrector, no_corrector) = default;
};

/// Langevin steps whose length comes from each sample's own norms, so that samples do not depend on their batch.
struct langevin {
  double signal_to_noise = 0.16;
  friend bool operator==(const langevin&, const langevin&) = default;
};

/// As published: the length comes from the mean norms over the batch, which couples its samples.
struct langevin_by_batch {
  double signal_to_noise = 0.16;
  friend bool operator==(const langevin_by_batch&, const langevin_by_batch&) = default;
};

/// Before each step of the reverse equation, one corrector step at the same moment; the last step's mean is the sample.
///
/// The sampler of the published systems, with 1,000 steps and two evaluations a step.
/// Reference: Song et al., ICLR 2021, algorithms 2 and 4 and appendix G.
/// \tparam Predictor  `euler_maruyama` or `reverse_diffusion`
/// \tparam Corrector  `langevin`, `langevin_by_batch` or `no_corrector`
template <class Predictor = euler_maruyama, class Corrector = langevin>
  requires(std::same_as<Predictor, euler_maruyama> || std::same_as<Predictor, reverse_diffusion>) &&
          (std::same_as<Corrector, langevin> || std::same_as<Corrector, langevin_by_batch> ||
           std::same_as<Corrector, no_corrector>)
struct predictor_corrector {
  std::size_t steps = 1000;
  Corrector corrector{};
  double last = 1e-5;

  friend bool operator==(const predictor_corrector&, const predictor_corrector&) = default;

  template <sde Process>
  [[nodiscard]] std::vector<moment> way(const Process& process) const {
    return uniform_in_time(process, steps, last);
  }
  [[nodiscard]] std::size_t evaluations() const noexcept { return corrects ? 2 * steps : steps; }
  [[nodiscard]] static bool couples_samples() noexcept { return std::same_as<Corrector, langevin_by_batch>; }

  template <sde Process, class Score, class T, class B>
  void run(const Process& process, std::span<const moment> way, Score& score, const sample_noise& noise,
           tensor<T, B>& x) const {
    tensor<T, B> slope(x.shape());
    tensor<T, B> drawn(x.shape());
    [[maybe_unused]] step_lengths<T, B> lengths(x.shape());
    const double dt = 1 / static_cast<double>(way.size());
    for (std::size_t i = 0; i < way.size(); ++i) {
      if constexpr (corrects) {
        score.evaluate(x, i, slope);
        noise.fill(detail::first_step_draw + 2 * i, drawn);
        const double before = std::max(way[i].time - dt, 0.0);
        const double ratio = way[i].scale / process.scale(before);
        lengths.correct(corrector, ratio * ratio, slope, drawn, x);
      }
      score.evaluate(x, i, slope);
      const auto [kept, followed, spread] = coefficients(process, way, i, dt);
      if (i + 1 == way.size()) {
        detail::combine(kept, x, followed, slope, x);
      } else {
        noise.fill(detail::first_step_draw + 2 * i + 1, drawn);
        detail::combine(kept, x, followed, slope, spread, drawn, x);
      }
    }
  }

private:
  static constexpr bool corrects = !std::same_as<Corrector, no_corrector>;

  struct step_coefficients {
    double kept;      ///< of x
    double followed;  ///< of the score
    double spread;    ///< of the noise
  };

  template <sde Process>
  static step_coefficients coefficients(const Process& process, std::span<const moment> way, std::size_t i, double dt) {
    if constexpr (std::same_as<Predictor, euler_maruyama>) {
      const double g = process.diffusion(way[i].time);
      return {1 - process.drift(way[i].time) * dt, g * g * dt, g * std::sqrt(dt)};
    } else {
      // As published, the step that leaves the last moment ends without noise, at a deviation of 0.
      const bool ends = i + 1 == way.size();
      const double ratio = way[i].scale / (ends ? process.scale(0) : way[i + 1].scale);
      const double left = ends ? 0 : ratio * way[i + 1].deviation;
      const double variance = std::max(way[i].deviation * way[i].deviation - left * left, 0.0);
      return {2 - ratio, variance, std::sqrt(variance)};
    }
  }

  /// Langevin steps x += e slope + sqrt(2 e) z with e = 2 ratio (snr |z| / |slope|)^2.
  template <class T, class B>
  class step_lengths {
  public:
    explicit step_lengths(const shape& s)
        : samples_(s[0]), each_(s.size() / s[0]), drawn_(shape{s[0]}), slope_(shape{s[0]}), length_(shape{s[0]}),
          mean_(shape{1}) {}

    void correct(const Corrector& options, double ratio, tensor<T, B>& slope, tensor<T, B>& drawn, tensor<T, B>& x) {
      norms(drawn, drawn_);
      norms(slope, slope_);
      if constexpr (std::same_as<Corrector, langevin_by_batch>) {
        spread_mean(drawn_);
        spread_mean(slope_);
      }
      const auto snr = static_cast<T>(options.signal_to_noise);
      B::map(length_of{snr * snr * static_cast<T>(2 * ratio)}, samples_, length_.data(), drawn_.data(), slope_.data());
      B::map_by_row(product{}, samples_, each_, slope.data(), slope.data(), length_.data());
      B::map_by_row(noise_product{}, samples_, each_, drawn.data(), drawn.data(), length_.data());
      detail::combine(1, x, 1, slope, 1, drawn, x);
    }

  private:
    struct length_of {
      T factor;
      PARAGON_HOST_DEVICE T operator()(T drawn, T slope) const noexcept {
        return slope > T(0) ? factor * (drawn / slope) * (drawn / slope) : T(0);
      }
    };
    struct product {
      PARAGON_HOST_DEVICE T operator()(T a, T b) const noexcept { return a * b; }
    };
    struct noise_product {
      PARAGON_HOST_DEVICE T operator()(T z, T length) const noexcept { return z * std::sqrt(T(2) * length); }
    };
    struct root {
      PARAGON_HOST_DEVICE T operator()(T x) const noexcept { return std::sqrt(x); }
    };

    void norms(const tensor<T, B>& x, tensor<T, B>& out) const {
      B::zero(out.data(), sizeof(T) * samples_);
      B::dot_columns(samples_, each_, x.data(), x.data(), out.data());
      B::map(root{}, samples_, out.data(), out.data());
    }

    void spread_mean(tensor<T, B>& norm) {
      B::zero(mean_.data(), sizeof(T));
      B::sum_all(samples_, T(1) / static_cast<T>(samples_), norm.data(), mean_.data());
      B::zero(norm.data(), sizeof(T) * samples_);
      B::map_by_column(sum{}, samples_, 1, norm.data(), norm.data(), mean_.data());
    }
    struct sum {
      PARAGON_HOST_DEVICE T operator()(T a, T b) const noexcept { return a + b; }
    };

    std::size_t samples_;
    std::size_t each_;
    tensor<T, B> drawn_;
    tensor<T, B> slope_;
    tensor<T, B> length_;
    tensor<T, B> mean_;
  };
};

}  // namespace paragon::diffusion
