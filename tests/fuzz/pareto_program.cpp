// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program `pareto`: arguments, one a line, then an empty line, then the bytes of whatever file they name.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "examples/support/pareto_program.hpp"

namespace {

void require(bool promised) {
  if (!promised) std::abort();
}

/// One line for people: no control characters, of bounded length.
bool is_message(std::string_view text) {
  return text.starts_with("pareto: ") && text.size() < 8000 && text.find_first_of("\n\r\x1b") == text.size() - 1;
}

}  // namespace

/// Every command line ends with status 0 and its answer, or with status 2 and one line; nothing else may escape.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pareto_program;
  if (size > 2000) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find("\n\n");
  const std::string file(end == input.npos ? "" : input.substr(end + 2));
  std::vector<std::string> words(1);
  for (const char c : input.substr(0, end)) {
    if (c == '\n') {
      words.emplace_back();
    } else if (c != '\0') {  // which no argument can hold
      words.back() += c;
    }
  }
  std::string picture;
  const surroundings outside{.read = [&](const std::string&) { return file; },
                             .write = [&](const std::string&, std::string_view bytes) { picture = bytes; }};
  try {
    arguments a = read_arguments(words);
    a.threads = std::min<std::size_t>(a.threads, 2);  // what these cost is no fault
    a.rays = std::min<std::size_t>(a.rays, 300);
    const outcome found = run(a, outside);
    require(found.status == 0);
    if (!a.help.empty()) return 0;
    if (!a.plot.empty()) require(picture.starts_with("<svg"));
    if (!a.time) require(found.err.empty());
    const bool rows = a.command == "filter" || a.command == "top" || a.command == "stretch" || a.command == "select";
    if (rows) require(found.out.find_first_not_of("0123456789\n") == found.out.npos);
  } catch (const paragon::error&) {
    const outcome refused = run(words, outside);
    require(refused.status == 2 && refused.out.empty() && is_message(refused.err));
  }
  return 0;
}
