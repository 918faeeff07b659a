// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/benchmark/nasbench201/supernet.hpp>
#include <paragon/core/parallel.hpp>
#include <paragon/data/image_tasks.hpp>
#include <paragon/nn/parameters.hpp>
#include <paragon/objective/concepts.hpp>
#include <paragon/supernet/rivals.hpp>
#include <paragon/supernet/supernet.hpp>
#include <paragon/supernet/task_accuracy.hpp>

#include "autodiff/random_tensor.hpp"
#include "benchmark/plain_nasbench201.hpp"

namespace autodiff = paragon::autodiff;
namespace benchmark = paragon::benchmark;
namespace data = paragon::data;
namespace nn = paragon::nn;
namespace supernet = paragon::supernet;
using paragon_test::cell_of;
using paragon_test::normal;

namespace {

using classes = std::vector<std::uint32_t>;

/// By the definition: the largest logit among the task's classes, image by image.
template <class T>
double brute_force(std::span<const T> logits, std::size_t width, const classes& labels, const classes& among) {
  std::size_t right = 0;
  std::size_t images = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (std::find(among.begin(), among.end(), labels[i]) == among.end()) continue;
    ++images;
    std::uint32_t said = static_cast<std::uint32_t>(width);
    for (std::uint32_t c = 0; c < width; ++c) {
      if (std::find(among.begin(), among.end(), c) == among.end()) continue;
      if (said == width || logits[i * width + c] > logits[i * width + said]) said = c;
    }
    right += said == labels[i];
  }
  return static_cast<double>(right) / static_cast<double>(images);
}

using net_type = supernet::supernet<benchmark::nasbench201_supernet<>>;

net_type small_supernet(int count) {
  nn::parameters<float> store;
  nn::parameters<float> kept;
  const paragon::benchmark::nasbench201 cells{{.channels = 4, .cells_per_stage = 1, .classes = count, .image_size = 8}};
  const benchmark::nasbench201_supernet network(store, kept, cells, {.seed = 1});
  return {network, store, kept};
}

struct labelled {
  paragon::tensor<float> images;
  classes labels;

  labelled(std::size_t n, std::size_t count, std::uint32_t stream) : images(normal<float>({n, 8, 8, 3}, stream)) {
    for (std::size_t i = 0; i < n; ++i) labels.push_back(static_cast<std::uint32_t>(i % count));
  }
};

using task_accuracy = supernet::task_accuracy<benchmark::nasbench201_supernet<>>;
static_assert(paragon::objective::objective<task_accuracy, paragon::benchmark::nasbench201_cell, data::image_task>);
static_assert(!paragon::objective::objective<task_accuracy, paragon::benchmark::nasbench201_cell, std::size_t>);

}  // namespace

TEST_CASE("supernet: rivals give the accuracy on any part of the classes") {
  const std::uint64_t seed = 7;
  CAPTURE(seed);
  const paragon::random_key key{.seed = seed};
  for (const std::size_t width : {1U, 3U, 64U, 65U, 130U}) {
    CAPTURE(width);
    const std::size_t n = 3 * width + 5;
    std::vector<double> logits(n * width);
    classes labels;
    for (std::size_t i = 0; i < n; ++i) {
      labels.push_back(static_cast<std::uint32_t>(i % width));
      for (std::size_t c = 0; c < width; ++c) {
        // Few different numbers, so that many are equal; the right class is a little ahead.
        logits[i * width + c] = static_cast<double>(key.below(6, i * width + c)) +
                                (c == labels[i] ? static_cast<double>(width) / 64 + 2 : 0);
      }
    }
    supernet::rivals seen(width);
    const std::size_t part = n / 2;
    seen.add(std::span<const double>(logits).first(part * width), std::span(labels).first(part));
    seen.add(std::span<const double>(logits).subspan(part * width), std::span(labels).subspan(part));
    CHECK(seen.images() == n);
    for (std::uint64_t draw = 0; draw < 40; ++draw) {
      classes among(width);
      for (std::size_t c = 0; c < width; ++c) among[c] = static_cast<std::uint32_t>(c);
      key.fork("classes").fork(draw).shuffle(among);
      among.resize(draw == 0 ? width : 1 + key.fork("sizes").below(width, draw));
      CHECK(seen.accuracy(among) == brute_force<double>(logits, width, labels, among));
    }
  }
}

TEST_CASE("supernet: of equal logits the first class is said, and NaN is never right") {
  supernet::rivals seen(3);
  const std::vector<float> logits{1, 1, 1, 1, 1, 1, 1, 1, 1};
  seen.add(std::span<const float>(logits), classes{0, 1, 2});
  CHECK(seen.accuracy(classes{0, 1, 2}) == 1.0 / 3);
  CHECK(seen.accuracy(classes{1, 2}) == 0.5);
  CHECK(seen.accuracy(classes{2}) == 1);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  supernet::rivals broken(2);
  broken.add(std::span<const float>(std::vector<float>{nan, nan, nan, 1, 1, nan}), classes{0, 1, 0});
  CHECK(broken.accuracy(classes{0, 1}) == 0);
}

