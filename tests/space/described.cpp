// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <paragon/core/error.hpp>
#include <paragon/core/json.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/space/choice_table.hpp>
#include <paragon/space/decision.hpp>
#include <paragon/space/decode.hpp>
#include <paragon/space/described.hpp>
#include <paragon/space/hash.hpp>
#include <paragon/space/neighbours.hpp>
#include <paragon/space/one_hot.hpp>
#include <paragon/space/sample.hpp>
#include <paragon/space/shape.hpp>

#include "../scratch.hpp"

using paragon::json;
using paragon::space::described;

static_assert(paragon::space::search_space<described> && std::totally_ordered<described::architecture>);

namespace {

described read_description(std::string_view text) { return described(json::parse(text), "s.json"); }

/// Two stages; the second exists only with a depth of two, its skip only with a wide second kernel.
described nested() {
  return read_description(R"({"name": "nested", "decisions": [
    {"name": "skip", "choices": [false, true], "active_if": {"kernel2": [5, 7]}},
    {"name": "depth", "choices": [1, 2, 4], "ordered": true},
    {"name": "kernel1", "group": "kernel", "choices": [3, 5, 7], "ordered": true},
    {"name": "kernel2", "group": "kernel", "choices": [3, 5, 7], "ordered": true, "active_if": {"depth": [2, 4]}},
    {"name": "fuse", "choices": ["add", "cat"], "active_if": {"kernel2": [7], "kernel1": [7, 5]}},
    {"name": "width", "range": [8, 512, 8]}]})");
}

std::string message(std::string_view description) {
  try {
    (void)read_description(description);
  } catch (const paragon::error& e) {
    return e.what();
  }
  return "no error";
}

template <class F>
std::string message_of(F f) {
  try {
    (void)f();
  } catch (const paragon::error& e) {
    return e.what();
  }
  return "no error";
}

/// The error for one decision after the decision "d" of the choices 1, 2, 3.
std::string decision_message(const std::string& members) {
  return message(R"({"name": "s", "decisions": [{"name": "d", "choices": [1, 2, 3]}, {)" + members + "}]}");
}

/// A random description: lists of every kind, ranges, groups, conditions forwards and backwards without a cycle.
json random_description(paragon::random_key key) {
  std::uint64_t draws = 0;
  const auto below = [&](std::uint64_t n) { return static_cast<std::size_t>(key.below(n, draws++)); };
  const std::size_t n = 1 + below(12);
  std::vector<json> choices(n);  // the array of choices of each
  std::vector<json::object> all(n);
  std::vector<std::size_t> rank(n);  // a decision depends only on those of lower rank
  for (std::size_t d = 0; d < n; ++d) rank[d] = d;
  key.fork("rank").shuffle(rank);
  for (std::size_t d = 0; d < n; ++d) {
    all[d].emplace_back("name", "d\n\"" + std::to_string(d));
    if (below(4) == 0) {
      const auto first = static_cast<std::int64_t>(below(100)) - 50;
      const auto step = static_cast<std::int64_t>(1 + below(9));
      const auto count = static_cast<std::int64_t>(1 + below(9));
      all[d].emplace_back("range", json::array{first, first + step * (count - 1), step});
      json::array values;
      for (std::int64_t c = 0; c < count; ++c) values.emplace_back(first + step * c);
      choices[d] = values;
      if (below(3) == 0) all[d].emplace_back("ordered", below(2) == 0);
    } else {
      json::array values;
      const std::size_t count = 1 + below(5);
      const bool numbers = below(2) == 0;
      for (std::size_t c = 0; c < count; ++c) {
        const double number = 0.25 * static_cast<double>(c * (c + 1)) - 1;
        values.push_back(numbers         ? json(number)
                         : below(3) == 0 ? json(static_cast<double>(c) + 0.5)
                                         : json("v" + std::to_string(c)));
      }
      if (below(5) == 0) values.emplace_back(true);
      if (numbers && !values.back().is_boolean() && below(2) == 0) {
        all[d].emplace_back("ordered", true);
        if (below(2) == 0) std::reverse(values.begin(), values.end());
      }
      all[d].emplace_back("choices", values);
      choices[d] = values;
    }
    if (d > 0 && below(4) == 0) {  // in a group with the one before
      const std::string name = "g" + std::to_string(d);
      if (json(all[d - 1]).find("group") == nullptr) {
        json::object twin = all[d - 1];
        twin[0].second = all[d][0].second;
        choices[d] = choices[d - 1];
        all[d] = twin;
        all[d].emplace_back("group", name);
        all[d - 1].emplace_back("group", name);
      }
    }
  }
  for (std::size_t d = 0; d < n; ++d) {
    json::object conditions;
    for (std::size_t on = 0; on < n; ++on) {
      if (rank[on] >= rank[d] || below(5) != 0) continue;
      json::array allowed;
      for (const json& value : choices[on].items()) {
        if (below(2) == 0) allowed.push_back(value);
      }
      if (!allowed.empty()) conditions.emplace_back("d\n\"" + std::to_string(on), allowed);
    }
    if (!conditions.empty()) all[d].emplace_back("active_if", conditions);
  }
  return json::object{{"name", "random"}, {"decisions", json::array(all.begin(), all.end())}};
}

}  // namespace

