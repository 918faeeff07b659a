// expect: a backend needs the kernels of has_products: gemm
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A backend that lacks a kernel of every network is refused where a tape is named, and what it lacks is named.
#include <paragon/autodiff/context.hpp>

/// The host's kernels, less matrix products.
struct no_products : paragon::backend::cpu {
  template <class... Arguments>
  static void gemm(Arguments...) = delete;
};

int main() { const paragon::autodiff::tape<float, no_products> tape; }
