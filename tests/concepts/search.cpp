// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smallest models of the concepts of a search, as docs/concepts.md and docs/reference/search.md quote them.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/autodiff/softmax.hpp>
#include <paragon/core/json.hpp>
#include <paragon/core/progress.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/evaluate/here.hpp>
#include <paragon/hypernetwork/concepts.hpp>
#include <paragon/hypernetwork/relaxation.hpp>
#include <paragon/nn/linear.hpp>
#include <paragon/predictor/gaussian_process.hpp>
#include <paragon/predictor/surrogate.hpp>
#include <paragon/problem/definition.hpp>
#include <paragon/problem/evaluation_store.hpp>
#include <paragon/search/any_solver.hpp>
#include <paragon/search/bayesian.hpp>
#include <paragon/search/decode.hpp>
#include <paragon/search/each_condition.hpp>
#include <paragon/search/evolution.hpp>
#include <paragon/search/history.hpp>
#include <paragon/search/local_search.hpp>
#include <paragon/search/modnas.hpp>
#include <paragon/search/nsga2.hpp>
#include <paragon/search/random_search.hpp>
#include <paragon/search/run.hpp>
#include <paragon/search/scorer.hpp>
#include <paragon/search/solver.hpp>
#include <paragon/search/tpe.hpp>
#include <paragon/search/variation.hpp>
#include <paragon/space/choice_index.hpp>
#include <paragon/space/decision_descriptor.hpp>
#include <paragon/space/described.hpp>

#include "../search/small_spaces.hpp"

namespace {

//! [hypernetwork]
/// Logits that are linear in preference and device.
struct straight {
  paragon::nn::linear layer;

  template <class C>
  auto operator()(const paragon::nn::bound<C>& theta, paragon::autodiff::variable<C> preference,
                  paragon::autodiff::variable<C> device) const {
    return layer(theta, paragon::autodiff::concatenate(preference, device));
  }
};
static_assert(paragon::hypernetwork::hypernetwork<straight>);
//! [hypernetwork]

//! [relaxation]
/// Probabilities that are uniform whatever the logits: lets no gradient through.
struct undecided {
  template <class C>
  auto operator()(paragon::autodiff::variable<C> logits, std::span<const std::size_t> offsets,
                  paragon::random_key) const {
    using T = typename C::value_type;
    const auto y = logits.context().result(logits.shape());
    for (std::size_t r = 0; r < logits.rows(); ++r) {
      for (std::size_t d = 0; d + 1 < offsets.size(); ++d) {
        for (std::size_t c = offsets[d]; c < offsets[d + 1]; ++c) {
          y.data()[r * offsets.back() + c] = T(1) / static_cast<T>(offsets[d + 1] - offsets[d]);
        }
      }
    }
    return y;
  }
};
static_assert(paragon::hypernetwork::relaxation<undecided>);
//! [relaxation]

//! [estimator]
/// Wants all logits small.
struct small_logits {
  template <class C>
  auto operator()(paragon::autodiff::variable<C> logits, const paragon::search::batch&) {
    return paragon::autodiff::sum_columns(paragon::autodiff::square(logits));
  }
};
static_assert(paragon::search::estimator<small_logits>);
//! [estimator]

//! [decoder]
/// The same architecture, the first of everything, for each ray.
struct the_first {
  template <class Scorer>
  std::vector<typename Scorer::id> operator()(Scorer& scorer, std::size_t, std::span<const float>,
                                              std::span<const double> preferences, paragon::random_key) const {
    const std::vector<paragon::space::choice_index> zeros(scorer.space().decisions());
    return std::vector<typename Scorer::id>(preferences.size() / Scorer::objectives, scorer.intern(std::span(zeros)));
  }
};
//! [decoder]

//! [progress_observer]
struct at_most_ten_steps {
  bool operator()(std::string_view, std::size_t done, std::size_t, double) const { return done < 10; }
};
static_assert(paragon::progress_observer<at_most_ten_steps>);
//! [progress_observer]

using judge_type = paragon::search::scorer<paragon_test::boxes, paragon_test::box_table>;
static_assert(paragon::search::decoder<the_first, judge_type>);
static_assert(paragon::search::decoder<paragon::search::arg_max, judge_type>);
static_assert(paragon::search::decoder<paragon::search::pooled<>, judge_type>);
static_assert(!paragon::search::decoder<small_logits, judge_type> && !paragon::search::decoder<int, judge_type>);

namespace evaluate = paragon::evaluate;
namespace predictor = paragon::predictor;
namespace problem = paragon::problem;
namespace search = paragon::search;
namespace space = paragon::space;
using paragon::json;
using paragon::random_key;
using paragon_test::boxes;

//! [solver]
/// Draws a decision anew in an architecture of the front.
struct one_change {
  using architecture = space::described::architecture;
  search::history<space::described> known;  // what was asked and told, and the front of it
  random_key key{.seed = 1};
  std::uint64_t step = 0;

