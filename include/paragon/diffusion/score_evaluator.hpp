// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "../autodiff/functors.hpp"
#include "../backend/cpu/lanes.hpp"
#include "score.hpp"
#include "score_network.hpp"

namespace paragon::inline PARAGON_ISA::diffusion {

/// How a score network is evaluated.
struct evaluation_settings {
  /// Levels of Strassen's recursion in the two large products of the head, where its sizes allow them: each saves up to
  /// an eighth of their arithmetic and costs about half a decimal digit of precision. 0: plain products. Light networks
  /// are too small for it.
  std::size_t strassen = 2;

  friend bool operator==(const evaluation_settings&, const evaluation_settings&) = default;
};

/// A trained score network as a `score_function`: forward only, without a tape.
///
/// Made from a network once: weights are packed, gains and biases of norms and the scales of embedding and attention
/// are multiplied into the weights beside them (so that one normalisation serves the next layer and the head), rows of
/// the attention mask become lists. `prepare` computes what depends on time alone. `evaluate` then allocates nothing
/// after its first call, and a sample's score has the same bits in any batch and for any number of threads. Blocks of
/// samples run on the threads of the backend. The network's weights are not kept: later changes to them do not show.
///
/// \code
/// diffusion::score_evaluator<float> score(network, weights, mask);
/// auto x = diffusion::sample(process, score, diffusion::exponential_integrator{}, {8, 7}, key);
/// \endcode
template <class T = float, parametrisation Output = one_hot_rows, class Backend = backend::cpu>
  requires backend::lanes_of<Backend, T>
class score_evaluator {
public:
  /// \param mask  [nodes, nodes], 0 where row i must not see column j
  /// \throws error where the store does not hold the network's parameters, or the mask has another size
  score_evaluator(const score_network<Output>& network, const nn::parameters<T, Backend>& store,
                  std::span<const std::uint8_t> mask, const evaluation_settings& settings = {})
      : s_(network.settings()), output_(network.output()), store_(store), attend_(checked_mask(mask), s_.nodes),
        offset_(shape{s_.nodes, s_.width}), embed_(nullptr) {
    const std::vector<T> values = store.values().to_vector();
    const reader read{store, values};
    const std::size_t w = s_.width;
    const score_tables<T> tables(s_, mask);

    std::vector<double> weights = read("opEmb.fc.weight", w * s_.operators);
    std::vector<double> bias = read("opEmb.fc.bias", w);
    const double factor = embedding_factor(s_);
    for (double& x : weights) x *= factor;
    embed_ = make(weights, w, s_.operators, 0);
    std::vector<T> offset(s_.nodes * w);
    for (std::size_t i = 0; i < offset.size(); ++i) {
      offset[i] = static_cast<T>(factor * bias[i % w] + static_cast<double>(tables.position[i]));
    }
    offset_.assign(offset);

    std::vector<double> head = read("final.linears.0.weight", s_.head * s_.layers * w);
    std::vector<double> head_bias = read("final.linears.0.bias", s_.head);
    for (std::size_t l = 0; l < s_.layers; ++l) {
      const std::string at = score_network<Output>::layer_name(l);
      std::vector<double> qkv;
      std::vector<double> qkv_bias;
      for (const char* part : {"0", "1", "2"}) {
        const std::string name = at + ".self_attn.attn.linears." + part;
        auto more = read(name + ".weight", w * w);
        auto more_bias = read(name + ".bias", w);
        if (*part == '0') {
          const std::size_t part_width = w / s_.heads;
          const double scale = 1 / std::sqrt(static_cast<double>(part_width));
          for (double& x : more) x *= scale;
          for (double& x : more_bias) x *= scale;
        }
        qkv.insert(qkv.end(), more.begin(), more.end());
        qkv_bias.insert(qkv_bias.end(), more_bias.begin(), more_bias.end());
      }
      absorb(read, at + ".self_attn.norm", w, w, 0, qkv, qkv_bias);
      auto one = read(at + ".feed_forward.feed_forward.w_1.weight", s_.inner * w);
      auto one_bias = read(at + ".feed_forward.feed_forward.w_1.bias", s_.inner);
      absorb(read, at + ".feed_forward.norm", w, w, 0, one, one_bias);
      absorb(read, score_network<Output>::norm_name(l), w, s_.layers * w, l * w, head, head_bias);
      layers_.push_back({affine(qkv, qkv_bias, w),
                         affine(read(at + ".self_attn.attn.linears.3.weight", w * w),
                                read(at + ".self_attn.attn.linears.3.bias", w), w),
                         affine(one, one_bias, w),
                         affine(read(at + ".feed_forward.feed_forward.w_2.weight", w * s_.inner),
                                read(at + ".feed_forward.feed_forward.w_2.bias", w), s_.inner)});
    }
    head_.push_back(affine(head, head_bias, s_.layers * w, settings.strassen));
    head_.push_back(affine(read("final.linears.1.weight", s_.head * s_.head), read("final.linears.1.bias", s_.head),
                           s_.head, settings.strassen));
    const std::size_t outputs = output_.outputs(s_.operators);
    const std::vector<double> last = read("final.linears.2.bias", outputs);
    head_.push_back(affine(read("final.linears.2.weight", outputs * s_.head), last, s_.head));
    std::vector<T> by_node(s_.nodes * outputs);
    std::vector<double> prior(by_node.size());
    if constexpr (Output::has_prior) {
      prior = read("final.prior", prior.size());
      std::vector<T> panel(prior.size() * lanes::width);
      for (std::size_t i = 0; i < panel.size(); ++i) panel[i] = static_cast<T>(prior[i / lanes::width]);
      prior_ = tensor<T, Backend>(shape{s_.nodes, outputs, lanes::width}, std::span<const T>(panel));
    }
    for (std::size_t i = 0; i < by_node.size(); ++i) by_node[i] = static_cast<T>(last[i % outputs] + prior[i]);
    head_.back().bias = tensor<T, Backend>(shape{s_.nodes, outputs}, std::span<const T>(by_node));
    spaces_.push_back(std::make_unique<workspace>(*this));
    free_.push_back(0);
  }

