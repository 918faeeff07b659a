// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/metric.hpp"
#include "../core/random_key.hpp"
#include "../objective/concepts.hpp"
#include "../space/choice_index.hpp"
#include "../space/choice_table.hpp"
#include "../space/concepts.hpp"
#include "detail/number_rows.hpp"

namespace paragon::inline PARAGON_ISA::search {

/// How the values of one objective on one device become comparable with those of the others.
///
/// z = (v - origin) / width, where v is the value, its negative for an objective to be maximised; with `logarithmic` it
/// is the logarithm of the value that is taken as the value.
struct scale {
  double origin = 0;
  double width = 1;
  bool logarithmic = false;

  friend bool operator==(const scale&, const scale&) = default;

  /// \throws error for a logarithmic scale and a value that is not positive
  [[nodiscard]] double operator()(double value, direction sense) const {
    if (logarithmic) {
      if (!(value > 0)) throw error("search::scale", "the logarithm of " + number_text(value), "a positive value");
      value = std::log(value);
    }
    return ((sense == direction::minimise ? value : -value) - origin) / width;
  }
};

/// An objective of a search: models `objective::objective` with the number of a device as condition.
template <class O, class A>
concept device_objective = std::move_constructible<O> && objective::objective<O, A, std::size_t>;

/// Names what O lacks of `device_objective`.
template <class O, class A>
consteval bool require_device_objective() {
  static_assert(objective::require_objective<O, A, std::size_t>());
  static_assert(std::move_constructible<O>, "an objective of a scorer must be move-constructible");
  return true;
}

/// Judges architectures by several objectives on several devices, and remembers every value.
///
/// Objectives stay in their units and directions; `score` gives them scaled, to be minimised. An objective that says
/// `static constexpr bool device_independent = true` is asked once for an architecture, not once for a device; one with
/// a member `values(architectures, device, out)` is asked for many at once, and writes each entry when its value is known.
/// Rows of choices that mean the same architecture have the same number. Not for several threads at once.
///
/// Evaluations may fail one by one, by an exception or by a value that is no finite number (NaN is one of these, and so is
/// an entry that `values` did not write). The others are asked all the same and their values kept, also what `values` wrote
/// before it threw; what it had not written then is asked by `value`, each alone. In the end the first failure is thrown.
/// Asking again asks for what is missing alone.
/// Memory: two numbers for each objective of each architecture and device that was asked for, in pages of 16 architectures;
/// 4 bytes of a device for each 1,024 known architectures.
/// \tparam S           models `space::search_space`
/// \tparam Objectives  model `device_objective`
///
/// \code
/// paragon::search::scorer judge(space, devices.size(), error{}, latency{devices});
/// judge.fit_scales(judge.sample(1000, {.seed = 1}));
/// \endcode
template <class S, class... Objectives>
class scorer {
  static_assert(space::require_search_space<S>());
  static_assert(sizeof...(Objectives) > 0, "a scorer needs at least one objective");

public:
  using space_type = S;
  using architecture = typename S::architecture;
  static_assert((require_device_objective<Objectives, architecture>() && ...));
  using id = space::choice_table::number;
  static constexpr std::size_t objectives = sizeof...(Objectives);

  /// \param devices  how many devices there are: conditions 0 to devices - 1
  /// \throws error for no device, or an objective without a direction
  scorer(S space, std::size_t devices, Objectives... judges)
      : space_(std::move(space)), devices_(devices), objectives_(std::move(judges)...), ids_(space_),
        canonical_(space_.decisions()), scales_(devices * objectives), values_(devices), scores_(devices) {
    if (devices == 0) throw error("search::scorer", "0 devices", "at least one");
    const std::vector<metric> described = describe();
    for (std::size_t m = 0; m < objectives; ++m) {
      senses_[m] = described[m].sense;
      if (senses_[m] == direction::ignore) {
        throw error("search::scorer: " + described[m].name, "an objective to be ignored", "minimise or maximise");
      }
    }
  }

  [[nodiscard]] const S& space() const noexcept { return space_; }
  [[nodiscard]] std::size_t devices() const noexcept { return devices_; }

  /// Name, unit and direction of each objective.
  [[nodiscard]] std::vector<metric> describe() const {
    return std::apply([](const auto&... o) { return std::vector<metric>{o.describe()...}; }, objectives_);
  }

