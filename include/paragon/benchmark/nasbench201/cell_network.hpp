// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <utility>

#include "../../core/random_key.hpp"
#include "../../nn/parameters.hpp"
#include "../../supernet/supernet.hpp"
#include "space.hpp"
#include "supernet.hpp"

namespace paragon::inline PARAGON_ISA::benchmark {

/// The network of one NAS-Bench-201 cell with its weights and kept statistics. What a supernet can do, it can do for this
/// cell: evaluate, recalibrate, be trained, saved in a checkpoint, and written as ONNX.
template <class T = float, class Backend = backend::cpu>
using cell_network = supernet::supernet<nasbench201_supernet<only>, T, Backend>;

/// A cell's network with new weights.
/// \param around  the network around the cell: width, depth, classes
/// \param key     of the weights; the same for any backend
///
/// \code
/// auto net = benchmark::make_cell_network(benchmark::nasbench201{}, cell, {.seed = 1});
/// trainer.step(net.network(), net.store(), batches, choices, nn::collect_statistics(net.kept()));
/// net.evaluate(cell, images.data(), images.shape(), labels, 250, supernet::statistics::kept);
/// \endcode
template <class T = float, class Backend = backend::cpu>
[[nodiscard]] cell_network<T, Backend> make_cell_network(const nasbench201& around, const nasbench201_cell& cell,
                                                         paragon::random_key key) {
  nn::parameters<T, Backend> store;
  nn::parameters<T, Backend> kept;
  nasbench201_supernet<only> network(store, kept, around, key, only{cell});
  return {std::move(network), std::move(store), std::move(kept)};
}

}  // namespace paragon::benchmark
