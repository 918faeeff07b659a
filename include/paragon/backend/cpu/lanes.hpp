// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "../../core/error.hpp"
#include "../cpu.hpp"
#include "../lanes.hpp"
#include "registers.hpp"
#include "vector.hpp"

namespace paragon::inline PARAGON_ISA::backend {

namespace cpu_kernels {

/// The samples of a block, as vector registers.
template <class T>
struct lane_vector {
  static constexpr std::size_t width = 32;
  static constexpr std::size_t count = width * sizeof(T) / vector_bytes;
  // NOLINTNEXTLINE(modernize-use-using): using drops the attribute
  typedef T type __attribute__((vector_size(vector_bytes), may_alias));

  type v[count];

  [[nodiscard]] static lane_vector load(const T* from) noexcept {
    lane_vector out;
    for (std::size_t i = 0; i < count; ++i) out.v[i] = reinterpret_cast<const type*>(from)[i];
    return out;
  }
  [[nodiscard]] static lane_vector zero() noexcept {
    lane_vector out;
    for (std::size_t i = 0; i < count; ++i) out.v[i] = type{};
    return out;
  }
  void store(T* to) const noexcept {
    for (std::size_t i = 0; i < count; ++i) reinterpret_cast<type*>(to)[i] = v[i];
  }
  /// this += a b
  void add_product(T a, const lane_vector& b) noexcept {
    for (std::size_t i = 0; i < count; ++i) v[i] += a * b.v[i];
  }
  void add_product(const lane_vector& a, const lane_vector& b) noexcept {
    for (std::size_t i = 0; i < count; ++i) v[i] += a.v[i] * b.v[i];
  }
};

/// Weights [out, in] packed for tiles of `tile_rows` outputs, so that a product reads them from end to end.
///
/// Every output of every sample is one chain of multiply-adds over the inputs in their order: the same bits wherever in
/// a block, and in whatever batch, the sample lies.
template <class T>
class packed_weights {
public:
  using vector = lane_vector<T>;
  static constexpr std::size_t width = vector::width;
  /// As many as registers hold, but at least one and at most eight: then sums, inputs and a weight fit.
  static constexpr std::size_t tile_rows =
      std::max<std::size_t>(1, std::min<std::size_t>(8, (vector_registers - vector::count - 1) / vector::count));

  packed_weights() = default;
  packed_weights(std::span<const T> weights, std::size_t out, std::size_t in) : out_(out), in_(in) {
    const std::size_t tiles = (out + tile_rows - 1) / tile_rows;
    // Prefetching reads beyond the end; the room keeps the address within the array.
    packed_.assign(tiles * tile_rows * in + prefetch, T(0));
    for (std::size_t r = 0; r < out; ++r) {
      T* tile = packed_.data() + r / tile_rows * tile_rows * in + r % tile_rows;
      for (std::size_t k = 0; k < in; ++k) tile[k * tile_rows] = weights[r * in + k];
    }
  }

  /// Calls `finish(first row, rows, sums)` for tile after tile of W x, x being [in][width]; before a tile is begun
  /// `begin(first row, rows)`, which may fetch what `finish` will need.
  template <class Begin, class Finish>
  void multiply(const T* x, Begin&& begin, Finish&& finish) const {
    for (std::size_t r = 0; r < out_; r += tile_rows) {
      begin(r, std::min(tile_rows, out_ - r));
      const T* w = packed_.data() + r * in_;
      std::array<vector, tile_rows> sums;
      for (auto& s : sums) s = vector::zero();
      for (std::size_t k = 0; k < in_; ++k) {
        __builtin_prefetch(w + k * tile_rows + prefetch);
        const vector b = vector::load(x + k * width);
        for (std::size_t i = 0; i < tile_rows; ++i) sums[i].add_product(w[k * tile_rows + i], b);
      }
      finish(r, std::min(tile_rows, out_ - r), sums);
    }
  }

private:
  static constexpr std::size_t prefetch = 384;

