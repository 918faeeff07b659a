// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numbers>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../backend/math.hpp"
#include "../core/error.hpp"
#include "../core/moments.hpp"
#include "../core/random_key.hpp"
#include "../space/descriptor.hpp"
#include "surrogate.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

struct gaussian_process_settings {
  std::size_t embedding = 3;      ///< dimensions in which the choices of a decision lie
  double rate = 0.05;             ///< of Adam on the logarithm of the marginal likelihood
  std::size_t first_steps = 150;  ///< of the first `train`
  std::size_t next_steps = 60;    ///< of a later one, which starts where the last ended
  double penalty = 0.002;         ///< on the squared logarithms of weights and scales

  friend bool operator==(const gaussian_process_settings&, const gaussian_process_settings&) = default;
};

/// A Gaussian process over architectures: predicts from few labels, and knows how sure it is.
///
/// Kernel: e^c + e^a exp(-sum_d w_d |E(x_d) - E(y_d)|^2) + e^b exp(-sum_f l_f^2 (p_f - q_f)^2) + e^n [same], where x_d is
/// the choice of decision d, E a learned embedding of choices (one for each group of decisions, see `space::has_groups`), and p
/// the descriptor's features. Everything is learned by gradient ascent on the marginal likelihood. Both parts are Gaussian
/// kernels of vectors, so kernels and gradients are matrix products.
/// `train`: O(steps n^3); `predict`: O(n) for an architecture, with deviations O(n^2). Deterministic.
/// Reference: Rasmussen, Williams, "Gaussian processes for machine learning", 2006, eq. 5.8 and 5.9.
/// \tparam Descriptor  models `space::architecture_descriptor`
template <class Descriptor>
class gaussian_process {
  static_assert(space::require_descriptor<Descriptor>());
  // double, but dependent on the template parameter: so the compiler looks into Eigen where a process is used, and not
  // wherever this header is included.
  using number = std::conditional_t<std::is_void_v<Descriptor>, float, double>;
  using matrix = Eigen::Matrix<number, Eigen::Dynamic, Eigen::Dynamic>;
  using column = Eigen::Matrix<number, Eigen::Dynamic, 1>;
  using row_vector = Eigen::Matrix<number, 1, Eigen::Dynamic>;

public:
  using architecture = typename Descriptor::architecture;

  /// \param key  where the embedding starts
  /// \throws error where decisions of one group differ in the number of choices
  explicit gaussian_process(Descriptor descriptor = {}, gaussian_process_settings settings = {},
                            paragon::random_key key = paragon::random_key{.seed = 1}.fork("embedding"))
      : descriptor_(std::move(descriptor)), settings_(settings) {
    std::map<std::size_t, std::size_t> first_of;  // the first decision of each group
    std::size_t embedded = 0;
    for (std::size_t d = 0; d < descriptor_.decisions(); ++d) {
      const std::size_t n = descriptor_.choices(d);
      const auto [known, added] = first_of.try_emplace(space::group_of(descriptor_, d), d);
      const std::size_t like = known->second;
      if (descriptor_.choices(like) != n) {
        throw error("predictor::gaussian_process",
                    "decisions " + std::to_string(like) + " and " + std::to_string(d) + " of one group with " +
                        std::to_string(descriptor_.choices(like)) + " and " + std::to_string(n) + " choices",
                    "equally many");
      }
      group_.push_back(added ? embedded : group_[like]);
      if (added) embedded += n;
    }
    const std::size_t features = descriptor_.features();
    weights_at_ = scalars;
    scales_at_ = weights_at_ + descriptor_.decisions();
    embedding_at_ = scales_at_ + features;
    theta_ = column::Zero(index(embedding_at_ + embedded * settings_.embedding));
    theta_(constant) = -1;
    theta_(choice_part) = 0;
    theta_(feature_part) = -1;
    theta_(noise) = -3;
    theta_.segment(index(weights_at_), index(descriptor_.decisions())).setConstant(-1.5);
    theta_.segment(index(scales_at_), index(features)).setConstant(-1.8);
    for (std::size_t i = embedding_at_; i < size(theta_); ++i) theta_(index(i)) = 0.6 * key.normal(i - embedding_at_);
  }

