# SPDX-License-Identifier: Apache-2.0
# Finds libipsec-mb and defines the target IPSecMB::IPSec_MB. Debian ships neither a CMake
# package nor a pkg-config file for it. Elsewhere than on x86-64 a library of that name is
# another one.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
  find_path(IPSecMB_INCLUDE_DIR NAMES intel-ipsec-mb.h)
  find_library(IPSecMB_LIBRARY NAMES IPSec_MB)
endif()
if(IPSecMB_INCLUDE_DIR)
  file(STRINGS "${IPSecMB_INCLUDE_DIR}/intel-ipsec-mb.h" IPSecMB_VERSION
    REGEX "^#define IMB_VERSION_STR " LIMIT_COUNT 1)
  string(REGEX MATCH "[0-9]+[.0-9]*" IPSecMB_VERSION "${IPSecMB_VERSION}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(IPSecMB
  REQUIRED_VARS IPSecMB_LIBRARY IPSecMB_INCLUDE_DIR VERSION_VAR IPSecMB_VERSION)
if(IPSecMB_FOUND AND NOT TARGET IPSecMB::IPSec_MB)
  add_library(IPSecMB::IPSec_MB UNKNOWN IMPORTED)
  set_target_properties(IPSecMB::IPSec_MB PROPERTIES
    IMPORTED_LOCATION "${IPSecMB_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${IPSecMB_INCLUDE_DIR}")
endif()
mark_as_advanced(IPSecMB_INCLUDE_DIR IPSecMB_LIBRARY)
