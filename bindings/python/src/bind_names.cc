// SPDX-License-Identifier: Apache-2.0
//
// shadw._dht, continued: names of owners. A record crosses as its encoding; shadw/_names.py
// shows what is in it.
#include <string>
#include <vector>

#include "bindings/python/src/bind_dht.h"
#include "bindings/python/src/casters.h"
#include "libshadw/dht/names/name_book.h"
#include "libshadw/dht/names/name_slot.h"

namespace shadw::python {
namespace {

namespace names = dht::names;
using Nanos = Int<int64_t>;
using Book = Guarded<names::NameBook>;
using Texts = std::vector<std::string>;

base::Time ToTime(int64_t nanos) { return base::FromUnixNanos(nanos); }

names::Name ToName(const Bytes& owner, const Name& label) {
  return {.owner = ToArray<32>(owner, "an owner"), .label = label.bytes};
}

names::NameFacts ToFacts(const std::string& kind, const Texts& addresses, const Texts& capabilities,
                         int64_t created_ns, int64_t expires_ns) {
  if (kind != "endpoint" && kind != "service") {
    Refuse("dht: got kind '" + kind + "', need endpoint or service");
  }
  return {.kind = kind == "service" ? names::NameKind::kService : names::NameKind::kEndpoint,
          .addresses = ToEndpoints(addresses),
          .capabilities = capabilities,
          .created = ToTime(created_ns),
          .expires = ToTime(expires_ns)};
}

py::bytes ToPython(const names::NameRecord& record) {
  return python::ToPython(names::EncodeRecord(record));
}

names::NameRecord Decode(const Bytes& record) { return Value(names::DecodeRecord(record.span())); }

py::bytes MakeRecord(const Key& owner, const Name& label, const std::string& kind,
                     const Texts& addresses, const Texts& capabilities, Nanos created_ns,
                     Nanos expires_ns, Int<uint64_t> seq) {
  names::NameFacts facts = ToFacts(kind, addresses, capabilities, created_ns, expires_ns);
  return ToPython(Value(
      names::MakeRecord(crypto::Ed25519Signer(owner.span()), label.bytes, std::move(facts), seq)));
}

py::bytes UpdateRecord(const Key& owner, const Bytes& known, const std::string& kind,
                       const Texts& addresses, const Texts& capabilities, Nanos created_ns,
                       Nanos expires_ns) {
  names::NameFacts facts = ToFacts(kind, addresses, capabilities, created_ns, expires_ns);
  return ToPython(Value(
      names::UpdateRecord(crypto::Ed25519Signer(owner.span()), Decode(known), std::move(facts))));
}

py::bytes RevokeRecord(const Key& owner, const Bytes& known, Nanos now_ns, Nanos until_ns) {
  return ToPython(Value(names::RevokeRecord(crypto::Ed25519Signer(owner.span()), Decode(known),
                                            ToTime(now_ns), ToTime(until_ns))));
}

py::dict FieldsOf(const Bytes& encoded) {
  const names::NameRecord record = Decode(encoded);
  py::list addresses;
  for (const base::Endpoint& address : record.facts.addresses) addresses.append(address.ToString());
  const bool is_service = record.facts.kind == names::NameKind::kService;
  return py::dict(py::arg("owner") = python::ToPython(record.name.owner),
                  py::arg("label") = ToText(record.name.label),
                  py::arg("kind") = is_service ? "service" : "endpoint",
                  py::arg("addresses") = py::tuple(addresses),
                  py::arg("capabilities") = py::tuple(py::cast(record.facts.capabilities)),
                  py::arg("created_ns") = base::ToUnixNanos(record.facts.created),
                  py::arg("expires_ns") = base::ToUnixNanos(record.facts.expires),
                  py::arg("seq") = record.seq, py::arg("revoked") = record.revoked,
                  py::arg("signature") = python::ToPython(record.signature));
}

// --- the book ---------------------------------------------------------------------

// A record of a GetReport: encoded value, key, salt, sequence number.
using Carrier = std::tuple<Bytes, std::optional<Bytes>, Bytes, Nanos>;

dht::GetReport ToReport(const std::vector<Carrier>& carriers) {
  dht::GetReport report;
  for (const auto& [value, key, salt, seq] : carriers) {
    dht::Record record{
        .value = base::ToBytes(value.span()), .salt = base::ToBytes(salt.span()), .seq = seq};
    if (key) record.key = ToArray<32>(*key, "a public key");
    report.versions.push_back({.record = std::move(record)});
  }
  return report;
}

py::tuple Take(Book& self, const std::string& network, Nanos now_ns, const Bytes& owner,
               const Name& label, const std::vector<Carrier>& carriers) {
  const dht::Protocol& protocol = ToProtocol(network);
  const names::Name name = ToName(owner, label);
  const dht::GetReport report = ToReport(carriers);
  const names::Resolution resolution = Unlocked([&] {
    const std::lock_guard lock(self.lock);
    return self.value.Take(ToTime(now_ns), protocol, name, report);
  });
  py::list refused;
  for (const absl::Status& status : resolution.refused) refused.append(ToException(status));
  return py::make_tuple(
      resolution.record ? py::object(ToPython(*resolution.record)) : py::object(py::none()),
      resolution.revoked, refused);
}

void Offer(Book& self, Nanos now_ns, const Bytes& owner, const Name& label, const Bytes& record) {
  const names::Name name = ToName(owner, label);
  const names::NameRecord candidate = Decode(record);
  Check(Unlocked([&] {
    const std::lock_guard lock(self.lock);
    return self.value.Offer(ToTime(now_ns), name, candidate);
  }));
}

py::bytes Find(Book& self, Nanos now_ns, const Bytes& owner, const Name& label) {
  const names::Name name = ToName(owner, label);
  return ToPython(Value(Unlocked([&] {
    const std::lock_guard lock(self.lock);
    return self.value.Find(ToTime(now_ns), name);
  })));
}

py::object Latest(Book& self, const Bytes& owner, const Name& label) {
  const names::Name name = ToName(owner, label);
  const auto record = Unlocked([&] {
    const std::lock_guard lock(self.lock);
    const names::NameRecord* latest = self.value.Latest(name);
    return latest == nullptr ? std::nullopt : std::optional(*latest);
  });
  return record ? py::object(ToPython(*record)) : py::object(py::none());
}

void BindBook(py::module_& m) {
  const auto owner = py::arg("owner");
  const auto label = py::arg("label");
  const auto now_ns = py::arg("now_ns");
  py::class_<Book>(m, "NameBook", "Which record of a name to believe.")
      .def(py::init<>())
      .def("offer", &Offer, now_ns, owner, label, py::arg("record"))
      .def("take", &Take, py::arg("network"), now_ns, owner, label, py::arg("carriers"))
      .def("find", &Find, now_ns, owner, label)
      .def("latest", &Latest, owner, label)
      .def(
          "forget",
          [](Book& self, const Bytes& owner, const Name& label) {
            const names::Name name = ToName(owner, label);
            Unlocked([&] {
              const std::lock_guard lock(self.lock);
              self.value.Forget(name);
            });
          },
          owner, label)
      .def(
          "forget_expired",
          [](Book& self, Nanos now_ns) {
            Unlocked([&] {
              const std::lock_guard lock(self.lock);
              self.value.ForgetExpired(ToTime(now_ns));
            });
          },
          now_ns)
      .def("__len__", [](Book& self) {
        return Unlocked([&] {
          const std::lock_guard lock(self.lock);
          return self.value.size();
        });
      });
}

}  // namespace

void BindNames(py::module_& m) {
  const auto owner = py::arg("owner");
  const auto kind = py::arg("kind");
  const auto addresses = py::arg("addresses");
  const auto capabilities = py::arg("capabilities");
  const auto created_ns = py::arg("created_ns");
  const auto expires_ns = py::arg("expires_ns");
  m.def("make_name", &MakeRecord, owner, py::arg("label"), kind, addresses, capabilities,
        created_ns, expires_ns, py::arg("seq"));
  m.def("update_name", &UpdateRecord, owner, py::arg("known"), kind, addresses, capabilities,
        created_ns, expires_ns);
  m.def("revoke_name", &RevokeRecord, owner, py::arg("known"), py::arg("now_ns"),
        py::arg("until_ns"));
  m.def(
      "verify_name", [](const Bytes& record) { Check(names::VerifyRecord(Decode(record))); },
      py::arg("record"));
  m.def("decode_name", &FieldsOf, py::arg("record"));
  m.def(
      "namespace_id",
      [](const Bytes& owner, const Name& label) {
        return python::ToPython(ToName(owner, label).id());
      },
      owner, py::arg("label"));
  m.def(
      "name_slot",
      [](const std::string& network, const Bytes& owner, const Name& label) {
        const names::NameSlot slot =
            Value(names::SlotOf(ToProtocol(network), ToName(owner, label)));
        return py::make_tuple(python::ToPython(slot.key), python::ToPython(slot.salt));
      },
      py::arg("network"), owner, py::arg("label"));
  BindBook(m);
}

}  // namespace shadw::python
