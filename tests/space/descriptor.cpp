// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/space/descriptor.hpp>

using namespace paragon::benchmark;
using namespace paragon::space;

namespace {

struct smallest {
  using architecture = int;
  std::size_t decisions() const { return 1; }
  std::size_t choices(std::size_t) const { return 2; }
  std::size_t features() const { return 0; }
  void describe(int a, std::span<choice_index> choices, std::span<double>) const {
    choices[0] = static_cast<choice_index>(a & 1);
  }
};
struct without_features : smallest {
  std::size_t features() const = delete;
};
struct writes_no_features : smallest {
  void describe(int, std::span<choice_index>) const {}
};
struct changes_itself : smallest {
  void describe(int, std::span<choice_index>, std::span<double>) {}
};
struct of_nothing {
  std::size_t decisions() const { return 1; }
};

static_assert(architecture_descriptor<smallest>);
static_assert(!architecture_descriptor<without_features> && !architecture_descriptor<writes_no_features>);
static_assert(!architecture_descriptor<changes_itself> && !architecture_descriptor<of_nothing>);
static_assert(!architecture_descriptor<int>);
static_assert(architecture_descriptor<choice_descriptor<nasbench201>>);

}  // namespace

TEST_CASE("space: the descriptor of choices writes the choices") {
  const choice_descriptor<nasbench201> d;
  CHECK(d.decisions() == 6);
  CHECK(d.choices(3) == 5);
  CHECK(d.features() == 0);
  const nasbench201 cells;
  std::array<choice_index, 6> choices{};
  for (std::uint64_t i = 0; i < cells.size(); i += 97) {
    d.describe(cells.at(i), choices, {});
    CHECK(cells.from_choices(choices) == cells.at(i));
  }
}