TEST_CASE("space: a described space says what its decisions are") {
  const described space = nested();
  CHECK(space.name() == "nested");
  REQUIRE(space.decisions() == 6);
  CHECK(space.choices(0) == 2);
  CHECK(space.choices(5) == 64);
  CHECK(paragon::space::total_choices(space) == 2 + 3 + 3 + 3 + 2 + 64);
  CHECK(space.group(2) == space.group(3));
  CHECK(std::set<std::size_t>{space.group(0), space.group(1), space.group(2), space.group(4), space.group(5)}.size() ==
        5);
  CHECK(space.group_name(3) == "kernel");
  CHECK(space.group_name(0).empty());
  CHECK(paragon::space::decision_name(space, 3) == "kernel2");
  CHECK(paragon::space::choice_text(space, 4, 1) == "cat");
  CHECK(paragon::space::choice_text(space, 0, 1) == "true");
  CHECK(paragon::space::choice_text(space, 5, 63) == "512");
  CHECK(paragon::space::choice_value(space, 2, 1) == 5);
  CHECK(std::isnan(paragon::space::choice_value(space, 4, 1)));
  CHECK(paragon::space::is_ordered(space, 1));
  CHECK(paragon::space::is_ordered(space, 5));
  CHECK_FALSE(paragon::space::is_ordered(space, 4));
  CHECK(paragon::space::is_conditional(space, 0));
  CHECK_FALSE(paragon::space::is_conditional(space, 1));
  CHECK(space.find("width") == 5);
  CHECK_FALSE(space.find("widths").has_value());
  CHECK(space.find_choice(5, 16) == 1);
  CHECK(space.find_choice(5, 16.0) == 1);
  CHECK_FALSE(space.find_choice(5, 12).has_value());
  CHECK_FALSE(space.find_choice(5, 520).has_value());
  CHECK_FALSE(space.find_choice(5, -8).has_value());
  CHECK_FALSE(space.find_choice(5, "16").has_value());
  CHECK(space.find_choice(4, "cat") == 1);
  CHECK_FALSE(space.find_choice(4, nullptr).has_value());
}

