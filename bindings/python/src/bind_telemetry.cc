// SPDX-License-Identifier: Apache-2.0
//
// shadw.telemetry: throughput, round trips, statistics of the machine, signed reports.
#include "bindings/python/src/bind_telemetry.h"

#include <mutex>

#include "bindings/python/src/vectorized.h"
#include "libshadw/crypto/ed25519.h"
#include "libshadw/telemetry/node_stats.h"
#include "libshadw/telemetry/report.h"
#include "libshadw/telemetry/rtt_estimator.h"
#include "libshadw/telemetry/throughput.h"

namespace shadw::python {
namespace {

using telemetry::NodeStats;
using telemetry::RateMeter;
using telemetry::RateUnit;

RateUnit ToUnit(const std::string& name) {
  if (name == "second") return RateUnit::kPerSecond;
  if (name == "minute") return RateUnit::kPerMinute;
  if (name == "hour") return RateUnit::kPerHour;
  Refuse("telemetry: got unit '" + name + "', need second, minute or hour");
}

py::tuple RttEstimate(const Column<double>& samples_ms) {
  const vectorized::Shape shape = vectorized::Broadcast({&samples_ms});
  vectorized::Reader<double> reader(samples_ms, shape);
  telemetry::RttEstimator rtt;
  for (size_t at = 0; at < shape.rows; at += vectorized::kRowsPerBlock) {
    Check(reader.Load(at, std::min(vectorized::kRowsPerBlock, shape.rows - at)));
    for (const double ms : reader.span()) {
      if (!(ms >= 0 && ms <= 1e9)) Refuse("telemetry: got a round trip that is none, need 0 ms on");
      rtt.Update(base::Duration(static_cast<int64_t>(ms * 1e6 + 0.5)));
    }
  }
  const auto to_ms = [](base::Duration duration) {
    return static_cast<double>(duration.count()) / 1e6;
  };
  return py::make_tuple(to_ms(rtt.srtt()), to_ms(rtt.rttvar()),
                        to_ms(rtt.rto({.min = std::chrono::milliseconds(1)})));
}

NodeStats FromDict(const py::dict& it) {
  const auto number = [&](const char* name) { return it[name].cast<uint64_t>(); };
  return {.taken = base::FromUnixNanos(it["taken_ns"].cast<int64_t>()),
          .uptime_s = number("uptime_s"),
          .cpu_total_milli = number("cpu_total_milli"),
          .cpu_free_milli = number("cpu_free_milli"),
          .memory_total_bytes = number("memory_total_bytes"),
          .memory_free_bytes = number("memory_free_bytes"),
          .swap_total_bytes = number("swap_total_bytes"),
          .swap_free_bytes = number("swap_free_bytes"),
          .disk_total_bytes = number("disk_total_bytes"),
          .disk_free_bytes = number("disk_free_bytes")};
}

void BindMeter(py::module_& m) {
  using Meter = Guarded<RateMeter>;
  const auto at = [](int64_t now_ns) { return base::FromUnixNanos(now_ns); };
  py::class_<Meter>(m, "RateMeter", "Requests and clients of a sliding window.")
      .def(py::init([](Int<int64_t> window_ns, Int<uint32_t> buckets) {
             return std::make_unique<Meter>(Value(
                 RateMeter::Create({.window = base::Duration(window_ns), .buckets = buckets})));
           }),
           py::kw_only(), py::arg("window_ns") = int64_t{60'000'000'000}, py::arg("buckets") = 60)
      .def(
          "record",
          [at](Meter& self, Int<int64_t> now_ns, Int<uint64_t> client, Int<uint32_t> requests) {
            const std::lock_guard guard(self.lock);
            Check(self.value.Record(at(now_ns), client, requests));
          },
          py::arg("now_ns"), py::arg("client"), py::arg("requests") = 1)
      .def(
          "register",
          [](Meter& self, Int<uint64_t> client) {
            const std::lock_guard guard(self.lock);
            Check(self.value.Register(client));
          },
          py::arg("client"))
      .def(
          "unregister",
          [](Meter& self, Int<uint64_t> client) {
            const std::lock_guard guard(self.lock);
            self.value.Unregister(client);
          },
          py::arg("client"))
      .def(
          "average_rate_per_client",
          [at](Meter& self, Int<int64_t> now_ns) {
            const std::lock_guard guard(self.lock);
            return self.value.AverageRatePerClient(at(now_ns));
          },
          py::arg("now_ns"))
      .def(
          "clients",
          [at](Meter& self, Int<int64_t> now_ns) {
            const std::lock_guard guard(self.lock);
            return self.value.Clients(at(now_ns));
          },
          py::arg("now_ns"))
      .def(
          "observed_rps",
          [at](Meter& self, Int<int64_t> now_ns) {
            const std::lock_guard guard(self.lock);
            return self.value.ObservedRps(at(now_ns));
          },
          py::arg("now_ns"))
      .def(
          "check",
          [at](Meter& self, Int<int64_t> now_ns, double required_rps) {
            const std::lock_guard guard(self.lock);
            const auto status = self.value.Check(at(now_ns), required_rps);
            return py::make_tuple(status.ok, status.ratio);
          },
          py::arg("now_ns"), py::arg("required_rps"));
}

}  // namespace

py::dict StatsToDict(const NodeStats& it) {
  return py::dict(py::arg("taken_ns") = base::ToUnixNanos(it.taken),
                  py::arg("uptime_s") = it.uptime_s,
                  py::arg("cpu_total_milli") = it.cpu_total_milli,
                  py::arg("cpu_free_milli") = it.cpu_free_milli,
                  py::arg("memory_total_bytes") = it.memory_total_bytes,
                  py::arg("memory_free_bytes") = it.memory_free_bytes,
                  py::arg("swap_total_bytes") = it.swap_total_bytes,
                  py::arg("swap_free_bytes") = it.swap_free_bytes,
                  py::arg("disk_total_bytes") = it.disk_total_bytes,
                  py::arg("disk_free_bytes") = it.disk_free_bytes);
}

void BindTelemetry(py::module_& root) {
  py::module_ m = Submodule(root, "telemetry", "Meters, round trips and statistics of nodes.");
  m.def(
      "required_throughput",
      [](const Column<uint64_t>& light_clients, const Column<uint64_t>& full_clients,
         const Column<double>& rate, const std::string& unit, const Out& out) {
        const auto row = [it = ToUnit(unit)](uint64_t light, uint64_t full, double value) {
          return telemetry::RequiredThroughput(light, full, {.value = value, .unit = it});
        };
        return Vectorized(out, row, light_clients, full_clients, rate);
      },
      py::arg("light_clients"), py::arg("full_clients"), py::arg("rate"), py::kw_only(),
      py::arg("unit") = "second", py::arg("out") = py::none());
  m.def("rtt_estimate", &RttEstimate, py::arg("samples_ms"));
  m.def(
      "sample_machine",
      [](Int<int64_t> now_ns, const py::object& disk) {
        telemetry::NodeSampler sampler({.disk = std::string(PathText(disk))});
        return StatsToDict(Value(sampler.Sample(base::FromUnixNanos(now_ns))));
      },
      py::arg("now_ns"), py::arg("disk") = "/");
  m.def(
      "sign_report",
      [](const Key& seed, Int<uint64_t> sequence, const py::dict& stats) {
        const crypto::Ed25519Signer signer(seed.span());
        return ToPython(Value(telemetry::SignReport(signer, sequence, FromDict(stats))));
      },
      py::arg("seed"), py::arg("sequence"), py::arg("stats"));
  m.def(
      "open_report",
      [](const Bytes& report) {
        const auto it = Value(telemetry::OpenReport(report.span()));
        return py::make_tuple(ToPython(it.node), it.sequence, StatsToDict(it.stats));
      },
      py::arg("report"));
  BindMeter(m);
  BindTelemetryHealth(m);
}

}  // namespace shadw::python
