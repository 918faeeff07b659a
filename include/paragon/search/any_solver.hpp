// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/json.hpp"
#include "../problem/evaluation.hpp"
#include "solver.hpp"

namespace paragon::inline PARAGON_ISA::search {

/// A solver whose type is chosen at run time, for programs that offer several. Movable; a virtual call each.
///
/// \code
/// using solver = search::any_solver<space::described::architecture>;
/// solver s = fast ? solver(search::random_search(problem)) : solver(search::bayesian(problem));
/// \endcode
template <class Architecture>
class any_solver {
public:
  using architecture = Architecture;

  template <class Solver>
    requires(!std::same_as<std::remove_cvref_t<Solver>, any_solver>)
  any_solver(Solver solver) : held_(std::make_unique<model<Solver>>(std::move(solver))) {
    static_assert(require_solver<Solver>());
    static_assert(std::same_as<typename Solver::architecture, Architecture>, "a solver of other architectures");
  }

  [[nodiscard]] std::vector<candidate<Architecture>> ask(std::size_t n) { return held_->ask(n); }
  void tell(std::span<const problem::evaluation<Architecture>> some) { held_->tell(some); }
  [[nodiscard]] std::vector<Architecture> front(std::size_t condition) const { return held_->front(condition); }
  [[nodiscard]] std::size_t batch() const { return held_->batch(); }
  [[nodiscard]] json save() const { return held_->save(); }
  void restore(const json& state) { held_->restore(state); }

private:
  struct base {
    virtual ~base() = default;
    virtual std::vector<candidate<Architecture>> ask(std::size_t n) = 0;
    virtual void tell(std::span<const problem::evaluation<Architecture>> some) = 0;
    [[nodiscard]] virtual std::vector<Architecture> front(std::size_t condition) const = 0;
    [[nodiscard]] virtual std::size_t batch() const = 0;
    [[nodiscard]] virtual json save() const = 0;
    virtual void restore(const json& state) = 0;
  };

  template <class Solver>
  struct model final : base {
    explicit model(Solver s) : solver(std::move(s)) {}
    std::vector<candidate<Architecture>> ask(std::size_t n) override { return solver.ask(n); }
    void tell(std::span<const problem::evaluation<Architecture>> some) override { solver.tell(some); }
    [[nodiscard]] std::vector<Architecture> front(std::size_t condition) const override {
      return solver.front(condition);
    }
    [[nodiscard]] std::size_t batch() const override { return solver.batch(); }
    [[nodiscard]] json save() const override { return solver.save(); }
    void restore(const json& state) override { solver.restore(state); }
    Solver solver;
  };

  std::unique_ptr<base> held_;
};

}  // namespace paragon::search
