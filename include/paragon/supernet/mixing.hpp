// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "../autodiff/context.hpp"
#include "../autodiff/functors.hpp"
#include "../core/error.hpp"
#include "../nn/parameters.hpp"
#include "../space/choice_index.hpp"
#include "concepts.hpp"

namespace paragon::inline PARAGON_ISA::supernet {

/// The chosen operations and nothing else: evaluation of an architecture, and training of the weights.
/// The choices are borrowed.
struct path {
  std::span<const space::choice_index> choices;

  static constexpr bool off_path = false;
  [[nodiscard]] std::size_t choice(std::size_t d) const { return choices[d]; }
  template <class C, class Operation>
  [[nodiscard]] output<C> operator()(std::size_t d, const nn::bound<C>& theta, autodiff::variable<C> x,
                                     const Operation& apply) const {
    return apply(theta, x, choice(d));
  }
};

namespace detail {

/// The choices of a one-hot row, in the memory of its context. \throws error for a row that is not one-hot
template <class C>
std::span<const space::choice_index> read_choices(autodiff::variable<C> alpha, std::span<const std::size_t> offsets) {
  using T = typename C::value_type;
  static_assert(C::on_host, "choices are read on the host");
  if (offsets.size() < 2 || alpha.size() != offsets.back()) {
    throw error("supernet::mixing", "a row alpha of shape " + to_string(alpha.shape()),
                "one number for each choice of the space");
  }
  const std::size_t decisions = offsets.size() - 1;
  auto* choices = alpha.context().template scratch<space::choice_index>(decisions);
  for (std::size_t d = 0; d < decisions; ++d) {
    std::size_t taken = offsets[d + 1];
    for (std::size_t i = offsets[d]; i < offsets[d + 1]; ++i) {
      const T a = alpha.data()[i];
      if (a == T(0)) continue;
      if (a != T(1) || taken != offsets[d + 1]) {
        throw error("supernet::mixing", "entry " + std::to_string(i) + " of alpha is " + std::to_string(a),
                    "a one-hot row, as from hypernetwork::reinmax");
      }
      taken = i;
    }
    if (taken == offsets[d + 1]) {
      throw error("supernet::mixing", "only zeros for decision " + std::to_string(d), "a one-hot row");
    }
    choices[d] = space::detail::to_choice_index(taken - offsets[d]);
  }
  return {choices, decisions};
}

/// to += <a, b>
template <class C, class Pass>
void add_inner(Pass& pass, std::size_t n, const typename C::value_type* a, const typename C::value_type* b,
               typename C::value_type* to) {
  using T = typename C::value_type;
  using B = typename C::backend_type;
  T* product = pass.scratch(n);
  B::map(autodiff::detail::times{}, n, product, a, b);
  B::sum_all(n, T(1), static_cast<const T*>(product), to);
}

/// What both mixtures with gradients share: alpha, and a variable of their own for each place of the network.
template <class C>
class mixture_of_alpha {
public:
  mixture_of_alpha(autodiff::variable<C> alpha, std::span<const std::size_t> offsets)
      : alpha_(alpha), choices_(read_choices(alpha, offsets)) {
    auto* kept = alpha.context().template scratch<std::size_t>(offsets.size());
    for (std::size_t i = 0; i < offsets.size(); ++i) kept[i] = offsets[i];
    offsets_ = {kept, offsets.size()};
  }

  static constexpr bool off_path = true;
  [[nodiscard]] std::size_t choice(std::size_t d) const { return choices_[d]; }

protected:
  /// Runs the chosen operation, and gives `rule(pass, dy, y)` the adjoint of its result in the backward pass, if there is
  /// one. `y` has the values of the operation's result, zeros where it gave nothing.
  template <class Operation, class Rule>
  [[nodiscard]] output<C> with_adjoint(std::size_t d, const nn::bound<C>& theta, autodiff::variable<C> x,
                                       const Operation& apply, const Rule& rule) const {
    using T = typename C::value_type;
    using B = typename C::backend_type;
    C& context = alpha_.context();
    const std::size_t before = context.variables();
    const output<C> taken = apply(theta, x, choice(d));
    if (!alpha_.needs_gradient()) return taken;
    if (taken && taken->needs_gradient() && is_new(*taken, before)) {
      // Nobody else reads it yet, so when this record is run its adjoint is complete and still to be passed on.
      const auto y = *taken;
      context.on_backward(y, [y, rule](auto& pass) { rule(pass, pass.adjoint(y), y); });
      return y;
    }
    const auto y = taken ? context.result(taken->shape(), *taken, alpha_) : context.result(x.shape(), alpha_);
    if (taken) {
      B::map(autodiff::detail::identity{}, y.size(), y.data(), static_cast<const T*>(taken->data()));
    } else {
      B::zero(y.data(), sizeof(T) * y.size());
    }
    const auto source = taken ? *taken : y;
    context.on_backward(y, [y, source, rule](auto& pass) {
      const T* dy = pass.adjoint(y);
      if (source.id() != y.id()) {
        if (T* dx = pass.adjoint(source)) B::map_add(autodiff::detail::identity{}, y.size(), dx, dy);
      }
      rule(pass, dy, y);
    });
    return y;
  }

