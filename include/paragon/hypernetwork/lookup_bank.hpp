// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "../autodiff/batched_product.hpp"
#include "../autodiff/columns.hpp"
#include "../autodiff/elementwise.hpp"
#include "../autodiff/gather.hpp"
#include "../autodiff/linear.hpp"
#include "../autodiff/softmax.hpp"
#include "../core/error.hpp"
#include "../nn/parameters.hpp"

namespace paragon::inline PARAGON_ISA::hypernetwork {

struct lookup_bank_settings {
  std::size_t bank = 50;   ///< number of tables that a device mixes
  std::size_t rows = 101;  ///< preference steps
  std::size_t device_features = 10;
  std::size_t choices = 0;  ///< total choices of the search space, see `space::total_choices`; must be given
  bool sine = true;  ///< whether the mixing weights pass through a sine; the published one does for one space only

  friend bool operator==(const lookup_bank_settings&, const lookup_bank_settings&) = default;
};

/// The published meta-hypernetwork: a bank of look-up tables, mixed by the device.
///
/// Table row = round(100 r_0), half to even; mixing weights = softmax(sin(E d / sqrt(features))); logits = their mix of
/// the rows. Only the first of two preferences is used, and neighbouring rows know nothing of each other:
/// `hypernetwork::multilayer` is the default for these reasons.
/// Parameters: "hardware_embedding.weight" [bank, features], "tables" [rows, bank * choices] (table after table).
/// Reference: arXiv 2402.18213, as released.
class lookup_bank {
public:
  /// \throws error where the settings have no choices
  template <class T, class B>
  lookup_bank(nn::parameters<T, B>& store, lookup_bank_settings settings, paragon::random_key key)
      : embedding_(
            store.add("hardware_embedding.weight", {settings.bank, settings.device_features}, nn::normal{}, key)),
        tables_(store.add("tables", {settings.rows, settings.bank * settings.choices}, nn::normal{}, key)),
        settings_(settings) {
    if (settings.choices == 0) throw error("hypernetwork::lookup_bank", "0 choices", "the total choices of the space");
  }

  /// \throws error where there are not two objectives, or a preference lies outside [0, 1]
  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const nn::bound<C>& theta, autodiff::variable<C> preference,
                                                 autodiff::variable<C> device) const {
    using namespace autodiff;
    using T = typename C::value_type;
    static_assert(C::on_host, "the look-up bank reads preferences on the host");
    const std::size_t rows = preference.rows();
    if (preference.columns() != 2) {
      throw error("hypernetwork::lookup_bank", std::to_string(preference.columns()) + " objectives",
                  "2; use hypernetwork::multilayer for more");
    }
    auto* index = theta.context().template scratch<std::uint32_t>(rows);
    for (std::size_t r = 0; r < rows; ++r) {
      const double first = static_cast<double>(preference.data()[2 * r]);
      if (!(first >= 0 && first <= 1)) {
        throw error("hypernetwork::lookup_bank", "preference " + number_text(first) + " in row " + std::to_string(r),
                    "0 to 1");
      }
      index[r] = static_cast<std::uint32_t>(std::nearbyint(first * static_cast<double>(settings_.rows - 1)));
    }
    const T scale = T(1) / std::sqrt(static_cast<T>(settings_.device_features));
    auto mix = affine(linear(device, theta[embedding_]), scale);
    if (settings_.sine) mix = sin(mix);
    mix = softmax(mix);
    const auto picked = gather(theta[tables_], std::span<const std::uint32_t>(index, rows));
    return batched_product(rows, mix, backend::transposed::no,
                           reshape(picked, {rows * settings_.bank, settings_.choices}), backend::transposed::no);
  }

private:
  nn::slot embedding_;
  nn::slot tables_;
  lookup_bank_settings settings_;
};

}  // namespace paragon::hypernetwork
