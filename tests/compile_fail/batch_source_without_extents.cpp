// expect: a source of batches needs .extents\(\) -> paragon::shape
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A source of images that does not say their shape is refused where weights are trained on it.
#include <cstdint>
#include <span>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/supernet.hpp>
#include <paragon/supernet/weight_trainer.hpp>

struct images {
  void fill(std::uint64_t, std::span<float>, std::span<std::uint32_t>) const {}
};

void train(const paragon::benchmark::nasbench201_supernet<>& net, paragon::nn::parameters<float>& store) {
  paragon::supernet::weight_trainer<float> trainer;
  images source;
  trainer.step(net, store, source, std::vector<paragon::space::choice_index>(6));
}

int main() {}
