// expect: an estimator needs .operator\(\)\(autodiff::variable<C> logits, const search::batch
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An estimator that takes no batch is refused where a search is trained with it, and what it lacks is named.
#include <vector>

#include <paragon/autodiff/reduce.hpp>
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

struct small_logits {
  template <class C>
  auto operator()(paragon::autodiff::variable<C> logits) const {
    return paragon::autodiff::sum_columns(logits);
  }
};

int main() {
  paragon::nn::parameters<float> store;
  const straight net{paragon::nn::linear(store, "layer", 2, 9, {})};
  paragon::search::modnas model(net, store);
  const std::vector<paragon::search::device> devices{{"one", {1}}};
  return static_cast<int>(model.train(devices, small_logits{}, {}).steps);
}
