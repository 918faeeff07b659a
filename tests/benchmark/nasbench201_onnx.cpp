// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Networks of cells: what other programs compute from the file is what our layers compute.
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <paragon/benchmark/nasbench201/onnx.hpp>
#include <paragon/space/neighbours.hpp>
#include <paragon/supernet/mixing.hpp>
#include <paragon/tensor/npy.hpp>

#include "../scratch.hpp"
#include "../support.hpp"
#include "onnx/python.hpp"

namespace benchmark = paragon::benchmark;
namespace nn = paragon::nn;
namespace space = paragon::space;
namespace supernet = paragon::supernet;
using paragon::shape;
using paragon::tensor;

namespace {

constexpr benchmark::nasbench201_network around{.channels = 4, .cells_per_stage = 2, .classes = 5, .image_size = 8};

/// All operations; sources that are zeros in front of each operation; no way from input to output.
const char* const cells[] = {
    "|nor_conv_3x3~0|+|nor_conv_1x1~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_1x1~2|",
    "|none~0|+|skip_connect~0|nor_conv_3x3~1|+|none~0|avg_pool_3x3~1|nor_conv_3x3~2|",
    "|none~0|+|none~0|nor_conv_1x1~1|+|none~0|skip_connect~1|avg_pool_3x3~2|",
    "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|",
    "|nor_conv_3x3~0|+|none~0|none~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|"};

/// Writes the model of a cell, images, and the logits that our network gives with its kept statistics.
template <class Sharing>
void write_case(const std::string& folder, const benchmark::nasbench201_cell& cell, Sharing sharing,
                std::uint64_t seed) {
  std::filesystem::create_directories(folder);
  nn::parameters<float> store;
  nn::parameters<float> kept;
  const benchmark::nasbench201_supernet<Sharing> network(store, kept, benchmark::nasbench201{around}, {.seed = seed},
                                                         sharing);
  // Random gains, biases and statistics, so that they take part.
  const auto key = paragon::random_key{.seed = seed}.fork(9);
  const auto stir = [&](nn::parameters<float>& all, std::uint64_t offset) {
    for (const auto& e : all.entries()) {
      if (e.where.extents.rank() != 1) continue;
      const double centre = e.name.ends_with("variance") || e.name.ends_with("norm.weight") ? 1.5 : 0;
      for (std::size_t i = 0; i < e.where.extents.size(); ++i) {
        const std::uint64_t element = offset + e.where.offset + i;
        all.data()[e.where.offset + i] = static_cast<float>(centre + 0.8 * (key.uniform(element) - 0.5));
      }
    }
  };
  stir(store, 0);
  stir(kept, 1U << 20);

  const std::size_t n = 3;
  const std::size_t height = 8;
  const std::size_t width = 12;
  tensor<float> images(shape{n, height, width, 3});
  tensor<float> planes(shape{n, 3, height, width});
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t p = 0; p < height * width; ++p) {
      for (std::size_t c = 0; c < 3; ++c) {
        const std::size_t at = (i * height * width + p) * 3 + c;
        images[at] = planes[(i * 3 + c) * height * width + p] = static_cast<float>(key.fork(1).normal(at));
      }
    }
  }
  paragon::autodiff::evaluation<float> context;
  const auto choices = space::choices_of(network.space(), cell);
  const auto y = network(nn::freeze(context, store), context.constant(images),
                         nn::running_statistics(nn::freeze(context, kept)), supernet::path{choices});
  paragon::save_npy(folder + "/input.npy", planes);
  paragon::save_npy<float>(folder + "/output_0.npy", y.shape(), {y.data(), y.size()});
  benchmark::to_onnx(network, store, kept, cell, height, width).save(folder + "/model.onnx");
}

}  // namespace

TEST_CASE("onnx: a cell's network gives the same logits in other programs") {
  if (!paragon_test::evaluates_onnx()) {
    return paragon_test::skip("no Python with onnx or onnxruntime (PARAGON_PYTHON names one)");
  }
  const paragon_test::scratch_folder folder;
  std::string cases;
  std::uint64_t seed = 1;
  for (const char* text : cells) {
    CAPTURE(text);
    const auto cell = benchmark::parse_nasbench201_cell(text);
    const auto next = [&] {
      std::string name = folder / std::to_string(++seed);
      cases.append(" ").append(name);
      return name;
    };
    write_case(next(), cell, benchmark::entangled{}, seed);
    write_case(next(), cell, benchmark::entangled{.bias = true}, seed);
    write_case(next(), cell, benchmark::separate{.bias = true}, seed);
    write_case(next(), cell, benchmark::only{cell}, seed);
  }
  CHECK(std::system((paragon_test::evaluate_command("2e-5" + cases)).c_str()) == 0);
}

TEST_CASE("onnx: a cell's file is refused for images or networks that do not fit") {
  nn::parameters<float> store;
  nn::parameters<float> kept;
  const auto cell = benchmark::parse_nasbench201_cell(cells[0]);
  const benchmark::nasbench201_supernet<benchmark::only> network(store, kept, benchmark::nasbench201{around}, {},
                                                                 benchmark::only{cell});
  CHECK_THROWS_WITH_AS((void)benchmark::to_onnx(network, store, kept, cell, 8, 10),
                       "benchmark::to_onnx: images of 8 x 10; expected multiples of 4", paragon::error);
  CHECK_THROWS_AS((void)benchmark::to_onnx(network, store, kept, benchmark::parse_nasbench201_cell(cells[1]), 8, 8),
                  paragon::error);
  CHECK_THROWS_WITH_AS((void)benchmark::to_onnx(network, store, nn::parameters<float>{}, cell, 8, 8),
                       "benchmark::to_onnx: no parameter \"stem.norm.mean\"; expected those of the network",
                       paragon::error);
  // A network knows its cell: the note can be found in the file.
  CHECK(benchmark::to_onnx(network, store, kept, cell, 8, 8).bytes().find(cells[0]) != std::string::npos);
}
