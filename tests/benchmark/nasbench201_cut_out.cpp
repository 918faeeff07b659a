// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <paragon/benchmark/nasbench201/cell_network_file.hpp>
#include <paragon/benchmark/nasbench201/cut_out.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/space/neighbours.hpp>
#include <paragon/space/sample.hpp>

#include "../scratch.hpp"
#include "autodiff/random_tensor.hpp"
#include "plain_nasbench201.hpp"

namespace autodiff = paragon::autodiff;
namespace benchmark = paragon::benchmark;
namespace nn = paragon::nn;
namespace space = paragon::space;
namespace supernet = paragon::supernet;
using paragon_test::cell_of;
using paragon_test::largest_difference;
using paragon_test::normal;

namespace {

constexpr benchmark::nasbench201_network around{.channels = 4, .cells_per_stage = 2, .classes = 5, .image_size = 8};

/// A supernet in which everything takes part: gains, biases and kept statistics are random.
template <class T, class Sharing>
supernet::supernet<benchmark::nasbench201_supernet<Sharing>, T> stirred(Sharing sharing) {
  nn::parameters<T> store;
  nn::parameters<T> kept;
  const benchmark::nasbench201_supernet<Sharing> network(store, kept, benchmark::nasbench201{around}, {.seed = 7},
                                                         sharing);
  for (const auto& e : store.entries()) {
    if (e.where.extents.rank() == 1) store.assign(e.where, normal<T>(e.where.extents, 400, 0.5, 1).span());
  }
  for (const auto& e : kept.entries()) {
    const double centre = e.name.ends_with("variance") ? 1.5 : 0;
    kept.assign(e.where, normal<T>(e.where.extents, 401, 0.2, centre).span());
  }
  return {network, std::move(store), std::move(kept)};
}

template <class Network, class T>
std::vector<T> logits(const supernet::supernet<Network, T>& net, const paragon::tensor<T>& images,
                      const benchmark::nasbench201_cell& cell, bool running = false) {
  autodiff::evaluation<T> context;
  const auto theta = nn::freeze(context, net.store());
  const auto x = context.constant(images);
  const auto y = running ? net.logits(theta, x, cell, nn::running_statistics(nn::freeze(context, net.kept())))
                         : net.logits(theta, x, cell);
  return {y.data(), y.data() + y.size()};
}

/// All operations, zeros in front of each of them, dead ends, no way to the output; and cells drawn at random.
std::vector<benchmark::nasbench201_cell> cells() {
  std::vector<benchmark::nasbench201_cell> all;
  for (const auto& digits : std::vector<std::array<int, 6>>{{3, 2, 4, 1, 2, 3},
                                                            {0, 3, 2, 1, 3, 2},
                                                            {0, 0, 1, 0, 4, 3},
                                                            {2, 3, 3, 4, 0, 0},
                                                            {0, 0, 0, 0, 0, 0},
                                                            {3, 3, 0, 0, 0, 0},
                                                            {0, 0, 3, 0, 3, 0},
                                                            {0, 2, 3, 0, 3, 4},
                                                            {0, 0, 2, 1, 2, 3},
                                                            {2, 2, 2, 2, 2, 2}}) {
    all.push_back(cell_of(digits));
  }
  for (std::size_t i = 0; i < 30; ++i) all.push_back(space::uniform(benchmark::nasbench201{}, {.seed = 8}, i));
  return all;
}

/// \param bound  0 where the same numbers are computed
template <class T, class Sharing>
void check_logits(Sharing sharing, double bound) {
  const auto net = stirred<T>(sharing);
  const auto images = normal<T>({6, 8, 8, 3}, 402);
  for (const auto& cell : cells()) {
    CAPTURE(benchmark::to_string(cell));
    const auto cut = benchmark::cut_out(net, cell);
    CHECK(cut.store().size() == static_cast<std::size_t>(net.space().parameters(cell)));
    const auto expected = logits(net, images, cell);
    REQUIRE(expected.size() == 30);
    CHECK(largest_difference(logits(cut, images, cell), expected, 30) <= bound);
    // Whatever the supernet keeps, the cell's network keeps the same.
    const auto kept = logits(net, images, cell, true);
    CHECK(largest_difference(logits(cut, images, cell, true), kept, 30) <= bound);
    // The cell's own statistics, taken by the one and by the other.
    auto calibrated = net;
    calibrated.recalibrate(cell, images.data(), images.shape(), 2);
    auto later = cut;
    later.recalibrate(cell, images.data(), images.shape(), 2);
    const auto own = logits(calibrated, images, cell, true);
    CHECK(largest_difference(logits(later, images, cell, true), own, 30) <= 10 * bound);
    CHECK(largest_difference(logits(benchmark::cut_out(calibrated, cell), images, cell, true), own, 30) <= 10 * bound);
  }
}

}  // namespace

