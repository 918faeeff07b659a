// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/supernet.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/data/augmentation.hpp>
#include <paragon/data/image_batches.hpp>
#include <paragon/data/image_set.hpp>
#include <paragon/data/synthetic_images.hpp>
#include <paragon/nn/parameters.hpp>
#include <paragon/supernet/path_sampler.hpp>
#include <paragon/supernet/supernet.hpp>
#include <paragon/supernet/weight_trainer.hpp>
#include <paragon/tensor/safetensors.hpp>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

/// What the programs that train networks on images share.
namespace image_supernet {

/// Weights of their own for 1x1 and 3x3 convolutions: on `paths` they rank cells better than the published shared ones.
using network = paragon::benchmark::nasbench201_supernet<paragon::benchmark::separate>;
using net_type = paragon::supernet::supernet<network>;
using paths = paragon::supernet::even_capacity_paths<paragon::benchmark::nasbench201>;

/// Moved by up to `padding` pixels, and mirrored every second time where `flip` says that a mirrored image is of the same
/// class. (Of the images that the programs make it is not.)
struct augmentation {
  std::size_t padding = 2;
  bool flip = true;

  void operator()(const paragon::data::image_view& image, paragon::random_key key, std::uint64_t element,
                  std::uint8_t* out) const noexcept {
    if (flip) {
      paragon::data::crop_and_flip{padding}(image, key, element, out);
    } else {
      paragon::data::crop{padding}(image, key, element, out);
    }
  }
};

using batches = paragon::data::image_batches<augmentation>;

/// The images with these numbers, each moved by up to an eighth of its height, and mirrored where `flip` says so.
[[nodiscard]] inline batches make_batches(const paragon::data::image_set& images,
                                          const std::vector<std::size_t>& chosen, std::size_t batch,
                                          const paragon::data::channel_statistics& scale, paragon::random_key key,
                                          bool flip) {
  return {images, chosen, batch, scale, key, augmentation{images.height() / 8, flip}};
}

/// Images to learn from, and images that only judge, where they come along.
struct image_task {
  paragon::data::image_set train;
  std::optional<paragon::data::image_set> test;
};

/// Images of a folder with cifar10/, of two files, or, where neither is given, a small set made from the seed.
[[nodiscard]] inline image_task read_task(const std::string& folder, const std::string& images,
                                          const std::string& labels, std::uint64_t seed) {
  using namespace paragon;
  if (images.empty() != labels.empty()) {
    throw error("--images and --labels", images.empty() ? "labels without images" : "images without labels", "both");
  }
  if (!images.empty()) return {data::read_image_set(images, labels), {}};
  // A clear texture: networks have seconds to learn it.
  const data::synthetic_images_settings clear{.train = 3000, .contrast = 0.7, .noise = 0.05};
  auto sets = folder.empty() ? data::synthetic_images(clear, paragon::random_key{.seed = seed}.fork("images"))
                             : data::read_cifar10(folder);
  return {std::move(sets.train), std::move(sets.test)};
}

/// The training images of `read_task`.
[[nodiscard]] inline paragon::data::image_set read_images(const std::string& folder, const std::string& images,
                                                          const std::string& labels, std::uint64_t seed) {
  return read_task(folder, images, labels, seed).train;
}

/// Images whose labels train weights, and images that judge architectures: drawn, without an image in both.
struct image_split {
  std::vector<std::size_t> learned;
  std::vector<std::size_t> held_out;

  /// \param part  of the images to hold out, between 0 and 1
  image_split(const paragon::data::image_set& set, double part, std::uint64_t seed)
      : learned(paragon::data::all_images(set)) {
    paragon::random_key{.seed = seed}.fork("held-out images").shuffle(learned);
    const auto kept = static_cast<std::ptrdiff_t>(part * static_cast<double>(set.size()));
    held_out.assign(learned.end() - kept, learned.end());
    learned.resize(learned.size() - held_out.size());
  }
};

/// Which images a run is about: files of weights and checkpoints say it.
[[nodiscard]] inline std::string describe(const paragon::data::image_set& images) {
  return images.name() + ", " + std::to_string(images.size());
}

/// A whole number that a file's metadata tells. \throws error that names the file
[[nodiscard]] inline std::uint64_t read_number(const paragon::safetensors_file& file, const std::string& path,
                                               std::string_view name) {
  const auto found = file.metadata().find(name);
  const std::string text = found == file.metadata().end() ? "nothing" : found->second;
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) {
    throw paragon::error(path, std::string(name) + " " + text + " in the metadata", "a file of supernet_nasbench201");
  }
  return value;
}

/// Cosine rate over these steps, after a warm-up of a tenth of them and at most a hundred.
[[nodiscard]] inline paragon::supernet::weight_training schedule(std::size_t steps, double rate) {
  return {.steps = steps, .rate = {.peak = rate, .last = 0, .warmup = std::min<std::size_t>(100, steps / 10)}};
}

/// The network around the cells for these images.
[[nodiscard]] inline paragon::benchmark::nasbench201 space_for(const paragon::data::image_set& images,
                                                               std::size_t width, std::size_t cells) {
  if (images.height() != images.width() || images.height() % 4 != 0 || images.channels() != 3) {
    throw paragon::error(images.name(),
                         "images of " + std::to_string(images.height()) + " x " + std::to_string(images.width()) +
                             " pixels and " + std::to_string(images.channels()) + " channels",
                         "square ones of a multiple of 4 pixels, in three colours");
  }
  return {.network = {.channels = static_cast<int>(width),
                      .cells_per_stage = static_cast<int>(cells),
                      .classes = static_cast<int>(images.classes()),
                      .image_size = static_cast<int>(images.height())}};
}

/// The paths on which supernets are trained.
[[nodiscard]] inline paths make_paths(const paragon::benchmark::nasbench201& space, paragon::random_key key) {
  return {space, network::is_weighted, key};
}

/// A step of the weights on the path of its number: the loss, and how many images it passed.
inline std::pair<double, std::size_t> step(paragon::supernet::weight_trainer<float>& trainer, net_type& net,
                                           batches& source, const paths& sampler) {
  std::array<paragon::space::choice_index, 6> choices{};
  sampler(trainer.done(), choices);
  return {static_cast<double>(trainer.step(net.network(), net.store(), source, choices)), source.batch()};
}

[[nodiscard]] inline net_type make_supernet(const paragon::benchmark::nasbench201& space, std::uint64_t seed) {
  paragon::nn::parameters<float> store;
  paragon::nn::parameters<float> kept;
  const network cells(store, kept, space, paragon::random_key{.seed = seed}.fork("supernet"));
  return {cells, std::move(store), std::move(kept)};
}

}  // namespace image_supernet