TEST_CASE("space: decisions without effect have the first choice, along chains of conditions and where all must hold") {
  const described space = nested();
  using row = std::array<paragon::space::choice_index, 6>;
  // skip, depth, kernel1, kernel2, fuse, width
  const auto read = [&](const row& r) { return space.to_string(space.from_choices(r)); };
  CHECK(read({1, 0, 2, 2, 1, 1}) == R"({"depth":1,"kernel1":7,"width":16})");
  CHECK(read({1, 1, 2, 0, 1, 1}) == R"({"depth":2,"kernel1":7,"kernel2":3,"width":16})");
  CHECK(read({1, 1, 2, 1, 1, 1}) == R"({"skip":true,"depth":2,"kernel1":7,"kernel2":5,"width":16})");
  CHECK(read({1, 2, 0, 2, 1, 1}) == R"({"skip":true,"depth":4,"kernel1":3,"kernel2":7,"width":16})");
  CHECK(read({0, 2, 2, 2, 1, 1}) == R"({"skip":false,"depth":4,"kernel1":7,"kernel2":7,"fuse":"cat","width":16})");
  const auto a = space.from_choices(row{1, 0, 2, 2, 1, 1});
  CHECK(paragon::space::choices_of(space, a) == std::vector<paragon::space::choice_index>{0, 0, 2, 0, 0, 1});
  CHECK_FALSE(paragon::space::is_active(space, a, 0));
  CHECK_FALSE(space.active(a, 3));
  CHECK(space.active(a, 2));
  CHECK(a == space.from_choices(row{0, 0, 2, 0, 0, 1}));
  CHECK(a < space.from_choices(row{0, 1, 2, 0, 0, 1}));
  // depth 1: 3 * 64; depth 2 or 4: kernel2 3: 3; 5: 2 * 3; 7: 2 * (1 + 2 * 2)
  CHECK(space.size() == 64 * (3 + 2 * (3 + 6 + 2 * 5)));
}

TEST_CASE("space: architectures of a described space are read back as they are written, and nothing else is") {
  const described space = nested();
  const auto read = [&](std::string_view text) { return message_of([&] { return space.parse(text); }); };
  const std::string good = R"({"skip":false,"depth":2,"kernel1":3,"kernel2":5,"width":8})";
  CHECK(space.to_string(space.parse(good)) == good);
  CHECK(space.to_json(space.parse(good)).dump() == good);
  CHECK(read(R"({"depth":2,"kernel1":3,"kernel2":3,"width":8})") == "no error");
  const std::string at = "space::nested::parse: ";
  CHECK(read("[1]") == at + "a value that is no object; expected an object of decisions and their values");
  CHECK(read(R"({"depht":2})") == at + R"(the member "depht"; expected the name of a decision)");
  CHECK(read(R"({"depth":3})") == at + R"(decision "depth": 3; expected one of 1, 2, 4)");
  CHECK(read(R"({"depth":"2"})") == at + R"(decision "depth": "2"; expected one of 1, 2, 4)");
  CHECK(read(R"({"depth":[2]})") == at + R"(decision "depth": an array or object; expected one of 1, 2, 4)");
  CHECK(read(R"({"depth":1,"kernel1":3,"width":9})") == at + R"(decision "width": 9; expected 8 to 512 in steps of 8)");
  CHECK(read(R"({"depth":1,"kernel1":3})") == at + R"(decision "width": no value; expected 8 to 512 in steps of 8)");
  CHECK(read(R"({"depth":1,"kernel1":3,"kernel2":5,"width":8})") ==
        at + R"(decision "kernel2": a value although the decision is not active; expected none where "depth" is 1)");
  CHECK(
      read(R"({"depth":1,"kernel1":3,"skip":true,"width":8})") ==
      at +
          R"(decision "skip": a value although the decision is not active; expected none: "kernel2" is not active either)");
  CHECK(read(R"({"depth":1, "kernel1":3,"width":8})") ==
        at + R"("{"depth":1, "kernel1":3,"width":8}"; expected {"depth":1,"kernel1":3,"width":8})");
  CHECK(read(R"({"depth":1)").starts_with("space::nested::parse:1:11: "));
  // Requests from elsewhere may have their members in any order, and numbers written in any way.
  const auto back = json::parse(R"({"width": 8.0, "kernel1": 3e0, "depth": 1})");
  CHECK(space.to_string(space.from_json(back)) == R"({"depth":1,"kernel1":3,"width":8})");
  CHECK(message_of([&] {
          return space.from_json(json::object{{"depth", 2}, {"depth", 2}});
        }) == R"(space::nested::from_json: the decision "depth" twice; expected each once)");
}

TEST_CASE("space: an architecture of another space is refused") {
  const described space = nested();
  CHECK(message_of([&] { return space.to_string({}); }) ==
        "space::nested::choice: an architecture of 0 decisions; expected 6");
  CHECK_THROWS_AS((void)space.choice({}, 0), paragon::error);
  CHECK_THROWS_AS((void)space.from_choices(std::vector<paragon::space::choice_index>(5)), paragon::error);
  CHECK(message_of([&] {
          return space.from_choices(std::vector<paragon::space::choice_index>{0, 3, 0, 0, 0, 0});
        }) == "space::nested::from_choices: choice 3 of decision 1; expected 0 to 2");
}

