// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// The program `pareto`, run as a user runs it.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <paragon/core/random_key.hpp>
#include <paragon/core/read_file.hpp>
#include <string>
#include <vector>

#include "../report/sample.hpp"
#include "../scratch.hpp"
#include "../support.hpp"

namespace {

const std::string program = std::string(PARAGON_EXAMPLES_BUILD) + "/pareto";

/// False, and said so, where the examples are not built.
bool built() {
  if (std::filesystem::exists(program)) return true;
  paragon_test::skip("the example programs are not built");
  return false;
}

struct outcome {
  int status;
  std::string out;
  std::string err;
};

/// One run in a folder of its own, with files and standard input.
class shell {
public:
  std::string file(std::string_view name, std::string_view text) const { return folder_.write(name, text); }
  [[nodiscard]] std::string path(std::string_view name) const { return folder_ / name; }

  outcome operator()(const std::string& arguments, std::string_view standard_input = "") const {
    return run("", arguments, standard_input);
  }

  /// The same within 400 MB of address space.
  [[nodiscard]] outcome limited(const std::string& arguments, std::string_view standard_input) const {
    return run("ulimit -v 400000 && ", arguments, standard_input);
  }

  /// What a run prints that has to succeed in silence.
  std::string prints(const std::string& arguments, std::string_view standard_input = "") const {
    const outcome o = (*this)(arguments, standard_input);
    INFO(arguments);
    CHECK(o.status == 0);
    CHECK(o.err == "");
    return o.out;
  }

  /// A run that has to fail with this message, and print nothing else.
  void refuses(const std::string& arguments, const std::string& message, std::string_view standard_input = "") const {
    const outcome o = (*this)(arguments, standard_input);
    INFO(arguments);
    CHECK(o.status == 2);
    CHECK(o.out == "");
    CHECK(o.err.substr(0, o.err.find('\n')) == message);
  }

  [[nodiscard]] std::size_t files() const { return folder_.entries(); }

private:
  outcome run(const std::string& before, const std::string& arguments, std::string_view standard_input) const {
    (void)folder_.write("stdin", standard_input);
    const std::string command =
        "cd '" + (folder_ / "") + "' && " + before + "'" + program + "' " + arguments + " < stdin > stdout 2> stderr";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, paragon::read_file(folder_ / "stdout"),
            paragon::read_file(folder_ / "stderr")};
  }

  paragon_test::scratch_folder folder_;
};

double number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  CHECK(end == text.c_str() + text.size() - 1);  // one number, and the end of the line
  return value;
}

std::vector<double> numbers(const std::string& text) {
  std::vector<double> values;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    values.push_back(std::strtod(text.c_str() + at, nullptr));
  }
  return values;
}

const std::string four = "1,1\n0,1\n1,0\n1,0\n";
const std::string eleven = "0 7\n1 5\n2 3\n4 2\n7 1\n10 0\n2 6\n4 4\n10 2\n6 6\n9 5\n";

}  // namespace

TEST_CASE("examples: pareto filter prints row numbers in input order") {
  if (!built()) return;
  const shell run;
  run.file("four.csv", four);
  CHECK(run.prints("filter four.csv") == "1\n2\n");
  CHECK(run.prints("filter --duplicates all four.csv") == "1\n2\n3\n");
  CHECK(run.prints("--duplicates all filter four.csv") == "1\n2\n3\n");
  CHECK(run.prints("filter four.csv --duplicates=all") == "1\n2\n3\n");
  CHECK(run.prints("filter -", four) == "1\n2\n");
  CHECK(run.prints("--threads 2 filter -", four) == "1\n2\n");
  CHECK(run.prints("filter --directions max,max -", four) == "0\n");
  CHECK(run.prints("filter --directions max,min -", four) == "2\n");
  CHECK(run.prints("filter --directions min,ignore -", four) == "1\n");
  CHECK(run.prints("filter --directions min,ignore --duplicates all -", "1,x\n0,\n0,\"a,b\"\n") == "1\n2\n");
  CHECK(run.prints("filter --directions min,max,max,max -", "0 0 0 0\n1 1 1 1\n") == "0\n1\n");
  CHECK(run.prints("filter -", "3\n1\n2\n1\n") == "1\n");
  CHECK(run.prints("filter --duplicates all -", "3\n1\n2\n1\n") == "1\n3\n");
  CHECK(run.prints("filter -", "inf -inf\n-inf inf\n0 0\n1e5 +1\n") == "0\n1\n2\n");
}

