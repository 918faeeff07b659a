// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/atomic_file.hpp"
#include "../core/error.hpp"
#include "../core/json.hpp"
#include "../core/read_file.hpp"
#include "../core/result.hpp"

namespace paragon::inline PARAGON_ISA::report {

namespace detail {

/// A notation as files show it: one that is a JSON object, as that of `space::described`, as this object; others as text.
inline json notation_to_json(const std::string& text) {
  if (text.starts_with('{')) {
    try {
      json object = json::parse(text);
      if (object.is_object() && object.dump() == text) return object;
    } catch (const error&) {  // a text that begins like one
    }
  }
  return text;
}

inline json points_to_json(const std::vector<found_point>& points, const result& r) {
  json::array list;
  list.reserve(points.size());
  for (const found_point& p : points) {
    if (p.objectives.size() != r.objectives.size()) {
      throw error("report::to_json", p.architecture + " has " + std::to_string(p.objectives.size()) + " objectives",
                  std::to_string(r.objectives.size()));
    }
    json::array preference;
    for (const double w : p.preference) preference.emplace_back(w);
    json::object objectives;
    for (std::size_t m = 0; m < p.objectives.size(); ++m) {
      objectives.emplace_back(r.objectives[m].name, p.objectives[m]);
    }
    list.emplace_back(json::object{{"preference", std::move(preference)},
                                   {"architecture", notation_to_json(p.architecture)},
                                   {"objectives", std::move(objectives)}});
  }
  return list;
}

inline json optional_to_json(std::optional<double> value) { return value ? json(*value) : json(); }

inline std::vector<found_point> points_from_json(const json& list, const result& r) {
  std::vector<found_point> points;
  points.reserve(list.items().size());
  for (const json& item : list.items()) {
    found_point p;
    for (const json& w : item.at("preference").items()) p.preference.push_back(w.number());
    const json& notation = item.at("architecture");
    p.architecture = notation.is_object() ? notation.dump() : notation.text();
    const json& objectives = item.at("objectives");
    for (const metric& m : r.objectives) {
      const json& value = objectives.at(m.name);
      p.objectives.push_back(value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.number());
    }
    if (objectives.members().size() != r.objectives.size()) {
      throw error("json", p.architecture + " has objectives that the result does not list");
    }
    points.push_back(std::move(p));
  }
  return points;
}

inline json baselines_to_json(const std::vector<baseline>& baselines) {
  json::array list;
  for (const baseline& b : baselines) {
    list.emplace_back(json::object{{"name", b.name}, {"evaluations", b.evaluations}, {"hypervolume", b.hypervolume}});
  }
  return json(std::move(list));
}

inline std::vector<baseline> baselines_from_json(const json& list) {
  std::vector<baseline> baselines;
  for (const json& b : list.items()) {
    baselines.push_back(
        {b.at("name").text(), static_cast<std::size_t>(b.at("evaluations").integer()), b.at("hypervolume").number()});
  }
  return baselines;
}

inline std::optional<double> optional_from_json(const json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.number());
}

}  // namespace detail

