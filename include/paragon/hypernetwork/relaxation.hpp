// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "../autodiff/context.hpp"
#include "../backend/math.hpp"
#include "../core/random_key.hpp"

namespace paragon::inline PARAGON_ISA::hypernetwork {

namespace detail {

template <class C>
const std::size_t* keep_offsets(const char* place, autodiff::variable<C> logits, std::span<const std::size_t> offsets) {
  static_assert(C::on_host, "relaxations run on the host");
  if (offsets.size() < 2 || offsets.back() != logits.columns()) {
    throw error(place, "logits of " + to_string(logits.shape()), "as many columns as the space has choices");
  }
  auto* kept = logits.context().template scratch<std::size_t>(offsets.size());
  for (std::size_t i = 0; i < offsets.size(); ++i) kept[i] = offsets[i];
  return kept;
}

/// p = softmax(x / temperature)
template <class T>
void softmax(std::size_t n, const T* x, T temperature, T* p) {
  T greatest = x[0];
  for (std::size_t i = 1; i < n; ++i) greatest = x[i] > greatest ? x[i] : greatest;
  T total = 0;
  for (std::size_t i = 0; i < n; ++i) total += p[i] = math::exp((x[i] - greatest) / temperature);
  for (std::size_t i = 0; i < n; ++i) p[i] /= total;
}

/// Records that y = p, or y is drawn by p straight through, where p holds the softmax of each decision at a temperature.
template <class C, class T = typename C::value_type>
void record_softmax(autodiff::variable<C> logits, autodiff::variable<C> y, const T* p, const std::size_t* begin,
                    std::size_t decisions, T temperature) {
  logits.context().on_backward(y, [=](auto& pass) {
    T* dx = pass.adjoint(logits);
    if (dx == nullptr) return;
    const T* dy = pass.adjoint(y);
    for (std::size_t r = 0; r < logits.rows(); ++r) {
      for (std::size_t d = 0; d < decisions; ++d) {
        const std::size_t at = r * logits.columns() + begin[d];
        const std::size_t n = begin[d + 1] - begin[d];
        T inner = 0;
        for (std::size_t i = 0; i < n; ++i) inner += dy[at + i] * p[at + i];
        for (std::size_t i = 0; i < n; ++i) dx[at + i] += p[at + i] * (dy[at + i] - inner) / temperature;
      }
    }
  });
}

}  // namespace detail

/// ReinMax with the choices already drawn: forward one-hot, backward the second-order estimator.
/// \param drawn  rows * decisions choices, copied
/// Reference: Liu et al., "Bridging discrete and backpropagation: straight-through and beyond", NeurIPS 2023, eq. 6;
/// as in package reinmax 0.1.0.
template <class C>
[[nodiscard]] autodiff::variable<C> reinmax_drawn(autodiff::variable<C> logits, std::span<const std::size_t> offsets,
                                                  std::span<const std::uint32_t> drawn, double temperature) {
  using T = typename C::value_type;
  const std::size_t* begin = detail::keep_offsets("hypernetwork::reinmax", logits, offsets);
  const std::size_t decisions = offsets.size() - 1;
  const std::size_t rows = logits.rows();
  const std::size_t columns = logits.columns();
  if (drawn.size() != rows * decisions) {
    throw error("hypernetwork::reinmax", std::to_string(drawn.size()) + " choices", std::to_string(rows * decisions));
  }
  const auto y = logits.context().result(logits.shape(), logits);
  T* p = logits.context().scratch(logits.size());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t d = 0; d < decisions; ++d) {
      const std::size_t at = r * columns + begin[d];
      const std::size_t n = begin[d + 1] - begin[d];
      detail::softmax(n, logits.data() + at, T(1), p + at);
      for (std::size_t i = 0; i < n; ++i) y.data()[at + i] = i == drawn[r * decisions + d] ? T(1) : T(0);
    }
  }
  const T tau = static_cast<T>(temperature);
  logits.context().on_backward(y, [=](auto& pass) {
    T* dx = pass.adjoint(logits);
    if (dx == nullptr) return;
    const T* dy = pass.adjoint(y);
    T* q = pass.scratch(columns);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t d = 0; d < decisions; ++d) {
        const std::size_t at = r * columns + begin[d];
        const std::size_t n = begin[d + 1] - begin[d];
        detail::softmax(n, static_cast<const T*>(logits.data()) + at, tau, q);
        T q_sum = 0;
        T p_sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
          q[i] = T(0.5) * (q[i] + y.data()[at + i]);
          q_sum += T(2) * dy[at + i] * q[i];
          p_sum += T(0.5) * dy[at + i] * p[at + i];
        }
        T mean = 0;
        for (std::size_t i = 0; i < n; ++i) {
          const T g = T(2) * dy[at + i] * q[i] - q[i] * q_sum - T(0.5) * dy[at + i] * p[at + i] + p[at + i] * p_sum;
          q[i] = g;
          mean += g;
        }
        mean /= static_cast<T>(n);
        for (std::size_t i = 0; i < n; ++i) dx[at + i] += q[i] - mean;
      }
    }
  });
  return y;
}

