// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/tune/history_json.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "../special_values.hpp"

namespace tune = paragon::tune;

namespace {

using paragon_test::inf;

const tune::parameter_space space(tune::uniform{"x", -1, 1}, tune::log_integer{"n", 1, 1000},
                                  tune::categorical{"c", {"p", "a \"quoted\" label"}});

tune::trial make(std::size_t number, std::vector<double> values, tune::trial_state state, double value = 0,
                 tune::named_numbers extras = {}, std::string failure = {}) {
  return {number, std::move(values), state, value, std::move(extras), std::move(failure)};
}

const std::vector<tune::trial> examples{
    make(0, {0.1, 7, 1}, tune::trial_state::complete, 1.0 / 3, {{"seconds", 1e-300}, {"far", -inf}}),
    make(1, {-0.0, 1000, 0}, tune::trial_state::complete, inf), make(2, {1, 1, 0}, tune::trial_state::complete, -inf),
    make(3, {0.25, 3, 1}, tune::trial_state::failed, 0, {{"seconds", 2}}, "line 1\nline 2 \"\xC3\xA9\""),
    make(4, {1e-17, 2, 0}, tune::trial_state::pending)};

std::string problem(const std::string& text) {
  try {
    (void)tune::trials_from_json(space, paragon::json::parse(text));
  } catch (const paragon::error& bad) {
    return bad.what();
  }
  return "";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string line_of(const tune::trial& t) { return tune::to_json(space, {t}).items()[0].dump() + "\n"; }

const std::string parameters = R"("parameters":{"x":0.5,"n":7,"c":"p"})";

}  // namespace

TEST_CASE("tune: trials survive being written and read") {
  const auto written = tune::to_json(space, examples);
  CHECK(tune::trials_from_json(space, written) == examples);
  CHECK(tune::trials_from_json(space, paragon::json::parse(written.dump())) == examples);
  CHECK(tune::trials_from_json(space, paragon::json::parse(written.dump(2))) == examples);
  CHECK(tune::trials_from_json(space, paragon::json::array{}).empty());
}

TEST_CASE("tune: an extra that is NaN survives as well") {
  const std::vector<tune::trial> one{make(0, {0, 1, 0}, tune::trial_state::complete, 1, {{"unknown", std::nan("")}})};
  const auto back = tune::trials_from_json(space, paragon::json::parse(tune::to_json(space, one).dump()));
  REQUIRE(back.size() == 1);
  REQUIRE(back[0].extras.size() == 1);
  CHECK(std::isnan(back[0].extras[0].second));
}

TEST_CASE("tune: a history can be read by people") {
  CHECK(tune::to_json(space, {examples[0]}).dump() ==
        R"([{"number":0,"state":"complete","parameters":{"x":0.1,"n":7,"c":"a \"quoted\" label"},)"
        R"("value":0.3333333333333333,"extras":{"seconds":1e-300,"far":"-inf"}}])");
  CHECK(tune::to_json(space).dump() == R"([{"name":"x","lower":-1,"upper":1,"step":0,"scale":"linear"},)"
                                       R"({"name":"n","lower":1,"upper":1000,"step":1,"scale":"logarithmic"},)"
                                       R"({"name":"c","labels":["p","a \"quoted\" label"]}])");
}

TEST_CASE("tune: of a proposal and its result on two lines the result counts") {
  std::string text;
  std::vector<tune::trial> proposals = examples;
  for (tune::trial& t : proposals) {
    t.state = tune::trial_state::pending;
    t.value = 0;
    t.extras.clear();
    t.failure.clear();
    text += line_of(t);
  }
  CHECK(tune::trials_from_lines(space, text, "file") == proposals);
  for (const std::size_t i : {3U, 0U, 2U, 1U}) text += line_of(examples[i]);
  CHECK(tune::trials_from_lines(space, text, "file") == examples);
  CHECK(tune::trials_from_lines(space, "", "file").empty());
  const std::string last = line_of(examples[4]);
  const std::vector<tune::trial> before(examples.begin(), examples.begin() + 4);
  CHECK(tune::trials_from_lines(space, last, "file", 9, before) == examples);
}

