// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//! [program]
#include <cstdio>
#include <paragon/paragon.hpp>
using namespace paragon;

struct depth {  // an objective of your own: the most convolutions in a row
  metric describe() const { return {"depth", "", direction::maximise}; }
  double value(const space::nasbench201_cell& cell, std::size_t) const {
    double best = 0;
    for (auto path : {std::vector{3}, {0, 4}, {1, 5}, {0, 2, 5}}) {
      double convolutions = 0;
      for (int edge : path) {
        const auto o = cell.operations[static_cast<std::size_t>(edge)];
        if (o == space::nasbench201_operation::none) convolutions = -9;
        convolutions += o == space::nasbench201_operation::nor_conv_1x1 || o == space::nasbench201_operation::nor_conv_3x3;
      }
      best = std::max(best, convolutions);
    }
    return best;
  }
};

int main() {
  search::scorer judge(space::nasbench201{}, 1, objective::mac_count{space::nasbench201{}}, depth{});
  judge.fit_scales(judge.sample(1000, {.seed = 1}));
  nn::parameters<float> weights;
  const hypernetwork::multilayer net(weights, {.device_features = 1}, {.seed = 2});
  search::modnas model(net, weights, {.steps = 500});
  const search::device device{"any", {0.0}};
  model.train(std::span(&device, 1), search::local_expectation(judge), {.seed = 3});
  const auto rays = preference::circle(8);
  for (const auto i : search::pooled{}(judge, 0, model.logits(device, rays.values()), rays.values(), {.seed = 4})) {
    std::printf("%5.1f million MACs, depth %.0f: %s\n", judge.value(0, i, 0) / 1e6, judge.value(1, i, 0),
                space::to_string(judge.at(i)).c_str());
  }
}
//! [program]
