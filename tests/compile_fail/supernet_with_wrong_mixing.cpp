// expect: a mixing needs .operator\(\)\(autodiff::variable<C> alpha
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A path where a policy of mixing belongs is refused at the call, and the concept that it misses is named.
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/supernet.hpp>
#include <paragon/supernet/supernet.hpp>

namespace benchmark = paragon::benchmark;
namespace supernet = paragon::supernet;

void run(const supernet::supernet<benchmark::nasbench201_supernet<>>& net,
         const paragon::nn::bound<paragon::autodiff::tape<float>>& theta,
         paragon::autodiff::variable<paragon::autodiff::tape<float>> x) {
  (void)net.logits(theta, x, x, supernet::path{});
}

int main() {}
