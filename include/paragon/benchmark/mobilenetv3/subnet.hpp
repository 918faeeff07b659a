// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "../../core/error.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// A network of the Once-for-All MobileNetV3 space: five stages of two to four layers, each an inverted bottleneck with
/// its own kernel and expansion ratio. Layer `4 s + j` is layer j of stage s.
///
/// Layers beyond the depth of their stage are absent; their kernel and ratio are 3, so that equal networks compare equal.
/// Reference: Cai, Gan, Wang, Zhang, Han, "Once-for-All: train one network and specialize it for efficient deployment",
/// ICLR 2020.
struct mobilenetv3_subnet {
  static constexpr std::size_t stages = 5;
  static constexpr std::size_t layers = 20;
  static constexpr std::size_t layers_per_stage = 4;

  std::array<std::uint8_t, layers> kernel{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3};  ///< 3, 5, 7
  std::array<std::uint8_t, layers> expand{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3};  ///< 3, 4, 6
  std::array<std::uint8_t, stages> depth{2, 2, 2, 2, 2};                                                ///< 2, 3, 4

  friend constexpr bool operator==(const mobilenetv3_subnet&, const mobilenetv3_subnet&) = default;
  friend constexpr auto operator<=>(const mobilenetv3_subnet&, const mobilenetv3_subnet&) = default;

  [[nodiscard]] constexpr bool present(std::size_t layer) const noexcept {
    return layer % layers_per_stage < depth[layer / layers_per_stage];
  }

  /// The same network with absent layers brought to kernel 3 and ratio 3.
  [[nodiscard]] constexpr mobilenetv3_subnet canonical() const noexcept {
    mobilenetv3_subnet result = *this;
    for (std::size_t i = 0; i < layers; ++i) {
      if (!present(i)) result.kernel[i] = result.expand[i] = 3;
    }
    return result;
  }
};

/// Once-for-All's notation: the digits of the kernels, of the ratios and of the depths, "33...3/33...3/22222".
[[nodiscard]] inline std::string to_string(const mobilenetv3_subnet& net) {
  std::string text;
  text.reserve(47);
  for (const std::uint8_t k : net.kernel) text += static_cast<char>('0' + k);
  text += '/';
  for (const std::uint8_t e : net.expand) text += static_cast<char>('0' + e);
  text += '/';
  for (const std::uint8_t d : net.depth) text += static_cast<char>('0' + d);
  return text;
}

namespace detail {

template <std::size_t N>
std::array<std::uint8_t, N> read_digits(std::string_view what, std::string_view text, std::string_view allowed) {
  const auto expected = [&] { return std::to_string(N) + " digits out of " + std::string(allowed); };
  if (text.size() != N) {
    throw error("benchmark::mobilenetv3_subnet", std::string(what) + " " + quote(text), expected());
  }
  std::array<std::uint8_t, N> digits{};
  for (std::size_t i = 0; i < N; ++i) {
    if (allowed.find(text[i]) == std::string_view::npos) {
      throw error("benchmark::mobilenetv3_subnet", std::string(what) + " " + quote(text), expected());
    }
    digits[i] = static_cast<std::uint8_t>(text[i] - '0');
  }
  return digits;
}

}  // namespace detail

/// The network of three strings of digits, as benchmark tables have them: those of absent layers may be any allowed
/// digit. \throws error for a wrong number of digits or another digit
[[nodiscard]] inline mobilenetv3_subnet mobilenetv3_from_digits(std::string_view kernels, std::string_view ratios,
                                                                std::string_view depths) {
  mobilenetv3_subnet net;
  net.kernel = detail::read_digits<mobilenetv3_subnet::layers>("kernels", kernels, "357");
  net.expand = detail::read_digits<mobilenetv3_subnet::layers>("ratios", ratios, "346");
  net.depth = detail::read_digits<mobilenetv3_subnet::stages>("depths", depths, "234");
  return net.canonical();
}

/// Reads what `to_string` writes, and nothing else.
[[nodiscard]] inline mobilenetv3_subnet parse_mobilenetv3_subnet(std::string_view text) {
  if (text.size() != 47 || text[20] != '/' || text[41] != '/') {
    throw error("benchmark::mobilenetv3_subnet", quote(text),
                "20 kernels, 20 ratios and 5 depths, as in \"33333333333333333333/33333333333333333333/22222\"");
  }
  const auto net = mobilenetv3_from_digits(text.substr(0, 20), text.substr(21, 20), text.substr(42));
  if (to_string(net) != text) {
    throw error("benchmark::mobilenetv3_subnet", quote(text), "absent layers with kernel 3 and ratio 3");
  }
  return net;
}

}  // namespace paragon::benchmark

template <>
struct std::hash<paragon::benchmark::mobilenetv3_subnet> {
  [[nodiscard]] std::size_t operator()(const paragon::benchmark::mobilenetv3_subnet& net) const noexcept {
    std::uint64_t code = 0xcbf29ce484222325U;  // FNV-1a
    const auto mix = [&](std::uint8_t digit) { code = (code ^ digit) * 0x100000001b3U; };
    for (const std::uint8_t k : net.kernel) mix(k);
    for (const std::uint8_t e : net.expand) mix(e);
    for (const std::uint8_t d : net.depth) mix(d);
    return static_cast<std::size_t>(code);
  }
};