TEST_CASE("supernet: what rivals cannot tell is refused with what was wrong") {
  CHECK_THROWS_WITH_AS((void)supernet::rivals(0), doctest::Contains("no classes"), paragon::error);
  supernet::rivals seen(3);
  const std::vector<float> logits(6);
  CHECK_THROWS_WITH_AS(seen.add(std::span<const float>(logits), classes{0}), doctest::Contains("6 logits for 1 labels"),
                       paragon::error);
  CHECK_THROWS_WITH_AS(seen.add(std::span<const float>(logits), classes{0, 3}), doctest::Contains("label 3"),
                       paragon::error);
  CHECK(seen.images() == 0);
  seen.add(std::span<const float>(logits), classes{0, 1});
  CHECK_THROWS_WITH_AS((void)seen.accuracy(classes{0, 3}), doctest::Contains("class 3"), paragon::error);
  CHECK_THROWS_WITH_AS((void)seen.accuracy(classes{1, 1}), doctest::Contains("class 1 twice"), paragon::error);
  CHECK_THROWS_WITH_AS((void)seen.accuracy(classes{2}), doctest::Contains("without an image"), paragon::error);
  CHECK_THROWS_WITH_AS((void)seen.accuracy(classes{}), doctest::Contains("0 classes"), paragon::error);
}

TEST_CASE("supernet: a cell's accuracy on a task is that of its logits among the task's classes") {
  const auto net = small_supernet(5);
  const labelled held_out(53, 5, 400);
  const task_accuracy accuracy(net, held_out.images.data(), held_out.images.shape(), held_out.labels, 20);
  CHECK(accuracy.describe().name == "accuracy");
  CHECK(accuracy.describe().sense == paragon::direction::maximise);
  for (const auto& cell : {cell_of({3, 2, 4, 1, 2, 3}), cell_of({1, 0, 0, 3, 0, 0}), cell_of({0, 0, 0, 0, 0, 0})}) {
    // The same batches by hand: normalisation takes the statistics of a batch.
    std::vector<float> logits;
    autodiff::evaluation<float> context;
    for (std::size_t first = 0; first < 53; first += 20) {
      context.clear();
      const std::size_t n = std::min<std::size_t>(20, 53 - first);
      const auto y = net.logits(nn::freeze(context, net.store()),
                                context.constant(held_out.images.data() + first * 192, {n, 8, 8, 3}), cell);
      logits.insert(logits.end(), y.data(), y.data() + y.size());
    }
    for (const classes& among : {classes{0, 1}, classes{2, 4}, classes{1, 2, 3}, classes{0, 1, 2, 3, 4}}) {
      CHECK(accuracy.value(cell, data::image_task{among}) ==
            100 * brute_force<float>(logits, 5, held_out.labels, among));
    }
    const auto all = net.evaluate(cell, held_out.images.data(), held_out.images.shape(), held_out.labels, 20);
    CHECK(accuracy.value(cell, data::image_task{{0, 1, 2, 3, 4}}) == 100 * all.accuracy());
  }
  // One pass for a cell, however many tasks.
  const auto cell = cell_of({3, 2, 4, 1, 2, 3});
  const auto kept = accuracy.rivals_of(cell);
  (void)accuracy.value(cell, data::image_task{{0, 3}});
  CHECK(accuracy.rivals_of(cell) == kept);
  CHECK(accuracy.rivals_of(cell_of({1, 1, 1, 1, 1, 1})) != kept);
  CHECK_THROWS_AS((void)accuracy.value(cell, data::image_task{{5}}), paragon::error);
  CHECK_THROWS_WITH_AS(task_accuracy(net, held_out.images.data(), held_out.images.shape(), classes{0, 1}),
                       doctest::Contains("2 labels for"), paragon::error);
  CHECK_THROWS_WITH_AS(task_accuracy(net, held_out.images.data(), held_out.images.shape(), held_out.labels, 0),
                       doctest::Contains("batches of 0"), paragon::error);
}

TEST_CASE("supernet: accuracies on tasks are the same for any number of threads, also asked at once") {
  const auto net = small_supernet(4);
  const labelled held_out(130, 4, 401);
  const std::vector<paragon::benchmark::nasbench201_cell> cells{
      cell_of({3, 2, 4, 1, 2, 3}), cell_of({2, 2, 2, 2, 2, 2}), cell_of({3, 3, 3, 3, 3, 3}),
      cell_of({1, 4, 0, 3, 1, 2})};
  const std::vector<data::image_task> tasks{{{0, 1}}, {{1, 2, 3}}, {{0, 3}}};
  std::vector<std::vector<double>> found;
  for (const std::size_t threads : {1U, 2U, 3U}) {
    paragon::thread_pool pool(threads);
    const paragon::backend::cpu::use_pool kernels(pool);
    const task_accuracy accuracy(net, held_out.images.data(), held_out.images.shape(), held_out.labels, 50);
    std::vector<double> values(cells.size() * tasks.size());
    pool.for_blocks(values.size(), 1, [&](std::size_t i, std::size_t) {
      values[i] = accuracy.value(cells[i % cells.size()], tasks[i / cells.size()]);
    });
    found.push_back(values);
  }
  CHECK(found[0] == found[1]);
  CHECK(found[0] == found[2]);
}