TEST_CASE("tune: a bad line is named") {
  const auto line = [](std::size_t number, std::string_view rest, const std::string& values = parameters) {
    return "{\"number\":" + std::to_string(number) + "," + values + "," + std::string(rest) + "}\n";
  };
  const auto problem_in = [](const std::string& text) -> std::string {
    try {
      (void)tune::trials_from_lines(space, text, "file", 5);
    } catch (const paragon::error& bad) {
      return bad.what();
    }
    return "";
  };
  const std::string pending = R"("state":"pending")";
  const std::string done = R"("state":"complete","value":1)";
  const std::string good = line(0, pending);
  CHECK(problem_in(good + line(0, done) + line(1, done)) == "");
  const auto names_line_6 = [&](const std::string& second) {
    const std::string found = problem_in(good + second + line(0, done));
    CAPTURE(found);
    return has(found, "file: line 6: ");
  };
  CHECK(names_line_6("\n"));
  CHECK(names_line_6("nonsense\n"));
  CHECK(names_line_6(std::string(8, '\0') + "\n"));
  CHECK(names_line_6(line(0, done).substr(3)));
  CHECK(names_line_6(line(2, pending)));
  CHECK(names_line_6(line(0, pending)));
  CHECK(names_line_6(line(0, done, R"("parameters":{"x":0.25,"n":7,"c":"p"})")));
  CHECK(names_line_6(line(1, pending, R"("parameters":{"x":7,"n":7,"c":"p"})")));
  CHECK(names_line_6("{\"number\":0.5," + parameters + "," + pending + "}\n"));
  CHECK(names_line_6("{\"number\":-1," + parameters + "," + pending + "}\n"));
  CHECK(has(problem_in(good + line(0, done) + line(0, done)), "file: line 7: "));
  CHECK(has(problem_in(good + line(0, done).substr(0, 9)), "line 6: is cut off"));
}

TEST_CASE("tune: members may stand in any order") {
  CHECK(problem(R"([{"value":1,"parameters":{"c":"p","n":7,"x":0.5},"state":"complete","number":0}])") == "");
}

TEST_CASE("tune: what is not a history is an error") {
  CHECK(problem("[{" + parameters + R"(,"number":0,"state":"pending"}])") == "");
  CHECK(has(problem("[{" + parameters + R"(,"number":1,"state":"pending"}])"), "number"));
  CHECK(has(problem("[{" + parameters + R"(,"state":"pending"}])"), "\"number\""));
  CHECK(has(problem("[{" + parameters + R"(,"number":0}])"), "\"state\""));
  CHECK(has(problem("[{" + parameters + R"(,"number":0,"state":"running"}])"), "running"));
  CHECK(has(problem("[{" + parameters + R"(,"number":0,"state":"complete"}])"), "\"value\""));
  CHECK(has(problem("[{" + parameters + R"(,"number":0,"state":"complete","value":null}])"), "without a number"));
  CHECK(has(problem("[{" + parameters + R"(,"number":0,"state":"complete","value":"many"}])"), "many"));
  CHECK(has(problem("[{" + parameters + R"(,"number":0,"state":"complete","value":[1]}])"), "a number"));
  CHECK(has(problem("[{" + parameters + R"(,"number":0,"state":"failed"}])"), "\"failure\""));
  CHECK(has(problem("[{" + parameters + R"(,"number":0,"state":"pending","extras":[1]}])"), "object"));
  CHECK(has(problem(R"([{"parameters":{"x":0.5,"n":7},"number":0,"state":"pending"}])"), "2 parameters"));
  CHECK(has(problem(R"([{"parameters":{"x":0.5,"n":7,"d":"p"},"number":0,"state":"pending"}])"), "\"c\""));
  CHECK(has(problem(R"([{"parameters":{"x":1.5,"n":7,"c":"p"},"number":0,"state":"pending"}])"), "\"x\""));
  CHECK(has(problem(R"([{"parameters":{"x":0.5,"n":7.5,"c":"p"},"number":0,"state":"pending"}])"), "\"n\""));
  CHECK(has(problem(R"([{"parameters":{"x":0.5,"n":7,"c":"z"},"number":0,"state":"pending"}])"), "\"c\""));
  CHECK(has(problem(R"([{"parameters":{"x":0.5,"n":7,"c":0},"number":0,"state":"pending"}])"), "a string"));
  CHECK(has(problem(R"([{"parameters":{"x":null,"n":7,"c":"p"},"number":0,"state":"pending"}])"), "a number"));
  CHECK(has(problem("{}"), "an array"));
  CHECK(has(problem("[1]"), "an object"));
}
