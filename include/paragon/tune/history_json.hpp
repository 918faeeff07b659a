// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/json.hpp"
#include "parameter_space.hpp"
#include "trial.hpp"

namespace paragon::tune {

namespace detail {

/// JSON has no infinity and `json` writes NaN as null; both have to come back as they were.
inline json write_number(double x) {
  if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
  return x;
}

inline double read_number(const json& value) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (!value.is_string()) return value.number();
  if (value.text() == "inf") return infinity;
  if (value.text() == "-inf") return -infinity;
  throw error("tune: history", quote(value.text()), "a number, \"inf\", \"-inf\" or null");
}

inline json write_values(const parameter_space& space, const std::vector<double>& values) {
  json::object members;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const axis& a = space[i];
    if (a.categorical()) {
      members.emplace_back(a.name, a.labels[static_cast<std::size_t>(values[i])]);
    } else {
      members.emplace_back(a.name, values[i]);
    }
  }
  return members;
}

inline double read_value(const axis& a, const json& value) {
  double x = std::numeric_limits<double>::quiet_NaN();
  if (!a.categorical()) {
    x = value.number();
  } else {
    for (std::size_t i = 0; i < a.labels.size(); ++i) {
      if (a.labels[i] == value.text()) x = static_cast<double>(i);
    }
  }
  if (!a.contains(x)) throw error("tune: parameter " + quote(a.name), value.dump(), "one of its values");
  return x;
}

}  // namespace detail

/// The parameters as JSON: what a reader has to know to understand the values of a history.
[[nodiscard]] inline json to_json(const parameter_space& space) {
  json::array list;
  for (const axis& a : space.axes()) {
    if (a.categorical()) {
      list.emplace_back(json::object{{"name", a.name}, {"labels", json::array(a.labels.begin(), a.labels.end())}});
    } else {
      list.emplace_back(json::object{{"name", a.name},
                                     {"lower", a.lower},
                                     {"upper", a.upper},
                                     {"step", a.step},
                                     {"scale", a.logarithmic ? "logarithmic" : "linear"}});
    }
  }
  return list;
}

/// Trials as JSON: values by name, of categorical parameters the label; infinite results as "inf" and "-inf".
/// O(trials parameters). \throws error for names that are not UTF-8
[[nodiscard]] inline json to_json(const parameter_space& space, const std::vector<trial>& trials) {
  json::array list;
  for (const trial& t : trials) {
    const char* state = t.state == trial_state::complete ? "complete"
                        : t.state == trial_state::failed ? "failed"
                                                         : "pending";
    json::object members{{"number", t.number}, {"state", state}, {"parameters", detail::write_values(space, t.values)}};
    if (t.state == trial_state::complete) members.emplace_back("value", detail::write_number(t.value));
    if (t.state == trial_state::failed) members.emplace_back("failure", t.failure);
    if (!t.extras.empty()) {
      json::object extras;
      for (const auto& [name, x] : t.extras) extras.emplace_back(name, detail::write_number(x));
      members.emplace_back("extras", std::move(extras));
    }
    list.emplace_back(std::move(members));
  }
  return list;
}

/// Reads what `to_json` wrote. O(trials parameters^2).
/// \throws error for anything else: a trial out of order, a parameter too many or missing, a value not on its axis, a
///         result that is NaN
[[nodiscard]] inline std::vector<trial> trials_from_json(const parameter_space& space, const json& list) {
  std::vector<trial> trials;
  for (const json& item : list.items()) {
    trial t;
    const std::string place = "tune: trial " + std::to_string(trials.size());
    if (item.at("number").number() != static_cast<double>(trials.size())) {
      throw error(place, "has number " + item.at("number").dump(), "trials in the order of their numbers");
    }
    t.number = trials.size();
    const json& values = item.at("parameters");
    if (values.members().size() != space.size()) {
      throw error(place, std::to_string(values.members().size()) + " parameters", std::to_string(space.size()));
    }
    for (const axis& a : space.axes()) t.values.push_back(detail::read_value(a, values.at(a.name)));
    const std::string& state = item.at("state").text();
    if (state == "complete") {
      t.state = trial_state::complete;
      t.value = detail::read_number(item.at("value"));
      if (std::isnan(t.value)) throw error(place, "is complete without a number as its value");
    } else if (state == "failed") {
      t.state = trial_state::failed;
      t.failure = item.at("failure").text();
    } else if (state != "pending") {
      throw error(place, "is " + quote(state), "complete, failed or pending");
    }
    if (const json* extras = item.find("extras")) {
      for (const auto& [name, x] : extras->members()) t.extras.emplace_back(name, detail::read_number(x));
    }
    trials.push_back(std::move(t));
  }
  return trials;
}

}  // namespace paragon::tune
