// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "../autodiff/context.hpp"
#include "../nn/batch_norm.hpp"
#include "../nn/parameters.hpp"
#include "../space/concepts.hpp"

namespace paragon::inline PARAGON_ISA::supernet {

/// What an operation gives: a variable, or nothing, which stands for zeros in the shape of the operation's input. So an
/// operation "none" costs nothing, and what would be computed from zeros need not be computed.
template <class C>
using output = std::optional<autodiff::variable<C>>;

namespace detail {

/// Stands for the operations of any network where concepts are checked.
struct any_operation {
  template <class C>
  output<C> operator()(const nn::bound<C>&, autodiff::variable<C> x, std::size_t) const {
    return x;
  }
};

/// Stands for any mixture where concepts are checked: the first choice everywhere.
struct any_mixture {
  static constexpr bool off_path = false;
  [[nodiscard]] std::size_t choice(std::size_t) const noexcept { return 0; }
  template <class C, class Operation>
  [[nodiscard]] output<C> operator()(std::size_t, const nn::bound<C>& theta, autodiff::variable<C> x,
                                     const Operation& apply) const {
    return apply(theta, x, 0);
  }
};

}  // namespace detail

/// How the candidate operations of a decision become one result: what a supernet's network is called with.
///
/// - `m.choice(d)`: the choice that is taken of decision `d`.
/// - `m(d, theta, x, apply)`: what stands at a place of the network that decision `d` is about, where
///   `apply(theta, x, c)` runs candidate `c` on `x`. A network asks as often as the decision occurs, for instance once in
///   every cell.
/// - `M::off_path`: whether candidates that are not taken have an influence (on the gradient). If not, a network may leave
///   out whatever the chosen ones do not need.
///
/// `apply` is called with any context of the same numbers and backend, may be called again in the backward pass, and is
/// trivially copyable; what it points to (the network) lives as long as the tape's records.
template <class M, class C>
concept mixture = requires(const M& m, std::size_t d, const nn::bound<C>& theta, autodiff::variable<C> x,
                           const detail::any_operation& apply) {
  { M::off_path } -> std::convertible_to<bool>;
  { m.choice(d) } -> std::convertible_to<std::size_t>;
  { m(d, theta, x, apply) } -> std::same_as<output<C>>;
};

/// A policy for how a sampled row alpha meets the operations: `p(alpha, offsets)` gives a mixture.
///
/// alpha [1, total choices] is one-hot in each decision, decision d in columns [offsets[d], offsets[d + 1]), for instance
/// from `hypernetwork::reinmax`; through it gradients reach the hypernetwork. Models: `sampled`, `published_mixing`,
/// `exact_mixing`.
template <class P, class T = float, class Backend = backend::cpu>
concept mixing =
    requires(P& p, autodiff::variable<autodiff::tape<T, Backend>> alpha, std::span<const std::size_t> offsets) {
      { p(alpha, offsets) } -> mixture<autodiff::tape<T, Backend>>;
    };

/// Names what P lacks of `mixing`: a failed assertion, in the compiler's first line of error.
template <class P, class T = float, class Backend = backend::cpu>
consteval bool require_mixing() {
  static_assert(
      mixing<P, T, Backend>,
      "a mixing needs `operator()(autodiff::variable<C> alpha, std::span<const std::size_t> offsets) -> mixture`");
  return true;
}

namespace detail {

template <class N>
concept has_space = requires(const N& n) { requires space::has_decisions<std::remove_cvref_t<decltype(n.space())>>; };
template <class N>
concept counts_classes = requires(const N& n) {
  { n.classes() } -> std::convertible_to<std::size_t>;
};
template <class N, class C>
concept runs_on = requires(const N& n, const nn::bound<C>& theta, autodiff::variable<C> images,
                           nn::batch_statistics norm, const any_mixture& mix) {
  { n(theta, images, norm, mix) } -> std::same_as<autodiff::variable<C>>;
};

}  // namespace detail

/// The network of a supernet: all architectures of a space at once, one of them computed at a time.
///
/// - `n.space()`: the search space; its decisions are what `mix` is asked about.
/// - `n.classes()`: the columns of the result.
/// - `n(theta, images, norm, mix)`: images [N, H, W, channels] to logits [N, classes]. `theta` are the parameters that the
///   network was made with, `norm` says where batch normalisation takes its statistics from (nn/batch_norm.hpp; a network
///   without it ignores `norm`), `mix` models `mixture` and is asked for every operation that the architecture decides.
///
/// Like a layer it holds slots and settings, never values, and runs on a tape and on an evaluation alike. So a space of
/// one's own brings its operators and nothing else.
template <class N, class T = float, class Backend = backend::cpu>
concept supernet_network =
    std::copyable<N> && detail::has_space<N> && detail::counts_classes<N> &&
    detail::runs_on<N, autodiff::tape<T, Backend>> && detail::runs_on<N, autodiff::evaluation<T, Backend>>;

/// Names what N lacks of `supernet_network`: a failed assertion, in the compiler's first line of error.
template <class N, class T = float, class Backend = backend::cpu>
consteval bool require_supernet_network() {
  static_assert(
      requires(const N& n) { n.space(); }, "a supernet's network needs `space() const`, its search space");
  static_assert(space::require_decisions<std::remove_cvref_t<decltype(std::declval<const N&>().space())>>());
  static_assert(detail::counts_classes<N>, "a supernet's network needs `classes() const -> std::size_t`");
  static_assert(
      detail::runs_on<N, autodiff::tape<T, Backend>> && detail::runs_on<N, autodiff::evaluation<T, Backend>>,
      "a supernet's network needs `operator()(nn::bound<C> theta, autodiff::variable<C> images, norm, mix) const "
      "-> autodiff::variable<C>`, for a tape and for an evaluation");
  static_assert(std::copyable<N>, "a supernet's network must be copyable");
  return true;
}

}  // namespace paragon::supernet
