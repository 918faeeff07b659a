// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../autodiff/context.hpp"
#include "../core/error.hpp"
#include "../core/metric.hpp"
#include "../nn/parameters.hpp"
#include "rivals.hpp"
#include "supernet.hpp"

namespace paragon::inline PARAGON_ISA::supernet {

/// The accuracy of an architecture on a task that is a part of the classes, by a supernet that was trained on all of
/// them: an objective whose condition is the task.
///
/// The network chooses among the task's classes alone, and is judged on the images of these classes: on two classes 0.5 is
/// chance, on ten 0.1. All tasks of an architecture come from one pass over the images. The architecture that was asked
/// for last is kept (a bit for each image and class), so ask architecture by architecture, as `data::cross_meta_dataset`
/// does. Statistics of batch normalisation are those of batches of all classes, whatever the task: a task does not change
/// what the network says of an image.
///
/// Supernet and images are borrowed. From several threads at once it is safe, and fastest where they ask for the same
/// architecture; results are the same for any number of threads.
/// \tparam Network  models `supernet_network`
///
/// \code
/// const task_accuracy accuracy(net, held_out.images.data(), held_out.images.shape(), held_out.labels);
/// double per_cent = accuracy.value(cell, data::image_task{{3, 5}});
/// \endcode
template <class Network, class T = float, class Backend = backend::cpu>
class task_accuracy {
public:
  using supernet_type = supernet<Network, T, Backend>;
  using architecture = typename supernet_type::architecture;

  /// \param images   [n, height, width, channels] in the backend's memory; best images that the weights did not learn from
  /// \param extents  their shape
  /// \param labels   n classes
  /// \param batch    images of a pass
  /// \throws error where images and labels disagree, or a batch has no images
  task_accuracy(const supernet_type& net, const T* images, const shape& extents, std::span<const std::uint32_t> labels,
                std::size_t batch = 250)
      : net_(&net), images_(images), extents_(extents), labels_(labels), batch_(batch) {
    if (extents.rank() != 4 || extents.size() == 0 || batch == 0) {
      throw error("supernet::task_accuracy",
                  "images of shape " + to_string(extents) + " in batches of " + std::to_string(batch),
                  "at least one of (images, height, width, channels), and a batch of at least 1");
    }
    if (labels.size() != extents[0]) {
      throw error("supernet::task_accuracy", std::to_string(labels.size()) + " labels for " + to_string(extents),
                  "one label for each image");
    }
  }
  task_accuracy(const task_accuracy&) = delete;
  task_accuracy& operator=(const task_accuracy&) = delete;

  [[nodiscard]] static metric describe() { return {"accuracy", "%", direction::maximise}; }

  /// In per cent. \param task  has `classes`, for instance `data::image_task`
  /// \throws error as `rivals::accuracy`
  template <class Task>
    requires requires(const Task& task) {
      { task.classes } -> std::convertible_to<std::span<const std::uint32_t>>;
    }
  [[nodiscard]] double value(const architecture& a, const Task& task) const {
    return 100 * rivals_of(a)->accuracy(task.classes);
  }

  /// Which classes the network of an architecture confuses; one pass over the images where it is not the last one asked
  /// for.
  [[nodiscard]] std::shared_ptr<const rivals> rivals_of(const architecture& a) const {
    {
      const std::lock_guard lock(mutex_);
      if (last_ && last_->first == a) return {last_, &last_->second};
    }
    auto made = std::make_shared<std::pair<architecture, rivals>>(a, pass(a));
    const std::lock_guard lock(mutex_);
    last_ = made;
    return {made, &made->second};
  }

private:
  [[nodiscard]] rivals pass(const architecture& a) const {
    rivals seen(net_->classes());
    autodiff::evaluation<T, Backend> context;
    std::vector<T> host;
    const std::size_t size = extents_.size() / extents_[0];
    for (std::size_t first = 0; first < extents_[0]; first += batch_) {
      const std::size_t n = std::min(batch_, extents_[0] - first);
      context.clear();
      const auto x = context.constant(images_ + first * size, shape{n, extents_[1], extents_[2], extents_[3]});
      const auto y = net_->logits(nn::freeze(context, net_->store()), x, a);
      host.resize(y.size());
      Backend::copy_to_host(host.data(), y.data(), sizeof(T) * y.size());
      seen.add(std::span<const T>(host), labels_.subspan(first, n));
    }
    return seen;
  }

  const supernet_type* net_;
  const T* images_;
  shape extents_;
  std::span<const std::uint32_t> labels_;
  std::size_t batch_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const std::pair<architecture, rivals>> last_;
};

}  // namespace paragon::supernet
