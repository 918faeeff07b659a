// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "../hypernetwork/relaxation.hpp"
#include "../preference/sphere.hpp"
#include "../supernet/checkpoint.hpp"
#include "../supernet/path_sampler.hpp"
#include "../supernet/supernet.hpp"
#include "../supernet/weight_trainer.hpp"
#include "../tensor/safetensors.hpp"
#include "estimators.hpp"
#include "modnas.hpp"
#include "supernet_objectives.hpp"

namespace paragon::inline PARAGON_ISA::search {

struct bilevel_settings {
  std::size_t warmup = 1000;        ///< steps of the weights alone, on the sampler's paths
  std::size_t weight_steps = 4;     ///< steps of the weights for each of the hypernetwork's, after the warm-up
  double sampler_share = 1;         ///< of the weights' steps after the warm-up: on the sampler's paths
  std::size_t anchors = 32;         ///< uniform architectures whose losses say how wide losses spread
  std::size_t rescale_every = 100;  ///< steps of the hypernetwork

  friend bool operator==(const bilevel_settings&, const bilevel_settings&) = default;
};

/// MODNAS on images: a supernet's weights learn on one half of the images (lower level), a hypernetwork on the other half
/// (upper level), in turn.
///
/// A step moves the weights once, on a path that the hypernetwork proposes for a random device and preference, or on one
/// of a sampler's; every `weight_steps` of them the hypernetwork moves once, by multiple-gradient descent over all devices
/// (search/modnas.hpp) through the supernet's loss and the scorer's objectives (search/supernet_objectives.hpp). The
/// weights get no gradient there. The published loop has no sampler and no warm-up (`warmup` 0, `weight_steps` 1,
/// `sampler_share` 0), and moves the weights on one path for each device.
///
/// Why the weights learn on the sampler's paths alone: those that the hypernetwork likes get more training, look better for
/// it, and are liked more. With a share of one half, on CIFAR-10, the cell of six skip connections came to be the best in
/// loss and latency alike, and was the whole front of nearly every device.
///
/// Everything random is a function of the step: `save` at any step and `restore` go on with the same bits.
/// Reference: Sukthanker et al., arXiv 2402.18213, algorithm 1.
/// \tparam Network        models `supernet::supernet_network`
/// \tparam Hypernetwork   models `hypernetwork::hypernetwork`
/// \tparam WeightSource   models `supernet::batch_source`: the images of the lower level
/// \tparam SearchSource   models `supernet::batch_source`: those of the upper level
/// \tparam Scorer         a `search::scorer` of the other objectives, its scales set; its devices are the search's
/// \tparam Paths          models `supernet::path_sampler`
/// \tparam Mixing         models `supernet::mixing`
template <class Network, class Hypernetwork, class WeightSource, class SearchSource, class Scorer, class Paths,
          class Mixing = supernet::exact_mixing<float>>
class bilevel {
  static_assert(supernet::require_path_sampler<Paths>());
  static_assert(supernet::require_batch_source<WeightSource>());

public:
  using supernet_type = supernet::supernet<Network>;
  using modnas_type = modnas<Hypernetwork>;

  /// The supernet, the sources and the scorer are borrowed.
  /// \param weights  its `steps` are those of the whole search
  /// \param devices  those to train on; the scorer's first ones
  /// \param paths    see `bilevel_settings::sampler_share`
  /// \param modnas   its `steps` are set from those of the weights
  /// \throws error for a warm-up longer than the search, no step of the weights, or other numbers of objectives
  bilevel(supernet_type& net, Hypernetwork hyper, nn::parameters<float> store, WeightSource& weight_images,
          SearchSource& search_images, Scorer& scorer, std::vector<device> devices, Paths paths,
          const supernet::weight_training& weights, const modnas_settings& modnas, const bilevel_settings& settings,
          paragon::random_key key)
      : net_(&net), weight_images_(&weight_images), search_images_(&search_images), devices_(std::move(devices)),
        settings_(settings), key_(key), weights_(weights),
        modnas_(std::move(hyper), std::move(store), with_steps(modnas, weights.steps, settings)),
        training_(modnas_.begin(devices_)), objectives_(net, search_images, scorer), paths_(std::move(paths)) {
    if (modnas.objectives != 1 + Scorer::objectives) {
      throw error("search::bilevel", std::to_string(modnas.objectives) + " objectives of the hypernetwork",
                  std::to_string(1 + Scorer::objectives) + ": the loss, and the scorer's");
    }
    choices_.resize(net.space().decisions());
  }

