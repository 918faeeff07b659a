// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/error.hpp"
#include "../../core/json.hpp"
#include "../../core/metric.hpp"
#include "../../core/quote.hpp"
#include "../../objective/outcome.hpp"

namespace paragon::inline PARAGON_ISA::evaluate::detail {

/// What a line says that a command printed.
struct command_answer {
  enum class kind {
    understood,  ///< values for all objectives, or a failure with its reason
    incomplete,  ///< an answer to what was asked, but not a whole one
    nonsense     ///< anything else: what this command prints next means nothing
  };
  kind what = kind::nonsense;
  objective::outcome result{};
};

/// NaN and the infinities, which some JSON writers print as bare words and which JSON does not have, as null.
[[nodiscard]] inline std::string bare_words_as_null(std::string_view line) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::size_t word = 0;
    for (const std::string_view w : {"NaN", "-NaN", "Infinity", "-Infinity"}) {
      if (!quoted && line.substr(i).starts_with(w)) word = w.size();
    }
    if (word > 0) {
      out += "null";
      i += word - 1;
      continue;
    }
    out += line[i];
    if (quoted && line[i] == '\\' && i + 1 < line.size()) {
      out += line[++i];
    } else if (line[i] == '"') {
      quoted = !quoted;
    }
  }
  return out;
}

/// The object that a line holds, or nothing.
[[nodiscard]] inline std::optional<json> read_object(std::string_view line) {
  const auto parse = [](std::string_view text) -> std::optional<json> {
    try {
      json value = json::parse(text);
      if (value.is_object()) return value;
    } catch (const error&) {
    }
    return std::nullopt;
  };
  std::optional<json> found = parse(line);
  return found ? found : parse(bare_words_as_null(line));
}

/// Reads `{"id":1,"values":{"error":7.1}}` or `{"id":1,"failed":"why"}`; other members are passed over.
/// \param id  of the request that was asked
[[nodiscard]] inline command_answer read_answer(std::string_view line, std::uint64_t id,
                                                std::span<const metric> objectives) {
  const auto bad = [&](command_answer::kind what, const std::string& problem) {
    return command_answer{what, objective::failed{problem + "; it printed " + quote(line)}};
  };
  const std::optional<json> found = read_object(line);
  if (!found) return bad(command_answer::kind::nonsense, "the answer is no JSON object");
  const json* number = found->find("id");
  if (number == nullptr) return bad(command_answer::kind::nonsense, "the answer has no \"id\"");
  if (*number != json(id)) {
    return bad(command_answer::kind::nonsense,
               "the answer is not to \"id\" " + std::to_string(id) + ", which was asked");
  }

  constexpr auto incomplete = command_answer::kind::incomplete;
  const json* why = found->find("failed");
  const json* values = found->find("values");
  if (why != nullptr && values != nullptr) return bad(incomplete, "the answer has \"values\" and \"failed\"");
  if (why != nullptr) {
    if (!why->is_string()) return bad(incomplete, "\"failed\" is no text");
    return {command_answer::kind::understood, objective::failed{why->text()}};
  }
  if (values == nullptr) return bad(incomplete, "the answer has neither \"values\" nor \"failed\"");
  if (!values->is_object()) return bad(incomplete, "\"values\" is no object");

  std::vector<double> numbers;
  std::string unknown;  // the first objective that could not be computed
  for (const metric& m : objectives) {
    const json* value = values->find(m.name);
    if (value == nullptr) return bad(incomplete, "no value for objective " + quote(m.name));
    if (value->is_null()) {
      if (unknown.empty()) unknown = quote(m.name);
      continue;
    }
    if (!value->is_number()) return bad(incomplete, "the value of objective " + quote(m.name) + " is no number");
    try {
      numbers.push_back(value->number());
    } catch (const error&) {
      return bad(incomplete, "the value of objective " + quote(m.name) + " is an integer that a double cannot hold");
    }
  }
  if (!unknown.empty()) {
    return bad(command_answer::kind::understood, "the value of objective " + unknown + " is not a finite number");
  }
  return {command_answer::kind::understood, std::move(numbers)};
}

}  // namespace paragon::evaluate::detail
