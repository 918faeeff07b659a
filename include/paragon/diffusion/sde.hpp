// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <concepts>
#include <string>

#include "../core/error.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// How data turn into noise as time runs from 0 to 1: dx = drift(t) x dt + diffusion(t) dw.
///
/// Then x_t = scale(t) x_0 + deviation(t) z with z ~ N(0, I). All functions take 0 <= t <= 1.
/// - `drift(t)`, `diffusion(t)`: the coefficients of the equation.
/// - `scale(t)`, `deviation(t)`: what they add up to; `deviation` grows.
/// - `prior_deviation()`: sampling starts from N(0, prior_deviation()^2 I).
/// - `noise_level(t)`: what a network is told about the time.
template <class S>
concept sde = std::copy_constructible<S> && requires(const S s, double t) {
  { s.drift(t) } -> std::convertible_to<double>;
  { s.diffusion(t) } -> std::convertible_to<double>;
  { s.scale(t) } -> std::convertible_to<double>;
  { s.deviation(t) } -> std::convertible_to<double>;
  { s.prior_deviation() } -> std::convertible_to<double>;
  { s.noise_level(t) } -> std::convertible_to<double>;
};

/// Names what S lacks of `sde`: a failed assertion, in the compiler's first line of error.
template <class S>
consteval bool require_sde() {
  static_assert(
      requires(const S s, double t) {
        { s.drift(t) } -> std::convertible_to<double>;
      }, "a process needs `drift(double t) const -> double`");
  static_assert(
      requires(const S s, double t) {
        { s.diffusion(t) } -> std::convertible_to<double>;
      }, "a process needs `diffusion(double t) const -> double`");
  static_assert(
      requires(const S s, double t) {
        { s.scale(t) } -> std::convertible_to<double>;
      }, "a process needs `scale(double t) const -> double`");
  static_assert(
      requires(const S s, double t) {
        { s.deviation(t) } -> std::convertible_to<double>;
      }, "a process needs `deviation(double t) const -> double`");
  static_assert(
      requires(const S s) {
        { s.prior_deviation() } -> std::convertible_to<double>;
      }, "a process needs `prior_deviation() const -> double`");
  static_assert(
      requires(const S s, double t) {
        { s.noise_level(t) } -> std::convertible_to<double>;
      }, "a process needs `noise_level(double t) const -> double`");
  static_assert(sde<S>, "a process must be copy-constructible");
  return true;
}

/// Variance exploding: noise is added, from sigma_min to sigma_max in a geometric progression; networks are told its
/// deviation.
///
/// Reference: Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021.
class variance_exploding {
public:
  /// Throws `paragon::error` unless 0 < sigma_min < sigma_max.
  explicit variance_exploding(double sigma_min = 0.1, double sigma_max = 5) : min_(sigma_min), max_(sigma_max) {
    if (!(min_ > 0 && max_ > min_ && std::isfinite(max_))) {
      throw error("diffusion::variance_exploding", "deviations from " + number_text(min_) + " to " + number_text(max_),
                  "0 < sigma_min < sigma_max");
    }
  }

  [[nodiscard]] double sigma_min() const noexcept { return min_; }
  [[nodiscard]] double sigma_max() const noexcept { return max_; }

  [[nodiscard]] static double drift(double) noexcept { return 0; }
  [[nodiscard]] double diffusion(double t) const noexcept {
    return deviation(t) * std::sqrt(2 * std::log(max_ / min_));
  }
  [[nodiscard]] static double scale(double) noexcept { return 1; }
  [[nodiscard]] double deviation(double t) const noexcept { return min_ * std::pow(max_ / min_, t); }
  [[nodiscard]] double prior_deviation() const noexcept { return max_; }
  [[nodiscard]] double noise_level(double t) const noexcept { return deviation(t); }

  friend bool operator==(const variance_exploding&, const variance_exploding&) = default;

private:
  double min_;
  double max_;
};

/// The rates of noise that the variance preserving kinds share: beta(t) from beta_min to beta_max in a straight line.
class linear_rate {
public:
  /// Throws `paragon::error` unless 0 < beta_min <= beta_max.
  explicit linear_rate(double beta_min = 0.1, double beta_max = 20) : min_(beta_min), max_(beta_max) {
    if (!(min_ > 0 && max_ >= min_ && std::isfinite(max_))) {
      throw error("diffusion::linear_rate", "rates from " + number_text(min_) + " to " + number_text(max_),
                  "0 < beta_min <= beta_max");
    }
  }

  [[nodiscard]] double beta_min() const noexcept { return min_; }
  [[nodiscard]] double beta_max() const noexcept { return max_; }

  /// beta(t)
  [[nodiscard]] double at(double t) const noexcept { return min_ + t * (max_ - min_); }
  /// The integral of beta from 0 to t.
  [[nodiscard]] double until(double t) const noexcept { return t * (min_ + t * (max_ - min_) / 2); }

  friend bool operator==(const linear_rate&, const linear_rate&) = default;

private:
  double min_;
  double max_;
};

/// Variance preserving: the data shrink as noise is added, so that unit variance stays unit variance. Networks are told
/// 999 t, as published. Reference: Song et al., ICLR 2021 (its continuous form of DDPM).
struct variance_preserving {
  linear_rate beta{};

  [[nodiscard]] double drift(double t) const noexcept { return -beta.at(t) / 2; }
  [[nodiscard]] double diffusion(double t) const noexcept { return std::sqrt(beta.at(t)); }
  [[nodiscard]] double scale(double t) const noexcept { return std::exp(-beta.until(t) / 2); }
  [[nodiscard]] double deviation(double t) const noexcept { return std::sqrt(-std::expm1(-beta.until(t))); }
  [[nodiscard]] static double prior_deviation() noexcept { return 1; }
  [[nodiscard]] static double noise_level(double t) noexcept { return 999 * t; }

  friend bool operator==(const variance_preserving&, const variance_preserving&) = default;
};

/// Sub-variance preserving: as `variance_preserving`, with less noise on the way. Reference: Song et al., ICLR 2021.
struct sub_variance_preserving {
  linear_rate beta{};

  [[nodiscard]] double drift(double t) const noexcept { return -beta.at(t) / 2; }
  [[nodiscard]] double diffusion(double t) const noexcept {
    return std::sqrt(beta.at(t) * -std::expm1(-2 * beta.until(t)));
  }
  [[nodiscard]] double scale(double t) const noexcept { return std::exp(-beta.until(t) / 2); }
  [[nodiscard]] double deviation(double t) const noexcept { return -std::expm1(-beta.until(t)); }
  [[nodiscard]] static double prior_deviation() noexcept { return 1; }
  [[nodiscard]] static double noise_level(double t) noexcept { return 999 * t; }

  friend bool operator==(const sub_variance_preserving&, const sub_variance_preserving&) = default;
};

}  // namespace paragon::diffusion
