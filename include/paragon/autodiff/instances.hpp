// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "../backend/concepts.hpp"
#include "../core/error.hpp"
#include "arena.hpp"
#include "functors.hpp"
#include "node.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// The gradients of k instances by the parameters that they share, kept as the factors that they are products of.
///
/// A matrix of weights gets a_t^T b_t from instance t, with R rows in a_t (adjoints) and b_t (inputs). The scalar product
/// of two such gradients is a sum over pairs of rows, (a_i . a_j)(b_i . b_j), so the Gram matrix of all k gradients costs
/// two products of the factors with themselves; where R is large it is cheaper to form each instance's gradient, and that
/// is done instead, one parameter at a time. A weighted sum of the gradients is one product with the rows of a scaled.
/// Cost of `gram`: O(min((k R)^2 (p + q), k R p q + k^2 p q)) for each p x q matrix. Memory: never k times all parameters.
/// Reference for the row trick: Goodfellow, "Efficient per-example gradient computations", 2015.
template <class Context>
class instance_gradients {
public:
  using T = typename Context::value_type;
  using B = typename Context::backend_type;

  explicit instance_gradients(Context& context) noexcept : context_(&context) {}

  /// Number of instances of the last `backward_instances`.
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  /// The k x k matrix of scalar products of the gradients, row-major; sums run in `T`. A gradient whose square is too small
  /// for `T` to know it to full precision counts as zero; one that is not a number stays that.
  /// \throws error where `out` has another size, or nothing was logged since the last `backward` or `clear`
  void gram(std::span<double> out) {
    if (out.size() != count_ * count_ || count_ == 0) {
      throw error("instance_gradients::gram",
                  std::to_string(out.size()) + " numbers for " + std::to_string(count_) + " instances",
                  "a backward pass over instances, and the square of their number");
    }
    memory_.rewind();
    T* sum = zeros(count_ * count_);
    // Contributions to overlapping parts of the parameters have to be taken together.
    order_.resize(entries_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    std::sort(order_.begin(), order_.end(), [this](std::size_t i, std::size_t j) {
      const part x = part_of(entries_[i]);
      const part y = part_of(entries_[j]);
      return std::tie(x.whole, x.begin, i) < std::tie(y.whole, y.begin, j);
    });
    for (std::size_t first = 0; first < order_.size();) {
      part all = part_of(entries_[order_[first]]);
      std::size_t last = first + 1;
      for (; last < order_.size(); ++last) {
        const part next = part_of(entries_[order_[last]]);
        if (next.whole != all.whole || next.begin >= all.end) break;
        all.end = std::max(all.end, next.end);
      }
      add_group(std::span(order_).subspan(first, last - first), all, sum);
      first = last;
    }
    host_.resize(count_ * count_);
    B::copy_to_host(host_.data(), sum, sizeof(T) * host_.size());
    constexpr T least = std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon();
    for (std::size_t t = 0; t < count_; ++t) {
      for (std::size_t s = 0; s < count_; ++s) {
        const bool vanishes = host_[t * count_ + t] < least || host_[s * count_ + s] < least;
        out[t * count_ + s] = vanishes ? 0 : static_cast<double>(host_[t * count_ + s]);
      }
    }
  }

  /// Makes sum over t of weights[t] g_t the gradient of the parameters, to be read with `Context::gradient`.
  /// \throws error where there is not one weight for each instance
  void combine(std::span<const double> weights) {
    if (weights.size() != count_ || count_ == 0) {
      throw error("instance_gradients::combine",
                  std::to_string(weights.size()) + " weights for " + std::to_string(count_) + " instances",
                  "a backward pass over instances, and one for each");
    }
    memory_.rewind();
    for (const auto& n : context_->nodes_) {
      if (n.leaf && n.shared) B::zero(n.adjoint, sizeof(T) * n.extents.size());
    }
    for (const entry& e : entries_) {
      T* scaled = take(e.rows * e.a_columns);
      const std::size_t block = e.rows / count_ * e.a_columns;
      for (std::size_t t = 0; t < count_; ++t) {
        B::map(detail::scale<T>{static_cast<T>(weights[t])}, block, scaled + t * block, e.a + t * block);
      }
      add(e, e.rows, scaled, e.b, e.index, context_->pass_.target(e.id));
    }
  }

  [[nodiscard]] std::size_t blocks() const noexcept { return memory_.blocks(); }
  void begin(std::size_t count) {
    count_ = count;
    entries_.clear();
  }
  void forget() noexcept {
    count_ = 0;
    entries_.clear();
  }
  void log_outer(std::uint32_t id, std::size_t rows, std::size_t a_columns, const T* a, std::size_t b_columns,
                 const T* b) {
    log({kind::outer, id, rows, a_columns, a, b_columns, b, nullptr});
  }
  void log_row_sum(std::uint32_t id, std::size_t rows, std::size_t columns, const T* a) {
    log({kind::row_sum, id, rows, columns, a, 0, nullptr, nullptr});
  }
  void log_scatter(std::uint32_t id, std::size_t rows, std::size_t columns, const T* a, const std::uint32_t* index) {
    log({kind::scatter, id, rows, columns, a, 0, nullptr, index});
  }

private:
  enum class kind { outer, row_sum, scatter };
  struct entry {
    kind what;
    std::uint32_t id;
    std::size_t rows;
    std::size_t a_columns;
    const T* a;
    std::size_t b_columns;
    const T* b;
    const std::uint32_t* index;
  };

  void log(entry e) {
    if (e.rows % count_ != 0) {
      throw error("autodiff::backward_instances",
                  std::to_string(e.rows) + " rows for " + std::to_string(count_) + " instances",
                  "the same number of rows for each instance");
    }
    entries_.push_back(e);
  }

  /// The elements [begin, end) of a leaf that an entry contributes to.
  struct part {
    std::uint32_t whole;
    std::size_t begin;
    std::size_t end;
  };
  [[nodiscard]] part part_of(const entry& e) const {
    const auto& n = context_->at(e.id);
    return {n.whole == none ? e.id : n.whole, n.offset, n.offset + n.extents.size()};
  }

  /// Memory until the next `gram` or `combine`.
  T* take(std::size_t n) {
    return reinterpret_cast<T*>(memory_.take(n * sizeof(T)));  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
  }
  T* zeros(std::size_t n) {
    T* memory = take(n);
    B::zero(memory, sizeof(T) * n);
    return memory;
  }

  static void add(const entry& e, std::size_t rows, const T* a, const T* b, const std::uint32_t* index, T* to) {
    switch (e.what) {
      case kind::outer:
        B::gemm(backend::transposed::yes, backend::transposed::no, e.a_columns, e.b_columns, rows, T(1), a, e.a_columns,
                b, e.b_columns, T(1), to, e.b_columns);
        break;
      case kind::row_sum: B::sum_rows(rows, e.a_columns, a, to); break;
      case kind::scatter: B::scatter_add(rows, e.a_columns, a, index, to); break;
    }
  }

  /// Adds the Gram matrix of the gradients by the part `all`, which only the entries of the group contribute to.
  void add_group(std::span<const std::size_t> group, const part& all, T* sum) {
    std::size_t pair_cost = 0;
    std::size_t form_cost = 0;
    bool pairs_possible = true;
    const std::size_t parameter = all.end - all.begin;
    const entry& front = entries_[group.front()];
    for (const std::size_t i : group) {
      const entry& e = entries_[i];
      pair_cost += e.rows * e.rows * (e.a_columns + e.b_columns);
      form_cost += e.rows * e.a_columns * (e.what == kind::outer ? e.b_columns : 1);
      const part p = part_of(e);
      pairs_possible = pairs_possible && e.what == front.what && e.what != kind::row_sum && p.begin == all.begin &&
                       p.end == all.end && e.a_columns == front.a_columns && e.b_columns == front.b_columns;
    }
    pair_cost *= group.size();
    form_cost += count_ * count_ * parameter;
    if (pairs_possible && pair_cost < form_cost) {
      for (const std::size_t i : group) {
        for (const std::size_t j : group) add_pairs(entries_[i], entries_[j], sum);
      }
    } else {
      add_formed(group, all, sum);
    }
  }

  /// sum[t, s] += <g_t, g_s> with each g_t formed.
  void add_formed(std::span<const std::size_t> group, const part& all, T* sum) {
    const std::size_t parameter = all.end - all.begin;
    T* formed = zeros(count_ * parameter);
    for (const std::size_t i : group) {
      const entry& e = entries_[i];
      const std::size_t rows = e.rows / count_;
      const std::size_t at = part_of(e).begin - all.begin;
      for (std::size_t t = 0; t < count_; ++t) {
        add(e, rows, e.a + t * rows * e.a_columns, e.b == nullptr ? nullptr : e.b + t * rows * e.b_columns,
            e.index == nullptr ? nullptr : e.index + t * rows, formed + t * parameter + at);
      }
    }
    B::gemm(backend::transposed::no, backend::transposed::yes, count_, count_, parameter, T(1), formed, parameter,
            formed, parameter, T(1), sum, count_);
  }

  /// sum[t, s] += sum over rows i of t in x and j of s in y of (a_i . a_j)(b_i . b_j)
  void add_pairs(const entry& x, const entry& y, T* sum) {
    T* products = row_products(x.rows, y.rows, x.a_columns, x.a, y.a);
    if (x.what == kind::outer) {
      const T* other = row_products(x.rows, y.rows, x.b_columns, x.b, y.b);
      B::map(detail::times{}, x.rows * y.rows, products, static_cast<const T*>(products), other);
    } else {
      B::keep_equal(x.rows, y.rows, x.index, y.index, products);
    }
    const std::size_t x_rows = x.rows / count_;
    const std::size_t y_rows = y.rows / count_;
    T* by_row = zeros(x.rows * count_);
    B::sum_columns(x.rows * count_, y_rows, products, by_row);
    for (std::size_t t = 0; t < count_; ++t)
      B::sum_rows(x_rows, count_, by_row + t * x_rows * count_, sum + t * count_);
  }

  T* row_products(std::size_t m, std::size_t n, std::size_t columns, const T* x, const T* y) {
    T* out = take(m * n);
    B::gemm(backend::transposed::no, backend::transposed::yes, m, n, columns, T(1), x, columns, y, columns, T(0), out,
            n);
    return out;
  }

  Context* context_;
  arena<B> memory_;
  std::size_t count_ = 0;
  std::vector<entry> entries_;
  std::vector<std::size_t> order_;
  std::vector<T> host_;
};

}  // namespace paragon::autodiff
