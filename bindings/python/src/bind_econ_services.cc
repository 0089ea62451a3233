// SPDX-License-Identifier: Apache-2.0
//
// shadw.econ, what is promised and who is there: service tokens and check-ins.
#include <array>

#include "bindings/python/src/casters.h"
#include "libshadw/econ/check_in.h"
#include "libshadw/econ/service_token.h"

namespace shadw::python {
namespace {

using econ::CheckInBook;
using econ::ServiceToken;

base::ByteArray<32> IdOf(const Bytes& bytes, const char* what) { return ToArray<32>(bytes, what); }

const char* StateOf(const ServiceToken& token) {
  constexpr std::array<const char*, 5> kNames = {"issued", "partially_redeemed", "redeemed",
                                                 "refunded", "expired"};
  return kNames[static_cast<size_t>(token.state())];
}

void BindServiceToken(py::module_& m) {
  py::class_<ServiceToken>(m, "ServiceToken",
                           "A right to units of a service, backed by a stake. One thread at a "
                           "time.")
      .def(py::init([](const Bytes& stake, const Bytes& service, const Bytes& owner,
                       Int<uint64_t> units, Int<int64_t> expires_ns, Int<uint64_t> backed_units,
                       Int<int64_t> now_ns) {
             return Value(ServiceToken::Issue({.stake = IdOf(stake, "a stake"),
                                               .service = IdOf(service, "a service"),
                                               .owner = IdOf(owner, "an owner"),
                                               .units = units,
                                               .expires_ns = expires_ns},
                                              backed_units, now_ns));
           }),
           py::kw_only(), py::arg("stake"), py::arg("service"), py::arg("owner"), py::arg("units"),
           py::arg("expires_ns"), py::arg("backed_units"), py::arg("now_ns"))
      .def(
          "redeem",
          [](ServiceToken& self, const Bytes& signer, Int<uint64_t> id, Int<uint64_t> units,
             Int<int64_t> now_ns) {
            Check(self.Redeem({IdOf(signer, "a signer"), id, units}, now_ns));
          },
          py::arg("signer"), py::arg("id"), py::arg("units"), py::arg("now_ns"))
      .def(
          "refund",
          [](ServiceToken& self, const Bytes& signer, Int<int64_t> now_ns) {
            return Value(self.Refund(IdOf(signer, "a signer"), now_ns));
          },
          py::arg("signer"), py::arg("now_ns"))
      .def(
          "expire", [](ServiceToken& self, Int<int64_t> now_ns) { self.Expire(now_ns); },
          py::arg("now_ns"))
      .def_property_readonly("state", &StateOf)
      .def_property_readonly("units", [](const ServiceToken& self) { return self.terms().units; })
      .def_property_readonly("expires_ns",
                             [](const ServiceToken& self) { return self.terms().expires_ns; })
      .def_property_readonly("outstanding", &ServiceToken::outstanding)
      .def_property_readonly("redeemed", &ServiceToken::redeemed)
      .def_property_readonly("refunded", &ServiceToken::refunded)
      .def_property_readonly("expired", &ServiceToken::expired);
}

void BindCheckIn(py::module_& m) {
  py::class_<CheckInBook>(m, "CheckInBook",
                          "Who may be paid for the block that comes. One thread at a time.")
      .def(py::init([](const Bytes& tip) { return CheckInBook(IdOf(tip, "a tip")); }),
           py::arg("tip"))
      .def(
          "register",
          [](CheckInBook& self, const Bytes& node) { Check(self.Register(IdOf(node, "a node"))); },
          py::arg("node"))
      .def(
          "check_in",
          [](CheckInBook& self, const Bytes& node, const Bytes& tip, const Bytes& memo) {
            Check(self.CheckIn({IdOf(node, "a node"), IdOf(tip, "a tip"), memo.span()}));
          },
          py::arg("node"), py::arg("tip"), py::arg("memo") = py::bytes())
      .def(
          "advance", [](CheckInBook& self, const Bytes& tip) { self.Advance(IdOf(tip, "a tip")); },
          py::arg("tip"))
      .def_property_readonly("eligible", [](const CheckInBook& self) {
        py::list nodes;
        for (const auto& node : self.eligible()) nodes.append(ToPython(node));
        return nodes;
      });
}

}  // namespace

void BindEconServices(py::module_& root) {
  py::module_ m = Submodule(root, "econ", "Prices, money and what is paid for what.");
  BindServiceToken(m);
  BindCheckIn(m);
}

}  // namespace shadw::python