  /// The number of the architecture with these choices; a new one the first time. O(decisions), later times without
  /// building the architecture. \throws error for a row that is not one of the space's
  [[nodiscard]] id intern(std::span<const space::choice_index> choices) {
    const id before = ids_.find(choices);
    return before != space::choice_table::none ? before : add(choices, space_.from_choices(choices));
  }
  [[nodiscard]] id intern(const architecture& a) {
    describe_choices(a);
    const id before = ids_.find(canonical_);
    return before != space::choice_table::none ? before : add(canonical_, space_.from_choices(canonical_));
  }

  /// The numbers of architectures with uniformly drawn choices; some may be equal.
  [[nodiscard]] std::vector<id> sample(std::size_t n, const paragon::random_key& key) {
    std::vector<space::choice_index> choices(space_.decisions());
    std::vector<id> drawn(n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t d = 0; d < choices.size(); ++d) {
        choices[d] = static_cast<space::choice_index>(key.below(space_.choices(d), i * choices.size() + d));
      }
      drawn[i] = intern(choices);
    }
    return drawn;
  }

  [[nodiscard]] const architecture& at(id i) const {
    require(i);
    return known_[i];
  }
  /// How many different architectures have a number.
  [[nodiscard]] std::size_t known() const noexcept { return known_.size(); }

  /// \throws error for an objective or device that does not exist, or a width that is not positive
  void set_scale(std::size_t objective, std::size_t device, scale s) {
    if (!(s.width > 0) || !std::isfinite(s.width) || !std::isfinite(s.origin)) {
      throw error("search::scorer::set_scale", "origin " + number_text(s.origin) + ", width " + number_text(s.width),
                  "a finite origin and a positive width");
    }
    require(objective, device, "search::scorer::set_scale");
    scales_[device * objectives + objective] = s;
    scores_[device] = {};
  }
  /// The same scale on every device.
  void set_scale(std::size_t objective, scale s) {
    for (std::size_t d = 0; d < devices_; ++d) set_scale(objective, d, s);
  }
  [[nodiscard]] const scale& scale_of(std::size_t objective, std::size_t device) const {
    require(objective, device, "search::scorer::scale_of");
    return scales_[device * objectives + objective];
  }

  /// Scaled objectives, [batch.size(), objectives], of architectures by number on one device.
  /// \throws error for a device or number that does not exist, or a result of another size; the first failure of an
  /// objective, after all were asked
  void score(std::span<const id> batch, std::size_t device, std::span<double> out) {
    if (out.size() != batch.size() * objectives) {
      throw error("search::scorer::score", "room for " + std::to_string(out.size()) + " scores",
                  std::to_string(batch.size() * objectives));
    }
    require(0, device, "search::scorer::score");
    auto& scores = scores_[device];
    scores.cover(known_.size());
    new_.clear();
    try {
      double* to = out.data();
      for (const id i : batch) {
        require(i);
        const double* from = scores.read(i);
        if (std::isnan(from[0])) {
          new_.push_back(i);
          scores.write(i)[0] = 0;  // not new any more, should the batch have it twice
          from = scores.read(i);
        }
        to = std::copy_n(from, objectives, to);
      }
      if (new_.empty()) return;
      score_new(device);
    } catch (...) {
      for (const id i : new_) scores.write(i)[0] = unknown;
      throw;
    }
    double* to = out.data();
    for (const id i : batch) to = std::copy_n(scores.read(i), objectives, to);
  }

  /// The value of one objective in its own unit. \throws as `score`
  [[nodiscard]] double value(std::size_t objective, id i, std::size_t device) {
    require(objective, device, "search::scorer::value");
    require(i);
    new_.assign(1, i);
    std::exception_ptr failure;
    [&]<std::size_t... M>(std::index_sequence<M...>) {
      ((M == objective ? ask<M>(device, failure) : void()), ...);
    }(std::index_sequence_for<Objectives...>{});
    if (failure) std::rethrow_exception(failure);
    return known_value(objective, i, device);
  }
  /// The values of all objectives in their own units.
  [[nodiscard]] std::array<double, objectives> values(id i, std::size_t device) {
    std::array<double, objectives> result{};
    for (std::size_t m = 0; m < objectives; ++m) result[m] = value(m, i, device);
    return result;
  }

