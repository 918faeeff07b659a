// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <limits>
#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/context.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/diffusion/guidance.hpp>
#include <paragon/diffusion/relaxed_guidance.hpp>
#include <paragon/diffusion/tilted_guidance.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <paragon/preference/dirichlet.hpp>
#include <paragon/search/pomonag.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "generation_options.hpp"

namespace generation {

inline constexpr std::size_t objectives = 4;
inline constexpr std::array<paragon::direction, objectives> way{
    paragon::direction::maximise, paragon::direction::minimise, paragon::direction::minimise,
    paragon::direction::minimise};

/// The ranges of objectives over a set of architectures, and volumes within them; reference point at the worst corner.
class box {
public:
  /// \param rows  [architectures, 4]
  explicit box(const std::vector<double>& rows) {
    low_.fill(std::numeric_limits<double>::infinity());
    high_.fill(-std::numeric_limits<double>::infinity());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      low_[i % objectives] = std::min(low_[i % objectives], rows[i]);
      high_[i % objectives] = std::max(high_[i % objectives], rows[i]);
    }
  }

  /// The part of the box that the rows dominate.
  [[nodiscard]] double hypervolume(const std::vector<double>& rows) const {
    if (rows.empty()) return 0;
    std::vector<double> z(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t k = i % objectives;
      const double at = (rows[i] - low_[k]) / (high_[k] - low_[k]);
      z[i] = way[k] == paragon::direction::maximise ? 1 - at : at;
    }
    const std::vector<double> reference(objectives, 1.0);
    return paragon::pareto::hypervolume(paragon::pareto::points<double>(z, objectives), reference).value;
  }

private:
  std::array<double, objectives> low_{};
  std::array<double, objectives> high_{};
};

/// How samples are guided: "none"; "published", the same scales for all samples of a phase, a sum of single terms;
/// "balanced", a preference for each sample, all objectives at once.
///
/// Scales are those of POMONAG divided by 100, for gradients here are of predictions scaled to deviation 1; there labels
/// are scaled to deviation 1 and divided by 100.
struct guidance_plan {
  std::string kind = "balanced";
  scales efficient{};  ///< of the first half of the samples
  scales accurate{};   ///< of the second

  friend bool operator==(const guidance_plan&, const guidance_plan&) = default;
};

/// \param balanced  the scales of that kind, where `scale` is empty
inline guidance_plan make_plan(const std::string& kind, const std::vector<double>& scale, const scales& balanced) {
  guidance_plan plan{kind, {}, {}};
  if (kind == "balanced") {
    plan.efficient = plan.accurate = balanced;
  } else {
    // The ends of POMONAG's search intervals, accuracy [1000, 5000], costs [100, 500].
    plan.efficient = {10, 5, 5, 5};
    plan.accurate = {50, 1, 1, 1};
  }
  if (!scale.empty()) {
    std::copy(scale.begin(), scale.end(), plan.efficient.begin());
    std::copy(scale.begin(), scale.end(), plan.accurate.begin());
  }
  return plan;
}

/// Any score by one type, so that what follows it is compiled once. The score has to outlive it.
class any_score {
public:
  template <class Score>
    requires(!std::same_as<Score, any_score>)
  explicit any_score(Score& score)
      : prepare_([&score](std::span<const paragon::diffusion::moment> moments) { score.prepare(moments); }),
        evaluate_([&score](const paragon::tensor<float>& x, std::size_t step, paragon::tensor<float>& out) {
          score.evaluate(x, step, out);
        }) {}

  void prepare(std::span<const paragon::diffusion::moment> moments) { prepare_(moments); }
  void evaluate(const paragon::tensor<float>& x, std::size_t step, paragon::tensor<float>& out) {
    evaluate_(x, step, out);
  }

private:
  std::function<void(std::span<const paragon::diffusion::moment>)> prepare_;
  std::function<void(const paragon::tensor<float>&, std::size_t, paragon::tensor<float>&)> evaluate_;
};

/// Generates architectures for a problem. Score and problem have to outlive it.
template <class Problem, class Score>
class generator {
public:
  using architecture = typename Problem::architecture;
  using outcome = paragon::search::pomonag_result<architecture>;

  generator(const Problem& problem, Score& score) : problem_(&problem), score_(&score) {}

  /// Samples of a phase. Later phases keep away from what earlier ones found, where the guidance can.
  static constexpr std::size_t round = 16;

