// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <string>

#include <paragon/core/error.hpp>
#include <paragon/report/write.hpp>

#include "sample.hpp"

namespace fs = std::filesystem;
namespace report = paragon::report;
using paragon_test::sample_result;

namespace {

/// A folder of its own for a test, removed afterwards.
struct scratch {
  fs::path path = fs::temp_directory_path() / ("paragon-report-" + std::to_string(::getpid()));
  scratch() { fs::create_directories(path); }
  ~scratch() { fs::remove_all(path); }
};

std::size_t files_in(const fs::path& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::recursive_directory_iterator(folder)) ++count;
  return count;
}

}  // namespace

TEST_CASE("report: everything is written into a new folder") {
  const scratch here;
  paragon::result r = sample_result();
  r.devices.push_back(r.devices[1]);
  r.devices.back().name = "ras_pi_/4";  // the same file name as its neighbour's
  r.devices.push_back(r.devices[0]);
  r.devices.back().name = "../../up";
  const std::string folder = here.path / "deep" / "er";
  const auto paths = report::write(r, folder);
  REQUIRE(paths.size() == 6);
  CHECK(paths[0] == folder + "/result.json");
  CHECK(paths[1] == folder + "/report.html");
  CHECK(paths[2] == folder + "/gold_6240.svg");
  CHECK(paths[3] == folder + "/ras_pi__4.svg");
  CHECK(paths[4] == folder + "/ras_pi__4-2.svg");
  CHECK(paths[5] == folder + "/device.._.._up.svg");
  for (const auto& path : paths) CHECK(fs::is_regular_file(path));
  CHECK(files_in(folder) == 6);
  CHECK(report::read_json(paths[0]) == r);
  CHECK(report::write(r, folder + "/").size() == 6);  // again, over the old files
  CHECK(files_in(folder) == 6);
}

TEST_CASE("report: a folder that cannot be written is an error that names it") {
  const scratch here;
  const std::string file = here.path / "file";
  paragon::write_file(file, "x");
  for (const std::string& folder : {file, file + "/below", std::string("/proc/paragon/out")}) {
    try {
      (void)report::write(sample_result(), folder);
      FAIL("written to " << folder);
    } catch (const paragon::error& e) {
      CHECK(std::string(e.what()).find(folder.substr(0, 5)) == 0);
    }
  }
  CHECK(files_in(here.path) == 1);
}

TEST_CASE("report: a result that cannot be shown leaves nothing behind") {
  const scratch here;
  paragon::result r = sample_result();
  r.devices[1].points[0].objectives.clear();
  CHECK_THROWS_AS((void)report::write(r, here.path / "out"), paragon::error);
  CHECK(files_in(here.path) == 0);
}
