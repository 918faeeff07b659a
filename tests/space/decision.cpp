// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <paragon/core/error.hpp>
#include <paragon/core/json.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/space/choice_notation.hpp>
#include <paragon/space/decision.hpp>
#include <paragon/space/decision_descriptor.hpp>
#include <paragon/space/decision_graph.hpp>
#include <paragon/space/described.hpp>
#include <paragon/space/neighbours.hpp>
#include <paragon/space/sample.hpp>
#include <paragon/space/shape.hpp>

namespace {

/// A space that says nothing of its decisions: three of 2, 3 and 4 choices.
struct silent_space {
  using architecture = std::array<paragon::space::choice_index, 3>;
  std::string_view name() const { return "silent"; }
  std::size_t decisions() const { return 3; }
  std::size_t choices(std::size_t d) const { return 2 + d; }
  std::size_t choice(const architecture& a, std::size_t d) const { return a[d]; }
  architecture from_choices(std::span<const paragon::space::choice_index> row) const {
    paragon::space::require_choices(*this, row);
    return {row[0], row[1], row[2]};
  }
  std::string to_string(const architecture& a) const { return paragon::space::write_choices(*this, a); }
  architecture parse(std::string_view text) const { return paragon::space::read_choices(*this, text); }
};
static_assert(paragon::space::search_space<silent_space>);
static_assert(paragon::space::architecture_descriptor<paragon::space::decision_descriptor<silent_space>>);
static_assert(paragon::space::linear_graph_encoding<paragon::space::decision_graph<silent_space>>);
static_assert(paragon::space::decodable_graph_encoding<paragon::space::decision_graph<silent_space>, double>);
using absent_graph = paragon::space::decision_graph<silent_space, paragon::space::inactive_absent>;
static_assert(paragon::space::decodable_graph_encoding<absent_graph>);
static_assert(!paragon::space::linear_graph_encoding<absent_graph>);

/// The same, where the last decision exists only if the first has its second choice; results convert, as all may.
struct telling_space : silent_space {
  struct truth {
    bool value;
    operator bool() const { return value; }
  };
  architecture from_choices(std::span<const paragon::space::choice_index> row) const {
    architecture a = silent_space::from_choices(row);
    if (a[0] == 0) a[2] = 0;
    return a;
  }
  const char* decision_name(std::size_t d) const { return std::array{"gate", "kind", "width"}[d]; }
  truth ordered(std::size_t d) const { return {d == 2}; }
  truth active(const architecture& a, std::size_t d) const { return {d < 2 || a[0] == 1}; }
  float choice_value(std::size_t, std::size_t c) const { return std::array{1.0F, 4.0F, 16.0F, 64.0F}[c]; }
  const char* choice_text(std::size_t, std::size_t c) const { return c == 0 ? "first" : "other"; }
};
static_assert(paragon::space::search_space<telling_space>);

paragon::space::described small_described() {
  return paragon::space::described(paragon::json::parse(R"({"name": "s", "decisions": [
    {"name": "depth", "choices": [1, 2], "ordered": true},
    {"name": "op1", "group": "op", "choices": ["conv", "pool", "none"]},
    {"name": "op2", "group": "op", "choices": ["conv", "pool", "none"], "active_if": {"depth": [2]}},
    {"name": "width", "range": [8, 512, 8], "active_if": {"op1": ["conv"]}},
    {"name": "free", "choices": [true, false]}]})"));
}

}  // namespace

TEST_CASE("space: a space that says nothing of its decisions has defaults for all of it") {
  const silent_space s;
  const silent_space::architecture a{1, 2, 3};
  CHECK(paragon::space::decision_name(s, 2) == "decision 2");
  CHECK(paragon::space::choice_text(s, 2, 3) == "3");
  CHECK(paragon::space::group_of(s, 2) == 2);
  CHECK_FALSE(paragon::space::is_ordered(s, 2));
  CHECK(std::isnan(paragon::space::choice_value(s, 2, 3)));
  CHECK(paragon::space::is_active(s, a, 2));
  CHECK_FALSE(paragon::space::is_conditional(s, 2));
  CHECK(paragon::space::place_on_scale(s, 2, 1) == doctest::Approx(1.0 / 3));
  CHECK(paragon::space::place_on_scale(s, 0, 1) == 1);
}

