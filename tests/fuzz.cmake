# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# tests/fuzz/NAME.cpp holds LLVMFuzzerTestOneInput and becomes the libFuzzer program paragon-fuzz-NAME; inputs to start
# from lie in tests/fuzz/corpus/NAME. Five minutes of it: paragon-fuzz-NAME -max_total_time=300 FOLDER
# ctest runs each for PARAGON_FUZZ_SECONDS.
if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "PARAGON_FUZZ needs clang, which brings libFuzzer; the compiler is ${CMAKE_CXX_COMPILER_ID}")
endif()
set(PARAGON_FUZZ_SECONDS 20 CACHE STRING "How long ctest runs each fuzzer")
enable_testing()

file(GLOB sources CONFIGURE_DEPENDS "fuzz/*.cpp")
set(fuzz -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
foreach(source IN LISTS sources)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(paragon-fuzz-${name} "${source}")
  target_link_libraries(paragon-fuzz-${name} PRIVATE paragon-dev CLI11::CLI11)
  target_include_directories(paragon-fuzz-${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_options(paragon-fuzz-${name} PRIVATE -O1 ${fuzz})
  target_link_options(paragon-fuzz-${name} PRIVATE ${fuzz})
  # What the fuzzer finds goes to the first folder; the committed inputs are only read.
  set(found "${CMAKE_CURRENT_BINARY_DIR}/fuzz/${name}")
  file(MAKE_DIRECTORY "${found}")
  set(corpus "${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name}")
  if(NOT IS_DIRECTORY "${corpus}")
    set(corpus "")
  endif()
  add_test(NAME "fuzz: ${name}" COMMAND paragon-fuzz-${name} -max_total_time=${PARAGON_FUZZ_SECONDS} -timeout=10
    -rss_limit_mb=2048 -max_len=65536 "-artifact_prefix=${CMAKE_CURRENT_BINARY_DIR}/fuzz/" "${found}" ${corpus})
  set_tests_properties("fuzz: ${name}" PROPERTIES LABELS fuzz)
endforeach()
