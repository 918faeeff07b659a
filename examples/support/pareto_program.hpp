// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <limits>
#include <new>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/contributions.hpp>
#include <paragon/pareto/coverage.hpp>
#include <paragon/pareto/epsilon.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/hausdorff.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <paragon/pareto/indicators.hpp>
#include <paragon/pareto/r2.hpp>
#include <paragon/pareto/rank.hpp>
#include <paragon/pareto/select.hpp>
#include <paragon/pareto/spacing.hpp>
#include <paragon/pareto/stretch.hpp>
#include <paragon/pareto/top.hpp>
#include <paragon/preference/rays.hpp>
#include <paragon/report/svg_points.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pareto_arguments.hpp"
#include "pareto_input.hpp"

namespace pareto_program {

namespace pareto = paragon::pareto;
using rows = std::vector<std::size_t>;

/// What a command found: rows, a number for each row, or one number.
struct answer {
  rows chosen;
  std::string text;
};

inline void append(std::string& text, double value) {
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::general, 17);
  text.append(digits, end.ptr).push_back('\n');
}

template <class Integer>
void append_integer(std::string& text, Integer value) {
  char digits[24];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr).push_back('\n');
}

/// How many columns are not ignored.
inline std::size_t compared_columns(const input& in) {
  const auto ignored = std::count(in.directions.begin(), in.directions.end(), paragon::direction::ignore);
  return in.columns - static_cast<std::size_t>(ignored);
}

/// A grid of at least n weights, row after row with one number for each column, 0 for ignored ones.
inline std::vector<double> grid_of_rays(const input& in, std::size_t n) {
  const std::size_t m = compared_columns(in);
  if (m == 0) return {};
  std::size_t divisions = 1;
  while (m > 1 && paragon::preference::simplex_grid_size(m, divisions) < n) ++divisions;
  const auto rays = paragon::preference::simplex_grid(m, divisions);
  std::vector<double> values;
  for (std::size_t i = 0, at = 0; i < rays.size(); ++i) {
    for (const paragon::direction d : in.directions) {
      values.push_back(d == paragon::direction::ignore ? 0 : rays.values()[at++]);
    }
  }
  return values;
}

/// Runs computations, and times them where that is asked for.
class stopwatch {
public:
  explicit stopwatch(bool on) : runs_(on ? 5 : 1) {}

  template <class F>
  auto operator()(F&& compute) {
    for (int run = 1;; ++run) {
      const auto start = std::chrono::steady_clock::now();
      auto result = compute();
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
      least_ = std::min(least_, took.count());
      if (run == runs_) return result;
    }
  }

  [[nodiscard]] double milliseconds() const noexcept { return least_; }

private:
  int runs_;
  double least_ = std::numeric_limits<double>::infinity();
};

/// What the rows of a point set are, after the policies of the command line.
class commands {
public:
  commands(const arguments& a, const request& r)
      : a_(a), r_(r), set_(r.set.points()), way_(r.set.directions), pool_(a.threads), on_(pool_), time_(a.time) {
    if (a.indicator == "r2" || a.spread == "rays") rays_ = grid_of_rays(r.set, a.rays);
  }

  answer run() {
    answer found;
    if (a_.command == "filter") {
      found.chosen = time_([&] { return front(a_.duplicates == "all"); });
    } else if (a_.command == "top") {
      found.chosen = time_([&] { return top(); });
    } else if (a_.command == "stretch") {
      found.chosen = time_([&] { return stretch(); });
    } else if (a_.command == "select") {
      found.chosen = time_([&] { return select(); });
    } else if (a_.command == "rank") {
      for (const std::size_t front : time_([&] { return rank(); })) {
        front == pareto::unranked ? append_integer(found.text, -1) : append_integer(found.text, front);
      }
    } else if (a_.command == "hypervolume") {
      append(found.text, time_([&] { return pareto::hypervolume(set_, r_.reference, way_, on_); }).value);
    } else if (a_.command == "contributions") {
      for (const double volume : time_([&] { return contributions(); })) append(found.text, volume);
    } else if (a_.command == "indicator") {
      append(found.text, time_([&] { return indicator(); }));
    }
    for (const std::size_t i : found.chosen) append_integer(found.text, i);
    return found;
  }

  [[nodiscard]] rows front(bool all) const {
    return all ? pareto::filter(set_, way_, pareto::keep_all{}, on_) : pareto::filter(set_, way_, on_);
  }

  [[nodiscard]] double milliseconds() const noexcept { return time_.milliseconds(); }

private:
  [[nodiscard]] rows rank() const {
    const auto limited = [&](auto... policies) {
      if (a_.first_fronts) return pareto::rank(set_, way_, on_, pareto::first_fronts{*a_.first_fronts}, policies...);
      if (a_.first_points) return pareto::rank(set_, way_, on_, pareto::first_points{*a_.first_points}, policies...);
      return pareto::rank(set_, way_, on_, policies...);
    };
    return a_.duplicates == "first" ? limited(pareto::keep_first{}) : limited(pareto::keep_all{});
  }

  [[nodiscard]] rows top() const {
    return a_.duplicates == "first" ? pareto::top(set_, *a_.count, way_, pareto::keep_first{}, on_)
                                    : pareto::top(set_, *a_.count, way_, pareto::keep_all{}, on_);
  }

