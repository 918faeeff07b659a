// expect: a supernet's network needs .classes\(\) const -> std::size_t.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A network that does not say how many classes it tells apart is no supernet's, and what is missing is named.
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/supernet/supernet.hpp>

struct without_classes {
  paragon::benchmark::nasbench201 space() const { return {}; }
  template <class C, class Norm, class Mix>
  paragon::autodiff::variable<C> operator()(const paragon::nn::bound<C>&, paragon::autodiff::variable<C> x, const Norm&,
                                            const Mix&) const {
    return x;
  }
};

int main() { const paragon::supernet::supernet<without_classes> net({}, {}, {}); }
