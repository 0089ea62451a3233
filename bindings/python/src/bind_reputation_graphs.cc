// SPDX-License-Identifier: Apache-2.0
//
// shadw.reputation: EigenTrust over columns of edges, and the bytes of change records.
#include "bindings/python/src/bind_reputation.h"
#include "libshadw/reputation/change_record.h"
#include "libshadw/reputation/eigentrust.h"

namespace shadw::python {
namespace {

py::tuple EigenTrustOf(Int<uint32_t> nodes, const Column<uint32_t>& source,
                       const Column<uint32_t>& target, const Column<double>& trust,
                       const Column<uint32_t>& pre_trusted, double pre_trust_share,
                       double tolerance, Int<uint32_t> max_iterations) {
  const vectorized::Shape shape = vectorized::Broadcast({&source, &target, &trust});
  auto result = Value(Unlocked([&]() -> absl::StatusOr<reputation::EigenTrust> {
    const auto trusted = All(pre_trusted);
    auto graph = [&] {  // copies of columns go before the iterations begin
      const Whole<uint32_t> from(source, shape);
      const Whole<uint32_t> to(target, shape);
      const Whole<double> local(trust, shape);
      return reputation::TrustGraph::Create(
          nodes, {.from = from.span(), .to = to.span(), .trust = local.span()});
    }();
    if (!graph.ok()) return graph.status();
    return reputation::Solve(*graph, {.pre_trusted = trusted.span(),
                                      .pre_trust_share = pre_trust_share,
                                      .tolerance = tolerance,
                                      .max_iterations = max_iterations});
  }));
  return py::make_tuple(AdoptColumn(std::move(result.trust)), result.iterations, result.change);
}

py::bytes EncodeChanges(const std::vector<Bytes>& ids, const Column<int64_t>& units) {
  const auto column = All(units);
  if (ids.size() != column.span().size()) {
    Refuse("reputation: got " + std::to_string(ids.size()) + " ids and " +
           std::to_string(column.span().size()) + " changes, need as many");
  }
  std::vector<reputation::NamedChange> changes;
  for (size_t i = 0; i < ids.size(); ++i) {
    changes.push_back({.id = base::ToBytes(ids[i].span()), .units = column.span()[i]});
  }
  return ToPython(Value(reputation::EncodeChanges(changes)));
}

py::list DecodeChanges(const Bytes& record) {
  py::list changes;
  for (const auto& change : Value(reputation::DecodeChanges(record.span()))) {
    changes.append(py::make_tuple(ToPython(change.id), change.units));
  }
  return changes;
}

}  // namespace

void BindReputationGraphs(py::module_& m) {
  m.def(
      "local_trust",
      [](const Column<uint64_t>& satisfactory, const Column<uint64_t>& unsatisfactory,
         const Out& out) {
        return Vectorized(out, reputation::LocalTrust, satisfactory, unsatisfactory);
      },
      py::arg("satisfactory"), py::arg("unsatisfactory"), py::kw_only(),
      py::arg("out") = py::none());
  m.def("eigentrust", &EigenTrustOf, py::arg("nodes"), py::arg("source"), py::arg("target"),
        py::arg("trust"), py::kw_only(), py::arg("pre_trusted") = py::tuple(),
        py::arg("pre_trust_share") = 0.15, py::arg("tolerance") = 1e-9,
        py::arg("max_iterations") = 1000);
  m.def("encode_changes", &EncodeChanges, py::arg("ids"), py::arg("units"));
  m.def("decode_changes", &DecodeChanges, py::arg("record"));
}

}  // namespace shadw::python
