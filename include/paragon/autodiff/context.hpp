// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../backend/concepts.hpp"
#include "../backend/cpu.hpp"
#include "../core/error.hpp"
#include "../tensor/tensor.hpp"
#include "arena.hpp"
#include "detail/borrowed.hpp"
#include "functors.hpp"
#include "instances.hpp"
#include "node.hpp"
#include "pass.hpp"
#include "variable.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// An operator's adjoint: called with the pass, it reads the adjoint of its result and adds to those of its operands.
///
/// It is kept in an arena as bytes, so what it captures must be trivial: variables, numbers, pointers into the context.
template <class F, class Context>
concept adjoint_rule =
    std::invocable<const F&, pass<Context>&> && std::is_trivially_copyable_v<F> && std::is_trivially_destructible_v<F>;

/// Where values live while a function of tensors is computed; as a `tape` it also remembers how, for the gradient.
///
/// One record per tensor operator in a plain vector; values, adjoints and records in arenas that keep their memory, so a
/// step that repeats an earlier one allocates nothing. Nothing is global: code receives its context through the variables
/// that it is given, and the same code runs on a `tape` and, without records, on an `evaluation`.
///
/// `constant`, `input` and `shared_input` borrow: a variable points to the caller's memory, which must keep its place and
/// its values until `clear`, or until the last `backward`. They take no temporary tensor. `copy` owns: it takes anything,
/// and is the one to use in a function that makes a tensor and returns a variable of it. Built with AddressSanitizer,
/// `backward` throws where borrowed memory is gone, also where only a BLAS would have read it.
/// \tparam T          float or double
/// \tparam Backend    models `backend::kernels<T>`
/// \tparam Recording  whether `backward` is possible
template <class T, class Backend, bool Recording>
class context {
  static_assert(backend::require_kernels<Backend, T>());

public:
  using value_type = T;
  using backend_type = Backend;
  using variable_type = variable<context>;
  static constexpr bool recording = Recording;
  static constexpr bool on_host = std::is_same_v<Backend, backend::cpu>;

  context() = default;
  context(const context&) = delete;
  context& operator=(const context&) = delete;

  /// Forgets all variables and records; keeps the memory.
  void clear() noexcept {
    nodes_.clear();
    records_.clear();
    values_.rewind();
    rules_.rewind();
    pass_.forget();
    instances_.forget();
  }

  /// A value that needs no gradient. Borrowed.
  [[nodiscard]] variable_type constant(const T* data, const shape& extents) {
    const auto x = push(const_cast<T*>(data), extents, false);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    nodes_.back().borrowed = true;
    return x;
  }
  [[nodiscard]] variable_type constant(const tensor<T, Backend>& values) {
    return constant(values.data(), values.shape());
  }
  variable_type constant(const tensor<T, Backend>&& values) = delete;  // it would be gone at the next line: copy

  /// A value that needs no gradient. Copied, from the backend's memory; it lives as long as the variables. O(size).
  [[nodiscard]] variable_type copy(const T* data, const shape& extents) {
    T* own = scratch(extents.size());
    Backend::copy(own, data, sizeof(T) * extents.size());
    return push(own, extents, false);
  }
  [[nodiscard]] variable_type copy(const tensor<T, Backend>& values) { return copy(values.data(), values.shape()); }

  /// A leaf whose gradient is wanted. Borrowed.
  [[nodiscard]] variable_type input(const T* data, const shape& extents) {
    const auto x = push(const_cast<T*>(data), extents, Recording);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    nodes_.back().leaf = true;
    nodes_.back().borrowed = true;
    return x;
  }
  [[nodiscard]] variable_type input(const tensor<T, Backend>& values) { return input(values.data(), values.shape()); }
  variable_type input(const tensor<T, Backend>&& values) = delete;

  /// A leaf that every instance of a batch shares (the parameters of a network), see `backward_instances`. Borrowed.
  [[nodiscard]] variable_type shared_input(const T* data, const shape& extents) {
    const auto x = input(data, extents);
    nodes_.back().shared = true;
    return x;
  }
  [[nodiscard]] variable_type shared_input(const tensor<T, Backend>& values) {
    return shared_input(values.data(), values.shape());
  }
  variable_type shared_input(const tensor<T, Backend>&& values) = delete;

  /// A contiguous part of a variable under another shape: no copy, and its adjoint is that part of the whole's.
  /// \throws error where the part does not lie within the variable
  [[nodiscard]] variable_type view(variable_type whole, std::size_t offset, const shape& extents) {
    if (extents.size() > whole.size() || offset > whole.size() - extents.size()) {
      throw error("autodiff::view",
                  "elements " + std::to_string(offset) + " to " + std::to_string(offset + extents.size()) + " of " +
                      to_string(whole.shape()),
                  "a part of the variable");
    }
    const node<T> parent = at(whole.id());
    const auto x = push(parent.value + offset, extents, parent.needs_gradient);
    node<T>& part = nodes_.back();
    part.whole = parent.whole == none ? whole.id() : parent.whole;
    part.offset = parent.offset + offset;
    part.shared = parent.shared;
    return x;
  }

  /// Room for an operator's result, its values not set; it needs a gradient where one of the operands does.
  /// \throws error where an operand belongs to another context
  template <class... Operands>
  [[nodiscard]] variable_type result(const shape& extents, const Operands&... operands) {
    if (((&operands.context() != this) || ...)) {
      throw error("autodiff", "operands from different contexts", "variables of one context");
    }
    return push(scratch(extents.size()), extents, (operands.needs_gradient() || ...));
  }

