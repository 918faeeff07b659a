// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "../backend/image_kernels.hpp"
#include "context.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// The mean cross-entropy of logits [N, classes] against N labels, in nats; shape {1}.
///
/// Of each target, `smoothing` is spread evenly over all classes, the label's included, as PyTorch's CrossEntropyLoss
/// does (Szegedy et al., CVPR 2016, section 7). Logits of any size neither overflow nor lose their gradient. O(N classes).
/// \param labels     host memory; copied
/// \param smoothing  in [0, 1]
/// \throws error where the number of labels is not N or 0, a label is not below `classes`, or smoothing is out of range
template <class C>
[[nodiscard]] variable<C> cross_entropy(variable<C> logits, std::span<const std::uint32_t> labels,
                                        typename C::value_type smoothing = 0) {
  static_assert(backend::require_image_kernels<typename C::backend_type, typename C::value_type>());
  using T = typename C::value_type;
  using B = typename C::backend_type;
  const std::size_t rows = logits.rows();
  const std::size_t classes = logits.columns();
  if (labels.size() != rows || rows == 0) {
    throw error("autodiff::cross_entropy",
                std::to_string(labels.size()) + " labels for logits " + to_string(logits.shape()),
                "one label for each row");
  }
  if (!(smoothing >= T(0) && smoothing <= T(1))) {
    throw error("autodiff::cross_entropy", "a smoothing of " + number_text(smoothing), "a number in [0, 1]");
  }
  for (std::size_t r = 0; r < rows; ++r) {
    if (labels[r] >= classes) {
      throw error("autodiff::cross_entropy", "label " + std::to_string(labels[r]) + " at position " + std::to_string(r),
                  "below " + std::to_string(classes));
    }
  }
  auto& context = logits.context();
  auto* kept = context.template scratch<std::uint32_t>(rows);
  B::copy_from_host(kept, labels.data(), sizeof(std::uint32_t) * rows);
  T* probability = context.scratch(rows * classes);
  T* loss = context.scratch(rows);
  const T share = T(1) / static_cast<T>(rows);
  const auto y = context.result({1}, logits);
  B::log_softmax(rows, classes, static_cast<const T*>(logits.data()), probability);
  B::label_losses(rows, classes, smoothing, static_cast<const T*>(probability), kept, loss);
  B::zero(y.data(), sizeof(T));
  B::sum_all(rows, share, static_cast<const T*>(loss), y.data());
  context.on_backward(y, [logits, y, kept, probability, rows, classes, smoothing, share](auto& pass) {
    if (T* dx = pass.adjoint(logits)) {
      B::label_losses_adjoint(rows, classes, smoothing, static_cast<const T*>(probability), kept, share,
                              static_cast<const T*>(pass.adjoint(y)), dx);
    }
  });
  return y;
}

}  // namespace paragon::autodiff
