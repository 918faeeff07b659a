// expect: a mixing needs .operator\(\)\(autodiff::variable<C> alpha
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A path where a policy of mixing belongs is refused at the call, and the concept that it misses is named.
#include <paragon/space/nasbench201.hpp>
#include <paragon/supernet/nasbench201.hpp>
#include <paragon/supernet/supernet.hpp>

namespace supernet = paragon::supernet;

void run(const supernet::supernet<supernet::nasbench201<>>& net,
         const paragon::nn::bound<paragon::autodiff::tape<float>>& theta,
         paragon::autodiff::variable<paragon::autodiff::tape<float>> x) {
  (void)net.logits(theta, x, x, supernet::path{});
}

int main() {}
