// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <paragon/core/result.hpp>

namespace paragon_test {

/// A small result with everything in it: two splits, an unknown value, absent hypervolumes, hostile text.
inline paragon::result sample_result(std::size_t objectives = 2) {
  using paragon::direction;
  paragon::result r;
  r.algorithm = "modnas";
  r.dataset = "cifar10";
  r.seed = 18446744073709551615U;
  r.labels_read = 250;
  r.evaluations = 123456;
  r.seconds = 41.3;
  r.objectives = {{"error", "%", direction::minimise}, {"latency_ms", "ms", direction::minimise}};
  if (objectives > 2) r.objectives.push_back({"score", "", direction::maximise});
  r.settings = {{"rays", "3"}, {"note", "a < b & \"c\" </script><script>alert('x')</script>"}};
  const std::vector<std::string> cells{
      "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|skip_connect~0|nor_conv_3x3~1|avg_pool_3x3~2|",
      "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|", "<b>not a cell</b> & 'more'"};
  const auto point = [&](double weight, std::size_t cell, double error, double latency) {
    paragon::found_point p{{weight, 1 - weight}, cells[cell], {error, latency}};
    if (objectives > 2) p.objectives.push_back(100 - error - 0.1 * latency);
    return p;
  };
  paragon::device_front seen{"gold_6240", "train", {}, {}, {}, 0.1 + 0.2, 0.97, 1.0 / 3, {}};
  seen.points = {point(1, 0, 5.7, 14.25), point(0.5, 0, 6.25, 7.5), point(0, 1, 40.125, 3.1)};
  seen.true_front = {point(0, 1, 40.125, 3.0), point(0, 0, 6.0, 7.4), point(0, 0, 5.6, 15.0)};
  seen.random = {point(0, 2, 9.5, 9.0), point(0, 2, 90, 800)};
  for (auto* list : {&seen.true_front, &seen.random}) {
    for (auto& p : *list) p.preference.clear();
  }
  paragon::device_front unseen{"ras<pi>&4", "test", {}, {}, {}, std::nullopt, std::nullopt, std::nullopt, {}};
  unseen.points = {point(0.75, 2, 7, 20), point(0.25, 0, 8, 10)};
  seen.baselines = {{"exhaustive", 15625, 0.96}};
  unseen.baselines = {{"exhaustive", 15625, 0.5}};
  r.devices = {seen, unseen};
  return r;
}

/// Why a text is not well-formed markup: tags that do not match, attributes without quotes, stray `<` or `&`. Empty if
/// it is. `void_elements` need no end; the contents of script and style are skipped if `html`.
inline std::string markup_fault(std::string_view text, bool html) {
  std::vector<std::string> open;
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] == '&') {
      const std::size_t end = text.find(';', i);
      if (end == std::string_view::npos || end - i > 8 || end == i + 1) return "stray & at " + std::to_string(i);
      i = end;
    } else if (text[i] == '>') {
      return "stray > at " + std::to_string(i);
    }
    if (text[i] != '<') {
      ++i;
      continue;
    }
    const std::size_t start = i + 1;
    char quote = 0;
    for (++i; i < text.size() && (quote != 0 || text[i] != '>'); ++i) {
      if (quote != 0 && text[i] == '<') return "< in an attribute at " + std::to_string(i);
      if (quote == 0 && (text[i] == '"' || text[i] == '\'')) {
        if (text[i - 1] != '=') return "quote without = at " + std::to_string(i);
        quote = text[i];
      } else if (text[i] == quote) {
        quote = 0;
      }
    }
    if (i == text.size()) return "tag without end at " + std::to_string(start);
    std::string_view tag = text.substr(start, i - start);
    ++i;
    if (tag.starts_with("!DOCTYPE")) continue;
    const bool closing = tag.starts_with("/");
    const bool alone = tag.ends_with("/");
    if (closing) tag.remove_prefix(1);
    const std::string name(tag.substr(0, tag.find_first_of(" /\n")));
    if (name.empty()) return "nameless tag at " + std::to_string(start);
    if (closing) {
      if (open.empty() || open.back() != name) return "</" + name + "> at " + std::to_string(start);
      open.pop_back();
    } else if (!alone && !(html && name == "meta")) {
      open.push_back(name);
      if (html && (name == "script" || name == "style")) {
        i = text.find("</" + name + ">", i);
        if (i == std::string_view::npos) return name + " without end";
      }
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> without end";
}

inline std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

/// A whole picture: well-formed, nothing loaded from elsewhere, no number that is none.
inline void check_picture(std::string_view svg) {
  CHECK(markup_fault(svg, true) == "");
  CHECK(count_of(svg, "http") == 1);  // the name space
  CHECK(count_of(svg, "nan") == 0);
  CHECK(count_of(svg, "inf\"") == 0);
}

}  // namespace paragon_test
