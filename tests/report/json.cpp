// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <string>

#include <nlohmann/json.hpp>

#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/report/json.hpp>

#include "sample.hpp"

using paragon::error;
using paragon_test::sample_result;
namespace report = paragon::report;

TEST_CASE("report: a result survives the way through JSON bit by bit") {
  for (const std::size_t objectives : {2U, 3U}) {
    const paragon::result r = sample_result(objectives);
    const std::string text = report::to_json(r).dump(2);
    CHECK(report::from_json(paragon::json::parse(text)) == r);
    CHECK(report::to_json(report::from_json(paragon::json::parse(text))).dump(2) == text);
  }
}

TEST_CASE("report: random doubles come back from JSON as they were") {
  const paragon::random_key key{.seed = 8};
  INFO("seed " << key.seed);
  paragon::result r = sample_result();
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const double value = key.normal(i) * std::exp2(key.uniform(1000000 + i) * 1000 - 500);
    r.devices[0].points.push_back({{key.uniform(i)}, "a", {value, key.uniform(2000000 + i)}});
  }
  CHECK(report::from_json(paragon::json::parse(report::to_json(r).dump())) == r);
}

TEST_CASE("report: result.json is laid out as promised") {
  // Read by another library: member names, kinds and order of points.
  const auto j = nlohmann::json::parse(report::to_json(sample_result()).dump(2));
  CHECK(j.at("algorithm") == "modnas");
  CHECK(j.at("dataset") == "cifar10");
  CHECK(j.at("seed").get<std::uint64_t>() == 18446744073709551615U);
  CHECK(j.at("labels_read") == 250);
  CHECK(j.at("evaluations") == 123456);
  CHECK(j.at("seconds") == 41.3);
  CHECK(j.at("objectives")[1] == nlohmann::json{{"name", "latency_ms"}, {"unit", "ms"}, {"direction", "minimise"}});
  CHECK(j.at("settings").at("note") == "a < b & \"c\" </script><script>alert('x')</script>");
  const auto& d = j.at("devices")[0];
  CHECK(d.at("name") == "gold_6240");
  CHECK(d.at("split") == "train");
  CHECK(d.at("hypervolume").get<double>() == 0.1 + 0.2);
  CHECK(d.at("random_hypervolume").get<double>() == 1.0 / 3);
  CHECK(d.at("points").size() == 3);
  CHECK(d.at("points")[1].at("preference") == nlohmann::json{0.5, 0.5});
  CHECK(d.at("points")[1].at("objectives") == nlohmann::json{{"error", 6.25}, {"latency_ms", 7.5}});
  CHECK(d.at("points")[1].at("architecture").get<std::string>().starts_with("|nor_conv_3x3~0|"));
  CHECK(j.at("devices")[1].at("hypervolume").is_null());
  CHECK(j.at("devices")[1].at("true_hypervolume").is_null());
}

TEST_CASE("report: what nobody knows is null, and reads back as NaN") {
  paragon::result r = sample_result();
  r.devices[1].points[0].objectives[1] = std::numeric_limits<double>::quiet_NaN();
  const std::string text = report::to_json(r).dump();
  CHECK(text.find("\"latency_ms\":null") != std::string::npos);
  CHECK(std::isnan(report::from_json(paragon::json::parse(text)).devices[1].points[0].objectives[1]));
}

TEST_CASE("report: results that cannot be written are errors") {
  paragon::result r = sample_result();
  r.devices[0].points[0].objectives.pop_back();
  CHECK_THROWS_AS((void)report::to_json(r), error);
  r = sample_result();
  r.objectives[1].name = "error";
  CHECK_THROWS_AS((void)report::to_json(r), error);
  r = sample_result();
  r.settings.emplace_back("rays", "4");
  CHECK_THROWS_AS((void)report::to_json(r), error);
  r = sample_result();
  r.devices[0].points[0].objectives[0] = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS((void)report::to_json(r).dump(), error);
}

TEST_CASE("report: JSON that is no result is refused by name") {
  const auto message = [](const std::string& text) {
    try {
      (void)report::from_json(paragon::json::parse(text), "old.json");
    } catch (const error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  CHECK(message("{}").find("old.json: ") == 0);
  CHECK(message("{}").find("algorithm") != std::string::npos);
  std::string text = report::to_json(sample_result()).dump();
  CHECK(message(text).empty());
  text.replace(text.find("\"minimise\""), 10, "\"downward\"");
  CHECK(message(text).find("downward") != std::string::npos);
  text = report::to_json(sample_result()).dump();
  text.replace(text.find("\"seconds\":41.3"), 14, "\"seconds\":\"x\"");
  CHECK(message(text).find("a number") != std::string::npos);
  // Truncated anywhere: an error, never half a result.
  text = report::to_json(sample_result()).dump();
  for (std::size_t n = 0; n < text.size(); n += 37)
    CHECK_THROWS_AS((void)paragon::json::parse(text.substr(0, n)), error);
}

TEST_CASE("report: JSON files are written and read, and errors name the file") {
  const auto folder = std::filesystem::temp_directory_path() / ("paragon-report-json-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string path = folder / "result.json";
  report::write_json(sample_result(), path);
  CHECK(report::read_json(path) == sample_result());
  CHECK_THROWS_AS(report::write_json(sample_result(), folder / "absent" / "result.json"), error);
  try {
    (void)report::read_json(folder / "nothing.json");
    FAIL("read a file that is not there");
  } catch (const error& e) {
    CHECK(std::string(e.what()).find("nothing.json") != std::string::npos);
  }
  std::filesystem::remove_all(folder);
}
