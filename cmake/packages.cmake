# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cmake -P cmake/packages.cmake: only installs what the tests need, or says what to type.
include("${CMAKE_CURRENT_LIST_DIR}/script.cmake")
install_packages(${packages} doctest-dev)
