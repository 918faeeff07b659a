// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/host_device.hpp"
#include "../tensor/tensor.hpp"
#include "score.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

namespace detail {

template <class G, class T, class Backend>
concept adds_gradient = requires(G& g, const tensor<T, Backend>& x, std::size_t i, std::span<const double> weights,
                                 tensor<T, Backend>& out) { g.add_gradient(x, i, weights, out); };

}  // namespace detail

/// Something that pulls samples: a predictor's gradient, the exact gradient of a cost's expectation.
///
/// - `t.prepare(way)`: as a score's.
/// - `t.add_gradient(x, i, weights, out)`: adds to `out` how strongly each sample is pulled where, at `way[i]`.
///   `weights[s]` belongs to sample s of the batch; what it does is the term's (most multiply by it), and 0 must add
///   nothing. A sample's gradient depends on nothing but that sample.
/// - `t.select(first)`: optional; says before each batch which number its first sample has.
/// - `t.exclude(architectures)`: optional; says before a run what was generated already.
template <class G, class T = float, class Backend = backend::cpu>
concept guidance_term = detail::prepares<G> && detail::adds_gradient<G, T, Backend>;

/// Names what G lacks of `guidance_term`: a failed assertion, in the compiler's first line of error.
template <class G, class T = float, class Backend = backend::cpu>
consteval bool require_guidance_term() {
  static_assert(detail::prepares<G>, "a guidance term needs `prepare(std::span<const diffusion::moment> way)`");
  static_assert(
      detail::adds_gradient<G, T, Backend>,
      "a guidance term needs `add_gradient(const tensor<T, B>& x, std::size_t i, std::span<const double> weights, "
      "tensor<T, B>& out)`");
  return true;
}

namespace detail {

template <class Term, class A>
concept excludes = requires(Term& term, std::span<const A> known) { term.exclude(known); };

}  // namespace detail

/// Every term's gradient as it is: its size is its weight's business, as published.
struct plain_norms {
  friend bool operator==(plain_norms, plain_norms) = default;
};

/// Every term's gradient scaled, sample by sample, to the length of the score: weights then say how strong a pull is
/// against the score, whatever the unit of the predictor.
struct balanced_norms {
  friend bool operator==(balanced_norms, balanced_norms) = default;
};

/// A score and the terms that guide it: score + sum over terms of weight times gradient. It is a score itself.
///
/// Each sample has weights of its own, so that one run covers many preferences: row `n mod rows` of `weights` belongs to
/// the sample with number n. Score and terms are referred to, and have to outlive the guided score.
/// \tparam Norms  `plain_norms` (default) or `balanced_norms`
template <class Norms, class Score, class... Terms>
class guided_score {
public:
  /// \param weights  rows of one weight per term; at least one row
  /// Throws `paragon::error` for weights that are not finite or do not come in whole rows.
  guided_score(Norms, std::vector<double> weights, Score& score, Terms&... terms)
      : score_(score), terms_(terms...), weights_(std::move(weights)), rows_(weights_.size() / count) {
    if (weights_.empty() || weights_.size() % count != 0) {
      throw error("diffusion::guided_score", std::to_string(weights_.size()) + " weights",
                  "rows of " + std::to_string(count) + ", one weight for each term");
    }
    for (const double w : weights_) {
      if (!std::isfinite(w)) throw error("diffusion::guided_score", "a weight of " + number_text(w), "finite numbers");
    }
  }

  void prepare(std::span<const moment> way) {
    score_.prepare(way);
    std::apply([&](auto&... term) { (term.prepare(way), ...); }, terms_);
  }
  void select(std::uint64_t first) {
    first_ = first;
    if constexpr (requires { score_.select(first); }) score_.select(first);
    const auto tell = [&](auto& term) {
      if constexpr (requires { term.select(first); }) term.select(first);
    };
    std::apply([&](auto&... term) { (tell(term), ...); }, terms_);
  }
  /// Tells the terms that want to know it what was generated already.
  template <class A>
    requires(detail::excludes<Terms, A> || ...)
  void exclude(std::span<const A> known) {
    const auto tell = [&](auto& term) {
      if constexpr (detail::excludes<std::remove_reference_t<decltype(term)>, A>) term.exclude(known);
    };
    std::apply([&](auto&... term) { (tell(term), ...); }, terms_);
  }

