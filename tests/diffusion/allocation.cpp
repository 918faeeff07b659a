// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// Counts the calls of the global operator new of this program: from the second evaluation on there is none.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

#include <paragon/diffusion/score_evaluator.hpp>
#include <paragon/diffusion/score_graph.hpp>

namespace {

std::atomic<std::size_t> allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  bytes = (bytes + alignment - 1) / alignment * alignment;
  void* memory = alignment <= alignof(std::max_align_t) ? std::malloc(bytes) : std::aligned_alloc(alignment, bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes, alignof(std::max_align_t)); }
void* operator new[](std::size_t bytes) { return counted(bytes, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t a) { return counted(bytes, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t bytes, std::align_val_t a) { return counted(bytes, static_cast<std::size_t>(a)); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace df = paragon::diffusion;
using paragon::shape;
using paragon::tensor;

TEST_CASE("diffusion: from the second evaluation on nothing is allocated") {
  const df::score_network_settings settings{
      .nodes = 8, .operators = 7, .width = 16, .layers = 24, .heads = 4, .inner = 24, .head = 384};
  paragon::nn::parameters<float> store;
  const df::score_network<df::one_hot_rows> network(store, settings, {.seed = 1});
  df::score_evaluator<float> score(network, store, df::full_mask(8), {.strassen = 1});
  score.prepare(std::array<df::moment, 2>{df::moment{0.5, 1, 2, 2}, df::moment{0.4, 1, 1, 1}});
  const tensor<float> x(shape{70, 8, 7});
  tensor<float> out(x.shape());
  const std::size_t start = allocations;
  const std::vector<int> counted_as_well(10);
  REQUIRE(allocations == start + 1);
  score.evaluate(x, 0, out);
  const std::size_t before = allocations;
  score.evaluate(x, 1, out);
  score.denoise(x, 1, out);
  CHECK(allocations == before);
}
