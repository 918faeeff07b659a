// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/nn/parameters.hpp>

namespace paragon_test {

/// Images [n, side, side, channels], element by element.
struct pictures {
  std::size_t n = 0;
  std::size_t side = 0;
  std::size_t channels = 0;
  std::vector<double> v;

  pictures(std::size_t n_, std::size_t side_, std::size_t c)
      : n(n_), side(side_), channels(c), v(n_ * side_ * side_ * c) {}
  double& at(std::size_t i, std::size_t y, std::size_t x, std::size_t c) {
    return v[((i * side + y) * side + x) * channels + c];
  }
  [[nodiscard]] double at(std::size_t i, std::size_t y, std::size_t x, std::size_t c) const {
    return v[((i * side + y) * side + x) * channels + c];
  }
};

/// The NAS-Bench-201 network by its definition, loop by loop, with the mixture sum over c of alpha_c op_c(x) on every edge:
/// every operation is computed, none included. Reads the parameters of `benchmark::nasbench201_supernet` by name.
class plain_nasbench201 {
public:
  enum class sharing { entangled, separate, only };

  plain_nasbench201(const paragon::nn::parameters<double>& store, const paragon::nn::parameters<double>& statistics,
                    paragon::benchmark::nasbench201_network network, sharing how, bool running = false)
      : store_(&store), statistics_(&statistics), network_(network), how_(how), running_(running) {}

  /// alpha: 30 numbers, edge by edge.
  [[nodiscard]] std::vector<double> logits(const pictures& images, std::span<const double> alpha) const {
    pictures x = normalise("stem.norm", convolve(images, "stem.weight", 1));
    for (std::size_t s = 0; s < 3; ++s) {
      const std::string stage = "stage" + std::to_string(s);
      if (s > 0) {
        pictures a = normalise(stage + ".reduction.a.norm", convolve(relu(x), stage + ".reduction.a.weight", 2));
        a = normalise(stage + ".reduction.b.norm", convolve(relu(a), stage + ".reduction.b.weight", 1));
        pictures half(x.n, x.side / 2, x.channels);
        for (std::size_t i = 0; i < x.n; ++i) {
          for (std::size_t y = 0; y < half.side; ++y) {
            for (std::size_t z = 0; z < half.side; ++z) {
              for (std::size_t c = 0; c < x.channels; ++c) {
                half.at(i, y, z, c) = (x.at(i, 2 * y, 2 * z, c) + x.at(i, 2 * y + 1, 2 * z, c) +
                                       x.at(i, 2 * y, 2 * z + 1, c) + x.at(i, 2 * y + 1, 2 * z + 1, c)) /
                                      4;
              }
            }
          }
        }
        add(a, 1, convolve(half, stage + ".reduction.shortcut.weight", 1));
        x = a;
      }
      for (int n = 0; n < network_.cells_per_stage; ++n) x = cell(x, stage + ".cell" + std::to_string(n), alpha);
    }
    x = relu(normalise("last", x));
    const double* w = parameter("classifier.weight");
    const double* b = parameter("classifier.bias");
    const auto classes = static_cast<std::size_t>(network_.classes);
    std::vector<double> y(x.n * classes);
    for (std::size_t i = 0; i < x.n; ++i) {
      for (std::size_t k = 0; k < classes; ++k) {
        y[i * classes + k] = b[k];
        for (std::size_t c = 0; c < x.channels; ++c) {
          double mean = 0;
          for (std::size_t p = 0; p < x.side * x.side; ++p) mean += x.v[(i * x.side * x.side + p) * x.channels + c];
          y[i * classes + k] += w[k * x.channels + c] * mean / static_cast<double>(x.side * x.side);
        }
      }
    }
    return y;
  }

private:
  [[nodiscard]] const double* parameter(const std::string& name) const {
    return store_->data() + store_->find(name)->where.offset;
  }

  static void add(pictures& to, double factor, const pictures& x) {
    for (std::size_t i = 0; i < x.v.size(); ++i) to.v[i] += factor * x.v[i];
  }
  static pictures relu(pictures x) {
    for (double& v : x.v) v = std::max(v, 0.0);
    return x;
  }

  [[nodiscard]] pictures convolve(const pictures& x, const std::string& name, std::size_t stride,
                                  bool centre = false) const {
    const auto* entry = store_->find(name);
    const double* w = store_->data() + entry->where.offset;
    const std::size_t k = entry->where.extents[0];
    const std::size_t out = entry->where.extents[3];
    pictures y(x.n, (x.side + stride - 1) / stride, out);
    for (std::size_t i = 0; i < y.n; ++i) {
      for (std::size_t r = 0; r < y.side; ++r) {
        for (std::size_t q = 0; q < y.side; ++q) {
          for (std::size_t a = 0; a < k; ++a) {
            for (std::size_t b = 0; b < k; ++b) {
              if (centre && (a != k / 2 || b != k / 2)) continue;
              const std::size_t row = stride * r + a - k / 2;  // beyond the side where negative
              const std::size_t column = stride * q + b - k / 2;
              if (row >= x.side || column >= x.side) continue;
              for (std::size_t c = 0; c < x.channels; ++c) {
                for (std::size_t o = 0; o < out; ++o) {
                  y.at(i, r, q, o) += x.at(i, row, column, c) * w[((a * k + b) * x.channels + c) * out + o];
                }
              }
            }
          }
        }
      }
    }
    return y;
  }

