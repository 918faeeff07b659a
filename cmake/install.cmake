# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
get_property(fetched GLOBAL PROPERTY PARAGON_FETCHED)
list(REMOVE_ITEM fetched doctest nlohmann_json CLI11)
if(fetched)
  message(STATUS "No install rules: an installed paragon finds its dependencies on the system, but ${fetched} was fetched")
  return()
endif()

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(folder "${CMAKE_INSTALL_DATADIR}/cmake/paragon")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/paragon")

# One file a set of dependencies: the rooms that stand alone, the whole library, and CUDA, whose toolkit only programs need
# that ask for the component.
list(TRANSFORM components PREPEND paragon- OUTPUT_VARIABLE targets)
install(TARGETS ${targets} EXPORT paragon-rooms-targets)
install(EXPORT paragon-rooms-targets NAMESPACE paragon:: DESTINATION "${folder}")
if(whole)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/share/" DESTINATION "${CMAKE_INSTALL_DATADIR}/paragon")
  install(TARGETS paragon paragon-native EXPORT paragon-targets)
  install(TARGETS paragon-cuda EXPORT paragon-cuda-targets)
  install(EXPORT paragon-targets NAMESPACE paragon:: DESTINATION "${folder}")
  install(EXPORT paragon-cuda-targets NAMESPACE paragon:: DESTINATION "${folder}")
endif()

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/paragon-config.cmake.in"
  "${PROJECT_BINARY_DIR}/paragon-config.cmake" INSTALL_DESTINATION "${folder}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/paragon-config-version.cmake"
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/paragon-config.cmake" "${PROJECT_BINARY_DIR}/paragon-config-version.cmake"
  DESTINATION "${folder}")
