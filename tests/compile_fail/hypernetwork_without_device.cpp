// expect: a hypernetwork needs .operator\(\)\(nn::bound<C> theta,
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A hypernetwork that takes no device is refused where a search is named, and what it lacks is named.
#include <paragon/nn/linear.hpp>
#include <paragon/search/modnas.hpp>

struct straight {
  paragon::nn::linear layer;

  template <class C>
  auto operator()(const paragon::nn::bound<C>& theta, paragon::autodiff::variable<C> preference) const {
    return layer(theta, preference);
  }
};

int main() {
  paragon::nn::parameters<float> store;
  const straight net{paragon::nn::linear(store, "layer", 2, 9, {})};
  const paragon::search::modnas model(net, store);
}
