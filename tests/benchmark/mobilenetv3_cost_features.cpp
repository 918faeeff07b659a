// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <paragon/benchmark/mobilenetv3/cost_features.hpp>
#include <paragon/benchmark/mobilenetv3/space.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/space/cost_features.hpp>
#include <paragon/space/sample.hpp>

using namespace paragon::benchmark;
using namespace paragon::space;

static_assert(cost_features<mobilenetv3_cost_features, float> && cost_features<mobilenetv3_cost_features, double>);

TEST_CASE("space: the cost features of a MobileNetV3 network say what its layers are") {
  const mobilenetv3_cost_features features;
  CHECK(features.choices() == 181);
  INFO("seed 5");
  std::vector<double> row(181);
  std::vector<double> found(features.features());
  for (std::size_t i = 0; i < 50; ++i) {
    const auto net = uniform(mobilenetv3{}, {.seed = 5}, i);
    mobilenetv3_diffusion_graph::encode(net, std::span<double>(row).first(180));
    row[180] = 160.0 / 224;
    features.evaluate(0, std::span<const double>(row), std::span<double>(found));
    const double area = row[180] * row[180];
    CHECK(found[0] == 1);
    CHECK(found[1] == row[180]);
    CHECK(found[2] == area);
    for (std::size_t l = 0; l < 20; ++l) {
      const double here = net.present(l) ? 1 : 0;
      const double e = here * net.expand[l] / 6;
      const double square = e * net.kernel[l] * net.kernel[l] / 49;
      CHECK(found[3 + 3 * l] == here);
      CHECK(found[4 + 3 * l] == doctest::Approx(e));
      CHECK(found[5 + 3 * l] == doctest::Approx(square));
      CHECK(found[65 + 3 * l] == doctest::Approx(area * square));
    }
  }
}

TEST_CASE("space: the cost features of a MobileNetV3 network have their adjoint") {
  const mobilenetv3_cost_features features;
  const paragon::random_key draw{.seed = 6};
  INFO("seed 6");
  std::vector<double> row(181);
  std::vector<double> upstream(features.features());
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = draw.uniform(i);
  for (std::size_t i = 0; i < upstream.size(); ++i) upstream[i] = draw.fork("upstream").normal(i);
  std::vector<double> found(181, 0.25);  // it is added to
  features.add_adjoint(0, std::span<const double>(row), std::span<const double>(upstream), std::span<double>(found));
  const auto value = [&] {
    std::vector<double> out(features.features());
    features.evaluate(0, std::span<const double>(row), std::span<double>(out));
    double sum = 0;
    for (std::size_t i = 0; i < out.size(); ++i) sum += upstream[i] * out[i];
    return sum;
  };
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double at = row[i];
    row[i] = at + 1e-5;
    const double right = value();
    row[i] = at - 1e-5;
    const double left = value();
    row[i] = at;
    CHECK(std::abs(found[i] - 0.25 - (right - left) / 2e-5) < 1e-8);
  }
}
