// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// The published score network: outputs, gradients by the input and every weight, and evaluation without a tape.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <paragon/diffusion/score_evaluator.hpp>
#include <paragon/nn/weights.hpp>

#include "nn/published.hpp"
#include "support.hpp"

namespace df = paragon::diffusion;
namespace nn = paragon::nn;
using paragon::shape;
using paragon::tensor;

namespace {

/// The extents of a stored network.
df::score_network_settings settings_of(const paragon::safetensors_file& file) {
  const std::string layer = df::score_network<df::raw_score>::layer_name(0);
  return {.nodes = file.shape("input.x")[1],
          .operators = file.shape("input.x")[2],
          .width = file.shape("weight.opEmb.fc.weight")[0],
          .layers = std::stoul(file.metadata().at("layers")),
          .heads = std::stoul(file.metadata().at("heads")),
          .inner = file.shape("weight." + layer + ".feed_forward.feed_forward.w_1.weight")[0],
          .head = file.shape("weight.final.linears.0.weight")[0]};
}

std::vector<std::uint8_t> mask_of(const paragon::safetensors_file& file) {
  const auto mask = file.get<double>("input.mask");
  std::vector<std::uint8_t> seen;
  for (const double m : mask.span()) seen.push_back(m != 0 ? 1 : 0);
  return seen;
}

std::vector<df::moment> moments_of(const paragon::safetensors_file& file) {
  std::vector<df::moment> at;
  const auto sigma = file.get<double>("input.sigma");
  for (const double s : sigma.span()) at.push_back({0, 1, s, s});
  return at;
}

template <class T>
tensor<T> as(const tensor<double>& values) {
  tensor<T> out(values.shape());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<T>(values[i]);
  return out;
}

template <class T>
std::vector<double> as_double(const T* values, std::size_t n) {
  return {values, values + n};
}

/// Chooses the last bit of every sine in the network's tables, which depends on the machine, so that the outputs come
/// as near to the stored ones as possible.
void settle_last_bits(const paragon::safetensors_file& file, const df::score_network<df::raw_score>& network,
                      const nn::parameters<double>& store, df::noise_codes<double>& noise,
                      df::score_tables<double>& tables) {
  const auto& s = network.settings();
  auto time = paragon_test::time_code(file.get<double>("input.sigma"), s.width);
  auto position = paragon_test::positions(s.nodes, s.width);
  const auto score = file.get<double>("output.score");
  auto x = file.get<double>("input.x");
  x.reshape(shape{x.rows(), x.columns()});
  paragon::autodiff::evaluation<double> context;
  const auto distance = [&] {
    context.clear();
    const auto y = network(nn::bind(context, store), tables, context.constant(x), noise);
    double sum = 0;
    for (std::size_t i = 0; i < score.size(); ++i) sum += (y.data()[i] - score[i]) * (y.data()[i] - score[i]);
    return sum;
  };
  const std::array<std::pair<tensor<double>*, paragon_test::sine_table*>, 2> all{
      {{&noise.codes, &time}, {&tables.position, &position}}};
  for (const auto& [own, table] : all) {
    for (std::size_t i = 0; i < own->size(); ++i) {
      // Both are neighbours of the exact value.
      CHECK((((*own)[i] == table->values[i]) || ((*own)[i] == table->other(i))));
      (*own)[i] = table->values[i];
    }
  }
  double least = distance();
  for (;;) {
    double* best = nullptr;
    double value = 0;
    for (const auto& [own, table] : all) {
      for (std::size_t i = 0; i < own->size(); ++i) {
        const double kept = (*own)[i];
        const double other = kept == table->values[i] ? table->other(i) : table->values[i];
        (*own)[i] = other;
        const double found = distance();
        (*own)[i] = kept;
        if (found < least) {
          least = found;
          best = &(*own)[i];
          value = other;
        }
      }
    }
    if (best == nullptr) return;
    *best = value;
  }
}

template <class T>
void compare(const std::string& path, double output_tolerance, double gradient_tolerance) {
  CAPTURE(path);
  const paragon::safetensors_file file(path);
  const auto s = settings_of(file);
  nn::parameters<T> store;
  const df::score_network<df::raw_score> network(store, s, {});
  nn::load_weights(file, store, "weight.");
  const auto weights = std::count_if(file.names().begin(), file.names().end(),
                                     [](const std::string& name) { return name.starts_with("weight."); });
  CHECK(store.entries().size() == static_cast<std::size_t>(weights));

  df::score_tables<T> tables(s, mask_of(file));
  df::noise_codes<T> noise(s, moments_of(file));
  if constexpr (std::is_same_v<T, double>) settle_last_bits(file, network, store, noise, tables);

  auto x = as<T>(file.get<double>("input.x"));
  x.reshape(shape{x.rows(), x.columns()});
  const auto upstream = as<T>(file.get<double>("upstream"));

  paragon::autodiff::tape<T> context;
  const auto theta = nn::bind(context, store);
  const auto in = context.input(x);
  const auto y = network(theta, tables, in, noise);
  const auto score = file.get<double>("output.score");
  REQUIRE(y.size() == score.size());
  CHECK(paragon_test::difference(as_double(y.data(), y.size()).data(), score) < output_tolerance);

  context.backward(y, upstream.data(), 1);
  CHECK(paragon_test::difference(as_double(context.gradient(in), x.size()).data(), file.get<double>("gradient.x")) <
        gradient_tolerance);
  const auto gradient = as_double(context.gradient(theta.all()), store.size());
  for (const auto& [name, where] : store.entries()) {
    CAPTURE(name);
    const auto expected = file.get<double>("gradient." + name, where.extents);
    CHECK(paragon_test::difference(gradient.data() + where.offset, expected) < gradient_tolerance);
  }

  paragon::autodiff::evaluation<T> fixed;
  const auto again = network(nn::bind(fixed, store), tables, fixed.constant(x), noise);
  CHECK(std::equal(y.data(), y.data() + y.size(), again.data()));
}

/// Without a tape, each sample at its own noise level. The evaluator makes its own sines, so in double precision it
/// agrees to their single precision.
template <class T>
void evaluate(const std::string& path, double tolerance) {
  CAPTURE(path);
  const paragon::safetensors_file file(path);
  const auto s = settings_of(file);
  nn::parameters<T> store;
  const df::score_network<df::raw_score> network(store, s, {});
  nn::load_weights(file, store, "weight.");
  df::score_evaluator<T, df::raw_score> evaluator(network, store, mask_of(file));
  evaluator.prepare(moments_of(file));
  const auto x = as<T>(file.get<double>("input.x"));
  const auto score = file.get<double>("output.score");
  tensor<T> found(x.shape());
  std::vector<double> own(score.size());
  const std::size_t each = s.nodes * s.operators;
  for (std::size_t b = 0; b < x.shape()[0]; ++b) {
    evaluator.evaluate(x, b, found);
    std::copy_n(found.data() + b * each, each, own.data() + b * each);
  }
  CHECK(paragon_test::difference(own.data(), score) < tolerance);
}

}  // namespace

TEST_CASE("diffusion: golden score network, outputs and gradients") {
  const auto folder = paragon_test::golden_folder();
  if (!folder) return paragon_test::skip("no folder of golden numbers");
  const auto files = paragon_test::golden_files(*folder, "score_network");
  if (files.empty()) return paragon_test::skip("no score_network in " + folder->string());
  for (const auto& path : files) {
    compare<double>(path, 1e-9, 1e-8);
    compare<float>(path, 1e-4, 1e-4);
    evaluate<double>(path, 1e-6);
    evaluate<float>(path, 1e-4);
  }
}
