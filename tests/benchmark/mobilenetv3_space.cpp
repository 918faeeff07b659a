// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <unordered_set>
#include <vector>

#include <paragon/benchmark/mobilenetv3/space.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/space/concepts.hpp>
#include <paragon/space/one_hot.hpp>
#include <paragon/space/sample.hpp>

#include "../support.hpp"

using namespace paragon::benchmark;
using namespace paragon::space;

static_assert(search_space<mobilenetv3>);
static_assert(!enumerable_space<mobilenetv3>);
static_assert(relaxed_costed_space<mobilenetv3, float> && relaxed_costed_space<mobilenetv3, double>);
static_assert(decodable_graph_encoding<mobilenetv3_diffusion_graph, float>);
static_assert(decodable_graph_encoding<mobilenetv3_diffusion_graph, double>);
static_assert(!linear_graph_encoding<mobilenetv3_diffusion_graph>);  // the depth takes whole rows away

namespace {

/// A network with every choice drawn, those of absent layers too.
mobilenetv3_subnet drawn(const mobilenetv3& space, std::uint64_t i) {
  const paragon::random_key draw{.seed = 31};
  std::vector<choice_index> row(45);
  for (std::size_t d = 0; d < 45; ++d) row[d] = static_cast<choice_index>(draw.below(3, i * 45 + d));
  return space.from_choices(row);
}

std::string message_of_parse(const std::string& text) {
  try {
    (void)mobilenetv3::parse(text);
  } catch (const paragon::error& e) {
    return e.what();
  }
  return "";
}

const std::string smallest = "33333333333333333333/33333333333333333333/22222";

}  // namespace

TEST_CASE("space: MobileNetV3 networks survive the round trips through text, choices and matrix") {
  const mobilenetv3 space;
  INFO("seed 31");
  std::unordered_set<mobilenetv3_subnet> seen;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const mobilenetv3_subnet net = drawn(space, i);
    CHECK(net == net.canonical());
    CHECK(space.parse(space.to_string(net)) == net);
    std::vector<choice_index> row(45);
    for (std::size_t d = 0; d < 45; ++d) row[d] = static_cast<choice_index>(space.choice(net, d));
    CHECK(space.from_choices(row) == net);
    std::vector<float> x(180, 9.0F);
    mobilenetv3_diffusion_graph::encode(net, std::span<float>(x));
    CHECK(mobilenetv3_diffusion_graph::decode(std::span<const float>(x)) == net);
    CHECK(mobilenetv3_diffusion_graph::decode_threshold(std::span<const float>(x)) == net);
    float ones = 0;
    int layers = 0;
    for (const float v : x) ones += v;
    for (const int d : net.depth) layers += d;
    CHECK(ones == static_cast<float>(layers));
    seen.insert(net);
  }
  CHECK(seen.size() == 2000);
  CHECK(space.to_string(mobilenetv3_subnet{}) == smallest);
}

TEST_CASE("space: what absent layers would be has no effect") {
  const auto a = mobilenetv3_from_digits("33773333333333333333", "33663333333333333333", "22222");
  CHECK(a == mobilenetv3_subnet{});
  const auto b = mobilenetv3_from_digits("33773333333333333333", "33663333333333333333", "32222");
  CHECK(b.kernel[2] == 7);
  CHECK(b.kernel[3] == 3);
  CHECK(mobilenetv3{}.to_string(b) == "33733333333333333333/33633333333333333333/32222");
}

TEST_CASE("space: text that no MobileNetV3 network has is refused") {
  CHECK(message_of_parse(smallest).empty());
  CHECK(message_of_parse("").find("20 kernels") != std::string::npos);
  CHECK(message_of_parse("x" + smallest).find("20 kernels") != std::string::npos);
  CHECK(message_of_parse("43333333333333333333/33333333333333333333/22222").find("kernels") != std::string::npos);
  CHECK(message_of_parse("33333333333333333333/53333333333333333333/22222").find("ratios") != std::string::npos);
  CHECK(message_of_parse("33333333333333333333/33333333333333333333/22225").find("depths") != std::string::npos);
  CHECK(message_of_parse("33733333333333333333/33333333333333333333/22222").find("absent") != std::string::npos);
  const mobilenetv3 space;
  CHECK_THROWS_AS((void)space.from_choices(std::vector<choice_index>(44)), paragon::error);
  std::vector<choice_index> row(45);
  row[44] = 3;
  CHECK_THROWS_AS((void)space.from_choices(row), paragon::error);
}

TEST_CASE("space: any matrix decodes to the network whose matrix is nearest") {
  const paragon::random_key draw{.seed = 6};
  INFO("seed 6");
  for (std::uint64_t i = 0; i < 200; ++i) {
    std::vector<double> x(180);
    for (std::size_t e = 0; e < 180; ++e) x[e] = 0.2 + 0.4 * draw.normal(i * 180 + e);
    const auto net = mobilenetv3_diffusion_graph::decode(std::span<const double>(x));
    // Stages are independent: all 9^4 x 3 patterns of one stage, by brute force over its depths and its rows' best.
    for (std::size_t s = 0; s < 5; ++s) {
      double nearest = 1e300;
      std::size_t best_depth = 0;
      for (std::size_t depth = 2; depth <= 4; ++depth) {
        double distance = 0;
        for (std::size_t j = 0; j < 4; ++j) {
          double closest = 1e300;
          for (std::size_t f = 0; f < 9; ++f) {
            double d = 0;
            for (std::size_t g = 0; g < 9; ++g) {
              const double target = j < depth && f == g ? 1 : 0;
              d += (x[(4 * s + j) * 9 + g] - target) * (x[(4 * s + j) * 9 + g] - target);
            }
            closest = std::min(closest, d);
          }
          distance += closest;
        }
        if (distance < nearest) {
          nearest = distance;
          best_depth = depth;
        }
      }
      CHECK(net.depth[s] == best_depth);
    }
  }
  std::vector<float> nan(180, std::nanf(""));
  CHECK_THROWS_AS((void)mobilenetv3_diffusion_graph::decode(std::span<const float>(nan)), paragon::error);
  CHECK_THROWS_AS((void)mobilenetv3_diffusion_graph::decode(std::span<const float>(nan).first(179)), paragon::error);
}

