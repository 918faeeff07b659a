// expect: an augmentation needs .operator\(\)\(const data::image_view
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An augmentation that takes no key of random numbers is refused where batches are named.
#include <cstdint>

#include <paragon/data/image_batches.hpp>

struct flip {
  void operator()(const paragon::data::image_view&, std::uint8_t*) const {}
};

int main() {
  const paragon::data::image_set set("one", paragon::tensor<std::uint8_t>(paragon::shape{1, 1, 1, 1}), {0}, 1);
  paragon::data::image_batches<flip> batches(set, {0}, 1, {{0}, {1}}, {});
  return static_cast<int>(batches.batch());
}