  /// Memory for `n` elements that lives as long as the variables.
  template <class U = T>
  [[nodiscard]] U* scratch(std::size_t n) {
    return reinterpret_cast<U*>(values_.take(n * sizeof(U)));  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
  }

  /// Records the adjoint of the operator that made `y`; nothing happens where `y` needs no gradient.
  /// A variable may have several, all to be recorded before another operator reads it; the first is run last.
  template <class Rule>
  void on_backward(variable_type y, Rule rule) {
    static_assert(adjoint_rule<Rule, context>,
                  "an adjoint is called with (autodiff::pass<Context>&) and captures only trivially copyable things");
    if constexpr (Recording) {
      if (!y.needs_gradient()) return;
      void* room = rules_.take(sizeof(Rule));
      ::new (room) Rule(rule);
      const bool first = !std::exchange(nodes_[y.id()].recorded, true);
      records_.push_back(
          {[](const void* r, pass<context>& p) { (*static_cast<const Rule*>(r))(p); }, room, y.id(), first});
    }
  }

  /// Gradients of a scalar by all inputs. O(cost of the forward computation).
  /// \throws error where `root` has more than one element
  void backward(variable_type root)
    requires Recording
  {
    if (root.size() != 1) {
      throw error("autodiff::backward", "a root of shape " + to_string(root.shape()), "one element, or a seed");
    }
    backward(root, nullptr, 1);
  }

  /// Gradients of <seed_s, root> for `seeds` rows of a matrix [seeds, root.size()] in the backend's memory, one after the
  /// other over the same records: the products of seeds with the Jacobian. `seed` = nullptr means ones.
  /// \throws error where `seeds` is 0, or the root depends on no input
  void backward(variable_type root, const T* seed, std::size_t seeds)
    requires Recording
  {
    instances_.forget();
    pass_.begin(seeds, pass_mode::accumulate);
    for (std::size_t s = 0; s < seeds; ++s) {
      pass_.next(s);
      sweep(root, seed == nullptr ? nullptr : seed + s * root.size());
    }
  }

  /// One backward pass for `losses` of k independent instances that share parameters.
  ///
  /// Instance t owns rows [t R, (t + 1) R) of every variable, R = rows / k, and no operator mixes rows of different
  /// instances. Then one pass with seeds of one gives every instance's own adjoints, and what the parameters would get is
  /// logged, per instance, as outer products: `instances()` gives their Gram matrix and weighted sums without ever
  /// storing k gradients. This is what makes multiple-gradient descent cost one backward pass.
  /// \param losses  [k] or [k, 1]
  void backward_instances(variable_type losses)
    requires Recording
  {
    if (losses.size() == 0) throw error("autodiff::backward_instances", "no loss", "one for each instance");
    instances_.begin(losses.size());
    pass_.begin(1, pass_mode::log_shared);
    pass_.next(0);
    sweep(losses, nullptr);
  }

  /// What the last `backward_instances` logged.
  [[nodiscard]] instance_gradients<context>& instances() noexcept { return instances_; }

  /// After `backward`: the gradient by `x` for one of the seeds, in the backend's memory; of x's shape.
  /// \throws error for another variable than an input or a part of one: adjoints of results are not kept
  [[nodiscard]] T* gradient(variable_type x, std::size_t seed = 0) { return pass_.gradient(x.id(), seed); }

  [[nodiscard]] std::size_t variables() const noexcept { return nodes_.size(); }
  [[nodiscard]] std::size_t records() const noexcept { return records_.size(); }
  /// Blocks of memory that were ever allocated for values, records and adjoints.
  [[nodiscard]] std::size_t blocks() const noexcept {
    return values_.blocks() + rules_.blocks() + pass_.blocks() + instances_.blocks();
  }

  [[nodiscard]] const node<T>& at(std::uint32_t id) const noexcept { return nodes_[id]; }

private:
  friend class pass<context>;
  friend class instance_gradients<context>;
  struct record {
    void (*run)(const void*, pass<context>&);
    const void* rule;
    std::uint32_t made;
    bool first;  ///< of that variable's: in a backward pass the last to read its adjoint
  };

  variable_type push(T* value, const shape& extents, bool needs_gradient) {
    nodes_.push_back({.value = value, .adjoint = nullptr, .extents = extents, .needs_gradient = needs_gradient});
    return {*this, static_cast<std::uint32_t>(nodes_.size() - 1)};
  }

  void sweep(variable_type root, const T* seed) {
    if (!root.needs_gradient())
      throw error("autodiff::backward", "the root depends on no input", "a recorded variable");
    if constexpr (on_host) detail::check_borrowed(nodes_);
    T* start = pass_.adjoint(root);
    if (seed == nullptr) {
      Backend::map_add(detail::one{}, root.size(), start, static_cast<const T*>(start));
    } else {
      Backend::map_add(detail::identity{}, root.size(), start, seed);
    }
    for (std::size_t i = records_.size(); i-- > 0;) {
      records_[i].run(records_[i].rule, pass_);
      pass_.end_record(records_[i].made, records_[i].first);
    }
  }

  std::vector<node<T>> nodes_;
  std::vector<record> records_;
  arena<Backend> values_;
  arena<backend::cpu> rules_;
  pass<context> pass_{*this};
  instance_gradients<context> instances_{*this};
};

/// A context that records.
template <class T, class Backend = backend::cpu>
using tape = context<T, Backend, true>;

/// A context that only computes: the same layer code, no records, no adjoints.
template <class T, class Backend = backend::cpu>
using evaluation = context<T, Backend, false>;

}  // namespace paragon::autodiff