TEST_CASE("space: the published threshold accepts whole networks and nothing else") {
  std::vector<float> x(180);
  mobilenetv3_diffusion_graph::encode(mobilenetv3_subnet{}, std::span<float>(x));
  const auto read = [&] { return mobilenetv3_diffusion_graph::decode_threshold(std::span<const float>(x)); };
  REQUIRE(read().has_value());
  x[2 * 9 + 5] = 0.5F;  // a third layer: kernel 5, ratio 6
  REQUIRE(read().has_value());
  CHECK(read()->depth[0] == 3);
  CHECK(read()->kernel[2] == 5);
  CHECK(read()->expand[2] == 6);
  x[2 * 9 + 5] = 0;
  x[3 * 9 + 5] = 0.7F;  // a fourth without a third
  CHECK_FALSE(read().has_value());
  x[3 * 9 + 5] = 0;
  x[4 * 9] = 0.49F;  // the second stage loses its first layer
  CHECK_FALSE(read().has_value());
  x[4 * 9] = 1;
  x[4 * 9 + 1] = 0.6F;  // two kinds in one row
  CHECK_FALSE(read().has_value());
}

TEST_CASE("space: expected costs of a MobileNetV3 network are exact at corners, and means elsewhere") {
  const mobilenetv3 space;
  INFO("seed 31");
  for (std::uint64_t i = 0; i < 50; ++i) {
    const auto net = drawn(space, i);
    std::vector<double> row(135);
    one_hot(space, net, std::span<double>(row));
    CHECK(space.expected_parameters(std::span<const double>(row), std::span<double>()) == space.parameters(net));
    CHECK(space.expected_macs(std::span<const double>(row), std::span<double>()) == space.macs(net));
  }
  // Any choice moved alone changes the cost by its slope, for the expectation is linear in each decision.
  const paragon::random_key draw{.seed = 12};
  std::vector<double> row(135);
  for (std::size_t d = 0; d < 45; ++d) {
    double sum = 0;
    for (std::size_t c = 0; c < 3; ++c) sum += row[3 * d + c] = 0.1 + draw.uniform(3 * d + c);
    for (std::size_t c = 0; c < 3; ++c) row[3 * d + c] /= sum;
  }
  std::vector<double> gradient(135);
  const double base = space.expected_macs(std::span<const double>(row), std::span<double>(gradient));
  for (std::size_t e = 0; e < 135; ++e) {
    std::vector<double> moved = row;
    moved[e] += 0.25;
    const double change = space.expected_macs(std::span<const double>(moved), std::span<double>()) - base;
    CHECK(std::abs(change - 0.25 * gradient[e]) < 1e-9 * base);
  }
  // The mean over networks drawn with these probabilities.
  double mean = 0;
  double square = 0;
  const std::uint64_t samples = 4000;
  for (std::uint64_t i = 0; i < samples; ++i) {
    std::vector<choice_index> choices(45);
    for (std::size_t d = 0; d < 45; ++d) {
      const double u = draw.fork("choices").uniform(i * 45 + d);
      choices[d] = static_cast<choice_index>((u > row[3 * d]) + (u > row[3 * d] + row[3 * d + 1]));
    }
    const double macs = space.macs(space.from_choices(choices));
    mean += macs / static_cast<double>(samples);
    square += macs * macs / static_cast<double>(samples);
  }
  const double deviation = std::sqrt((square - mean * mean) / static_cast<double>(samples));
  INFO("seed 12, mean " << mean << ", expected " << base);
  CHECK(std::abs(mean - base) < 5 * deviation);
  CHECK_THROWS_AS((void)space.expected_macs(std::span<const double>(row).first(134), std::span<double>()),
                  paragon::error);
}

TEST_CASE("space: parameters and MACs are those of every measured MobileNetV3 network") {
  const auto folder = paragon_test::data_folder();
  if (!folder) return paragon_test::skip("no benchmark tables");
  std::ifstream file(*folder / "ofa" / "ofa_mbv3_w10_accuracy_dynast.csv");
  REQUIRE(file);
  std::string line;
  std::getline(file, line);
  REQUIRE(line == "run,ks,e,d,r,params,macs,top1");
  std::size_t rows = 0;
  while (std::getline(file, line)) {
    std::stringstream cells(line);
    std::vector<std::string> cell;
    for (std::string c; std::getline(cells, c, ',');) cell.push_back(c);
    const mobilenetv3 space{.network = {.image_size = std::stoi(cell[4])}};
    const auto net = mobilenetv3_from_digits(cell[1], cell[2], cell[3]);
    CHECK(space.parameters(net) == std::stod(cell[5]));
    CHECK(space.macs(net) == std::stod(cell[6]));
    ++rows;
  }
  CHECK(rows == 2373);
}