  std::vector<search::candidate<architecture>> ask(std::size_t n) {
    std::vector<search::candidate<architecture>> asked;
    while (asked.size() < n) {
      const random_key now = key.fork(step++);
      const auto next = known.fresh([&](std::size_t k) { return changed(now.fork(k)); }, 20, now.fork("uniform"));
      if (!next) break;  // there is nothing else
      asked.push_back(*next);
    }
    return asked;
  }
  std::vector<space::choice_index> changed(const random_key& draw) const {
    if (known.front().empty()) return known.uniform(draw);
    const auto member = known.choices(known.front()[draw.below(known.front().size(), 0)]);
    std::vector<space::choice_index> row(member.begin(), member.end());
    const std::size_t d = draw.below(row.size(), 1);
    row[d] = static_cast<space::choice_index>(draw.below(known.space().choices(d), 2));
    return row;
  }

  void tell(std::span<const problem::evaluation<architecture>> some) { known.tell(some); }
  std::vector<architecture> front(std::size_t condition) const {
    return condition == known.condition() ? known.front_architectures() : std::vector<architecture>();
  }
  std::size_t batch() const { return 8; }
  json save() const { return json::object{{"known", known.save()}, {"step", step}}; }
  void restore(const json& state) {
    const std::uint64_t steps = state.at("step").integer();
    known.restore(state.at("known"));
    step = steps;
  }
};
static_assert(search::solver<one_change>);
//! [solver]

//! [variation]
/// The children exchange what stands behind a random decision.
struct exchanged_ends {
  template <class S>
  void operator()(const S&, std::span<space::choice_index> a, std::span<space::choice_index> b, random_key key) const {
    for (std::size_t d = key.below(a.size(), 0); d < a.size(); ++d) std::swap(a[d], b[d]);
  }
};
static_assert(search::variation<exchanged_ends, space::described>);
//! [variation]

//! [surrogate]
/// Takes each box for as good as the nearest that it knows, and is the less sure the more decisions differ.
struct as_the_nearest {
  using architecture = boxes::architecture;
  std::vector<architecture> known;
  std::vector<double> values;

  void train(std::span<const architecture> labelled, std::span<const double> targets) { refit(labelled, targets); }
  void refit(std::span<const architecture> labelled, std::span<const double> targets) {
    known.assign(labelled.begin(), labelled.end());
    values.assign(targets.begin(), targets.end());
  }
  std::vector<predictor::estimate> predict_with_deviations(std::span<const architecture> batch) const {
    std::vector<predictor::estimate> all;
    for (const architecture& a : batch) {
      predictor::estimate nearest{0, std::numeric_limits<double>::max()};
      for (std::size_t i = 0; i < known.size(); ++i) {
        double differ = 0;
        for (std::size_t d = 0; d < a.choices.size(); ++d) differ += a.choices[d] != known[i].choices[d] ? 1 : 0;
        if (differ < nearest.deviation) nearest = {values[i], differ};
      }
      all.push_back(nearest);
    }
    return all;
  }
  std::span<double> hyper_parameters() { return {}; }  // it learns none
};
static_assert(predictor::surrogate<as_the_nearest>);
//! [surrogate]

//! [bayesian_surrogate]
/// The same as `search::bayesian` makes it.
struct nearest_for_bayesian : as_the_nearest {
  nearest_for_bayesian(const space::decision_descriptor<boxes>&, const predictor::gaussian_process_settings&,
                       random_key) {}
};
using nearest_search = search::bayesian<boxes, nearest_for_bayesian>;
//! [bayesian_surrogate]
static_assert(search::solver<nearest_search>);

/// What a concept says is convertible to T, and no more.
template <class T>
class convertible {
public:
  explicit convertible(T value) : value_(std::move(value)) {}
  operator T() const { return value_; }

private:
  T value_;
};

/// `solver`, and no more: it can be neither copied nor moved, and answers what is convertible. It asks the boxes in
/// their order; of one objective the front is the best.
class in_order {
public:
  using architecture = boxes::architecture;
  explicit in_order(int) {}
  in_order(const in_order&) = delete;
  in_order& operator=(const in_order&) = delete;
  ~in_order() = default;