/// A result as JSON, the content of `result.json`.
///
/// Numbers are written with as many digits as it takes to read the same double back; an objective that nobody knows (NaN)
/// and a hypervolume that nobody can know are `null`. Members, in this order: `algorithm`, `dataset`, `seed`,
/// `labels_read`, `evaluations`, `seconds`, `objectives` (name, unit, direction), `settings` (name and value), `devices`
/// (name, split, points, hypervolume, true_hypervolume, random_hypervolume, true_front, random, baselines). A point has
/// `preference`, `architecture` and `objectives`, the last a value for each name. An architecture whose notation is a JSON
/// object is written as one, any other as a string. O(points).
///
/// \throws error where a point has another number of objectives than the result, for infinities, for strings that are
///   not UTF-8, and for two objectives or settings of one name.
[[nodiscard]] inline json to_json(const result& r) {
  const auto distinct = [](const auto& list, const auto& name_of, const char* kind) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (name_of(list[i]) == name_of(list[k])) {
          throw error("report::to_json", std::string("two ") + kind + " named " + quote(name_of(list[i])),
                      "names that differ");
        }
      }
    }
  };
  distinct(
      r.objectives, [](const metric& m) { return m.name; }, "objectives");
  distinct(
      r.settings, [](const auto& s) { return s.first; }, "settings");

  json::array objectives;
  for (const metric& m : r.objectives) {
    objectives.emplace_back(json::object{
        {"name", m.name}, {"unit", m.unit}, {"direction", m.sense == direction::minimise ? "minimise" : "maximise"}});
  }
  json::object settings;
  for (const auto& [name, value] : r.settings) settings.emplace_back(name, value);
  json::array devices;
  for (const device_front& d : r.devices) {
    devices.emplace_back(json::object{{"name", d.name},
                                      {"split", d.split},
                                      {"points", detail::points_to_json(d.points, r)},
                                      {"hypervolume", detail::optional_to_json(d.hypervolume)},
                                      {"true_hypervolume", detail::optional_to_json(d.true_hypervolume)},
                                      {"random_hypervolume", detail::optional_to_json(d.random_hypervolume)},
                                      {"true_front", detail::points_to_json(d.true_front, r)},
                                      {"random", detail::points_to_json(d.random, r)},
                                      {"baselines", detail::baselines_to_json(d.baselines)}});
  }
  return json::object{{"algorithm", r.algorithm},
                      {"dataset", r.dataset},
                      {"seed", r.seed},
                      {"labels_read", r.labels_read},
                      {"evaluations", r.evaluations},
                      {"seconds", r.seconds},
                      {"objectives", std::move(objectives)},
                      {"settings", std::move(settings)},
                      {"devices", std::move(devices)}};
}

/// The result that `to_json` wrote: `from_json(to_json(r)) == r` where `r` holds no NaN. Unknown members are ignored.
///
/// \param place  named in errors, for instance the file
/// \throws error where a member is absent or of the wrong kind
[[nodiscard]] inline result from_json(const json& value, std::string_view place = "report::from_json") {
  try {
    result r;
    r.algorithm = value.at("algorithm").text();
    r.dataset = value.at("dataset").text();
    r.seed = value.at("seed").integer();
    r.labels_read = static_cast<std::size_t>(value.at("labels_read").integer());
    r.evaluations = static_cast<std::size_t>(value.at("evaluations").integer());
    r.seconds = value.at("seconds").number();
    for (const json& m : value.at("objectives").items()) {
      const std::string& way = m.at("direction").text();
      if (way != "minimise" && way != "maximise")
        throw error("json", "direction " + quote(way), "minimise or maximise");
      r.objectives.push_back(
          {m.at("name").text(), m.at("unit").text(), way == "minimise" ? direction::minimise : direction::maximise});
    }
    for (const auto& [name, setting] : value.at("settings").members()) r.settings.emplace_back(name, setting.text());
    for (const json& item : value.at("devices").items()) {
      device_front d;
      d.name = item.at("name").text();
      d.split = item.at("split").text();
      d.points = detail::points_from_json(item.at("points"), r);
      d.true_front = detail::points_from_json(item.at("true_front"), r);
      d.random = detail::points_from_json(item.at("random"), r);
      d.hypervolume = detail::optional_from_json(item.at("hypervolume"));
      d.true_hypervolume = detail::optional_from_json(item.at("true_hypervolume"));
      d.random_hypervolume = detail::optional_from_json(item.at("random_hypervolume"));
      d.baselines = detail::baselines_from_json(item.at("baselines"));
      r.devices.push_back(std::move(d));
    }
    return r;
  } catch (const error& e) {
    throw error(place, e.what());
  }
}

/// Writes a result to a JSON file that is easy on the eye; the file appears complete or not at all.
inline void write_json(const result& r, const std::string& path) { write_file(path, to_json(r).dump(2) + "\n"); }

/// Reads a result from a JSON file. \throws error that names the file
[[nodiscard]] inline result read_json(const std::string& path) {
  return from_json(json::parse(read_file(path), path), path);
}

}  // namespace paragon::report
