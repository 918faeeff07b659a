// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include <paragon/autodiff/arena.hpp>
#include <paragon/backend/cpu.hpp>

using arena = paragon::autodiff::arena<paragon::backend::cpu>;

TEST_CASE("autodiff: pieces of an arena are aligned and do not overlap") {
  arena memory;
  std::vector<std::pair<std::uintptr_t, std::size_t>> taken;
  for (const std::size_t bytes : {0UL, 1UL, 63UL, 64UL, 65UL, 70000UL, 5UL, 200000UL, 64UL}) {
    auto* piece = memory.take(bytes);
    for (std::size_t i = 0; i < bytes; ++i) piece[i] = std::byte{1};
    const auto at = reinterpret_cast<std::uintptr_t>(piece);
    CHECK(at % 64 == 0);
    for (const auto& [other, length] : taken) CHECK((at + bytes <= other || other + length <= at));
    taken.emplace_back(at, bytes);
  }
}

TEST_CASE("autodiff: an arena gives the same memory again after a rewind") {
  arena memory;
  const std::vector<std::size_t> sizes{10, 40000, 40000, 1000000, 3, 64, 900000};
  std::vector<std::byte*> first;
  for (const std::size_t n : sizes) first.push_back(memory.take(n));
  const std::size_t blocks = memory.blocks();
  CHECK(blocks > 1);
  for (int step = 0; step < 3; ++step) {
    memory.rewind();
    for (std::size_t i = 0; i < sizes.size(); ++i) CHECK(memory.take(sizes[i]) == first[i]);
    CHECK(memory.blocks() == blocks);
  }
}

TEST_CASE("autodiff: blocks of an arena double, so their number grows with the logarithm of the memory") {
  arena memory;
  for (int i = 0; i < 1'000'000; ++i) static_cast<void>(memory.take(64));
  CHECK(memory.blocks() <= 11);  // 64 KiB (2^10 - 1) < 64 MB
}
