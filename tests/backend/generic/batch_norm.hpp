// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "images.hpp"

namespace paragon_test::backend_tests {

/// Columns of mean `offset` and deviation 1: the variance must not lose digits to the mean.
template <class B, class T>
void batch_norm() {
  for (const std::size_t c : channel_counts) {
    for (const std::size_t rows : {1U, 2U, 35U, 300U, 2049U, 6000U}) {
      for (const double offset : {0.0, 1000.0}) {
        INFO("seed 34, " << rows << " rows, " << c << " columns, mean " << offset);
        auto x = normals<T>(rows * c, 34, 1);
        for (T& v : x) v += static_cast<T>(offset);
        const auto dy = normals<T>(x.size(), 34, 2);
        const auto gain = normals<T>(c, 34, 4);
        const auto bias = normals<T>(c, 34, 5);
        const T epsilon = T(1e-5);
        const auto n = static_cast<long double>(rows);
        std::vector<double> mean(c), variance(c), scale(c), mean_bound(c), variance_bound(c), scale_bound(c);
        for (std::size_t k = 0; k < c; ++k) {
          long double m = 0;
          for (std::size_t r = 0; r < rows; ++r) m += static_cast<long double>(x[r * c + k]) / n;
          long double v = 0;
          for (std::size_t r = 0; r < rows; ++r) {
            const long double d = static_cast<long double>(x[r * c + k]) - m;
            v += d * d / n;
          }
          mean[k] = static_cast<double>(m);
          variance[k] = static_cast<double>(v);
          scale[k] = static_cast<double>(1 / std::sqrt(v + static_cast<long double>(epsilon)));
          // Means of pieces are combined in double.
          const double deviation = std::sqrt(variance[k]);
          const double combined = 8 * unit<double> * std::abs(mean[k]);
          mean_bound[k] = unit<T> * (std::abs(mean[k]) + 8 * deviation) + combined;
          variance_bound[k] = 40 * unit<T> * variance[k] + combined * deviation;
          scale_bound[k] = scale[k] * (40 * unit<T> + variance_bound[k] * scale[k] * scale[k]);
        }
        const auto on_x = upload<B>(x);
        const auto on_dy = upload<B>(dy);
        const auto on_gain = upload<B>(gain);
        const auto on_bias = upload<B>(bias);
        auto on_mean = upload<B>(std::vector<T>(c, T(9)));
        auto on_variance = on_mean;
        auto on_scale = on_mean;
        auto on_sum = on_mean;
        auto on_inner = on_mean;
        auto on_y = upload<B>(std::vector<T>(x.size(), T(9)));
        auto on_plain_y = on_y;
        B::batch_statistics(rows, c, epsilon, on_x.data(), on_mean.data(), on_variance.data(), on_scale.data());
        check_within(on_mean.to_vector(), mean, mean_bound);
        check_within(on_variance.to_vector(), variance, variance_bound);
        check_within(on_scale.to_vector(), scale, scale_bound);
        B::batch_normalise(rows, c, on_mean.data(), on_scale.data(), on_gain.data(), on_bias.data(), on_x.data(),
                           on_y.data());
        B::batch_normalise(rows, c, on_mean.data(), on_scale.data(), static_cast<const T*>(nullptr),
                           static_cast<const T*>(nullptr), on_x.data(), on_plain_y.data());
        B::batch_normalise_sums(rows, c, on_mean.data(), on_scale.data(), on_x.data(), on_dy.data(), on_sum.data(),
                                on_inner.data());
        // From here on with the statistics and sums as they are in T.
        const auto m = on_mean.to_vector();
        const auto s = on_scale.to_vector();
        const auto sum_t = on_sum.to_vector();
        const auto inner_t = on_inner.to_vector();
        plain_sums y(x.size()), plain_y(x.size()), sum(c), inner(c), dx(x.size()), fixed_dx(x.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
          const std::size_t k = i % c;
          const auto g = static_cast<double>(gain[k]);
          const auto f = static_cast<double>(s[k]);
          const double d = static_cast<double>(x[i]) - static_cast<double>(m[k]);
          const auto a = static_cast<double>(dy[i]);
          y.add(i, d * f * g);
          y.add(i, static_cast<double>(bias[k]));
          plain_y.add(i, d * f);
          sum.add(k, a);
          inner.add(k, a * d * f);
          dx.add(i, g * f * a);
          dx.add(i, -g * f * static_cast<double>(sum_t[k]) / static_cast<double>(rows));
          dx.add(i, -g * f * d * f * static_cast<double>(inner_t[k]) / static_cast<double>(rows));
          fixed_dx.add(i, g * f * a);
        }
        y.check(on_y.to_vector(), 4);
        plain_y.check(on_plain_y.to_vector(), 4);
        sum.check(sum_t, 40);
        inner.check(inner_t, 40);
        auto on_dx = upload<B>(dy);
        auto on_fixed = on_dx;
        B::batch_normalise_adjoint(rows, c, on_mean.data(), on_scale.data(), on_gain.data(), on_sum.data(),
                                   on_inner.data(), on_x.data(), on_dx.data());
        B::batch_normalise_adjoint(rows, c, on_mean.data(), on_scale.data(), on_gain.data(),
                                   static_cast<const T*>(nullptr), static_cast<const T*>(nullptr), on_x.data(),
                                   on_fixed.data());
        dx.check(on_dx.to_vector(), 10);
        fixed_dx.check(on_fixed.to_vector(), 4);
      }
    }
  }
}

/// Columns of one number give zeros exactly; squares that the type can't hold do not make a variance infinite or zero.
template <class B, class T>
void batch_norm_of_hard_columns() {
  const auto statistics = [](std::size_t rows, std::size_t columns, const std::vector<T>& values) {
    const auto x = upload<B>(values);
    auto mean = upload<B>(std::vector<T>(columns, T(9)));
    auto variance = mean;
    auto scale = mean;
    auto y = upload<B>(std::vector<T>(values.size(), T(9)));
    B::batch_statistics(rows, columns, T(1e-5), x.data(), mean.data(), variance.data(), scale.data());
    B::batch_normalise(rows, columns, mean.data(), scale.data(), static_cast<const T*>(nullptr),
                       static_cast<const T*>(nullptr), x.data(), y.data());
    return std::array{mean.to_vector(), variance.to_vector(), scale.to_vector(), y.to_vector()};
  };
  for (const std::size_t columns : {1UL, 5UL, 64UL, 130UL}) {
    for (const std::size_t rows : {1UL, 7UL, 2049UL}) {
      INFO(rows << " rows, " << columns << " columns");
      std::vector<T> x(rows * columns);
      for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = static_cast<T>(12345.678 * static_cast<double>(i % columns + 1));
      }
      x[0] = x[rows * columns - columns];
      const auto found = statistics(rows, columns, x);
      check_equal(found[1], std::vector<T>(columns, T(0)));
      check_equal(found[3], std::vector<T>(rows * columns, T(0)));
    }
  }
  // -a and a in turns: mean 0, variance a^2, result -1 and 1.
  const double a = std::is_same_v<T, float> ? 1e25 : 1e130;
  for (const std::size_t columns : {1UL, 64UL}) {
    const std::size_t rows = 2000;
    std::vector<T> x(rows * columns);
    std::vector<double> want(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      want[i] = i / columns % 2 == 0 ? -1 : 1;
      x[i] = static_cast<T>(want[i] * a);
    }
    const auto found = statistics(rows, columns, x);
    check_within(found[3], want, std::vector<double>(x.size(), 1e-5));
  }
}

}  // namespace paragon_test::backend_tests