  /// Says at which moments scores will be asked for. O(moments * width^2).
  /// \throws error for a moment without noise
  void prepare(std::span<const moment> way) {
    way_.assign(way.begin(), way.end());
    if (way.empty()) return;
    const noise_codes<T, Backend> noise(s_, way);
    scales_ = noise.scales.to_vector();
    autodiff::evaluation<T, Backend> context;
    const auto theta = nn::freeze(context, store_);
    const auto slot = [&](const char* name) { return theta[store_.find(name)->where]; };
    const auto hidden =
        autodiff::silu(autodiff::linear(context.constant(noise.codes), slot("timeEmb1.weight"), slot("timeEmb1.bias")));
    const auto time = autodiff::linear(hidden, slot("timeEmb2.weight"), slot("timeEmb2.bias"));
    time_ = tensor<T, Backend>(shape{way.size(), s_.width});
    Backend::copy(time_.data(), time.data(), sizeof(T) * time_.size());
  }

  /// Writes the score, the gradient of the log density of x_t, of every sample at moment `step`.
  /// \param x, out  [samples, nodes, operators]
  /// \throws error where a shape is another, or `step` was not prepared
  void evaluate(const tensor<T, Backend>& x, std::size_t step, tensor<T, Backend>& out) {
    run(x, step, out, [this](const moment& at, const T* raw, const T* from, T* to) {
      output_.template score<Backend>(at, s_.nodes, s_.operators, raw, from, to);
    });
  }
  /// Writes the expected data instead, E[x_0 | x_t = x].
  void denoise(const tensor<T, Backend>& x, std::size_t step, tensor<T, Backend>& out) {
    run(x, step, out, [this](const moment& at, const T* raw, const T* from, T* to) {
      output_.template expected<Backend>(at, s_.nodes, s_.operators, raw, from, to);
    });
  }

  [[nodiscard]] const score_network_settings& settings() const noexcept { return s_; }
  [[nodiscard]] std::span<const moment> way() const noexcept { return way_; }

private:
  using lanes = backend::lanes<Backend>;
  using product = typename lanes::template product<T>;

  struct affine_map {
    std::unique_ptr<product> weights;
    tensor<T, Backend> bias;
  };
  struct layer {
    affine_map qkv, out, one, two;
  };

  /// Panels of one block of samples.
  struct workspace {
    tensor<T, Backend> x, input, h, normed, qkv, seen, inner, all, one, two, raw, out, bias, room;

    explicit workspace(const score_evaluator& e) {
      const auto& s = e.s_;
      const auto panel = [&](std::size_t features) {
        return tensor<T, Backend>(shape{s.nodes, features, lanes::width});
      };
      x = panel(s.operators);
      input = panel(s.operators);
      h = panel(s.width);
      normed = panel(s.width);
      qkv = panel(3 * s.width);
      seen = panel(s.width);
      inner = panel(s.inner);
      all = panel(s.layers * s.width);
      one = panel(s.head);
      two = panel(s.head);
      raw = panel(e.output_.outputs(s.operators));
      out = panel(s.operators);
      bias = tensor<T, Backend>(shape{s.nodes, s.width});
      std::size_t most = std::max(e.attend_.room(), e.embed_->room());
      for (const auto& l : e.layers_) {
        for (const auto* a : {&l.qkv, &l.out, &l.one, &l.two}) most = std::max(most, a->weights->room());
      }
      for (const auto& a : e.head_) most = std::max(most, a.weights->room());
      room = tensor<T, Backend>(shape{most});
    }
  };