  std::size_t out_ = 0;
  std::size_t in_ = 0;
  std::vector<T> packed_;
};

}  // namespace cpu_kernels

/// On the host: blocks of 32 samples, two registers of AVX-512 in float.
template <>
struct lanes<cpu> {
  static constexpr std::size_t width = cpu_kernels::lane_vector<float>::width;

  template <class T>
  class product;
  template <class T>
  class attention;

  template <class T>
  static void pack(std::size_t samples, std::size_t nodes, std::size_t features, T factor, const T* x, T* panel) {
    const std::size_t each = nodes * features;
    for (std::size_t e = 0; e < each; ++e) {
      T* to = panel + e * width;
      for (std::size_t s = 0; s < samples; ++s) to[s] = factor * x[s * each + e];
      for (std::size_t s = samples; s < width; ++s) to[s] = T(0);
    }
  }

  template <class T>
  static void unpack(std::size_t samples, std::size_t nodes, std::size_t features, const T* panel, T* x) {
    const std::size_t each = nodes * features;
    for (std::size_t e = 0; e < each; ++e) {
      for (std::size_t s = 0; s < samples; ++s) x[s * each + e] = panel[e * width + s];
    }
  }

  template <class T>
  static void normalise(std::size_t nodes, std::size_t features, T epsilon, const T* x, std::size_t x_stride, T* y,
                        std::size_t y_stride) {
    constexpr std::size_t each = cpu_kernels::register_width<T>;
    constexpr std::size_t registers = width / each;
    using vector = cpu_kernels::vector_of<T, each>;
    const double share = 1 / static_cast<double>(features);
    for (std::size_t n = 0; n < nodes; ++n) {
      const T* from = x + n * x_stride * width;
      T* to = y + n * y_stride * width;
      // The sum over features of term(register, numbers): at most sixteen are added in T, as in `reduce`.
      const auto sum = [&](auto term, double* total) {
        std::fill_n(total, width, 0.0);
        const std::size_t most = std::is_same_v<T, double> ? features : 16;
        for (std::size_t begin = 0; begin < features; begin += most) {
          vector part[registers] = {};
          for (std::size_t f = begin; f < std::min(features, begin + most); ++f) {
            PARAGON_UNROLL(16)
            for (std::size_t p = 0; p < registers; ++p) {
              part[p].v += term(p, vector::load(from + f * width + p * each).v);
            }
          }
          T sums[width];
          PARAGON_UNROLL(16)
          for (std::size_t p = 0; p < registers; ++p) part[p].store(sums + p * each);
          for (std::size_t l = 0; l < width; ++l) total[l] += static_cast<double>(sums[l]);
        }
      };
      double total[width];
      T centre[width];
      T rest[width];
      T scale[width];
      vector by_lane[3][registers];
      PARAGON_UNROLL(16)
      for (std::size_t p = 0; p < registers; ++p) by_lane[0][p] = vector::load(from + p * each);
      sum([&](std::size_t p, auto v) { return v - by_lane[0][p].v; }, total);
      for (std::size_t l = 0; l < width; ++l) {
        const double first = static_cast<double>(from[l]);
        centre[l] = static_cast<T>(first + total[l] * share);
        rest[l] = static_cast<T>(total[l] * share - (static_cast<double>(centre[l]) - first));
      }
      PARAGON_UNROLL(16)
      for (std::size_t p = 0; p < registers; ++p) {
        by_lane[0][p] = vector::load(centre + p * each);
        by_lane[1][p] = vector::load(rest + p * each);
      }
      sum(
          [&](std::size_t p, auto v) {
            const auto d = v - by_lane[0][p].v - by_lane[1][p].v;
            return d * d;
          },
          total);
      bool any = false;
      for (std::size_t l = 0; l < width; ++l) {
        const double variance = total[l] * share;
        any |= !cpu_kernels::in_range<T>(variance, epsilon);
        scale[l] = T(1) / math::sqrt(static_cast<T>(variance) + epsilon);
      }
      if (any) {  // lane by lane, with the same results for the others
        for (std::size_t l = 0; l < width; ++l) {
          if (!cpu_kernels::in_range<T>(total[l] * share, epsilon)) {
            cpu_kernels::normalise_carefully(features, width, epsilon, from + l, to + l);
            continue;
          }
          for (std::size_t i = l; i < features * width; i += width) to[i] = (from[i] - centre[l] - rest[l]) * scale[l];
        }
        continue;
      }
      PARAGON_UNROLL(16)
      for (std::size_t p = 0; p < registers; ++p) by_lane[2][p] = vector::load(scale + p * each);
      for (std::size_t f = 0; f < features; ++f) {
        PARAGON_UNROLL(16)
        for (std::size_t p = 0; p < registers; ++p) {
          const vector v = vector::load(from + f * width + p * each);
          vector{(v.v - by_lane[0][p].v - by_lane[1][p].v) * by_lane[2][p].v}.store(to + f * width + p * each);
        }
      }
    }
  }

