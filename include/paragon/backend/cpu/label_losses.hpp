// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

#include "../math.hpp"
#include "reduce.hpp"
#include "threads.hpp"

namespace paragon::inline PARAGON_ISA::backend::cpu_kernels {

/// Cross-entropy of rows against labels, of which `smoothing` is spread evenly over all classes. Labels are not checked
/// here.
struct label_loss_kernels {
  /// loss[r] = -(1 - smoothing) y[r, label[r]] - smoothing mean of y[r, .]; y are log probabilities
  template <class T>
  static void label_losses(std::size_t rows, std::size_t classes, T smoothing, const T* y, const std::uint32_t* label,
                           T* loss) {
    threads::for_range(rows, 1 + element_grain / (classes + 1), [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) {
        const T* row = y + r * classes;
        loss[r] = (smoothing - T(1)) * row[label[r]];
        if (smoothing != T(0)) {
          loss[r] -= smoothing * static_cast<T>(reduce::total(classes, row) / static_cast<double>(classes));
        }
      }
    });
  }

  /// dx += share dy[0] (softmax - target), the adjoint of share * sum of the losses by the logits
  template <class T>
  static void label_losses_adjoint(std::size_t rows, std::size_t classes, T smoothing, const T* y,
                                   const std::uint32_t* label, T share, const T* dy, T* dx) {
    threads::for_range(rows, 1 + element_grain / (classes + 1), [&](std::size_t begin, std::size_t end) {
      const T factor = share * dy[0];
      const T rest = factor * smoothing / static_cast<T>(classes);
      for (std::size_t i = begin * classes; i < end * classes; ++i) dx[i] += factor * math::exp(y[i]) - rest;
      for (std::size_t r = begin; r < end; ++r) dx[r * classes + label[r]] -= factor * (T(1) - smoothing);
    });
  }
};

}  // namespace paragon::backend::cpu_kernels
