// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types that have what a concept asks for and nothing else, neither an order nor a default nor an assignment: every algorithm
// must do with them.
#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <paragon/diffusion/exponential_integrator.hpp>
#include <paragon/diffusion/guidance.hpp>
#include <paragon/diffusion/independent_choices.hpp>
#include <paragon/hypernetwork/concepts.hpp>
#include <paragon/objective/cost.hpp>
#include <paragon/objective/table.hpp>
#include <paragon/predictor/encode.hpp>
#include <paragon/predictor/gaussian_process.hpp>
#include <paragon/preference/scalarisation.hpp>
#include <paragon/search/decode.hpp>
#include <paragon/search/estimators.hpp>
#include <paragon/search/label_selection.hpp>
#include <paragon/search/pomonag.hpp>
#include <paragon/search/scorer.hpp>
#include <paragon/space/choice_table.hpp>
#include <paragon/space/cost_features.hpp>
#include <paragon/space/decision_descriptor.hpp>
#include <paragon/space/decision_graph.hpp>
#include <paragon/space/decode.hpp>
#include <paragon/space/descriptor.hpp>
#include <paragon/space/enumerate.hpp>
#include <paragon/space/hash.hpp>
#include <paragon/space/neighbours.hpp>
#include <paragon/space/one_hot.hpp>
#include <paragon/space/sample.hpp>
#include <paragon/space/shape.hpp>
#include <paragon/supernet/path_sampler.hpp>

namespace {

namespace diffusion = paragon::diffusion;
namespace objective = paragon::objective;
namespace search = paragon::search;
namespace space = paragon::space;

/// What a concept says is convertible to T, and no more.
template <class T>
class convertible {
public:
  explicit convertible(T value) : value_(std::move(value)) {}
  operator T() const { return value_; }

private:
  T value_;
};
using number = convertible<std::size_t>;
using real = convertible<double>;

/// An architecture: a regular type without an order. Two decisions of two and three choices.
class pair {
public:
  pair() = default;
  pair(space::choice_index a, space::choice_index b) : code_(3 * a + b) {}
  friend bool operator==(const pair& x, const pair& y) { return x.code_ == y.code_; }
  [[nodiscard]] std::size_t operator[](std::size_t d) const {
    return static_cast<std::size_t>(d == 0 ? code_ / 3 : code_ % 3);
  }

private:
  int code_ = 0;
};
static_assert(std::regular<pair> && !std::totally_ordered<pair>);

/// `has_decisions`, and no more: it can be neither copied nor made without an argument.
struct decisions_only {
  using architecture = pair;
  explicit decisions_only(int) {}
  decisions_only(const decisions_only&) = delete;
  decisions_only& operator=(const decisions_only&) = delete;
  ~decisions_only() = default;

  number decisions() const { return number(2); }
  number choices(std::size_t d) const { return number(d == 0 ? 2 : 3); }
  number choice(const pair& a, std::size_t d) const { return number(a[d]); }
  pair from_choices(std::span<const space::choice_index> row) const { return {row[0], row[1]}; }
};
static_assert(space::has_decisions<decisions_only> && !std::copyable<decisions_only>);

/// `search_space`, and no more: it can be copied, but not assigned.
struct plain_space {
  using architecture = pair;
  explicit plain_space(int) {}
  plain_space(const plain_space&) = default;
  plain_space& operator=(const plain_space&) = delete;
  ~plain_space() = default;

