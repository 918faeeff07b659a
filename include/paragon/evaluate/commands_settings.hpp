// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "../core/error.hpp"
#include "../core/json.hpp"
#include "../core/quote.hpp"
#include "request.hpp"

namespace paragon::inline PARAGON_ISA::evaluate {

/// How `commands` runs its command.
struct commands_settings {
  std::size_t workers = 1;                         ///< copies of the command, each with one evaluation at a time
  std::chrono::nanoseconds time_limit = no_limit;  ///< for an attempt
  std::size_t retries = 0;                         ///< how often one that failed is tried again; not after a time limit
  order results = order::finished;
  std::string condition_member = "device";  ///< how the request calls the condition
  /// How long a copy that is asked to end, by SIGTERM or because it closed a stream, has before it is killed.
  std::chrono::nanoseconds grace = std::chrono::milliseconds(200);
  /// Before the first answer of any copy: so many attempts in a row, for each worker, may end without one before
  /// `collect` says that the command does not work. 0: any number.
  std::size_t most_failed_starts = 3;
  int errors_to = STDERR_FILENO;  ///< the descriptor that gets what copies write to standard error; -1: none

  /// \throws error for no worker, a time limit or grace that is negative, a time limit of 0, and a name of the
  ///         condition that is empty, has another meaning or is not UTF-8
  void check() const {
    constexpr const char* place = "evaluate::commands_settings";
    constexpr std::chrono::nanoseconds none{};
    if (workers == 0) throw error(place, "no worker", "at least one");
    if (time_limit <= none) throw error(place, "a time limit of 0 or less", "a positive one, or none");
    if (grace < none) throw error(place, "a negative grace", "0 or more");
    if (condition_member.empty() || condition_member == "id" || condition_member == "architecture") {
      throw error(place, quote(condition_member) + " as the name of the condition", "another name, such as \"device\"");
    }
    (void)json(condition_member).dump();
  }

  friend bool operator==(const commands_settings&, const commands_settings&) = default;
};

}  // namespace paragon::evaluate