  /// One step of the weights and, where its turn has come, one of the hypernetwork.
  /// \returns the batch's loss
  double step() {
    const std::uint64_t number = weights_.done();
    propose(number);
    const double loss = static_cast<double>(weights_.step(net_->network(), net_->store(), *weight_images_, choices_));
    if (hypernetwork_steps(number + 1) > training_->report().steps) {
      if (training_->report().steps % settings_.rescale_every == 0) rescale();
      objectives_.set_loss_scale(scale_[0], scale_[1]);
      const auto losses = [this](auto relaxed, const batch& b) { return objectives_(relaxed, b); };
      relaxed_objectives<decltype(losses)> estimate(losses, {net_->offsets().begin(), net_->offsets().end()});
      modnas_.step(*training_, estimate, key_.fork("hypernetwork"));
    }
    return loss;
  }

  [[nodiscard]] std::uint64_t done() const noexcept { return weights_.done(); }
  [[nodiscard]] std::size_t steps() const noexcept { return weights_.settings().steps; }
  /// Images that the next step passes through the supernet, forward and backward.
  [[nodiscard]] std::size_t images_of_step() const {
    const bool both = hypernetwork_steps(done() + 1) > training_->report().steps;
    const std::size_t rows = devices_.size() * modnas_.settings().rows;
    return weight_images_->extents()[0] + (both ? rows * search_images_->extents()[0] : 0);
  }
  [[nodiscard]] const modnas_type& model() const noexcept { return modnas_; }
  [[nodiscard]] const training_report& report() const noexcept { return training_->report(); }

  /// Writes all that `restore` needs to go on with the same bits (supernet/checkpoint.hpp).
  /// \param metadata  kept in the file, and compared by `restore`: what the run is
  void save(const std::string& path, const safetensors_file::metadata_map& metadata) const {
    const auto& t = *training_;
    const std::array<double, 6> numbers{static_cast<double>(t.report().steps),
                                        static_cast<double>(t.report().unsolved),
                                        t.report().loss,
                                        static_cast<double>(t.optimiser().steps()),
                                        scale_[0],
                                        scale_[1]};
    std::vector<named_tensor> more;
    const auto add = [&](const char* name, const tensor<float>& values) {
      more.emplace_back(name, shape{values.size()}, values.span());
    };
    add("hypernetwork", modnas_.store().values());
    add("adam.mean", t.optimiser().mean());
    add("adam.variance", t.optimiser().variance());
    more.emplace_back("search", shape{numbers.size()}, std::span<const double>(numbers));
    supernet::save_checkpoint(path, *net_, weights_, metadata, std::move(more));
  }

  /// Goes on from where `save` was called. \throws error for a file of another run; the search is then unchanged
  void restore(const std::string& path, const safetensors_file::metadata_map& metadata) {
    const safetensors_file file = supernet::open_checkpoint(path, metadata);
    const auto numbers = file.get<double>("search", {6});
    for (const std::size_t k : {0U, 1U, 3U}) {
      if (!(numbers[k] >= 0 && numbers[k] <= 0x1p53 && numbers[k] == std::floor(numbers[k]))) {
        throw error(path, "a number of steps of " + number_text(numbers[k]), "a whole number of at least 0");
      }
    }
    const std::size_t size = modnas_.store().size();
    auto hyper = file.get<float>("hypernetwork", {size});
    const std::size_t moved = numbers[3] == 0 ? 0 : size;
    nn::adam<float> adam(modnas_.settings().adam);
    adam.restore(file.get<float>("adam.mean", {moved}), file.get<float>("adam.variance", {moved}),
                 static_cast<std::size_t>(numbers[3]));
    supernet::restore_checkpoint(file, *net_, weights_);
    modnas_.store().values() = std::move(hyper);
    training_->restore(std::move(adam), {.steps = static_cast<std::size_t>(numbers[0]),
                                         .unsolved = static_cast<std::size_t>(numbers[1]),
                                         .loss = numbers[2]});
    scale_ = {numbers[4], numbers[5]};
  }

private:
  static modnas_settings with_steps(modnas_settings m, std::size_t steps, const bilevel_settings& s) {
    if (s.warmup >= steps || s.weight_steps == 0 || s.anchors < 2 || s.rescale_every == 0) {
      throw error("search::bilevel",
                  "a warm-up of " + std::to_string(s.warmup) + " of " + std::to_string(steps) + " steps, " +
                      std::to_string(s.weight_steps) + " steps of the weights for one of the hypernetwork, " +
                      std::to_string(s.anchors) + " anchors every " + std::to_string(s.rescale_every),
                  "a shorter warm-up, at least one step, at least two anchors");
    }
    m.steps = std::max<std::size_t>(1, (steps - s.warmup) / s.weight_steps);
    return m;
  }

