// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <vector>

#include <paragon/autodiff/context.hpp>
#include <paragon/benchmark/nasbench201/features.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/supernet.hpp>
#include <paragon/data/dataset_embedding.hpp>
#include <paragon/nn/parameters.hpp>
#include <paragon/supernet/supernet.hpp>

#include "autodiff/random_tensor.hpp"
#include "plain_nasbench201.hpp"

namespace autodiff = paragon::autodiff;
namespace benchmark = paragon::benchmark;
namespace nn = paragon::nn;
namespace supernet = paragon::supernet;
using paragon_test::cell_of;
using paragon_test::normal;

static_assert(paragon::data::feature_extractor<benchmark::nasbench201_features<>>);

TEST_CASE("supernet: features are what the classifier reads, image by image") {
  nn::parameters<float> store;
  nn::parameters<float> kept;
  const paragon::benchmark::nasbench201 cells{{.channels = 2, .cells_per_stage = 1, .classes = 3, .image_size = 8}};
  const benchmark::nasbench201_supernet network(store, kept, cells, {.seed = 1});
  supernet::supernet net(network, store, kept);
  for (const auto& [name, where] : net.store().entries()) {
    if (name == "classifier.bias") net.store().assign(where, std::vector<float>{0.5F, -1, 2});
  }
  const auto cell = cell_of({3, 2, 4, 1, 2, 3});
  const auto images = normal<float>({30, 8, 8, 3}, 410);
  const auto before = net.store().values().to_vector();
  const benchmark::nasbench201_features see(net, cell, images.data(), images.shape(), 10);
  CHECK(net.store().values().to_vector() == before);
  REQUIRE(see.features() == 8);
  std::vector<float> features(30 * 8);
  see(images.span(), 30, features);

  // Its own classifier, by hand, on these features gives the logits of the network with the same statistics.
  net.recalibrate(cell, images.data(), images.shape(), 10);
  autodiff::evaluation<float> context;
  const auto logits = net.logits(nn::freeze(context, net.store()), context.constant(images), cell,
                                 nn::running_statistics(nn::freeze(context, net.kept())));
  const float* w = net.store().data() + net.store().find("classifier.weight")->where.offset;
  const float* b = net.store().data() + net.store().find("classifier.bias")->where.offset;
  for (std::size_t i = 0; i < 30; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      double y = static_cast<double>(b[c]);
      for (std::size_t k = 0; k < 8; ++k)
        y += static_cast<double>(w[c * 8 + k]) * static_cast<double>(features[i * 8 + k]);
      CHECK(y == doctest::Approx(static_cast<double>(logits.data()[i * 3 + c])).epsilon(1e-4));
    }
  }

  // Not those of other images of the batch, of another batch size or of other threads.
  std::vector<float> one(8);
  see(images.span().subspan(7 * 192, 192), 1, one);
  for (std::size_t k = 0; k < 8; ++k) CHECK(one[k] == doctest::Approx(features[7 * 8 + k]).epsilon(1e-5));
  {
    paragon::thread_pool pool(3);
    const paragon::backend::cpu::use_pool kernels(pool);
    const benchmark::nasbench201_features threaded(net, cell, images.data(), images.shape(), 10);
    std::vector<float> again(30 * 8);
    threaded(images.span(), 30, again);
    CHECK(again == features);
  }
  CHECK_THROWS_WITH_AS(see(images.span(), 29, features), doctest::Contains("5760 values to 240 features"),
                       paragon::error);
}
