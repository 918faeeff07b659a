// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The Pareto front of a search space and a training script of one's own, without a line of C++.
//
// Reads the space from a JSON file, starts the command that evaluates architectures, and asks it for those that the solver
// chooses; see docs/own_script.md. Everything that was evaluated is kept at once, so that a search can be killed at any
// moment and goes on with --resume.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <paragon/core/atomic_file.hpp>
#include <paragon/core/interruption.hpp>
#include <paragon/core/json.hpp>
#include <paragon/core/parse_number.hpp>
#include <paragon/core/progress.hpp>
#include <paragon/core/quote.hpp>
#include <paragon/core/read_file.hpp>
#include <paragon/core/result.hpp>
#include <paragon/evaluate/commands.hpp>
#include <paragon/problem/definition.hpp>
#include <paragon/problem/evaluation_store.hpp>
#include <paragon/report/write.hpp>
#include <paragon/search/any_solver.hpp>
#include <paragon/search/bayesian.hpp>
#include <paragon/search/each_condition.hpp>
#include <paragon/search/evolution.hpp>
#include <paragon/search/local_search.hpp>
#include <paragon/search/nsga2.hpp>
#include <paragon/search/random_search.hpp>
#include <paragon/search/run.hpp>
#include <paragon/search/tpe.hpp>
#include <paragon/space/described.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/program.hpp"

namespace {

namespace evaluate = paragon::evaluate;
namespace problem = paragon::problem;
namespace search = paragon::search;
using paragon::error;
using paragon::json;
using paragon::quote;
using described = paragon::space::described;
using architecture = described::architecture;
using definition = problem::definition<described>;

struct options {
  std::string space;
  std::string command;
  std::vector<std::string> objectives{"error:min", "latency_ms:min"};
  std::vector<std::string> limits;
  std::vector<std::string> penalty;
  std::vector<std::string> devices;
  std::string solver = "bayesian";
  std::size_t evaluations = 350;
  std::size_t batch = 0;
  std::size_t workers = 1;
  double timeout = 0;
  std::size_t retries = 0;
  std::uint64_t seed = 1;
  bool asynchronous = false;
  bool resume = false;
  std::string out = "search.out";
};

options read_options(int argc, char** argv) {
  options o;
  CLI::App app("The Pareto front of a space that a JSON file describes, evaluated by a command of one's own");
  app.add_option("--space", o.space, "JSON file that describes the search space")->required();
  app.add_option("--evaluate", o.command,
                 "command, for a shell, that reads a request a line and writes an answer a line")
      ->required();
  app.add_option("--objectives", o.objectives, "what the command answers, each NAME:min or NAME:max")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--limits", o.limits, "what the front must keep to, each NAME:NUMBER, at most where less is better")
      ->delimiter(',');
  app.add_option("--solver", o.solver, "what chooses the architectures")
      ->check(CLI::IsMember({"bayesian", "nsga2", "evolution", "local", "tpe", "random"}))
      ->capture_default_str();
  app.add_option("--evaluations", o.evaluations, "how many to make in all, failures included")
      ->check(program::whole(1, 10000000))
      ->capture_default_str();
  app.add_option("--devices", o.devices, "names of devices to search for, each with an equal part of the evaluations")
      ->delimiter(',');
  app.add_option("--workers", o.workers, "copies of the command")
      ->check(program::whole(1, 1024))
      ->capture_default_str();
  app.add_option("--timeout", o.timeout, "seconds that an evaluation may take; 0: any time")
      ->check(program::number(0, 1e9))
      ->capture_default_str();
  app.add_option("--retries", o.retries, "how often to try an evaluation again that failed")
      ->check(program::whole(0, 100))
      ->capture_default_str();
  app.add_option("--penalty", o.penalty, "values that the solver is told for what failed, each NAME:NUMBER; else none")
      ->delimiter(',');
  app.add_option("--batch", o.batch, "architectures to choose at a time; 0: as many as the solver likes")
      ->check(program::whole(0, 100000))
      ->capture_default_str();
  app.add_flag("--asynchronous", o.asynchronous,
               "never let a worker wait for the others; the result then depends on who is faster");
  app.add_option("--seed", o.seed, "of all random numbers")->check(program::whole(0))->capture_default_str();
  app.add_flag("--resume", o.resume, "go on with the search in the folder");
  app.add_option("--out", o.out, "folder for result.json, report.html and evaluations.jsonl")->capture_default_str();
  program::parse(app, argc, argv);
  return o;
}

/// "NAME:REST" apart, at the last colon.
std::pair<std::string, std::string> halves(const std::string& text, const char* option, const char* expected) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) throw error(option, quote(text), expected);
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::pair<std::size_t, double> number_of(const definition& p, const std::string& text, const char* option) {
  const auto [name, number] = halves(text, option, "NAME:NUMBER");
  const auto found = std::find_if(p.objectives.begin(), p.objectives.end(),
                                  [&n = name](const paragon::metric& m) { return m.name == n; });
  if (found == p.objectives.end()) throw error(option, quote(name), "the name of an objective");
  double value = 0;
  if (paragon::parse_number(std::string_view(number), value) != paragon::number_fault::none || !std::isfinite(value)) {
    throw error(option, quote(text), "NAME:NUMBER");
  }
  return {static_cast<std::size_t>(found - p.objectives.begin()), value};
}