TEST_CASE("space: random descriptions read back, and their architectures are canonical, distinct and total") {
  std::size_t conditional = 0;
  std::size_t counted = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const paragon::random_key key{.seed = seed};
    const json description = random_description(key);
    INFO("seed " << seed << ": " << description.dump());
    const described space(description);
    CHECK(described(json::parse(space.dump())) == space);
    CHECK(described(json::parse(space.dump(2))).dump() == space.dump());
    CHECK(space == described(description));

    std::set<described::architecture> distinct;
    std::set<std::uint64_t> hashes;
    std::set<std::string> texts;
    paragon::space::choice_table table(space);
    const std::size_t n = space.decisions();
    std::vector<paragon::space::choice_index> row(n);
    for (std::uint64_t i = 0; i < 60; ++i) {
      for (std::size_t d = 0; d < n; ++d) {
        row[d] = static_cast<paragon::space::choice_index>(key.fork("row").below(space.choices(d), i * n + d));
      }
      const auto a = space.from_choices(row);
      const auto canonical = paragon::space::choices_of(space, a);
      REQUIRE(space.from_choices(canonical) == a);
      REQUIRE(space.parse(space.to_string(a)) == a);
      REQUIRE(space.from_json(space.to_json(a)) == a);
      REQUIRE(space.to_json(a).dump() == space.to_string(a));
      std::vector<float> relaxed(paragon::space::total_choices(space));
      paragon::space::one_hot<float>(space, a, relaxed);
      REQUIRE(paragon::space::decode<float>(space, relaxed) == a);
      for (std::size_t d = 0; d < n; ++d) {
        REQUIRE(space.choice(a, d) == (space.active(a, d) ? row[d] : 0U));
        conditional += space.active(a, d) ? 0U : 1U;
        if (!space.conditional(d)) REQUIRE(space.active(a, d));
        REQUIRE(space.find_choice(d, space.value(d, row[d])) == row[d]);
        // What a decision says holds of the text: an active one is there.
        REQUIRE((space.to_json(a).find(space.decision_name(d)) != nullptr) == space.active(a, d));
      }
      distinct.insert(a);
      hashes.insert(paragon::space::hash(space, a));
      texts.insert(space.to_string(a));
      table.insert(canonical, 7);
      REQUIRE(table.find(canonical) == 7);
    }
    CHECK(hashes.size() == distinct.size());
    CHECK(texts.size() == distinct.size());

    const auto a = *distinct.begin();
    const auto near = paragon::space::neighbours(space, a);
    std::set<described::architecture> seen(near.begin(), near.end());
    CHECK(seen.size() == near.size());
    CHECK(!seen.contains(a));
    std::size_t changes = 0;
    for (std::size_t d = 0; d < n; ++d) changes += space.active(a, d) ? space.choices(d) - 1 : 0;
    CHECK(near.size() == changes);

    if (paragon::space::choice_rows(space) > 3000) continue;
    ++counted;
    std::set<described::architecture> all;
    std::fill(row.begin(), row.end(), paragon::space::choice_index{0});
    for (std::size_t d = 0; d < n;) {
      all.insert(space.from_choices(row));
      for (d = 0; d < n && ++row[d] == space.choices(d); ++d) row[d] = 0;
    }
    CHECK(space.size() == all.size());
  }
  CHECK(conditional > 1000);
  CHECK(counted > 50);
}

TEST_CASE("space: neighbours, hashes and tables of sixty decisions of 64 choices") {
  json::array decisions;
  for (int d = 0; d < 60; ++d) {
    json::object one{{"name", "d" + std::to_string(d)}, {"range", json::array{8, 512, 8}}};
    if (d >= 30) one.emplace_back("active_if", json::object{{"d" + std::to_string(d - 30), json::array{16, 24, 512}}});
    decisions.emplace_back(one);
  }
  const described space(json::object{{"name", "large"}, {"decisions", decisions}});
  CHECK(!space.size().has_value());
  for (std::uint64_t i = 0; i < 3; ++i) {
    const auto a = paragon::space::uniform(space, {.seed = 5}, i);
    std::size_t active = 0;
    for (std::size_t d = 0; d < 60; ++d) active += space.active(a, d) ? 1U : 0U;
    const auto near = paragon::space::neighbours(space, a);
    CHECK(near.size() == active * 63);
    const std::unordered_set<described::architecture, paragon::space::hasher<described>> distinct(
        near.begin(), near.end(), 0, paragon::space::hasher<described>(space));
    CHECK(distinct.size() == near.size());
  }
}