TEST_CASE("examples: pareto reads headers, comments, CRLF and empty lines, and counts rows of numbers alone") {
  if (!built()) return;
  const shell run;
  const std::string text = "# made by hand\r\n\r\nname;error;ms\r\na;1;1\r\n\r\n# here\r\nb;0;1\r\nc;1;0\r\n";
  CHECK(run.prints("filter --directions ignore,min,min -", text) == "1\n2\n");
  CHECK(run.prints("filter -", "a\tb\n1\t1\n0\t1\n") == "1\n");
  CHECK(run.prints("rank -",
                   "\xEF\xBB\xBF"
                   "a,b\n1,1\n0,1") == "1\n0\n");
  for (const char* nothing : {"", "\n\n", "# only this\n", "a,b\n", "a,b\r\n\r\n"}) {
    CAPTURE(nothing);
    CHECK(run.prints("filter -", nothing) == "");
    CHECK(run.prints("rank -", nothing) == "");
    CHECK(run.prints("contributions --reference 1,1 -", nothing) == "");
    CHECK(run.prints("hypervolume --reference 1,1 -", nothing) == "0\n");
    run.file("r", "1,1\n");
    CHECK(run("indicator igd --front r -", nothing).status == 2);
  }
}

TEST_CASE("examples: pareto rank prints the front of each row") {
  if (!built()) return;
  const shell run;
  CHECK(run.prints("rank -", eleven) == "0\n0\n0\n0\n0\n0\n1\n1\n1\n2\n2\n");
  CHECK(run.prints("rank -", "1 2 3\n-2 3 7\n-1 -2 -3\n0 0 0\n") == "2\n0\n0\n1\n");
  CHECK(run.prints("rank -", "0.2\n0.1\n0.2\n0.5\n0.3\n") == "1\n0\n1\n3\n2\n");
  CHECK(run.prints("rank --duplicates first -", "0.2\n0.1\n0.2\n0.5\n0.3\n") == "1\n0\n2\n4\n3\n");
  CHECK(run.prints("rank --first-fronts 1 -", eleven) == "0\n0\n0\n0\n0\n0\n-1\n-1\n-1\n-1\n-1\n");
  CHECK(run.prints("rank --first-points 7 -", eleven) == "0\n0\n0\n0\n0\n0\n1\n1\n1\n-1\n-1\n");
}

TEST_CASE("examples: pareto measures volumes") {
  if (!built()) return;
  const shell run;
  const std::string front = "5 5\n4 6\n2 7\n7 4\n";
  CHECK(run.prints("hypervolume --reference 10,10 -", front) == "38\n");
  CHECK(run.prints("hypervolume --directions max,max --reference 0,0 -", front) == "39\n");
  CHECK(number(run.prints("hypervolume --reference 7,7,7 -", "2.3 4.5 3.2\n3.4 3.4 3.4\n6 1.2 3.6\n")) ==
        doctest::Approx(66.386).epsilon(1e-14));
  CHECK(run.prints("hypervolume --reference 3,3,3,3 -", "1 1 1 1\n2 2 2 2\n") == "16\n");
  CHECK(run.prints("hypervolume --directions max,max --reference 1,0.5 -", "8.5,3\n8.5,3.5\n5,5\n9,1\n4,5\n") ==
        "28.75\n");
  CHECK(run.prints("hypervolume --directions min,max,min --reference 2,-2,2 -", "1 0 1\n0 -1 0\n") == "5\n");
  CHECK(number(run.prints("hypervolume --directions max,max,max --reference -2.1,-2.5,-2.3 -",
                          "-1 0 0\n0 -1 0\n0 0 -1\n")) == doctest::Approx(11.075).epsilon(1e-14));
  CHECK(run.prints("hypervolume --directions ignore,min,min --reference -,10,10 -", "a 5 5\nb 4 6\nc 2 7\nd 7 4\n") ==
        "38\n");
  const std::string five = "5 1\n1 5\n4 2\n4 4\n5 1\n";
  CHECK(run.prints("contributions --reference 6,6 -", five) == "0\n3\n2\n0\n0\n");
  CHECK(run.prints("contributions --reference 6,6 --dominated ignore -", five) == "0\n3\n3\n0\n0\n");
  CHECK(run.prints("contributions --reference 10,10 -", front) == "2\n1\n6\n3\n");
}