  template <class T>
  static void posterior(std::size_t nodes, std::size_t operators, std::size_t classes, T sharpness, const T* raw,
                        const T* x, T* clean) {
    for (std::size_t n = 0; n < nodes; ++n) {
      const T* logits = raw + n * classes * width;
      const T* row = x + n * operators * width;
      T* out = clean + n * operators * width;
      T greatest[width];
      T sum[width];
      // The class of absent rows has no evidence and no output: its logit is raw, its term only adds to the sum.
      for (std::size_t l = 0; l < width; ++l) {
        greatest[l] = classes > operators ? logits[operators * width + l] : -std::numeric_limits<T>::max();
      }
      for (std::size_t c = 0; c < operators; ++c) {
        for (std::size_t l = 0; l < width; ++l) {
          const T logit = logits[c * width + l] + sharpness * row[c * width + l];
          out[c * width + l] = logit;
          greatest[l] = logit > greatest[l] ? logit : greatest[l];
        }
      }
      for (std::size_t l = 0; l < width; ++l) {
        sum[l] = classes > operators ? math::exp(logits[operators * width + l] - greatest[l]) : T(0);
      }
      for (std::size_t c = 0; c < operators; ++c) {
        for (std::size_t l = 0; l < width; ++l) {
          const T e = math::exp(out[c * width + l] - greatest[l]);
          out[c * width + l] = e;
          sum[l] += e;
        }
      }
      for (std::size_t l = 0; l < width; ++l) sum[l] = T(2) / sum[l];
      for (std::size_t c = 0; c < operators; ++c) {
        for (std::size_t l = 0; l < width; ++l) out[c * width + l] = out[c * width + l] * sum[l] - T(1);
      }
    }
  }
};

/// y = finish(W x + bias, y) for every node.
///
/// `levels` of Strassen's recursion exchange multiplications for additions: 7 products of half the inputs, outputs and
/// nodes instead of 8, of which each again ... The halves of the nodes are those of one sample, so samples still don't
/// influence each other. The sums of weights are made once, those of inputs cost one pass each, and what a product adds
/// to goes straight from the registers to all its places. It needs even numbers of outputs, inputs and nodes at each
/// level and costs about a decimal digit of precision for two levels; it pays from about 256 inputs and outputs on.
/// Reference: Strassen, Numerische Mathematik 13, 1969; Huang, Smith, Henry, van de Geijn, SC 2016 (fused additions).
template <class T>
class lanes<cpu>::product {
public:
  product(std::span<const T> weights, std::size_t out, std::size_t in, std::size_t nodes, std::size_t levels)
      : out_(out), in_(in), nodes_(nodes), levels_(levels) {
    const std::size_t parts = std::size_t{1} << levels;
    if (weights.size() != out * in || out % parts != 0 || in % parts != 0 || nodes % parts != 0) {
      throw error("backend::lanes::product",
                  std::to_string(weights.size()) + " weights for " + std::to_string(out) + " x " + std::to_string(in) +
                      ", " + std::to_string(nodes) + " nodes and " + std::to_string(levels) + " levels",
                  "sizes that can be halved at each level");
    }
    prepare(std::vector<T>(weights.begin(), weights.end()), out, in, levels);
  }