definition read_problem(const options& o) {
  definition p{described::read(o.space), {}, o.devices};
  for (const std::string& text : o.objectives) {
    const auto [name, way] = halves(text, "--objectives", "NAME:min or NAME:max");
    if (way != "min" && way != "max") throw error("--objectives", quote(text), "NAME:min or NAME:max");
    p.objectives.push_back({name, "", way == "min" ? paragon::direction::minimise : paragon::direction::maximise});
  }
  p.check();
  for (const std::string& text : o.limits) {
    const auto [objective, bound] = number_of(p, text, "--limits");
    p.limits.push_back({objective, bound});
  }
  return p;
}

std::vector<double> read_penalty(const options& o, const definition& p) {
  if (o.penalty.empty()) return {};
  std::vector<double> values(p.objectives.size(), std::numeric_limits<double>::quiet_NaN());
  for (const std::string& text : o.penalty) {
    const auto [objective, value] = number_of(p, text, "--penalty");
    values[objective] = value;
  }
  for (std::size_t m = 0; m < values.size(); ++m) {
    if (std::isnan(values[m]))
      throw error("--penalty", "nothing for " + quote(p.objectives[m].name), "a value for each");
  }
  return values;
}

search::any_solver<architecture> make_solver(const options& o, const definition& p, std::size_t condition) {
  const paragon::random_key key = paragon::random_key{.seed = o.seed}.fork(condition);
  if (o.solver == "random") return search::random_search(p, {}, key, condition);
  if (o.solver == "local") return search::local_search(p, {}, key, condition);
  if (o.solver == "evolution") return search::evolution(p, {}, key, condition);
  if (o.solver == "nsga2") return search::nsga2(p, {}, key, condition);
  if (o.solver == "tpe") return search::tpe(p, {}, key, condition);
  return search::bayesian(p, {}, key, condition);
}

/// What must be the same for a search to go on.
json settings_of(const options& o) {
  const auto list = [](const std::vector<std::string>& texts) { return json(json::array(texts.begin(), texts.end())); };
  return json::object{{"solver", o.solver},       {"seed", o.seed},
                      {"batch", o.batch},         {"asynchronous", o.asynchronous},
                      {"limits", list(o.limits)}, {"penalty", list(o.penalty)}};
}

