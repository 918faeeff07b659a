// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "../core/host_device.hpp"

/// The small functions that operators map over elements.
///
/// They are types with names because a GPU kernel can't be made from a lambda inside a generic lambda, which adjoints are.
namespace paragon::inline PARAGON_ISA::autodiff::detail {

struct identity {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    return x;
  }
  template <class T>
  PARAGON_HOST_DEVICE T slope(T, T) const noexcept {
    return T(1);
  }
};

struct negate {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept {
    return -x;
  }
};

struct one {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T) const noexcept {
    return T(1);
  }
};

struct plus {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x, T y) const noexcept {
    return x + y;
  }
};

struct minus {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x, T y) const noexcept {
    return x - y;
  }
};

struct times {
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x, T y) const noexcept {
    return x * y;
  }
};

/// factor x
template <class T>
struct scale {
  T factor;
  PARAGON_HOST_DEVICE T operator()(T x) const noexcept { return factor * x; }
};

/// x + factor y
template <class T>
struct add_scaled {
  T factor;
  PARAGON_HOST_DEVICE T operator()(T x, T y) const noexcept { return x + factor * y; }
};

/// x where the mask is not 0, else `otherwise`
template <class T>
struct where_seen {
  T otherwise;
  PARAGON_HOST_DEVICE T operator()(T x, T mask) const noexcept { return mask == T(0) ? otherwise : x; }
};

/// The adjoint of y = f(x): f'(x) dy.
template <class F>
struct chain_rule {
  F f;
  template <class T>
  PARAGON_HOST_DEVICE T operator()(T x, T y, T dy) const noexcept {
    return f.slope(x, y) * dy;
  }
};

}  // namespace paragon::autodiff::detail
