// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <span>
#include <string>
#include <vector>

#include <paragon/benchmark/nasbench201/flow_features.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/core/error.hpp>
#include <paragon/space/cost_features.hpp>
#include <paragon/space/one_hot.hpp>

namespace benchmark = paragon::benchmark;
namespace space = paragon::space;

namespace {

/// The smallest model: the cost is a constant.
struct archetype {
  std::size_t choices() const { return 2; }
  std::size_t features() const { return 1; }
  std::size_t hypotheses() const { return 1; }
  template <class T>
  void evaluate(std::size_t, std::span<const T>, std::span<T> out) const {
    out[0] = T(1);
  }
  template <class T>
  void add_adjoint(std::size_t, std::span<const T>, std::span<const T>, std::span<T>) const {}
};
static_assert(space::cost_features<archetype> && space::cost_features<archetype, double>);
static_assert(space::cost_features<benchmark::nasbench201_flow_features>);
static_assert(space::cost_features<space::additive_features<benchmark::nasbench201>, double>);

struct without_adjoint {
  std::size_t choices() const { return 2; }
  std::size_t features() const { return 1; }
  std::size_t hypotheses() const { return 1; }
  template <class T>
  void evaluate(std::size_t, std::span<const T>, std::span<T>) const {}
};
struct without_hypotheses {
  std::size_t choices() const { return 2; }
  std::size_t features() const { return 1; }
  template <class T>
  void evaluate(std::size_t, std::span<const T>, std::span<T>) const {}
  template <class T>
  void add_adjoint(std::size_t, std::span<const T>, std::span<const T>, std::span<T>) const {}
};
static_assert(!space::cost_features<without_adjoint> && !space::cost_features<without_hypotheses>);
static_assert(!space::cost_features<int>);

/// A space with decisions of different sizes.
struct uneven {
  struct architecture {
    std::array<space::choice_index, 3> at{};
    friend bool operator==(architecture, architecture) = default;
  };
  static std::string_view name() { return "uneven"; }
  static std::size_t decisions() { return 3; }
  static std::size_t choices(std::size_t d) { return d == 0 ? 3 : d == 1 ? 1 : 4; }
  static std::size_t choice(architecture a, std::size_t d) { return a.at[d]; }
  static architecture from_choices(std::span<const space::choice_index> row) { return {{row[0], row[1], row[2]}}; }
  static std::string to_string(architecture) { return {}; }
  static architecture parse(std::string_view) { return {}; }
};

}  // namespace

TEST_CASE("space: additive features are 1 and every choice but the first of each decision") {
  const space::additive_features features{uneven{}};
  CHECK(features.choices() == 8);
  CHECK(features.features() == 6);
  CHECK(features.hypotheses() == 1);
  const std::vector<double> row{0.1, 0.2, 0.7, 1, 0.4, 0.3, 0.2, 0.15};
  std::vector<double> out(6, -1);
  features.evaluate<double>(0, row, out);
  CHECK(out == std::vector<double>{1, 0.2, 0.7, 0.3, 0.2, 0.15});
}

TEST_CASE("space: additive features are linear, so their adjoint is the transpose of what they do to unit rows") {
  const space::additive_features features{uneven{}};
  const std::vector<double> zero(8, 0.0);
  std::vector<double> base(6);
  features.evaluate<double>(0, zero, base);
  for (std::size_t i = 0; i < 6; ++i) {
    std::vector<double> upstream(6, 0.0);
    upstream[i] = 2;
    std::vector<double> gradient(8, 0.5);  // the adjoint adds
    features.add_adjoint<double>(0, zero, upstream, gradient);
    for (std::size_t k = 0; k < 8; ++k) {
      std::vector<double> row = zero;
      row[k] = 1;
      std::vector<double> out(6);
      features.evaluate<double>(0, row, out);
      CHECK(gradient[k] == 0.5 + 2 * (out[i] - base[i]));
    }
  }
}

TEST_CASE("space: additive features tell architectures apart that differ in one decision") {
  const benchmark::nasbench201 cells;
  const space::additive_features features{cells};
  CHECK(features.features() == 25);
  std::array<double, 30> row{};
  std::vector<double> one(25);
  std::vector<double> other(25);
  for (std::uint64_t i = 0; i < 15625; i += 311) {
    auto cell = cells.at(i);
    space::one_hot<double>(cells, cell, row);
    features.evaluate<double>(0, row, one);
    cell.operations[i % 6] =
        static_cast<benchmark::nasbench201_operation>((static_cast<std::size_t>(cell.operations[i % 6]) + 1) % 5);
    space::one_hot<double>(cells, cell, row);
    features.evaluate<double>(0, row, other);
    CHECK(one != other);
  }
}
