// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <vector>

#include <paragon/benchmark/mobilenetv3/cost.hpp>
#include <paragon/benchmark/mobilenetv3/space.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/space/sample.hpp>

using namespace paragon::benchmark;
using namespace paragon::space;

TEST_CASE("space: the cost of a MobileNetV3 network is linear in its node features") {
  INFO("seed 8");
  for (const double width : {1.0, 1.2}) {
    const mobilenetv3 space{{.width = width, .image_size = 192}};
    const linear_cost parameters = mobilenetv3_cost(space.network, &mobilenetv3_network::cost::parameters);
    const linear_cost macs = mobilenetv3_cost(space.network, &mobilenetv3_network::cost::macs);
    std::vector<double> x(180);
    for (std::size_t i = 0; i < 2000; ++i) {
      const auto net = uniform(space, {.seed = 8}, i);
      mobilenetv3_diffusion_graph::encode(net, std::span<double>(x));
      CHECK(parameters(std::span<const double>(x)) == space.parameters(net));  // whole numbers: no rounding
      CHECK(macs(std::span<const double>(x)) == space.macs(net));
    }
  }
}
