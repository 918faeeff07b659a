// expect: a surrogate needs .predict_with_deviations\(std::span<const architecture>\) const -> std::vector<predictor::estimate>
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A model that does not say how sure it is is refused by Bayesian optimisation, and what it lacks is named.
#include <span>
#include <vector>

#include <paragon/search/bayesian.hpp>
#include <paragon/space/described.hpp>

using paragon::space::described;

struct regression {
  using architecture = described::architecture;
  template <class Descriptor, class Settings>
  regression(const Descriptor&, const Settings&, paragon::random_key) {}
  void train(std::span<const architecture>, std::span<const double>) {}
  void refit(std::span<const architecture>, std::span<const double>) {}
  std::vector<double> predict(std::span<const architecture> batch) const { return std::vector<double>(batch.size()); }
  std::span<double> hyper_parameters() { return {}; }
};

int main() {
  const described space(
      paragon::json::parse(R"({"name": "small", "decisions": [{"name": "width", "range": [1, 4, 1]}]})"));
  paragon::search::bayesian<described, regression> solver(
      paragon::problem::definition<described>{space, {{"error", "%"}}});
  (void)solver.batch();
}
