// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../space/cost_features.hpp"
#include "measurements.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

struct cost_model_settings {
  double floor = 0.1;                             ///< noise is relative to the cost plus this part of the scale
  double prior_deviation = 0.06;                  ///< added to the spread of the heads between devices
  double degrees = 3;                             ///< of the Student t noise
  double ridge = 1e-3;                            ///< of the heads of training devices
  std::array<double, 3> noise{0.03, 0.06, 0.12};  ///< relative noise levels that calibration averages over

  friend bool operator==(const cost_model_settings&, const cost_model_settings&) = default;
};

/// The cost (latency, energy) of an architecture on one device: scale * sum over hypotheses of weights . features.
struct cost_head {
  double scale = 1;
  std::vector<double> weights;  ///< [hypotheses * features]

  friend bool operator==(const cost_head&, const cost_head&) = default;
};

/// A device-conditioned cost predictor: linear heads over structural features, learned across devices.
///
/// Training fits a robust ridge regression for each device, under the hypothesis that fits it best. The heads' mean and
/// covariance, and how often each hypothesis won, are a prior for the next device: `calibrate` updates it with a
/// handful of measurements under Student t noise, and averages hypotheses and noise levels by their evidence. All in
/// closed form up to a few reweighting iterations. A device enters by its reference measurements alone.
/// Costs are divided by the mean of the reference measurements first; noise is taken as relative to the cost.
/// \tparam Features  models `space::cost_features<double>`
template <class Features>
class cost_model {
  static_assert(space::require_cost_features<Features, double>());
  // A name that depends on Features: Eigen's expressions are made where a model is used, not where this header is read.
  using real = std::enable_if_t<std::is_object_v<Features>, double>;
  using column = Eigen::VectorX<real>;
  using matrix_type = Eigen::MatrixX<real>;
  using numbers = Eigen::ArrayX<real>;

public:
  explicit cost_model(Features features, cost_model_settings settings = {})
      : features_(std::move(features)), settings_(settings) {}

  [[nodiscard]] const Features& features() const noexcept { return features_; }
  [[nodiscard]] std::size_t weights() const noexcept { return features_.hypotheses() * features_.features(); }

  /// Learns the prior from training devices, and keeps nothing else of them but their heads.
  /// \param devices     what was measured on each
  /// \param references  the reference measurements of each, in the same order
  /// \throws error for fewer than two devices, or a device without measurements
  /// O(devices * samples * features^2).
  void train(std::span<const measurements> devices, std::span<const measurements> references) {
    if (devices.size() < 2 || devices.size() != references.size()) {
      throw error("predictor::cost_model::train",
                  std::to_string(devices.size()) + " devices and " + std::to_string(references.size()) + " references",
                  "at least two devices, each with references");
    }
    const auto k = static_cast<Eigen::Index>(features_.features());
    heads_.clear();
    std::vector<column> thetas;
    hypothesis_prior_.assign(features_.hypotheses(), 1.0);
    for (std::size_t d = 0; d < devices.size(); ++d) {
      check(devices[d], "predictor::cost_model::train");
      const double scale = reference_scale(references[d]);
      column best;
      std::size_t best_hypothesis = 0;
      double best_error = 0;
      for (std::size_t h = 0; h < features_.hypotheses(); ++h) {
        const matrix_type phi = matrix(h, devices[d].rows);
        const column z = to_column(devices[d].costs) / scale;
        const column theta = robust_ridge(phi, z);
        const numbers fit = (phi * theta).array();
        const double misfit = ((z.array() - fit).abs() / (fit.abs() + settings_.floor)).mean();
        if (h == 0 || misfit < best_error) {
          best_error = misfit;
          best_hypothesis = h;
          best = theta;
        }
      }
      hypothesis_prior_[best_hypothesis] += 1;
      thetas.push_back(best);
      cost_head head{scale, std::vector<double>(weights(), 0.0)};
      for (Eigen::Index i = 0; i < k; ++i)
        head.weights[best_hypothesis * features_.features() + static_cast<std::size_t>(i)] = best(i);
      heads_.push_back(std::move(head));
    }
    const auto n = static_cast<double>(thetas.size());
    for (double& p : hypothesis_prior_) p /= n + static_cast<double>(features_.hypotheses());
    mean_ = column::Zero(k);
    for (const auto& theta : thetas) mean_ += theta / n;
    covariance_ = matrix_type::Identity(k, k) * settings_.prior_deviation * settings_.prior_deviation;
    for (const auto& theta : thetas) covariance_ += (theta - mean_) * (theta - mean_).transpose() / (n - 1);
  }

  /// The heads of the training devices, in their order.
  [[nodiscard]] const std::vector<cost_head>& heads() const noexcept { return heads_; }

  /// The head of a device of which only these measurements are known. O(hypotheses * noise levels * references^3).
  /// \throws error before training, or without measurements
  [[nodiscard]] cost_head calibrate(const measurements& references) const {
    if (mean_.size() == 0) throw error("predictor::cost_model::calibrate", "an untrained model", "train() before");
    check(references, "predictor::cost_model::calibrate");
    const double scale = reference_scale(references);
    const column z = to_column(references.costs) / scale;
    const std::size_t width = features_.features();
    struct candidate {
      std::size_t hypothesis;
      double log_evidence;
      column theta;
    };
    std::vector<candidate> candidates;
    for (std::size_t h = 0; h < features_.hypotheses(); ++h) {
      const matrix_type phi = matrix(h, references.rows);
      for (const double sigma : settings_.noise) {
        candidates.push_back({h, evidence(phi, z, sigma) + std::log(hypothesis_prior_[h]), posterior(phi, z, sigma)});
      }
    }
    double greatest = candidates.front().log_evidence;
    for (const auto& c : candidates) greatest = std::max(greatest, c.log_evidence);
    double total = 0;
    for (const auto& c : candidates) total += std::exp(c.log_evidence - greatest);
    cost_head head{scale, std::vector<double>(weights(), 0.0)};
    for (const auto& c : candidates) {
      const double weight = std::exp(c.log_evidence - greatest) / total;
      for (std::size_t i = 0; i < width; ++i) {
        head.weights[c.hypothesis * width + i] += weight * c.theta(static_cast<Eigen::Index>(i));
      }
    }
    return head;
  }

