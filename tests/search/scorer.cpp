// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <exception>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <paragon/core/error.hpp>
#include <paragon/objective/cost.hpp>
#include <paragon/search/scorer.hpp>
#include <paragon/space/sample.hpp>

#include "small_spaces.hpp"

using namespace paragon;
using paragon_test::boxes;
using search::scorer;

namespace {

/// How often an objective was asked for each box, summed over devices.
using counts = std::shared_ptr<std::array<int, boxes::size>>;

struct counted {
  counts asked = std::make_shared<std::array<int, boxes::size>>();
  metric describe() const { return {"counted", "ms", direction::minimise}; }
  double value(const boxes::architecture& a, std::size_t device) const {
    ++(*asked)[boxes::index(a)];
    return static_cast<double>(boxes::index(a)) + 100 * static_cast<double>(device);
  }
};
struct counted_once : counted {
  static constexpr bool device_independent = true;
  double value(const boxes::architecture& a, std::size_t) const { return counted::value(a, 0); }
};
struct counted_in_batches : counted {
  std::shared_ptr<std::vector<std::size_t>> batches = std::make_shared<std::vector<std::size_t>>();
  void values(std::span<const boxes::architecture> a, std::size_t device, std::span<double> out) const {
    batches->push_back(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) out[i] = value(a[i], device);
  }
};

struct gain {
  metric describe() const { return {"gain", "", direction::maximise}; }
  double value(const boxes::architecture& a, std::size_t) const { return static_cast<double>(boxes::index(a)); }
};

// The concept: archetype and non-models.
struct smallest {
  metric describe() const { return {}; }
  double value(int, std::size_t) const { return 0; }
};
struct without_description {
  double value(int, std::size_t) const { return 0; }
};
struct without_device {
  metric describe() const { return {}; }
  double value(int) const { return 0; }
};
struct gives_text {
  metric describe() const { return {}; }
  std::string value(int, std::size_t) const { return {}; }
};
static_assert(search::device_objective<smallest, int>);
static_assert(!search::device_objective<without_description, int> && !search::device_objective<without_device, int>);
static_assert(!search::device_objective<gives_text, int> && !search::device_objective<smallest, std::string>);

std::vector<std::uint32_t> numbers(auto& judge, std::initializer_list<std::size_t> boxes_wanted) {
  std::vector<std::uint32_t> ids;
  for (const std::size_t i : boxes_wanted) ids.push_back(judge.intern(boxes::at(i)));
  return ids;
}

std::string message(auto&& action) {
  try {
    action();
  } catch (const error& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("search: a scorer asks each objective once for each architecture and device") {
  counted by_device;
  counted_once once;
  scorer judge(boxes{}, 3, by_device, once);
  const auto ids = numbers(judge, {5, 7, 5, 5});
  CHECK(ids == std::vector<std::uint32_t>{0, 1, 0, 0});
  std::vector<double> z(8);
  for (int round = 0; round < 2; ++round) {
    for (std::size_t d = 0; d < 3; ++d) {
      judge.score(ids, d, z);
      const double base = 100 * static_cast<double>(d);
      CHECK(z == std::vector<double>{base + 5, 5, base + 7, 7, base + 5, 5, base + 5, 5});
    }
  }
  CHECK((*by_device.asked)[5] == 3);
  CHECK((*by_device.asked)[7] == 3);
  CHECK((*once.asked)[5] == 1);
  CHECK((*once.asked)[7] == 1);
  // Another scale needs no further question.
  judge.set_scale(0, {.origin = 5, .width = 2});
  judge.score(ids, 0, z);
  CHECK(z[2] == 1);
  CHECK((*by_device.asked)[7] == 3);
  // A value of one objective asks that one alone.
  CHECK(judge.value(1, numbers(judge, {9})[0], 0) == 9);
  CHECK((*by_device.asked)[9] == 0);
  CHECK(judge.values(numbers(judge, {9})[0], 2) == std::array<double, 2>{209, 9});
  CHECK((*once.asked)[9] == 1);
}

TEST_CASE("search: an objective with values() is asked for all new architectures at once") {
  counted_in_batches o;
  scorer judge(boxes{}, 2, o);
  std::vector<double> z(4);
  judge.score(numbers(judge, {1, 2, 2, 1}), 0, z);
  CHECK(z == std::vector<double>{1, 2, 2, 1});
  judge.score(numbers(judge, {1, 3, 4, 2}), 0, z);
  CHECK(z == std::vector<double>{1, 3, 4, 2});
  judge.score(numbers(judge, {1, 3, 4, 2}), 0, z);
  judge.score(numbers(judge, {1, 3, 4, 2}), 1, z);
  CHECK(*o.batches == std::vector<std::size_t>{2, 2, 4});
}

TEST_CASE("search: a scale turns every objective into one to be minimised") {
  CHECK(search::scale{}(7, direction::minimise) == 7);
  CHECK(search::scale{}(7, direction::maximise) == -7);
  CHECK(search::scale{.origin = 1, .width = 4}(7, direction::minimise) == 1.5);
  CHECK(search::scale{.origin = -9, .width = 4}(7, direction::maximise) == 0.5);
  CHECK(search::scale{.origin = 0, .width = 2, .logarithmic = true}(std::exp(3.0), direction::minimise) ==
        doctest::Approx(1.5));
  CHECK(search::scale{.origin = 0, .width = 2, .logarithmic = true}(std::exp(3.0), direction::maximise) ==
        doctest::Approx(-1.5));
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_AS((void)search::scale{.logarithmic = true}(bad, direction::minimise), error);
  }
}

TEST_CASE("search: set_origins puts the best of some architectures at zero") {
  scorer judge(boxes{}, 2, counted{}, gain{});
  judge.set_scale(0, 1, {.origin = 3, .width = 10});
  judge.set_scale(1, {.origin = 0, .width = 0.5});
  const auto ids = numbers(judge, {4, 20, 11});
  judge.set_origins(ids);
  std::vector<double> z(6);
  judge.score(ids, 0, z);
  CHECK(z == std::vector<double>{0, 32, 16, 0, 7, 18});
  judge.score(ids, 1, z);
  CHECK(z[0] == doctest::Approx(0).epsilon(1e-12));
  CHECK(z[2] == doctest::Approx(1.6));
  CHECK(judge.scale_of(0, 1).origin == doctest::Approx(104));
  CHECK(judge.scale_of(0, 1).width == 10);
}

TEST_CASE("search: fit_scales puts the best at zero and the asked part below one") {
  const paragon::random_key key{.seed = 41};
  INFO("seed " << key.seed);
  auto table = paragon_test::box_table::random(2, key);
  for (auto& row : table.by_device) {
    for (double& v : row) v = std::exp(5 * v);
  }
  table.what.sense = direction::maximise;
  scorer judge(boxes{}, 2, table, counted{});
  judge.set_scale(0, {.origin = 17, .width = 0.1, .logarithmic = true});  // only `logarithmic` survives
  const auto all = paragon_test::all_of<boxes>(judge);
  for (const double part : {1.0, 0.9, 0.5}) {
    judge.fit_scales(all, part);
    for (std::size_t d = 0; d < 2; ++d) {
      std::vector<double> logs;
      for (const double v : table.by_device[d]) logs.push_back(-std::log(v));
      std::vector<double> sorted = logs;
      std::sort(sorted.begin(), sorted.end());
      const double bound = sorted[static_cast<std::size_t>(part * 23)];
      std::vector<double> z(48);
      judge.score(all, d, z);
      for (std::size_t i = 0; i < 24; ++i) {
        CHECK(z[2 * i] == doctest::Approx((logs[i] - sorted[0]) / (bound - sorted[0])));
        CHECK(z[2 * i + 1] == doctest::Approx(static_cast<double>(i) / std::floor(part * 23)));
      }
    }
  }
  CHECK(message([&] {
          judge.fit_scales(numbers(judge, {3, 3}));
        }) ==
        "search::scorer::fit_scales: equal or infinite values of value; expected architectures that differ in it");
  CHECK_THROWS_AS(judge.fit_scales({}), error);
  CHECK_THROWS_AS(judge.fit_scales(all, 1.5), error);
}

TEST_CASE("search: samples are the uniform draws of the space") {
  scorer judge(boxes{}, 1, gain{});
  const paragon::random_key key{.seed = 42};
  const auto ids = judge.sample(100, key);
  REQUIRE(ids.size() == 100);
  for (std::size_t i = 0; i < 100; ++i) CHECK(judge.at(ids[i]) == space::uniform(boxes{}, key, i));
  CHECK(judge.known() <= 24);
}

namespace {

/// Two layers; the width of an absent one has no effect.
struct layers : boxes {
  std::size_t decisions() const { return 3; }
  architecture from_choices(std::span<const space::choice_index> row) const {
    architecture a = boxes::from_choices(row);
    if (a.choices[0] == 0) a.choices[1] = a.choices[2] = 0;
    return a;
  }
};

}  // namespace

TEST_CASE("search: rows of choices that mean the same architecture have the same number") {
  counted o;
  scorer judge(layers{}, 1, o);
  const std::array<space::choice_index, 3> plain{0, 0, 0};
  const std::array<space::choice_index, 3> odd{0, 1, 3};
  const std::array<space::choice_index, 3> other{1, 1, 3};
  const auto first = judge.intern(std::span(odd));
  CHECK(judge.intern(std::span(plain)) == first);
  CHECK(judge.intern(std::span(odd)) == first);
  CHECK(judge.intern(std::span(other)) != first);
  CHECK(judge.known() == 2);
  CHECK(judge.at(first) == layers::architecture{});
}

namespace {

struct moody {
  std::shared_ptr<bool> works = std::make_shared<bool>(false);
  std::shared_ptr<double> answer = std::make_shared<double>(1.0);
  metric describe() const { return {"moody", "", direction::minimise}; }
  double value(const boxes::architecture&, std::size_t) const {
    if (!*works) throw error("moody", "no");
    return *answer;
  }
};

}  // namespace

TEST_CASE("search: after an objective failed a scorer can be asked again") {
  moody o;
  scorer judge(boxes{}, 1, gain{}, o);
  const auto ids = numbers(judge, {3, 4});
  std::vector<double> z(4);
  CHECK(message([&] { judge.score(ids, 0, z); }) == "moody: no");
  *o.works = true;
  *o.answer = std::numeric_limits<double>::quiet_NaN();
  CHECK(message([&] { judge.score(ids, 0, z); }) == "search::scorer: moody: nan for 0-0-3; expected a finite number");
  *o.answer = std::numeric_limits<double>::infinity();
  CHECK(message([&] { judge.score(ids, 0, z); }) == "search::scorer: moody: inf for 0-0-3; expected a finite number");
  *o.answer = 2;
  judge.score(ids, 0, z);
  CHECK(z == std::vector<double>{-3, 2, -4, 2});
}

namespace {

/// Fails for boxes whose number is 3 modulo 8, in the way that it is told; counts how often it is asked for each.
struct unreliable {
  enum class way { exception, nan, infinity };
  way how = way::exception;
  std::shared_ptr<bool> works = std::make_shared<bool>(false);
  counts asked = std::make_shared<std::array<int, boxes::size>>();

  metric describe() const { return {"unreliable", "", direction::minimise}; }
  double value(const boxes::architecture& a, std::size_t device) const {
    const std::size_t i = boxes::index(a);
    ++(*asked)[i];
    if (i % 8 != 3 || *works) return static_cast<double>(i + 100 * device);
    if (how == way::exception) throw std::runtime_error("box " + std::to_string(i) + " broke");
    return how == way::nan ? std::numeric_limits<double>::quiet_NaN() : -std::numeric_limits<double>::infinity();
  }
};

/// The same, many at once: leaves out what fails, or stops there.
struct unreliable_batches : unreliable {
  bool stops = false;
  void values(std::span<const boxes::architecture> a, std::size_t device, std::span<double> out) const {
    for (std::size_t i = 0; i < a.size(); ++i) {
      const bool fails = boxes::index(a[i]) % 8 == 3 && !*works;
      if (fails && stops) throw std::runtime_error("stopped at box " + std::to_string(boxes::index(a[i])));
      if (fails && how == way::exception) continue;
      out[i] = value(a[i], device);
    }
  }
};

/// Why a batch of boxes failed, of any exception.
std::string failure_of(auto& judge, std::span<const std::uint32_t> ids, std::size_t device) {
  std::vector<double> z(ids.size() * judge.objectives);
  try {
    judge.score(ids, device, z);
  } catch (const std::exception& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("search: a batch that fails in part keeps its other part") {
  using way = unreliable::way;
  for (const way how : {way::exception, way::nan, way::infinity}) {
    unreliable o{how};
    counted before;
    counted after;
    scorer judge(boxes{}, 2, before, o, after);
    const auto ids = numbers(judge, {1, 3, 2, 11, 12, 3, 7, 1});
    const std::string expected = how == way::exception ? "box 3 broke"
                                 : how == way::nan
                                     ? "search::scorer: unreliable: nan for 0-0-3; expected a finite number"
                                     : "search::scorer: unreliable: -inf for 0-0-3; expected a finite number";
    CHECK(failure_of(judge, ids, 1) == expected);
    // All were asked, in all objectives; asking again asks for the two that failed.
    for (const std::size_t i : {1U, 2U, 3U, 7U, 11U, 12U}) CHECK((*o.asked)[i] == 1);
    CHECK(failure_of(judge, ids, 1) == expected);
    for (const std::size_t i : {1U, 2U, 7U, 12U}) CHECK((*o.asked)[i] == 1);
    CHECK((*o.asked)[3] == 2);
    CHECK((*o.asked)[11] == 2);
    // The others have their scores.
    std::vector<double> z(12);
    judge.score(numbers(judge, {12, 7, 2, 1}), 1, z);
    CHECK(z == std::vector<double>{112, 112, 112, 107, 107, 107, 102, 102, 102, 101, 101, 101});
    CHECK(judge.value(2, numbers(judge, {3})[0], 1) == 103);
    CHECK_THROWS((void)judge.value(1, numbers(judge, {3})[0], 1));
    *o.works = true;
    z.resize(24);
    judge.score(ids, 1, z);
    for (std::size_t k = 0; k < 8; ++k) {
      for (std::size_t m = 0; m < 3; ++m) {
        CHECK(z[3 * k + m] == static_cast<double>(100 + std::array{1, 3, 2, 11, 12, 3, 7, 1}[k]));
      }
    }
    for (const std::size_t i : {1U, 2U, 3U, 7U, 11U, 12U}) {
      CHECK((*before.asked)[i] == 1);
      CHECK((*after.asked)[i] == 1);
    }
  }
}

TEST_CASE("search: the eighth evaluation fails, and the seven before it and those after it are kept") {
  unreliable o;
  scorer judge(boxes{}, 1, o);
  const auto ids = numbers(judge, {0, 1, 2, 4, 5, 6, 7, 3, 8, 9});
  CHECK(failure_of(judge, ids, 0) == "box 3 broke");
  *o.works = true;
  CHECK(failure_of(judge, ids, 0) == "no error");
  for (std::size_t i = 0; i < 10; ++i) CHECK((*o.asked)[i] == (i == 3 ? 2 : 1));
}

TEST_CASE("search: an entry that an objective did not write is an error that names objective and architecture") {
  unreliable_batches o;
  counted other;
  scorer judge(boxes{}, 1, other, o);
  const auto ids = numbers(judge, {1, 3, 2, 11});
  // Numbers of the other objective stood in the same memory before.
  CHECK(failure_of(judge, ids, 0) == "search::scorer: unreliable: nothing written for 0-0-3; expected a finite number");
  CHECK((*o.asked)[1] == 1);
  CHECK((*o.asked)[2] == 1);
  CHECK(judge.value(1, ids[2], 0) == 2);
  CHECK((*o.asked)[2] == 1);
  CHECK_THROWS_WITH((void)judge.value(1, ids[3], 0),
                    "search::scorer: unreliable: nothing written for 1-0-3; expected a finite number");
  *o.works = true;
  std::vector<double> z(8);
  judge.score(ids, 0, z);
  CHECK(z == std::vector<double>{1, 1, 3, 3, 2, 2, 11, 11});
  CHECK((*o.asked)[1] == 1);
}

TEST_CASE("search: what an objective wrote before it threw is kept, and what comes after is asked for alone") {
  unreliable_batches o;
  o.stops = true;
  scorer judge(boxes{}, 1, o);
  const auto ids = numbers(judge, {1, 2, 3, 4, 11, 5});
  CHECK(failure_of(judge, ids, 0) == "stopped at box 3");
  for (const std::size_t i : {1U, 2U, 4U, 5U}) {
    CHECK((*o.asked)[i] == 1);
    CHECK(judge.value(0, numbers(judge, {i})[0], 0) == static_cast<double>(i));
    CHECK((*o.asked)[i] == 1);
  }
  *o.works = true;
  CHECK(failure_of(judge, ids, 0) == "no error");
  CHECK((*o.asked)[4] == 1);
}

TEST_CASE("search: a scale that refuses a value keeps the scores of the others, and failed scales change nothing") {
  counted o;
  scorer judge(boxes{}, 2, o);
  judge.set_scale(0, {.origin = 0, .width = 1, .logarithmic = true});
  CHECK(failure_of(judge, numbers(judge, {1, 0, 2}), 0) ==
        "search::scale: the logarithm of 0; expected a positive value");
  std::vector<double> z(2);
  judge.score(numbers(judge, {1, 2}), 0, z);
  CHECK(z == std::vector<double>{0, std::log(2.0)});
  CHECK((*o.asked)[2] == 1);
  // The second device fails: the first keeps its scale.
  unreliable bad;
  scorer two(boxes{}, 2, bad);
  *bad.works = true;
  CHECK(failure_of(two, numbers(two, {3}), 0) == "no error");
  *bad.works = false;
  CHECK_THROWS(two.set_origins(numbers(two, {3, 4})));
  CHECK(two.scale_of(0, 0) == search::scale{});
}

namespace {

/// Boxes with exact costs, and how often these were asked for.
struct costed_boxes : boxes {
  std::shared_ptr<int> asked = std::make_shared<int>(0);
  double parameters(const architecture& a) const {
    ++*asked;
    return static_cast<double>(index(a));
  }
  double macs(const architecture& a) const { return 2 * parameters(a); }
};

}  // namespace

TEST_CASE("search: exact costs are asked for once, whatever the number of devices") {
  const costed_boxes space;
  scorer judge(space, 100, objective::mac_count{space}, counted{}, objective::parameter_count{space});
  const auto ids = numbers(judge, {3, 9});
  std::vector<double> z(6);
  for (std::size_t d = 0; d < 100; ++d) {
    judge.score(ids, d, z);
    const double base = 100 * static_cast<double>(d);
    CHECK(z == std::vector<double>{6, base + 3, 3, 18, base + 9, 9});
  }
  CHECK(*space.asked == 4);
}

TEST_CASE("search: the memory of a scorer agrees with a map") {
  search::detail::number_rows<3> rows;
  rows.cover(100000001);
  std::map<std::uint32_t, std::array<double, 3>> expected;
  const paragon::random_key key{.seed = 44};
  INFO("seed " << key.seed);
  for (std::uint32_t k = 0; k < 20000; ++k) {
    const auto i = static_cast<std::uint32_t>(key.below(k % 2 == 0 ? 5000 : 100000000, k));
    const auto [at, is_new] = expected.try_emplace(i, std::array<double, 3>{});
    const double* found = rows.read(i);
    if (is_new) {
      REQUIRE((std::isnan(found[0]) && std::isnan(found[1]) && std::isnan(found[2])));
    } else {
      REQUIRE(std::equal(found, found + 3, at->second.begin()));
    }
    double* row = rows.write(i);
    for (std::size_t c = 0; c < 3; ++c) row[c] = at->second[c] = key.uniform(100000 + 3ULL * k + c);
  }
  for (const auto& [i, values] : expected) REQUIRE(std::equal(values.begin(), values.end(), rows.read(i)));
  for (std::uint32_t i = 0; i < 5000; ++i) REQUIRE(std::isnan(rows.read(i)[0]) == !expected.contains(i));
  CHECK(std::isnan(rows.read(100000000)[2]));
}

namespace {

struct aimless {
  metric describe() const { return {"aimless", "", direction::ignore}; }
  double value(const boxes::architecture&, std::size_t) const { return 0; }
};

}  // namespace

TEST_CASE("search: a scorer says what is wrong with its input") {
  CHECK(message([] { scorer(boxes{}, 0, gain{}); }) == "search::scorer: 0 devices; expected at least one");
  CHECK(message([] { scorer(boxes{}, 1, aimless{}); }) ==
        "search::scorer: aimless: an objective to be ignored; expected minimise or maximise");
  scorer judge(boxes{}, 2, gain{});
  const auto ids = numbers(judge, {1});
  std::vector<double> z(1);
  CHECK(message([&] { judge.score(ids, 2, z); }) == "search::scorer::score: device 2; expected below 2");
  std::vector<double> wide(2);
  CHECK_THROWS_AS(judge.score(ids, 0, wide), error);
  const std::vector<std::uint32_t> unknown{0, 8};
  CHECK(message([&] { judge.score(unknown, 0, wide); }) == "search::scorer: architecture 8; expected below 1");
  judge.score(ids, 0, z);
  CHECK(z[0] == -1);
  CHECK_THROWS_AS((void)judge.value(1, 0, 0), error);
  CHECK_THROWS_AS((void)judge.value(0, 1, 0), error);
  CHECK_THROWS_AS((void)judge.at(1), error);
  CHECK_THROWS_AS(judge.set_scale(1, 0, {}), error);
  CHECK_THROWS_AS(judge.set_scale(0, 2, {}), error);
  CHECK_THROWS_AS(judge.set_scale(0, {.width = 0}), error);
  CHECK_THROWS_AS(judge.set_scale(0, {.width = std::numeric_limits<double>::quiet_NaN()}), error);
  CHECK_THROWS_AS((void)judge.intern(std::vector<space::choice_index>{0, 2, 0}), error);
  CHECK_THROWS_AS((void)judge.intern(std::vector<space::choice_index>{0, 1}), error);
}
