// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <span>
#include <vector>

#include "../space/concepts.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

/// What a surrogate says of one architecture, in the unit of the targets.
struct estimate {
  double mean = 0;
  double deviation = 0;

  friend bool operator==(const estimate&, const estimate&) = default;
};

namespace detail {

template <class M>
concept trains = requires(M& m, std::span<const typename M::architecture> labelled, std::span<const double> targets) {
  m.train(labelled, targets);
};
template <class M>
concept refits = requires(M& m, std::span<const typename M::architecture> labelled, std::span<const double> targets) {
  m.refit(labelled, targets);
};
template <class M>
concept estimates = requires(const M& m, std::span<const typename M::architecture> batch) {
  { m.predict_with_deviations(batch) } -> std::same_as<std::vector<estimate>>;
};
template <class M>
concept has_hyper_parameters = requires(M& m) {
  { m.hyper_parameters() } -> std::convertible_to<std::span<double>>;
};

}  // namespace detail

/// A model that learns one number of an architecture from few labels, and knows how sure it is.
///
/// - `m.train(labelled, targets)`: learns all of it, one finite target for each architecture, at least two. A later call
///   may go on from where the last one ended.
/// - `m.refit(labelled, targets)`: takes over other labels without learning hyper-parameters anew; cheap.
/// - `m.predict_with_deviations(batch)`: an `estimate` for each architecture; after `train` or `refit`. Const.
/// - `m.hyper_parameters()`: what `train` has learned beside the labels, a fixed number of them, to be read and written.
///
/// Models: `gaussian_process`.
template <class M>
concept surrogate = space::has_architecture<M> && detail::trains<M> && detail::refits<M> && detail::estimates<M> &&
                    detail::has_hyper_parameters<M>;

/// Names what M lacks of `surrogate`.
template <class M>
consteval bool require_surrogate() {
  static_assert(
      requires { typename M::architecture; }, "a surrogate needs a type `architecture`");
  static_assert(space::has_architecture<M>, "`architecture` must be regular");
  static_assert(detail::trains<M>,
                "a surrogate needs `train(std::span<const architecture>, std::span<const double> targets)`");
  static_assert(detail::refits<M>,
                "a surrogate needs `refit(std::span<const architecture>, std::span<const double> targets)`");
  static_assert(detail::estimates<M>,
                "a surrogate needs `predict_with_deviations(std::span<const architecture>) const -> "
                "std::vector<predictor::estimate>`");
  static_assert(detail::has_hyper_parameters<M>, "a surrogate needs `hyper_parameters() -> std::span<double>`");
  return true;
}

}  // namespace paragon::predictor
