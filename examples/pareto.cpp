// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// pareto COMMAND [options] FILE: filters, ranks, measures and selects points that stand in a file. `pareto --help` says
// how.

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <paragon/core/atomic_file.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/read_file.hpp>
#include <paragon/core/within_memory.hpp>
#include <string>
#include <vector>

#include "support/pareto_program.hpp"

namespace {

std::string read_standard_input() {
  std::string text;
  std::size_t filled = 0;
  for (;;) {
    if (filled == text.size()) text.resize(2 * filled + (std::size_t{1} << 16));
    const ::ssize_t n = ::read(STDIN_FILENO, text.data() + filled, text.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw paragon::error("standard input", std::strerror(errno), "a readable file");
    if (n == 0) break;
    filled += static_cast<std::size_t>(n);
  }
  text.resize(filled);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  const pareto_program::surroundings outside{.read =
                                                 [](const std::string& file) {
                                                   return file == "-" ? paragon::within_memory("standard input",
                                                                                               read_standard_input)
                                                                      : paragon::read_file(file);
                                                 },
                                             .write = paragon::write_file};
  const auto end = pareto_program::run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc), outside);
  if (std::fwrite(end.out.data(), 1, end.out.size(), stdout) != end.out.size() || std::fflush(stdout) != 0) {
    std::fputs("pareto: standard output: cannot be written\n", stderr);
    return 2;
  }
  std::fputs(end.err.c_str(), stderr);
  return end.status;
}
