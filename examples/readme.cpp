// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstdio>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/paragon.hpp>
using namespace paragon;

struct convolutions {  // an objective of your own
  metric describe() const { return {"convolutions", "", direction::maximise}; }
  double value(const benchmark::nasbench201_cell& cell, std::size_t) const {
    return cell.count(benchmark::nasbench201_operation::nor_conv_3x3) +
           cell.count(benchmark::nasbench201_operation::nor_conv_1x1);
  }
};

int main() {
  const benchmark::nasbench201 cells;
  search::scorer judge(cells, 1, objective::mac_count{cells}, convolutions{});
  judge.fit_scales(judge.sample(1000, {.seed = 1}));
  nn::parameters<float> weights;
  const hypernetwork::multilayer net(weights, {.device_features = 1, .choices = space::total_choices(cells)},
                                     {.seed = 2});
  search::modnas model(net, weights, {.steps = 500});
  const search::device device{"any", {0.0}};
  model.train(std::span(&device, 1), search::local_expectation(judge), {.seed = 3});
  const auto rays = preference::circle(8);
  for (const auto i : search::pooled{}(judge, 0, model.logits(device, rays.values()), rays.values(), {.seed = 4})) {
    std::printf("%5.1f million MACs, %.0f convolutions: %s\n", judge.value(0, i, 0) / 1e6, judge.value(1, i, 0),
                benchmark::to_string(judge.at(i)).c_str());
  }
}
