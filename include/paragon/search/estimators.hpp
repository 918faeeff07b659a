// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../autodiff/arithmetic.hpp"
#include "../autodiff/context.hpp"
#include "../autodiff/reduce.hpp"
#include "../backend/math.hpp"
#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "../hypernetwork/concepts.hpp"
#include "../hypernetwork/relaxation.hpp"
#include "../preference/scalarisation.hpp"
#include "../space/shape.hpp"
#include "detail/default_scalarisation.hpp"
#include "detail/score_rows.hpp"

namespace paragon::inline PARAGON_ISA::search {

/// The rows of one step: instance t has rows [t R, (t + 1) R), all for one device.
struct batch {
  std::span<const double> preferences;   ///< [rows, objectives]
  std::span<const std::size_t> devices;  ///< the device of each instance
  std::size_t rows_per_instance = 1;
  paragon::random_key key{};  ///< of this step
  double progress = 0;        ///< part of the training that is done, 0 to 1
  std::uint64_t step = 0;     ///< the number of this step

  [[nodiscard]] std::size_t rows() const noexcept { return devices.size() * rows_per_instance; }
};

/// Turns logits into losses: e(logits [rows, choices], batch) gives [rows, 1], whose gradient trains the hypernetwork.
template <class E, class T = float>
concept estimator = requires(E& e, autodiff::variable<autodiff::tape<T>> logits, const batch& b) {
  { e(logits, b) } -> std::same_as<autodiff::variable<autodiff::tape<T>>>;
};

/// Names what E lacks of `estimator`: a failed assertion, in the compiler's first line of error.
template <class E, class T = float>
consteval bool require_estimator() {
  static_assert(estimator<E, T>,
                "an estimator needs `operator()(autodiff::variable<C> logits, const search::batch&) -> "
                "autodiff::variable<C>`");
  return true;
}

/// Gradients of the expected score from scores alone: the objectives need not be differentiable, nor relaxed.
///
/// Draws one architecture D of each row. The derivative of E[s] by the probability of choice c of decision d is
/// E[s(D with d set to c)], estimated by the scores of D's neighbours: unbiased, of low variance, at the price of one
/// score for each choice. `entropy` (times what is left of the training) keeps the rows from settling too early.
/// Reference: Titsias, Lazaro-Gredilla, "Local expectation gradients for black box variational inference", NeurIPS
/// 2015.
/// \tparam Scorer         a `search::scorer`, borrowed
/// \tparam Scalarisation  models `preference::scalarisation`
template <class Scorer, class Scalarisation = preference::smooth_tchebycheff>
class local_expectation {
  static_assert(preference::require_scalarisation<Scalarisation>());

public:
  explicit local_expectation(Scorer& scorer,
                             Scalarisation scalarisation = detail::default_scalarisation<Scalarisation>(),
                             double entropy = 0.02)
      : scorer_(&scorer), scalarisation_(std::move(scalarisation)), entropy_(entropy),
        offsets_(space::choice_offsets(scorer.space())) {}

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(autodiff::variable<C> logits, const batch& b) {
    using T = typename C::value_type;
    static_assert(C::on_host, "local expectations are formed on the host");
    const std::size_t width = offsets_.back();
    const std::size_t decisions = offsets_.size() - 1;
    const std::size_t rows = b.rows();
    if (logits.rows() != rows || logits.columns() != width) {
      throw error("search::local_expectation", "logits of " + to_string(logits.shape()),
                  "(" + std::to_string(rows) + ", " + std::to_string(width) + ")");
    }
    C& context = logits.context();
    const auto losses = context.result({rows, 1}, logits);
    T* slope = context.scratch(rows * width);
    const double entropy = entropy_ * (1 - b.progress);
    constexpr std::size_t m = Scorer::objectives;
    if (b.preferences.size() != rows * m) {
      throw error("search::local_expectation", std::to_string(b.preferences.size()) + " weights",
                  std::to_string(m) + " for each of " + std::to_string(rows) + " rows");
    }
    choices_.resize(decisions);
    up_.resize(width);
    log_p_.resize(b.rows_per_instance * width);
    const T* x = logits.data();
    for (std::size_t t = 0; t < b.devices.size(); ++t) {
      // Scores of all rows of one instance at once: the neighbours of each row's draw, choice by choice.
      ids_.clear();
      const std::size_t first = t * b.rows_per_instance;
      for (std::size_t k = 0; k < b.rows_per_instance; ++k) {
        const std::size_t r = first + k;
        T* p = slope + r * width;
        softmax(x + r * width, p, log_p_.data() + k * width);
        for (std::size_t d = 0; d < decisions; ++d) {
          choices_[d] = draw(offsets_[d + 1] - offsets_[d], p + offsets_[d], b.key.uniform(r * decisions + d));
        }
        for (std::size_t d = 0; d < decisions; ++d) {
          const space::choice_index drawn = choices_[d];
          for (std::size_t c = 0; c < offsets_[d + 1] - offsets_[d]; ++c) {
            choices_[d] = static_cast<space::choice_index>(c);
            ids_.push_back(scorer_->intern(std::span<const space::choice_index>(choices_)));
          }
          choices_[d] = drawn;
        }
      }
      objectives_.resize(ids_.size() * m);
      scorer_->score(ids_, b.devices[t], objectives_);
      for (std::size_t k = 0; k < b.rows_per_instance; ++k) {
        const std::size_t r = first + k;
        detail::score_rows(scalarisation_, std::span<const double>(objectives_).subspan(k * width * m, width * m),
                           b.preferences.subspan(r * m, m), std::span<double>(up_));
        T* g = slope + r * width;  // holds the probabilities
        double loss = 0;
        for (std::size_t d = 0; d < decisions; ++d) {
          double mean = 0;
          double inner = 0;
          for (std::size_t c = offsets_[d]; c < offsets_[d + 1]; ++c) {
            const double p = static_cast<double>(g[c]);
            mean += p * up_[c];
            if (p > 0) up_[c] += entropy * static_cast<double>(log_p_[k * width + c]);
            inner += p * up_[c];
          }
          for (std::size_t c = offsets_[d]; c < offsets_[d + 1]; ++c) {
            g[c] = static_cast<T>(static_cast<double>(g[c]) * (up_[c] - inner));
          }
          loss += mean / static_cast<double>(decisions);
        }
        losses.data()[r] = static_cast<T>(loss);
      }
    }
    context.on_backward(losses, [=](auto& pass) {
      const T* dy = pass.adjoint(losses);
      if (T* dx = pass.adjoint(logits)) {
        for (std::size_t r = 0; r < rows; ++r) {
          for (std::size_t c = 0; c < width; ++c) dx[r * width + c] += dy[r] * slope[r * width + c];
        }
      }
    });
    return losses;
  }

private:
  /// Probabilities of each decision's choices, and their logarithms.
  template <class T>
  void softmax(const T* x, T* p, double* log_p) const {
    const std::size_t width = offsets_.back();
    for (std::size_t d = 0; d + 1 < offsets_.size(); ++d) {
      const T greatest = *std::max_element(x + offsets_[d], x + offsets_[d + 1]);
      for (std::size_t c = offsets_[d]; c < offsets_[d + 1]; ++c) p[c] = x[c] - greatest;
    }
    for (std::size_t c = 0; c < width; ++c) {
      log_p[c] = static_cast<double>(p[c]);
      p[c] = math::exp(p[c]);
    }
    for (std::size_t d = 0; d + 1 < offsets_.size(); ++d) {
      T total = 0;
      for (std::size_t c = offsets_[d]; c < offsets_[d + 1]; ++c) total += p[c];
      const double log_total = std::log(static_cast<double>(total));
      for (std::size_t c = offsets_[d]; c < offsets_[d + 1]; ++c) {
        p[c] /= total;
        log_p[c] -= log_total;
      }
    }
  }

