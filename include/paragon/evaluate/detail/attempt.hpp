// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <string>

#include "../../core/interruption.hpp"
#include "../../objective/outcome.hpp"
#include "../concepts.hpp"

namespace paragon::inline PARAGON_ISA::evaluate::detail {

/// Calls an evaluator once; what it throws becomes a failure. \throws interrupted where it throws that
template <class F, class A>
objective::outcome attempt(F& evaluate, const A& a, std::size_t condition, stop_sign sign) {
  try {
    if constexpr (takes_sign<F, A>) {
      return evaluate(a, condition, sign);
    } else if constexpr (takes_condition<F, A>) {
      return evaluate(a, condition);
    } else {
      return evaluate(a);
    }
  } catch (const interrupted&) {
    throw;
  } catch (const std::exception& failure) {
    const std::string message = failure.what();
    return objective::failed{message.empty() ? "an exception without a message" : message};
  } catch (...) {
    return objective::failed{"an exception that is not a std::exception"};
  }
}

[[nodiscard]] inline double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace paragon::evaluate::detail
