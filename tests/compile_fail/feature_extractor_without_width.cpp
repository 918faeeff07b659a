// expect: an extractor of features needs .features\(\) const -> std::size_t.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Features that do not say how many they are, are refused where a data set is embedded.
#include <cstdint>
#include <span>

#include <paragon/data/dataset_embedding.hpp>

struct brightness {
  void operator()(std::span<const float>, std::size_t, std::span<float>) const {}
};

int main() {
  const paragon::data::image_set set("one", paragon::tensor<std::uint8_t>(paragon::shape{1, 1, 1, 1}), {0}, 1);
  (void)paragon::data::dataset_embedding(set, {{0}, {1}}, brightness{}, 1, {});
}