TEST_CASE("examples: pareto prints numbers that read back as they were") {
  if (!built()) return;
  const shell run;
  for (const double x : {0.1, 1.0 / 3, 1e-300, 123456.789, 0x1.fffffffffffffp-3}) {
    char text[64];
    std::snprintf(text, sizeof text, "%.17g", x);
    const std::string printed = run.prints(std::string("hypervolume --directions max --reference 0 -"), text);
    CHECK(number(printed) == x);
    CHECK(printed == std::string(text) + "\n");
  }
}

TEST_CASE("examples: pareto indicators") {
  if (!built()) return;
  const shell run;
  const std::string found = "4 2\n3 3\n2 4\n";
  run.file("truth", "10 0\n6 1\n2 2\n1 6\n0 10\n");
  run.file("positive", "10 1\n6 1\n2 2\n1 6\n1 10\n");
  const auto value = [&](const std::string& name, const std::string& options, const std::string& points) {
    return number(run.prints("indicator " + name + " " + options + " -", points));
  };
  const auto near = [](double x) { return doctest::Approx(x).epsilon(1e-14); };
  CHECK(value("igd", "--front truth", found) == near(3.707092031609239));
  CHECK(value("igd+", "--front truth", found) == near(1.482842712474619));
  CHECK(value("gd", "--front truth", found) == near(1.804737854124365));
  CHECK(value("gd+", "--front truth", found) == near(1.1380711874576983));
  CHECK(value("epsilon", "--front positive", found) == 1);
  CHECK(value("epsilon-multiplicative", "--front positive", found) == 2);
  CHECK(value("epsilon", "--front positive --directions max,max", found) == 6);
  CHECK(value("epsilon-multiplicative", "--front positive --directions max,max", found) == 2.5);
  CHECK(value("coverage", "--front truth", found) == 0);
  CHECK(value("coverage", "--front truth", "2 2\n0 11\n") == near(1.0 / 5));
  CHECK(value("hausdorff", "--front truth", "2 2\n") == near(std::sqrt(68.0)));
  CHECK(value("averaged-hausdorff", "--front truth", found) == near(3.707092031609239));
  const double squares = 68 + 17 + 0 + 17 + 68;  // of the distances to (2, 2)
  CHECK(value("averaged-hausdorff", "--power 2 --front truth", "2 2\n") == near(std::sqrt(squares / 5)));
  CHECK(value("r2", "--reference 0,0", "0 1\n1 0\n") == 0.25);
  CHECK(value("r2", "--reference 0,0", "1 1\n") == 0.75);
  CHECK(value("r2", "--reference 0,0", "5 5\n4 6\n2 7\n7 4\n") == near(2.5941919191919194));
  // Of the weights of a grid of two parts, three have one 1, three have two halves.
  CHECK(value("r2", "--reference 0,-,0,0 --rays 6 --directions min,ignore,min,min", "1 x 1 1\n") == 0.75);
  CHECK(value("spacing", "", "0 3\n1 2\n2 1\n3 0\n") == 0);
  run.refuses("indicator gb -",
              "pareto: indicator: \"gb\"; expected one of igd, igd+, gd, gd+, epsilon, "
              "epsilon-multiplicative, r2, spacing, coverage, hausdorff, averaged-hausdorff");
}

