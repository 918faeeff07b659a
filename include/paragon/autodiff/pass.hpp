// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../backend/concepts.hpp"
#include "../core/error.hpp"
#include "arena.hpp"
#include "functors.hpp"
#include "node.hpp"
#include "variable.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// Whether contributions to shared leaves are added up, or logged instance by instance.
enum class pass_mode { accumulate, log_shared };

/// One backward pass: gives operators the adjoints, and takes their contributions to parameters.
///
/// Operators write to an operand in one of two ways. `adjoint(x)` is the plain one: add to that memory. The `add_*`
/// functions name the contribution's structure instead; operators use them for operands that are usually parameters,
/// because gradients of single instances follow from the structure.
///
/// The adjoint of a result comes to life, as zeros, when it is first asked for, and its memory serves others as soon as the
/// operator that made the result has passed it on: a pass touches as much memory as is alive at once, not as much as all
/// results have.
template <class Context>
class pass {
public:
  using T = typename Context::value_type;
  using B = typename Context::backend_type;
  using variable_type = variable<Context>;

  explicit pass(Context& context) noexcept : context_(&context) {}

  /// Where to add the adjoint of `x`; nullptr where none is needed.
  /// \throws error in a pass over instances, for a parameter that they share
  [[nodiscard]] T* adjoint(variable_type x) {
    const auto& n = context_->nodes_[x.id()];
    if (!n.needs_gradient) return nullptr;
    if (n.shared && mode_ == pass_mode::log_shared) {
      throw error("autodiff::backward_instances", "an operator adds to a parameter element by element",
                  "linear, bias, embedding or another operator that says how rows contribute");
    }
    return target(x.id());
  }

  /// x += y in adjoints, where `x` has the size of `y` and the operator that made `y` reads its adjoint no more: where x
  /// has none yet, it takes y's memory.
  void give(variable_type y, variable_type x) {
    if (!x.needs_gradient()) return;
    auto& from = context_->nodes_[y.id()];
    auto& to = context_->nodes_[x.id()];
    if (mode_ == pass_mode::accumulate && is_inner(from) && is_inner(to) && to.adjoint == nullptr &&
        from.adjoint != nullptr) {
      to.adjoint = std::exchange(from.adjoint, nullptr);
    } else if (T* sum = adjoint(x)) {
      B::map_add(detail::identity{}, x.size(), sum, static_cast<const T*>(adjoint(y)));
    }
  }

  /// w += a^T b for w of [a's columns, b's columns]: the adjoint of a matrix of weights.
  void add_outer(variable_type w, std::size_t rows, std::size_t a_columns, const T* a, std::size_t b_columns,
                 const T* b) {
    if (!w.needs_gradient()) return;
    if (logs(w)) {
      context_->instances_.log_outer(w.id(), rows, a_columns, a, b_columns, b);
    } else {
      B::gemm(backend::transposed::yes, backend::transposed::no, a_columns, b_columns, rows, T(1), a, a_columns, b,
              b_columns, T(1), target(w.id()), b_columns);
    }
  }

  /// v += sum of the rows of a: the adjoint of a bias.
  void add_row_sum(variable_type v, std::size_t rows, std::size_t columns, const T* a) {
    if (!v.needs_gradient()) return;
    if (logs(v)) {
      context_->instances_.log_row_sum(v.id(), rows, columns, a);
    } else {
      B::sum_rows(rows, columns, a, target(v.id()));
    }
  }

  /// table[index[r]] += a[r]: the adjoint of an embedding.
  void add_scatter(variable_type table, std::size_t rows, std::size_t columns, const T* a, const std::uint32_t* index) {
    if (!table.needs_gradient()) return;
    if (logs(table)) {
      context_->instances_.log_scatter(table.id(), rows, columns, a, index);
    } else {
      B::scatter_add(rows, columns, a, index, target(table.id()));
    }
  }

  /// Memory for `n` elements, not set, until the adjoint that asks for it returns; in a pass over instances, which logs
  /// where contributions lie, until the next pass.
  [[nodiscard]] T* scratch(std::size_t n) { return take(scratch_, n); }

