// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A search space, objectives and devices of one's own: small convolutional backbones, judged by an accuracy to be
// maximised and a latency to be minimised. One training run gives a front for every device, also for one that it never
// saw; the space is small enough (253,265 networks) to compare them with the true fronts.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <paragon/hypernetwork/multilayer.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <paragon/preference/rays.hpp>
#include <paragon/search/decode.hpp>
#include <paragon/search/modnas.hpp>
#include <paragon/search/scorer.hpp>
#include <paragon/space/choice_notation.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

//! [space]
/// A stem and three stages of inverted bottlenecks. Ten decisions: the width of the stem, then depth, kernel size and
/// expansion of each stage. A stage without blocks has neither kernel nor expansion.
struct backbone {
  struct architecture {
    std::array<paragon::space::choice_index, 10> choices{};

    int width() const { return 16 + 8 * choices[0]; }                               // 16 to 48
    int depth(std::size_t stage) const { return choices[1 + 3 * stage]; }           // 0 to 3
    int kernel(std::size_t stage) const { return 3 + 2 * choices[2 + 3 * stage]; }  // 3, 5, 7
    int expansion(std::size_t stage) const { return 1 + choices[3 + 3 * stage]; }   // 1 to 4
    friend bool operator==(const architecture&, const architecture&) = default;
  };

  static std::string_view name() { return "backbone"; }
  static std::size_t decisions() { return 10; }
  static std::size_t choices(std::size_t d) { return std::array{5U, 4U, 3U, 4U, 4U, 3U, 4U, 4U, 3U, 4U}[d]; }
  static std::size_t choice(const architecture& a, std::size_t d) { return a.choices[d]; }

  architecture from_choices(std::span<const paragon::space::choice_index> row) const {
    paragon::space::require_choices(*this, row);
    architecture a;
    std::copy(row.begin(), row.end(), a.choices.begin());
    for (std::size_t s = 0; s < 3; ++s) {
      if (a.depth(s) == 0) a.choices[2 + 3 * s] = a.choices[3 + 3 * s] = 0;
    }
    return a;
  }

  std::string to_string(const architecture& a) const { return paragon::space::write_choices(*this, a); }
  architecture parse(std::string_view text) const { return paragon::space::read_choices(*this, text); }
};
static_assert(paragon::space::search_space<backbone>);
//! [space]

//! [objectives]
/// A model of the accuracy: every resource helps, each further unit of it less; late stages gain most from depth.
struct accuracy {
  static constexpr bool device_independent = true;

  static paragon::metric describe() { return {"accuracy", "%", paragon::direction::maximise}; }
  static double value(const backbone::architecture& a, std::size_t) {
    double capacity = 0.8 * std::log2(a.width() / 8.0);
    double field = 1;
    for (std::size_t s = 0; s < 3; ++s) {
      capacity += (0.5 + 0.25 * static_cast<double>(s)) * std::log1p(a.depth(s) * std::sqrt(a.expansion(s)));
      field += a.depth(s) * (a.kernel(s) - 1) * (1 << s);
    }
    return 96 - 70 * std::exp(-0.45 * (capacity + 0.5 * std::log(field)));
  }
};

struct hardware {
  std::string name;
  double gigamacs;   // a second
  double gigabytes;  // a second
  double launch;     // ms for a layer
};

/// The roofline model: a layer takes as long as its arithmetic or its traffic, whichever is longer.
struct latency {
  std::vector<hardware> devices;

  static paragon::metric describe() { return {"latency", "ms", paragon::direction::minimise}; }
  double value(const backbone::architecture& a, std::size_t device) const {
    const hardware& h = devices[device];
    double ms = 0;
    const auto layer = [&](double pixels, double in, double out,
                           double taps) {  // taps: weights for an output and input
      const double macs = pixels * in * out * taps;
      const double bytes = 4 * (pixels * (in + out) + in * out * taps);
      ms += std::max(macs / h.gigamacs, bytes / h.gigabytes) / 1e6 + h.launch;
    };
    double channels = a.width();
    double pixels = 64 * 64;
    layer(pixels, 3, channels, 9);
    for (std::size_t s = 0; s < 3; ++s) {
      pixels /= 4;
      layer(pixels, channels, 2 * channels, 1);
      channels *= 2;
      const double inner = channels * a.expansion(s);
      for (int b = 0; b < a.depth(s); ++b) {
        layer(pixels, channels, inner, 1);
        layer(pixels, inner, inner, a.kernel(s) * a.kernel(s) / inner);  // depthwise
        layer(pixels, inner, channels, 1);
      }
    }
    return ms;
  }
};
//! [objectives]

