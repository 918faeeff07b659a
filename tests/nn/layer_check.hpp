// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <vector>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/nn/parameters.hpp>

#include "autodiff/random_tensor.hpp"

namespace paragon_test {

/// Random values for every parameter, so that biases and gains take part.
inline void randomise(paragon::nn::parameters<double>& store, std::uint32_t stream = 500) {
  store.values() = normal({store.size()}, stream, 0.5);
}

/// The gradient check of `call(theta, x)` by all parameters and by x.
template <class Call>
double layer_error(const paragon::nn::parameters<double>& store, const paragon::tensor<double>& x, Call&& call) {
  return paragon::autodiff::gradient_error([&](auto&, const auto& v) { return call(paragon::nn::bound(v[0]), v[1]); },
                                           {store.values(), x});
}

/// The elements of one parameter.
inline const double* at(const paragon::nn::parameters<double>& store, std::string_view name) {
  return store.data() + store.find(name)->where.offset;
}

}  // namespace paragon_test
