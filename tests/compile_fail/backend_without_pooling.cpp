// expect: a backend for images needs the kernels of has_pooling: average_pool
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A backend that lacks a kernel for images is refused at the call, and what it lacks is named.
#include <paragon/autodiff/pooling.hpp>

/// The host's kernels, less the pooling of windows.
struct no_pooling : paragon::backend::cpu {
  template <class T>
  static void average_pool(const paragon::backend::image_window&, const T*, T*) = delete;
};

int main() {
  const float pixels[4] = {1, 2, 3, 4};
  paragon::autodiff::evaluation<float, no_pooling> context;
  const auto y = paragon::autodiff::average_pool(context.constant(pixels, {1, 2, 2, 1}));
  return static_cast<int>(y.size());
}