  /// One run of POMONAG: efficient and accurate phases in turn.
  template <class Solver>
  [[nodiscard]] outcome run(const guidance_plan& plan, const Solver& solver, std::size_t samples, std::size_t minimum,
                            std::uint64_t seed) const {
    const Problem& p = *problem_;
    const auto key = paragon::random_key{.seed = seed}.fork("generation");
    const auto generate = [&](auto& efficient, auto& accurate) {
      using score = std::remove_reference_t<decltype(efficient)>;
      std::vector<paragon::search::phase<score>> phases;
      for (std::size_t done = 0; done < samples; done += round) {
        const bool turn = phases.size() % 2 == 1;
        phases.push_back(
            {turn ? "accurate" : "efficient", turn ? &accurate : &efficient, std::min(round, samples - done)});
      }
      return paragon::search::pomonag<float>(p.encoding(), p.process(), solver,
                                             std::span<const paragon::search::phase<score>>(phases), p, way, minimum,
                                             key.fork("samples"));
    };
    if (plan.kind == "none") return generate(*score_, *score_);
    namespace d = paragon::diffusion;
    const auto costs = p.costs();
    if (plan.kind == "published") {
      weighted_sum small{&p, costs, in_order(plan.efficient)};
      weighted_sum good{&p, costs, in_order(plan.accurate)};
      d::relaxed_guidance to_small(p.choices(), small);
      d::relaxed_guidance to_good(p.choices(), good);
      d::guided_score efficient(d::plain_norms{}, {1}, *score_, to_small);
      d::guided_score accurate(d::plain_norms{}, {1}, *score_, to_good);
      return generate(efficient, accurate);
    }
    const auto predict = [&p](auto& tape, auto rows) { return p(tape, rows); };
    d::tilted_guidance small(p.choices(), predict, costs,
                             preferences(plan.efficient, false, samples, key.fork("preferences")),
                             Problem::predictions);
    d::tilted_guidance good(p.choices(), predict, costs,
                            preferences(plan.accurate, true, samples, key.fork("preferences")), Problem::predictions);
    d::guided_score efficient(d::plain_norms{}, {1}, *score_, small);
    d::guided_score accurate(d::plain_norms{}, {1}, *score_, good);
    return generate(efficient, accurate);
  }

private:
  /// All predictions and costs in one number, as POMONAG weighs the gradients of its predictors.
  struct weighted_sum {
    const Problem* problem;
    std::vector<paragon::space::linear_cost> costs;
    scales weights;  ///< of the predictions, then of the costs

    template <class C>
    paragon::autodiff::variable<C> operator()(C& tape, paragon::autodiff::variable<C> rows) const {
      namespace autodiff = paragon::autodiff;
      std::vector<float> first(Problem::predictions);
      for (std::size_t k = 0; k < first.size(); ++k) first[k] = static_cast<float>(weights[k]);
      std::vector<float> slopes(rows.columns());
      for (std::size_t c = 0; c < costs.size(); ++c) {
        for (std::size_t k = 0; k < slopes.size(); ++k) {
          slopes[k] -= static_cast<float>(weights[Problem::predictions + c] * costs[c].coefficients[k]);
        }
      }
      const auto total = [&](auto x, const std::vector<float>& by) {
        return autodiff::sum_columns(autodiff::multiply(x, tape.copy(by.data(), {by.size()})));
      };
      return autodiff::add(total((*problem)(tape, rows), first), total(rows, slopes));
    }
  };

  /// Scales of the objectives in the order of the problem's predictions and costs.
  [[nodiscard]] static scales in_order(const scales& s) {
    scales result{};
    for (std::size_t k = 0; k < objectives; ++k) result[k] = s[Problem::columns[k]];
    return result;
  }

  /// A preference for each sample. Shares are uniform on the simplex; in the accurate phase that of accuracy is 1 - u^2
  /// with a uniform u.
  [[nodiscard]] std::vector<double> preferences(const scales& s, bool accurate, std::size_t samples,
                                                paragon::random_key key) const {
    const paragon::random_key shares = key.fork("shares");
    const paragon::random_key accuracies = key.fork("accuracies");
    std::vector<double> rows;
    for (std::size_t n = 0; n < samples; ++n) {
      scales share{};
      paragon::preference::dirichlet(std::span<double>(share), {1, 1, 1, 1}, shares, n);
      if (accurate) {
        const double u = accuracies.uniform(n);
        const double others = std::max(1 - share[0], 1e-12);
        for (double& w : share) w *= u * u / others;
        share[0] = 1 - u * u;
      }
      for (std::size_t k = 0; k < objectives; ++k) share[k] *= s[k];
      for (const double w : in_order(share)) rows.push_back(w);
    }
    return rows;
  }

  const Problem* problem_;
  Score* score_;
};

}  // namespace generation