TEST_CASE("examples: pareto top and stretch add front after front") {
  if (!built()) return;
  const shell run;
  CHECK(run.prints("top --count 4 -", "0 0\n1 -1\n2 -2\n4 -4\n5 5\n") == "0\n1\n2\n3\n");
  CHECK(run.prints("top --count 3 -", "0 0\n1 -1\n2 -2\n4 -4\n5 5\n") == "0\n2\n3\n");  // crowding 1 and 1.5
  CHECK(run.prints("top --count 100 -", four) == "0\n1\n2\n3\n");
  CHECK(run.prints("top --count 3 -", four) == "1\n2\n3\n");
  CHECK(run.prints("top --count 2 --duplicates first -", four) == "1\n2\n");

  const std::string first = "0\n1\n2\n3\n4\n5\n";
  CHECK(run.prints("stretch --minimum 0 -", eleven) == first);
  CHECK(run.prints("stretch --minimum 9 -", eleven) == first + "6\n7\n8\n");
  CHECK(run.prints("stretch --minimum 8 -", eleven) == first + "6\n8\n");  // the ends of the second front
  CHECK(run.prints("stretch --minimum 8 --spread contribution --reference 11,11 -", eleven) ==
        first + "6\n7\n");  // 10, 12 and 2 of the second front
  CHECK(numbers(run.prints("stretch --minimum 8 --spread rays --rays 5 -", eleven)).size() == 8);
  CHECK(run.prints("stretch --minimum 99 -", eleven) == first + "6\n7\n8\n9\n10\n");
  const std::string three = "q,a,b\n1,5,1\n2,1,5\n3,3,3\n";
  CHECK(run.prints("stretch --minimum 0 -", three) == "0\n1\n2\n");
  CHECK(run.prints("stretch --minimum 0 --fronts union --quality q -", three) == "0\n1\n");
  CHECK(run.prints("stretch --minimum 0 --fronts intersection --quality 0 -", three) == "0\n");
  run.refuses("stretch -", "pareto: stretch: without --minimum; expected --minimum N: how many rows");
  run.refuses("top -", "pareto: top: without --count; expected --count K: how many rows");
  run.refuses("stretch --minimum 1 --fronts union -",
              "pareto: stretch: without --quality; expected --quality COLUMN, by name or 0-based number");
}

TEST_CASE("examples: pareto select takes rows by the published rules and others, within bounds") {
  if (!built()) return;
  const shell run;
  const std::string cells = "name,accuracy,ms,size\na,70,2,1\nb,80,5,2\nc,90,20,6\nd,85,9,3\ne,60,1,4\nf,84,9,3\n";
  const auto select = [&](const std::string& arguments) {
    return run.prints("select --directions ignore,max,min,min " + arguments + " -", cells);
  };
  CHECK(select("--quality accuracy --cost ms") == "2\n4\n");  // accuracy: c; balanced: 60 / 1, e; efficient: e
  CHECK(select("--rule accuracy --quality accuracy") == "2\n");
  CHECK(select("--rule accuracy --quality 1 --at-most ms=10") == "3\n");
  CHECK(select("--rule accuracy --quality 1 --at-most 2=10 --at-most size=2") == "1\n");
  CHECK(select("--rule balanced --quality accuracy --cost ms --at-least accuracy=75") == "1\n");
  CHECK(select("--rule efficient --quality accuracy --cost size") == "0\n");
  CHECK(select("--rule knee") == "0\n");                      // losses 0.67 + 0.05 + 0, the least sum
  CHECK(select("--rule ray --preference -,1,1,1") == "1\n");  // losses 0.33, 0.21, 0.2, the least maximum
  CHECK(select("--rule ray --preference -,1,0,0") == "2\n");  // the best accuracy
  CHECK(select("--rule knee --at-least accuracy=95") == "");
  CHECK(run.prints("select --directions ignore,max,min,ignore --rule accuracy --quality accuracy --at-most size=2 -",
                   cells) == "1\n");  // an ignored column can be bounded
  CHECK(run.prints("select --directions min,min --rule balanced --quality 0 --cost 1 --perfect 100 -",
                   "30 2\n20 5\n40 1\n") == "2\n");
  run.refuses("select --rule accuracy -",
              "pareto: select: without --quality; expected --quality COLUMN, by name or 0-based number", cells);
  run.refuses("select --directions ignore,max,min,min --rule accuracy --quality name -",
              "pareto: --quality: the ignored column name; expected one that is minimised or maximised", cells);
  run.refuses("select --directions ignore,max,min,min --rule accuracy --quality speed -",
              "pareto: standard input:1: no column \"speed\"; expected name, accuracy, ms, size, 0 to 3", cells);
  run.refuses("select --rule knee --at-most ms -", "pareto: --at-most: \"ms\"; expected COLUMN=VALUE", "1 2\n");
  run.refuses("select --rule knee --at-most 0=fast -", "pareto: --at-most: \"fast\"; expected a number", "1 2\n");
}

