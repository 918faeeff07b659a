// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <paragon/core/metric.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/space/choice_notation.hpp>
#include <paragon/space/concepts.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace paragon_test {

/// 24 architectures: three decisions of three, two and four choices.
struct boxes {
  struct architecture {
    std::array<paragon::space::choice_index, 3> choices{};
    friend bool operator==(const architecture&, const architecture&) = default;
  };
  static constexpr std::array<std::size_t, 3> sizes{3, 2, 4};

  std::string_view name() const { return "boxes"; }
  std::size_t decisions() const { return sizes.size(); }
  std::size_t choices(std::size_t d) const { return sizes[d]; }
  std::size_t choice(const architecture& a, std::size_t d) const { return a.choices[d]; }
  architecture from_choices(std::span<const paragon::space::choice_index> row) const {
    paragon::space::require_choices(*this, row);
    architecture a;
    std::copy(row.begin(), row.end(), a.choices.begin());
    return a;
  }
  std::string to_string(const architecture& a) const { return paragon::space::write_choices(*this, a); }
  architecture parse(std::string_view text) const { return paragon::space::read_choices(*this, text); }

  static constexpr std::size_t size = 24;
  static std::size_t index(const architecture& a) { return (a.choices[0] * 2U + a.choices[1]) * 4U + a.choices[2]; }
  static architecture at(std::size_t i) {
    return {{static_cast<paragon::space::choice_index>(i / 8), static_cast<paragon::space::choice_index>(i / 4 % 2),
             static_cast<paragon::space::choice_index>(i % 4)}};
  }
};
static_assert(paragon::space::search_space<boxes>);

/// Any values: one for each device and box.
struct box_table {
  paragon::metric what{"value", "", paragon::direction::minimise};
  std::vector<std::array<double, boxes::size>> by_device;

  paragon::metric describe() const { return what; }
  double value(const boxes::architecture& a, std::size_t device) const { return by_device[device][boxes::index(a)]; }

  static box_table random(std::size_t devices, const paragon::random_key& key) {
    box_table t;
    t.by_device.resize(devices);
    for (std::size_t d = 0; d < devices; ++d) {
      for (std::size_t i = 0; i < boxes::size; ++i) t.by_device[d][i] = key.uniform(d * boxes::size + i);
    }
    return t;
  }
};

/// 4096 networks of six layers of four widths, and objectives with a front: quality falls, cost grows with the widths.
struct pipes {
  struct architecture {
    std::array<paragon::space::choice_index, 6> widths{};
    friend bool operator==(const architecture&, const architecture&) = default;
  };

  std::string_view name() const { return "pipes"; }
  std::size_t decisions() const { return 6; }
  std::size_t choices(std::size_t) const { return 4; }
  std::size_t choice(const architecture& a, std::size_t d) const { return a.widths[d]; }
  architecture from_choices(std::span<const paragon::space::choice_index> row) const {
    paragon::space::require_choices(*this, row);
    architecture a;
    std::copy(row.begin(), row.end(), a.widths.begin());
    return a;
  }
  std::string to_string(const architecture& a) const { return paragon::space::write_choices(*this, a); }
  architecture parse(std::string_view text) const { return paragon::space::read_choices(*this, text); }

  static constexpr std::size_t size = 4096;
  static architecture at(std::size_t i) {
    architecture a;
    for (auto& w : a.widths) {
      w = static_cast<paragon::space::choice_index>(i % 4);
      i /= 4;
    }
    return a;
  }
};

/// The same on every device; to be maximised.
struct pipe_flow {
  static constexpr bool device_independent = true;
  static paragon::metric describe() { return {"flow", "l/s", paragon::direction::maximise}; }
  static double value(const pipes::architecture& a, std::size_t) {
    double resistance = 0;
    for (std::size_t d = 0; d < 6; ++d) resistance += 1 / (0.5 + a.widths[d] + 0.3 * static_cast<double>(d % 3));
    return 10 / resistance;
  }
};

/// Each device has prices of its own.
struct pipe_cost {
  static paragon::metric describe() { return {"cost", "", paragon::direction::minimise}; }
  static double value(const pipes::architecture& a, std::size_t device) {
    double cost = 1;
    for (std::size_t d = 0; d < 6; ++d) {
      const double price = device == 0 ? 1 + 0.5 * static_cast<double>(d) : 4 - 0.5 * static_cast<double>(d);
      cost += price * a.widths[d];
    }
    return cost;
  }
};

/// A third objective that neither of the others implies.
struct pipe_noise {
  static constexpr bool device_independent = true;
  static paragon::metric describe() { return {"noise", "dB", paragon::direction::minimise}; }
  static double value(const pipes::architecture& a, std::size_t) {
    double noise = 0;
    for (std::size_t d = 0; d + 1 < 6; ++d) noise += std::abs(a.widths[d] - a.widths[d + 1]);
    return noise + a.widths[5];
  }
};

/// All numbers of a scorer over `pipes` or `boxes`, in the order of `at`.
template <class Space, class Scorer>
std::vector<typename Scorer::id> all_of(Scorer& scorer) {
  std::vector<typename Scorer::id> ids(Space::size);
  for (std::size_t i = 0; i < Space::size; ++i) ids[i] = scorer.intern(Space::at(i));
  return ids;
}

/// For each ray, the least scalarised score that there is among these architectures.
template <class Scorer, class Scalarisation>
std::vector<double> best_scores(Scorer& scorer, const std::vector<typename Scorer::id>& ids, std::size_t device,
                                std::span<const double> rays, const Scalarisation& scalarise) {
  constexpr std::size_t m = Scorer::objectives;
  std::vector<double> z(ids.size() * m);
  scorer.score(ids, device, z);
  std::vector<double> best;
  for (std::size_t r = 0; r < rays.size() / m; ++r) {
    double least = scalarise(std::span<const double>(z).first(m), rays.subspan(r * m, m));
    for (std::size_t i = 1; i < ids.size(); ++i) {
      least = std::min(least, scalarise(std::span<const double>(z).subspan(i * m, m), rays.subspan(r * m, m)));
    }
    best.push_back(least);
  }
  return best;
}

}  // namespace paragon_test