  template <class T, class B>
  void evaluate(const tensor<T, B>& x, std::size_t step, tensor<T, B>& out) {
    static_assert(require_score<Score, T, B>());
    static_assert((require_guidance_term<Terms, T, B>() && ...));
    score_.evaluate(x, step, out);
    add(x, step, out, std::index_sequence_for<Terms...>{});
  }

private:
  static constexpr std::size_t count = sizeof...(Terms);
  static_assert(count > 0, "guided_score needs at least one guidance_term");
  static_assert(std::same_as<Norms, plain_norms> || std::same_as<Norms, balanced_norms>,
                "Norms is plain_norms or balanced_norms");

  template <class T, class B, std::size_t... K>
  void add(const tensor<T, B>& x, std::size_t step, tensor<T, B>& out, std::index_sequence<K...>) {
    (add_term(std::get<K>(terms_), K, x, step, out), ...);
  }

  template <class Term, class T, class B>
  void add_term(Term& term, std::size_t k, const tensor<T, B>& x, std::size_t step, tensor<T, B>& out) {
    const std::size_t samples = x.shape()[0];
    chosen_.resize(samples);
    for (std::size_t s = 0; s < samples; ++s) chosen_[s] = weights_[(first_ + s) % rows_ * count + k];
    if (std::all_of(chosen_.begin(), chosen_.end(), [](double w) { return w == 0; })) return;
    if constexpr (std::same_as<Norms, plain_norms>) {
      term.add_gradient(x, step, std::span<const double>(chosen_), out);
    } else {
      const std::vector<double> ones(samples, 1.0);
      tensor<T, B> pull(x.shape());
      term.add_gradient(x, step, std::span<const double>(ones), pull);
      balance(out, pull);
    }
  }

  /// out += weight |score| / |pull| pull, sample by sample; a pull of length 0 adds nothing.
  /// What `out` holds of earlier terms counts as score, so that each term is measured against what it has to turn.
  template <class T, class B>
  void balance(tensor<T, B>& out, tensor<T, B>& pull) {
    const std::size_t samples = out.shape()[0];
    const std::size_t each = out.size() / samples;
    tensor<T, B> lengths(shape{2, samples});
    B::dot_columns(samples, each, out.data(), out.data(), lengths.data());
    B::dot_columns(samples, each, pull.data(), pull.data(), lengths.data() + samples);
    tensor<T, B> weights(shape{samples}, std::vector<T>(chosen_.begin(), chosen_.end()));
    B::map(ratio{}, samples, weights.data(), weights.data(), lengths.data(), lengths.data() + samples);
    B::map_by_row(product{}, samples, each, pull.data(), pull.data(), weights.data());
    B::map_add(identity{}, out.size(), out.data(), pull.data());
  }

  struct ratio {
    template <class T>
    PARAGON_HOST_DEVICE T operator()(T weight, T score, T pull) const noexcept {
      return pull > T(0) ? weight * std::sqrt(score / pull) : T(0);
    }
  };
  struct product {
    template <class T>
    PARAGON_HOST_DEVICE T operator()(T a, T b) const noexcept {
      return a * b;
    }
  };
  struct identity {
    template <class T>
    PARAGON_HOST_DEVICE T operator()(T a) const noexcept {
      return a;
    }
  };

  Score& score_;
  std::tuple<Terms&...> terms_;
  std::vector<double> weights_;
  std::size_t rows_;
  std::uint64_t first_ = 0;
  std::vector<double> chosen_;
};

}  // namespace paragon::diffusion
