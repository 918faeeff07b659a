# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Configures, builds and runs the program in SOURCE, all under OUT, with paragon by one of these WAYs:
#   find_package        installed from BUILT
#   add_subdirectory    the sources in PARAGON
#   rooms               rooms that stand alone, from a whole installation, on a machine without the other libraries
#   rooms_alone         the same, installed on such a machine
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed (${status}): ${ARGN}")
  endif()
endfunction()

file(REMOVE_RECURSE "${OUT}")
set(generate -G "${GENERATOR}" -D "CMAKE_CXX_COMPILER=${COMPILER}")
set(nothing "")
foreach(package BLAS Eigen3 xtl xtensor xtensor-blas)
  list(APPEND nothing -D CMAKE_DISABLE_FIND_PACKAGE_${package}=ON)
endforeach()
set(where -D "CMAKE_PREFIX_PATH=${OUT}/prefix")
if(WAY STREQUAL "add_subdirectory")
  set(where -D "PARAGON_SOURCE=${PARAGON}")
elseif(WAY STREQUAL "rooms_alone")
  run("${CMAKE_COMMAND}" ${generate} -S "${PARAGON}" -B "${OUT}/paragon" ${nothing}
    -D "PARAGON_COMPONENTS=pareto\\;gradient\\;tune" -D PARAGON_TESTS=OFF -D PARAGON_EXAMPLES=OFF -D PARAGON_BENCH=OFF)
  run("${CMAKE_COMMAND}" --install "${OUT}/paragon" --prefix "${OUT}/prefix")
else()
  run("${CMAKE_COMMAND}" --install "${BUILT}" --prefix "${OUT}/prefix")
endif()
if(WAY MATCHES "^rooms")
  list(APPEND where ${nothing} -D ROOMS=ON)
endif()
run("${CMAKE_COMMAND}" ${generate} -S "${SOURCE}" -B "${OUT}/build" -D CMAKE_BUILD_TYPE=Debug ${where})
run("${CMAKE_COMMAND}" --build "${OUT}/build")
run("${OUT}/build/consumer")
