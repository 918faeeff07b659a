// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../core/compiler_flags.hpp"

namespace paragon::inline PARAGON_ISA::tune {

/// Numbers worth keeping beside the one that is tuned, by name.
using named_numbers = std::vector<std::pair<std::string, double>>;

/// What an evaluation found. NaN as the value means that it failed; infinities are legal.
struct outcome {
  double value = 0;      ///< the number to be made small or large
  named_numbers extras;  ///< each name once

  friend bool operator==(const outcome&, const outcome&) = default;
};

enum class trial_state {
  pending,   ///< proposed, and not evaluated yet
  complete,  ///< evaluated
  failed     ///< the evaluation threw, or found NaN
};

/// One point of the space and what became of it.
struct trial {
  std::size_t number = 0;      ///< from 0, in the order of proposal
  std::vector<double> values;  ///< one for each parameter; of a categorical one the position of its label
  trial_state state = trial_state::pending;
  double value = 0;  ///< where complete
  named_numbers extras;
  std::string failure;  ///< why, where failed

  friend bool operator==(const trial&, const trial&) = default;
};

}  // namespace paragon::tune