TEST_CASE("space: the number of architectures of a described space") {
  const auto size = [](std::string_view decisions) {
    return read_description(R"({"name": "s", "decisions": [)" + std::string(decisions) + "]}").size();
  };
  CHECK(size(R"({"name": "a", "choices": [1]})") == 1);
  CHECK(size(R"({"name": "a", "range": [1, 65535, 1]}, {"name": "b", "range": [1, 65535, 1]})") == 65535ULL * 65535);
  std::string many;
  for (int d = 0; d < 63; ++d) many += R"({"name": "d)" + std::to_string(d) + R"(", "choices": [0, 1]},)";
  CHECK(size(many + R"({"name": "a", "choices": [1]})") == std::uint64_t{1} << 63U);
  CHECK(!size(many + R"({"name": "a", "choices": [1, 2]})").has_value());
  // A decision that can never be active is no more than its absence.
  CHECK(size(R"({"name": "a", "choices": [1, 2]}, {"name": "b", "choices": [1, 2], "active_if": {"a": [1]}},
                {"name": "c", "choices": [1, 2, 3], "active_if": {"a": [2], "b": [1]}})") == 3);
  // 40 decisions that all have a say in one: too tangled to count.
  std::string tangle = R"({"name": "x", "choices": [1, 2], "active_if": {)";
  std::string rest;
  for (int d = 0; d < 40; ++d) {
    tangle += (d > 0 ? ", \"d" : "\"d") + std::to_string(d) + "\": [0]";
    rest += R"(, {"name": "d)" + std::to_string(d) + R"(", "choices": [0, 1]})";
  }
  CHECK(!size(tangle + "}}" + rest).has_value());
}

TEST_CASE("space: a description that is wrong is an error that names the decision and what was expected") {
  CHECK(message("[]") == "s.json: an array; expected an object with the members name, decisions");
  CHECK(message(R"({"decisions": []})") == R"(s.json: no member "name"; expected name)");
  CHECK(message(R"({"name": 1, "decisions": []})") == R"(s.json: "name" is 1; expected a string that is not empty)");
  CHECK(message(R"({"name": "s"})") == R"(s.json: no member "decisions"; expected decisions)");
  CHECK(message(R"({"name": "s", "decisions": {}})") == R"(s.json: "decisions" is an object; expected an array)");
  CHECK(message(R"({"name": "s", "decisions": []})") == "s.json: no decisions; expected at least one");
  CHECK(message(R"({"name": "s", "decision": []})") ==
        R"(s.json: the unknown member "decision"; expected one of name, decisions)");
  CHECK(message(R"({"name": "s", "decisions": [3]})") ==
        "s.json: decisions[0]: 3; expected an object with the members name, group, choices, range, ordered, active_if");
  CHECK(decision_message(R"("choices": [1])") == R"(s.json: decisions[1]: no member "name"; expected name)");
  CHECK(decision_message(R"("name": "", "choices": [1])") ==
        R"(s.json: decisions[1]: "name" is ""; expected a string that is not empty)");
  CHECK(decision_message(R"("name": "d", "choices": [1])") ==
        R"(s.json: decisions[1]: the name "d" again, of decisions[0]; expected another name)");
  const std::string at = R"(s.json: decision "e": )";
  CHECK(decision_message(R"("name": "e", "choises": [1])") ==
        at + R"(the unknown member "choises"; expected one of name, group, choices, range, ordered, active_if)");
  CHECK(
      decision_message(R"("nmae": "e", "choices": [1])") ==
      R"(s.json: decisions[1]: the unknown member "nmae"; expected one of name, group, choices, range, ordered, active_if)");
  CHECK(decision_message(R"("name": "e")") == at + R"(neither "choices" nor "range"; expected one of them)");
  CHECK(decision_message(R"("name": "e", "choices": [1], "range": [1, 2, 1])") ==
        at + R"(both "choices" and "range"; expected one of them)");
  CHECK(decision_message(R"("name": "e", "choices": 3)") == at + R"("choices" is 3; expected an array)");
  CHECK(decision_message(R"("name": "e", "choices": [])") == at + "no choices; expected at least one");
  CHECK(decision_message(R"("name": "e", "choices": [1, null])") ==
        at + "the choice null; expected a number, a string or a boolean");
  CHECK(decision_message(R"("name": "e", "choices": [[1]])") ==
        at + "the choice an array; expected a number, a string or a boolean");
  CHECK(decision_message(R"("name": "e", "choices": ["a", "b", "a"])") ==
        at + R"(the choice "a" twice; expected each once)");
  CHECK(decision_message(R"("name": "e", "choices": [3, 3.0])") == at + "the choice 3 twice; expected each once");
  CHECK(decision_message(R"("name": "e", "choices": [10000000000000000000, 1e19])") ==
        at + "the choice 1e+19 twice; expected each once");
  CHECK(decision_message(R"("name": "e", "choices": [1, "1", true, "true"])") == "no error");
  const std::string range = R"("name": "e", "range": )";
  const std::string three = R"(; expected "range": [first, last, step] of integers, step at least 1)";
  CHECK(decision_message(range + "[1, 2]") == at + "the range [1,2]" + three);
  CHECK(decision_message(range + "[1, 2, 1, 1]") == at + "the range [1,2,1,1]" + three);
  CHECK(decision_message(range + "[1, 2, 0]") == at + "the range [1,2,0]" + three);
  CHECK(decision_message(range + "[2, 1, -1]") == at + "the range [2,1,-1]" + three);
  CHECK(decision_message(range + "[1, 2, 0.5]") == at + "the range [1,2,0.5]" + three);
  CHECK(decision_message(range + "[1, 1e300, 1]") == at + "the range [1,1e+300,1]" + three);
  CHECK(decision_message(range + "\"1 to 2\"") == at + "the range \"1 to 2\"" + three);
  CHECK(decision_message(range + "[2, 1, 1]") == at + "the range [2,1,1]; expected a last number of at least 2");
  CHECK(decision_message(range + "[1, 10, 2]") ==
        at +
            "the range [1,10,2], whose steps miss its last number; expected a last number that they reach, as 9 or 11");
  CHECK(decision_message(range + "[1, 65536, 1]") == at + "65536 choices; expected at most 65535");
  CHECK(decision_message(range + "[-9007199254740992, 9007199254740992, 1]") ==
        at + "18014398509481985 choices; expected at most 65535");
  CHECK(decision_message(range + "[1, 65535, 1]") == "no error");
  CHECK(decision_message(range + "[-4, -4, 100]") == "no error");
  CHECK(decision_message(R"("name": "e", "choices": [1, 2], "ordered": 1)") ==
        at + R"("ordered" is 1; expected true or false)");
  CHECK(decision_message(R"("name": "e", "choices": ["a", "b"], "ordered": true)") ==
        at + R"("ordered" with the choice "a"; expected numbers that rise or fall)");
  CHECK(decision_message(R"("name": "e", "choices": [1, 3, 2], "ordered": true)") ==
        at +
            R"("ordered" with choices that neither rise nor fall: one of 1, 3, 2; expected numbers that rise or fall)");
  CHECK(decision_message(R"("name": "e", "choices": [3, 2.5, -1], "ordered": true)") == "no error");
  CHECK(decision_message(R"("name": "e", "choices": [1], "group": 1)") ==
        at + R"("group" is 1; expected a string that is not empty)");
  const auto grouped = [](const char* second) {
    return message(
        R"({"name": "s", "decisions": [{"name": "d", "group": "g", "choices": [1, 2, 3]}, {"name": "e", "group": "g", )" +
        std::string(second) + "}]}");
  };
  CHECK(grouped(R"("choices": [1, 2, 3])") == "no error");
  CHECK(grouped(R"("range": [1, 3, 1], "ordered": false)") == "no error");
  CHECK(grouped(R"("choices": [1, 3, 2])") ==
        at + R"(other choices than "d" of the group "g"; expected one of 1, 2, 3, not ordered)");
  CHECK(grouped(R"("range": [1, 3, 1])") ==
        at + R"(other choices than "d" of the group "g"; expected one of 1, 2, 3, not ordered)");
  const auto active = [](const std::string& condition) {
    return decision_message(R"("name": "e", "choices": [1, 2], "active_if": )" + condition);
  };
  CHECK(active("3") ==
        at + R"("active_if" is 3; expected an object of other decisions, each with an array of its choices)");
  CHECK(active("{}") ==
        at + R"("active_if" is empty; expected an object of other decisions, each with an array of its choices)");
  CHECK(active(R"({"f": [1]})") == at + R"("active_if" names "f"; expected the name of a decision)");
  CHECK(active(R"({"d": 1})") == at + R"("active_if" of "d" is 1; expected an array of one of 1, 2, 3)");
  CHECK(active(R"({"d": []})") == at + R"("active_if" of "d" is an empty array; expected an array of one of 1, 2, 3)");
  CHECK(active(R"({"d": [4]})") == at + R"("active_if" of "d" has 4; expected one of 1, 2, 3)");
  CHECK(active(R"({"d": ["1"]})") == at + R"("active_if" of "d" has "1"; expected one of 1, 2, 3)");
  CHECK(active(R"({"d": [1, 1.0]})") == at + R"("active_if" of "d" has 1 twice; expected each once)");
  CHECK(active(R"({"e": [1]})") ==
        at + R"(its activity depends on itself: "e", which depends on "e"; expected conditions without a cycle)");
  CHECK(message(R"({"name": "s", "decisions": [
          {"name": "a", "choices": [1], "active_if": {"b": [1]}},
          {"name": "b", "choices": [1], "active_if": {"c": [1]}},
          {"name": "c", "choices": [1], "active_if": {"b": [1]}}]})") ==
        R"(s.json: decision "b": its activity depends on itself: "b", which depends on "c", which depends on "b"; )"
        "expected conditions without a cycle");
  CHECK(message_of([] {
          return described(json::object{
              {"name", "s"},
              {"decisions", json::array{json::object{
                                {"name", "e"}, {"choices", json::array{std::numeric_limits<double>::infinity()}}}}}});
        }) == R"(space::described: decision "e": the choice of a number that is not finite; )"
              "expected a number, a string or a boolean");
}

