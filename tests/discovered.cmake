# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Run by ctest for each test program: `program`, `target` and `label` are set, and where another machine is emulated
# `emulator`. Asks the program for its test cases.
set(output "")
set(status "not built")
if(EXISTS "${program}")
  execute_process(COMMAND ${emulator} "${program}" --list-test-cases --no-version OUTPUT_VARIABLE output RESULT_VARIABLE status)
endif()
if(NOT status EQUAL 0)
  add_test("${label}: ${target} lists its tests" ${emulator} "${program}" --list-test-cases)
  return()
endif()

# A name may hold what CMake's lists give a meaning to; these three stand in for it while the lines are a list.
string(ASCII 1 semicolon)
string(ASCII 2 open)
string(ASCII 3 close)
string(REPLACE ";" "${semicolon}" output "${output}")
string(REPLACE "[" "${open}" output "${output}")
string(REPLACE "]" "${close}" output "${output}")
string(REPLACE "\n" ";" output "${output}")
foreach(line IN LISTS output)
  if(line STREQUAL "" OR line MATCHES "^${open}doctest${close}" OR line MATCHES "^=====*$")
    continue()
  endif()
  string(REPLACE "${semicolon}" ";" name "${line}")
  string(REPLACE "${open}" "[" name "${name}")
  string(REPLACE "${close}" "]" name "${name}")
  # In doctest's filters a comma parts two names.
  string(REPLACE "\\" "\\\\" filter "${name}")
  string(REPLACE "," "\\," filter "${filter}")
  add_test("${name}" ${emulator} "${program}" "--test-case=${filter}" --no-version)
  set_tests_properties("${name}" PROPERTIES LABELS "${label}" TIMEOUT 600
    SKIP_REGULAR_EXPRESSION "\\[skipped\\]")
endforeach()