  /// Parameters by name, in double precision.
  struct reader {
    const nn::parameters<T, Backend>& store;
    const std::vector<T>& values;

    std::vector<double> operator()(const std::string& name, std::size_t size) const {
      const auto* found = store.find(name);
      if (found == nullptr || found->where.extents.size() != size) {
        throw error("diffusion::score_evaluator",
                    "no parameter " + quote(name) + " of " + std::to_string(size) + " numbers",
                    "the store that the network was made with");
      }
      const T* from = values.data() + found->where.offset;
      return {from, from + size};
    }
  };

  /// W (gain n + bias) + b = (W gain) n + (W bias + b) for `width` columns of W from `first` on.
  static void absorb(const reader& read, const std::string& norm, std::size_t width, std::size_t columns,
                     std::size_t first, std::vector<double>& weights, std::vector<double>& bias) {
    const auto gain = read(norm + ".weight", width);
    const auto shift = read(norm + ".bias", width);
    for (std::size_t r = 0; r < bias.size(); ++r) {
      for (std::size_t c = 0; c < width; ++c) {
        double& w = weights[r * columns + first + c];
        bias[r] += w * shift[c];
        w *= gain[c];
      }
    }
  }

  std::span<const std::uint8_t> checked_mask(std::span<const std::uint8_t> mask) const {
    if (mask.size() != s_.nodes * s_.nodes) {
      throw error("diffusion::score_evaluator", "a mask of " + std::to_string(mask.size()) + " entries",
                  std::to_string(s_.nodes * s_.nodes));
    }
    return mask;
  }

  std::unique_ptr<product> make(const std::vector<double>& weights, std::size_t out, std::size_t in,
                                std::size_t levels) const {
    constexpr std::size_t smallest = 192;  // a product of halves: below, additions cost what multiplications save
    const std::vector<T> rounded(weights.begin(), weights.end());
    std::size_t possible = 0;
    while (possible < levels && std::min(out, in) >> (possible + 1) >= smallest &&
           out % (std::size_t{2} << possible) == 0 && in % (std::size_t{2} << possible) == 0 &&
           s_.nodes % (std::size_t{2} << possible) == 0) {
      ++possible;
    }
    return std::make_unique<product>(std::span<const T>(rounded), out, in, s_.nodes, possible);
  }
  affine_map affine(const std::vector<double>& weights, const std::vector<double>& bias, std::size_t in,
                    std::size_t levels = 0) const {
    const std::vector<T> rounded(bias.begin(), bias.end());
    return {make(weights, bias.size(), in, levels),
            tensor<T, Backend>(shape{bias.size()}, std::span<const T>(rounded))};
  }

  template <class Write>
  void run(const tensor<T, Backend>& x, std::size_t step, tensor<T, Backend>& out, Write&& write) {
    const std::size_t each = s_.nodes * s_.operators;
    const std::size_t samples = x.size() / each;
    if (!(x.shape() == out.shape()) || x.shape().rank() != 3 || x.shape()[1] != s_.nodes ||
        x.shape()[2] != s_.operators) {
      throw error("diffusion::score_evaluator", to_string(x.shape()) + " to " + to_string(out.shape()),
                  "twice [samples, " + std::to_string(s_.nodes) + ", " + std::to_string(s_.operators) + "]");
    }
    if (step >= way_.size()) {
      throw error("diffusion::score_evaluator", "moment " + std::to_string(step),
                  "one of the " + std::to_string(way_.size()) + " that were prepared");
    }
    const auto block = [&](std::size_t first, workspace& space) {
      const std::size_t count = std::min(lanes::width, samples - first);
      lanes::pack(count, s_.nodes, s_.operators, T(1), x.data() + first * each, space.x.data());
      const T* raw = forward(x.data() + first * each, count, step, space);
      write(way_[step], raw, static_cast<const T*>(space.x.data()), space.out.data());
      lanes::unpack(count, s_.nodes, s_.operators, static_cast<const T*>(space.out.data()), out.data() + first * each);
    };
    const std::size_t blocks = (samples + lanes::width - 1) / lanes::width;
    if constexpr (std::is_same_v<Backend, backend::cpu>) {
      while (spaces_.size() < std::min(Backend::thread_count(), blocks)) {
        spaces_.push_back(std::make_unique<workspace>(*this));
        free_.push_back(free_.size());
      }
      Backend::for_range(blocks, 1, [&](std::size_t b, std::size_t) {
        const borrowed mine(*this);
        block(b * lanes::width, mine.space());
      });
    } else {
      for (std::size_t b = 0; b < blocks; ++b) block(b * lanes::width, *spaces_[0]);
    }
  }

