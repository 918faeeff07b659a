// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace paragon_test {

/// A command line that runs evaluate.py with the Python that PARAGON_PYTHON names, or python3.
inline std::string evaluate_command(const std::string& arguments) {
  const char* chosen = std::getenv("PARAGON_PYTHON");
  const std::filesystem::path script =
      std::filesystem::path(PARAGON_EXAMPLES_SOURCE).parent_path() / "tests" / "onnx" / "evaluate.py";
  std::string command = "\"";
  command.append(chosen != nullptr ? chosen : "python3").append("\" \"").append(script.string()).append("\" ");
  return command + arguments;
}

/// Whether there is a Python that runs ONNX files.
inline bool evaluates_onnx() {
  return std::system((evaluate_command("--available") + " > /dev/null 2>&1").c_str()) == 0;
}

}  // namespace paragon_test
