// expect: a judge needs .operator\(\)\(std::span<const architecture>\) const -> std::vector<double>
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A judge that gives one number for all architectures is refused where they are generated, and what it lacks is named.
#include <span>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/independent_choices.hpp>
#include <paragon/search/pomonag.hpp>

using graph = paragon::benchmark::nasbench201_diffusion_graph<>;
using score_type = paragon::diffusion::independent_choices<graph>;

struct one_number {
  double operator()(std::span<const paragon::benchmark::nasbench201_cell> cells) const {
    return static_cast<double>(cells.size());
  }
};

int main() {
  const std::vector<paragon::search::phase<score_type>> phases;
  const std::vector<paragon::direction> way{paragon::direction::minimise};
  return static_cast<int>(paragon::search::pomonag(graph{}, paragon::diffusion::variance_exploding{},
                                                   paragon::diffusion::exponential_integrator{},
                                                   std::span<const paragon::search::phase<score_type>>(phases),
                                                   one_number{}, way, 1, {})
                              .front.size());
}