  std::vector<search::candidate<architecture>> ask(std::size_t n) {
    std::vector<search::candidate<architecture>> asked;
    for (; asked.size() < n && next_ < boxes::size; ++next_) {
      if (values_[next_] == unknown) asked.push_back({boxes::at(next_)});
    }
    return asked;
  }
  void tell(std::span<const problem::evaluation<architecture>> some) {
    for (const auto& e : some) values_[boxes::index(e.architecture)] = e.result.complete() ? e.result.value(0) : failed;
  }
  std::vector<architecture> front(std::size_t) const {
    const auto best = std::min_element(values_.begin(), values_.end());
    return *best < failed ? std::vector{boxes::at(static_cast<std::size_t>(best - values_.begin()))}
                          : std::vector<architecture>();
  }
  convertible<std::size_t> batch() const { return convertible<std::size_t>(5); }
  convertible<json> save() const {
    return convertible<json>(json::object{{"next", next_}, {"values", json::array(values_.begin(), values_.end())}});
  }
  void restore(const json& state) {
    next_ = static_cast<std::size_t>(state.at("next").integer());
    for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = state.at("values").items().at(i).number();
  }

private:
  static constexpr double unknown = std::numeric_limits<double>::max();
  static constexpr double failed = unknown / 2;
  static constexpr std::array<double, boxes::size> nothing() {
    std::array<double, boxes::size> all{};
    all.fill(unknown);
    return all;
  }
  std::array<double, boxes::size> values_ = nothing();
  std::size_t next_ = 0;
};
static_assert(search::solver<in_order> && !std::movable<in_order>);

/// `variation` of one space, and no more: it has no default. Whoever is second has the choices of the first in common.
class imitation {
public:
  explicit imitation(int) {}
  void operator()(const boxes&, std::span<space::choice_index> a, std::span<space::choice_index> b, random_key) const {
    b[0] = a[0];
  }
};
static_assert(search::variation<imitation, boxes> && !std::default_initializable<imitation>);
static_assert(!search::variation<imitation, space::described>);

/// `surrogate`, and no more: it can be neither copied nor moved.
struct fixed_surrogate : as_the_nearest {
  explicit fixed_surrogate(int) {}
  fixed_surrogate(const fixed_surrogate&) = delete;
  fixed_surrogate& operator=(const fixed_surrogate&) = delete;
  ~fixed_surrogate() = default;
};
static_assert(predictor::surrogate<fixed_surrogate> && !std::movable<fixed_surrogate>);

struct only_asks {
  using architecture = boxes::architecture;
  std::vector<search::candidate<architecture>> ask(std::size_t) { return {}; }
};
static_assert(!search::solver<only_asks> && !search::solver<int> && !search::variation<only_asks, boxes>);
static_assert(!predictor::surrogate<only_asks> && !predictor::surrogate<int>);
static_assert(search::solver<search::random_search<boxes>> && search::solver<search::nsga2<boxes>>);
static_assert(search::solver<search::evolution<boxes>> && search::solver<search::local_search<boxes>>);
static_assert(search::solver<search::tpe<boxes>> && search::solver<search::bayesian<boxes>>);
static_assert(search::solver<search::any_solver<boxes::architecture>>);
static_assert(search::solver<search::each_condition<one_change>>);
static_assert(search::require_solver<in_order>() && search::require_variation<imitation, boxes>());
static_assert(predictor::require_surrogate<fixed_surrogate>());

//! [devices]
/// NSGA-II for each device at the same time; the fronts of all.
template <class Executor>
auto search_devices(problem::evaluation_store<space::described>& known, Executor& executor) {
  const problem::definition<space::described>& p = known.problem();
  search::each_condition solver(p.condition_count(), [&p](std::size_t device) {
    return search::nsga2(p, {.population = 10}, random_key{.seed = 1}.fork(device), device);
  });
  search::run(known, solver, executor, {.evaluations = 50 * p.condition_count()});
  std::vector<std::vector<space::described::architecture>> fronts;
  for (std::size_t device = 0; device < p.condition_count(); ++device) fronts.push_back(solver.front(device));
  return fronts;
}
//! [devices]

/// Two numbers of a box that contradict each other.
std::array<double, 2> numbers_of(const boxes::architecture& a) {
  return {1.0 * a.choices[0] + a.choices[1] + a.choices[2], 10.0 - a.choices[0] - 2.0 * a.choices[2]};
}

}  // namespace

