// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smallest models of the concepts of search spaces, as docs/concepts.md quotes them.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <paragon/predictor/gaussian_process.hpp>
#include <paragon/space/choice_notation.hpp>
#include <paragon/space/cost_features.hpp>
#include <paragon/space/decode.hpp>
#include <paragon/space/descriptor.hpp>
#include <paragon/space/enumerate.hpp>
#include <paragon/space/neighbours.hpp>

namespace {

//! [search_space]
struct depth_and_width {
  struct architecture {
    int depth = 1;
    int width = 8;
    friend bool operator==(architecture, architecture) = default;
  };

  std::string_view name() const { return "depth_and_width"; }
  std::size_t decisions() const { return 2; }
  std::size_t choices(std::size_t d) const { return d == 0 ? 4 : 3; }
  std::size_t choice(architecture a, std::size_t d) const {
    return static_cast<std::size_t>(d == 0 ? a.depth - 1 : a.width / 16);
  }
  architecture from_choices(std::span<const paragon::space::choice_index> row) const {
    paragon::space::require_choices(*this, row);
    return {row[0] + 1, 8 << row[1]};
  }
  std::string to_string(architecture a) const { return paragon::space::write_choices(*this, a); }
  architecture parse(std::string_view text) const { return paragon::space::read_choices(*this, text); }
};
static_assert(paragon::space::search_space<depth_and_width>);
//! [search_space]

//! [enumerable_space]
struct numbered : depth_and_width {
  std::uint64_t size() const { return 12; }
  std::uint64_t index(architecture a) const { return 3 * choice(a, 0) + choice(a, 1); }
  architecture at(std::uint64_t i) const { return {static_cast<int>(i / 3) + 1, 8 << i % 3}; }
};
static_assert(paragon::space::enumerable_space<numbered>);
//! [enumerable_space]

//! [costed_space]
struct costed : depth_and_width {
  double parameters(architecture a) const { return a.depth * a.width * a.width; }
  double macs(architecture a) const { return 1024 * parameters(a); }
};
static_assert(paragon::space::costed_space<costed>);
//! [costed_space]

//! [relaxed_costed_space]
struct relaxed_costed : costed {
  /// E[depth] E[width^2]; the row has the probabilities of four depths, then of three widths.
  double expected_parameters(std::span<const double> row, std::span<double> gradient) const {
    const double depth = row[0] + 2 * row[1] + 3 * row[2] + 4 * row[3];
    const double square = 64 * row[4] + 256 * row[5] + 1024 * row[6];
    for (std::size_t c = 0; c < gradient.size(); ++c) {
      gradient[c] = c < 4 ? static_cast<double>(c + 1) * square : depth * std::array{64.0, 256.0, 1024.0}[c - 4];
    }
    return depth * square;
  }
  double expected_macs(std::span<const double> row, std::span<double> gradient) const {
    const double macs = 1024 * expected_parameters(row, gradient);
    for (double& g : gradient) g *= 1024;
    return macs;
  }
};
static_assert(paragon::space::relaxed_costed_space<relaxed_costed>);
//! [relaxed_costed_space]

//! [graph_encoding]
struct chain_of_layers {
  using architecture = depth_and_width::architecture;
  std::size_t nodes() const { return 4; }     // one for each layer there may be
  std::size_t features() const { return 1; }  // its width, 0 where it is absent
  void encode(architecture a, std::span<float> x) const {
    for (int i = 0; i < 4; ++i) x[static_cast<std::size_t>(i)] = i < a.depth ? static_cast<float>(a.width) : 0.0F;
  }
  void adjacency(std::span<float> m) const {  // row i, column j: layer j reads layer i
    for (std::size_t i = 0; i < 16; ++i) m[i] = i % 4 == i / 4 + 1 ? 1.0F : 0.0F;
  }
};
static_assert(paragon::space::graph_encoding<chain_of_layers>);
//! [graph_encoding]

//! [architecture_descriptor]
struct depth_and_size {
  using architecture = depth_and_width::architecture;
  std::size_t decisions() const { return 1; }
  std::size_t choices(std::size_t) const { return 4; }
  std::size_t features() const { return 1; }
  void describe(architecture a, std::span<paragon::space::choice_index> choices, std::span<double> features) const {
    choices[0] = static_cast<paragon::space::choice_index>(a.depth - 1);
    features[0] = a.depth * a.width;
  }
};
static_assert(paragon::space::architecture_descriptor<depth_and_size>);
//! [architecture_descriptor]

//! [cost_features]
/// A constant and the expected depth.
struct constant_and_depth {
  std::size_t choices() const { return 7; }
  std::size_t features() const { return 2; }
  std::size_t hypotheses() const { return 1; }
  template <class T>
  void evaluate(std::size_t, std::span<const T> row, std::span<T> out) const {
    out[0] = 1;
    out[1] = row[0] + 2 * row[1] + 3 * row[2] + 4 * row[3];
  }
  template <class T>
  void add_adjoint(std::size_t, std::span<const T>, std::span<const T> upstream, std::span<T> gradient) const {
    for (std::size_t c = 0; c < 4; ++c) gradient[c] += static_cast<T>(c + 1) * upstream[1];
  }
};
static_assert(paragon::space::cost_features<constant_and_depth>);
//! [cost_features]

}  // namespace

TEST_CASE("concepts: the smallest spaces are usable") {
  const numbered space;
  const auto all = paragon::space::all_architectures(space);
  REQUIRE(all.size() == 12);
  for (std::uint64_t i = 0; i < 12; ++i) {
    CHECK(space.index(all[i]) == i);
    CHECK(space.parse(space.to_string(all[i])) == all[i]);
    CHECK(space.from_choices(paragon::space::choices_of(space, all[i])) == all[i]);
    std::array<double, 7> row{};
    row[space.choice(all[i], 0)] = row[4 + space.choice(all[i], 1)] = 1;
    CHECK(relaxed_costed{}.expected_parameters(row, {}) == costed{}.parameters(all[i]));
    CHECK(relaxed_costed{}.expected_macs(row, {}) == costed{}.macs(all[i]));
  }
  CHECK(paragon::space::decode<float>(space, std::array{0.F, 1.F, 0.F, 0.F, 0.F, 0.F, 2.F}) ==
        numbered::architecture{2, 32});

  paragon::predictor::gaussian_process<depth_and_size> gp;
  std::vector<double> sizes;
  for (const auto& a : all) sizes.push_back(a.depth * a.width);
  gp.train(all, sizes);
  CHECK(gp.predict(all).size() == 12);
}