  number decisions() const { return number(2); }
  number choices(std::size_t d) const { return number(d == 0 ? 2 : 3); }
  number choice(const pair& a, std::size_t d) const { return number(a[d]); }
  pair from_choices(std::span<const space::choice_index> row) const { return {row[0], row[1]}; }
  convertible<std::string_view> name() const { return convertible<std::string_view>("pairs"); }
  convertible<std::string> to_string(const pair& a) const {
    return convertible(std::to_string(a[0]) + std::to_string(a[1]));
  }
  pair parse(std::string_view text) const {
    return {static_cast<space::choice_index>(text[0] - '0'), static_cast<space::choice_index>(text[1] - '0')};
  }
};
static_assert(space::search_space<plain_space> && !std::copyable<plain_space>);

struct enumerable : plain_space {
  using plain_space::plain_space;
  convertible<std::uint64_t> size() const { return convertible<std::uint64_t>(6); }
  convertible<std::uint64_t> index(const pair& a) const { return convertible<std::uint64_t>(3 * a[0] + a[1]); }
  pair at(std::uint64_t i) const {
    return {static_cast<space::choice_index>(i / 3), static_cast<space::choice_index>(i % 3)};
  }
};
static_assert(space::enumerable_space<enumerable>);

struct costed : plain_space {
  using plain_space::plain_space;
  real parameters(const pair& a) const { return real(static_cast<double>(a[0])); }
  real macs(const pair& a) const { return real(static_cast<double>(a[1])); }
  real expected_parameters(std::span<const double> row, std::span<double>) const { return real(row[1]); }
  real expected_macs(std::span<const double> row, std::span<double>) const { return real(row[3] + 2 * row[4]); }
};
static_assert(space::relaxed_costed_space<costed>);

/// `linear_graph_encoding` and `decodable_graph_encoding`: one node with five features, those of the one-hot row.
struct encoding {
  using architecture = pair;
  explicit encoding(int) {}
  number nodes() const { return number(1); }
  number features() const { return number(5); }
  void encode(const pair& a, std::span<float> x) const {
    for (std::size_t i = 0; i < 5; ++i) x[i] = i == a[0] || i == 2 + a[1] ? 1.0F : 0.0F;
  }
  void adjacency(std::span<float> m) const { m[0] = 1; }
  number position(std::size_t d, std::size_t c) const { return number(2 * d + c); }
  pair decode(std::span<const float> x) const {
    space::choice_index best = 0;
    for (space::choice_index c = 1; c < 3; ++c) best = x[2U + c] > x[2U + best] ? c : best;
    return {static_cast<space::choice_index>(x[1] > x[0] ? 1 : 0), best};
  }
};
static_assert(space::linear_graph_encoding<encoding> && space::decodable_graph_encoding<encoding>);

struct descriptor {
  using architecture = pair;
  explicit descriptor(int) {}
  number decisions() const { return number(1); }
  number choices(std::size_t) const { return number(3); }
  number features() const { return number(1); }
  void describe(const pair& a, std::span<space::choice_index> choices, std::span<double> features) const {
    choices[0] = static_cast<space::choice_index>(a[1]);
    features[0] = static_cast<double>(a[0]);
  }
};
static_assert(space::architecture_descriptor<descriptor>);

/// `device_objective`, and no more: it can be moved.
struct first_choice {
  explicit first_choice(int) {}
  first_choice(first_choice&&) = default;
  first_choice& operator=(first_choice&&) = delete;
  ~first_choice() = default;

  convertible<paragon::metric> describe() const {
    return convertible(paragon::metric{"first", "", paragon::direction::minimise});
  }
  real value(const pair& a, std::size_t device) const { return real(static_cast<double>(a[0] * (device + 1))); }
};
static_assert(search::device_objective<first_choice, pair> && !std::copy_constructible<first_choice>);

struct second_choice : first_choice {
  using first_choice::first_choice;
  real value(const pair& a, std::size_t) const { return real(static_cast<double>(2 - a[1])); }
};

struct sum_of_all {
  explicit sum_of_all(int) {}
  real operator()(std::span<const double> values, std::span<const double> ray, std::span<const double>) const {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += values[i] * ray[i];
    return real(sum);
  }
};
static_assert(paragon::preference::scalarisation<sum_of_all>);

struct watcher {
  convertible<bool> operator()(std::string_view, std::size_t, std::size_t, double) { return convertible<bool>(true); }
};
static_assert(paragon::progress_observer<watcher>);

/// `architecture_judge`.
struct judge {
  convertible<std::vector<double>> operator()(std::span<const pair> architectures) const {
    std::vector<double> values;
    for (const pair& a : architectures) {
      values.push_back(static_cast<double>(a[0]));
      values.push_back(static_cast<double>(2 - a[1]));
    }
    return convertible(values);
  }
};
static_assert(search::architecture_judge<judge, pair>);

}  // namespace

TEST_CASE("concepts: what needs decisions needs nothing else") {
  const decisions_only pairs(0);
  const pair a{1, 2};
  CHECK(space::total_choices(pairs) == 5);
  CHECK(space::choice_offsets(pairs) == std::vector<std::size_t>{0, 2, 5});
  CHECK(space::choice_rows(pairs) == 6);
  CHECK(space::hash(pairs, a) != space::hash(pairs, {1, 1}));
  CHECK(space::choices_of(pairs, a) == std::vector<space::choice_index>{1, 2});
  CHECK(space::neighbours(pairs, a).size() == 3);
  std::array<float, 5> row{};
  space::one_hot<float>(pairs, a, row);
  CHECK(row == std::array<float, 5>{0, 1, 0, 0, 1});
  CHECK(space::decode<float>(pairs, row) == a);
  CHECK(space::uniform(pairs, {.seed = 1}, 0)[0] < 2);
  space::choice_table table(pairs);
  table.insert(std::array<space::choice_index, 2>{1, 2}, 5);
  CHECK(table.find(std::array<space::choice_index, 2>{1, 2}) == 5);
  std::vector<space::choice_index> choices(2);
  paragon::supernet::uniform_paths(pairs, {.seed = 1})(0, choices);
  paragon::supernet::even_capacity_paths(pairs, [](std::size_t, std::size_t c) { return c > 0; }, {.seed = 1})(0,
                                                                                                               choices);
  CHECK(choices[0] < 2);
}

