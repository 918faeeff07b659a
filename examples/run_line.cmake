# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cmake -D OUT=FOLDER [-D DATA=FOLDER] -P run_line.cmake -- PROGRAM ARGUMENTS...
#
# Runs a line of command_lines.txt: makes OUT anew, and skips the line where the folder DATA, which it needs, is absent.
if(DEFINED DATA AND NOT IS_DIRECTORY "${DATA}")
  message("[skipped] no folder ${DATA}")
  return()
endif()
file(REMOVE_RECURSE "${OUT}")
file(MAKE_DIRECTORY "${OUT}")
set(command "")
set(begun FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(begun)
    list(APPEND command "${CMAKE_ARGV${i}}")
  elseif(CMAKE_ARGV${i} STREQUAL "--")
    set(begun TRUE)
  endif()
endforeach()
execute_process(COMMAND ${command} RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "ended with ${status}")
endif()