  /// Elements of memory that a call needs: the sums of inputs at every level.
  [[nodiscard]] std::size_t room() const noexcept {
    std::size_t total = 0;
    for (std::size_t l = 1; l <= levels_; ++l) total += (nodes_ >> l) * (in_ >> l) * width;
    return total;
  }

  template <class Finish>
  void operator()(std::size_t nodes, const T* x, std::size_t x_stride, T* y, std::size_t y_stride, const T* bias,
                  std::size_t bias_stride, Finish finish, T* room) const {
    if (levels_ == 0) {
      for (std::size_t n = 0; n < nodes; ++n) {
        const T* b = bias + n * bias_stride;
        T* to = y + n * y_stride * width;
        leaves_[0].multiply(
            x + n * x_stride * width, [](std::size_t, std::size_t) {},
            [&](std::size_t first, std::size_t rows, const auto& sums) {
              for (std::size_t i = 0; i < rows; ++i)
                finish_row(finish, b[first + i], sums[i], to + (first + i) * width);
            });
      }
      return;
    }
    for (std::size_t n = 0; n < nodes; ++n) {
      T* to = y + n * y_stride * width;
      std::fill(to, to + out_ * width, T(0));
    }
    std::size_t leaf = 0;
    places to;
    to.at[0] = y;
    to.stride = y_stride;
    recurse(levels_, leaf, x, x_stride, nodes, in_, out_, to, room);
    for (std::size_t n = 0; n < nodes; ++n) {
      for (std::size_t r = 0; r < out_; ++r) {
        T* row = y + (n * y_stride + r) * width;
        finish_row(finish, bias[n * bias_stride + r], vector::load(row), row);
      }
    }
  }

private:
  using vector = cpu_kernels::lane_vector<T>;

  /// Where a product's sums are added, with what sign: two places a level.
  struct places {
    static constexpr std::size_t most = 8;
    std::array<T*, most> at{};
    std::array<T, most> sign{T(1)};
    std::size_t count = 1;
    std::size_t stride = 0;
  };

  template <class Finish>
  static void finish_row(Finish finish, T bias, const vector& sums, T* y) {
    alignas(64) T sum[width];
    sums.store(sum);
    for (std::size_t l = 0; l < width; ++l) y[l] = finish(sum[l] + bias, Finish::reads ? y[l] : T(0));
  }

  /// One of Strassen's products: which quarters of W and x are added (0: not), and which quarters of y it adds to.
  /// Quarters are 11, 12, 21, 22.
  struct step {
    std::array<int, 4> w, x, y;
  };
  static constexpr std::array<step, 7> steps{{{{1, 0, 0, 1}, {1, 0, 0, 1}, {1, 0, 0, 1}},
                                              {{0, 0, 1, 1}, {1, 0, 0, 0}, {0, 0, 1, -1}},
                                              {{1, 0, 0, 0}, {0, 1, 0, -1}, {0, 1, 0, 1}},
                                              {{0, 0, 0, 1}, {-1, 0, 1, 0}, {1, 0, 1, 0}},
                                              {{1, 1, 0, 0}, {0, 0, 0, 1}, {-1, 1, 0, 0}},
                                              {{-1, 0, 1, 0}, {1, 1, 0, 0}, {0, 0, 0, 1}},
                                              {{0, 1, 0, -1}, {0, 0, 1, 1}, {1, 0, 0, 0}}}};

