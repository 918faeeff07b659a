// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <string>

#include <nlohmann/json.hpp>

#include <paragon/report/html.hpp>

#include "sample.hpp"

using paragon_test::count_of;
using paragon_test::markup_fault;
using paragon_test::sample_result;
namespace report = paragon::report;

TEST_CASE("report: the page is well-formed and needs no network") {
  for (const std::size_t objectives : {2U, 3U}) {
    const std::string page = report::to_html(sample_result(objectives));
    CHECK(markup_fault(page, true) == "");
    // The only addresses are the names of the SVG name space, in two pictures and in the script.
    CHECK(count_of(page, "http://") == 3);
    CHECK(count_of(page, "http://www.w3.org/2000/svg") == 3);
    CHECK(count_of(page, "https://") == 0);
    for (const char* part : {" src=", " href=", "url(", "@import", "fetch(", "XMLHttpRequest", "import("}) {
      CHECK(count_of(page, part) == 0);
    }
    CHECK(page.find("default-src 'none'") != std::string::npos);
  }
}

TEST_CASE("report: hostile names cannot break out of the page") {
  const std::string page = report::to_html(sample_result());
  CHECK(count_of(page, "alert('x')") == 0);
  CHECK(page.find("&lt;/script&gt;&lt;script&gt;alert(&#39;x&#39;)") != std::string::npos);
  CHECK(count_of(page, "<b>not a cell") == 0);
  CHECK(page.find("ras&lt;pi&gt;&amp;4") != std::string::npos);
  CHECK(count_of(page, "<script") == 2);
  CHECK(count_of(page, "</script>") == 2);
}

TEST_CASE("report: the page holds every device, the hypervolumes and the settings") {
  const std::string page = report::to_html(sample_result());
  CHECK(count_of(page, "<article class=\"card\"") == 2);
  CHECK(page.find("Seen devices") != std::string::npos);
  CHECK(page.find("Unseen devices") != std::string::npos);
  CHECK(page.find("<td>0.3000</td><td>0.9700</td><td>0.3333</td><td>0.3093</td><td>0.3436</td>") != std::string::npos);
  CHECK(page.find("<dt>rays</dt><dd>3</dd>") != std::string::npos);
  CHECK(page.find("18446744073709551615") != std::string::npos);
}

TEST_CASE("report: the data of the page are JSON with the points in order") {
  const std::string page = report::to_html(sample_result());
  const std::string mark = "id=\"data\">";
  const std::size_t begin = page.find(mark) + mark.size();
  const auto data = nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
  CHECK(data.at("objectives") == nlohmann::json{"error", "latency"});
  REQUIRE(data.at("devices").size() == 2);
  const auto& points = data.at("devices")[0].at("points");
  REQUIRE(points.size() == 3);
  CHECK(points[1].at("values")[1] == "7.500 ms");
  CHECK(points[1].at("preference") == "0.50 : 0.50");
  CHECK(points[1].at("colour") == report::preference_colour(0.5));
  CHECK(data.at("devices")[1].at("points")[0].at("architecture") == "<b>not a cell</b> & 'more'");
  CHECK(data.at("devices")[1].at("name") == "ras<pi>&4");
}

TEST_CASE("report: pages of poor results are pages too") {
  paragon::result r;
  CHECK(markup_fault(report::to_html(r), true) == "");
  r = sample_result();
  r.objectives.resize(1);
  for (auto& d : r.devices) {
    for (auto* list : {&d.points, &d.true_front, &d.random}) {
      for (auto& p : *list) p.objectives.resize(1);
    }
  }
  const std::string page = report::to_html(r);
  CHECK(markup_fault(page, true) == "");
  CHECK(count_of(page, "<article") == 0);
}
