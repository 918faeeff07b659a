# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Finds what paragon needs on the system; what is not there comes from its official repository, at a pinned tag.
include(FetchContent)

# paragon_need(<package> [<version>] TARGET <target> URL <repository> TAG <tag> INCLUDE <folder>)
#
# A header-only package: where the system has none, its sources are fetched and <target> is its include folder; the
# build files of the package do not run.
function(paragon_need package)
  cmake_parse_arguments(PARSE_ARGV 1 need "" "VERSION;TARGET;URL;TAG;INCLUDE" "")
  find_package(${package} ${need_VERSION} QUIET GLOBAL)
  if(TARGET ${need_TARGET})
    return()
  endif()
  message(STATUS "${package} is not on this system: fetching ${need_URL} at ${need_TAG}")
  string(TOLOWER "paragon_${package}" content)
  FetchContent_Declare(${content} GIT_REPOSITORY ${need_URL} GIT_TAG ${need_TAG} GIT_SHALLOW TRUE SOURCE_SUBDIR none)
  FetchContent_MakeAvailable(${content})
  add_library(${need_TARGET} INTERFACE IMPORTED GLOBAL)
  set_target_properties(${need_TARGET} PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${${content}_SOURCE_DIR}/${need_INCLUDE}")
  set_property(GLOBAL APPEND PROPERTY PARAGON_FETCHED ${package})
endfunction()

find_package(Threads REQUIRED)

if(whole)
  # OpenBLAS where there is one: the reference BLAS is many times slower.
  if(NOT BLA_VENDOR)
    set(BLA_VENDOR OpenBLAS)
    find_package(BLAS QUIET)
    if(NOT BLAS_FOUND)
      unset(BLA_VENDOR)
    endif()
  endif()
  find_package(BLAS QUIET)
  if(NOT BLAS_FOUND)
    message(FATAL_ERROR "paragon needs a BLAS. Install OpenBLAS: "
      "'apt-get install libopenblas-dev', 'dnf install openblas-devel' or 'brew install openblas'.")
  endif()

  paragon_need(Eigen3 VERSION 3.4 TARGET Eigen3::Eigen
    URL https://gitlab.com/libeigen/eigen.git TAG 3.4.0 INCLUDE .)
  paragon_need(xtl TARGET xtl URL https://github.com/xtensor-stack/xtl.git TAG 0.7.2 INCLUDE include)
  paragon_need(xtensor TARGET xtensor URL https://github.com/xtensor-stack/xtensor.git TAG 0.24.3 INCLUDE include)
endif()

if(PARAGON_TESTS)
  paragon_need(doctest TARGET doctest::doctest URL https://github.com/doctest/doctest.git TAG v2.4.9 INCLUDE .)
endif()
if(whole AND (PARAGON_TESTS OR PARAGON_EXAMPLES OR PARAGON_FUZZ))
  paragon_need(nlohmann_json TARGET nlohmann_json::nlohmann_json
    URL https://github.com/nlohmann/json.git TAG v3.11.2 INCLUDE include)
endif()
if(whole AND (PARAGON_TESTS OR PARAGON_EXAMPLES OR PARAGON_FUZZ))
  paragon_need(CLI11 TARGET CLI11::CLI11 URL https://github.com/CLIUtils/CLI11.git TAG v2.1.2 INCLUDE include)
endif()
if(PARAGON_BENCH)
  find_package(benchmark QUIET)
  if(NOT TARGET benchmark::benchmark_main)
    set(BENCHMARK_ENABLE_TESTING OFF)
    set(BENCHMARK_ENABLE_INSTALL OFF)
    FetchContent_Declare(benchmark GIT_REPOSITORY https://github.com/google/benchmark.git GIT_TAG v1.7.1
      GIT_SHALLOW TRUE)
    FetchContent_MakeAvailable(benchmark)
  endif()
endif()
