// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>
#include <paragon/autodiff/context.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/supernet.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/core/thread_clock.hpp>
#include <paragon/nn/batch_norm.hpp>
#include <paragon/nn/parameters.hpp>
#include <paragon/objective/measured_latency.hpp>
#include <paragon/supernet/supernet.hpp>
#include <utility>
#include <vector>

/// The machine that this program runs on, as a device of NAS-Bench-201.
namespace nasbench201 {

/// Inference of the benchmark's network with any cell: one image, kept statistics, one call.
///
/// All cells share one set of random weights, with weights of its own for each operation: what a call costs does not
/// depend on their values.
class inference {
public:
  explicit inference(paragon::benchmark::nasbench201_network around, paragon::random_key key)
      : net_(make(paragon::benchmark::nasbench201{around}, key)) {
    const auto side = static_cast<std::size_t>(around.image_size);
    image_.resize(side * side * 3);
    for (std::size_t i = 0; i < image_.size(); ++i) image_[i] = static_cast<float>(key.normal(i));
    extents_ = {1, side, side, 3};
  }

  /// One forward pass. \returns the logit of class 0, so that it cannot be left out
  float operator()(const paragon::benchmark::nasbench201_cell& cell) {
    namespace nn = paragon::nn;
    context_.clear();
    const auto statistics = nn::running_statistics(nn::freeze(context_, net_.kept()));
    const auto image = context_.constant(image_.data(), extents_);
    return *net_.logits(nn::freeze(context_, net_.store()), image, cell, statistics).data();
  }

private:
  using network = paragon::benchmark::nasbench201_supernet<paragon::benchmark::separate>;

  static paragon::supernet::supernet<network> make(const paragon::benchmark::nasbench201& cells,
                                                   paragon::random_key key) {
    paragon::nn::parameters<float> store;
    paragon::nn::parameters<float> kept;
    const network net(store, kept, cells, key);
    return {net, std::move(store), std::move(kept)};
  }

  paragon::supernet::supernet<network> net_;
  std::vector<float> image_;
  paragon::shape extents_;
  paragon::autodiff::evaluation<float> context_;
};

/// Latency of the benchmark's network on one core of this machine: an objective. In processor time, so that it does not
/// matter what else the machine does.
[[nodiscard]] inline auto latency_here(const std::shared_ptr<inference>& run,
                                       const paragon::objective::latency_settings& settings) {
  const auto build = [run](const paragon::benchmark::nasbench201_cell& cell) {
    return [run, cell] { (void)(*run)(cell); };
  };
  return paragon::objective::measured_latency(paragon::benchmark::nasbench201{}, build,
                                              paragon::objective::latency_meter<paragon::thread_clock>(settings));
}

}  // namespace nasbench201
