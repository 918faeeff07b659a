// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "../autodiff/arithmetic.hpp"
#include "../autodiff/batched_product.hpp"
#include "../autodiff/columns.hpp"
#include "../autodiff/elementwise.hpp"
#include "../autodiff/gather.hpp"
#include "../autodiff/softmax.hpp"
#include "linear.hpp"

namespace paragon::inline PARAGON_ISA::nn {

/// Attention of one set over another, as the Set Transformer's multihead attention block without normalisation:
/// o = q + softmax(q k^T / sqrt(width)) v head by head, with q, k, v projected; then o + relu(W o + b).
///
/// The scale is that of the whole width, not of a head, as published. Layers "NAME.fc_q", "NAME.fc_k", "NAME.fc_v",
/// "NAME.fc_o". Reference: Lee et al., "Set Transformer", ICML 2019, equations 6 and 7.
class set_attention {
public:
  /// \throws error where the heads do not divide the width
  template <class T, class B>
  set_attention(parameters<T, B>& store, const std::string& name, std::size_t in_query, std::size_t in_key,
                std::size_t width, std::size_t heads, paragon::random_key key)
      : query_(store, name + ".fc_q", in_query, width, key), key_(store, name + ".fc_k", in_key, width, key),
        value_(store, name + ".fc_v", in_key, width, key), output_(store, name + ".fc_o", width, width, key),
        width_(width), heads_(heads) {
    if (heads == 0 || width % heads != 0) {
      throw error("nn::set_attention", std::to_string(heads) + " heads for a width of " + std::to_string(width),
                  "a divisor of the width");
    }
  }

  /// \param queries  [sets * a, in_query]
  /// \param keys     [sets * b, in_key]
  /// \returns [sets * a, width]
  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const bound<C>& theta, std::size_t sets, autodiff::variable<C> queries,
                                                 autodiff::variable<C> keys) const {
    using namespace autodiff;
    using backend::transposed;
    const auto q = query_(theta, queries);
    const auto k = key_(theta, keys);
    const auto v = value_(theta, keys);
    const std::size_t each = width_ / heads_;
    const auto scale = static_cast<typename C::value_type>(1 / std::sqrt(static_cast<double>(width_)));
    variable<C> all;
    for (std::size_t h = 0; h < heads_; ++h) {
      const auto qh = slice_columns(q, h * each, each);
      const auto kh = slice_columns(k, h * each, each);
      const auto vh = slice_columns(v, h * each, each);
      const auto weights = softmax(batched_product(sets, qh, transposed::no, kh, transposed::yes, scale));
      const auto seen = add(qh, batched_product(sets, weights, transposed::no, vh, transposed::no));
      all = h == 0 ? seen : concatenate(all, seen);
    }
    return add(all, relu(output_(theta, all)));
  }

private:
  linear query_;
  linear key_;
  linear value_;
  linear output_;
  std::size_t width_;
  std::size_t heads_;
};

/// A set of vectors to one vector, whatever their order: two blocks of attention of the set over itself, one of a learned
/// seed over the set, a linear layer. Names as in the published data-set encoder: "NAME.enc.0.mab...", "NAME.enc.1.mab...",
/// "NAME.dec.0.S", "NAME.dec.0.mab...", "NAME.dec.1". Reference: Lee et al., ICML 2019.
class set_pool {
public:
  template <class T, class B>
  set_pool(parameters<T, B>& store, const std::string& name, std::size_t in, std::size_t width, std::size_t heads,
           paragon::random_key key)
      : first_(store, name + ".enc.0.mab", in, in, width, heads, key),
        second_(store, name + ".enc.1.mab", width, width, width, heads, key),
        seed_(store.add(name + ".dec.0.S", {1, 1, width}, glorot_uniform{}, key)),
        pool_(store, name + ".dec.0.mab", width, width, width, heads, key),
        output_(store, name + ".dec.1", width, width, key), width_(width) {}

  /// \param x  [sets * members, in]
  /// \returns [sets, width]
  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const bound<C>& theta, std::size_t sets,
                                                 autodiff::variable<C> x) const {
    x = first_(theta, sets, x, x);
    x = second_(theta, sets, x, x);
    const auto seeds = autodiff::repeat_rows(autodiff::reshape(theta[seed_], {1, width_}), sets);
    return output_(theta, pool_(theta, sets, seeds, x));
  }

private:
  set_attention first_;
  set_attention second_;
  slot seed_;
  set_attention pool_;
  linear output_;
  std::size_t width_;
};

}  // namespace paragon::nn
