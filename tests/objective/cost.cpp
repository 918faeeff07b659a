// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/objective/cost.hpp>
#include <paragon/space/one_hot.hpp>

using namespace paragon;

TEST_CASE("objective: costs are those of the space, exact and in expectation") {
  const benchmark::nasbench201 cells{benchmark::nasbench201_network::cifar100()};
  const objective::parameter_count parameters{cells};
  const objective::mac_count macs{cells};
  CHECK(parameters.describe() == metric{"parameters", "", direction::minimise});
  CHECK(macs.describe() == metric{"macs", "", direction::minimise});
  std::vector<float> row(30);
  std::vector<float> gradient(30);
  for (std::uint64_t i = 0; i < cells.size(); i += 501) {
    const auto cell = cells.at(i);
    CHECK(parameters.value(cell) == cells.parameters(cell));
    CHECK(macs.value(cell, std::string("raspi4")) == cells.macs(cell));
    space::one_hot<float>(cells, cell, row);
    CHECK(parameters.expected<float>(row, gradient) == cells.parameters(cell));
    CHECK(macs.expected<float>(row, {}) == cells.macs(cell));
  }
  // One 3x3 convolution at 16, 32 and 64 channels with its normalisation, five cells each.
  CHECK(gradient[3] == 0.0F + 5 * (9 * 16 * 16 + 32 + 9 * 32 * 32 + 64 + 9 * 64 * 64 + 128));
}
