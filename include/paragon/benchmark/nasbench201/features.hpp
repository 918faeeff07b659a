// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../../autodiff/context.hpp"
#include "../../core/error.hpp"
#include "../../nn/batch_norm.hpp"
#include "../../nn/initialise.hpp"
#include "../../nn/parameters.hpp"
#include "../../supernet/supernet.hpp"
#include "supernet.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// The features that a NAS-Bench-201 network of one's own gives an image: what the classifier reads, four times as many
/// as the first stage has channels.
///
/// A trained supernet (or the network of a single cell) without its classifier: one cell, and statistics of normalisation
/// that are that cell's on given images, so an image's features do not depend on its batch. It is a copy: the supernet may
/// go on learning. A model of `data::feature_extractor`, so data sets are compared by a network that saw no other data;
/// the same for any number of threads.
///
/// \code
/// const nasbench201_features see(net, cell, shown.images.data(), shown.images.shape());
/// const auto embedding = data::dataset_embedding(set, scale, see, 100, {.seed = 1});   // [classes, see.features()]
/// \endcode
template <class Sharing = entangled>
class nasbench201_features {
public:
  /// \param images  [n, height, width, 3]: those whose statistics normalisation takes, `batch` of them at a time
  /// \throws error as `supernet::recalibrate`
  nasbench201_features(const supernet::supernet<nasbench201_supernet<Sharing>>& net, const nasbench201_cell& cell,
                       const float* images, const shape& extents, std::size_t batch = 250)
      : net_(without_classifier(net)), cell_(cell), batch_(batch) {
    net_.recalibrate(cell, images, extents, batch);
    image_ = {1, extents[1], extents[2], extents[3]};
  }

  [[nodiscard]] std::size_t features() const { return net_.classes(); }
  [[nodiscard]] const nasbench201_cell& cell() const noexcept { return cell_; }

  /// \param images  [n, height, width, 3] of the size given to the constructor
  /// \param out     [n, features()]
  /// \throws error for other sizes
  void operator()(std::span<const float> images, std::size_t n, std::span<float> out) const {
    if (images.size() != n * image_.size() || out.size() != n * features()) {
      throw error("benchmark::nasbench201_features",
                  std::to_string(images.size()) + " values to " + std::to_string(out.size()) + " features",
                  std::to_string(n * image_.size()) + " to " + std::to_string(n * features()));
    }
    autodiff::evaluation<float> context;
    for (std::size_t first = 0; first < n; first += batch_) {
      const shape part{std::min(batch_, n - first), image_[1], image_[2], image_[3]};
      context.clear();
      const auto x = context.constant(images.data() + first * image_.size(), part);
      const auto y = net_.logits(nn::freeze(context, net_.store()), x, cell_,
                                 nn::running_statistics(nn::freeze(context, net_.kept())));
      std::copy_n(y.data(), y.size(), out.data() + first * features());
    }
  }

private:
  /// The same network with the identity for its classifier.
  static supernet::supernet<nasbench201_supernet<Sharing>> without_classifier(
      const supernet::supernet<nasbench201_supernet<Sharing>>& net) {
    nasbench201 space = net.space();
    space.network.classes = 4 * space.network.channels;
    const auto width = static_cast<std::size_t>(space.network.classes);
    nn::parameters<float> store;
    nn::parameters<float> kept;
    const nasbench201_supernet<Sharing> network(store, kept, space, {}, net.network().sharing());
    for (const auto& [name, where] : store.entries()) {
      if (name == "classifier.weight") {
        std::vector<float> identity(width * width);
        for (std::size_t i = 0; i < width; ++i) identity[i * width + i] = 1;
        store.assign(where, identity);
      } else if (name != "classifier.bias") {
        const auto& from = net.store().find(name)->where;
        store.assign(where, {net.store().data() + from.offset, from.extents.size()});
      }
    }
    return {network, std::move(store), std::move(kept)};
  }

  supernet::supernet<nasbench201_supernet<Sharing>> net_;
  nasbench201_cell cell_;
  std::size_t batch_;
  shape image_;
};

template <class Sharing>
nasbench201_features(const supernet::supernet<nasbench201_supernet<Sharing>>&, const nasbench201_cell&, const float*,
                     const shape&) -> nasbench201_features<Sharing>;

}  // namespace paragon::benchmark
