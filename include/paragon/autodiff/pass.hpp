// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../backend/concepts.hpp"
#include "../core/error.hpp"
#include "arena.hpp"
#include "node.hpp"
#include "variable.hpp"

namespace paragon::autodiff {

/// Whether contributions to shared leaves are added up, or logged instance by instance.
enum class pass_mode { accumulate, log_shared };

/// One backward pass: gives operators the adjoints, and takes their contributions to parameters.
///
/// Operators write to an operand in one of two ways. `adjoint(x)` is the plain one: add to that memory. The `add_*`
/// functions name the contribution's structure instead; operators use them for operands that are usually parameters,
/// because gradients of single instances follow from the structure.
template <class Context>
class pass {
public:
  using T = typename Context::value_type;
  using B = typename Context::backend_type;
  using variable_type = variable<Context>;

  explicit pass(Context& context) noexcept : context_(&context) {}

  /// Where to add the adjoint of `x`; nullptr where none is needed.
  /// \throws error in a pass over instances, for a parameter that they share
  [[nodiscard]] T* adjoint(variable_type x) const {
    const auto& n = context_->nodes_[x.id()];
    if (!n.needs_gradient) return nullptr;
    if (n.shared && mode_ == pass_mode::log_shared) {
      throw error("autodiff::backward_instances", "an operator adds to a parameter element by element",
                  "linear, bias, embedding or another operator that says how rows contribute");
    }
    return n.adjoint;
  }

  /// w += a^T b for w of [a's columns, b's columns]: the adjoint of a matrix of weights.
  void add_outer(variable_type w, std::size_t rows, std::size_t a_columns, const T* a, std::size_t b_columns,
                 const T* b) {
    if (!w.needs_gradient()) return;
    if (logs(w)) {
      context_->instances_.log_outer(w.id(), rows, a_columns, a, b_columns, b);
    } else {
      B::gemm(backend::transposed::yes, backend::transposed::no, a_columns, b_columns, rows, T(1), a, a_columns, b,
              b_columns, T(1), target(w), b_columns);
    }
  }

  /// v += sum of the rows of a: the adjoint of a bias.
  void add_row_sum(variable_type v, std::size_t rows, std::size_t columns, const T* a) {
    if (!v.needs_gradient()) return;
    if (logs(v)) {
      context_->instances_.log_row_sum(v.id(), rows, columns, a);
    } else {
      B::sum_rows(rows, columns, a, target(v));
    }
  }

  /// table[index[r]] += a[r]: the adjoint of an embedding.
  void add_scatter(variable_type table, std::size_t rows, std::size_t columns, const T* a, const std::uint32_t* index) {
    if (!table.needs_gradient()) return;
    if (logs(table)) {
      context_->instances_.log_scatter(table.id(), rows, columns, a, index);
    } else {
      B::scatter_add(rows, columns, a, index, target(table));
    }
  }

  /// Memory for `n` elements, not set, until the adjoint that asks for it returns; in a pass over instances, which logs
  /// where contributions lie, until the next pass.
  [[nodiscard]] T* scratch(std::size_t n) { return take(scratch_, n); }

  /// The gradient kept for a leaf and a seed, or the last adjoint of another variable.
  [[nodiscard]] T* gradient(std::uint32_t id, std::size_t seed) const {
    const auto& n = context_->nodes_[id];
    if (!n.needs_gradient || id >= covered_) {
      throw error("autodiff::gradient", "a variable without gradient", "an input of the last backward pass");
    }
    const std::uint32_t root = n.whole == none ? id : n.whole;
    const auto& top = context_->nodes_[root];
    if (top.leaf && seed >= seeds_) {
      throw error("autodiff::gradient", "seed " + std::to_string(seed), "below " + std::to_string(seeds_));
    }
    return top.leaf ? top.adjoint + (seed * top.extents.size() + n.offset) - current_ * top.extents.size() : n.adjoint;
  }

  /// Lays out zeroed adjoints for `seeds` sweeps.
  void begin(std::size_t seeds, pass_mode mode) {
    if (seeds == 0) throw error("autodiff::backward", "no seed", "at least one");
    mode_ = mode;
    seeds_ = seeds;
    adjoints_.rewind();
    scratch_.rewind();
    auto& nodes = context_->nodes_;
    covered_ = nodes.size();
    leaves_.clear();
    inner_ = 0;
    for (const auto& n : nodes) {
      if (n.needs_gradient && !n.leaf && n.whole == none) inner_ += rounded(n.extents.size());
    }
    inner_memory_ = take(adjoints_, inner_);
    std::size_t at = 0;
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      auto& n = nodes[i];
      if (!n.needs_gradient) continue;
      if (n.whole != none) {
        n.adjoint = nodes[n.whole].adjoint + n.offset;
        if (nodes[n.whole].leaf) leaves_.push_back(i);
      } else if (n.leaf) {
        n.adjoint = take(adjoints_, seeds * n.extents.size());
        // What instances share is written by `instance_gradients::combine`, which clears it first.
        if (mode == pass_mode::accumulate || !n.shared) B::zero(n.adjoint, sizeof(T) * seeds * n.extents.size());
        leaves_.push_back(i);
      } else {
        n.adjoint = inner_memory_ + at;
        at += rounded(n.extents.size());
      }
    }
    current_ = 0;
  }

  /// Starts the sweep of seed s: clears the adjoints between leaves and root, moves the leaves' to their s-th part.
  void next(std::size_t s) {
    B::zero(inner_memory_, sizeof(T) * inner_);
    if (s == current_) return;
    for (const std::uint32_t i : leaves_) {
      auto& n = context_->nodes_[i];
      const std::size_t size = n.whole == none ? n.extents.size() : context_->nodes_[n.whole].extents.size();
      n.adjoint += (s - current_) * size;
    }
    current_ = s;
  }

  /// The adjoint of one operator has run.
  void end_record() noexcept {
    if (mode_ == pass_mode::accumulate) scratch_.rewind();
  }

  void forget() noexcept { covered_ = 0; }
  [[nodiscard]] std::size_t blocks() const noexcept { return adjoints_.blocks() + scratch_.blocks(); }

  /// Adds to a shared leaf after a pass over instances.
  [[nodiscard]] T* target(variable_type x) const { return context_->nodes_[x.id()].adjoint; }
  [[nodiscard]] T* target(std::uint32_t id) const { return context_->nodes_[id].adjoint; }

private:
  [[nodiscard]] bool logs(variable_type x) const {
    return mode_ == pass_mode::log_shared && context_->nodes_[x.id()].shared;
  }
  static constexpr std::size_t line = arena<B>::alignment / sizeof(T);
  static std::size_t rounded(std::size_t n) { return (n + line - 1) / line * line; }
  static T* take(arena<B>& from, std::size_t n) {
    return reinterpret_cast<T*>(from.take(n * sizeof(T)));  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
  }

  Context* context_;
  arena<B> adjoints_;
  arena<B> scratch_;
  std::vector<std::uint32_t> leaves_;
  T* inner_memory_ = nullptr;
  std::size_t inner_ = 0;
  std::size_t current_ = 0;
  std::size_t covered_ = 0;
  std::size_t seeds_ = 0;
  pass_mode mode_ = pass_mode::accumulate;
};

}  // namespace paragon::autodiff