TEST_CASE("space: what a space says of its decisions is asked by free functions") {
  const telling_space s;
  const auto a = s.from_choices(std::array<paragon::space::choice_index, 3>{0, 2, 3});
  CHECK(paragon::space::decision_name(s, 2) == "width");
  CHECK(paragon::space::choice_text(s, 2, 3) == "other");
  CHECK(paragon::space::is_ordered(s, 2));
  CHECK_FALSE(paragon::space::is_ordered(s, 1));
  CHECK_FALSE(paragon::space::is_active(s, a, 2));
  CHECK(paragon::space::is_active(s, a, 1));
  CHECK(paragon::space::is_conditional(s, 1));  // it may be, for all that the space says
  CHECK(paragon::space::place_on_scale(s, 2, 0) == 0);
  CHECK(paragon::space::place_on_scale(s, 2, 1) == doctest::Approx(1.0 / 3));  // 1, 4, 16, 64: by the logarithm
  CHECK(paragon::space::place_on_scale(s, 2, 3) == 1);
  CHECK(paragon::space::place_on_scale(s, 0, 1) == 1);
}

TEST_CASE("space: a scale is logarithmic beyond a decade, up or down, and one of places below") {
  const paragon::space::described s(paragon::json::parse(R"({"name": "s", "decisions": [
    {"name": "a", "range": [1, 100, 1]}, {"name": "b", "choices": [100, 10, 1], "ordered": true},
    {"name": "c", "choices": [1, 2, 10], "ordered": true}, {"name": "d", "range": [-50, 50, 25]},
    {"name": "e", "choices": [7], "ordered": true}, {"name": "f", "choices": [-1, -10, -1000], "ordered": true}]})"));
  CHECK(paragon::space::place_on_scale(s, 0, 9) == doctest::Approx(0.5));
  CHECK(paragon::space::place_on_scale(s, 0, 99) == doctest::Approx(1));
  CHECK(paragon::space::place_on_scale(s, 1, 1) == doctest::Approx(0.5));
  CHECK(paragon::space::place_on_scale(s, 1, 0) == 0);
  CHECK(paragon::space::place_on_scale(s, 2, 1) == 0.5);
  CHECK(paragon::space::place_on_scale(s, 3, 1) == 0.25);
  CHECK(paragon::space::place_on_scale(s, 4, 0) == 0);
  CHECK(paragon::space::place_on_scale(s, 5, 1) == 0.5);
}

TEST_CASE("space: the descriptor of decisions has choices for the unordered and numbers for the ordered") {
  const auto describe = [](const auto& descriptor, const auto& a, std::vector<paragon::space::choice_index>& choices) {
    choices.assign(descriptor.decisions(), 99);
    std::vector<double> features(descriptor.features(), 99);
    descriptor.describe(a, choices, features);
    return features;
  };
  std::vector<paragon::space::choice_index> choices;
  const paragon::space::decision_descriptor<silent_space> silent;
  CHECK(silent.decisions() == 3);
  CHECK(silent.choices(2) == 4);
  CHECK(silent.features() == 0);
  CHECK(describe(silent, silent_space::architecture{1, 2, 3}, choices).empty());
  CHECK(choices == std::vector<paragon::space::choice_index>{1, 2, 3});

  const paragon::space::described s = small_described();
  const paragon::space::decision_descriptor some(s);
  REQUIRE(some.decisions() == 3);  // op1, op2, free
  CHECK(some.choices(0) == 4);     // with that of an inactive op2, for they share an embedding
  CHECK(some.choices(1) == 4);
  CHECK(some.choices(2) == 2);
  CHECK(some.group(0) == some.group(1));
  CHECK(some.group(0) != some.group(2));
  REQUIRE(some.features() == 3);  // depth, width, whether width is active
  CHECK(describe(some, s.parse(R"({"depth":1,"op1":"pool","free":false})"), choices) == std::vector<double>{0, 0.5, 0});
  CHECK(choices == std::vector<paragon::space::choice_index>{1, 3, 1});
  const auto wide = describe(some, s.parse(R"({"depth":2,"op1":"conv","op2":"none","width":64,"free":true})"), choices);
  CHECK(choices == std::vector<paragon::space::choice_index>{0, 2, 0});
  CHECK(wide[0] == 1);
  CHECK(wide[1] == doctest::Approx(0.5));  // 8 to 512: 64 is in the middle
  CHECK(wide[2] == 1);

  const paragon::space::described grouped(paragon::json::parse(R"({"name": "s", "decisions": [
    {"name": "depth", "choices": [1, 2], "ordered": true},
    {"name": "k1", "group": "k", "choices": [3, 5, 7], "ordered": true},
    {"name": "k2", "group": "k", "choices": [3, 5, 7], "ordered": true, "active_if": {"depth": [2]}}]})"));
  const paragon::space::decision_descriptor kernels(grouped);
  CHECK(describe(kernels, grouped.parse(R"({"depth":1,"k1":5})"), choices) == std::vector<double>{0, 0.5, 0.5, 0, 1});
  CHECK(describe(kernels, grouped.parse(R"({"depth":2,"k1":5,"k2":3})"), choices) ==
        std::vector<double>{1, 0.5, 0, 1, 1.5});
}