  /// A workspace that no other thread uses meanwhile.
  class borrowed {
  public:
    explicit borrowed(score_evaluator& from) : from_(&from) {
      const std::lock_guard lock(from.mutex_);
      number_ = from.free_.back();
      from.free_.pop_back();
    }
    borrowed(const borrowed&) = delete;
    borrowed& operator=(const borrowed&) = delete;
    ~borrowed() {
      const std::lock_guard lock(from_->mutex_);
      from_->free_.push_back(number_);
    }
    [[nodiscard]] workspace& space() const { return *from_->spaces_[number_]; }

  private:
    score_evaluator* from_;
    std::size_t number_;
  };

  /// What the network reads of a block.
  const T* input(const T* x, std::size_t count, std::size_t step, workspace& space) const {
    if (!s_.preconditioned) return space.x.data();
    if constexpr (Output::has_prior) {
      const moment& at = way_[step];
      lanes::posterior(s_.nodes, s_.operators, output_.outputs(s_.operators),
                       static_cast<T>(2 * at.scale / (at.deviation * at.deviation)), prior_.data(),
                       static_cast<const T*>(space.x.data()), space.input.data());
    } else {
      lanes::pack(count, s_.nodes, s_.operators, scales_[step], x, space.input.data());
    }
    return space.input.data();
  }

  /// The head's output for a block.
  const T* forward(const T* x, std::size_t count, std::size_t step, workspace& space) const {
    using namespace backend;
    const std::size_t w = s_.width;
    const std::size_t n = s_.nodes;
    const std::size_t across = s_.layers * w;
    T* room = space.room.data();
    T* h = space.h.data();
    const auto apply = [&](const affine_map& a, const T* from, std::size_t from_stride, T* to, std::size_t to_stride,
                           auto finish) {
      (*a.weights)(n, from, from_stride, to, to_stride, a.bias.data(), 0, finish, room);
    };
    const auto normalise = [&](T* to, std::size_t stride) {
      lanes::normalise(n, w, static_cast<T>(1e-5), static_cast<const T*>(h), w, to, stride);
    };
    Backend::map_by_column(autodiff::detail::plus{}, n, w, space.bias.data(), static_cast<const T*>(offset_.data()),
                           static_cast<const T*>(time_.data()) + step * w);
    (*embed_)(n, input(x, count, step, space), s_.operators, h, w, space.bias.data(), w, lane_finish::plain{}, room);
    const T* normed = space.normed.data();
    std::size_t stride = w;
    normalise(space.normed.data(), w);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const layer& at = layers_[l];
      apply(at.qkv, normed, stride, space.qkv.data(), 3 * w, lane_finish::plain{});
      attend_(s_.heads, w / s_.heads, space.qkv.data(), space.seen.data(), w, room);
      apply(at.out, space.seen.data(), w, h, w, lane_finish::residual{});
      normalise(space.normed.data(), w);
      apply(at.one, space.normed.data(), w, space.inner.data(), s_.inner, lane_finish::relu{});
      apply(at.two, space.inner.data(), s_.inner, h, w, lane_finish::residual{});
      T* mine = space.all.data() + l * w * lanes::width;
      normalise(mine, across);
      normed = mine;
      stride = across;
    }
    apply(head_[0], space.all.data(), across, space.one.data(), s_.head, lane_finish::elu{});
    apply(head_[1], space.one.data(), s_.head, space.two.data(), s_.head, lane_finish::elu{});
    const std::size_t outputs = output_.outputs(s_.operators);
    (*head_[2].weights)(n, space.two.data(), s_.head, space.raw.data(), outputs, head_[2].bias.data(), outputs,
                        lane_finish::plain{}, room);
    return space.raw.data();
  }

  score_network_settings s_;
  Output output_;
  nn::parameters<T, Backend> store_;
  typename lanes::template attention<T> attend_;
  tensor<T, Backend> offset_;  // of every node: position and the embedding's bias
  std::unique_ptr<product> embed_;
  std::vector<layer> layers_;
  std::vector<affine_map> head_;
  std::vector<moment> way_;
  std::vector<T> scales_;     // of x, by moment
  tensor<T, Backend> prior_;  // the same for all lanes
  tensor<T, Backend> time_;   // [moments, width]
  std::mutex mutex_;
  std::vector<std::unique_ptr<workspace>> spaces_;
  std::vector<std::size_t> free_;
};

}  // namespace paragon::diffusion