  [[nodiscard]] rows stretch() const {
    const auto with = [&](const auto& spread) {
      if (a_.fronts == "union") {
        return pareto::stretch(set_, *a_.minimum, way_, spread, pareto::per_metric_union{r_.quality}, on_);
      }
      if (a_.fronts == "intersection") {
        return pareto::stretch(set_, *a_.minimum, way_, spread, pareto::per_metric_intersection{r_.quality}, on_);
      }
      return pareto::stretch(set_, *a_.minimum, way_, spread, on_);
    };
    if (a_.spread == "contribution") return with(pareto::by_contribution{r_.reference});
    if (a_.spread == "rays") return with(pareto::by_rays{pareto::points<double>(rays_, r_.set.columns)});
    return with(pareto::by_crowding{});
  }

  /// The row of a rule, or those of the three published rules; none where no row satisfies the bounds.
  [[nodiscard]] rows select() const {
    const auto within = [&](const pareto::points<double>& set, std::size_t i) {
      const auto below = [&](const bound& b) { return pareto::at_most{b.column, b.value}(set, i); };
      const auto above = [&](const bound& b) { return pareto::at_least{b.column, b.value}(set, i); };
      return std::all_of(r_.at_most.begin(), r_.at_most.end(), below) &&
             std::all_of(r_.at_least.begin(), r_.at_least.end(), above);
    };
    rows chosen;
    const auto pick = [&](const auto& rule) {
      if (const auto row = pareto::select(set_, rule, way_, within, on_)) chosen.push_back(*row);
    };
    const std::string& rule = a_.rule;
    if (rule.empty() || rule == "accuracy") pick(pareto::most_accurate{r_.quality});
    if (rule.empty() || rule == "balanced") pick(pareto::balanced{r_.quality, r_.cost, a_.perfect});
    if (rule.empty() || rule == "efficient") pick(pareto::most_efficient{r_.cost, r_.quality});
    if (rule == "knee") pick(pareto::knee{});
    if (rule == "ray") pick(pareto::nearest_to_ray{r_.preference});
    std::sort(chosen.begin(), chosen.end());
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    return chosen;
  }

  [[nodiscard]] std::vector<double> contributions() const {
    return a_.dominated == "ignore" ? pareto::contributions(set_, r_.reference, way_, pareto::among_front{}, on_)
                                    : pareto::contributions(set_, r_.reference, way_, on_);
  }

  [[nodiscard]] double indicator() const {
    const auto truth = r_.front.points();
    const std::string& name = a_.indicator;
    if (name == "igd") return pareto::igd(set_, truth, way_, on_);
    if (name == "igd+") return pareto::igd_plus(set_, truth, way_, on_);
    if (name == "gd") return pareto::gd(set_, truth, way_, on_);
    if (name == "gd+") return pareto::gd_plus(set_, truth, way_, on_);
    if (name == "epsilon") return pareto::additive_epsilon(set_, truth, way_, on_);
    if (name == "epsilon-multiplicative") return pareto::multiplicative_epsilon(set_, truth, way_, on_);
    if (name == "coverage") return pareto::coverage(set_, truth, way_, on_);
    if (name == "hausdorff") return pareto::hausdorff(set_, truth, way_, on_);
    if (name == "averaged-hausdorff") return pareto::averaged_hausdorff(set_, truth, a_.power, way_, on_);
    if (name == "spacing") return pareto::spacing(set_, way_, on_);
    if (compared_columns(r_.set) == 2) return pareto::r2(set_, r_.reference, way_, on_);
    return pareto::r2(set_, r_.reference, pareto::points<double>(rays_, r_.set.columns), way_, on_);
  }

  const arguments& a_;
  const request& r_;
  pareto::points<double> set_;
  pareto::directions way_;
  paragon::thread_pool pool_;
  pareto::threaded<paragon::thread_pool> on_;
  stopwatch time_;
  std::vector<double> rays_;
};

inline std::string draw(const arguments& a, const request& r, const commands& c, const answer& found) {
  paragon::report::points_picture picture{
      .set = r.set.points(), .directions = r.set.directions, .names = r.set.names, .reference = r.reference};
  picture.front = a.command == "filter" ? found.chosen : c.front(a.duplicates == "all");
  if (a.command != "filter") picture.chosen = found.chosen;
  picture.title = a.file == "-" ? "standard input" : a.file.substr(a.file.rfind('/') + 1);
  return paragon::report::svg_points(picture);
}

/// The world outside the program, so that a test can hand it another.
struct surroundings {
  file_reader read;
  std::function<void(const std::string& path, std::string_view bytes)> write;
};

/// What a run leaves for standard output and standard error, and its exit status.
struct outcome {
  int status = 0;
  std::string out;
  std::string err;
};

/// Does what the arguments say. \throws paragon::error
inline outcome run(const arguments& a, const surroundings& outside) {
  if (!a.help.empty()) return {.status = 0, .out = a.help, .err = {}};
  const request r = read_request(a, outside.read);
  commands c(a, r);
  answer found = c.run();
  if (!a.plot.empty()) outside.write(a.plot, draw(a, r, c, found));
  outcome end{.status = 0, .out = std::move(found.text), .err = {}};
  if (a.time) {
    char text[64];
    std::snprintf(text, sizeof text, "time_ms %.6g\n", c.milliseconds());
    end.err = text;
  }
  return end;
}

/// The whole program. Whatever goes wrong becomes one line and status 2.
/// \param words  the command line, without the name of the program
inline outcome run(const std::vector<std::string>& words, const surroundings& outside) {
  const auto failure = [](const std::string& message) { return outcome{2, "", "pareto: " + message + "\n"}; };
  try {
    return run(read_arguments(words), outside);
  } catch (const paragon::error& e) {
    return failure(e.what());
  } catch (const std::bad_alloc&) {
    return failure("not enough memory for this input; expected a smaller one, or fewer --threads");
  } catch (const std::exception& e) {
    return failure(paragon::error("failed", e.what()).what());
  }
}

}  // namespace pareto_program
