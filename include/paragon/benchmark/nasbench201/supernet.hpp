// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "../../autodiff/arithmetic.hpp"
#include "../../autodiff/convolution.hpp"
#include "../../autodiff/elementwise.hpp"
#include "../../autodiff/pooling.hpp"
#include "../../backend/image_kernels.hpp"
#include "../../core/error.hpp"
#include "../../core/random_key.hpp"
#include "../../nn/batch_norm.hpp"
#include "../../nn/linear.hpp"
#include "../../nn/parameters.hpp"
#include "../../supernet/concepts.hpp"
#include "../../supernet/norm_in.hpp"
#include "space.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// Weight sharing: on each edge the 1x1 convolution is the centre tap of the 3x3 one, with its bias and normalisation, as
/// published.
///
/// `bias` adds one to the convolutions of the cells, as published (1,528,186 parameters with 16 channels, five cells a
/// stage and ten classes). A normalisation that subtracts the mean comes right after it: the bias changes no output and its
/// gradient is zero, so there is none by default (1,524,826 parameters).
struct entangled {
  bool bias = false;
  friend bool operator==(const entangled&, const entangled&) = default;
};

/// Weight sharing: each edge has weights of its own for each of its convolutions.
struct separate {
  bool bias = false;
  friend bool operator==(const separate&, const separate&) = default;
};

/// No sharing: the network of one cell, as NAS-Bench-201 trains it, with gains and biases in its normalisations and with
/// `benchmark::nasbench201::parameters(cell)` trainable numbers. It knows no other cell.
struct only {
  nasbench201_cell cell;
  friend bool operator==(const only&, const only&) = default;
};

/// The NAS-Bench-201 network around a cell, at any width, depth and number of classes: all cells at once with shared
/// weights (`entangled`, `separate`), or `only` one.
///
/// Convolution 3x3 and normalisation; per stage the cells, between stages a residual block of stride 2 that doubles the
/// channels; normalisation, ReLU, global pooling, linear. Edge operations: none, skip, ReLU - convolution (1x1 or 3x3) -
/// normalisation, and 3x3 average pooling that does not count padding; in a supernet without gain and bias.
///
/// What the result does not depend on is not computed: operations "none", edges out of which no path leads to the output,
/// and, where normalisation has no bias, what zeros become (in a supernet any operation makes zeros of zeros).
/// Sides of the images must be multiples of 4.
/// Models `supernet::supernet_network`. Reference: Dong, Yang, ICLR 2020, section 2; shared weights as in arXiv 2402.18213.
///
/// \code
/// nn::parameters<float> store, statistics;
/// benchmark::nasbench201_supernet network(store, statistics, benchmark::nasbench201{}, {.seed = 1});
/// \endcode
template <class Sharing = entangled>
class nasbench201_supernet {
public:
  /// \param store       gets the trainable parameters
  /// \param statistics  gets the means and variances that normalisation keeps for inference
  template <class T, class B>
  nasbench201_supernet(nn::parameters<T, B>& store, nn::parameters<T, B>& statistics, const nasbench201& space,
                       paragon::random_key key, Sharing sharing = {})
      : space_(space), sharing_(sharing), stem_(add(store, statistics, "stem", 3, width(0), 3, true, false, key)),
        last_norm_(store, statistics, "last", width(2), {}),
        classifier_(store, "classifier", width(2), static_cast<std::size_t>(space.network.classes), key) {
    for (std::size_t s = 0; s < 3; ++s) {
      const std::string stage = "stage" + std::to_string(s);
      if (s > 0) {
        const std::size_t in = width(s - 1);
        reductions_.push_back(
            {add(store, statistics, stage + ".reduction.a", in, width(s), 3, true, false, key),
             add(store, statistics, stage + ".reduction.b", width(s), width(s), 3, true, false, key),
             store.add(stage + ".reduction.shortcut.weight", {1, 1, in, width(s)}, nn::he_normal{}, key)});
      }
      for (std::size_t n = 0; n < cells(); ++n) {
        for (std::size_t e = 0; e < edges; ++e) {
          const std::string name = stage + ".cell" + std::to_string(n) + ".edge" + std::to_string(e);
          edges_.push_back(add_edge(store, statistics, name, e, width(s), key));
        }
      }
    }
  }

  [[nodiscard]] const nasbench201& space() const noexcept { return space_; }
  [[nodiscard]] std::size_t classes() const noexcept { return static_cast<std::size_t>(space_.network.classes); }
  [[nodiscard]] const Sharing& sharing() const noexcept { return sharing_; }
  /// Whether an operation has weights to train: the convolutions, on every edge. For `even_capacity_paths`.
  [[nodiscard]] static bool is_weighted(std::size_t, std::size_t choice) noexcept {
    return convolves(static_cast<nasbench201_operation>(choice));
  }

