// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <paragon/benchmark/nasbench201/tables.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "../scratch.hpp"
#include "../support.hpp"

using paragon::benchmark::nasbench201_tables;

namespace {

std::size_t argmax(std::span<const double> values) {
  return static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

/// Tables made up by formula, in the benchmark's format: the value of cell i in column k is i + k / 10. Rows are in
/// descending order. `edit` may change the text of a file before it is written.
class made_up_tables {
public:
  static constexpr const char* accuracy = "nb201/nb201_accuracy.csv";
  static constexpr const char* latency = "nb201/nb201_latency_help.csv";
  static constexpr const char* energy = "nb201/nb201_hwnasbench_cifar10.csv";
  static constexpr const char* splits = "help_device_splits.csv";
  static constexpr const char* references = "help_reference_indices.csv";

  made_up_tables() {
    std::string a =
        "arch_str,index,ops,c10_valid_200,c10_test_200,c100_valid_200,c100_test_200,in16_valid_200,in16_test_200\n";
    std::string l = "arch_str,index,phone,board\n";
    std::string e =
        "arch_str,index,edgegpu_latency_ms,edgetpu_latency_ms,edgegpu_energy_mj,eyeriss_energy_mj,fpga_energy_mj\n";
    for (std::size_t i = nasbench201_tables::size(); i-- > 0;) {
      const auto cell = paragon::benchmark::nasbench201_at_api_index(i);
      const std::string n = std::to_string(i);
      const std::string row = to_string(cell) + "," + n + ",";
      a += row;
      for (const auto o : cell.operations) a += static_cast<char>('0' + static_cast<int>(o));
      for (int k = 1; k <= 6; ++k) a += "," + n + "." + std::to_string(k);
      a += "\n";
      l += row + n + ".1," + n + ".2\n";
      e += row + (i % 2 == 0 ? n + ".1," : ",") + n + ".2," + n + ".3," + n + ".4," + n + ".5\n";
    }
    folder_.write(accuracy, a);
    folder_.write(latency, l);
    folder_.write(energy, e);
    folder_.write(splits, "space,split,device\nnb201,train,phone\nofa,train,other\nnb201,test,board\n");
    std::string r = "space,position,index\nofa,0,99999\n";
    for (int p = 9; p >= 0; --p) r += "nb201," + std::to_string(p) + "," + std::to_string(100 * p) + "\n";
    folder_.write(references, r);
  }

  [[nodiscard]] std::string path() const { return folder_ / ""; }
  [[nodiscard]] nasbench201_tables load() const { return nasbench201_tables(folder_ / "."); }

  /// Replaces the first `from` in a file, checks that loading fails with this message after the file's name, and restores it.
  void breaks(const char* file, const std::string& from, const std::string& to, const std::string& message) const {
    const std::string text = paragon::read_file(folder_ / file);
    std::string broken = text;
    const std::size_t at = broken.find(from);
    REQUIRE(at != std::string::npos);
    folder_.write(file, broken.replace(at, from.size(), to));
    CHECK_THROWS_WITH_AS((void)load(), ((folder_ / ".") + "/" + file + message).c_str(), paragon::error);
    folder_.write(file, text);
  }

  void remove(const char* file) const { std::filesystem::remove(folder_ / file); }

private:
  paragon_test::scratch_folder folder_;
};

/// Columns made up by formula, as many as the benchmark has data sets, and three devices.
paragon::benchmark::nasbench201_columns made_up_columns() {
  paragon::benchmark::nasbench201_columns columns;
  const auto column = [](const char* name, double offset) {
    paragon::benchmark::named_column c{name, std::vector<double>(nasbench201_tables::size())};
    for (std::size_t i = 0; i < c.values.size(); ++i) c.values[i] = static_cast<double>(i) + offset;
    return c;
  };
  columns.validation_accuracy = {column("imagenet16", 0.1), column("cifar10", 0.2), column("cifar100", 0.3)};
  columns.test_accuracy = {column("cifar10", 0.4), column("cifar100", 0.5), column("imagenet16", 0.6)};
  columns.latency = {column("phone", 0.7), column("board", 0.8), column("edgegpu", 0.9)};
  columns.energy = {column("edgegpu", 1.1)};
  columns.split = {{"board"}, {}, {"phone"}};
  columns.references = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
  return columns;
}

}  // namespace

TEST_CASE("data: NAS-Bench-201 tables are read in the order of the benchmark whatever that of the rows") {
  const made_up_tables files;
  const nasbench201_tables tables = files.load();
  for (const std::size_t i : {0U, 1U, 7U, 15624U}) {
    const double x = static_cast<double>(i);
    CHECK(tables.labels("cifar10").read(i) == doctest::Approx(x + 0.1));
    CHECK(tables.judge().test_accuracy("cifar10")[i] == doctest::Approx(x + 0.2));
    CHECK(tables.labels("cifar100").read(i) == doctest::Approx(x + 0.3));
    CHECK(tables.judge().test_accuracy("cifar100")[i] == doctest::Approx(x + 0.4));
    CHECK(tables.judge().validation_accuracy("imagenet16")[i] == doctest::Approx(x + 0.5));
    CHECK(tables.judge().test_accuracy("imagenet16")[i] == doctest::Approx(x + 0.6));
    CHECK(tables.latency("phone").read(i) == doctest::Approx(x + 0.1));
    CHECK(tables.judge().latency("board")[i] == doctest::Approx(x + 0.2));
    CHECK(tables.energy("edgegpu").read(i) == doctest::Approx(x + 0.3));
    CHECK(tables.judge().energy("fpga")[i] == doctest::Approx(x + 0.5));
  }
  CHECK(tables.judge().latency("edgegpu")[4] == doctest::Approx(4.1));
  CHECK(std::isnan(tables.judge().latency("edgegpu")[5]));
  CHECK(tables.devices() == std::vector<std::string>{"phone", "board"});
  CHECK(tables.split() == paragon::benchmark::device_split{{"phone"}, {}, {"board"}});
  CHECK(tables.reference_indices() == std::array<std::size_t, 10>{0, 100, 200, 300, 400, 500, 600, 700, 800, 900});
}

TEST_CASE("data: what a search reads from the NAS-Bench-201 tables is counted and judging is not") {
  const made_up_tables files;
  const nasbench201_tables tables = files.load();
  (void)tables.judge().test_accuracy("cifar10")[3];
  (void)tables.judge().validation_accuracy("cifar10")[3];
  CHECK(tables.labels("cifar10").labels_read() == 0);
  (void)tables.labels("cifar10").read(3);
  (void)tables.labels("cifar10").read(3);
  (void)tables.labels("cifar10").read(4);
  (void)tables.latency("phone").read(4);
  CHECK(tables.labels("cifar10").labels_read() == 2);
  CHECK(tables.labels("cifar100").labels_read() == 0);
  CHECK(tables.latency("phone").labels_read() == 1);
  CHECK(tables.latency("board").labels_read() == 0);
}

TEST_CASE("data: unknown data sets and devices are errors that list the known") {
  const made_up_tables files;
  const nasbench201_tables tables = files.load();
  CHECK_THROWS_WITH_AS(
      (void)tables.labels("mnist"),
      "benchmark::nasbench201_tables: unknown data set \"mnist\"; expected one of cifar10, cifar100, imagenet16",
      paragon::error);
  CHECK_THROWS_AS((void)tables.judge().test_accuracy("mnist"), paragon::error);
  CHECK_THROWS_WITH_AS(
      (void)tables.latency("abacus"),
      "benchmark::nasbench201_tables: unknown device \"abacus\"; expected one of phone, board, edgegpu, edgetpu",
      paragon::error);
  CHECK_THROWS_WITH_AS(
      (void)tables.energy("phone"),
      "benchmark::nasbench201_tables: unknown device with energies \"phone\"; expected one of edgegpu, eyeriss, fpga",
      paragon::error);
}

TEST_CASE("data: NAS-Bench-201 tables that contradict themselves are errors with file, line and column") {
  const made_up_tables files;
  using t = made_up_tables;
  const std::string last = to_string(paragon::benchmark::nasbench201_at_api_index(15624));
  const std::string other = to_string(paragon::benchmark::nasbench201_at_api_index(7));
  files.breaks(
      t::accuracy, ",c10_valid_200", ",valid",
      ":1: no column \"c10_valid_200\"; expected one of arch_str, index, ops, valid, c10_test_200, c100_valid_200, "
      "c100_test_200, in16_valid_200, in16_test_200");
  files.breaks(t::accuracy, "15624.1", "high", ":2: column c10_valid_200: \"high\"; expected a finite number");
  files.breaks(t::accuracy, ",15623.2", ",", ":3: column c10_test_200: empty cell; expected a finite number");
  files.breaks(t::accuracy, "15623.2,", "", ":3: 8 cells; expected 9 as in the header");
  files.breaks(t::accuracy, last, other,
               ":2: column arch_str: \"" + other + "\"; expected " + last + ", the cell of index 15624");
  files.breaks(t::accuracy, last, "conv",
               ":2: column arch_str: \"conv\"; expected " + last + ", the cell of index 15624");
  files.breaks(t::accuracy, ",15623,", ",15624,", ":3: column index: \"15624\"; expected every index once");
  files.breaks(t::accuracy, ",15623,", ",15625,", ":3: column index: \"15625\"; expected 0 to 15624");
  files.breaks(t::accuracy, ",15623,", ",-1,", ":3: column index: \"-1\"; expected a non-negative integer");
  files.breaks(t::latency, ",15623,15623.1", ",15623,", ":3: column phone: empty cell; expected a finite number");
  files.breaks(t::latency, last + ",15624,15624.1,15624.2\n", "", ": 15624 rows; expected 15625");
  files.breaks(t::energy, "15624.2", "none", ":2: column edgetpu_latency_ms: \"none\"; expected a finite number");
  files.breaks(t::splits, "train,phone", "study,phone", ":2: column split: \"study\"; expected train, valid or test");
  files.breaks(t::splits, "train,phone", "train,abacus",
               ":2: column device: \"abacus\"; expected a device of the latency table: phone, board");
  files.breaks(t::references, "nb201,9,", "nb201,8,", ":4: column position: \"8\"; expected 0 to 9, each once");
  files.breaks(t::references, "nb201,9,900", "nb201,9,15625", ":3: column index: \"15625\"; expected 0 to 15624");
  files.breaks(t::references, "nb201,9,900\n", "", ": 9 reference cells for nb201; expected 10");
}

TEST_CASE("data: operations that are not those of the cell are errors") {
  const made_up_tables files;
  const auto cell = paragon::benchmark::nasbench201_at_api_index(15624);
  std::string digits;
  for (const auto o : cell.operations) digits += static_cast<char>('0' + static_cast<int>(o));
  files.breaks(made_up_tables::accuracy, ",15624," + digits, ",15624,999999",
               ":2: column ops: \"999999\"; expected " + digits + ", the operations of arch_str");
}

TEST_CASE("data: a missing NAS-Bench-201 table is an error that names the file") {
  const made_up_tables files;
  files.remove(made_up_tables::references);
  const std::string path = files.path() + "./help_reference_indices.csv";
  CHECK_THROWS_WITH_AS((void)files.load(),
                       (path + ": cannot be read: No such file or directory; expected a readable file").c_str(),
                       paragon::error);
}

TEST_CASE("data: NAS-Bench-201 tables from columns in memory are those columns, counted alike") {
  auto columns = made_up_columns();
  columns.latency[2].values[5] = std::nan("");
  const nasbench201_tables tables(columns);
  CHECK(tables.judge().validation_accuracy("imagenet16")[3] == 3.1);
  CHECK(tables.judge().test_accuracy("imagenet16")[3] == 3.6);
  CHECK(tables.labels("cifar10").read(3) == 3.2);
  CHECK(tables.labels("cifar10").read(3) == 3.2);
  CHECK(tables.labels("cifar10").labels_read() == 1);
  CHECK(tables.labels("cifar100").labels_read() == 0);
  CHECK(tables.labels("cifar10").name() == "validation accuracy cifar10");
  CHECK(tables.latency("phone").read(15624) == 15624.7);
  CHECK(tables.latency("phone").labels_read() == 1);
  CHECK(tables.energy("edgegpu").read(0) == 1.1);
  CHECK(tables.judge().energy("edgegpu")[1] == 2.1);
  CHECK(std::isnan(tables.latency("edgegpu").read(5)));
  CHECK(tables.devices() == std::vector<std::string>{"phone", "board"});
  CHECK(tables.split() == columns.split);
  CHECK(tables.reference_indices() == columns.references);
  CHECK_THROWS_WITH_AS(
      (void)tables.latency("abacus"),
      "benchmark::nasbench201_tables: unknown device \"abacus\"; expected one of phone, board, edgegpu",
      paragon::error);
}

TEST_CASE("data: NAS-Bench-201 tables read from a folder equal those from the same columns") {
  const made_up_tables files;
  const nasbench201_tables read = files.load();
  paragon::benchmark::nasbench201_columns columns;
  const auto values = [](std::span<const double> v) { return std::vector<double>(v.begin(), v.end()); };
  for (const std::string name : {"cifar10", "cifar100", "imagenet16"}) {
    columns.validation_accuracy.push_back({name, values(read.judge().validation_accuracy(name))});
    columns.test_accuracy.push_back({name, values(read.judge().test_accuracy(name))});
  }
  for (const std::string name : {"phone", "board", "edgegpu", "edgetpu"}) {
    columns.latency.push_back({name, values(read.judge().latency(name))});
  }
  for (const std::string name : {"edgegpu", "eyeriss", "fpga"}) {
    columns.energy.push_back({name, values(read.judge().energy(name))});
  }
  columns.split = read.split();
  columns.references = read.reference_indices();
  const nasbench201_tables taken(columns);
  CHECK(taken.devices() == read.devices());
  CHECK(taken.split() == read.split());
  CHECK(taken.reference_indices() == read.reference_indices());
  for (std::size_t i = 0; i < nasbench201_tables::size(); i += 1111) {
    CHECK(taken.labels("cifar100").read(i) == read.labels("cifar100").read(i));
    CHECK(taken.latency("board").read(i) == read.latency("board").read(i));
    CHECK(std::isnan(taken.latency("edgegpu").read(i)) == std::isnan(read.latency("edgegpu").read(i)));
    CHECK(taken.energy("fpga").read(i) == read.energy("fpga").read(i));
    CHECK(taken.judge().test_accuracy("imagenet16")[i] == read.judge().test_accuracy("imagenet16")[i]);
  }
}

TEST_CASE("data: columns that are no NAS-Bench-201 tables are errors that name the column") {
  const auto fails = [](auto edit, const char* message) {
    auto columns = made_up_columns();
    edit(columns);
    CHECK_THROWS_WITH_AS(nasbench201_tables{std::move(columns)}, message, paragon::error);
  };
  fails([](auto& c) { c.test_accuracy.pop_back(); },
        "benchmark::nasbench201_tables: test accuracy of 2 data sets; expected cifar10, cifar100, imagenet16");
  fails([](auto& c) { c.validation_accuracy[0].name = "mnist"; },
        "benchmark::nasbench201_tables: validation accuracy of an unknown data set \"mnist\"; expected one of cifar10, "
        "cifar100, "
        "imagenet16");
  fails([](auto& c) { c.latency[1].name = "phone"; },
        "benchmark::nasbench201_tables: latency \"phone\" twice; expected different names");
  fails([](auto& c) { c.latency[1].values.pop_back(); },
        "benchmark::nasbench201_tables: latency \"board\" with 15624 values; expected 15625");
  fails([](auto& c) { c.latency[1].values[7] = std::nan(""); },
        "benchmark::nasbench201_tables: latency \"board\" of cell 7 is not finite; expected a number");
  fails([](auto& c) { c.latency[2].values[7] = HUGE_VAL; },
        "benchmark::nasbench201_tables: latency \"edgegpu\" of cell 7 is not finite; expected a number");
  fails([](auto& c) { c.split.test[0] = "edgegpu"; },
        "benchmark::nasbench201_tables: device \"edgegpu\" of the split; expected one of phone, board");
  fails([](auto& c) { c.references[3] = 15625; },
        "benchmark::nasbench201_tables: reference cell 15625; expected 0 to 15624");
}

TEST_CASE("data: the NAS-Bench-201 tables have the best values that their description states") {
  const auto data = paragon_test::data_folder();
  if (!data) return paragon_test::skip("no folder of benchmark tables");
  const nasbench201_tables tables(*data);
  const auto best = [&](std::span<const double> values, std::size_t index, double value) {
    CHECK(argmax(values) == index);
    CHECK(values[index] == value);
  };
  best(tables.judge().test_accuracy("cifar10"), 6111, 94.3733);
  best(tables.judge().validation_accuracy("cifar10"), 6111, 91.6067);
  best(tables.judge().test_accuracy("cifar100"), 9930, 73.5133);
  best(tables.judge().validation_accuracy("cifar100"), 9930, 73.4933);
  best(tables.judge().test_accuracy("imagenet16"), 857, 47.3111);
  best(tables.judge().validation_accuracy("imagenet16"), 10676, 46.7333);
  CHECK(tables.labels("cifar10").labels_read() == 0);
}

TEST_CASE("data: the NAS-Bench-201 tables have the devices of HELP and HW-NAS-Bench") {
  const auto data = paragon_test::data_folder();
  if (!data) return paragon_test::skip("no folder of benchmark tables");
  const nasbench201_tables tables(*data);
  CHECK(tables.devices().size() == 27);
  CHECK(tables.split().train.size() == 9);
  CHECK(tables.split().valid.size() == 4);
  CHECK(tables.split().test ==
        std::vector<std::string>{"titan_rtx_256", "gold_6226", "fpga", "pixel2", "raspi4", "eyeriss"});
  CHECK(tables.reference_indices() ==
        std::array<std::size_t, 10>{11982, 431, 55, 9, 14451, 8636, 9881, 13479, 6196, 1462});
  for (const auto& device : tables.devices()) {
    const auto ms = tables.judge().latency(device);
    CHECK(std::all_of(ms.begin(), ms.end(), [](double x) { return x > 0; }));
  }
  const auto known = [](std::span<const double> values) {
    return std::count_if(values.begin(), values.end(), [](double x) { return !std::isnan(x); });
  };
  CHECK(known(tables.judge().latency("edgegpu")) == 12554);
  CHECK(known(tables.judge().latency("edgetpu")) == 8786);
  CHECK(known(tables.judge().energy("edgegpu")) == 12554);
  CHECK(known(tables.judge().energy("eyeriss")) == 15625);
  const auto mj = tables.judge().energy("fpga");
  const auto ms = tables.judge().latency("fpga");
  double worst = 0;
  for (std::size_t i = 0; i < mj.size(); ++i) worst = std::max(worst, std::abs(mj[i] / (7 * ms[i]) - 1));
  // Both columns are rounded to seven significant digits or five decimals; the smallest latency is above 1 ms.
  CHECK(worst < 1e-5);
}