TEST_CASE("examples: pareto treats NaN by policy") {
  if (!built()) return;
  const shell run;
  const std::string text = "a,b\n1,nan\n0,5\n2,3\n";
  run.refuses("filter -", "pareto: standard input:2: column b: NaN; expected a number", text);
  CHECK(run.prints("filter --nan worst -", text) == "1\n2\n");
  CHECK(run.prints("filter --nan worst --directions max,max -", text) == "1\n2\n");
  CHECK(run.prints("filter --nan worst --directions min,ignore -", text) == "1\n");
  CHECK(run.prints("filter --directions min,ignore -", text) == "1\n");
  CHECK(run.prints("hypervolume --nan worst --reference 10,10 -", "1,nan\n5,5\n") == "25\n");
}

TEST_CASE("examples: pareto names file, line and column of bad input") {
  if (!built()) return;
  const shell run;
  run.file("word.csv", "a,b\n1,2\n3,x\n");
  run.file("ragged.csv", "a,b\n1,2\n3\n");
  run.file("three.csv", "1,2,3\n");
  run.file("good.csv", "1,2\n");
  run.refuses("filter word.csv", "pareto: word.csv:3: column b: \"x\"; expected a number");
  run.refuses("filter ragged.csv", "pareto: ragged.csv:3: 1 cell; expected 2 as in line 1");
  run.refuses("filter -", "pareto: standard input:2: column 1: an empty cell; expected a number", "1,2\n3,\n");
  run.refuses("filter --directions min three.csv",
              "pareto: three.csv:1: 3 columns; expected 1, one for each of --directions min");
  run.refuses("filter --directions min,max,up three.csv",
              "pareto: --directions: \"up\"; expected min, max or ignore for each column, with commas");
  run.refuses("filter --directions ignore,ignore good.csv",
              "pareto: --directions: ignore,ignore; expected a column that is not ignored");
  run.refuses("hypervolume --reference 1,2 three.csv",
              "pareto: --reference: 2 numbers in 1,2; expected 3, one for each column");
  run.refuses("hypervolume --reference 1,x good.csv", "pareto: --reference: \"x\"; expected a number");
  run.refuses("hypervolume --reference 1,- good.csv", "pareto: --reference: \"-\"; expected a number");
  run.refuses("hypervolume good.csv",
              "pareto: hypervolume: without --reference; expected --reference a,b,...: a point that is worse than the "
              "rows of interest, one number for each column");
  run.refuses("indicator igd good.csv",
              "pareto: indicator: without --front; expected --front FILE: the front to compare with");
  run.refuses("indicator igd --front three.csv good.csv", "pareto: three.csv:1: 3 columns; expected 2 as in good.csv");
  run.refuses("indicator igd --front word.csv good.csv", "pareto: word.csv:3: column b: \"x\"; expected a number");
  run.refuses("indicator igd --front - -", "pareto: --front: standard input, as FILE; expected another file");
  run.refuses("filter absent.csv",
              "pareto: absent.csv: cannot be read: No such file or directory; expected a readable file");
  run.refuses("filter .", "pareto: .: cannot be read: Is a directory; expected a readable file");
}

