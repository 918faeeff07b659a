// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../autodiff/context.hpp"
#include "../autodiff/cross_entropy.hpp"
#include "../core/error.hpp"
#include "../nn/batch_norm.hpp"
#include "../nn/parameters.hpp"
#include "../space/neighbours.hpp"
#include "../space/shape.hpp"
#include "concepts.hpp"
#include "mixing.hpp"

namespace paragon::inline PARAGON_ISA::supernet {

/// Where `supernet::evaluate` takes the statistics of batch normalisation from.
enum class statistics { of_batch, kept };

/// How an architecture does on labelled images; tallies of batches add up.
struct tally {
  double loss_sum = 0;  ///< cross-entropy in nats, over all images
  std::size_t correct = 0;
  std::size_t images = 0;

  [[nodiscard]] double loss() const noexcept { return loss_sum / static_cast<double>(images); }
  /// From 0 to 1.
  [[nodiscard]] double accuracy() const noexcept { return static_cast<double>(correct) / static_cast<double>(images); }
  tally& operator+=(const tally& other) noexcept {
    loss_sum += other.loss_sum;
    correct += other.correct;
    images += other.images;
    return *this;
  }
  friend bool operator==(const tally&, const tally&) = default;
};

/// All architectures of a search space in one network with shared weights: the network, its parameters, and the means and
/// variances that its batch normalisation keeps.
///
/// It is a value: a copy is another supernet. Training it is an optimiser's and a search's; here is what they call.
/// Images are [n, H, W, channels] in the backend's memory.
/// \tparam Network  models `supernet_network`
///
/// \code
/// nn::parameters<float> store, kept;
/// my_network network(store, kept, space, {.seed = 1});
/// supernet::supernet net(network, std::move(store), std::move(kept));
/// const auto theta = nn::bind(tape, net.store());
/// tape.backward(autodiff::cross_entropy(net.logits(theta, images, cell), labels));          // training of the weights
/// const auto alpha = hypernetwork::reinmax{}(logits, net.offsets(), key);
/// auto y = net.logits(nn::freeze(tape, net.store()), images, alpha, exact);                 // of the hypernetwork
/// \endcode
template <class Network, class T = float, class Backend = backend::cpu>
class supernet {
  static_assert(require_supernet_network<Network, T, Backend>());

public:
  using network_type = Network;
  using space_type = std::remove_cvref_t<decltype(std::declval<const Network&>().space())>;
  using architecture = typename space_type::architecture;
  using store_type = nn::parameters<T, Backend>;

  /// \param store  the parameters that the network was made with
  /// \param kept   its second store; stays empty for a network whose layers keep no statistics
  supernet(Network network, store_type store, store_type kept)
      : network_(std::move(network)), store_(std::move(store)), kept_(std::move(kept)),
        offsets_(space::choice_offsets(network_.space())) {}

  [[nodiscard]] const Network& network() const noexcept { return network_; }
  /// As the network gives it: by value or by reference.
  [[nodiscard]] decltype(auto) space() const { return network_.space(); }
  [[nodiscard]] std::size_t classes() const { return network_.classes(); }
  [[nodiscard]] store_type& store() noexcept { return store_; }
  [[nodiscard]] const store_type& store() const noexcept { return store_; }
  [[nodiscard]] store_type& kept() noexcept { return kept_; }
  [[nodiscard]] const store_type& kept() const noexcept { return kept_; }
  /// Where each decision begins in a row alpha.
  [[nodiscard]] std::span<const std::size_t> offsets() const noexcept { return offsets_; }

  /// Logits [n, classes] of one architecture. `theta` are `store()`, bound or frozen.
  template <class C, class Norm = nn::batch_statistics>
  [[nodiscard]] autodiff::variable<C> logits(const nn::bound<C>& theta, autodiff::variable<C> images,
                                             const architecture& a, const Norm& norm = {}) const {
    const std::vector<space::choice_index> choices = space::choices_of(network_.space(), a);
    return network_(theta, images, norm, path{choices});
  }

