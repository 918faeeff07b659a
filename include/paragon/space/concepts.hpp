// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "../core/compiler_flags.hpp"
#include "choice_index.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// A type that names its architectures: `S::architecture` is a small value that can be copied and compared.
template <class S>
concept has_architecture = requires { typename S::architecture; } && std::regular<typename S::architecture>;

namespace detail {

template <class S>
concept counts_decisions = requires(const S s) {
  { s.decisions() } -> std::convertible_to<std::size_t>;
};
template <class S>
concept counts_choices = requires(const S s, std::size_t d) {
  { s.choices(d) } -> std::convertible_to<std::size_t>;
};
template <class S>
concept knows_choice = requires(const S s, const typename S::architecture a, std::size_t d) {
  { s.choice(a, d) } -> std::convertible_to<std::size_t>;
};
template <class S>
concept makes_architectures = requires(const S s, std::span<const choice_index> row) {
  { s.from_choices(row) } -> std::same_as<typename S::architecture>;
};
template <class S>
concept has_name = requires(const S s) {
  { s.name() } -> std::convertible_to<std::string_view>;
};
template <class S>
concept writes = requires(const S s, const typename S::architecture a) {
  { s.to_string(a) } -> std::convertible_to<std::string>;
};
template <class S>
concept reads = requires(const S s, std::string_view text) {
  { s.parse(text) } -> std::same_as<typename S::architecture>;
};
template <class S>
concept has_size = requires(const S s) {
  { s.size() } -> std::convertible_to<std::uint64_t>;
};
template <class S>
concept gives_index = requires(const S s, const typename S::architecture a) {
  { s.index(a) } -> std::convertible_to<std::uint64_t>;
};
template <class S>
concept gives_at = requires(const S s, std::uint64_t i) {
  { s.at(i) } -> std::same_as<typename S::architecture>;
};
template <class S>
concept counts_parameters = requires(const S s, const typename S::architecture a) {
  { s.parameters(a) } -> std::convertible_to<double>;
};
template <class S>
concept counts_macs = requires(const S s, const typename S::architecture a) {
  { s.macs(a) } -> std::convertible_to<double>;
};
template <class G>
concept counts_nodes = requires(const G g) {
  { g.nodes() } -> std::convertible_to<std::size_t>;
};
template <class G>
concept counts_features = requires(const G g) {
  { g.features() } -> std::convertible_to<std::size_t>;
};
template <class G, class T>
concept encodes = requires(const G g, const typename G::architecture a, std::span<T> out) { g.encode(a, out); };
template <class G, class T>
concept writes_adjacency = requires(const G g, std::span<T> out) { g.adjacency(out); };

}  // namespace detail

/// A type whose architectures are rows of categorical decisions.
///
/// - `s.decisions()`: the number of decisions, at least 1.
/// - `s.choices(d)`: how many choices decision `d` has, 1 to `most_choices`, as many as a `choice_index` tells apart.
/// - `s.choice(a, d)`: which of them `a` took, below `choices(d)`.
/// - `s.from_choices(row)`: the architecture with these choices. *Total*: every row of `decisions()` numbers with
///   `row[d] < choices(d)` gives a valid architecture, so that whatever a network outputs can be decoded. Choices that
///   have no effect (the kernel of an absent layer) are brought to 0 here, and
///   `from_choices` of the choices of `a` equals `a`. A row of the wrong length or with a choice out of range is an
///   error.
///
/// `decisions()` and `choices(d)` depend on nothing but the space; together they are the shape of a hypernetwork's
/// output.
template <class S>
concept has_decisions = has_architecture<S> && detail::counts_decisions<S> && detail::counts_choices<S> &&
                        detail::knows_choice<S> && detail::makes_architectures<S>;

/// A type that says which of its decisions mean the same thing, so that what is learned of one holds for the others:
/// `s.group(d)` is a number, equal for all kernel sizes and another for all depths, say. Decisions of a group have equally
/// many choices, in the same order. Optional for a space or a descriptor.
template <class S>
concept has_groups = requires(const S s, std::size_t d) {
  { s.group(d) } -> std::convertible_to<std::size_t>;
};

/// The group of decision `d`; where a type says nothing of groups, each decision is its own.
template <class S>
[[nodiscard]] constexpr std::size_t group_of(const S& s, std::size_t d) {
  if constexpr (has_groups<S>) {
    return s.group(d);
  } else {
    return d;
  }
}