TEST_CASE("examples: pareto refuses command lines that it does not understand") {
  if (!built()) return;
  const shell run;
  for (const char* arguments : {"", "filter", "filter a b", "sort -", "filter --nan best -", "filter --bogus -",
                                "rank --front x -", "filter --threads -1 -", "rank --first-fronts -1 -",
                                "filter --threads x -", "rank --threads 100000000 -", "hypervolume --reference",
                                "indicator igd", "filter --minimum 3 -", "rank --first-fronts 1 --first-points 1 -"}) {
    const outcome o = run(arguments, four);
    CAPTURE(arguments);
    CHECK(o.status == 2);
    CHECK(o.out == "");
    CHECK(o.err != "");
  }
  const outcome help = run("--help");
  CHECK(help.status == 0);
  CHECK(help.out.find("pareto filter --directions min,max designs.csv") != std::string::npos);
}

TEST_CASE("examples: pareto takes the first line for a header where it looks like one, or as it is told") {
  if (!built()) return;
  const shell run;
  // An index and numbers as names, as pandas writes a table.
  CHECK(run.prints("filter --directions ignore,min,min -", ",0,1\n0,5,6\n1,7,8\n") == "0\n");
  CHECK(run.prints("filter --directions ignore,min,min -", "epoch,2020,2021\n1,5,6\n2,4,7\n") == "0\n1\n");
  CHECK(run.prints("select --directions ignore,min,min --rule accuracy --quality 2021 -",
                   "epoch,2020,2021\n1,5,6\n2,4,7\n") == "0\n");
  // Without a word on it 0,1 is a row: of the square of sides 10 and 9 in front of (0, 1) nothing is left to the others.
  const std::string numbered = "0,1\n5,6\n2,8\n";
  CHECK(run.prints("hypervolume --reference 10,10 -", numbered) == "90\n");
  CHECK(run.prints("hypervolume --header no --reference 10,10 -", numbered) == "90\n");
  CHECK(run.prints("hypervolume --header yes --reference 10,10 -", numbered) == "26\n");  // 5 4 + 8 2 - 5 2
  CHECK(run.prints("filter --header yes -", numbered) == "0\n1\n");
  CHECK(run.prints("filter --header yes -", "1,2\n") == "");
  run.file("truth", "0,1\n5,6\n");
  CHECK(run.prints("indicator igd --header yes --front truth -", "0,1\n5,9\n") == "3\n");
  CHECK(run.prints("indicator igd --front truth -", "0,1\n5,9\n") == "1.5\n");
  // Missing values are no names.
  CHECK(run.prints("filter --nan worst -", "NA,NA\n1,2\n") == "1\n");
  CHECK(run.prints("filter --nan worst -", "n/a,1\nnull,2\n-,0\n") == "2\n");
  run.refuses("filter -", "pareto: standard input:1: column 0: \"NA\", a missing value; expected a number",
              "NA,NA\n1,2\n");
  run.refuses("filter --header no -", "pareto: standard input:1: column 0: \"a\"; expected a number", "a,b\n1,2\n");
  run.refuses("filter --header maybe -",
              "pareto: command line: --header: maybe not in {auto,yes,no}; expected what pareto --help says");
}

TEST_CASE("examples: pareto reads lines that end in CR") {
  if (!built()) return;
  const shell run;
  CHECK(run.prints("filter -", "1,1\r0,1\r1,0\r1,0\r") == "1\n2\n");
  CHECK(run.prints("filter -", "a,b\r\n1,1\r0,1\n1,0\r") == "1\n2\n");
  CHECK(run.prints("hypervolume --reference 10,10 -", "5 5\r4 6\r2 7\r7 4") == "38\n");
}