  void prepare(const std::vector<T>& w, std::size_t out, std::size_t in, std::size_t level) {
    if (level == 0) {
      leaves_.emplace_back(std::span<const T>(w), out, in);
      return;
    }
    const std::size_t rows = out / 2;
    const std::size_t columns = in / 2;
    std::vector<T> sum(rows * columns);
    for (const step& s : steps) {
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < columns; ++c) {
          T total = 0;
          for (std::size_t q = 0; q < 4; ++q) {
            if (s.w[q] != 0) total += static_cast<T>(s.w[q]) * w[(q / 2 * rows + r) * in + q % 2 * columns + c];
          }
          sum[r * columns + c] = total;
        }
      }
      prepare(sum, rows, columns, level - 1);
    }
  }

  void recurse(std::size_t level, std::size_t& leaf, const T* x, std::size_t x_stride, std::size_t nodes,
               std::size_t in, std::size_t out, const places& to, T* room) const {
    if (level == 0) {
      multiply_add(leaves_[leaf++], x, x_stride, nodes, to);
      return;
    }
    const std::size_t features = in / 2;
    const std::size_t half = nodes / 2;
    T* rest = room + half * features * width;
    for (const step& s : steps) {
      // Rows of x are features, its columns are nodes and samples.
      std::array<const T*, 2> from{};
      std::array<T, 2> sign{};
      std::size_t terms = 0;
      for (std::size_t q = 0; q < 4; ++q) {
        if (s.x[q] == 0) continue;
        from[terms] = x + (q % 2 * half * x_stride + q / 2 * features) * width;
        sign[terms++] = static_cast<T>(s.x[q]);
      }
      const T* input = from[0];
      std::size_t stride = x_stride;
      if (terms == 2) {
        for (std::size_t n = 0; n < half; ++n) {
          const T* a = from[0] + n * x_stride * width;
          const T* b = from[1] + n * x_stride * width;
          T* sum = room + n * features * width;
          for (std::size_t i = 0; i < features * width; ++i) sum[i] = sign[0] * a[i] + sign[1] * b[i];
        }
        input = room;
        stride = features;
      }
      places next;
      next.count = 0;
      next.stride = to.stride;
      for (std::size_t q = 0; q < 4; ++q) {
        if (s.y[q] == 0) continue;
        for (std::size_t p = 0; p < to.count; ++p) {
          next.at[next.count] = to.at[p] + (q % 2 * half * to.stride + q / 2 * (out / 2)) * width;
          next.sign[next.count++] = static_cast<T>(s.y[q]) * to.sign[p];
        }
      }
      recurse(level - 1, leaf, input, stride, half, features, out / 2, next, rest);
    }
  }

  static void multiply_add(const cpu_kernels::packed_weights<T>& w, const T* x, std::size_t x_stride, std::size_t nodes,
                           const places& to) {
    for (std::size_t n = 0; n < nodes; ++n) {
      const auto fetch = [&](std::size_t first, std::size_t rows) {
        constexpr std::size_t line = 64 / sizeof(T);
        for (std::size_t p = 0; p < to.count; ++p) {
          const T* y = to.at[p] + (n * to.stride + first) * width;
          for (std::size_t i = 0; i < rows * width; i += line) __builtin_prefetch(y + i, 1);
        }
      };
      w.multiply(x + n * x_stride * width, fetch, [&](std::size_t first, std::size_t rows, const auto& sums) {
        for (std::size_t p = 0; p < to.count; ++p) {
          T* y = to.at[p] + (n * to.stride + first) * width;
          for (std::size_t i = 0; i < rows; ++i) {
            vector total = vector::load(y + i * width);
            total.add_product(to.sign[p], sums[i]);
            total.store(y + i * width);
          }
        }
      });
    }
  }

  std::size_t out_;
  std::size_t in_;
  std::size_t nodes_;
  std::size_t levels_;
  std::vector<cpu_kernels::packed_weights<T>> leaves_;
};