TEST_CASE("concepts: what needs a search space needs nothing else") {
  const plain_space pairs(0);
  const std::unordered_set<pair, space::hasher<plain_space>> seen({{1, 2}, {1, 2}}, 4, {pairs});
  CHECK(seen.size() == 1);
  CHECK(space::additive_features(pairs).features() == 4);
  std::vector<space::choice_index> choices(2);
  space::choice_descriptor<plain_space>(pairs).describe({1, 2}, choices, {});
  CHECK(choices == std::vector<space::choice_index>{1, 2});
  const space::decision_descriptor<plain_space> descriptor(pairs);
  descriptor.describe({1, 1}, choices, {});
  CHECK(choices == std::vector<space::choice_index>{1, 1});
  const space::decision_graph<plain_space> graph(pairs);
  std::array<float, 10> x{};
  graph.encode({1, 2}, std::span<float>(x));
  CHECK(graph.decode(std::span<const float>(x)) == pair{1, 2});
  const std::vector<pair> all = space::all_architectures(enumerable(0));
  CHECK(all.size() == 6);
  const std::vector<double> column{0, 1, 2, 3, 4, 5};
  CHECK(objective::table({"n", "", paragon::direction::minimise}, enumerable(0), column).value({1, 1}) == 4);
  const costed with_costs(0);
  CHECK(objective::parameter_count{with_costs}.value({1, 2}) == 1);
  CHECK(objective::mac_count{with_costs}.value({1, 2}) == 2);
  CHECK(objective::mac_count{with_costs}.expected(std::span<const double>(column).first(5), std::span<double>()) == 11);
  paragon::predictor::gaussian_process<space::choice_descriptor<plain_space>> process{
      space::choice_descriptor<plain_space>(pairs)};
  process.train(all, column);
  CHECK(process.predict(all).size() == 6);
}

TEST_CASE("concepts: a scorer and what asks it need a space and objectives, no more") {
  search::scorer scores(plain_space(0), 2, first_choice(0), second_choice(0));
  const auto best = scores.intern(pair{0, 2});
  std::vector<double> z(2);
  scores.score(std::vector{best}, 1, z);
  CHECK(z == std::vector<double>{0, 0});
  scores.fit_scales(scores.sample(50, {.seed = 2}), 1.0);
  const std::vector<float> logits{1, 0, 0, 0, 1};
  const std::vector<double> ray{0.5, 0.5};
  CHECK(search::arg_max{}(scores, 0, logits, ray) == std::vector{best});
  const search::pooled<sum_of_all> pooled{.scalarisation = sum_of_all(0)};
  CHECK(pooled(scores, 0, logits, ray, {.seed = 3}) == std::vector{best});
  search::local_expectation<decltype(scores), sum_of_all> estimate(scores, sum_of_all(0));
  paragon::autodiff::tape<float> tape;
  const std::vector<std::size_t> devices{1};
  CHECK(estimate(tape.input(logits.data(), {1, 5}), search::batch{ray, devices}).size() == 1);
}

TEST_CASE("concepts: a process and its labels need a descriptor, no more") {
  using process_type = paragon::predictor::gaussian_process<descriptor>;
  process_type process{descriptor(0)};
  const std::vector<pair> all = space::all_architectures(enumerable(0));
  const std::vector<search::other_objectives> others{{0, 1, 2, 3, 4, 5}};
  watcher observe;
  const auto labels = search::select_labels(
      process, descriptor(0), std::span<const pair>(all), others, [](std::size_t i) { return static_cast<double>(i); },
      {.labels = 4, .first = 2, .round = 1}, {.seed = 4}, sum_of_all(0), observe);
  CHECK(labels.candidates.size() == 4);
}

TEST_CASE("concepts: generation needs an encoding without an order of architectures") {
  const encoding graph(0);
  diffusion::independent_choices<encoding> score(plain_space(0), graph);
  using score_type = decltype(score);
  const std::vector<search::phase<score_type>> phases{{"all", &score, 40}, {"again", &score, 20}};
  const std::vector<paragon::direction> way{paragon::direction::minimise, paragon::direction::minimise};
  const auto found =
      search::pomonag(graph, diffusion::variance_exploding{}, diffusion::exponential_integrator{.steps = 10},
                      std::span<const search::phase<score_type>>(phases), judge{}, way, 3, {.seed = 5});
  CHECK(found.generated.architectures.size() == 60);
  // In order of their first sample, each once.
  std::vector<pair> expected;
  for (const pair& a : found.generated.architectures) {
    if (std::find(expected.begin(), expected.end(), a) == expected.end()) expected.push_back(a);
  }
  CHECK(found.candidates == expected);
  CHECK(expected.size() > 3);
  REQUIRE(found.front.size() == 1);
  CHECK(found.candidates[found.front[0]] == pair{0, 2});
}
