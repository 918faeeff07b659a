// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/error.hpp"
#include "../../data/csv.hpp"
#include "subnet.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

namespace ofa_detail {

/// Columns "ks", "e", "d" and "r" of a table.
struct networks {
  std::vector<mobilenetv3_subnet> network;
  std::vector<int> resolution;

  explicit networks(const data::csv_table& table) {
    const std::size_t kernels = table.column("ks");
    const std::size_t ratios = table.column("e");
    const std::size_t depths = table.column("d");
    const std::size_t resolutions = table.column("r");
    for (std::size_t i = 0; i < table.rows(); ++i) {
      try {
        network.push_back(
            mobilenetv3_from_digits(table.text(i, kernels), table.text(i, ratios), table.text(i, depths)));
      } catch (const error& problem) {
        throw error(table.where(i, kernels), problem.what());
      }
      resolution.push_back(table.number<int>(i, resolutions));
      if (resolution.back() <= 0) {
        throw error(table.where(i, resolutions), std::to_string(resolution.back()), "a positive number of pixels");
      }
    }
  }
};

}  // namespace ofa_detail

/// Latencies of Once-for-All MobileNetV3 networks, row by row: HELP's 5,000 networks on 12 devices.
///
/// A row is a network at one of many resolutions; HELP measured networks of width 1.2. The number in the name of a device
/// is the batch size, for which the latency is.
/// Reference: Lee et al., "HELP: hardware-adaptive efficient latency prediction for NAS via meta-learning", NeurIPS 2021.
///
/// \code
/// paragon::benchmark::ofa_latency table("data/ofa/ofa_mbv3_latency_help.csv");
/// std::span<const double> ms = table.milliseconds("titan_rtx_64");
/// \endcode
class ofa_latency {
public:
  /// Devices are the columns other than "index", "ks", "e", "d" and "r".
  /// \throws error that names file, line and column: missing, malformed, a latency that is not positive
  explicit ofa_latency(const std::string& path) : ofa_latency(data::csv_table(path)) {}
  explicit ofa_latency(const data::csv_table& table) {
    ofa_detail::networks rows(table);
    networks_ = std::move(rows.network);
    resolutions_ = std::move(rows.resolution);
    for (const std::string& name : table.columns()) {
      if (name == "index" || name == "ks" || name == "e" || name == "d" || name == "r") continue;
      devices_.push_back(name);
      milliseconds_.push_back(table.numbers<double>(name));
      for (std::size_t i = 0; i < table.rows(); ++i) {
        if (milliseconds_.back()[i] > 0) continue;
        throw error(table.where(i, table.column(name)), number_text(milliseconds_.back()[i]), "a positive latency");
      }
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return networks_.size(); }
  [[nodiscard]] const std::vector<mobilenetv3_subnet>& networks() const noexcept { return networks_; }
  [[nodiscard]] const std::vector<int>& resolutions() const noexcept { return resolutions_; }  ///< pixels on each side
  [[nodiscard]] const std::vector<std::string>& devices() const noexcept { return devices_; }

  /// \throws error that lists the devices, for another name
  [[nodiscard]] std::span<const double> milliseconds(std::string_view device) const {
    std::string known;
    for (std::size_t d = 0; d < devices_.size(); ++d) {
      if (devices_[d] == device) return milliseconds_[d];
      known += (known.empty() ? "" : ", ") + devices_[d];
    }
    throw error("benchmark::ofa_latency", "unknown device " + quote(device), "one of " + known);
  }

private:
  std::vector<mobilenetv3_subnet> networks_;
  std::vector<int> resolutions_;
  std::vector<std::string> devices_;
  std::vector<std::vector<double>> milliseconds_;
};

/// Accuracies that were measured for Once-for-All MobileNetV3 networks: DyNAS-T's 2,373 of width 1.0 at 224 pixels, which
/// searches had found; 2,162 are different, and measurements of one differ by up to 0.1 points.
/// Reference: Cummings et al., "A hardware-aware framework for accelerating neural architecture search across modalities",
/// 2022.
struct ofa_accuracy_table {
  std::vector<mobilenetv3_subnet> networks;
  std::vector<int> resolutions;    ///< pixels on each side
  std::vector<double> top1;        ///< ImageNet, per cent
  std::vector<double> parameters;  ///< plain counts, as published
  std::vector<double> macs;

  /// \throws error that names file, line and column: missing or malformed, an accuracy outside 0 to 100
  explicit ofa_accuracy_table(const std::string& path) : ofa_accuracy_table(data::csv_table(path)) {}
  explicit ofa_accuracy_table(const data::csv_table& table)
      : top1(table.numbers<double>("top1")), parameters(table.numbers<double>("params")),
        macs(table.numbers<double>("macs")) {
    ofa_detail::networks rows(table);
    networks = std::move(rows.network);
    resolutions = std::move(rows.resolution);
    for (std::size_t i = 0; i < top1.size(); ++i) {
      if (top1[i] >= 0 && top1[i] <= 100) continue;
      throw error(table.where(i, table.column("top1")), number_text(top1[i]), "0 to 100 per cent");
    }
  }
};

}  // namespace paragon::benchmark