/// Attention of each node to those that its mask allows: softmax(q k') v, head by head; the scale is part of q.
///
/// A node that sees one other takes its values, one that sees none takes the mean of all: neither needs queries or
/// keys.
template <class T>
class lanes<cpu>::attention {
public:
  /// \param mask  [nodes, nodes]: 0 where row i must not see column j
  attention(std::span<const std::uint8_t> mask, std::size_t nodes) : nodes_(nodes), seen_(nodes) {
    for (std::size_t i = 0; i < nodes; ++i) {
      for (std::size_t j = 0; j < nodes; ++j) {
        if (mask[i * nodes + j] != 0) seen_[i].push_back(j);
      }
    }
  }

  [[nodiscard]] std::size_t room() const noexcept { return nodes_ * width; }

  /// \param qkv  panel of 3 heads part features: queries, keys, values
  void operator()(std::size_t heads, std::size_t part, const T* qkv, T* y, std::size_t y_stride, T* room) const {
    const std::size_t features = heads * part;
    const std::size_t stride = 3 * features * width;
    const T* values = qkv + 2 * features * width;
    for (std::size_t i = 0; i < nodes_; ++i) {
      T* to = y + i * y_stride * width;
      const auto& keys = seen_[i];
      if (keys.empty()) {
        mean(values, stride, features, to);
      } else if (keys.size() == 1) {
        std::copy_n(values + keys[0] * stride, features * width, to);
      } else {
        for (std::size_t h = 0; h < heads; ++h) {
          const T* q = qkv + i * stride + h * part * width;
          const T* k = qkv + (features + h * part) * width;
          weigh(keys, part, q, k, stride, room);
          add_up(keys, part, values + h * part * width, stride, room, to + h * part * width);
        }
      }
    }
  }

private:
  using vector = cpu_kernels::lane_vector<T>;

  void mean(const T* values, std::size_t stride, std::size_t features, T* y) const {
    const T share = T(1) / static_cast<T>(nodes_);
    for (std::size_t f = 0; f < features; ++f) {
      vector total = vector::zero();
      for (std::size_t j = 0; j < nodes_; ++j) total.add_product(share, vector::load(values + j * stride + f * width));
      total.store(y + f * width);
    }
  }

  /// Softmax over the keys: [keys][width].
  static void weigh(const std::vector<std::size_t>& keys, std::size_t part, const T* q, const T* k, std::size_t stride,
                    T* weights) {
    T greatest[width];
    T sum[width] = {};
    std::fill_n(greatest, width, -std::numeric_limits<T>::max());
    for (std::size_t j = 0; j < keys.size(); ++j) {
      const T* key = k + keys[j] * stride;
      vector score = vector::zero();
      for (std::size_t c = 0; c < part; ++c) {
        score.add_product(vector::load(q + c * width), vector::load(key + c * width));
      }
      T* w = weights + j * width;
      score.store(w);
      for (std::size_t l = 0; l < width; ++l) greatest[l] = w[l] > greatest[l] ? w[l] : greatest[l];
    }
    for (std::size_t j = 0; j < keys.size(); ++j) {
      T* w = weights + j * width;
      for (std::size_t l = 0; l < width; ++l) {
        w[l] = math::exp(w[l] - greatest[l]);
        sum[l] += w[l];
      }
    }
    for (std::size_t l = 0; l < width; ++l) sum[l] = T(1) / sum[l];
    for (std::size_t j = 0; j < keys.size(); ++j) {
      T* w = weights + j * width;
      for (std::size_t l = 0; l < width; ++l) w[l] *= sum[l];
    }
  }

  static void add_up(const std::vector<std::size_t>& keys, std::size_t part, const T* values, std::size_t stride,
                     const T* weights, T* y) {
    for (std::size_t c = 0; c < part; ++c) {
      vector total = vector::zero();
      for (std::size_t j = 0; j < keys.size(); ++j) {
        total.add_product(vector::load(weights + j * width), vector::load(values + keys[j] * stride + c * width));
      }
      total.store(y + c * width);
    }
  }

  std::size_t nodes_;
  std::vector<std::vector<std::size_t>> seen_;
};

}  // namespace paragon::backend
