// SPDX-License-Identifier: Apache-2.0
//
// shadw._dht: a node that runs on a thread of its own and never calls Python; shadw/dht.py
// makes awaitables of its outcomes.
#include "bindings/python/src/bind_dht.h"

#include <string>
#include <tuple>
#include <vector>

#include "bindings/python/src/casters.h"
#include "bindings/python/src/dht_reports.h"
#include "bindings/python/src/dht_runner.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"
#include "libshadw/dht/names/name_slot.h"
#include "libshadw/net/bootstrap_lists.h"
#include "libshadw/net/resolve.h"

namespace shadw::python {

const dht::Protocol& ToProtocol(const std::string& network) {
  if (network == "mainline") return dht::krpc::Mainline();
  if (network == "hyperdht") return dht::hyper::Hyperdht();
  Refuse("dht: got network '" + network + "', need mainline or hyperdht");
}

std::vector<base::Endpoint> ToEndpoints(const std::vector<std::string>& texts) {
  std::vector<base::Endpoint> endpoints;
  for (const std::string& text : texts) endpoints.push_back(Value(base::Endpoint::Parse(text)));
  return endpoints;
}

namespace {

using dht::Approach;
using dht::Node;
using Ticket = Int<uint64_t>;
// lookup_parallelism, disjoint_paths, density_aware, quorum
using How = std::tuple<Int<size_t>, Int<size_t>, bool, Int<size_t>>;
using Signer = std::shared_ptr<crypto::Ed25519Signer>;

// --- from Python ------------------------------------------------------------------
dht::Serving ToServing(const std::string& serving) {
  if (serving == "when reachable") return dht::Serving::kWhenReachable;
  if (serving == "always") return dht::Serving::kAlways;
  if (serving == "never") return dht::Serving::kNever;
  Refuse("dht: got serving '" + serving + "', need when reachable, always or never");
}

Approach ToApproach(const How& how) {
  const auto& [lookup_parallelism, disjoint_paths, density_aware, quorum] = how;
  return {.lookup_parallelism = lookup_parallelism,
          .disjoint_paths = disjoint_paths,
          .density_aware = density_aware,
          .quorum = quorum};
}

base::Endpoint ToEndpoint(const std::string& text) { return Value(base::Endpoint::Parse(text)); }

dht::NodeId ToId(const dht::Protocol& protocol, base::ByteSpan bytes) {
  const dht::ProtocolTraits& traits = protocol.traits();
  if (bytes.size() != traits.id_bytes) {
    Refuse("dht: got " + std::to_string(bytes.size()) + " bytes as an id, need " +
           std::to_string(traits.id_bytes) + " on " + traits.name);
  }
  return dht::NodeId::FromBytes(bytes);
}

std::optional<int64_t> ToOptional(const std::optional<Int<int64_t>>& value) {
  return value ? std::optional<int64_t>(value->value) : std::nullopt;
}

// --- the node ---------------------------------------------------------------------
net::UdpOptions ToSockets(const std::vector<std::string>& bind) {
  net::UdpOptions udp{.v4 = std::nullopt, .v6 = std::nullopt};
  for (const std::string& text : bind) {
    const base::Endpoint at = ToEndpoint(text);
    std::optional<base::Endpoint>& family = at.v6 ? udp.v6 : udp.v4;
    if (family) Refuse("dht: got two addresses of one family to bind, need one of each");
    family = at;
  }
  return udp;
}

std::unique_ptr<DhtRunner> Start(const std::string& network, const std::vector<std::string>& bind,
                                 const std::vector<std::string>& bootstrap,
                                 const std::vector<std::pair<Bytes, std::string>>& remember,
                                 const std::string& serving, const std::optional<Bytes>& id,
                                 const std::optional<std::string>& address, Int<size_t> bucket_size,
                                 Int<size_t> lookup_parallelism, Int<int64_t> refresh_after_ns,
                                 Int<int64_t> republish_after_ns, Int<int64_t> listen_every_ns) {
  DhtRunner::Options options{.protocol = &ToProtocol(network), .udp = ToSockets(bind)};
  dht::NodeOptions& node = options.node;
  node.bucket_size = bucket_size;
  node.lookup_parallelism = lookup_parallelism;
  node.serving = ToServing(serving);
  node.refresh_after = base::Duration(refresh_after_ns);
  node.republish_after = base::Duration(republish_after_ns);
  node.listen_every = base::Duration(listen_every_ns);
  if (id) node.id = ToId(*options.protocol, id->span());
  if (address) node.address = ToEndpoint(*address);
  node.bootstrap = ToEndpoints(bootstrap);
  for (const auto& [contact, endpoint] : remember) {
    options.remember.push_back({ToId(*options.protocol, contact.span()), ToEndpoint(endpoint)});
  }
  return Value(Unlocked([&] { return DhtRunner::Start(std::move(options)); }));
}

// --- verbs ------------------------------------------------------------------------
void Ping(DhtRunner& self, Ticket ticket, const std::string& endpoint) {
  Check(self.Begin(ticket, [to = ToEndpoint(endpoint)](Node& node, base::Time now) {
    return node.Ping(now, to);
  }));
}

using LookUp = absl::StatusOr<dht::OperationId> (Node::*)(base::Time, const dht::NodeId&, Approach);

template <LookUp kVerb>
void Look(DhtRunner& self, Ticket ticket, const Bytes& target, const How& how) {
  Check(
      self.Begin(ticket, [id = ToId(self.protocol(), target.span()), how = ToApproach(how)](
                             Node& node, base::Time now) { return (node.*kVerb)(now, id, how); }));
}

void GetMutable(DhtRunner& self, Ticket ticket, const Bytes& key, const Bytes& salt,
                std::optional<int64_t> least_seq, const How& how) {
  Check(
      self.Begin(ticket, [key = ToArray<32>(key, "a public key"), salt = base::ToBytes(salt.span()),
                          least_seq, how = ToApproach(how)](Node& node, base::Time now) {
        return node.GetMutable(now, key, salt, how, least_seq);
      }));
}

void PutRecord(DhtRunner& self, uint64_t ticket, dht::Record record, std::optional<int64_t> cas,
               const How& how, bool keep) {
  Check(self.Begin(
      ticket, [record = std::move(record), cas, how = ToApproach(how), keep](
                  Node& node, base::Time now) { return node.Put(now, record, cas, how, keep); }));
}

void Put(DhtRunner& self, Ticket ticket, const Bytes& value, const How& how, bool keep) {
  PutRecord(self, ticket, {.value = self.protocol().WrapBytes(value.span())}, {}, how, keep);
}

void PutMutable(DhtRunner& self, Ticket ticket, const Signer& signer, const Bytes& value,
                const Bytes& salt, Int<int64_t> seq, const std::optional<Int<int64_t>>& cas,
                const How& how, bool keep) {
  dht::Record record = Value(Unlocked([&] {
    return dht::SignRecord(self.protocol(), *signer, self.protocol().WrapBytes(value.span()),
                           salt.span(), seq);
  }));
  PutRecord(self, ticket, std::move(record), ToOptional(cas), how, keep);
}

void PutName(DhtRunner& self, Ticket ticket, const Key& owner, const Bytes& name, const How& how,
             bool keep) {
  dht::Record record = Value(Unlocked([&]() -> absl::StatusOr<dht::Record> {
    SHADW_ASSIGN_OR_RETURN(const auto decoded, dht::names::DecodeRecord(name.span()));
    return dht::names::ToDhtRecord(self.protocol(), owner.span(), decoded);
  }));
  PutRecord(self, ticket, std::move(record), {}, how, keep);
}

dht::Announcement ToAnnouncement(const std::optional<Int<uint16_t>>& port, const Signer& signer,
                                 const std::vector<std::string>& relays) {
  return {.port = port ? port->value : uint16_t{0},
          .implied_port = !port,
          .signer = signer,
          .relays = ToEndpoints(relays)};
}

void Announce(DhtRunner& self, Ticket ticket, const Bytes& target,
              const std::optional<Int<uint16_t>>& port, const Signer& signer,
              const std::vector<std::string>& relays, const How& how, bool keep) {
  Check(self.Begin(ticket, [id = ToId(self.protocol(), target.span()),
                            announcement = ToAnnouncement(port, signer, relays),
                            how = ToApproach(how), keep](Node& node, base::Time now) {
    return node.Announce(now, id, announcement, how, keep);
  }));
}

void Unannounce(DhtRunner& self, Ticket ticket, const Bytes& target, const Signer& signer,
                const std::vector<std::string>& relays, const How& how) {
  Check(self.Begin(ticket, [id = ToId(self.protocol(), target.span()),
                            announcement = ToAnnouncement({}, signer, relays),
                            how = ToApproach(how)](Node& node, base::Time now) {
    return node.Unannounce(now, id, announcement, how);
  }));
}

void Listen(DhtRunner& self, Ticket ticket, const Bytes& target, const How& how) {
  Check(self.Begin(
      ticket,
      [id = ToId(self.protocol(), target.span()), how = ToApproach(how)](
          Node& node, base::Time now) { return node.Listen(now, id, how); },
      true));
}

void ListenMutable(DhtRunner& self, Ticket ticket, const Bytes& key, const Bytes& salt,
                   const How& how) {
  Check(self.Begin(
      ticket,
      [key = ToArray<32>(key, "a public key"), salt = base::ToBytes(salt.span()),
       how = ToApproach(how)](Node& node, base::Time now) {
        return node.Listen(now, key, salt, how);
      },
      true));
}

py::list Take(DhtRunner& self) {
  py::list taken;
  for (const DhtRunner::Outcome& outcome : self.Take()) {
    taken.append(py::make_tuple(outcome.ticket, ToPython(outcome, self.protocol())));
  }
  return taken;
}

// --- the module -------------------------------------------------------------------
py::bytes TargetBytes(const dht::Protocol& protocol, const dht::NodeId& target) {
  const NewBytes bytes(protocol.traits().id_bytes);
  target.ToBytes(bytes.span);
  return bytes.object;
}

void BindFunctions(py::module_& m) {
  m.def(
      "target_of",
      [](const std::string& network, const Bytes& value) {
        const dht::Protocol& protocol = ToProtocol(network);
        return TargetBytes(protocol, protocol.ImmutableTarget(protocol.WrapBytes(value.span())));
      },
      py::arg("network"), py::arg("value"));
  m.def(
      "mutable_target",
      [](const std::string& network, const Bytes& key, const Bytes& salt) {
        const dht::Protocol& protocol = ToProtocol(network);
        const auto fixed = ToArray<32>(key, "a public key");
        return TargetBytes(protocol, protocol.MutableTarget(fixed, salt.span()));
      },
      py::arg("network"), py::arg("key"), py::arg("salt"));
  m.def(
      "resolve",
      [](const std::vector<std::string>& names, bool v4, bool v6) {
        const std::vector<std::string_view> views(names.begin(), names.end());
        std::vector<std::string> texts;
        for (const base::Endpoint& endpoint :
             Value(Unlocked([&] { return net::Resolve(views, {.v4 = v4, .v6 = v6}); }))) {
          texts.push_back(endpoint.ToString());
        }
        return texts;
      },
      py::arg("names"), py::arg("v4"), py::arg("v6"));
  m.attr("MAINLINE_BOOTSTRAP") = py::tuple(py::cast(net::kMainlineBootstrap));
  m.attr("HYPERDHT_BOOTSTRAP") = py::tuple(py::cast(net::kHyperdhtBootstrap));
}

void BindRunner(py::class_<DhtRunner>& bound) {
  const auto address = [](const std::optional<base::Endpoint>& local) {
    return local ? std::optional<std::string>(local->ToString()) : std::nullopt;
  };
  bound
      .def(py::init(&Start), py::kw_only(), py::arg("network"), py::arg("bind"),
           py::arg("bootstrap"), py::arg("remember"), py::arg("serving"), py::arg("id"),
           py::arg("address"), py::arg("bucket_size"), py::arg("lookup_parallelism"),
           py::arg("refresh_after_ns"), py::arg("republish_after_ns"), py::arg("listen_every_ns"))
      .def("fileno", &DhtRunner::fd, "Readable while something waits to be taken.")
      .def_property_readonly("local_v4", [=](DhtRunner& self) { return address(self.local_v4()); })
      .def_property_readonly("local_v6", [=](DhtRunner& self) { return address(self.local_v6()); })
      .def("take", &Take, "Outcomes by ticket, in the order they came.")
      .def("stop", [](DhtRunner& self) { Unlocked([&] { self.Stop(); }); });
}

void BindVerbs(py::class_<DhtRunner>& bound) {
  const auto by_ticket = py::arg("ticket");
  const auto to_target = py::arg("target");
  const auto in_what_way = py::arg("how");
  bound.def("ping", &Ping, by_ticket, py::arg("endpoint"))
      .def("find_node", &Look<&Node::FindNode>, by_ticket, to_target, in_what_way)
      .def("get", &Look<&Node::Get>, by_ticket, to_target, in_what_way)
      .def("get_peers", &Look<&Node::GetPeers>, by_ticket, to_target, in_what_way)
      .def("sample_targets", &Look<&Node::SampleTargets>, by_ticket, to_target, in_what_way)
      .def("get_mutable", &GetMutable, by_ticket, py::arg("key"), py::arg("salt"),
           py::arg("least_seq"), in_what_way)
      .def("put", &Put, by_ticket, py::arg("value"), in_what_way, py::arg("keep"))
      .def("put_mutable", &PutMutable, by_ticket, py::arg("signer").none(false), py::arg("value"),
           py::arg("salt"), py::arg("seq"), py::arg("cas"), in_what_way, py::arg("keep"))
      .def("put_name", &PutName, by_ticket, py::arg("owner"), py::arg("name"), in_what_way,
           py::arg("keep"))
      .def("announce", &Announce, by_ticket, to_target, py::arg("port"), py::arg("signer"),
           py::arg("relays"), in_what_way, py::arg("keep"))
      .def("unannounce", &Unannounce, by_ticket, to_target, py::arg("signer"), py::arg("relays"),
           in_what_way)
      .def("listen", &Listen, by_ticket, to_target, in_what_way)
      .def("listen_mutable", &ListenMutable, by_ticket, py::arg("key"), py::arg("salt"),
           in_what_way)
      .def(
          "forget",
          [](DhtRunner& self, Ticket ticket, Int<uint64_t> operation) {
            Check(self.Forget(ticket, operation));
          },
          by_ticket, py::arg("operation"))
      .def(
          "stats", [](DhtRunner& self, Ticket ticket) { Check(self.TakeSnapshot(ticket)); },
          by_ticket)
      .def(
          "contacts", [](DhtRunner& self, Ticket ticket) { Check(self.TakeContacts(ticket)); },
          by_ticket);
}

}  // namespace

void BindDht(py::module_& root) {
  py::module_ m = Submodule(root, "_dht", "The extension's half of shadw.dht.");
  py::class_<DhtRunner> bound(m, "Runner", "A node on a thread of its own.");
  BindRunner(bound);
  BindVerbs(bound);
  BindFunctions(m);
  BindNames(m);
}

}  // namespace shadw::python