  /// Logits [N, classes] of images [N, H, W, 3]. \throws error for images of another kind; with `only`, for another cell
  template <class C, class Norm, supernet::mixture<C> Mix>
    requires backend::image_kernels<typename C::backend_type, typename C::value_type>
  [[nodiscard]] autodiff::variable<C> operator()(const nn::bound<C>& theta, autodiff::variable<C> images,
                                                 const Norm& norm, const Mix& mix) const {
    const shape extents = images.shape();
    if (extents.rank() != 4 || extents[3] != 3 || extents[1] % 4 != 0 || extents[2] % 4 != 0 || images.size() == 0) {
      throw error("benchmark::nasbench201_supernet", "images of shape " + to_string(extents),
                  "(images, height, width, 3), height and width multiples of 4");
    }
    const std::array<bool, 4> used = useful(mix);
    auto y = stem_.norm(theta, autodiff::convolution(images, theta[stem_.weight]), norm);
    for (std::size_t s = 0; s < 3; ++s) {
      if (s > 0) y = reduce(theta, y, norm, reductions_[s - 1]);
      const shape inside = y.shape();
      supernet::output<C> x = y;
      for (std::size_t n = 0; n < cells() && x; ++n) x = cell(theta, *x, norm, mix, used, (s * cells() + n) * edges);
      y = x ? *x : zeros(theta.context(), inside);
    }
    y = autodiff::relu(last_norm_(theta, y, norm));
    return classifier_(theta, autodiff::global_average_pool(y));
  }

private:
  static constexpr std::size_t edges = 6;
  static constexpr bool affine = std::same_as<Sharing, only>;

  struct convolution {
    nn::slot weight;
    std::optional<nn::slot> bias;
    nn::batch_norm norm;
  };
  struct edge {
    std::optional<convolution> one;
    std::optional<convolution> three;
  };
  struct reduction {
    convolution a;
    convolution b;
    nn::slot shortcut;
  };

  [[nodiscard]] static bool convolves(nasbench201_operation o) noexcept {
    return o == nasbench201_operation::nor_conv_1x1 || o == nasbench201_operation::nor_conv_3x3;
  }
  [[nodiscard]] std::size_t cells() const noexcept { return static_cast<std::size_t>(space_.network.cells_per_stage); }
  [[nodiscard]] std::size_t width(std::size_t stage) const noexcept {
    return static_cast<std::size_t>(space_.network.channels) << stage;
  }

  template <class T, class B>
  static convolution add(nn::parameters<T, B>& store, nn::parameters<T, B>& statistics, const std::string& name,
                         std::size_t in, std::size_t out, std::size_t kernel, bool gains, bool bias,
                         paragon::random_key key) {
    const nn::slot weight = store.add(name + ".weight", {kernel, kernel, in, out}, nn::he_normal{}, key);
    std::optional<nn::slot> offset;
    if (bias) offset = store.add(name + ".bias", {out}, nn::fill{0}, key);
    return {weight, offset, nn::batch_norm(store, statistics, name + ".norm", out, {.affine = gains})};
  }

  template <class T, class B>
  [[nodiscard]] edge add_edge(nn::parameters<T, B>& store, nn::parameters<T, B>& statistics, const std::string& name,
                              std::size_t e, std::size_t c, paragon::random_key key) const {
    edge added;
    if constexpr (affine) {
      const nasbench201_operation o = sharing_.cell.operations[e];
      if (o == nasbench201_operation::nor_conv_1x1) added.one = add(store, statistics, name, c, c, 1, true, false, key);
      if (o == nasbench201_operation::nor_conv_3x3)
        added.three = add(store, statistics, name, c, c, 3, true, false, key);
    } else if constexpr (std::same_as<Sharing, entangled>) {
      added.three = added.one = add(store, statistics, name, c, c, 3, false, sharing_.bias, key);
      added.one->weight = {added.three->weight.offset + 4 * c * c, {1, 1, c, c}};
    } else {
      static_assert(std::same_as<Sharing, separate>, "Sharing is entangled, separate or only");
      added.one = add(store, statistics, name + ".one", c, c, 1, false, sharing_.bias, key);
      added.three = add(store, statistics, name + ".three", c, c, 3, false, sharing_.bias, key);
    }
    return added;
  }

  /// Which nodes have a way to the output. \throws error for a cell that an `only` network does not know
  template <class Mix>
  [[nodiscard]] std::array<bool, 4> useful(const Mix& mix) const {
    std::array<bool, 4> used{false, false, false, true};
    for (std::size_t e = edges; e-- > 0;) {
      const auto o = static_cast<nasbench201_operation>(mix.choice(e));
      if constexpr (affine) {
        if (o != sharing_.cell.operations[e]) {
          throw error("benchmark::nasbench201_supernet", "another cell than " + benchmark::to_string(sharing_.cell),
                      "this cell");
        }
      }
      if (o == nasbench201_operation::none) continue;
      if (used[nasbench201_cell::target[e]]) used[nasbench201_cell::source[e]] = true;
    }
    return used;
  }

