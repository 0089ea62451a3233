// SPDX-License-Identifier: Apache-2.0
//
// shadw._sim: a whole simulation as one call. shadw/sim.py says what its options mean and
// turns durations and shares into the integers that stand here.
#include <chrono>
#include <string>
#include <tuple>
#include <type_traits>

#include "bindings/python/src/casters.h"
#include "libshadw/scenario/dht_network.h"

namespace shadw::python {
namespace {

using scenario::DhtOptions;
using scenario::DhtRun;

// How often a run looks whether somebody pressed Ctrl-C.
constexpr auto kSignalsEvery = std::chrono::milliseconds(50);

// --- options --------------------------------------------------------------------

template <typename Class, typename Reach>
void Number(Class& bound, const char* name, Reach reach) {
  using T = std::remove_reference_t<std::invoke_result_t<Reach, DhtOptions&>>;
  bound.def_property(
      name, [reach](DhtOptions& self) { return reach(self); },
      [reach](DhtOptions& self, Int<T> value) { reach(self) = value; });
}

template <typename Class, typename Reach>
void Switch(Class& bound, const char* name, Reach reach) {
  bound.def_property(
      name, [reach](DhtOptions& self) { return reach(self); },
      [reach](DhtOptions& self, bool value) { reach(self) = value; });
}

template <typename Class, typename Reach>
void Nanos(Class& bound, const char* name, Reach reach) {
  bound.def_property(
      name, [reach](DhtOptions& self) { return reach(self).count(); },
      [reach](DhtOptions& self, Int<int64_t> value) { reach(self) = base::Duration(value); });
}

scenario::Network ToNetwork(const std::string& name) {
  if (name == "mainline") return scenario::Network::kMainline;
  if (name == "hyperdht") return scenario::Network::kHyperdht;
  Refuse("scenario: got network '" + name + "', need mainline or hyperdht");
}

scenario::Lie ToLie(const std::string& name) {
  if (name == "drop") return scenario::Lie::kDrop;
  if (name == "wrong") return scenario::Lie::kWrong;
  if (name == "collude") return scenario::Lie::kCollude;
  Refuse("scenario: got lie '" + name + "', need drop, wrong or collude");
}

scenario::Trouble ToTrouble(const std::string& name) {
  if (name == "restart") return scenario::Trouble::kRestart;
  if (name == "partition") return scenario::Trouble::kPartition;
  if (name == "outage") return scenario::Trouble::kOutage;
  Refuse("scenario: got trouble '" + name + "', need restart, partition or outage");
}

template <typename Class>
void BindNumbers(Class& bound) {
  Number(
      bound, "seed", [](DhtOptions & o) -> auto& { return o.seed; });
  Number(
      bound, "run", [](DhtOptions & o) -> auto& { return o.run; });
  Number(
      bound, "nodes", [](DhtOptions & o) -> auto& { return o.nodes; });
  Number(
      bound, "values", [](DhtOptions & o) -> auto& { return o.values; });
  Number(
      bound, "liars_ppm", [](DhtOptions & o) -> auto& { return o.liars_ppm; });
  Number(
      bound, "sybils", [](DhtOptions & o) -> auto& { return o.sybils; });
  Number(
      bound, "bucket_size", [](DhtOptions & o) -> auto& { return o.node.bucket_size; });
  Number(
      bound, "lookup_parallelism",
      [](DhtOptions & o) -> auto& { return o.approach.lookup_parallelism; });
  Number(
      bound, "disjoint_paths", [](DhtOptions & o) -> auto& { return o.approach.disjoint_paths; });
  Number(
      bound, "quorum", [](DhtOptions & o) -> auto& { return o.approach.quorum; });
  Number(
      bound, "loss_ppm", [](DhtOptions & o) -> auto& { return o.faults.loss_ppm; });
  Number(
      bound, "duplicate_ppm", [](DhtOptions & o) -> auto& { return o.faults.duplicate_ppm; });
  Number(
      bound, "reorder_ppm", [](DhtOptions & o) -> auto& { return o.faults.reorder_ppm; });
  Switch(
      bound, "full_tables", [](DhtOptions & o) -> auto& { return o.full_tables; });
  Switch(
      bound, "density_aware", [](DhtOptions & o) -> auto& { return o.approach.density_aware; });
}

template <typename Class>
void BindTimes(Class& bound) {
  Nanos(
      bound, "duration_ns", [](DhtOptions & o) -> auto& { return o.duration; });
  Nanos(
      bound, "mean_session_ns", [](DhtOptions & o) -> auto& { return o.mean_session; });
  Nanos(
      bound, "lookup_every_ns", [](DhtOptions & o) -> auto& { return o.lookup_every; });
  Nanos(
      bound, "publish_after_ns", [](DhtOptions & o) -> auto& { return o.publish_after; });
  Nanos(
      bound, "get_every_ns", [](DhtOptions & o) -> auto& { return o.get_every; });
  Nanos(
      bound, "report_after_ns", [](DhtOptions & o) -> auto& { return o.report_after; });
  Nanos(
      bound, "refresh_after_ns", [](DhtOptions & o) -> auto& { return o.node.refresh_after; });
  Nanos(
      bound, "republish_after_ns", [](DhtOptions & o) -> auto& { return o.node.republish_after; });
  Nanos(
      bound, "jitter_ns", [](DhtOptions & o) -> auto& { return o.faults.jitter_max; });
}

std::vector<base::Duration> ToDurations(const std::vector<Int<int64_t>>& nanos) {
  std::vector<base::Duration> durations;
  durations.reserve(nanos.size());
  for (const int64_t each : nanos) durations.emplace_back(each);
  return durations;
}

void SetRegionLatency(DhtOptions& self, Int<uint32_t> regions,
                      const std::vector<Int<int64_t>>& one_way_ns,
                      const std::vector<Int<uint32_t>>& shares) {
  self.latency = std::make_shared<sim::RegionLatency>(
      Value(sim::RegionLatency::Create({.regions = regions,
                                        .one_way = ToDurations(one_way_ns),
                                        .shares = {shares.begin(), shares.end()},
                                        .seed = self.seed})));
}

template <typename Class>
void BindLatency(Class& bound) {
  bound
      .def(
          "set_constant_latency",
          [](DhtOptions& self, Int<int64_t> one_way_ns) {
            if (one_way_ns < 0) Refuse("sim: got a negative latency, need 0 or more");
            self.latency = std::make_shared<sim::ConstantLatency>(base::Duration(one_way_ns));
          },
          py::arg("one_way_ns"))
      .def(
          "set_torus_latency",
          [](DhtOptions& self, Int<int64_t> nearest_ns, Int<int64_t> farthest_ns) {
            self.latency = std::make_shared<sim::TorusLatency>(
                Value(sim::TorusLatency::Create({.nearest = base::Duration(nearest_ns),
                                                 .farthest = base::Duration(farthest_ns),
                                                 .seed = self.seed})));
          },
          py::arg("nearest_ns"), py::arg("farthest_ns"))
      .def("set_region_latency", &SetRegionLatency, py::arg("regions"), py::arg("one_way_ns"),
           py::arg("shares"));
}

template <typename Class>
void BindSessions(Class& bound) {
  bound
      .def(
          "set_session_quantiles",
          [](DhtOptions& self, const std::vector<Int<int64_t>>& quantiles_ns) {
            self.sessions = Value(sim::QuantileTable::Create(ToDurations(quantiles_ns)));
          },
          py::arg("quantiles_ns"))
      .def(
          "set_weibull_sessions",
          [](DhtOptions& self, Int<int64_t> mean_ns, Int<uint32_t> shape_ppm) {
            self.sessions = Value(sim::QuantileTable::Weibull(base::Duration(mean_ns), shape_ppm));
          },
          py::arg("mean_ns"), py::arg("shape_ppm"))
      .def(
          "set_pareto_sessions",
          [](DhtOptions& self, Int<int64_t> mean_ns, Int<uint32_t> shape_ppm) {
            self.sessions = Value(sim::QuantileTable::Pareto(base::Duration(mean_ns), shape_ppm));
          },
          py::arg("mean_ns"), py::arg("shape_ppm"));
}

void BindOptions(py::module_& m) {
  py::class_<DhtOptions> bound(m, "DhtOptions", "What run_dht is to do.");
  bound.def(py::init<>());
  BindNumbers(bound);
  BindTimes(bound);
  BindLatency(bound);
  BindSessions(bound);
  bound
      .def(
          "set_network",
          [](DhtOptions& self, const std::string& network) { self.network = ToNetwork(network); },
          py::arg("network"))
      .def(
          "set_lie", [](DhtOptions& self, const std::string& lie) { self.lie = ToLie(lie); },
          py::arg("lie"))
      .def(
          "add_disturbance",
          [](DhtOptions& self, const std::string& trouble, Int<int64_t> at_ns,
             Int<int64_t> length_ns, Int<uint32_t> nodes_ppm) {
            self.disturbances.push_back({.trouble = ToTrouble(trouble),
                                         .at = base::Duration(at_ns),
                                         .length = base::Duration(length_ns),
                                         .nodes_ppm = nodes_ppm});
          },
          py::arg("trouble"), py::arg("at_ns"), py::arg("length_ns"), py::arg("nodes_ppm"));
}

// --- the run --------------------------------------------------------------------

py::dict ToColumns(scenario::DhtColumns columns) {
  py::dict all;
  all["begun_s"] = AdoptColumn(std::move(columns.begun_s));
  all["took_s"] = AdoptColumn(std::move(columns.took_s));
  all["deed"] = AdoptColumn(std::move(columns.deed));
  all["node"] = AdoptColumn(std::move(columns.node));
  all["hops"] = AdoptColumn(std::move(columns.hops));
  all["messages"] = AdoptColumn(std::move(columns.messages));
  all["closest_found"] = AdoptColumn(std::move(columns.closest_found));
  all["success"] = AdoptColumn(std::move(columns.success));
  return all;
}

py::dict ToSums(const scenario::DhtSums& sums) {
  const sim::Counters& it = sums.datagrams;
  return py::dict(py::arg("trace_hash") = sums.trace_hash, py::arg("joined") = sums.joined,
                  py::arg("departed") = sums.departed, py::arg("simulated_s") = sums.simulated_s,
                  py::arg("node_seconds") = sums.node_seconds, py::arg("events") = it.events,
                  py::arg("sent") = it.sent, py::arg("sent_bytes") = it.sent_bytes,
                  py::arg("delivered") = it.delivered,
                  py::arg("delivered_bytes") = it.delivered_bytes,
                  py::arg("duplicated") = it.duplicated, py::arg("lost") = it.lost());
}

// Asks the interpreter now and then whether a signal came; remembers that one did.
class Interruption {
 public:
  bool Asked() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return false;
    next_ = now + kSignalsEvery;
    const py::gil_scoped_acquire locked;
    came_ = PyErr_CheckSignals() != 0;
    return came_;
  }
  // Under the lock: raises what the handler of the signal raised.
  void Raise() const {
    if (came_) throw py::error_already_set();
  }

 private:
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now() + kSignalsEvery;
  bool came_ = false;
};

py::tuple RunDht(const DhtOptions& given) {
  Interruption interruption;
  DhtOptions options = given;
  options.should_stop = [&] { return interruption.Asked(); };
  absl::StatusOr<DhtRun> run = Unlocked([&] { return scenario::RunDht(options); });
  interruption.Raise();
  Check(run.status());
  return py::make_tuple(ToColumns(std::move(run->columns)), ToSums(run->sums));
}

}  // namespace

void BindSim(py::module_& root) {
  py::module_ m = Submodule(root, "_sim", "The extension's half of shadw.sim.");
  m.attr("MAX_NODES") = scenario::kMaxNodes;
  BindOptions(m);
  m.def("run_dht", &RunDht, py::arg("options"), "Columns by name, and sums by name.");
}

}  // namespace shadw::python
