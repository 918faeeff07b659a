// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include <paragon/hypernetwork/lookup_bank.hpp>
#include <paragon/tensor/tensor.hpp>

#include "../golden.hpp"

namespace {

std::string table_name(const char* kind, std::size_t k) {
  return std::string(kind) + ".hpn_factory." + std::to_string(k) + ".embedding.weight";
}

template <class T>
void check_bank(double output_tolerance, double gradient_tolerance) {
  const auto file = paragon_test::golden_file("meta_hypernetwork.safetensors");
  if (!file) return;
  auto preference = file->get<T>("input.preference");
  auto device = file->get<T>("input.device");
  auto upstream = file->get<T>("upstream");
  const auto expected = file->get<double>("output.logits");
  const auto embedding = file->get<T>("weight.hardware_embedding.weight");
  const std::size_t bank = embedding.rows();
  const paragon::shape table = file->shape(table_name("weight", 0));
  REQUIRE(expected.size() == preference.rows() * table.columns());
  REQUIRE(upstream.size() == expected.size());
  if (sizeof(T) < sizeof(double)) {  // float has no exact halves of a per cent: take the row that double finds
    const auto exact = file->get<double>("input.preference");
    const auto steps = static_cast<double>(table.rows() - 1);
    for (std::size_t i = 0; i < exact.size(); ++i)
      preference[i] = static_cast<T>(std::nearbyint(exact[i] * steps) / steps);
  }
  // The published network sums its logits in single precision, so what comes back to them is rounded likewise; and it
  // divides by the square root of the number of features in single precision. With these two, double agrees to 1e-15.
  if (file->type("output.logits") == paragon::dtype::f32) {
    const double root = std::sqrt(static_cast<double>(device.columns()));
    for (T& d : device.span()) d = static_cast<T>(static_cast<double>(d) * root / static_cast<float>(root));
    for (T& g : upstream.span()) g = static_cast<T>(static_cast<float>(g));
  }

  paragon::nn::parameters<T> store;
  const paragon::hypernetwork::lookup_bank hypernetwork(store,
                                                        {.bank = bank,
                                                         .rows = table.rows(),
                                                         .device_features = device.columns(),
                                                         .choices = table.columns(),
                                                         .sine = true},
                                                        {.seed = 1});
  const auto where_embedding = store.find("hardware_embedding.weight")->where;
  const auto where_tables = store.find("tables")->where;
  store.assign(where_embedding, embedding.span());
  // The published file has one table after the other; here row p of all tables lies together.
  T* tables = store.data() + where_tables.offset;
  const std::size_t stride = bank * table.columns();
  for (std::size_t k = 0; k < bank; ++k) {
    const auto values = file->get<T>(table_name("weight", k), table);
    for (std::size_t p = 0; p < table.rows(); ++p) {
      std::copy(values.row(p).begin(), values.row(p).end(), tables + p * stride + k * table.columns());
    }
  }

  paragon::autodiff::tape<T> tape;
  const auto theta = paragon::nn::bind(tape, store);
  const auto logits = hypernetwork(theta, tape.constant(preference), tape.constant(device));
  REQUIRE(logits.size() == expected.size());
  for (std::size_t i = 0; i < preference.rows(); ++i) {
    CAPTURE(i);
    const std::size_t at = i * table.columns();
    CHECK(paragon_test::relative_difference(logits.data() + at, expected.data() + at, table.columns()) <
          output_tolerance);
  }

  tape.backward(logits, upstream.data(), 1);
  const T* gradient = tape.gradient(theta.all());
  const auto expected_embedding = file->get<double>("gradient.hardware_embedding.weight");
  CHECK(paragon_test::relative_difference(gradient + where_embedding.offset, expected_embedding.data(),
                                          expected_embedding.size()) < gradient_tolerance);
  for (std::size_t k = 0; k < bank; ++k) {
    CAPTURE(k);
    const auto wanted = file->get<double>(table_name("gradient", k), table);
    paragon::tensor<T> found(table);
    for (std::size_t p = 0; p < table.rows(); ++p) {
      std::copy_n(gradient + where_tables.offset + p * stride + k * table.columns(), table.columns(),
                  found.row(p).data());
    }
    CHECK(paragon_test::relative_difference(found.data(), wanted.data(), wanted.size()) < gradient_tolerance);
  }
}

}  // namespace

// The logits are known to single precision, their gradients to double.
TEST_CASE("hypernetwork: golden meta-hypernetwork of MODNAS") { check_bank<double>(1e-6, 1e-8); }

TEST_CASE("hypernetwork: golden meta-hypernetwork of MODNAS in float") { check_bank<float>(1e-4, 1e-4); }