  /// Fits to labelled architectures. \throws error for fewer than two, targets of another number, or one not finite
  void train(std::span<const architecture> labelled, std::span<const double> targets) {
    take_over(labelled, targets);
    column mean = column::Zero(theta_.size());
    column square = mean;
    column gradient;
    const std::size_t steps = trained_ ? settings_.next_steps : settings_.first_steps;
    for (std::size_t s = 1; s <= steps; ++s) {
      negative_log_likelihood(&gradient);
      mean = 0.9 * mean + 0.1 * gradient;
      square = 0.999 * square.array() + 0.001 * gradient.array().square();
      const double c1 = 1 / (1 - std::pow(0.9, static_cast<double>(s)));
      const double c2 = 1 / (1 - std::pow(0.999, static_cast<double>(s)));
      theta_.array() -= settings_.rate * c1 * mean.array() / ((c2 * square.array()).sqrt() + 1e-8);
    }
    solve();
  }

  /// Takes over other labels and keeps the hyper-parameters. O(n^3), as one step of `train`. \throws error as `train`
  void refit(std::span<const architecture> labelled, std::span<const double> targets) {
    take_over(labelled, targets);
    solve();
  }

  /// The mean of the function for each architecture. \throws error before `train`
  [[nodiscard]] std::vector<double> predict(std::span<const architecture> batch) const {
    std::vector<double> result(batch.size());
    for_blocks(batch, "predictor::gaussian_process::predict", [&](std::size_t begin, const matrix& cross) {
      const column mean = cross * dual_;
      for (Eigen::Index i = 0; i < mean.size(); ++i) {
        result[begin + static_cast<std::size_t>(i)] = target_mean_ + target_scale_ * mean(i);
      }
    });
    return result;
  }

  /// Mean and deviation of the function (without the noise of a label) for each architecture. With 250 labels this takes
  /// twice the time of `predict`, with more labels more. \throws error before `train`
  [[nodiscard]] std::vector<estimate> predict_with_deviations(std::span<const architecture> batch) const {
    std::vector<estimate> result(batch.size());
    const double own = std::exp(theta_(constant)) + std::exp(theta_(choice_part)) + feature_weight();
    for_blocks(batch, "predictor::gaussian_process::predict_with_deviations",
               [&](std::size_t begin, const matrix& cross) {
                 const column mean = cross * dual_;
                 const matrix solved = factor_.matrixL().solve(cross.transpose());
                 for (Eigen::Index i = 0; i < mean.size(); ++i) {
                   const double variance = std::max(0.0, own - solved.col(i).squaredNorm());
                   result[begin + static_cast<std::size_t>(i)] = {target_mean_ + target_scale_ * mean(i),
                                                                  target_scale_ * std::sqrt(variance)};
                 }
               });
    return result;
  }

  /// All hyper-parameters: c, a, b, n, log w, log l, E. For tests and for saving.
  [[nodiscard]] std::span<double> hyper_parameters() noexcept { return {theta_.data(), size(theta_)}; }

