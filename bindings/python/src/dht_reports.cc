// SPDX-License-Identifier: Apache-2.0
#include "bindings/python/src/dht_reports.h"

#include <chrono>
#include <string>

namespace shadw::python {
namespace {

using namespace pybind11::literals;

py::object Text(const std::optional<base::Endpoint>& endpoint) {
  return endpoint ? py::object(py::str(endpoint->ToString())) : py::none();
}

const char* ToText(dht::PutResult result) {
  switch (result) {
    case dht::PutResult::kStored:
      return "stored";
    case dht::PutResult::kRefused:
      return "refused";
    case dht::PutResult::kSilent:
      return "silent";
    case dht::PutResult::kNotSent:
      return "not sent";
  }
  return "not sent";
}

class Maker {
 public:
  explicit Maker(const dht::Protocol& protocol)
      : protocol_(protocol), reports_(py::module_::import("shadw._reports")) {}

  py::object Make(const absl::Status& status) const {
    return status.ok() ? py::none() : ToException(status);
  }
  py::object Make(const DhtRunner::Begun& begun) const { return py::int_(begun.operation); }
  py::object Make(const dht::Event& event) const {
    return std::visit([this](const auto& it) { return Make(it); }, event);
  }
  py::object Make(const std::vector<dht::Contact>& contacts) const {
    py::list all;
    for (const dht::Contact& contact : contacts) all.append(Make(contact));
    return all;
  }
  py::object Make(const DhtRunner::Snapshot& snapshot) const;

  py::object Make(const dht::FoundNodes& found) const { return Make(found.lookup); }
  py::object Make(const dht::PutReport& report) const;
  py::object Make(const dht::GetReport& report) const;
  py::object Make(const dht::PeersReport& report) const;
  py::object Make(const dht::TargetsSampled& report) const;
  py::object Make(const dht::Pong& pong) const;
  py::object Make(const dht::Heard& heard) const { return Make(heard.record); }
  // Nobody waits for these; they stand in Stats.
  py::object Make(const dht::AddressLearned&) const { return py::none(); }
  py::object Make(const dht::ServingChanged&) const { return py::none(); }
  py::object Make(const dht::Joined& it) const { return Of("Joined")("contacts"_a = it.contacts); }

 private:
  py::object Of(const char* name) const { return reports_.attr(name); }
  py::bytes Id(const dht::NodeId& id) const {
    base::ByteArray<dht::kMaxIdBytes> bytes{};
    const auto used = base::MutableByteSpan(bytes).first(protocol_.traits().id_bytes);
    id.ToBytes(used);
    return ToPython(used);
  }
  py::object Make(const dht::Contact& contact) const {
    return Of("Contact")("id"_a = Id(contact.id), "endpoint"_a = contact.endpoint.ToString());
  }
  py::object Make(const dht::LookupReport& report) const {
    return Of("Lookup")("target"_a = Id(report.target), "closest"_a = Make(report.closest),
                        "messages"_a = report.messages, "answers"_a = report.answers,
                        "silent"_a = report.silent, "hops"_a = report.hops,
                        "crowded"_a = report.crowded);
  }
  py::object Make(const dht::Record& record) const;
  py::object Make(const dht::PutOutcome& outcome) const {
    return Of("PutOutcome")("contact"_a = Make(outcome.contact), "rank"_a = outcome.rank,
                            "result"_a = ToText(outcome.result), "code"_a = outcome.code,
                            "text"_a = python::ToText(outcome.text));
  }
  static py::bytes ToPython(base::ByteSpan bytes) { return python::ToPython(bytes); }

  const dht::Protocol& protocol_;
  py::module_ reports_;
};

py::object Maker::Make(const dht::Record& record) const {
  const std::optional<base::Bytes> value = protocol_.UnwrapBytes(record.value);
  return Of("Record")(
      "value"_a = value ? py::object(ToPython(*value)) : py::none(),
      "encoded"_a = ToPython(record.value),
      "key"_a = record.key ? py::object(ToPython(*record.key)) : py::none(),
      "salt"_a = ToPython(record.salt), "seq"_a = record.seq,
      "signature"_a = record.is_mutable() ? py::object(ToPython(record.signature)) : py::none());
}

py::object Maker::Make(const dht::PutReport& report) const {
  py::list outcomes;
  for (const dht::PutOutcome& outcome : report.outcomes) outcomes.append(Make(outcome));
  return Of("PutReport")("operation"_a = report.operation, "lookup"_a = Make(report.lookup),
                         "outcomes"_a = outcomes, "stored"_a = report.stored,
                         "quorum_met"_a = report.quorum_met, "newer_seq"_a = report.newer_seq);
}

py::object Maker::Make(const dht::GetReport& report) const {
  py::list versions;
  for (const dht::GetReport::Version& version : report.versions) {
    versions.append(Of("Version")("record"_a = Make(version.record), "agreed"_a = version.agreed));
  }
  return Of("GetReport")("lookup"_a = Make(report.lookup), "versions"_a = versions);
}

py::object Maker::Make(const dht::PeersReport& report) const {
  py::list peers;
  for (const dht::Peer& peer : report.peers) {
    py::list endpoints;
    for (const base::Endpoint& endpoint : peer.endpoints) endpoints.append(endpoint.ToString());
    peers.append(Of("Peer")("endpoints"_a = endpoints,
                            "key"_a = peer.key ? py::object(ToPython(*peer.key)) : py::none()));
  }
  return Of("PeersReport")("lookup"_a = Make(report.lookup), "peers"_a = peers);
}

py::object Maker::Make(const dht::TargetsSampled& report) const {
  py::list targets;
  for (const dht::NodeId& target : report.targets) targets.append(Id(target));
  return Of("TargetsReport")("lookup"_a = Make(report.lookup), "targets"_a = targets);
}

py::object Maker::Make(const dht::Pong& pong) const {
  const double rtt_s = std::chrono::duration<double>(pong.rtt).count();
  return Of("Pong")("endpoint"_a = pong.endpoint.ToString(), "answered"_a = pong.answered,
                    "id"_a = pong.contact ? py::object(Id(pong.contact->id)) : py::none(),
                    "rtt_s"_a = pong.answered ? py::object(py::float_(rtt_s)) : py::none());
}

py::object Maker::Make(const DhtRunner::Snapshot& snapshot) const {
  const dht::NodeStats& it = snapshot.stats;
  return Of("Stats")(
      "id"_a = Id(snapshot.id), "address"_a = Text(it.address), "serving"_a = it.serving,
      "contacts"_a = it.contacts, "records"_a = it.records, "peer_targets"_a = it.peer_targets,
      "operations"_a = it.operations, "requests"_a = it.requests, "queries"_a = it.queries,
      "replies"_a = it.replies, "silenced"_a = it.silenced, "noise"_a = it.noise,
      "unexpected"_a = it.unexpected, "forwarded"_a = it.forwarded, "sent"_a = it.sent,
      "lost"_a = it.lost, "down_hints"_a = it.down_hints, "nat"_a = dht::NameOf(it.nat),
      "network_nodes"_a = it.network_nodes, "datagrams_in"_a = snapshot.datagrams.datagrams_in,
      "datagrams_out"_a = snapshot.datagrams.datagrams_out);
}

}  // namespace

py::object ToPython(const DhtRunner::Outcome& outcome, const dht::Protocol& protocol) {
  const Maker maker(protocol);
  return std::visit([&](const auto& it) { return maker.Make(it); }, outcome.what);
}

}  // namespace shadw::python
