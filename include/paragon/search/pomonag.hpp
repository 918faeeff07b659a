// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "../diffusion/solver.hpp"
#include "../pareto/stretch.hpp"
#include "../space/concepts.hpp"

namespace paragon::inline PARAGON_ISA::search {

/// Architectures drawn from a score.
template <class A>
struct generation {
  std::vector<A> architectures;  ///< one a sample, in order; valid by construction
  std::size_t raw_valid = 0;     ///< how many samples the published threshold accepts as they are
  std::size_t evaluations = 0;   ///< of the score, for each sample

  friend bool operator==(const generation&, const generation&) = default;
};

/// Samples from a score, read as architectures: whatever a sample looks like, its encoding decodes it to the nearest
/// architecture. How many would have been valid by the published threshold is counted beside.
///
/// Deterministic in (key, number of the sample), see `diffusion::sample`.
/// \tparam Encoding  decodes real matrices; data are scaled to -1 and 1
template <class T = float, class Encoding, class Process, class Score, class Solver>
[[nodiscard]] generation<space::architecture_of<Encoding>> generate(const Encoding& encoding, const Process& process,
                                                                    Score& score, const Solver& method,
                                                                    paragon::random_key key,
                                                                    const diffusion::sampling& options = {}) {
  static_assert(space::require_decodable_graph_encoding<Encoding, T>());
  const shape each{encoding.nodes(), encoding.features()};
  const auto x = diffusion::sample<T>(process, score, method, each, key, options);
  generation<typename Encoding::architecture> found;
  found.evaluations = method.evaluations();
  std::vector<T> unscaled(each.size());
  for (std::size_t s = 0; s < options.samples; ++s) {
    for (std::size_t e = 0; e < unscaled.size(); ++e) unscaled[e] = (x[s * unscaled.size() + e] + 1) / 2;
    found.architectures.push_back(encoding.decode(std::span<const T>(unscaled)));
    if constexpr (requires { encoding.decode_threshold(std::span<const T>(unscaled)).has_value(); }) {
      found.raw_valid += encoding.decode_threshold(std::span<const T>(unscaled)).has_value();
    }
  }
  return found;
}

/// Predicts the objectives of architectures: `judge(architectures)` returns their values row by row, in natural
/// directions, as many for each.
template <class J, class A>
concept architecture_judge = requires(const J& judge, std::span<const A> architectures) {
  { judge(architectures) } -> std::convertible_to<std::vector<double>>;
};

/// One round of generation: a score with its guidance, and how many samples to draw from it.
///
/// POMONAG has two: one guided towards small costs, one towards high accuracy; together they reach both ends of the
/// front.
template <class Score>
struct phase {
  std::string name;
  Score* score = nullptr;
  std::size_t samples = 128;
};

/// What POMONAG returns.
template <class A>
struct pomonag_result {
  generation<A> generated;             ///< all samples, phase after phase
  std::vector<A> candidates;           ///< the different architectures, in order of their first sample
  std::vector<double> objectives;      ///< predicted, [candidates, objectives]
  std::vector<std::size_t> front;      ///< candidates that no other dominates, by prediction
  std::vector<std::size_t> stretched;  ///< the front, and the next fronts up to the minimum number

  [[nodiscard]] std::size_t width() const noexcept {
    return candidates.empty() ? 0 : objectives.size() / candidates.size();
  }
};

/// POMONAG: generates in phases, drops repetitions, judges what is left by predictors of finished architectures, filters
/// and stretches to a Pareto front.
///
/// Architectures are told apart by their encodings: different ones have different ones, for `decode` reads them back.
///
/// The samples of phase k have the numbers after those of the phases before, so results do not depend on batches. A score
/// that has `exclude(architectures)` is told before each phase what was generated so far.
/// \param phases    each with samples of its own
/// \param judge     an `architecture_judge`; called once, with the different architectures
/// \param way       one direction per objective
/// \param minimum   the least number of stretched candidates
/// \param policies  of `pareto::stretch`: fronts per metric or in all objectives, how the last front is cut
/// \throws error for no phases, and where the judge does not give as many values for each architecture
/// Reference: Lomurno, Mariani, Monti, Matteucci, "POMONAG: Pareto-optimal many-objective neural architecture generator",
/// arXiv 2409.20447, section 3.
template <class T = float, class Encoding, class Process, class Score, class Solver, class Judge, class... Policies>
[[nodiscard]] pomonag_result<space::architecture_of<Encoding>> pomonag(const Encoding& encoding, const Process& process,
                                                                       const Solver& method,
                                                                       std::span<const phase<Score>> phases,
                                                                       const Judge& judge, pareto::directions way,
                                                                       std::size_t minimum, paragon::random_key key,
                                                                       const Policies&... policies) {
  using architecture = typename Encoding::architecture;
  static_assert(space::require_decodable_graph_encoding<Encoding, T>());
  static_assert(diffusion::require_solver<Solver, Process, Score, T>());
  static_assert(architecture_judge<Judge, architecture>,
                "a judge needs `operator()(std::span<const architecture>) const -> std::vector<double>`");
  if (phases.empty()) throw error("search::pomonag", "no phases", "at least one");
  pomonag_result<architecture> result;
  std::size_t first = 0;
  std::vector<T> encoded(static_cast<std::size_t>(encoding.nodes()) * static_cast<std::size_t>(encoding.features()));
  const auto bytes = std::as_bytes(std::span(encoded));
  std::unordered_set<std::string> seen;  // the bytes of encodings
  for (const phase<Score>& p : phases) {
    const std::span<const architecture> known(result.candidates);
    if constexpr (requires { p.score->exclude(known); }) p.score->exclude(known);
    auto part = generate<T>(encoding, process, *p.score, method, key, {.samples = p.samples, .first = first});
    first += p.samples;
    result.generated.evaluations = part.evaluations;
    result.generated.raw_valid += part.raw_valid;
    for (const architecture& a : part.architectures) {
      encoding.encode(a, std::span<T>(encoded));
      if (seen.emplace(reinterpret_cast<const char*>(bytes.data()), bytes.size()).second) {
        result.candidates.push_back(a);
      }
      result.generated.architectures.push_back(a);
    }
  }
  if (result.candidates.empty()) return result;
  result.objectives = judge(std::span<const architecture>(result.candidates));
  if (result.objectives.size() != result.candidates.size() * way.size()) {
    throw error(
        "search::pomonag", std::to_string(result.objectives.size()) + " values from the judge",
        std::to_string(way.size()) + " for each of " + std::to_string(result.candidates.size()) + " architectures");
  }
  const pareto::points<double> set(result.objectives, way.size());
  result.front = pareto::filter(set, way);
  result.stretched = pareto::stretch(set, minimum, way, policies...);
  return result;
}

}  // namespace paragon::search