TEST_CASE("concepts: the smallest solver is run, saved and restored") {
  const space::described towers(json::parse(
      R"({"name":"tower","decisions":[{"name":"width","range":[8,512,8]},{"name":"depth","range":[1,100,1]}]})"));
  const problem::definition<space::described> p{towers, {{"error", "%"}, {"cost", ""}}, {"board", "phone"}};
  problem::evaluation_store<space::described> known(p);
  one_change solver{.known = {p, 1}};
  evaluate::here executor(towers, [&](const auto& a, std::size_t condition) {
    CHECK(condition == 1);
    const double width = towers.choice_value(0, towers.choice(a, 0));
    const double depth = towers.choice_value(1, towers.choice(a, 1));
    return std::array{1000 / width + 100 / depth, width * depth};
  });
  const search::run_report report = search::run(known, solver, executor, {.evaluations = 60});
  CHECK(report == search::run_report{search::run_end::budget, 60, 0, 0});
  CHECK(known.size() == 60);
  CHECK(solver.front(0).empty());
  REQUIRE(!solver.front(1).empty());
  for (const auto& a : solver.front(1)) CHECK(known.find(a, 1) != nullptr);

  one_change other{.known = {p, 1}};
  other.restore(json::parse(solver.save().dump()));
  CHECK(other.front(1) == solver.front(1));
  CHECK(other.ask(10) == solver.ask(10));

  problem::evaluation_store<space::described> both(p);
  evaluate::here slower_and_slower(towers, [&](const auto& a, std::size_t device) {
    return std::array{towers.choice_value(0, towers.choice(a, 0)),
                      static_cast<double>(device + 1) * (200 - towers.choice_value(1, towers.choice(a, 1)))};
  });
  const auto fronts = search_devices(both, slower_and_slower);
  CHECK(both.size() == 100);
  REQUIRE(fronts.size() == 2);
  for (std::size_t device = 0; device < 2; ++device) {
    CHECK(!fronts[device].empty());
    for (const auto& a : fronts[device]) CHECK(both.find(a, device) != nullptr);
  }
}

TEST_CASE("concepts: running a solver asks for what a solver has, no more") {
  const problem::definition<boxes> p{{}, {{"value", ""}}};
  for (const bool asynchronous : {false, true}) {
    problem::evaluation_store<boxes> known(p);
    in_order solver(0);
    evaluate::here executor(p.space, [](const boxes::architecture& a) { return numbers_of(a)[1]; });
    const search::run_report report =
        search::run(known, solver, executor, {.evaluations = 100, .asynchronous = asynchronous});
    CHECK(report == search::run_report{search::run_end::exhausted, boxes::size, 0, 0});
    REQUIRE(solver.front(0).size() == 1);
    CHECK(boxes{}.to_string(solver.front(0)[0]) == "2-0-3");
    in_order other(0);
    other.restore(json::parse(json(solver.save()).dump()));
    CHECK(other.front(0) == solver.front(0));
    CHECK(other.ask(1).empty());
  }
}

TEST_CASE("concepts: the smallest variations and surrogates work inside solvers") {
  const problem::definition<boxes> p{{}, {{"sum", ""}, {"rest", ""}}};
  const auto front_of = [&](auto solver) {
    problem::evaluation_store<boxes> known(p);
    evaluate::here executor(p.space, numbers_of);
    CHECK(search::run(known, solver, executor, {.evaluations = 100}).evaluations == boxes::size);
    return solver.front(0).size();
  };
  const std::size_t truth = front_of(search::random_search(p));
  CHECK(truth > 2);
  const search::nsga2_settings six{.population = 6};
  CHECK(front_of(search::nsga2<boxes, exchanged_ends>(p, six)) == truth);
  CHECK(front_of(search::nsga2<boxes, imitation>(p, six, {.seed = 1}, 0, imitation(0))) == truth);
  const search::bayesian_settings small{.population = 10, .generations = 3};
  CHECK(front_of(nearest_search(p, small)) == truth);

  nearest_search solver(p, small);
  problem::evaluation_store<boxes> known(p);
  evaluate::here executor(p.space, numbers_of);
  CHECK(search::run(known, solver, executor, {.evaluations = 16}).evaluations == 16);
  nearest_search other(p, small);
  other.restore(json::parse(solver.save().dump()));
  CHECK(other.ask(3) == solver.ask(3));
}

TEST_CASE("concepts: the smallest parts of a search are usable") {
  using namespace paragon;
  nn::parameters<float> store;
  const straight net{nn::linear(store, "layer", 2, 9, {.seed = 1})};
  search::modnas model(net, store, {.steps = 100, .rows = 2, .objectives = 1});
  const std::vector<search::device> devices{{"only", {1.0}}};
  const auto report = model.train(devices, small_logits{}, {.seed = 2}, at_most_ten_steps{});
  CHECK(report.stopped);
  CHECK(report.steps == 10);

  judge_type judge({}, 1, paragon_test::box_table::random(1, {.seed = 3}));
  const std::vector<double> rays{1, 1, 1};
  const auto picks = the_first{}(judge, 0, model.logits(devices[0], rays), rays, {});
  REQUIRE(picks.size() == 3);
  CHECK(judge.space().to_string(judge.at(picks[2])) == "0-0-0");

  autodiff::tape<float> tape;
  const std::vector<std::size_t> offsets{0, 3, 5, 9};
  const std::vector<float> logits(9, 1.0F);
  const auto p = undecided{}(tape.input(logits.data(), {1, 9}), offsets, {});
  CHECK(p.data()[3] == 0.5F);
  CHECK(p.data()[8] == 0.25F);
}
