// SPDX-License-Identifier: Apache-2.0
//
// What the files bind_telemetry*.cc share: statistics of a node as a dict.
#ifndef BINDINGS_PYTHON_SRC_BIND_TELEMETRY_H_
#define BINDINGS_PYTHON_SRC_BIND_TELEMETRY_H_

#include "bindings/python/src/casters.h"
#include "libshadw/telemetry/node_stats.h"

namespace shadw::python {

py::dict StatsToDict(const telemetry::NodeStats& stats);

void BindTelemetryHealth(py::module_& m);

}  // namespace shadw::python

#endif  // BINDINGS_PYTHON_SRC_BIND_TELEMETRY_H_