TEST_CASE("space: a described space is read from a file, which errors name") {
  const paragon_test::scratch_folder folder;
  const std::string path = folder.write("space.json", nested().dump(2));
  CHECK(described::read(path) == nested());
  (void)folder.write("space.json", "{\"name\": \"s\",\n \"decisions\": [}]}");
  CHECK(message_of([&] { return described::read(path); }).starts_with(path + ":2:16: "));
  (void)folder.write("space.json", R"({"name": "s", "decisions": 1})");
  CHECK(message_of([&] { return described::read(path); }) == path + R"(: "decisions" is 1; expected an array)");
  CHECK_THROWS_AS((void)described::read(folder / "absent.json"), paragon::error);
}

TEST_CASE("space: ten thousand decisions in a chain of conditions are read and decoded") {
  json::array decisions;
  for (int d = 0; d < 10000; ++d) {
    json::object one{{"name", std::to_string(d)}, {"choices", json::array{0, 1}}};
    if (d < 9999) one.emplace_back("active_if", json::object{{std::to_string(d + 1), json::array{1}}});
    decisions.emplace_back(one);
  }
  const described space(json::object{{"name", "chain"}, {"decisions", decisions}});
  std::vector<paragon::space::choice_index> row(10000, 1);
  CHECK(paragon::space::choices_of(space, space.from_choices(row)) == row);
  row[5000] = 0;
  const auto a = space.from_choices(row);
  CHECK(space.active(a, 5000));
  CHECK_FALSE(space.active(a, 4999));
  CHECK_FALSE(space.active(a, 0));
  CHECK_FALSE(space.size().has_value());
}