  /// The predicted cost of one row, in the unit of the measurements.
  [[nodiscard]] double predict(const cost_head& head, std::span<const double> row) const {
    std::vector<double> phi(features_.features());
    double sum = 0;
    for (std::size_t h = 0; h < features_.hypotheses(); ++h) {
      features_.evaluate(h, row, std::span<double>(phi));
      for (std::size_t i = 0; i < phi.size(); ++i) sum += head.weights[h * phi.size() + i] * phi[i];
    }
    return head.scale * sum;
  }

private:
  void check(const measurements& m, const char* place) const {
    if (m.costs.empty() || m.rows.size() != m.costs.size() * features_.choices()) {
      throw error(place,
                  std::to_string(m.costs.size()) + " costs for " + std::to_string(m.rows.size()) + " entries of rows",
                  "at least one, with " + std::to_string(features_.choices()) + " entries each");
    }
    for (std::size_t i = 0; i < m.costs.size(); ++i) {
      if (!std::isfinite(m.costs[i])) throw error(place, "cost " + std::to_string(i) + " is not finite", "a number");
    }
  }

  static double reference_scale(const measurements& references) {
    double sum = 0;
    for (const double c : references.costs) sum += c;
    const double scale = sum / static_cast<double>(references.costs.size());
    if (!(scale > 0)) {
      throw error("predictor::cost_model", "reference measurements with mean " + number_text(scale), "positive costs");
    }
    return scale;
  }

  static Eigen::Map<const column> to_column(const std::vector<double>& v) {
    return {v.data(), static_cast<Eigen::Index>(v.size())};
  }

  [[nodiscard]] matrix_type matrix(std::size_t hypothesis, std::span<const double> rows) const {
    const std::size_t n = rows.size() / features_.choices();
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> phi(
        static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(features_.features()));
    for (std::size_t r = 0; r < n; ++r) {
      features_.evaluate(hypothesis, rows.subspan(r * features_.choices(), features_.choices()),
                         std::span<double>(phi.data() + r * features_.features(), features_.features()));
    }
    return phi;
  }

  /// Least squares with relative noise, reweighted so that outliers count little.
  [[nodiscard]] column robust_ridge(const matrix_type& phi, const column& z) const {
    const auto n = static_cast<double>(phi.rows());
    numbers w = 1 / (z.array().max(0) + settings_.floor);
    column theta;
    for (int round = 0; round < 4; ++round) {
      const matrix_type weighted = (phi.array().colwise() * w).matrix();
      matrix_type normal = weighted.transpose() * weighted;
      normal.diagonal().array() += settings_.ridge * n;
      theta = normal.ldlt().solve(weighted.transpose() * (z.array() * w).matrix());
      const numbers p = (phi * theta).array().max(0) + settings_.floor;
      const numbers r = (z - phi * theta).array() / p;
      std::vector<double> magnitude(static_cast<std::size_t>(r.size()));
      for (Eigen::Index i = 0; i < r.size(); ++i) magnitude[static_cast<std::size_t>(i)] = std::abs(r(i));
      const auto middle = magnitude.begin() + static_cast<std::ptrdiff_t>(magnitude.size() / 2);
      std::nth_element(magnitude.begin(), middle, magnitude.end());
      const double s = *middle / 0.6745 + 1e-4;
      w = 1 / (p * (1 + (r / (3 * s)).square()).sqrt());
    }
    return theta;
  }

  /// Mean of the head given references, under Student t noise (iteratively reweighted Gaussian).
  [[nodiscard]] column posterior(const matrix_type& phi, const column& z, double sigma) const {
    numbers p = z.array().max(0);
    numbers omega = numbers::Ones(z.size());
    column theta = mean_;
    for (int round = 0; round < 5; ++round) {
      matrix_type gram = phi * covariance_ * phi.transpose();
      gram.diagonal().array() += (sigma * (p + settings_.floor)).square() / omega;
      theta = mean_ + covariance_ * phi.transpose() * gram.ldlt().solve(z - phi * mean_);
      const numbers fit = (phi * theta).array();
      p = fit.max(0);
      const numbers r = (z.array() - fit) / (sigma * (p + settings_.floor));
      omega = (settings_.degrees + 1) / (settings_.degrees + r.square());
    }
    return theta;
  }

  /// Logarithm of the multivariate t density of the references under the prior, up to a constant.
  [[nodiscard]] double evidence(const matrix_type& phi, const column& z, double sigma) const {
    matrix_type gram = phi * covariance_ * phi.transpose();
    gram.diagonal().array() += (sigma * (z.array().max(0) + settings_.floor)).square();
    const Eigen::LDLT<matrix_type> factor(gram);
    const column residual = z - phi * mean_;
    const double q = residual.dot(factor.solve(residual));
    const double log_determinant = factor.vectorD().array().log().sum();
    const auto k = static_cast<double>(z.size());
    return -0.5 * log_determinant - 0.5 * (settings_.degrees + k) * std::log1p(q / settings_.degrees);
  }

  Features features_;
  cost_model_settings settings_;
  std::vector<cost_head> heads_;
  std::vector<double> hypothesis_prior_;
  column mean_;
  matrix_type covariance_;
};

}  // namespace paragon::predictor
