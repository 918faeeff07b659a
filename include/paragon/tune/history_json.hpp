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

namespace paragon::inline PARAGON_ISA::tune {

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

inline json write_trial(const parameter_space& space, const trial& t) {
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
  for (const trial& t : trials) list.emplace_back(detail::write_trial(space, t));
  return list;
}

namespace detail {

/// \param place  where it stands, for errors
inline trial read_trial(const parameter_space& space, const json& item, const std::string& place) {
  trial t;
  const double number = item.at("number").number();
  if (!(number >= 0 && number < 0x1p53 && number == std::floor(number))) {
    throw error(place, "has number " + item.at("number").dump(), "0 or more");
  }
  t.number = static_cast<std::size_t>(number);
  const json& values = item.at("parameters");
  if (values.members().size() != space.size()) {
    throw error(place, std::to_string(values.members().size()) + " parameters", std::to_string(space.size()));
  }
  for (const axis& a : space.axes()) t.values.push_back(read_value(a, values.at(a.name)));
  const std::string& state = item.at("state").text();
  if (state == "complete") {
    t.state = trial_state::complete;
    t.value = read_number(item.at("value"));
    if (std::isnan(t.value)) throw error(place, "is complete without a number as its value");
  } else if (state == "failed") {
    t.state = trial_state::failed;
    t.failure = item.at("failure").text();
  } else if (state != "pending") {
    throw error(place, "is \"" + state + "\"", "complete, failed or pending");
  }
  if (const json* extras = item.find("extras")) {
    for (const auto& [name, x] : extras->members()) t.extras.emplace_back(name, read_number(x));
  }
  return t;
}

}  // namespace detail

/// Reads what `to_json` wrote. O(trials parameters^2).
/// \throws error for anything else: a trial out of order, a parameter too many or missing, a value not on its axis, a
///         result that is NaN
[[nodiscard]] inline std::vector<trial> trials_from_json(const parameter_space& space, const json& list) {
  std::vector<trial> trials;
  for (const json& item : list.items()) {
    const std::string place = "tune: trial " + std::to_string(trials.size());
    trials.push_back(detail::read_trial(space, item, place));
    if (trials.back().number != trials.size() - 1) {
      throw error(place, "has number " + item.at("number").dump(), "trials in the order of their numbers");
    }
  }
  return trials;
}

/// Reads trials that stand one a line, as a history file keeps them: a line for each proposal, and a later one with the
/// same number and values for its result; each is what `to_json` writes of a trial. O(lines parameters^2).
///
/// \param text    lines that each end in a line feed
/// \param place   the file, for errors
/// \param first   the number of the first line in it
/// \param trials  what is known before these lines
/// \throws error that names the line, for what `trials_from_json` refuses, for a second result of a trial, and for text
///         after the last line feed
[[nodiscard]] inline std::vector<trial> trials_from_lines(const parameter_space& space, std::string_view text,
                                                          const std::string& place, std::size_t first = 1,
                                                          std::vector<trial> trials = {}) {
  for (std::size_t line = first; !text.empty(); ++line) {
    const std::string here = place + ": line " + std::to_string(line);
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) throw error(here, "is cut off", "a line feed at the end");
    trial t;
    try {
      t = detail::read_trial(space, json::parse(text.substr(0, end), "byte"), "trial");
    } catch (const error& bad) {
      throw error(here, bad.what());
    }
    text.remove_prefix(end + 1);
    if (t.number == trials.size()) {
      trials.push_back(std::move(t));
      continue;
    }
    if (t.number > trials.size()) {
      throw error(here, "has trial " + std::to_string(t.number),
                  "trial " + std::to_string(trials.size()) + " before it");
    }
    trial& known = trials[t.number];
    if (known.state != trial_state::pending || t.state == trial_state::pending || known.values != t.values) {
      throw error(here, "has trial " + std::to_string(t.number) + " again", "one result for each proposal");
    }
    known = std::move(t);
  }
  return trials;
}

}  // namespace paragon::tune
