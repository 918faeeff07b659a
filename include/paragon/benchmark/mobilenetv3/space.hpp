// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "../../core/error.hpp"
#include "../../space/choice_index.hpp"
#include "../../space/choice_notation.hpp"
#include "graph.hpp"
#include "network.hpp"
#include "subnet.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// Once-for-All MobileNetV3: about 2 x 10^19 networks of five stages.
///
/// Decisions 0 to 19 are the kernels of the layers (3, 5, 7), 20 to 39 their expansion ratios (3, 4, 6), 40 to 44 the
/// depths of the stages (2, 3, 4); three choices each. The choices of absent layers have no effect. Costs are exact.
///
/// \code
/// paragon::benchmark::mobilenetv3 space;
/// auto net = space.parse("33333333333333333333/33333333333333333333/22222");
/// double millions = space.macs(net) / 1e6;
/// \endcode
struct mobilenetv3 {
  using architecture = mobilenetv3_subnet;

  mobilenetv3_network network{};  ///< what the costs refer to

  friend constexpr bool operator==(const mobilenetv3&, const mobilenetv3&) = default;

  [[nodiscard]] static constexpr std::string_view name() noexcept { return "mobilenetv3"; }

  // Decisions.

  [[nodiscard]] static constexpr std::size_t decisions() noexcept { return 45; }
  [[nodiscard]] static constexpr std::size_t choices(std::size_t) noexcept { return 3; }
  /// Kernels, ratios and depths.
  [[nodiscard]] static constexpr std::size_t group(std::size_t d) noexcept { return d < 20 ? 0 : d < 40 ? 1 : 2; }
  [[nodiscard]] static constexpr std::size_t choice(const mobilenetv3_subnet& net, std::size_t d) noexcept {
    if (d < 20) return (net.kernel[d] - std::size_t{3}) / 2;
    if (d < 40) return net.expand[d - 20] == 6 ? 2 : net.expand[d - 20] - std::size_t{3};
    return net.depth[d - 40] - std::size_t{2};
  }
  [[nodiscard]] mobilenetv3_subnet from_choices(std::span<const space::choice_index> row) const {
    space::require_choices(*this, row);
    mobilenetv3_subnet net;
    for (std::size_t i = 0; i < 20; ++i) {
      net.kernel[i] = static_cast<std::uint8_t>(mobilenetv3_network::kernels[row[i]]);
      net.expand[i] = static_cast<std::uint8_t>(mobilenetv3_network::ratios[row[20 + i]]);
    }
    for (std::size_t s = 0; s < 5; ++s) net.depth[s] = static_cast<std::uint8_t>(2 + row[40 + s]);
    return net.canonical();
  }

  // Notation.

  [[nodiscard]] static std::string to_string(const mobilenetv3_subnet& net) { return benchmark::to_string(net); }
  [[nodiscard]] static mobilenetv3_subnet parse(std::string_view text) { return parse_mobilenetv3_subnet(text); }

  // Costs.

  [[nodiscard]] constexpr double parameters(const mobilenetv3_subnet& net) const noexcept {
    return network(net).parameters;
  }
  [[nodiscard]] constexpr double macs(const mobilenetv3_subnet& net) const noexcept { return network(net).macs; }

  /// In expectation over independent choices with the 135 probabilities in `row`; writes the derivative unless
  /// `gradient` is empty.
  template <class T>
  double expected_parameters(std::span<const T> row, std::span<T> gradient) const {
    return expectation(row, gradient, &mobilenetv3_network::cost::parameters);
  }
  template <class T>
  double expected_macs(std::span<const T> row, std::span<T> gradient) const {
    return expectation(row, gradient, &mobilenetv3_network::cost::macs);
  }

private:
  template <class T>
  double expectation(std::span<const T> row, std::span<T> gradient, double mobilenetv3_network::cost::*what) const {
    if (row.size() != 135 || !(gradient.empty() || gradient.size() == 135)) {
      throw error("benchmark::mobilenetv3: relaxed network",
                  std::to_string(row.size()) + " entries, a gradient of " + std::to_string(gradient.size()),
                  "135, and a gradient of as many or none");
    }
    for (T& g : gradient) g = T(0);
    double sum = network.fixed().*what;
    for (std::size_t i = 0; i < 20; ++i) {
      // Layer j of a stage is present at the depths j + 1 and more; 2, 3 and 4 are the choices 0, 1 and 2.
      const std::size_t depth = 120 + 3 * (i / 4);
      const std::size_t least = i % 4 < 2 ? 0 : i % 4 - 1;
      double present = 0;
      for (std::size_t c = least; c < 3; ++c) present += static_cast<double>(row[depth + c]);
      double expected = 0;
      for (std::size_t k = 0; k < 3; ++k) {
        const double p = static_cast<double>(row[3 * i + k]);
        for (std::size_t e = 0; e < 3; ++e) {
          const double q = static_cast<double>(row[60 + 3 * i + e]);
          const double cost = network.layer(i, mobilenetv3_network::kernels[k], mobilenetv3_network::ratios[e]).*what;
          expected += p * q * cost;
          if (gradient.empty()) continue;
          gradient[3 * i + k] += static_cast<T>(present * q * cost);
          gradient[60 + 3 * i + e] += static_cast<T>(present * p * cost);
        }
      }
      sum += present * expected;
      if (gradient.empty()) continue;
      for (std::size_t c = least; c < 3; ++c) gradient[depth + c] += static_cast<T>(expected);
    }
    return sum;
  }
};

}  // namespace paragon::benchmark