  [[nodiscard]] pictures normalise(const std::string& name, pictures x) const {
    const auto* gain = store_->find(name + ".weight");
    const std::size_t pixels = x.v.size() / x.channels;
    for (std::size_t c = 0; c < x.channels; ++c) {
      double mean = 0;
      double variance = 0;
      if (running_) {
        mean = statistics_->data()[statistics_->find(name + ".mean")->where.offset + c];
        variance = statistics_->data()[statistics_->find(name + ".variance")->where.offset + c];
      } else {
        for (std::size_t p = 0; p < pixels; ++p) mean += x.v[p * x.channels + c] / static_cast<double>(pixels);
        for (std::size_t p = 0; p < pixels; ++p) {
          variance += std::pow(x.v[p * x.channels + c] - mean, 2) / static_cast<double>(pixels);
        }
      }
      const double g = gain == nullptr ? 1 : parameter(name + ".weight")[c];
      const double b = gain == nullptr ? 0 : parameter(name + ".bias")[c];
      for (std::size_t p = 0; p < pixels; ++p) {
        double& v = x.v[p * x.channels + c];
        v = g * (v - mean) / std::sqrt(variance + 1e-5) + b;
      }
    }
    return x;
  }

  static pictures pool(const pictures& x) {
    pictures y(x.n, x.side, x.channels);
    for (std::size_t i = 0; i < x.n; ++i) {
      for (std::size_t r = 0; r < x.side; ++r) {
        for (std::size_t q = 0; q < x.side; ++q) {
          for (std::size_t c = 0; c < x.channels; ++c) {
            double sum = 0;
            int count = 0;
            for (std::size_t a = r == 0 ? 0 : r - 1; a <= std::min(r + 1, x.side - 1); ++a) {
              for (std::size_t b = q == 0 ? 0 : q - 1; b <= std::min(q + 1, x.side - 1); ++b) {
                sum += x.at(i, a, b, c);
                ++count;
              }
            }
            y.at(i, r, q, c) = sum / count;
          }
        }
      }
    }
    return y;
  }

  /// ReLU, convolution, bias where there is one, normalisation.
  [[nodiscard]] pictures operation(const pictures& x, const std::string& edge, bool three) const {
    std::string name = edge;
    if (how_ == sharing::separate) name += three ? ".three" : ".one";
    pictures y = convolve(relu(x), name + ".weight", 1, how_ == sharing::entangled && !three);
    if (store_->find(name + ".bias") != nullptr) {
      const double* b = parameter(name + ".bias");
      for (std::size_t i = 0; i < y.v.size(); ++i) y.v[i] += b[i % y.channels];
    }
    return normalise(name + ".norm", y);
  }

  [[nodiscard]] pictures cell(const pictures& x, const std::string& name, std::span<const double> alpha) const {
    std::vector<pictures> node(4, pictures(x.n, x.side, x.channels));
    node[0] = x;
    for (std::size_t e = 0; e < 6; ++e) {
      const pictures& from = node[paragon::benchmark::nasbench201_cell::source[e]];
      pictures& to = node[paragon::benchmark::nasbench201_cell::target[e]];
      const std::string edge = name + ".edge" + std::to_string(e);
      add(to, alpha[5 * e + 1], from);
      if (how_ != sharing::only || alpha[5 * e + 2] != 0) add(to, alpha[5 * e + 2], operation(from, edge, false));
      if (how_ != sharing::only || alpha[5 * e + 3] != 0) add(to, alpha[5 * e + 3], operation(from, edge, true));
      add(to, alpha[5 * e + 4], pool(from));
    }
    return node[3];
  }

  const paragon::nn::parameters<double>* store_;
  const paragon::nn::parameters<double>* statistics_;
  paragon::benchmark::nasbench201_network network_;
  sharing how_;
  bool running_;
};

/// The one-hot row of a cell.
inline std::vector<double> one_hot_row(const paragon::benchmark::nasbench201_cell& cell) {
  std::vector<double> row(30);
  for (std::size_t e = 0; e < 6; ++e) row[5 * e + static_cast<std::size_t>(cell.operations[e])] = 1;
  return row;
}

/// A cell from digits, none 0, skip 1, convolutions 2 and 3, pooling 4, edge by edge.
inline paragon::benchmark::nasbench201_cell cell_of(std::array<int, 6> digits) {
  paragon::benchmark::nasbench201_cell cell;
  for (std::size_t e = 0; e < 6; ++e)
    cell.operations[e] = static_cast<paragon::benchmark::nasbench201_operation>(digits[e]);
  return cell;
}

}  // namespace paragon_test