  /// Makes each objective's origin on each device the best of these architectures.
  void set_origins(std::span<const id> candidates) {
    scale_by(candidates, "search::scorer::set_origins", [](scale& s, std::span<double> z, const metric&) {
      s.origin += *std::min_element(z.begin(), z.end()) * s.width;
    });
  }

  /// Scales each objective on each device by these architectures: 0 is the best of them, 1 the value that `part` of
  /// them reach or surpass. A scale that was made logarithmic before stays logarithmic.
  ///
  /// The rest may be far worse (networks that learn nothing, layers that fall out of the cache) without drawing
  /// together what lies near the front.
  /// \throws error for no architecture, a part outside [0, 1], or an objective whose best value the part has
  void fit_scales(std::span<const id> candidates, double part = 0.9) {
    if (!(part >= 0 && part <= 1)) {
      throw error("search::scorer::fit_scales", "a part of " + number_text(part), "0 to 1");
    }
    scale_by(candidates, "search::scorer::fit_scales", [part](scale& s, std::span<double> z, const metric& what) {
      const auto rank = static_cast<std::ptrdiff_t>(part * static_cast<double>(z.size() - 1));
      std::nth_element(z.begin(), z.begin() + rank, z.end());
      const double bound = z[static_cast<std::size_t>(rank)];
      const double best = *std::min_element(z.begin(), z.begin() + rank + 1);
      if (!(bound > best) || !std::isfinite(bound - best)) {
        throw error("search::scorer::fit_scales", "equal or infinite values of " + what.name,
                    "architectures that differ in it");
      }
      s.origin += best * s.width;
      s.width *= bound - best;
    });
  }

private:
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

  template <class O>
  static constexpr bool independent() {
    if constexpr (requires { O::device_independent; }) {
      return O::device_independent;
    } else {
      return false;
    }
  }
  static constexpr std::array<bool, objectives> independent_{independent<Objectives>()...};
  static constexpr std::size_t shared = static_cast<std::size_t>((0 + ... + (independent<Objectives>() ? 1 : 0)));
  /// The column of each objective's value, in the rows of a device or in those that all devices share.
  static constexpr std::array<std::size_t, objectives> column_ = [] {
    std::array<std::size_t, objectives> columns{};
    std::array<std::size_t, 2> next{};
    for (std::size_t m = 0; m < objectives; ++m) columns[m] = next[independent_[m] ? 1 : 0]++;
    return columns;
  }();

  /// In place of values that an objective is to write: a NaN that no computation gives.
  static constexpr std::uint64_t unwritten = 0x7FF8'7061'7261'676FU;

  void require(id i) const {
    if (i >= known_.size()) {
      throw error("search::scorer", "architecture " + std::to_string(i), "below " + std::to_string(known_.size()));
    }
  }
  void require(std::size_t objective, std::size_t device, const char* place) const {
    if (device >= devices_) throw error(place, "device " + std::to_string(device), "below " + std::to_string(devices_));
    if (objective >= objectives) {
      throw error(place, "objective " + std::to_string(objective), "below " + std::to_string(objectives));
    }
  }

  /// Writes the choices of an architecture into `canonical_`.
  void describe_choices(const architecture& a) {
    for (std::size_t d = 0; d < canonical_.size(); ++d) {
      canonical_[d] = space::detail::to_choice_index(space_.choice(a, d));
    }
  }

  id add(std::span<const space::choice_index> choices, architecture a) {
    describe_choices(a);
    id i = ids_.find(canonical_);
    if (i == space::choice_table::none) {
      i = static_cast<id>(known_.size());
      known_.push_back(std::move(a));
      ids_.insert(canonical_, i);
    }
    ids_.insert(choices, i);
    return i;
  }

  template <class Fit>
  void scale_by(std::span<const id> candidates, const char* place, Fit fit) {
    if (candidates.empty()) throw error(place, "0 architectures", "at least one");
    std::vector<double> z(candidates.size() * objectives);
    std::vector<double> column(candidates.size());
    const std::vector<metric> described = describe();
    std::vector<scale> fitted = scales_;
    for (std::size_t d = 0; d < devices_; ++d) {
      score(candidates, d, z);
      for (std::size_t m = 0; m < objectives; ++m) {
        for (std::size_t i = 0; i < column.size(); ++i) column[i] = z[i * objectives + m];
        fit(fitted[d * objectives + m], std::span<double>(column), described[m]);
      }
    }
    scales_ = std::move(fitted);
    for (auto& scores : scores_) scores = {};
  }

