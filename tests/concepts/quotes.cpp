// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The code in the documentation is quoted from programs and tests that are compiled: a block that follows the line
//     <!-- FILE [NAME] -->
// is what stands in FILE between two lines "//! [NAME]".
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream stream(file);
  REQUIRE_MESSAGE(stream, "cannot read " << file.string());
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// What stands between the two markers of that name, without the indentation that all of its lines share.
std::vector<std::string> quotation(const fs::path& file, const std::string& name) {
  std::vector<std::string> found;
  int markers = 0;
  for (const std::string& line : lines_of(file)) {
    if (line.find("//! [" + name + "]") != std::string::npos) {
      ++markers;
    } else if (markers == 1) {
      found.push_back(line);
    }
  }
  REQUIRE_MESSAGE(markers == 2, file.string() << " has " << markers << " markers [" << name << "]; expected 2");
  std::size_t shared = std::string::npos;
  for (const std::string& line : found) shared = std::min(shared, line.find_first_not_of(' '));
  for (std::string& line : found) line.erase(0, std::min(shared, line.size()));
  return found;
}

}  // namespace

TEST_CASE("concepts: the documentation quotes what is compiled") {
  const fs::path root = fs::path(PARAGON_EXAMPLES_SOURCE).parent_path();
  const std::regex quote(R"(<!-- (\S+) \[(\S+)\] -->)");
  std::vector<fs::path> pages;
  for (const auto& entry : fs::recursive_directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") pages.push_back(entry.path());
  }
  if (fs::exists(root / "README.md")) pages.push_back(root / "README.md");
  std::size_t quotes = 0;
  for (const fs::path& page : pages) {
    const auto lines = lines_of(page);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::smatch match;
      if (!std::regex_match(lines[i], match, quote)) continue;
      ++quotes;
      INFO(page.filename().string() << ", line " << i + 1 << ": " << lines[i]);
      REQUIRE(i + 1 < lines.size());
      REQUIRE(lines[i + 1] == "```cpp");
      std::vector<std::string> block;
      for (i += 2; i < lines.size() && lines[i] != "```"; ++i) block.push_back(lines[i]);
      CHECK(block == quotation(root / match[1].str(), match[2].str()));
    }
  }
  CHECK(quotes > 20);
}

TEST_CASE("concepts: the page of concepts names all that are public") {
  const fs::path root = fs::path(PARAGON_EXAMPLES_SOURCE).parent_path();
  std::string page;
  for (const std::string& line : lines_of(root / "docs" / "concepts.md")) page += line + '\n';
  const std::regex definition(R"(^concept (\w+))");
  for (const auto& entry : fs::recursive_directory_iterator(root / "include")) {
    if (!entry.is_regular_file() || entry.path().string().find("/detail/") != std::string::npos) continue;
    bool hidden = false;
    for (const std::string& line : lines_of(entry.path())) {
      if (line.starts_with("namespace detail {") || line.starts_with("namespace paragon::")) {
        hidden = line.find("detail") != std::string::npos;
      }
      if (line.starts_with("}  // namespace detail")) hidden = false;
      std::smatch match;
      if (hidden || !std::regex_search(line, match, definition)) continue;
      INFO(entry.path().string());
      const bool named = page.find("`" + match[1].str() + "`") != std::string::npos ||
                         page.find("::" + match[1].str() + "`") != std::string::npos;
      CHECK_MESSAGE(named, "docs/concepts.md lacks " << match[1].str());
    }
  }
}
