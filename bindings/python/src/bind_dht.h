// SPDX-License-Identifier: Apache-2.0
//
// What the bindings of dht share. Private to the bindings.
#ifndef BINDINGS_PYTHON_SRC_BIND_DHT_H_
#define BINDINGS_PYTHON_SRC_BIND_DHT_H_

#include <string>
#include <vector>

#include "bindings/python/src/casters.h"
#include "libshadw/base/endpoint.h"
#include "libshadw/dht/protocol.h"

namespace shadw::python {

// "mainline" or "hyperdht".
const dht::Protocol& ToProtocol(const std::string& network);
std::vector<base::Endpoint> ToEndpoints(const std::vector<std::string>& texts);

void BindNames(py::module_& dht);

}  // namespace shadw::python

#endif  // BINDINGS_PYTHON_SRC_BIND_DHT_H_