  /// The gradient kept for a leaf, or a part of one, and a seed.
  [[nodiscard]] T* gradient(std::uint32_t id, std::size_t seed) const {
    const auto& n = context_->nodes_[id];
    const auto& top = context_->nodes_[n.whole == none ? id : n.whole];
    if (!n.needs_gradient || !top.leaf || id >= covered_) {
      throw error("autodiff::gradient", "a variable without gradient", "an input of the last backward pass");
    }
    if (seed >= seeds_) {
      throw error("autodiff::gradient", "seed " + std::to_string(seed), "below " + std::to_string(seeds_));
    }
    return top.adjoint + (seed * top.extents.size() + n.offset) - current_ * top.extents.size();
  }

  /// Lays out zeroed adjoints of the leaves for `seeds` sweeps.
  void begin(std::size_t seeds, pass_mode mode) {
    if (seeds == 0) throw error("autodiff::backward", "no seed", "at least one");
    mode_ = mode;
    seeds_ = seeds;
    leaf_memory_.rewind();
    scratch_.rewind();
    covered_ = context_->nodes_.size();
    for (auto& n : context_->nodes_) {
      if (!n.leaf) continue;
      n.adjoint = take(leaf_memory_, seeds * n.extents.size());
      // What instances share is written by `instance_gradients::combine`, which clears it first.
      if (mode == pass_mode::accumulate || !n.shared) B::zero(n.adjoint, sizeof(T) * seeds * n.extents.size());
    }
    current_ = 0;
  }

  /// Starts the sweep of seed s: forgets the adjoints between leaves and root, moves the leaves' to their s-th part.
  void next(std::size_t s) {
    inner_memory_.rewind();
    free_.clear();
    for (auto& n : context_->nodes_) n.adjoint = n.leaf ? n.adjoint + (s - current_) * n.extents.size() : nullptr;
    current_ = s;
  }

  /// An adjoint has run, and what it took as scratch is free. Where it was the last to read that of `made`, the operator's
  /// result, so is its memory.
  void end_record(std::uint32_t made, bool last) {
    if (mode_ != pass_mode::accumulate) return;
    scratch_.rewind();
    auto& n = context_->nodes_[made];
    if (!last || !is_inner(n) || n.adjoint == nullptr) return;
    free_.push_back({n.extents.size(), std::exchange(n.adjoint, nullptr)});
  }

  void forget() noexcept { covered_ = 0; }
  [[nodiscard]] std::size_t blocks() const noexcept {
    return leaf_memory_.blocks() + inner_memory_.blocks() + scratch_.blocks();
  }

  /// Where the adjoint of a variable that needs one lies; also of a leaf that instances share, after their pass.
  [[nodiscard]] T* target(std::uint32_t id) {
    const auto& n = context_->nodes_[id];
    auto& whole = n.whole == none ? context_->nodes_[id] : context_->nodes_[n.whole];
    if (whole.adjoint == nullptr) {
      whole.adjoint = room(whole.extents.size());
      B::zero(whole.adjoint, sizeof(T) * whole.extents.size());
    }
    return whole.adjoint + n.offset;
  }

private:
  [[nodiscard]] bool logs(variable_type x) const {
    return mode_ == pass_mode::log_shared && context_->nodes_[x.id()].shared;
  }
  struct piece {
    std::size_t size;
    T* memory;
  };

  /// A result: neither an input nor a part of another variable.
  [[nodiscard]] static bool is_inner(const node<T>& n) noexcept { return !n.leaf && n.whole == none; }

  /// Memory for the adjoint of a result: what another one of the same size left, or new.
  [[nodiscard]] T* room(std::size_t n) {
    for (std::size_t i = free_.size(); i-- > 0;) {  // the latest is the likeliest to be in a cache
      if (free_[i].size != n) continue;
      T* found = free_[i].memory;
      free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(i));
      return found;
    }
    return take(inner_memory_, n);
  }

  static T* take(arena<B>& from, std::size_t n) {
    return reinterpret_cast<T*>(from.take(n * sizeof(T)));  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
  }

  Context* context_;
  arena<B> leaf_memory_;
  arena<B> inner_memory_;
  arena<B> scratch_;
  std::vector<piece> free_;  ///< of inner memory
  std::size_t current_ = 0;
  std::size_t covered_ = 0;
  std::size_t seeds_ = 0;
  pass_mode mode_ = pass_mode::accumulate;
};

}  // namespace paragon::autodiff
