// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/json.hpp"
#include "../core/read_file.hpp"
#include "choice_notation.hpp"
#include "detail/described_count.hpp"
#include "detail/described_decision.hpp"
#include "detail/described_reader.hpp"

namespace paragon::inline PARAGON_ISA::space {

/// A search space that is read from JSON at run time, for programs that are compiled once.
///
/// \code{.json}
/// {"name": "backbone", "decisions": [
///   {"name": "width", "range": [8, 512, 8]},
///   {"name": "depth1", "choices": [2, 3, 4], "ordered": true},
///   {"name": "kernel1", "group": "kernel", "choices": [3, 5, 7], "ordered": true},
///   {"name": "kernel2", "group": "kernel", "choices": [3, 5, 7], "ordered": true, "active_if": {"depth1": [3, 4]}},
///   {"name": "activation", "choices": ["relu", "swish"]}]}
/// \endcode
///
/// - `choices`: numbers, strings or booleans, each once; or `range`: [first, last, step] of integers, both ends included.
/// - `ordered`: whether the choices lie on a scale. Of a list only if it says so and its numbers rise or fall; of a range
///   unless it says false.
/// - `group`: decisions of a group mean the same thing and have the same choices; what is learned of one holds for all.
/// - `active_if`: the decision exists only where each decision named here is active itself and took one of the choices
///   beside it. Conditions may be on decisions that stand behind; they form no cycle.
///
/// Anything else, misspelt members included, is an error that names the decision and what was expected. At most 65,535
/// choices a decision; ranges take no memory.
///
/// An architecture is a row of choices in which decisions that are not active have none. Its notation is one JSON object
/// of the active decisions in their order, `{"width":64,"depth1":2,"kernel1":3,"activation":"relu"}`; `parse` takes that
/// alone, `from_json` members in any order. Copies share what was read; a const space may be used by any number of
/// threads. Decoding is O(decisions + conditions), with one allocation.
///
/// \code
/// const auto space = paragon::space::described::read("space.json");
/// const auto a = paragon::space::uniform(space, {.seed = 1}, 0);
/// std::string request = paragon::json(paragon::json::object{{"id", 1}, {"architecture", space.to_json(a)}}).dump();
/// \endcode
class described {
public:
  /// The choices of the active decisions. Ordered as rows are. One made by default belongs to no space.
  class architecture {
  public:
    architecture() = default;
    friend bool operator==(const architecture&, const architecture&) = default;
    friend auto operator<=>(const architecture&, const architecture&) = default;

  private:
    friend described;
    std::vector<choice_index> row_;
  };

  /// \param place  where the description stands, for errors
  /// \throws error for anything but a description as above
  explicit described(const json& description, std::string_view place = "space::described")
      : data_(std::make_shared<const detail::described_data>(detail::described_reader(place).read(description))) {}

  /// The space that a file describes. \throws error that names the file
  [[nodiscard]] static described read(const std::string& path) {
    return described(json::parse(read_file(path), path), path);
  }

  /// Whether the descriptions say the same; the order of decisions and choices counts.
  friend bool operator==(const described& a, const described& b) {
    return a.data_ == b.data_ || (a.data_->name == b.data_->name && a.data_->decisions == b.data_->decisions);
  }

  /// The description, from which the same space is read.
  [[nodiscard]] json to_json() const;
  [[nodiscard]] std::string dump(std::size_t indent = 0) const { return to_json().dump(indent); }

  // Decisions.

