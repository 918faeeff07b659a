// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <vector>

#include "../../core/error.hpp"
#include "../node.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define PARAGON_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PARAGON_ADDRESS_SANITIZER
#endif
#endif
#ifdef PARAGON_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace paragon::inline PARAGON_ISA::autodiff::detail {

/// Built with AddressSanitizer: throws where the memory of a borrowed variable is gone. Else it does nothing.
///
/// The sanitizer sees by itself what compiled code reads; this also finds what only a BLAS would have read.
#ifdef PARAGON_ADDRESS_SANITIZER
template <class T>
void check_borrowed(const std::vector<node<T>>& nodes) {
  for (const auto& n : nodes) {
    if (!n.borrowed || n.extents.size() == 0) continue;
    if (__asan_region_is_poisoned(n.value, sizeof(T) * n.extents.size()) == nullptr) continue;
    throw error("autodiff::backward", "a borrowed value of shape " + to_string(n.extents) + " whose memory is gone",
                "memory that outlives the backward pass, or a copy by the context's `copy`");
  }
}
#else
template <class T>
void check_borrowed(const std::vector<node<T>>&) noexcept {}
#endif

}  // namespace paragon::autodiff::detail