TEST_CASE("supernet: a cell that is cut out gives the supernet's logits") {
  // Numbers of a size of 10: the bounds are those of rounding, and 0 where nothing is rounded in another way.
  SUBCASE("entangled") { check_logits<double>(benchmark::entangled{}, 0); }
  SUBCASE("separate") { check_logits<double>(benchmark::separate{}, 0); }
  SUBCASE("entangled, with biases") { check_logits<double>(benchmark::entangled{.bias = true}, 1e-12); }
  SUBCASE("separate, with biases") { check_logits<double>(benchmark::separate{.bias = true}, 1e-12); }
  SUBCASE("in single precision") { check_logits<float>(benchmark::entangled{}, 0); }
}

TEST_CASE("supernet: a cell that is cut out begins with gains of 1 and biases of 0 in its cells") {
  const auto cell = cell_of({3, 2, 4, 1, 2, 3});
  const auto cut = benchmark::cut_out(stirred<float>(benchmark::entangled{.bias = true}), cell);
  std::size_t found = 0;
  for (const auto& [name, where] : cut.store().entries()) {
    if (name.find(".edge") == std::string::npos || name.find(".norm.") == std::string::npos) continue;
    ++found;
    for (std::size_t i = 0; i < where.extents.size(); ++i) {
      CHECK(cut.store().data()[where.offset + i] == (name.ends_with(".weight") ? 1.0F : 0.0F));
    }
  }
  CHECK(found == 2 * 4 * 6);  // of four convolutions in six cells
}

TEST_CASE("supernet: what is trained on leaves the supernet as it was") {
  const auto net = stirred<double>(benchmark::entangled{});
  const auto before = net.store().values().to_vector();
  const auto cell = cell_of({3, 2, 4, 1, 2, 3});
  auto cut = benchmark::cut_out(net, cell);
  for (double& w : cut.store().values().span()) w += 1;
  CHECK(net.store().values().to_vector() == before);
  CHECK_THROWS_WITH_AS(logits(cut, normal({1, 8, 8, 3}, 403), cell_of({1, 1, 1, 1, 1, 1})),
                       doctest::Contains("another cell"), paragon::error);
}

TEST_CASE("supernet: a cell's network is the same again after it was saved") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "network.safetensors";
  const auto images = normal<float>({2, 8, 8, 3}, 404);
  for (const auto& cell : cells()) {
    CAPTURE(benchmark::to_string(cell));
    const auto net = benchmark::cut_out(stirred<float>(benchmark::entangled{}), cell);
    benchmark::save_cell_network(path, net, {{"note", "text"}});
    const auto read = benchmark::load_cell_network(path);
    CHECK(read.space() == net.space());
    CHECK(read.network().sharing() == net.network().sharing());
    CHECK(read.store().values().to_vector() == net.store().values().to_vector());
    CHECK(read.kept().values().to_vector() == net.kept().values().to_vector());
    CHECK(logits(read, images, cell, true) == logits(net, images, cell, true));
    CHECK(paragon::safetensors_file(path).metadata().at("note") == "text");
  }
}

TEST_CASE("supernet: files that are not a cell's network are refused") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder / "file.safetensors";
  const auto net = stirred<float>(benchmark::entangled{});
  const auto refused = [&](paragon::safetensors_file::metadata_map metadata, const char* text) {
    nn::save_weights(path, net.store(), metadata);
    CHECK_THROWS_WITH_AS((void)benchmark::load_cell_network(path), doctest::Contains(text), paragon::error);
  };
  const std::string cell = benchmark::to_string(cell_of({3, 2, 4, 1, 2, 3}));
  refused({}, "width nothing in the metadata; expected a whole number above 0");
  refused({{"width", "-4"}}, "width -4 in the metadata");
  refused({{"width", "4"}, {"cells", "2 or so"}}, "cells 2 or so in the metadata");
  refused({{"width", "4"}, {"cells", "2"}, {"classes", "5"}, {"image_size", "8"}}, "no architecture");
  refused({{"width", "5"}, {"cells", "2"}, {"classes", "5"}, {"image_size", "8"}, {"architecture", cell}},
          "tensor \"stem.weight\": shape (3, 3, 3, 4); expected (3, 3, 3, 5)");
  refused({{"width", "4"}, {"cells", "2"}, {"classes", "5"}, {"image_size", "8"}, {"architecture", "|none~0|"}},
          "\"|none~0|\" at character 8");
  refused({{"width", "4"}, {"cells", "2"}, {"classes", "5"}, {"image_size", "8"}, {"architecture", cell}},
          "file.safetensors");  // a supernet's weights
  CHECK_THROWS_WITH_AS((void)benchmark::load_cell_network(folder / "none.safetensors"),
                       doctest::Contains("none.safetensors"), paragon::error);
}
