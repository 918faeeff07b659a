// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "../autodiff/attention.hpp"
#include "linear.hpp"

namespace paragon::inline PARAGON_ISA::nn {

/// Multi-head attention of x over itself: x is [sequences * length, width]; four linear layers "NAME.linears.0" (query)
/// to "NAME.linears.3" (output). Reference: Vaswani et al., NeurIPS 2017.
class attention {
public:
  /// \throws error where the heads do not divide the width
  template <class T, class B>
  attention(parameters<T, B>& store, const std::string& name, std::size_t width, std::size_t heads,
            paragon::random_key key)
      : query_(store, name + ".linears.0", width, width, key), key_(store, name + ".linears.1", width, width, key),
        value_(store, name + ".linears.2", width, width, key), output_(store, name + ".linears.3", width, width, key),
        heads_(heads) {
    if (heads == 0 || width % heads != 0) {
      throw error("nn::attention", std::to_string(heads) + " heads for a width of " + std::to_string(width),
                  "a divisor of the width");
    }
  }

  /// \param mask  [length, length] in the backend's memory, 0 where row i must not see column j; nullptr: all see all
  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const bound<C>& theta, std::size_t length,
                                                 const typename C::value_type* mask, autodiff::variable<C> x) const {
    const auto seen = autodiff::attention(query_(theta, x), key_(theta, x), value_(theta, x), heads_, length, mask);
    return output_(theta, seen);
  }

private:
  linear query_;
  linear key_;
  linear value_;
  linear output_;
  std::size_t heads_;
};

}  // namespace paragon::nn
