// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../../core/error.hpp"
#include "described_decision.hpp"

namespace paragon::inline PARAGON_ISA::space::detail {

/// Reads the JSON of `described`; every error names the place, the decision, and what was expected.
class described_reader {
public:
  explicit described_reader(std::string_view place) : place_(place) {}

  described_data read(const json& description) {
    expect_object(description, place_, {"name", "decisions"});
    data_.name = member_text(description, "name", place_);
    const json& decisions = member(description, "decisions", place_);
    if (!decisions.is_array()) fail(place_, "\"decisions\" is " + kind(decisions), "an array");
    if (decisions.items().empty()) fail(place_, "no decisions", "at least one");
    for (std::size_t d = 0; d < decisions.items().size(); ++d) add(decisions.items()[d], d);
    for (std::size_t d = 0; d < data_.decisions.size(); ++d) add_conditions(decisions.items()[d], d);
    sort();
    for (const std::size_t d : data_.order) {
      if (!data_.decisions[d].conditions.empty()) data_.conditional.push_back(d);
    }
    for (const described_decision& d : data_.decisions) data_.counts.push_back(d.count);
    return std::move(data_);
  }

private:
  static constexpr std::size_t most = most_choices - 1;  // one number of a row stands for a decision that is not active

  [[noreturn]] static void fail(const std::string& place, const std::string& problem, const std::string& expected) {
    throw error(place, problem, expected);
  }

  static std::string kind(const json& value) {
    if (value.is_null()) return "null";
    if (value.is_array()) return "an array";
    if (value.is_object()) return "an object";
    return quote_value(value);
  }
  static std::string quote_value(const json& value) { return value.is_string() ? quote(value.text()) : value.dump(); }

  static void expect_object(const json& value, const std::string& place, std::initializer_list<const char*> names) {
    std::string all;
    for (const char* name : names) all.append(all.empty() ? "" : ", ").append(name);
    if (!value.is_object()) fail(place, kind(value), "an object with the members " + all);
    for (const auto& [key, ignored] : value.members()) {
      if (std::find(names.begin(), names.end(), key) == names.end()) {
        fail(place, "the unknown member " + quote(key), "one of " + all);
      }
    }
  }
  static const json& member(const json& object, const char* name, const std::string& place) {
    const json* found = object.find(name);
    if (found == nullptr) fail(place, std::string("no member \"") + name + '"', name);
    return *found;
  }
  static std::string member_text(const json& object, const char* name, const std::string& place) {
    const json& value = member(object, name, place);
    if (!value.is_string() || value.text().empty()) {
      fail(place, std::string("\"") + name + "\" is " + kind(value), "a string that is not empty");
    }
    return value.text();
  }

  [[nodiscard]] std::string place_of(std::size_t d) const {
    return place_ + ": decision " + quote(data_.decisions[d].name);
  }

  /// All of a decision but its conditions, which may name decisions behind it.
  void add(const json& value, std::size_t d) {
    const std::string unnamed = place_ + ": decisions[" + std::to_string(d) + "]";
    described_decision decision;
    if (!value.is_object() || value.find("name") == nullptr) {
      expect_object(value, unnamed, {"name", "group", "choices", "range", "ordered", "active_if"});
    }
    decision.name = member_text(value, "name", unnamed);
    const std::string place = place_ + ": decision " + quote(decision.name);
    expect_object(value, place, {"name", "group", "choices", "range", "ordered", "active_if"});
    if (const auto [known, added] = data_.by_name.try_emplace(decision.name, d); !added) {
      fail(unnamed, "the name " + quote(decision.name) + " again, of decisions[" + std::to_string(known->second) + "]",
           "another name");
    }
    const json* choices = value.find("choices");
    const json* range = value.find("range");
    if ((choices == nullptr) == (range == nullptr)) {
      fail(place, choices == nullptr ? "neither \"choices\" nor \"range\"" : "both \"choices\" and \"range\"",
           "one of them");
    }
    if (range != nullptr) {
      add_range(decision, *range, place);
    } else {
      add_list(decision, *choices, place);
    }
    if (const json* ordered = value.find("ordered"); ordered != nullptr) {
      if (!ordered->is_boolean()) fail(place, "\"ordered\" is " + kind(*ordered), "true or false");
      decision.ordered = ordered->boolean();
      if (decision.ordered && !decision.is_range()) expect_order(decision, place);
    }
    decision.key = json(decision.name).dump();
    decision.like = d;
    if (value.find("group") != nullptr) {
      decision.group = member_text(value, "group", place);
      const auto [first, added] = groups_.try_emplace(decision.group, d);
      decision.like = first->second;
      if (!added && !decision.same_choices(data_.decisions[decision.like])) {
        const described_decision& like = data_.decisions[decision.like];
        fail(place, "other choices than " + quote(like.name) + " of the group " + quote(decision.group),
             like.values_text() + (like.ordered ? ", ordered" : ", not ordered"));
      }
    }
    data_.decisions.push_back(std::move(decision));
  }

  static void add_range(described_decision& decision, const json& range, const std::string& place) {
    const std::string expected = "\"range\": [first, last, step] of integers, step at least 1";
    std::vector<std::int64_t> numbers;
    if (range.is_array()) {
      for (const json& item : range.items()) {
        if (const auto n = exact_integer(item)) numbers.push_back(*n);
      }
    }
    if (numbers.size() != 3 || range.items().size() != 3 || numbers[2] < 1) {
      fail(place, "the range " + (range.is_array() ? range.dump() : kind(range)), expected);
    }
    const auto [first, last, step] = std::array<std::int64_t, 3>{numbers[0], numbers[1], numbers[2]};
    if (last < first) fail(place, "the range " + range.dump(), "a last number of at least " + std::to_string(first));
    if ((last - first) % step != 0) {
      const std::int64_t before = last - (last - first) % step;
      fail(place, "the range " + range.dump() + ", whose steps miss its last number",
           "a last number that they reach, as " + std::to_string(before) + " or " + std::to_string(before + step));
    }
    decision.first = first;
    decision.step = step;
    decision.count = count_of(static_cast<std::uint64_t>((last - first) / step) + 1, place);
    decision.ordered = true;
  }

