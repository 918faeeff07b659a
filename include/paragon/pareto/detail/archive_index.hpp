// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <type_traits>

#include "../points.hpp"
#include "archive_staircase.hpp"
#include "archive_tree.hpp"

namespace paragon::inline PARAGON_ISA::pareto::detail {

/// Where the points are found again: a staircase for two objectives, a tree for more; both where M is not known.
template <class T, std::size_t M>
struct archive_index {
  using type = std::conditional_t<M != 0 && M <= 2, archive_staircase<T>, archive_tree<T, M>>;
  explicit archive_index(std::size_t key_size) : one(key_size) {}
  template <class F>
  decltype(auto) with(std::size_t, F&& f) {
    return f(one);
  }
  template <class F>
  decltype(auto) with(std::size_t, F&& f) const {
    return f(one);
  }
  type one;
};
template <class T>
struct archive_index<T, dynamic_objectives> {
  explicit archive_index(std::size_t key_size) : few(key_size), many(key_size) {}
  template <class F>
  decltype(auto) with(std::size_t key_size, F&& f) {
    return key_size <= 2 ? f(few) : f(many);
  }
  template <class F>
  decltype(auto) with(std::size_t key_size, F&& f) const {
    return key_size <= 2 ? f(few) : f(many);
  }
  archive_staircase<T> few;
  archive_tree<T, 0> many;
};

}  // namespace paragon::pareto::detail