  [[nodiscard]] std::string_view name() const noexcept { return data_->name; }
  [[nodiscard]] std::size_t decisions() const noexcept { return data_->decisions.size(); }
  [[nodiscard]] std::size_t choices(std::size_t d) const { return data_->counts[d]; }
  [[nodiscard]] std::size_t group(std::size_t d) const { return data_->decisions[d].like; }
  [[nodiscard]] bool ordered(std::size_t d) const { return data_->decisions[d].ordered; }
  [[nodiscard]] bool conditional(std::size_t d) const { return !data_->decisions[d].conditions.empty(); }
  [[nodiscard]] std::string decision_name(std::size_t d) const { return data_->decisions[d].name; }
  /// The name of its group; empty where it has none.
  [[nodiscard]] std::string group_name(std::size_t d) const { return data_->decisions[d].group; }
  [[nodiscard]] std::string choice_text(std::size_t d, std::size_t c) const {
    const json v = value(d, c);
    return v.is_string() ? v.text() : v.dump();
  }
  /// NaN where the choice is no number.
  [[nodiscard]] double choice_value(std::size_t d, std::size_t c) const { return data_->decisions[d].number(c); }
  /// The choice as it was read.
  [[nodiscard]] json value(std::size_t d, std::size_t c) const { return data_->decisions[d].value(c); }

  /// The decision of that name.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const {
    const auto found = data_->by_name.find(std::string(name));
    return found == data_->by_name.end() ? std::nullopt : std::optional(found->second);
  }
  /// The choice of decision `d` with that value. O(1).
  [[nodiscard]] std::optional<std::size_t> find_choice(std::size_t d, const json& value) const {
    return data_->decisions[d].find(value);
  }

  /// How many architectures there are; nothing for 2^64 and more, and where conditions are so tangled that counting would
  /// take more than about a million steps.
  [[nodiscard]] std::optional<std::uint64_t> size() const { return detail::described_counter(*data_).count(); }

  // Architectures.

  /// 0 where the decision is not active. \throws error for an architecture of a space with another number of decisions
  [[nodiscard]] std::size_t choice(const architecture& a, std::size_t d) const {
    const choice_index c = row_of(a)[d];
    return c == inactive ? 0 : c;
  }
  /// \throws as `choice`
  [[nodiscard]] bool active(const architecture& a, std::size_t d) const { return row_of(a)[d] != inactive; }

  [[nodiscard]] architecture from_choices(std::span<const choice_index> row) const {
    require_choices(*this, row);
    architecture a;
    a.row_.assign(row.begin(), row.end());
    for (const std::size_t d : data_->conditional) {
      for (const detail::described_condition& c : data_->decisions[d].conditions) {
        const choice_index on = a.row_[c.on];
        if (on == inactive || !c.holds[on]) {
          a.row_[d] = inactive;
          break;
        }
      }
    }
    return a;
  }

  // Notation.

  [[nodiscard]] std::string to_string(const architecture& a) const;
  /// \throws error for anything that `to_string` does not write, with the decision that is at fault
  [[nodiscard]] architecture parse(std::string_view text) const;

  /// An object of the values of the active decisions, in order.
  [[nodiscard]] json to_json(const architecture& a) const {
    json::object values;
    for (std::size_t d = 0; d < decisions(); ++d) {
      if (active(a, d)) values.emplace_back(decision_name(d), value(d, row_of(a)[d]));
    }
    return values;
  }
  /// The same read back; members may stand in any order. \throws error for a decision that is unknown, absent although
  /// active or present although not, and for a value that is none of its choices
  [[nodiscard]] architecture from_json(const json& values) const { return read_values(values, place("from_json")); }

private:
  static constexpr choice_index inactive = std::numeric_limits<choice_index>::max();  // no choice: there are fewer

  [[nodiscard]] std::string place(const char* function) const { return "space::" + data_->name + "::" + function; }

  [[nodiscard]] const std::vector<choice_index>& row_of(const architecture& a) const {
    if (a.row_.size() != decisions()) {
      throw error(place("choice"), "an architecture of " + std::to_string(a.row_.size()) + " decisions",
                  std::to_string(decisions()));
    }
    return a.row_;
  }

  [[nodiscard]] architecture read_values(const json& values, const std::string& place) const;

