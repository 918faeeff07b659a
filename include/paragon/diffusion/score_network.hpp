// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "../autodiff/arithmetic.hpp"
#include "../autodiff/columns.hpp"
#include "../autodiff/elementwise.hpp"
#include "../autodiff/gather.hpp"
#include "../autodiff/softmax.hpp"
#include "../nn/attention.hpp"
#include "../nn/layer_norm.hpp"
#include "../nn/linear.hpp"
#include "parametrisation.hpp"
#include "score_tables.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// The score network of DiffusionNAG: a transformer over the rows of an operator matrix that knows the noise level.
///
/// embedding * sqrt(width) + position + time; `layers` times { h += attention(norm(h)); h += feed_forward(norm(h)) };
/// every layer's h goes through a norm of its own, and all of them side by side through two hidden ELU layers of `head`
/// to `Output::outputs(operators)` numbers a row. The published sizes have nine tenths of their arithmetic in that
/// head. Where `settings.preconditioned` the input is another and the root is left out. The mask says which rows attend
/// to which; a row that sees none attends to all alike. There is no dropout. Parameters are named as in the published
/// network: opEmb, timeEmb1, timeEmb2, graph_encoder.encoder_f..., final.linears; where the parametrisation has a prior
/// there is also final.prior, a bias of every row's own.
/// Reference: An et al., "DiffusionNAG", ICLR 2024, arXiv 2305.16943.
/// \tparam Output  models `parametrisation`: what the head's numbers mean
template <parametrisation Output = one_hot_rows>
class score_network {
public:
  using output_type = Output;

  /// Appends the parameters to the store. \throws error for settings that `check` refuses
  template <class T, class B>
  score_network(nn::parameters<T, B>& store, const score_network_settings& settings, paragon::random_key key,
                Output output = {})
      : settings_(checked(settings)), output_(output),
        embed_(store, "opEmb.fc", settings.operators, settings.width, key),
        time_one_(store, "timeEmb1", settings.width, 4 * settings.width, key),
        time_two_(store, "timeEmb2", 4 * settings.width, settings.width, key) {
    const auto s = settings;
    for (std::size_t l = 0; l < s.layers; ++l) {
      const std::string at = layer_name(l);
      blocks_.push_back({nn::layer_norm(store, at + ".self_attn.norm", s.width),
                         nn::attention(store, at + ".self_attn.attn", s.width, s.heads, key),
                         nn::layer_norm(store, at + ".feed_forward.norm", s.width),
                         nn::linear(store, at + ".feed_forward.feed_forward.w_1", s.width, s.inner, key),
                         nn::linear(store, at + ".feed_forward.feed_forward.w_2", s.inner, s.width, key),
                         nn::layer_norm(store, norm_name(l), s.width)});
    }
    head_.push_back(nn::linear(store, "final.linears.0", s.layers * s.width, s.head, key));
    head_.push_back(nn::linear(store, "final.linears.1", s.head, s.head, key));
    head_.push_back(nn::linear(store, "final.linears.2", s.head, output.outputs(s.operators), key, Output::first()));
    if constexpr (Output::has_prior) {
      prior_ = store.add("final.prior", {s.nodes, output.outputs(s.operators)}, nn::fill{0}, key);
    }
  }

