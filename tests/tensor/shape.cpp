// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/tensor/shape.hpp>
#include <type_traits>
#include <vector>

using paragon::shape;

TEST_CASE("tensor: a shape knows its axes, its size and its rows") {
  constexpr shape s{2, 3, 4, 5};
  static_assert(s.rank() == 4 && s.size() == 120 && s.rows() == 24 && s.columns() == 5 && s[1] == 3);
  static_assert(std::is_trivially_copyable_v<shape>);
  CHECK(std::vector<std::size_t>(s.begin(), s.end()) == std::vector<std::size_t>{2, 3, 4, 5});
  CHECK(to_string(s) == "(2, 3, 4, 5)");
}

TEST_CASE("tensor: a shape without axes is one number") {
  constexpr shape s;
  static_assert(s.rank() == 0 && s.size() == 1 && s.rows() == 1 && s.columns() == 1);
  CHECK(to_string(s) == "()");
}

TEST_CASE("tensor: a shape of one axis is one row") {
  constexpr shape s{7};
  static_assert(s.size() == 7 && s.rows() == 1 && s.columns() == 7);
  CHECK(to_string(s) == "(7)");
}

TEST_CASE("tensor: an empty axis makes an empty shape") {
  constexpr shape s{3, 0};
  static_assert(s.size() == 0 && s.rows() == 3 && s.columns() == 0);
}

TEST_CASE("tensor: shapes are equal when their axes are") {
  CHECK(shape{2, 3} == shape{2, 3});
  CHECK_FALSE(shape{2, 3} == shape{3, 2});
  CHECK_FALSE(shape{2} == shape{2, 1});
  const std::vector<std::size_t> extents{2, 3};
  CHECK(shape(std::span<const std::size_t>(extents)) == shape{2, 3});
}

TEST_CASE("tensor: more than four axes are an error") {
  CHECK_THROWS_WITH_AS((shape{1, 1, 1, 1, 1}), "shape: 5 axes; expected at most 4", paragon::error);
}
