// expect: a sampler of rays needs .operator\(\)\(std::span<double> ray, key, std::uint64_t index
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A sampler of preferences that takes no number of the ray is refused where a search is named.
#include <span>

#include <paragon/gradient/min_norm.hpp>
#include <paragon/nn/linear.hpp>
#include <paragon/search/modnas.hpp>

struct straight {
  paragon::nn::linear layer;

  template <class C>
  auto operator()(const paragon::nn::bound<C>& theta, paragon::autodiff::variable<C> preference,
                  paragon::autodiff::variable<C>) const {
    return layer(theta, preference);
  }
};

struct even {
  void operator()(std::span<double> ray) const {
    for (double& w : ray) w = 1 / static_cast<double>(ray.size());
  }
};

using search = paragon::search::modnas<straight, paragon::gradient::min_norm, even>;

int main() { return static_cast<int>(sizeof(search)); }