  static std::size_t count_of(std::uint64_t count, const std::string& place) {
    if (count > most) fail(place, std::to_string(count) + " choices", "at most " + std::to_string(most));
    return static_cast<std::size_t>(count);
  }

  static void add_list(described_decision& decision, const json& choices, const std::string& place) {
    if (!choices.is_array()) fail(place, "\"choices\" is " + kind(choices), "an array");
    if (choices.items().empty()) fail(place, "no choices", "at least one");
    decision.count = count_of(choices.items().size(), place);
    for (const json& item : choices.items()) {
      const bool finite = !item.is_number() || item.is_integer() || std::isfinite(item.number());
      if (!finite || !(item.is_number() || item.is_string() || item.is_boolean())) {
        fail(place, "the choice " + (finite ? kind(item) : "of a number that is not finite"),
             "a number, a string or a boolean");
      }
      decision.values.push_back(normal_value(item));
      decision.texts.push_back(decision.values.back().dump());
      if (!decision.by_text.try_emplace(decision.texts.back(), decision.values.size() - 1).second) {
        fail(place, "the choice " + quote_value(item) + " twice", "each once");
      }
    }
  }

  static void expect_order(const described_decision& decision, const std::string& place) {
    bool up = true;
    bool down = true;
    for (std::size_t c = 0; c < decision.count; ++c) {
      const json& value = decision.values[c];
      if (!value.is_number()) {
        fail(place, "\"ordered\" with the choice " + quote_value(value), "numbers that rise or fall");
      }
      if (c == 0) continue;
      up = up && decision.number(c - 1) < decision.number(c);
      down = down && decision.number(c - 1) > decision.number(c);
    }
    if (!up && !down) {
      fail(place, "\"ordered\" with choices that neither rise nor fall: " + decision.values_text(),
           "numbers that rise or fall");
    }
  }

  void add_conditions(const json& value, std::size_t d) {
    const json* active_if = value.find("active_if");
    if (active_if == nullptr) return;
    const std::string place = place_of(d);
    if (!active_if->is_object() || active_if->members().empty()) {
      fail(place, "\"active_if\" is " + (active_if->is_object() ? "empty" : kind(*active_if)),
           "an object of other decisions, each with an array of its choices");
    }
    for (const auto& [name, values] : active_if->members()) {
      const auto found = data_.by_name.find(name);
      if (found == data_.by_name.end()) {
        fail(place, "\"active_if\" names " + quote(name), "the name of a decision");
      }
      const described_decision& on = data_.decisions[found->second];
      if (!values.is_array() || values.items().empty()) {
        fail(place, "\"active_if\" of " + quote(name) + " is " + (values.is_array() ? "an empty array" : kind(values)),
             "an array of " + on.values_text());
      }
      described_condition condition{found->second, std::vector<bool>(on.count)};
      for (const json& item : values.items()) {
        const std::optional<std::size_t> choice = on.find(item);
        if (!choice) {
          fail(place, "\"active_if\" of " + quote(name) + " has " + kind(item), on.values_text());
        }
        if (condition.holds[*choice]) {
          fail(place, "\"active_if\" of " + quote(name) + " has " + kind(item) + " twice", "each once");
        }
        condition.holds[*choice] = true;
      }
      data_.decisions[d].conditions.push_back(std::move(condition));
    }
    std::sort(data_.decisions[d].conditions.begin(), data_.decisions[d].conditions.end(),
              [](const described_condition& a, const described_condition& b) { return a.on < b.on; });
  }

  /// An order in which each decision stands behind those that it depends on: depth first, without recursion.
  void sort() {
    enum class state : std::uint8_t { untouched, open, done };
    std::vector<state> states(data_.decisions.size());
    struct visit {
      std::size_t decision;
      std::size_t next;  // of its conditions
    };
    std::vector<visit> path;
    for (std::size_t d = 0; d < states.size(); ++d) {
      if (states[d] == state::untouched) path.push_back({d, 0});
      while (!path.empty()) {
        auto& [at, next] = path.back();
        states[at] = state::open;
        const auto& conditions = data_.decisions[at].conditions;
        if (next == conditions.size()) {
          states[at] = state::done;
          data_.order.push_back(at);
          path.pop_back();
          continue;
        }
        const std::size_t on = conditions[next++].on;
        if (states[on] == state::open) fail_cycle(path, on);
        if (states[on] == state::untouched) path.push_back({on, 0});
      }
    }
  }

  template <class Path>
  [[noreturn]] void fail_cycle(const Path& path, std::size_t on) const {
    std::size_t begin = 0;
    while (path[begin].decision != on) ++begin;
    constexpr std::size_t shown = 6;
    std::string text = quote(data_.decisions[on].name);
    for (std::size_t i = begin + 1; i < path.size() && i < begin + shown; ++i) {
      text += ", which depends on " + quote(data_.decisions[path[i].decision].name);
    }
    if (path.size() > begin + shown) text += ", ...";
    fail(place_of(on),
         "its activity depends on itself: " + text + ", which depends on " + quote(data_.decisions[on].name),
         "conditions without a cycle");
  }

  std::string place_;
  described_data data_;
  std::unordered_map<std::string, std::size_t> groups_;  ///< the first decision of each
};

}  // namespace paragon::space::detail