/// A type whose architectures have a notation: `s.to_string(a)`, and `s.parse(text)` with `parse(to_string(a)) == a`.
///
/// `parse` is strict: anything that `to_string` would not write is an error that says what was found and what was
/// expected. `s.name()` is the name of the space in result files.
template <class S>
concept has_notation = has_architecture<S> && detail::has_name<S> && detail::writes<S> && detail::reads<S>;

/// A search space: architectures as rows of categorical decisions, with a notation.
///
/// It is what `search::modnas`, the baselines and the result files need. A *relaxed* architecture is a row of
/// `total_choices(s)` numbers, decision after decision: the probabilities (or logits, or a one-hot row) of each choice.
/// All functions are const, may be called from several threads at once, and depend on nothing but their arguments.
///
/// \code
/// struct depth_and_width {                       // the smallest search space
///   struct architecture { int depth = 1, width = 8; friend bool operator==(architecture, architecture) = default; };
///   std::string_view name() const { return "depth_and_width"; }
///   std::size_t decisions() const { return 2; }
///   std::size_t choices(std::size_t d) const { return d == 0 ? 4 : 3; }
///   std::size_t choice(architecture a, std::size_t d) const { ... }
///   architecture from_choices(std::span<const choice_index> row) const { return {row[0] + 1, 8 << row[1]}; }
///   std::string to_string(architecture a) const { ... }
///   architecture parse(std::string_view text) const { ... }
/// };
/// static_assert(paragon::space::search_space<depth_and_width>);
/// \endcode
template <class S>
concept search_space = std::copy_constructible<S> && has_architecture<S> && has_decisions<S> && has_notation<S>;

/// A search space small enough to number: `size()` architectures, `at(i)` and `index(a)` inverse to each other for
/// `0 <= i < size()`. The order is the space's own and never changes. `at` of a number out of range is an error. A space of
/// 2^64 architectures or more cannot be numbered and has none of these functions.
template <class S>
concept enumerable_space = search_space<S> && detail::has_size<S> && detail::gives_index<S> && detail::gives_at<S>;

/// An architecture as a graph, the form that predictors and score networks read.
///
/// - `g.nodes()`, `g.features()`: the graph has as many nodes, each with as many features, for every architecture.
/// - `g.encode(a, x)`: writes the node features into `x`, row-major `nodes() x features()`; every entry is written.
/// - `g.adjacency(m)`: writes the `nodes() x nodes()` matrix, row-major. What a row means (source or target, self
///   loops) is said by the encoding, for it is part of what a network was trained with.
///
/// A space may offer several encodings; each is a type of its own. `T` is the scalar type asked for.
template <class G, class T = float>
concept graph_encoding = has_architecture<G> && detail::counts_nodes<G> && detail::counts_features<G> &&
                         detail::encodes<G, T> && detail::writes_adjacency<G, T>;

/// A graph encoding that copies each entry of a one-hot row to one place: `x[g.position(d, c)]` is the entry of choice
/// `c` of decision `d`, and all other entries of `x` are the same for every architecture.
///
/// Then a relaxed architecture can be encoded too, and gradients flow back through the same copy.
template <class G, class T = float>
concept linear_graph_encoding = graph_encoding<G, T> && requires(const G g, std::size_t d, std::size_t c) {
  { g.position(d, c) } -> std::convertible_to<std::size_t>;
};

/// A graph encoding that reads any real matrix back as a *valid* architecture: `g.decode(x)`, with
/// `decode(encode(a)) == a`. NaN is an error.
template <class G, class T = float>
concept decodable_graph_encoding = graph_encoding<G, T> && requires(const G g, std::span<const T> x) {
  { g.decode(x) } -> std::same_as<typename G::architecture>;
};

/// A search space with a node graph of its own: the encoding that predictors use unless told otherwise.
template <class S, class T = float>
concept graph_space = search_space<S> && graph_encoding<S, T>;

/// A search space with exact costs: `parameters(a)` (trainable numbers) and `macs(a)` (multiply-accumulates of one
/// forward pass of one sample), both as plain counts, not in millions.
template <class S>
concept costed_space = search_space<S> && detail::counts_parameters<S> && detail::counts_macs<S>;

/// A costed space whose costs are also known in expectation over a relaxed architecture.
///
/// `expected_parameters(row, gradient)` returns the expected cost when the choices are drawn independently with the
/// probabilities in `row`, and writes its derivative with respect to `row` into `gradient` unless that is empty. At a
/// one-hot row it equals the exact cost. The same for `expected_macs`.
template <class S, class T = double>
concept relaxed_costed_space = costed_space<S> && requires(const S s, std::span<const T> row, std::span<T> gradient) {
  { s.expected_parameters(row, gradient) } -> std::convertible_to<T>;
  { s.expected_macs(row, gradient) } -> std::convertible_to<T>;
};