  /// Scores of the architectures in `new_`. \throws the first failure when all others have theirs
  void score_new(std::size_t device) {
    std::exception_ptr failure;
    [&]<std::size_t... M>(std::index_sequence<M...>) {
      (ask<M>(device, failure), ...);
    }(std::index_sequence_for<Objectives...>{});
    for (const id i : new_) {
      std::array<double, objectives> z{};
      try {
        for (std::size_t m = 0; m < objectives; ++m) {
          const double v = known_value(m, i, device);
          z[m] = std::isnan(v) ? unknown : scales_[device * objectives + m](v, senses_[m]);
        }
      } catch (...) {
        if (!failure) failure = std::current_exception();
        z[0] = unknown;
      }
      if (std::any_of(z.begin(), z.end(), [](double x) { return std::isnan(x); })) z[0] = unknown;
      std::copy(z.begin(), z.end(), scores_[device].write(i));
    }
    new_.clear();
    if (failure) std::rethrow_exception(failure);
  }

  /// NaN where it is not known.
  [[nodiscard]] double known_value(std::size_t objective, id i, std::size_t device) const {
    const double* row = independent_[objective] ? shared_.read(i) : values_[device].read(i);
    return row[column_[objective]];
  }

  /// Asks objective M for those of `new_` that it was not asked for, and keeps what it knows of them.
  template <std::size_t M>
  void ask(std::size_t device, std::exception_ptr& failure) {
    const auto& o = std::get<M>(objectives_);
    values_[device].cover(known_.size());
    shared_.cover(known_.size());
    missing_.clear();
    for (const id i : new_) {
      if (std::isnan(known_value(M, i, device))) missing_.push_back(i);
    }
    if (missing_.empty()) return;
    found_.assign(missing_.size(), std::bit_cast<double>(unwritten));
    const auto is_written = [&](std::size_t k) { return std::bit_cast<std::uint64_t>(found_[k]) != unwritten; };
    const auto failed = [&] {
      if (!failure) failure = std::current_exception();
    };
    bool complete = false;
    if constexpr (requires(std::span<const architecture> a, std::span<double> v) { o.values(a, device, v); }) {
      batch_.clear();
      for (const id i : missing_) batch_.push_back(known_[i]);
      try {
        o.values(std::span<const architecture>(batch_), device, std::span<double>(found_));
        complete = true;
      } catch (...) {
        failed();
      }
    }
    for (std::size_t k = 0; k < missing_.size(); ++k) {
      const architecture& a = known_[missing_[k]];
      try {
        if (!complete && !is_written(k)) found_[k] = static_cast<double>(o.value(a, device));
        if (!std::isfinite(found_[k])) {
          throw error(
              "search::scorer: " + metric(o.describe()).name,
              (is_written(k) ? number_text(found_[k]) : "nothing written") + " for " + std::string(space_.to_string(a)),
              "a finite number");
        }
      } catch (...) {
        failed();
        continue;
      }
      if constexpr (independent_[M]) {
        shared_.write(missing_[k])[column_[M]] = found_[k];
      } else {
        values_[device].write(missing_[k])[column_[M]] = found_[k];
      }
    }
  }

  S space_;
  std::size_t devices_;
  std::tuple<Objectives...> objectives_;
  std::array<direction, objectives> senses_{};
  space::choice_table ids_;
  std::vector<architecture> known_;
  std::vector<space::choice_index> canonical_;                    ///< choices of the architecture at hand
  std::vector<scale> scales_;                                     ///< [devices, objectives]
  std::vector<detail::number_rows<objectives - shared>> values_;  ///< by device; NaN: not known
  detail::number_rows<shared> shared_;                            ///< values that do not depend on the device
  std::vector<detail::number_rows<objectives>> scores_;           ///< by device; NaN in the first: not known
  std::vector<id> new_;
  std::vector<id> missing_;
  std::vector<architecture> batch_;
  std::vector<double> found_;
};

}  // namespace paragon::search