  /// -log p(targets) up to a constant, plus the penalty, of the last training set; and its gradient.
  double negative_log_likelihood(column* gradient) const {
    const matrix u = embed(choices_);
    const matrix v = scaled(features_);
    const matrix k1 = std::exp(theta_(choice_part)) * gaussian(u, u);
    const matrix k2 = feature_weight() * gaussian(v, v);
    matrix k = (k1 + k2).array() + std::exp(theta_(constant));
    k.diagonal().array() += std::exp(theta_(noise));
    const Eigen::LLT<matrix> factor(k);
    if (factor.info() != Eigen::Success) {
      throw error("predictor::gaussian_process::train", "a kernel that is not positive definite", "finite features");
    }
    const column dual = factor.solve(target_);
    const auto free = theta_.segment(index(weights_at_), index(embedding_at_ - weights_at_));
    const double value = 0.5 * target_.dot(dual) + factor.matrixLLT().diagonal().array().log().sum() +
                         settings_.penalty * free.squaredNorm();
    if (gradient == nullptr) return value;

    matrix weight = factor.solve(matrix::Identity(k.rows(), k.cols()));  // 2 d value / d K
    weight = 0.5 * (weight - dual * dual.transpose());
    gradient->setZero(theta_.size());
    (*gradient)(constant) = weight.sum() * std::exp(theta_(constant));
    (*gradient)(choice_part) = (weight.array() * k1.array()).sum();
    (*gradient)(feature_part) = (weight.array() * k2.array()).sum();
    (*gradient)(noise) = weight.trace() * std::exp(theta_(noise));
    const matrix u_up = vector_adjoint(weight, k1, u);
    const matrix v_up = vector_adjoint(weight, k2, v);
    const Eigen::Index m = index(settings_.embedding);
    for (std::size_t d = 0; d < descriptor_.decisions(); ++d) {
      const double root = std::exp(0.5 * theta_(index(weights_at_ + d)));
      for (Eigen::Index i = 0; i < u.rows(); ++i) {
        const Eigen::Index at = embedding_index(d, choices_(i, index(d)));
        (*gradient)(index(weights_at_ + d)) +=
            0.5 * u.row(i).segment(index(d) * m, m).dot(u_up.row(i).segment(index(d) * m, m));
        gradient->segment(at, m) += root * u_up.row(i).segment(index(d) * m, m).transpose();
      }
    }
    gradient->segment(index(scales_at_), v.cols()) = (v.array() * v_up.array()).colwise().sum().transpose();
    gradient->segment(index(weights_at_), free.size()) += 2 * settings_.penalty * free;
    return value;
  }

private:
  using choice_matrix = Eigen::Matrix<std::conditional_t<std::is_void_v<Descriptor>, int, space::choice_index>,
                                      Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  static constexpr Eigen::Index constant = 0;
  static constexpr Eigen::Index choice_part = 1;
  static constexpr Eigen::Index feature_part = 2;
  static constexpr Eigen::Index noise = 3;
  static constexpr std::size_t scalars = 4;