  /// The head's output, [graphs * nodes, outputs]; `output()` says how it becomes a score or a loss.
  /// \param tables  positions and mask of these settings
  /// \param x       noisy operator matrices, [graphs * nodes, operators]
  /// \param noise   of these settings, for one noise level or `graphs` of them
  /// \throws error where the sizes do not match
  template <class C, class T = typename C::value_type, class B = typename C::backend_type>
  [[nodiscard]] autodiff::variable<C> operator()(const nn::bound<C>& theta, const score_tables<T, B>& tables,
                                                 autodiff::variable<C> x, const noise_codes<T, B>& noise) const {
    using namespace autodiff;
    auto& context = theta.context();
    const std::size_t graphs = x.rows() / settings_.nodes;
    const std::size_t levels = noise.codes.rows();
    if (x.columns() != settings_.operators || x.rows() != graphs * settings_.nodes || graphs == 0 ||
        (levels != 1 && levels != graphs) || noise.codes.columns() != settings_.width) {
      throw error("diffusion::score_network",
                  to_string(x.shape()) + " with " + std::to_string(levels) + " noise levels of width " +
                      std::to_string(noise.codes.columns()),
                  "rows of " + std::to_string(settings_.operators) + ", " + std::to_string(settings_.nodes) +
                      " for each graph, and one noise level of width " + std::to_string(settings_.width) +
                      " or one for each");
    }
    const shape by_graph{graphs, settings_.nodes * settings_.width};
    const shape by_row{graphs * settings_.nodes, settings_.width};
    if (settings_.preconditioned) x = preconditioned(theta, x, noise);
    auto h = affine(embed_(theta, x), static_cast<T>(embedding_factor(settings_)));
    h = reshape(add(reshape(h, by_graph), context.constant(tables.position.data(), {by_graph[1]})), by_row);
    const auto time = time_two_(theta, silu(time_one_(theta, context.constant(noise.codes))));
    h = levels == 1 ? add(h, reshape(time, {settings_.width})) : add(h, repeat_rows(time, settings_.nodes));
    variable<C> all;
    for (std::size_t l = 0; l < blocks_.size(); ++l) {
      const block& b = blocks_[l];
      h = h + b.attend(theta, settings_.nodes, tables.mask.data(), b.before(theta, h));
      h = h + b.two(theta, relu(b.one(theta, b.between(theta, h))));
      const auto out = b.after(theta, h);
      all = l == 0 ? out : concatenate(all, out);
    }
    const auto raw = head_[2](theta, elu(head_[1](theta, elu(head_[0](theta, all)))));
    if constexpr (Output::has_prior) {
      const std::size_t each = prior_.extents.size();
      return reshape(add(reshape(raw, {graphs, each}), reshape(theta[prior_], {each})), raw.shape());
    } else {
      return raw;
    }
  }

  [[nodiscard]] const score_network_settings& settings() const noexcept { return settings_; }
  [[nodiscard]] const Output& output() const noexcept { return output_; }

  /// What the names of layer l's parameters begin with, and those of its own norm.
  [[nodiscard]] static std::string layer_name(std::size_t l) {
    return "graph_encoder.encoder_f.layers." + std::to_string(l);
  }
  [[nodiscard]] static std::string norm_name(std::size_t l) {
    return "graph_encoder.encoder_f.norms." + std::to_string(l);
  }

private:
  /// What each row says by itself.
  template <class C, class T, class B>
  [[nodiscard]] autodiff::variable<C> preconditioned(const nn::bound<C>& theta, autodiff::variable<C> x,
                                                     const noise_codes<T, B>& noise) const {
    using namespace autodiff;
    auto& context = theta.context();
    const std::size_t graphs = x.rows() / settings_.nodes;
    const auto scaled = [&](const tensor<T, B>& factor) {
      auto all = context.constant(factor);
      if (factor.rows() < graphs) all = repeat_rows(all, graphs);
      return reshape(multiply(reshape(x, {graphs, settings_.nodes * settings_.operators}), all), x.shape());
    };
    if constexpr (Output::has_prior) {
      auto evidence = scaled(noise.sharpness);
      const std::size_t more = output_.outputs(settings_.operators) - settings_.operators;
      if (more > 0) evidence = concatenate(evidence, affine(slice_columns(x, 0, more), T(0)));
      const std::size_t each = prior_.extents.size();
      const auto logits = add(reshape(evidence, {graphs, each}), reshape(theta[prior_], {each}));
      const auto beliefs = softmax(reshape(logits, evidence.shape()));
      return affine(slice_columns(beliefs, 0, settings_.operators), T(2), T(-1));
    } else {
      return scaled(noise.scales);
    }
  }

  struct block {
    nn::layer_norm before;
    nn::attention attend;
    nn::layer_norm between;
    nn::linear one;
    nn::linear two;
    nn::layer_norm after;
  };

  score_network_settings settings_;
  Output output_;
  nn::linear embed_;
  nn::linear time_one_;
  nn::linear time_two_;
  std::vector<block> blocks_;
  std::vector<nn::linear> head_;
  nn::slot prior_;
};

}  // namespace paragon::diffusion