  template <class T>
  static space::choice_index draw(std::size_t n, const T* p, double u) {
    std::size_t i = 0;
    while (i + 1 < n && u >= static_cast<double>(p[i])) u -= static_cast<double>(p[i++]);
    return static_cast<space::choice_index>(i);
  }

  Scorer* scorer_;
  Scalarisation scalarisation_;
  double entropy_;
  std::vector<std::size_t> offsets_;
  std::vector<space::choice_index> choices_;
  std::vector<typename Scorer::id> ids_;
  std::vector<double> objectives_;
  std::vector<double> log_p_;
  std::vector<double> up_;
};

/// Gradients through differentiable objectives of a relaxed architecture, weighted linearly by the preference: the
/// published way.
/// \tparam Losses      losses(relaxed [rows, choices], batch) gives scaled objectives [rows, objectives]
/// \tparam Relaxation  models `hypernetwork::relaxation`
template <class Losses, class Relaxation = hypernetwork::reinmax>
class relaxed_objectives {
  static_assert(hypernetwork::require_relaxation<Relaxation>());

public:
  relaxed_objectives(Losses losses, std::vector<std::size_t> offsets, Relaxation relaxation = {})
      : losses_(std::move(losses)), offsets_(std::move(offsets)), relaxation_(std::move(relaxation)) {}

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(autodiff::variable<C> logits, const batch& b) {
    using T = typename C::value_type;
    const auto z = losses_(relaxation_(logits, offsets_, b.key), b);
    if (z.rows() != b.rows() || z.size() != b.preferences.size()) {
      throw error("search::relaxed_objectives",
                  "objectives of " + to_string(z.shape()) + " for " + std::to_string(b.preferences.size()) + " weights",
                  "one for each weight, in " + std::to_string(b.rows()) + " rows");
    }
    T* weights = logits.context().scratch(b.preferences.size());
    for (std::size_t i = 0; i < b.preferences.size(); ++i) weights[i] = static_cast<T>(b.preferences[i]);
    return autodiff::sum_columns(autodiff::multiply(z, logits.context().constant(weights, z.shape())));
  }

private:
  Losses losses_;
  std::vector<std::size_t> offsets_;
  Relaxation relaxation_;
};

}  // namespace paragon::search