/// Finds out whether the folder is that of the search that is asked for, and notes whose it is.
void take_folder(const options& o) {
  program::make_folder(o.out);
  const std::string path = o.out + "/search.json";
  const json settings = settings_of(o);
  const bool begun = ::access((o.out + "/evaluations.jsonl").c_str(), F_OK) == 0;
  if (begun && !o.resume) {
    throw error(o.out, "holds a search already", "--resume to go on with it, or another folder");
  }
  if (begun && ::access(path.c_str(), F_OK) == 0) {
    const json before = json::parse(paragon::read_file(path), path);
    for (const auto& [name, value] : settings.members()) {
      const json* was = before.find(name);
      if (was == nullptr || !(*was == value)) {
        throw error(
            path, "the search has --" + name + " " + (was == nullptr ? "none" : was->dump()) + ", not " + value.dump(),
            "the same to go on with it");
      }
    }
    return;
  }
  paragon::write_file(path, settings.dump(2) + "\n");
}

using store = problem::evaluation_store<described>;

paragon::result result_of(const options& o, const definition& p, const store& known,
                          const search::each_condition<search::any_solver<architecture>>& solver,
                          const search::run_report& report) {
  paragon::result r;
  r.algorithm = o.solver;
  r.dataset = p.space.name();
  r.seed = o.seed;
  r.labels_read = report.evaluations;
  r.evaluations = report.evaluations;
  r.objectives = p.objectives;
  r.settings = {{"command", o.command}, {"failed", std::to_string(report.failures)}};
  for (std::size_t c = 0; c < p.condition_count(); ++c) {
    paragon::device_front front;
    front.name = p.conditions.empty() ? std::string(p.space.name()) : p.conditions[c];
    front.split = "train";
    for (const architecture& a : solver.front(c)) {
      const std::span<const double> values = known.find(a, c)->result.values();
      front.points.push_back({{}, p.space.to_string(a), {values.begin(), values.end()}});
    }
    std::sort(front.points.begin(), front.points.end(), [](const auto& a, const auto& b) {
      return a.objectives != b.objectives ? a.objectives < b.objectives : a.architecture < b.architecture;
    });
    r.devices.push_back(std::move(front));
  }
  return r;
}

void print(const options& o, const paragon::result& r, const search::run_report& report) {
  std::printf("%zu evaluations by %s, %zu of them failed; %zu were known\n", report.evaluations, o.solver.c_str(),
              report.failures, report.known);
  if (report.end == search::run_end::exhausted) std::printf("there is nothing else in this space\n");
  for (const paragon::device_front& d : r.devices) {
    std::printf("\n%s: %zu architectures that no other dominates\n", d.name.c_str(), d.points.size());
    for (const paragon::metric& m : r.objectives) std::printf("%14s", m.name.c_str());
    std::printf("  architecture\n");
    for (const paragon::found_point& point : d.points) {
      for (const double v : point.objectives) std::printf("%14.6g", v);
      std::printf("  %s\n", point.architecture.c_str());
    }
  }
}

int search_front(const options& o) {
  const definition p = read_problem(o);
  const std::vector<double> penalty = read_penalty(o, p);
  take_folder(o);
  store known(p);
  known.keep_in(o.out + "/evaluations.jsonl");
  search::each_condition solver(p.condition_count(), [&](std::size_t c) { return make_solver(o, p, c); });
  evaluate::commands_settings settings;
  settings.workers = o.workers;
  settings.retries = o.retries;
  if (o.timeout > 0) {
    settings.time_limit = std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(o.timeout, 9e9) * 1e9));
  }
  evaluate::commands executor(p, o.command, settings);
  search::run_report report;
  paragon::interruption::hold(
      [&] {
        report = search::run(
            known, solver, executor,
            {.evaluations = o.evaluations, .batch = o.batch, .asynchronous = o.asynchronous, .penalty = penalty},
            paragon::terminal_progress());
      },
      "what was evaluated is in " + o.out + ", and --resume goes on");
  const paragon::result r = result_of(o, p, known, solver, report);
  const std::vector<std::string> files = paragon::report::write(r, o.out);
  print(o, r, report);
  std::printf("\n%s and %s\n", files[0].c_str(), files[1].c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const options o = read_options(argc, argv);
  return program::run("search", [&] { return search_front(o); });
}