namespace {

using namespace paragon;
using point = std::array<double, 2>;  // accuracy, and the logarithm of the latency
constexpr std::array way{direction::maximise, direction::minimise};

/// All networks: by counting through the rows of choices, skipping repeated networks.
std::vector<backbone::architecture> enumerate(const backbone& space) {
  std::vector<backbone::architecture> all;
  std::array<paragon::space::choice_index, 10> row{};
  for (std::size_t d = 0; d < row.size();) {
    const auto a = space.from_choices(row);
    if (a.choices == row) all.push_back(a);
    for (d = 0; d < row.size() && ++row[d] == space.choices(d); ++d) row[d] = 0;
  }
  return all;
}

std::vector<point> front_of(const std::vector<point>& points) {
  std::vector<point> front;
  for (const std::size_t i : pareto::filter(points, way)) front.push_back(points[i]);
  return front;
}

/// For each ray the network with the least scalarised objectives.
template <class Id>
std::vector<Id> best_for(const preference::rays& rays, const std::vector<Id>& networks,
                         std::span<const double> scores) {
  std::vector<Id> best(rays.size());
  for (std::size_t r = 0; r < rays.size(); ++r) {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < networks.size(); ++i) {
      const double s = preference::smooth_tchebycheff{.mu = 0.03}(scores.subspan(2 * i, 2), rays[r]);
      if (s < least) {
        least = s;
        best[r] = networks[i];
      }
    }
  }
  return best;
}

}  // namespace

int main() {
  //! [search]
  // Three devices to learn from, and one that the search never sees.
  const std::vector<hardware> machines{
      {"phone", 20, 10, 0.02}, {"gpu", 4000, 500, 0.01}, {"microcontroller", 0.2, 0.3, 0}, {"laptop", 150, 40, 0.005}};
  std::vector<search::device> devices;
  for (const hardware& h : machines) {
    devices.push_back({h.name, {std::log10(h.gigamacs) / 3, std::log10(h.gigabytes) / 3, 50 * h.launch}});
  }
  const backbone space;

  // Objectives become comparable: their logarithm for latencies, 0 for the best and 1 for most of 2000 random networks.
  search::scorer judge(space, devices.size(), accuracy{}, latency{machines});
  using judge_type = decltype(judge);
  judge.set_scale(1, {.logarithmic = true});
  judge.fit_scales(judge.sample(2000, {.seed = 1}));

  // The hypernetwork, its training, and the fronts: as many networks as rays.
  nn::parameters<float> store;
  const hypernetwork::multilayer net(
      store, {.objectives = 2, .device_features = 3, .choices = space::total_choices(space), .width = 64}, {.seed = 2});
  search::modnas model(net, store, {.steps = 1500, .rows = 16, .objectives = 2});
  search::local_expectation estimate(judge);
  const auto start = std::chrono::steady_clock::now();
  const auto report = model.train(std::span(devices).first(3), estimate, {.seed = 3});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;

  const auto rays = preference::circle(24);
  const auto found = [&](const auto& decode, std::size_t d) {
    return decode(judge, d, model.logits(devices[d], rays.values()), rays.values(), {.seed = 4});
  };
  //! [search]

  std::printf("%zu steps in %.1f s judged %zu networks. Hypervolume as part of the true front's, of the 24 networks\n",
              report.steps, seconds.count(), judge.known());
  std::printf("  proposed: that the hypernetwork gives for 24 preferences\n");
  std::printf("  pooled: that are best for these preferences among its proposals and their neighbours\n");
  std::printf("  random, exact: that are best for these preferences among 3000 random ones, and among all\n");
  std::printf("%-16s %10s %10s %10s %10s %10s\n", "device", "true front", "proposed", "pooled", "random", "exact");
  std::vector<judge_type::id> all;
  for (const auto& a : enumerate(space)) all.push_back(judge.intern(a));
  const auto random = judge.sample(3000, {.seed = 5});
  for (std::size_t d = 0; d < devices.size(); ++d) {
    const auto points = [&](const std::vector<judge_type::id>& networks) {
      std::vector<point> result;
      for (const auto i : networks) result.push_back({judge.value(0, i, d), std::log(judge.value(1, i, d))});
      return result;
    };
    const auto best_of = [&](const std::vector<judge_type::id>& networks) {
      std::vector<double> scores(2 * networks.size());
      judge.score(networks, d, scores);
      return best_for(rays, networks, scores);
    };
    const auto truth = front_of(points(all));
    point worst{truth[0][0], truth[0][1]};
    for (const point& p : truth) worst = {std::min(worst[0], p[0]), std::max(worst[1], p[1])};
    const auto part = [&](const std::vector<judge_type::id>& networks) {
      return pareto::hypervolume(points(networks), worst, way).value / pareto::hypervolume(truth, worst, way).value;
    };
    std::printf("%-16s %10zu %10.3f %10.3f %10.3f %10.3f%s\n", devices[d].name.c_str(), truth.size(),
                part(found(search::arg_max{}, d)), part(found(search::pooled<>{}, d)), part(best_of(random)),
                part(best_of(all)), d < 3 ? "" : "  (never seen in training)");
  }
}
