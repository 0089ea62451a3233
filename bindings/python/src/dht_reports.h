// SPDX-License-Identifier: Apache-2.0
//
// What came of a DHT verb as an object of shadw/_reports.py, or as an exception.
#ifndef BINDINGS_PYTHON_SRC_DHT_REPORTS_H_
#define BINDINGS_PYTHON_SRC_DHT_REPORTS_H_

#include "bindings/python/src/casters.h"
#include "bindings/python/src/dht_runner.h"

namespace shadw::python {

// Under the lock.
py::object ToPython(const DhtRunner::Outcome& outcome, const dht::Protocol& protocol);

}  // namespace shadw::python

#endif  // BINDINGS_PYTHON_SRC_DHT_REPORTS_H_