  /// How many steps the hypernetwork has made after that many of the weights.
  [[nodiscard]] std::size_t hypernetwork_steps(std::uint64_t weight_steps) const {
    if (weight_steps <= settings_.warmup) return 0;
    return static_cast<std::size_t>((weight_steps - settings_.warmup) / settings_.weight_steps);
  }

  /// The path of a step of the weights.
  void propose(std::uint64_t number) {
    const paragon::random_key key = key_.fork("paths").fork(number);
    if (number < settings_.warmup || key.uniform(0) < settings_.sampler_share) {
      paths_(number, choices_);
      return;
    }
    const std::size_t d = key.below(devices_.size(), 1);
    std::vector<double> preference(modnas_.settings().objectives);
    preference::sphere{}(std::span<double>(preference), key.fork("preference"), 0);
    const std::vector<float> logits = modnas_.logits(devices_[d], preference);
    const auto offsets = net_->offsets();
    std::vector<float> p(offsets.back());
    for (std::size_t i = 0; i < choices_.size(); ++i) {
      const std::size_t n = offsets[i + 1] - offsets[i];
      hypernetwork::detail::softmax(n, logits.data() + offsets[i], 1.F, p.data());
      double u = key.uniform(2 + i);
      std::size_t c = 0;
      while (c + 1 < n && u >= static_cast<double>(p[c])) u -= static_cast<double>(p[c++]);
      choices_[i] = static_cast<space::choice_index>(c);
    }
  }

  /// Scales losses so that the best of some uniform architectures has 0 and the next to worst tenth of them 1.
  void rescale() {
    const std::size_t now = training_->report().steps;
    const shape extents = search_images_->extents();
    std::vector<float> images(extents.size());
    std::vector<std::uint32_t> labels(extents[0]);
    search_images_->fill(now, std::span<float>(images), std::span<std::uint32_t>(labels));
    const supernet::uniform_paths draw(net_->space(), key_.fork("anchors"));
    std::vector<space::choice_index> choices(choices_.size());
    std::vector<double> losses;
    for (std::size_t i = 0; i < settings_.anchors; ++i) {
      draw(now * settings_.anchors + i, choices);
      const auto a = net_->space().from_choices(std::span<const space::choice_index>(choices));
      losses.push_back(net_->evaluate(a, images.data(), extents, labels, extents[0]).loss());
    }
    std::sort(losses.begin(), losses.end());
    const double high = losses[losses.size() * 9 / 10];
    scale_ = {losses.front(), std::max(high - losses.front(), 1e-3)};
  }

  supernet_type* net_;
  WeightSource* weight_images_;
  SearchSource* search_images_;
  std::vector<device> devices_;
  bilevel_settings settings_;
  paragon::random_key key_;
  supernet::weight_trainer<float> weights_;
  modnas_type modnas_;
  std::unique_ptr<typename modnas_type::training> training_;
  supernet_objectives<supernet_type, SearchSource, Scorer, Mixing> objectives_;
  Paths paths_;
  std::vector<space::choice_index> choices_;
  std::array<double, 2> scale_{0, 1};  ///< origin and width of the loss
};

}  // namespace paragon::search