TEST_CASE("examples: pareto reads numbers exactly or not at all") {
  if (!built()) return;
  const shell run;
  const std::string inexact =
      "; expected an integer that its type holds exactly, or a decimal point behind it, which allows rounding";
  run.refuses("hypervolume --reference 9007199254740993,1 -", "pareto: --reference: \"9007199254740993\"" + inexact,
              "1 0\n");
  run.refuses("filter -", "pareto: standard input:1: column 1: \"9007199254740993\"" + inexact,
              "9007199254740992,9007199254740993\n");
  CHECK(run.prints("hypervolume --directions max --reference 9007199254740992 -", "9007199254740994") == "2\n");
  CHECK(run.prints("filter -", "1e-400\n0\n-1e-400\n") == "0\n");
  CHECK(run.prints("select --rule knee --at-most 0=1e-400 -", "0 1\n5e-324 0\n") == "0\n");
  CHECK(run.prints("hypervolume --reference ' +10., .1e2 ' -", "5 5\n") == "25\n");
  CHECK(run.prints("select --rule knee --at-most 'ms = 10 ' -", "ms\n11\n10\n") == "1\n");
  CHECK(run.prints("top --count ' 1 ' -", "1 \n0  \n") == "1\n");
  run.refuses("filter -",
              "pareto: standard input:2: column 0: \"1e400\"; expected a number within the range of its type",
              "1\n1e400\n");
  for (const std::string word : {"0x10", "1_000", "1,5,6", "", "1e", "nan"}) {
    CAPTURE(word);
    CHECK(run("hypervolume --reference '1," + word + "' -", "1 2\n").status == 2);
  }
  CHECK(run.prints("top --count 010 -", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n").ends_with("8\n9\n"));
  run.refuses("indicator averaged-hausdorff --power 0x2 --front x -", "pareto: --power: \"0x2\"; expected a number");
}

TEST_CASE("examples: pareto's messages are short and cannot act on a terminal") {
  if (!built()) return;
  const shell run;
  run.refuses("top --count -1 -", "pareto: --count: \"-1\"; expected a whole number of at least 0", four);
  run.refuses("top --count 1.5 -", "pareto: --count: \"1.5\"; expected a whole number of at least 0", four);
  run.refuses("top --count 99999999999999999999 -",
              "pareto: --count: \"99999999999999999999\"; expected a whole number of at least 0", four);
  run.refuses("filter --threads -1 -", "pareto: --threads: \"-1\"; expected a whole number from 0 to 1024", four);
  const std::string huge(5'000'000, 'x');
  const std::string wide(100'000, 'x');
  for (const outcome& o :
       {run("filter -", "1,2\n3," + huge + "\n"), run("filter -", huge + "\n1\nx\n"), run("filter " + wide),
        run("filter --nan " + wide + " -"), run("filter --" + wide + " -"), run(wide + " -"),
        run("hypervolume --reference 1," + wide + " -", "1,2"), run("filter --directions " + wide + " -", "1,2"),
        run("select --rule accuracy --quality " + wide + " -", "1,2"), run("indicator " + wide + " -"),
        run("select --rule knee --at-most " + wide + " -", "1,2"), run("filter -", "1,\x1b[2J\a\xFF\n"),
        run("filter $(printf '\\033[2J')")}) {
    CHECK(o.status == 2);
    CHECK(o.out == "");
    CHECK(o.err.size() < 4000);
    CHECK(std::count(o.err.begin(), o.err.end(), '\n') == 1);
    CHECK(o.err.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("examples: pareto without the threads or the memory that it wants says so") {
  if (!built()) return;
#if defined(PARAGON_SANITIZED)
  return paragon_test::skip("sanitizers need more address space than the limits of this test leave");
#endif
  const shell run;
  const outcome few = run.limited("filter --threads 200 -", four);
  CHECK((few.status == 2 || (few.status == 0 && few.out == "1\n2\n")));
  if (few.status == 2) CHECK(few.err.starts_with("pareto: "));
  std::string rows(100'000'000, '\n');
  for (std::size_t i = 0; i < rows.size(); i += 2) rows[i] = '1';
  const outcome large = run.limited("filter -", rows);
  CHECK(large.status == 2);
  CHECK(large.err.starts_with("pareto: "));
  CHECK(large.err.find("memory") != std::string::npos);
}

TEST_CASE("examples: pareto writes the time to standard error") {
  if (!built()) return;
  const shell run;
  const outcome o = run("filter --time -", four);
  CHECK(o.status == 0);
  CHECK(o.out == "1\n2\n");
  REQUIRE(o.err.starts_with("time_ms "));
  CHECK(number(o.err.substr(8)) >= 0);
}

TEST_CASE("examples: pareto draws pictures, whole or not at all") {
  if (!built()) return;
  const shell run;
  const std::size_t before = [&] {
    (void)run.prints("filter -", four);
    return run.files();
  }();
  const std::string strange = "the \"<error>\" &,ms,score\n1,2,3\n2,1,inf\n0,3,1\n";
  const struct {
    const char* arguments;
    std::string text;
  } cases[] = {{"filter", four},
               {"filter", "a\n3\n1\n2\n"},
               {"filter --directions min,max,min", strange},
               {"filter --directions min,max,ignore", strange},
               {"rank", eleven},
               {"hypervolume --reference 8,8", eleven},
               {"top --count 7", eleven},
               {"select --rule knee --directions min,max,min", "1 2 3\n2 1 0\n0 3 1\n"},
               {"filter", ""},
               {"filter", "inf,1\n-inf,2\n"}};
  for (const auto& c : cases) {
    const std::string plain = run.prints(c.arguments + std::string(" -"), c.text);
    CHECK(run.prints(c.arguments + std::string(" --plot p.svg -"), c.text) == plain);
    const std::string svg = paragon::read_file(run.path("p.svg"));
    CHECK(paragon_test::markup_fault(svg, true) == "");
    CHECK(svg.find("nan") == std::string::npos);
  }
  CHECK(run.files() == before + 1);
  CHECK(paragon_test::markup_fault(paragon::read_file(run.path("p.svg")), true) == "");
  CHECK(run("filter --plot /dev/null -", four).out == "1\n2\n");
  CHECK(run("filter --plot /dev/stdout -", four).out.ends_with("</svg>\n1\n2\n"));
  CHECK(run("filter --plot /dev/fd/2 -", four).err.starts_with("<svg"));
  std::filesystem::create_symlink("p.svg", run.path("link.svg"));
  (void)run.prints("filter --plot link.svg -", four);
  CHECK(std::filesystem::is_symlink(run.path("link.svg")));
  std::filesystem::remove(run.path("link.svg"));
  run.refuses(
      "filter --plot absent/p.svg -",
      "pareto: absent/p.svg: cannot be created: No such file or directory; expected a folder that exists and can "
      "be written to",
      four);
  (void)run("filter --plot bad.svg -", "1,x\n");
  CHECK(run.files() == before + 1);
}

TEST_CASE("examples: pareto reads and prints a hundred thousand rows") {
  if (!built()) return;
  const shell run;
  const paragon::random_key key{.seed = 5};
  constexpr std::size_t n = 100000;
  std::string text;
  for (std::size_t i = 0; i < n; ++i) {
    text += std::to_string(i) + " " + std::to_string(n - i) + " " + std::to_string(key.uniform(i)) + "\n";
  }
  run.file("many", text);
  const auto front = numbers(run.prints("filter many"));
  REQUIRE(front.size() == n);
  CHECK(front.back() == n - 1);
  const auto ranks = numbers(run.prints("rank --threads 0 many"));
  CHECK(ranks.size() == n);
  CHECK(std::all_of(ranks.begin(), ranks.end(), [](double r) { return r == 0; }));
  (void)run.prints("filter --plot many.svg many");
  CHECK(std::filesystem::file_size(run.path("many.svg")) < 200'000);
}