// What the algorithms assert, one requirement after the other: the compiler's first line of error names the one that is
// missing. `static_assert(space::require_search_space<S>())` says the same of a space of one's own where it is written.

/// Names what S lacks of `has_architecture`.
template <class S>
consteval bool require_architecture() {
  static_assert(
      requires { typename S::architecture; }, "a search space needs a type `architecture`");
  static_assert(has_architecture<S>,
                "`architecture` must be regular: default-constructible, copyable, comparable by ==");
  return true;
}

/// Names what S lacks of `has_decisions`.
template <class S>
consteval bool require_decisions() {
  static_assert(require_architecture<S>());
  static_assert(detail::counts_decisions<S>, "a search space needs `decisions() const -> std::size_t`");
  static_assert(detail::counts_choices<S>, "a search space needs `choices(std::size_t d) const -> std::size_t`");
  static_assert(detail::knows_choice<S>,
                "a search space needs `choice(architecture, std::size_t d) const -> std::size_t`");
  static_assert(detail::makes_architectures<S>,
                "a search space needs `from_choices(std::span<const choice_index>) const -> architecture`");
  return true;
}

/// Names what S lacks of `has_notation`.
template <class S>
consteval bool require_notation() {
  static_assert(require_architecture<S>());
  static_assert(detail::has_name<S>, "a search space needs `name() const -> std::string_view`");
  static_assert(detail::writes<S>, "a search space needs `to_string(architecture) const -> std::string`");
  static_assert(detail::reads<S>, "a search space needs `parse(std::string_view) const -> architecture`");
  return true;
}

/// Names what S lacks of `search_space`.
template <class S>
consteval bool require_search_space() {
  static_assert(require_decisions<S>());
  static_assert(require_notation<S>());
  static_assert(std::copy_constructible<S>, "a search space must be copy-constructible");
  return true;
}

/// Names what S lacks of `enumerable_space`.
template <class S>
consteval bool require_enumerable_space() {
  static_assert(require_search_space<S>());
  static_assert(detail::has_size<S>, "an enumerable space needs `size() const -> std::uint64_t`");
  static_assert(detail::gives_index<S>, "an enumerable space needs `index(architecture) const -> std::uint64_t`");
  static_assert(detail::gives_at<S>, "an enumerable space needs `at(std::uint64_t) const -> architecture`");
  return true;
}

/// Names what S lacks of `costed_space`.
template <class S>
consteval bool require_costed_space() {
  static_assert(require_search_space<S>());
  static_assert(detail::counts_parameters<S>, "a costed space needs `parameters(architecture) const -> double`");
  static_assert(detail::counts_macs<S>, "a costed space needs `macs(architecture) const -> double`");
  return true;
}

/// Names what G lacks of `graph_encoding`.
template <class G, class T = float>
consteval bool require_graph_encoding() {
  static_assert(require_architecture<G>());
  static_assert(detail::counts_nodes<G>, "a graph encoding needs `nodes() const -> std::size_t`");
  static_assert(detail::counts_features<G>, "a graph encoding needs `features() const -> std::size_t`");
  static_assert(detail::encodes<G, T>, "a graph encoding needs `encode(architecture, std::span<T> x) const`");
  static_assert(detail::writes_adjacency<G, T>, "a graph encoding needs `adjacency(std::span<T> m) const`");
  return true;
}

/// Names what G lacks of `linear_graph_encoding`.
template <class G, class T = float>
consteval bool require_linear_graph_encoding() {
  static_assert(require_graph_encoding<G, T>());
  static_assert(linear_graph_encoding<G, T>,
                "a linear graph encoding needs `position(std::size_t d, std::size_t c) const -> std::size_t`");
  return true;
}

/// Names what G lacks of `decodable_graph_encoding`.
template <class G, class T = float>
consteval bool require_decodable_graph_encoding() {
  static_assert(require_graph_encoding<G, T>());
  static_assert(decodable_graph_encoding<G, T>,
                "a decodable graph encoding needs `decode(std::span<const T> x) const -> architecture`");
  return true;
}

namespace detail {

template <class S>
struct architecture_of {
  static_assert(require_architecture<S>());
  using type = typename S::architecture;
};

}  // namespace detail

/// The architectures of a space, for signatures: a type without `architecture` is an error that says so, not a function
/// that is passed over.
template <class S>
using architecture_of = typename detail::architecture_of<S>::type;

}  // namespace paragon::space
