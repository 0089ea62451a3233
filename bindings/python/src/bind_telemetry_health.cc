// SPDX-License-Identifier: Apache-2.0
//
// shadw.telemetry: the table of everybody's latest report, and the gossip that fills it.
#include <memory>
#include <mutex>
#include <optional>

#include "bindings/python/src/bind_telemetry.h"
#include "libshadw/crypto/random.h"
#include "libshadw/telemetry/gossip.h"
#include "libshadw/telemetry/health_table.h"

namespace shadw::python {
namespace {

using telemetry::Gossip;
using telemetry::HealthEntry;
using telemetry::HealthTable;

base::Time At(int64_t now_ns) { return base::FromUnixNanos(now_ns); }

py::tuple ToPython(const HealthEntry& entry) {
  return py::make_tuple(entry.report.sequence, base::ToUnixNanos(entry.heard),
                        StatsToDict(entry.report.stats));
}

py::list NodesOf(const std::vector<const HealthEntry*>& entries) {
  py::list nodes;
  for (const HealthEntry* entry : entries) {
    nodes.append(shadw::python::ToPython(entry->report.node));
  }
  return nodes;
}

py::object Find(const HealthTable& table, const Bytes& node) {
  const HealthEntry* const entry = table.Find(ToArray<32>(node, "a node's key"));
  return entry == nullptr ? py::object(py::none()) : ToPython(*entry);
}

HealthTable::Options TableOptions(Int<int64_t> interval_ns, Int<uint32_t> stale_after,
                                  Int<int64_t> max_ahead_ns, Int<uint64_t> max_nodes) {
  return {.interval = base::Duration(interval_ns),
          .stale_after = stale_after,
          .max_ahead = base::Duration(max_ahead_ns),
          .max_nodes = max_nodes};
}

// How a table is read, by itself and within gossip; `table_of` finds it.
template <typename Class, typename TableOf>
void BindReading(Class& bound, TableOf table_of) {
  using Self = typename Class::type;
  bound
      .def("__len__",
           [=](Self& self) {
             const std::lock_guard guard(self.lock);
             return table_of(self).size();
           })
      .def(
          "find",
          [=](Self& self, const Bytes& node) {
            const std::lock_guard guard(self.lock);
            return Find(table_of(self), node);
          },
          py::arg("node"))
      .def(
          "fresh",
          [=](Self& self, Int<int64_t> now_ns) {
            const std::lock_guard guard(self.lock);
            return NodesOf(table_of(self).Fresh(At(now_ns)));
          },
          py::arg("now_ns"))
      .def(
          "stale",
          [=](Self& self, Int<int64_t> now_ns) {
            const std::lock_guard guard(self.lock);
            return NodesOf(table_of(self).Stale(At(now_ns)));
          },
          py::arg("now_ns"));
}

constexpr int64_t kInterval = 30'000'000'000;
constexpr int64_t kAhead = 120'000'000'000;

void BindTable(py::module_& m) {
  using Table = Guarded<HealthTable>;
  py::class_<Table> bound(m, "HealthTable", "The latest report of every node.");
  bound.def(py::init([](Int<int64_t> interval_ns, Int<uint32_t> stale_after,
                        Int<int64_t> max_ahead_ns, Int<uint64_t> max_nodes) {
              return std::make_unique<Table>(
                  TableOptions(interval_ns, stale_after, max_ahead_ns, max_nodes));
            }),
            py::kw_only(), py::arg("interval_ns") = kInterval, py::arg("stale_after") = 3,
            py::arg("max_ahead_ns") = kAhead, py::arg("max_nodes") = 100'000);
  bound.def(
      "ingest",
      [](Table& self, Int<int64_t> now_ns, const Bytes& report) {
        Check(Unlocked([&] {
          const std::lock_guard guard(self.lock);
          return self.value.Ingest(At(now_ns), report.span());
        }));
      },
      py::arg("now_ns"), py::arg("report"));
  BindReading(bound, [](Table& self) -> const HealthTable& { return self.value; });
}

// The machine with the randomness that it draws from.
struct Gossiper {
  Gossiper(const Gossip::Options& options, std::unique_ptr<base::RandomSource> source,
           base::Time now)
      : random(std::move(source)), gossip(options, random.get(), now) {}

  std::unique_ptr<base::RandomSource> random;
  Gossip gossip;
  std::mutex lock;
};

std::unique_ptr<Gossiper> MakeGossiper(Int<int64_t> now_ns, std::optional<Int<uint64_t>> seed,
                                       Int<int64_t> round_ns, bool broadcast,
                                       Int<int64_t> interval_ns, Int<uint32_t> stale_after,
                                       Int<int64_t> max_ahead_ns, Int<uint64_t> max_nodes) {
  if (round_ns <= 0) {
    Refuse("telemetry: got a round of " + std::to_string(round_ns) + " ns, need at least 1");
  }
  std::unique_ptr<base::RandomSource> random;
  if (seed) {
    random = std::make_unique<crypto::SeededRandom>(seed->value);
  } else {
    random = std::make_unique<crypto::SystemRandom>();
  }
  const Gossip::Options options = {
      .round = base::Duration(round_ns),
      .broadcast = broadcast,
      .table = TableOptions(interval_ns, stale_after, max_ahead_ns, max_nodes)};
  return std::make_unique<Gossiper>(options, std::move(random), At(now_ns));
}

base::Endpoint EndpointOf(const std::string& text) { return Value(base::Endpoint::Parse(text)); }

py::object PollTransmit(Gossiper& self) {
  const std::lock_guard guard(self.lock);
  const auto datagram = self.gossip.PollTransmit();
  if (!datagram) return py::none();
  return py::make_tuple(datagram->to.ToString(), shadw::python::ToPython(datagram->bytes));
}

py::object PollEvent(Gossiper& self) {
  const std::lock_guard guard(self.lock);
  const auto event = self.gossip.PollEvent();
  if (!event) return py::none();
  return py::make_tuple(shadw::python::ToPython(event->node), event->sequence);
}

void BindGossip(py::module_& m) {
  py::class_<Gossiper> bound(m, "Gossip",
                             "Spreads reports among peers; a machine without sockets.");
  bound.def(py::init(&MakeGossiper), py::arg("now_ns"), py::kw_only(), py::arg("seed") = py::none(),
            py::arg("round_ns") = int64_t{1'000'000'000}, py::arg("broadcast") = false,
            py::arg("interval_ns") = kInterval, py::arg("stale_after") = 3,
            py::arg("max_ahead_ns") = kAhead, py::arg("max_nodes") = 100'000);
  bound.def(
      "add_peer",
      [](Gossiper& self, const std::string& peer) {
        const std::lock_guard guard(self.lock);
        Check(self.gossip.AddPeer(EndpointOf(peer)));
      },
      py::arg("peer"));
  bound.def(
      "publish",
      [](Gossiper& self, Int<int64_t> now_ns, const Bytes& report) {
        const std::lock_guard guard(self.lock);
        Check(self.gossip.Publish(At(now_ns), report.span()));
      },
      py::arg("now_ns"), py::arg("report"));
  bound.def(
      "handle_message",
      [](Gossiper& self, Int<int64_t> now_ns, const std::string& peer, const Bytes& message) {
        const base::Endpoint from = EndpointOf(peer);
        Unlocked([&] {
          const std::lock_guard guard(self.lock);
          self.gossip.HandleMessage(At(now_ns), from, message.span());
        });
      },
      py::arg("now_ns"), py::arg("peer"), py::arg("message"));
  bound.def(
      "handle_timeout",
      [](Gossiper& self, Int<int64_t> now_ns) {
        const std::lock_guard guard(self.lock);
        self.gossip.HandleTimeout(At(now_ns));
      },
      py::arg("now_ns"));
  bound.def("poll_transmit", &PollTransmit);
  bound.def("poll_event", &PollEvent);
  bound.def_property_readonly("next_timeout_ns", [](Gossiper& self) -> std::optional<int64_t> {
    const std::lock_guard guard(self.lock);
    const std::optional<base::Time> next = self.gossip.NextTimeout();
    return next ? std::optional<int64_t>(base::ToUnixNanos(*next)) : std::nullopt;
  });
  BindReading(bound, [](Gossiper& self) -> const HealthTable& { return self.gossip.table(); });
}

}  // namespace

void BindTelemetryHealth(py::module_& m) {
  BindTable(m);
  BindGossip(m);
}

}  // namespace shadw::python
