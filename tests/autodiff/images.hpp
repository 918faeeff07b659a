// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "jacobian.hpp"
#include "random_tensor.hpp"

namespace paragon_test {

/// Images of odd and even sizes with the channels that matter to vector registers.
inline std::vector<paragon::shape> image_shapes() {
  std::vector<paragon::shape> shapes;
  for (const std::size_t channels : {1U, 3U, 16U, 17U, 48U}) {
    shapes.push_back({2, 5, 7, channels});
    shapes.push_back({1, 4, 3, channels});
  }
  return shapes;
}

}  // namespace paragon_test