  static Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }
  static std::size_t size(const column& v) { return static_cast<std::size_t>(v.size()); }

  [[nodiscard]] Eigen::Index embedding_index(std::size_t decision, space::choice_index choice) const {
    return index(embedding_at_ + (group_[decision] + choice) * settings_.embedding);
  }
  [[nodiscard]] double feature_weight() const {
    return descriptor_.features() == 0 ? 0 : std::exp(theta_(feature_part));
  }

  void take_over(std::span<const architecture> labelled, std::span<const double> targets) {
    if (labelled.size() < 2 || labelled.size() != targets.size()) {
      throw error("predictor::gaussian_process::train",
                  std::to_string(labelled.size()) + " architectures and " + std::to_string(targets.size()) + " targets",
                  "at least two, and one target for each");
    }
    const Eigen::Index n = index(labelled.size());
    target_ = Eigen::Map<const column>(targets.data(), n);
    if (!target_.allFinite())
      throw error("predictor::gaussian_process::train", "a target that is not finite", "numbers");
    const moments of_targets = moments::of(targets);
    target_mean_ = of_targets.mean;
    target_scale_ = of_targets.deviation > 0 ? of_targets.deviation : 1;
    target_ = (target_.array() - target_mean_) / target_scale_;
    describe(labelled, choices_, raw_features_);
    feature_mean_.resize(raw_features_.cols());
    feature_scale_.resize(raw_features_.cols());
    for (Eigen::Index f = 0; f < raw_features_.cols(); ++f) {
      const moments m = moments::of(std::span<const double>(raw_features_.col(f).data(), labelled.size()));
      feature_mean_(f) = m.mean;
      feature_scale_(f) = 1 / (m.deviation + 0.3);
    }
    features_ = standardised(raw_features_);
  }
  void solve() {
    trained_ = true;
    factor_ = Eigen::LLT<matrix>(kernel());
    dual_ = factor_.solve(target_);
  }

  void describe(std::span<const architecture> batch, choice_matrix& choices, matrix& features) const {
    choices.resize(index(batch.size()), index(descriptor_.decisions()));
    Eigen::Matrix<number, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows(index(batch.size()),
                                                                                index(descriptor_.features()));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      descriptor_.describe(
          batch[i],
          std::span<space::choice_index>(choices.data() + i * descriptor_.decisions(), descriptor_.decisions()),
          std::span<double>(rows.data() + i * descriptor_.features(), descriptor_.features()));
    }
    features = rows;
  }

  [[nodiscard]] matrix standardised(const matrix& raw) const {
    return ((raw.rowwise() - feature_mean_).array().rowwise() * feature_scale_.array()).matrix();
  }
  [[nodiscard]] matrix scaled(const matrix& features) const {
    const row_vector l = theta_.segment(index(scales_at_), features.cols()).array().exp().transpose();
    return (features.array().rowwise() * l.array()).matrix();
  }

  /// sqrt(w_d) E(x_d), decision after decision
  [[nodiscard]] matrix embed(const choice_matrix& choices) const {
    const Eigen::Index m = index(settings_.embedding);
    matrix u(choices.rows(), choices.cols() * m);
    for (std::size_t d = 0; d < descriptor_.decisions(); ++d) {
      const double root = std::exp(0.5 * theta_(index(weights_at_ + d)));
      for (Eigen::Index i = 0; i < choices.rows(); ++i) {
        u.row(i).segment(index(d) * m, m) =
            root * theta_.segment(embedding_index(d, choices(i, index(d))), m).transpose();
      }
    }
    return u;
  }

  /// Calls f(first, kernels with the labelled ones) for blocks of `batch`.
  template <class F>
  void for_blocks(std::span<const architecture> batch, const char* place, F f) const {
    if (!trained_) throw error(place, "an untrained process", "train() before");
    constexpr std::size_t block = 512;
    for (std::size_t begin = 0; begin < batch.size(); begin += block) {
      choice_matrix choices;
      matrix raw;
      describe(batch.subspan(begin, std::min(block, batch.size() - begin)), choices, raw);
      f(begin, cross_kernel(embed(choices), scaled(standardised(raw))));
    }
  }

  /// exp(-|a_i - b_j|^2)
  static matrix gaussian(const matrix& a, const matrix& b) {
    matrix k = 2 * a * b.transpose();
    k.colwise() -= a.rowwise().squaredNorm();
    k.rowwise() -= b.rowwise().squaredNorm().transpose();
    double* entry = k.data();
    for (Eigen::Index i = 0; i < k.size(); ++i) entry[i] = math::exp(std::min(entry[i], 0.0));
    return k;
  }

  /// The adjoint of the vectors u of a Gaussian kernel, given that of the kernel.
  static matrix vector_adjoint(const matrix& weight, const matrix& k, const matrix& u) {
    const matrix m = weight.array() * k.array();
    return 4 * (m * u - m.rowwise().sum().asDiagonal() * u);
  }

  [[nodiscard]] matrix cross_kernel(const matrix& u, const matrix& v) const {
    matrix k = std::exp(theta_(choice_part)) * gaussian(u, embed(choices_));
    if (descriptor_.features() > 0) k += feature_weight() * gaussian(v, scaled(features_));
    return k.array() + std::exp(theta_(constant));
  }
  [[nodiscard]] matrix kernel() const {
    matrix k = cross_kernel(embed(choices_), scaled(features_));
    k.diagonal().array() += std::exp(theta_(noise));
    return k;
  }

  Descriptor descriptor_;
  gaussian_process_settings settings_;
  std::vector<std::size_t> group_;  ///< where the embedding of a decision's choices begins
  std::size_t weights_at_ = 0;
  std::size_t scales_at_ = 0;
  std::size_t embedding_at_ = 0;
  column theta_;
  bool trained_ = false;
  choice_matrix choices_;
  matrix raw_features_;
  matrix features_;
  row_vector feature_mean_;
  row_vector feature_scale_;
  column target_;
  double target_mean_ = 0;
  double target_scale_ = 1;
  Eigen::LLT<matrix> factor_{matrix(matrix::Identity(1, 1))};  // of nothing yet, but with a status
  column dual_;
};

}  // namespace paragon::predictor
