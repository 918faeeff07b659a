// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <span>

#include "compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA {

/// A read-only list as a function parameter: a `std::span<const T>` that also binds to braces.
///
/// A C++20 span does not accept `{1.1, 1.1}`; this does. The list behind the braces lives until the end of the full
/// expression, so take a `list_view` by value as a parameter and never keep one.
///
/// \code
/// double length(paragon::list_view<double> x);
/// length({3.0, 4.0});
/// length(std::vector{3.0, 4.0});
/// \endcode
template <class T>
class list_view : public std::span<const T> {
public:
  constexpr list_view() noexcept = default;

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winit-list-lifetime"
#endif
  constexpr list_view(std::initializer_list<T> values) noexcept : std::span<const T>(values.begin(), values.size()) {}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

  template <class Range>
    requires(!std::same_as<Range, list_view> && std::convertible_to<const Range&, std::span<const T>>)
  constexpr list_view(const Range& range) noexcept(noexcept(std::span<const T>(range))) : std::span<const T>(range) {}

  /// An Eigen vector without gaps; its iterators do not say that they are contiguous.
  template <class Vector>
    requires(!std::convertible_to<const Vector&, std::span<const T>> && Vector::IsVectorAtCompileTime != 0 &&
             Vector::InnerStrideAtCompileTime == 1) &&
            requires(const Vector& v) {
              { v.data() } -> std::same_as<const T*>;
            }
  constexpr list_view(const Vector& vector) noexcept
      : std::span<const T>(vector.data(), static_cast<std::size_t>(vector.size())) {}
};

}  // namespace paragon