  /// What would make the decision active: the first of its conditions that does not hold.
  [[nodiscard]] std::string missing_condition(const architecture& a, std::size_t d) const {
    for (const detail::described_condition& c : data_->decisions[d].conditions) {
      const detail::described_decision& on = data_->decisions[c.on];
      if (!active(a, c.on)) return "none: " + quote(on.name) + " is not active either";
      if (!c.holds[choice(a, c.on)]) return "none where " + quote(on.name) + " is " + on.value(choice(a, c.on)).dump();
    }
    return {};
  }

  std::shared_ptr<const detail::described_data> data_;
};

inline json described::to_json() const {
  json::array all;
  for (const detail::described_decision& d : data_->decisions) {
    json::object one{{"name", d.name}};
    if (!d.group.empty()) one.emplace_back("group", d.group);
    if (d.is_range()) {
      one.emplace_back("range", json::array{d.value(0), d.value(d.count - 1), d.step});
    } else {
      one.emplace_back("choices", json::array(d.values));
    }
    if (d.ordered != d.is_range()) one.emplace_back("ordered", d.ordered);
    if (!d.conditions.empty()) {
      json::object active_if;
      for (const detail::described_condition& c : d.conditions) {
        const detail::described_decision& on = data_->decisions[c.on];
        json::array values;
        for (std::size_t k = 0; k < on.count; ++k) {
          if (c.holds[k]) values.push_back(on.value(k));
        }
        active_if.emplace_back(on.name, std::move(values));
      }
      one.emplace_back("active_if", std::move(active_if));
    }
    all.emplace_back(std::move(one));
  }
  return json::object{{"name", data_->name}, {"decisions", std::move(all)}};
}

inline std::string described::to_string(const architecture& a) const {
  const std::vector<choice_index>& row = row_of(a);
  std::string text = "{";
  for (std::size_t d = 0; d < row.size(); ++d) {
    if (row[d] == inactive) continue;
    if (text.size() > 1) text += ',';
    text.append(data_->decisions[d].key).append(":");
    data_->decisions[d].append(text, row[d]);
  }
  return text += '}';
}

inline described::architecture described::parse(std::string_view text) const {
  const std::string at = place("parse");
  architecture a = read_values(json::parse(text, at), at);
  if (const std::string canonical = to_string(a); canonical != text) throw error(at, quote(text), canonical);
  return a;
}

inline described::architecture described::read_values(const json& values, const std::string& place) const {
  if (!values.is_object()) throw error(place, "a value that is no object", "an object of decisions and their values");
  constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> found(decisions(), none);
  std::size_t next = 0;  // members mostly stand in order
  for (const auto& [key, value] : values.members()) {
    std::size_t d = next;
    while (d < decisions() && d < next + 4 && data_->decisions[d].name != key) ++d;
    if (d == decisions() || d == next + 4) {
      const std::optional<std::size_t> named = find(key);
      if (!named) throw error(place, "the member " + quote(key), "the name of a decision");
      d = *named;
    }
    const std::optional<std::size_t> choice = find_choice(d, value);
    if (!choice) {
      const bool plain = value.is_null() || value.is_number() || value.is_boolean();
      throw error(place + ": decision " + quote(key),
                  value.is_string() ? quote(value.text())
                  : plain           ? value.dump()
                                    : "an array or object",
                  data_->decisions[d].values_text());
    }
    if (found[d] != none) throw error(place, "the decision " + quote(key) + " twice", "each once");
    found[d] = *choice;
    next = d + 1;
  }
  std::vector<choice_index> row(decisions());
  for (std::size_t d = 0; d < row.size(); ++d) row[d] = static_cast<choice_index>(found[d] == none ? 0 : found[d]);
  architecture a = from_choices(row);
  for (const std::size_t d : data_->order) {
    if (active(a, d) == (found[d] != none)) continue;
    const std::string at = place + ": decision " + quote(data_->decisions[d].name);
    if (active(a, d)) throw error(at, "no value", data_->decisions[d].values_text());
    throw error(at, "a value although the decision is not active", missing_condition(a, d));
  }
  return a;
}

}  // namespace paragon::space
