// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "../../core/error.hpp"
#include "../../core/list_view.hpp"

namespace paragon::inline PARAGON_ISA::preference {

/// Objective values as every scalarisation takes them: a contiguous range of floating-point numbers, all minimised.
template <class F>
concept objective_values =
    requires(const F& f) { requires std::floating_point<typename decltype(std::span(f))::value_type>; };

/// The number type of a range of objective values.
template <objective_values F>
using real_of = typename decltype(std::span(std::declval<const F&>()))::value_type;

namespace detail {

/// Objectives, weights and ideal point side by side; an empty ideal point is the origin.
template <class T>
class scalarisation_arguments {
public:
  scalarisation_arguments(std::string_view place, std::span<const T> f, std::span<const T> w, std::span<const T> ideal)
      : f_(f), w_(w), ideal_(ideal) {
    if (f.empty() || w.size() != f.size() || (!ideal.empty() && ideal.size() != f.size())) {
      throw error(place,
                  std::to_string(f.size()) + " objectives, " + std::to_string(w.size()) +
                      " weights, an ideal point of " + std::to_string(ideal.size()),
                  "as many weights as objectives, at least 1, and as long an ideal point or none");
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return f_.size(); }
  [[nodiscard]] T weight(std::size_t k) const noexcept { return w_[k]; }
  [[nodiscard]] T excess(std::size_t k) const noexcept { return ideal_.empty() ? f_[k] : f_[k] - ideal_[k]; }

  void check_gradient(std::string_view place, std::size_t length) const {
    if (length != size()) {
      throw error(place, "a gradient of " + std::to_string(length),
                  std::to_string(size()) + ", one for each objective");
    }
  }

private:
  std::span<const T> f_;
  std::span<const T> w_;
  std::span<const T> ideal_;
};

}  // namespace detail
}  // namespace paragon::preference
