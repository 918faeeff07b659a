# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cmake [-D CHECK=ON] -P cmake/format.cmake
#
# Formats all sources with clang-format-16; CHECK only looks, and fails where a file differs.
cmake_minimum_required(VERSION 3.25)

get_filename_component(source "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
find_program(clang_format NAMES clang-format-16 clang-format REQUIRED)
execute_process(COMMAND "${clang_format}" --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT version MATCHES "version 16\\.")
  message(FATAL_ERROR "clang-format 16 is needed (apt-get install clang-format-16); this is '${version}'")
endif()

set(files "")
foreach(folder include tests bench examples)
  foreach(ending hpp cpp cuh cu)
    file(GLOB_RECURSE found "${source}/${folder}/*.${ending}")
    list(APPEND files ${found})
  endforeach()
endforeach()

set(mode -i)
if(CHECK)
  set(mode --dry-run -Werror)
endif()
execute_process(COMMAND "${clang_format}" --style=file ${mode} ${files} RESULT_VARIABLE status)
list(LENGTH files count)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "Some files are not formatted; 'cmake -P cmake/format.cmake' does it")
endif()
message(STATUS "${count} files are formatted")