  /// Logits of the architecture that a one-hot row alpha [1, total choices] names; gradients reach alpha as `policy` says.
  /// \throws error for a row that is not one-hot
  template <class C, class Policy, class Norm = nn::batch_statistics>
  [[nodiscard]] autodiff::variable<C> logits(const nn::bound<C>& theta, autodiff::variable<C> images,
                                             autodiff::variable<C> alpha, Policy&& policy,
                                             const Norm& norm = {}) const {
    static_assert(require_mixing<std::remove_reference_t<Policy>, T, Backend>());
    return network_(theta, images, norm, policy(alpha, offsets_));
  }

  /// Loss and accuracy of an architecture on images [n, H, W, channels], `batch` of them at a time.
  /// \throws error where images and labels disagree, or a batch has no images
  [[nodiscard]] tally evaluate(const architecture& a, const T* images, const shape& extents,
                               std::span<const std::uint32_t> labels, std::size_t batch = 250,
                               statistics from = statistics::of_batch) const {
    if (labels.size() != extents[0]) {
      throw error("supernet::evaluate", std::to_string(labels.size()) + " labels for " + to_string(extents),
                  "one label for each image");
    }
    tally total;
    std::vector<T> host;
    for_batches(images, extents, batch, "supernet::evaluate", [&](const auto& theta, auto x, std::size_t first) {
      auto& context = theta.context();
      const auto y = from == statistics::of_batch
                         ? logits(theta, x, a)
                         : logits(theta, x, a, nn::running_statistics(nn::freeze(context, kept_)));
      const auto wanted = labels.subspan(first, y.rows());
      const auto loss = autodiff::cross_entropy(y, wanted);
      host.resize(y.size() + 1);
      Backend::copy_to_host(host.data(), y.data(), sizeof(T) * y.size());
      Backend::copy_to_host(host.data() + y.size(), loss.data(), sizeof(T));
      total.loss_sum += static_cast<double>(host.back()) * static_cast<double>(y.rows());
      total.images += y.rows();
      for (std::size_t r = 0; r < y.rows(); ++r) {
        const T* row = host.data() + r * y.columns();
        total.correct += std::max_element(row, row + y.columns()) - row == static_cast<std::ptrdiff_t>(wanted[r]);
      }
    });
    return total;
  }

  /// Makes the kept statistics those of one architecture: their plain mean over the batches. Weights that many
  /// architectures share need this before one of them is run with kept statistics (Yu, Huang, ICCV 2019, section 3).
  void recalibrate(const architecture& a, const T* images, const shape& extents, std::size_t batch = 250) {
    std::size_t seen = 0;
    for_batches(images, extents, batch, "supernet::recalibrate", [&](const auto& theta, auto x, std::size_t) {
      ++seen;
      (void)logits(theta, x, a, nn::collect_statistics(kept_, 1 - 1 / static_cast<double>(seen)));
    });
  }

private:
  /// f(theta, images of the batch, number of the first one)
  template <class F>
  void for_batches(const T* images, const shape& extents, std::size_t batch, const char* place, F&& f) const {
    if (extents.rank() != 4 || extents.size() == 0 || batch == 0) {
      throw error(place, "images of shape " + to_string(extents) + " in batches of " + std::to_string(batch),
                  "at least one of (images, height, width, channels), and a batch of at least 1");
    }
    autodiff::evaluation<T, Backend> context;
    for (std::size_t first = 0; first < extents[0]; first += batch) {
      context.clear();
      const shape part{std::min(batch, extents[0] - first), extents[1], extents[2], extents[3]};
      f(nn::freeze(context, store_), context.constant(images + first * (extents.size() / extents[0]), part), first);
    }
  }

  Network network_;
  store_type store_;
  store_type kept_;
  std::vector<std::size_t> offsets_;
};

}  // namespace paragon::supernet
