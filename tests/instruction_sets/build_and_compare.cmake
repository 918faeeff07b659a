# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Compiles outputs.cpp for x86-64 and for OTHER at -LEVEL, links both in either order and each alone, under OUT, and
# compares what the programs print. The two instruction sets round differently, so each is compared with itself.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed (${status}): ${ARGN}")
  endif()
endfunction()

# link(<program> <first> [<second>]): what the program prints goes to the variable <program>.
function(link program first)
  set(objects "${OUT}/${first}.o")
  set(sources -DFIRST=${first})
  if(ARGC GREATER 2)
    list(APPEND objects "${OUT}/${ARGV2}.o")
    list(APPEND sources -DSECOND=${ARGV2})
  endif()
  run("${COMPILER}" ${flags} -march=x86-64 ${sources} "${SOURCE}/main.cpp" ${objects} -o "${OUT}/${program}" ${LIBRARIES}
    -pthread)
  execute_process(COMMAND "${OUT}/${program}" OUTPUT_VARIABLE printed RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${program} failed: ${status}")
  endif()
  set(${program} "${printed}" PARENT_SCOPE)
endfunction()

file(STRINGS /proc/cpuinfo avx2 LIMIT_COUNT 1 REGEX "^flags.* avx2 .* bmi2 ")
if(NOT avx2)
  message("[skipped] this machine has no AVX2")
  return()
endif()

file(REMOVE_RECURSE "${OUT}")
file(MAKE_DIRECTORY "${OUT}")
list(TRANSFORM INCLUDES PREPEND "-I")
set(flags -std=c++20 -${LEVEL} ${INCLUDES})
run("${COMPILER}" ${flags} -march=x86-64 -DOUTPUTS=base -c "${SOURCE}/outputs.cpp" -o "${OUT}/base.o")
# The other source's square roots are the machine's, too.
run("${COMPILER}" ${flags} -march=${OTHER} -fno-math-errno -DOUTPUTS=other -c "${SOURCE}/outputs.cpp" -o "${OUT}/other.o")

link(base_alone base)
link(other_alone other)
link(base_first base other)
link(other_first other base)
if(NOT base_first STREQUAL "${base_alone}${other_alone}" OR NOT other_first STREQUAL "${other_alone}${base_alone}")
  foreach(program base_alone other_alone base_first other_first)
    file(WRITE "${OUT}/${program}.txt" "${${program}}")
  endforeach()
  message(FATAL_ERROR "Sources use each other's functions: compare the outputs in ${OUT}")
endif()
string(REGEX MATCHALL "\n" lines "${base_alone}")
list(LENGTH lines lines)
if(lines LESS 1000 OR NOT base_alone MATCHES "here: a failure\n$" OR base_alone STREQUAL other_alone)
  message(FATAL_ERROR "The programs do not print what they should")
endif()
