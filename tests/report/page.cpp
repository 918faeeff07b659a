// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <string>

#include <paragon/report/page.hpp>

#include "sample.hpp"

using paragon_test::count_of;

TEST_CASE("report: a page escapes text, keeps pictures and closes what it opens") {
  paragon::report::page page("a < b", "lead & more");
  page.fact("fact", "1", "%");
  page.section("one", "note");
  page.picture("first", "<svg id=\"x\"></svg>", "|a~0|");
  page.picture("second", "<svg></svg>");
  page.section("two");
  page.table({"name", "value"}, {{"<row>", "2"}});
  page.picture("last", "<svg></svg>");
  const std::string html = page.html();
  CHECK(html.find("<title>a &lt; b</title>") != std::string::npos);
  CHECK(html.find("lead &amp; more") != std::string::npos);
  CHECK(html.find("<svg id=\"x\"></svg>") != std::string::npos);
  CHECK(html.find("&lt;row&gt;") != std::string::npos);
  CHECK(count_of(html, "<div") == count_of(html, "</div>"));
  CHECK(count_of(html, "<div class=\"cards medium\">") == 2);
  CHECK(count_of(html, "<article") == 3);
  CHECK(html.find("<script") == std::string::npos);
}
