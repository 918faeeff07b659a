# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs paragon where WAY is find_package, then configures, builds and runs the program in SOURCE, all under OUT.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed (${status}): ${ARGN}")
  endif()
endfunction()

file(REMOVE_RECURSE "${OUT}")
set(where -D "PARAGON_SOURCE=${PARAGON}")
if(WAY STREQUAL "find_package")
  run("${CMAKE_COMMAND}" --install "${BUILT}" --prefix "${OUT}/prefix")
  set(where -D "CMAKE_PREFIX_PATH=${OUT}/prefix")
endif()
run("${CMAKE_COMMAND}" -G "${GENERATOR}" -S "${SOURCE}" -B "${OUT}/build" -D "CMAKE_CXX_COMPILER=${COMPILER}"
  -D CMAKE_BUILD_TYPE=Debug ${where})
run("${CMAKE_COMMAND}" --build "${OUT}/build")
run("${OUT}/build/consumer")