TEST_CASE("space: the graph of any space decodes to what was encoded, and its entries are where it says") {
  const auto check = [](const auto& space, paragon::space::decision_columns columns) {
    const paragon::space::decision_graph graph(space, columns);
    using space_type = std::remove_cvref_t<decltype(space)>;
    const paragon::space::decision_graph<space_type, paragon::space::inactive_absent> absent(space, columns);
    REQUIRE(graph.nodes() == space.decisions());
    std::vector<float> x(graph.nodes() * graph.features(), 7.0F);
    std::vector<float> y(x.size(), 7.0F);
    for (std::uint64_t i = 0; i < 50; ++i) {
      const auto a = paragon::space::uniform(space, {.seed = 6}, i);
      graph.encode(a, std::span<float>(x));
      absent.encode(a, std::span<float>(y));
      REQUIRE(graph.decode(std::span<const float>(x)) == a);
      REQUIRE(absent.decode(std::span<const float>(y)) == a);
      float sum = 0;
      for (const float entry : x) sum += entry;
      REQUIRE(sum == static_cast<float>(space.decisions()));
      for (std::size_t d = 0; d < space.decisions(); ++d) {
        for (std::size_t c = 0; c < space.choices(d); ++c) {
          const std::size_t at = graph.position(d, c);
          REQUIRE(at / graph.features() == d);
          REQUIRE(x[at] == (space.choice(a, d) == c ? 1.0F : 0.0F));
          REQUIRE(y[at] == (paragon::space::is_active(space, a, d) ? x[at] : 0.0F));
        }
      }
    }
    // Any matrix is an architecture.
    for (std::size_t e = 0; e < x.size(); ++e) x[e] = static_cast<float>(paragon::random_key{.seed = 7}.normal(e));
    const auto a = graph.decode(std::span<const float>(x));
    CHECK(space.from_choices(paragon::space::choices_of(space, a)) == a);
    x[0] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_AS((void)graph.decode(std::span<const float>(x)), paragon::error);
    CHECK_THROWS_AS((void)graph.decode(std::span<const float>(x).first(1)), paragon::error);
    std::vector<float> links(graph.nodes() * graph.nodes());
    graph.adjacency(std::span<float>(links));
    CHECK(links == std::vector<float>(links.size(), 1.0F));
    return graph.features();
  };
  using paragon::space::decision_columns;
  CHECK(check(silent_space{}, decision_columns::by_group) == 9);
  CHECK(check(silent_space{}, decision_columns::shared) == 4);
  CHECK(check(telling_space{}, decision_columns::by_group) == 9);
  CHECK(check(small_described(), decision_columns::by_group) == 2 + 3 + 64 + 2);
  CHECK(check(small_described(), decision_columns::shared) == 64);

  const paragon::space::decision_graph graph(small_described());
  CHECK(graph.position(1, 2) % graph.features() == graph.position(2, 2) % graph.features());  // one group
  CHECK(graph.node_names() == std::vector<std::string>{"depth", "op1", "op2", "width", "free"});
  const auto names = graph.feature_names();
  CHECK(names[1] == "depth 2");
  CHECK(names[3] == "op1 pool");
  CHECK(names[5] == "width 8");
  CHECK(names.back() == "free false");
  const paragon::space::decision_graph shared(small_described(), decision_columns::shared);
  CHECK(shared.feature_names()[2] == "choice 2");
}

namespace {

struct uneven_group : silent_space {
  std::size_t group(std::size_t) const { return 0; }
};

}  // namespace

TEST_CASE("space: a graph whose groups share columns refuses groups that differ in their choices") {
  CHECK_THROWS_WITH_AS(paragon::space::decision_graph<uneven_group>(uneven_group{}),
                       "space::decision_graph: decisions 0 and 1 of one group with 2 and 3 choices; "
                       "expected equally many",
                       paragon::error);
  CHECK(paragon::space::decision_graph<uneven_group>(uneven_group{}, paragon::space::decision_columns::shared)
            .features() == 4);
}