  autodiff::variable<C> alpha_;
  std::span<const space::choice_index> choices_;
  std::span<const std::size_t> offsets_;

private:
  [[nodiscard]] static bool is_new(autodiff::variable<C> y, std::size_t before) {
    const std::uint32_t whole = y.context().at(y.id()).whole;
    return y.id() >= before && (whole == autodiff::none || whole >= before);
  }
};

}  // namespace detail

/// Only the path: alpha says which, and gets no gradient.
struct sampled {
  template <class C>
  [[nodiscard]] path operator()(autodiff::variable<C> alpha, std::span<const std::size_t> offsets) const {
    return {detail::read_choices(alpha, offsets)};
  }
};

/// The published mixture: sum over c of alpha_c op_c(x) where c is taken, and of alpha_c as a plain number where not.
///
/// Forward it is the chosen operation. Backward alpha of the chosen one gets <dy, op(x)>, and every other the sum of all
/// entries of dy, which has nothing to do with its operation. Only the chosen operation is computed.
/// Reference: Dong, Yang, "Searching for a robust neural architecture in four GPU hours", CVPR 2019; used by arXiv
/// 2402.18213 as released.
struct published_mixing {
  template <class C>
  class mixture : public detail::mixture_of_alpha<C> {
  public:
    using detail::mixture_of_alpha<C>::mixture_of_alpha;

    template <class Operation>
    [[nodiscard]] output<C> operator()(std::size_t d, const nn::bound<C>& theta, autodiff::variable<C> x,
                                       const Operation& apply) const {
      using T = typename C::value_type;
      using B = typename C::backend_type;
      const auto rule = [alpha = this->alpha_, begin = this->offsets_[d], end = this->offsets_[d + 1],
                         taken = this->offsets_[d] + this->choice(d)](auto& pass, const T* dy, auto y) {
        T* up = pass.adjoint(alpha);
        detail::add_inner<C>(pass, y.size(), dy, static_cast<const T*>(y.data()), up + taken);
        T* total = pass.scratch(1);
        B::zero(total, sizeof(T));
        B::sum_all(y.size(), T(1), dy, total);
        for (std::size_t i = begin; i < end; ++i) {
          if (i != taken) B::map_add(autodiff::detail::identity{}, 1, up + i, static_cast<const T*>(total));
        }
      };
      return this->with_adjoint(d, theta, x, apply, rule);
    }
  };

  template <class C>
  [[nodiscard]] mixture<C> operator()(autodiff::variable<C> alpha, std::span<const std::size_t> offsets) const {
    return {alpha, offsets};
  }
};

/// The mixture sum over c of alpha_c op_c(x) with its true gradient: alpha_c gets <dy, op_c(x)> for every choice c.
///
/// Forward it is the chosen operation, since alpha is one-hot. The other operations are run in the backward pass, one at a
/// time and without records, so memory does not grow with the number of choices; time does, by one forward computation of
/// each. It must outlive the backward passes of the tape that it was used on; not for several tapes at once.
template <class T = float, class Backend = backend::cpu>
class exact_mixing {
public:
  template <class C>
  class mixture : public detail::mixture_of_alpha<C> {
  public:
    mixture(autodiff::variable<C> alpha, std::span<const std::size_t> offsets,
            autodiff::evaluation<T, Backend>* workspace)
        : detail::mixture_of_alpha<C>(alpha, offsets), workspace_(workspace) {}

    template <class Operation>
    [[nodiscard]] output<C> operator()(std::size_t d, const nn::bound<C>& theta, autodiff::variable<C> x,
                                       const Operation& apply) const {
      const auto rule = [=, alpha = this->alpha_, all = theta.all(), begin = this->offsets_[d],
                         choices = this->offsets_[d + 1] - this->offsets_[d], taken = this->choice(d),
                         workspace = workspace_](auto& pass, const T* dy, auto y) {
        T* up = pass.adjoint(alpha) + begin;
        detail::add_inner<C>(pass, y.size(), dy, static_cast<const T*>(y.data()), up + taken);
        for (std::size_t c = 0; c < choices; ++c) {
          if (c == taken) continue;
          workspace->clear();
          const nn::bound weights(workspace->constant(all.data(), all.shape()));
          const auto other = apply(weights, workspace->constant(x.data(), x.shape()), c);
          if (other) detail::add_inner<C>(pass, y.size(), dy, static_cast<const T*>(other->data()), up + c);
        }
      };
      return this->with_adjoint(d, theta, x, apply, rule);
    }

  private:
    autodiff::evaluation<T, Backend>* workspace_;
  };

  template <bool Recording>
  [[nodiscard]] mixture<autodiff::context<T, Backend, Recording>> operator()(
      autodiff::variable<autodiff::context<T, Backend, Recording>> alpha, std::span<const std::size_t> offsets) {
    return {alpha, offsets, &workspace_};
  }

private:
  autodiff::evaluation<T, Backend> workspace_;
};

}  // namespace paragon::supernet