  template <class C>
  static autodiff::variable<C> zeros(C& context, const shape& extents) {
    auto* values = context.scratch(extents.size());
    C::backend_type::zero(values, sizeof(typename C::value_type) * extents.size());
    return context.constant(values, extents);
  }

  template <class C, class Norm>
  static autodiff::variable<C> convolve(const nn::bound<C>& theta, autodiff::variable<C> x, const Norm& norm,
                                        const convolution& f, std::size_t stride = 1) {
    auto y = autodiff::relu_convolution(x, theta[f.weight], stride);
    if (f.bias) y = autodiff::add(y, theta[*f.bias]);
    return f.norm(theta, y, norm);
  }

  template <class C, class Norm>
  static autodiff::variable<C> reduce(const nn::bound<C>& theta, autodiff::variable<C> x, const Norm& norm,
                                      const reduction& r) {
    const auto y = convolve(theta, convolve(theta, x, norm, r.a, 2), norm, r.b);
    const auto half = autodiff::average_pool(x, {.kernel = 2, .stride = 2});
    return autodiff::add(y, autodiff::convolution(half, theta[r.shortcut]));
  }

  /// The cell whose edges begin at `first`; nothing where its output is zeros that depend on nothing.
  template <class C, class Norm, class Mix>
  [[nodiscard]] supernet::output<C> cell(const nn::bound<C>& theta, autodiff::variable<C> x, const Norm& norm,
                                         const Mix& mix, const std::array<bool, 4>& used, std::size_t first) const {
    constexpr bool everything = Mix::off_path && C::recording;
    std::array<supernet::output<C>, 4> node{x, {}, {}, {}};
    std::array<bool, 4> is_zero{false, true, true, true};
    for (std::size_t e = 0; e < edges; ++e) {
      const std::size_t from = nasbench201_cell::source[e];
      const std::size_t to = nasbench201_cell::target[e];
      if (!used[to] && !everything) continue;
      const auto taken = static_cast<nasbench201_operation>(mix.choice(e));
      const bool makes_nonzeros = affine && convolves(taken);  // of zeros, by its bias
      if (!node[from] && !everything && !makes_nonzeros) continue;
      const supernet::output<C>& known = node[from];
      const auto source = known ? *known : zeros(theta.context(), x.shape());
      const auto apply = [at = &edges_[first + e], zero = is_zero[from], norm](const auto& weights, auto input,
                                                                               std::size_t choice) {
        const auto o = static_cast<nasbench201_operation>(choice);
        return operate(weights, input, supernet::norm_in<C>(weights.context(), norm), *at, o, zero);
      };
      supernet::output<C> y;
      if (used[to]) {
        y = mix(e, theta, source, apply);
      } else {  // its value is asked for by choices that were not taken, but it has no gradient
        C& context = theta.context();
        const nn::bound fixed(context.constant(theta.all().data(), theta.all().shape()));
        y = apply(fixed, context.constant(source.data(), source.shape()), mix.choice(e));
      }
      if (!y) continue;
      supernet::output<C>& sum = node[to];
      sum = sum ? autodiff::add(*sum, *y) : *y;
      const bool kept_zero = taken == nasbench201_operation::none || (is_zero[from] && !makes_nonzeros);
      is_zero[to] = is_zero[to] && kept_zero;
    }
    return node[3];
  }

  template <class C, class Norm>
  static supernet::output<C> operate(const nn::bound<C>& theta, autodiff::variable<C> x, const Norm& norm,
                                     const edge& at, nasbench201_operation o, bool zero) {
    switch (o) {
      case nasbench201_operation::none: return {};
      case nasbench201_operation::skip_connect: return x;
      case nasbench201_operation::avg_pool_3x3: return autodiff::average_pool(x, {.kernel = 3, .stride = 1});
      default: break;
    }
    if (zero && !affine) return {};  // convolved zeros stay zeros when they are normalised
    const auto& f = o == nasbench201_operation::nor_conv_1x1 ? at.one : at.three;
    if (!f) {
      throw error("benchmark::nasbench201_supernet", "an operation that the network of one cell does not have",
                  "weights that cells share, for gradients by their operations");
    }
    return convolve(theta, x, norm, *f);
  }

  nasbench201 space_;
  Sharing sharing_;
  convolution stem_;
  nn::batch_norm last_norm_;
  nn::linear classifier_;
  std::vector<reduction> reductions_;
  std::vector<edge> edges_;  ///< stage by stage, cell by cell
};

}  // namespace paragon::benchmark