/// Draws each decision from its softmax; the gradient is ReinMax's second-order estimate.
struct reinmax {
  double temperature = 1;

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(autodiff::variable<C> logits, std::span<const std::size_t> offsets,
                                                 paragon::random_key key) const {
    using T = typename C::value_type;
    const std::size_t decisions = offsets.size() - 1;
    const std::size_t rows = logits.rows();
    auto* drawn = logits.context().template scratch<std::uint32_t>(rows * decisions);
    T* p = logits.context().scratch(logits.columns());
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t d = 0; d < decisions; ++d) {
        const std::size_t n = offsets[d + 1] - offsets[d];
        detail::softmax(n, static_cast<const T*>(logits.data()) + r * logits.columns() + offsets[d], T(1), p);
        T left = static_cast<T>(key.uniform(r * decisions + d));
        std::uint32_t i = 0;
        while (i + 1 < n && left >= p[i]) left -= p[i++];
        drawn[r * decisions + d] = i;
      }
    }
    return reinmax_drawn(logits, offsets, std::span<const std::uint32_t>(drawn, rows * decisions), temperature);
  }

  friend bool operator==(const reinmax&, const reinmax&) = default;
};

/// Gumbel-softmax, straight through: forward the one-hot row of the largest perturbed logit, backward the gradient of the
/// softmax of the perturbed logits at `temperature` (the sampler of GDAS).
/// Reference: Jang, Gu, Poole, ICLR 2017; Dong, Yang, CVPR 2019.
struct gumbel_softmax {
  double temperature = 1;

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(autodiff::variable<C> logits, std::span<const std::size_t> offsets,
                                                 paragon::random_key key) const {
    using T = typename C::value_type;
    const std::size_t* begin = detail::keep_offsets("hypernetwork::gumbel_softmax", logits, offsets);
    const std::size_t decisions = offsets.size() - 1;
    const std::size_t rows = logits.rows();
    const std::size_t columns = logits.columns();
    const T tau = static_cast<T>(temperature);
    const auto y = logits.context().result(logits.shape(), logits);
    T* p = logits.context().scratch(logits.size());
    T* noisy = logits.context().scratch(columns);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t d = 0; d < decisions; ++d) {
        const std::size_t at = r * columns + begin[d];
        const std::size_t n = begin[d + 1] - begin[d];
        std::size_t best = 0;
        for (std::size_t i = 0; i < n; ++i) {
          noisy[i] = logits.data()[at + i] + static_cast<T>(key.gumbel(r * columns + begin[d] + i));
          if (noisy[i] > noisy[best]) best = i;
        }
        detail::softmax(n, static_cast<const T*>(noisy), tau, p + at);
        for (std::size_t i = 0; i < n; ++i) y.data()[at + i] = i == best ? T(1) : T(0);
      }
    }
    detail::record_softmax(logits, y, static_cast<const T*>(p), begin, decisions, tau);
    return y;
  }

  friend bool operator==(const gumbel_softmax&, const gumbel_softmax&) = default;
};

/// No sampling: each decision's row is its softmax at `temperature`.
struct mean_field {
  double temperature = 1;

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(autodiff::variable<C> logits, std::span<const std::size_t> offsets,
                                                 paragon::random_key = {}) const {
    using T = typename C::value_type;
    const std::size_t* begin = detail::keep_offsets("hypernetwork::mean_field", logits, offsets);
    const std::size_t decisions = offsets.size() - 1;
    const std::size_t rows = logits.rows();
    const std::size_t columns = logits.columns();
    const T tau = static_cast<T>(temperature);
    const auto y = logits.context().result(logits.shape(), logits);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t d = 0; d < decisions; ++d) {
        const std::size_t at = r * columns + begin[d];
        detail::softmax(begin[d + 1] - begin[d], static_cast<const T*>(logits.data()) + at, tau, y.data() + at);
      }
    }
    detail::record_softmax(logits, y, static_cast<const T*>(y.data()), begin, decisions, tau);
    return y;
  }

  friend bool operator==(const mean_field&, const mean_field&) = default;
};

}  // namespace paragon::hypernetwork
