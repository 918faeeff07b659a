# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cmake [-D OUT=FOLDER] -P cmake/docs.cmake
#
# Doxygen pages of the public headers and of docs/; a warning is an error. The default folder is build/docs.
cmake_minimum_required(VERSION 3.25)

get_filename_component(SOURCE "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
if(NOT OUT)
  set(OUT "${SOURCE}/build/docs")
endif()
if(NOT VERSION)
  file(STRINGS "${SOURCE}/CMakeLists.txt" VERSION REGEX "^  VERSION " LIMIT_COUNT 1)
  string(REGEX REPLACE "^ *VERSION *" "" VERSION "${VERSION}")
endif()
find_program(doxygen doxygen)
if(NOT doxygen)
  message(FATAL_ERROR "There is no doxygen here (apt-get install doxygen)")
endif()

file(MAKE_DIRECTORY "${OUT}")
configure_file("${SOURCE}/docs/Doxyfile.in" "${OUT}/Doxyfile" @ONLY)
execute_process(COMMAND "${doxygen}" "${OUT}/Doxyfile" WORKING_DIRECTORY "${SOURCE}" RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "The pages have warnings")
endif()
message(STATUS "The pages are at ${OUT}/html/index.html")
