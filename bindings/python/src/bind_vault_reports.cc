// SPDX-License-Identifier: Apache-2.0
//
// shadw.vault, second part: what the vault tells about objects and about its work.
#include "bindings/python/src/bind_shard.h"
#include "bindings/python/src/bind_vault.h"
#include "libshadw/vault/get_tree.h"
#include "libshadw/vault/put_tree.h"
#include "libshadw/vault/recover.h"
#include "libshadw/vault/vault.h"

namespace shadw::python {
namespace {

using vault::CatalogueEntry;
using vault::CompactReport;
using vault::GetTreeReport;
using vault::NotRestored;
using vault::ObjectInfo;
using vault::Progress;
using vault::PutManyReceipt;
using vault::PutReceipt;
using vault::PutTreeReport;
using vault::ReadFault;
using vault::ReadReport;
using vault::RecoveredObject;
using vault::RecoverReport;
using vault::RepairReport;
using vault::RestoredElsewhere;
using vault::RotateReport;
using vault::ShardCondition;
using vault::ShardReceipt;
using vault::TreeRemark;
using vault::VerifyReport;

const char* StateName(ShardCondition::State state) {
  switch (state) {
    case ShardCondition::State::kWhole:
      return "whole";
    case ShardCondition::State::kDamaged:
      return "damaged";
    case ShardCondition::State::kHeaderDamaged:
      return "header_damaged";
    case ShardCondition::State::kMissing:
      return "missing";
  }
  return "unknown";
}

// Why something is not as it should be; empty where it is.
template <typename Report>
auto Reason(absl::Status Report::*status) {
  return [status](const Report& self) { return std::string((self.*status).message()); };
}

void BindPutReports(py::module_& m) {
  Show(py::class_<Progress>(m, "Progress", "How far a put is.")
           .def_readonly("sealed_bytes", &Progress::sealed_bytes)
           .def_readonly("sent_bytes", &Progress::sent_bytes)
           .def_readonly("durable_bytes", &Progress::durable_bytes));
  Show(py::class_<ShardReceipt>(m, "ShardReceipt", "Where one shard was put.")
           .def_readonly("segment", &ShardReceipt::segment)
           .def_readonly("index", &ShardReceipt::index)
           .def_property_readonly("node", BytesOf(&ShardReceipt::node))
           .def_property_readonly("id", BytesOf(&ShardReceipt::id))
           .def_property_readonly("public_root", BytesOf(&ShardReceipt::public_root)));
  Show(py::class_<PutReceipt>(m, "PutReceipt", "What a put stored.")
           .def_property_readonly("id", BytesOf(&PutReceipt::id))
           .def_readonly("generation", &PutReceipt::generation)
           .def_readonly("sequence", &PutReceipt::sequence)
           .def_property_readonly("version", BytesOf(&PutReceipt::version))
           .def_readonly("object_bytes", &PutReceipt::object_bytes)
           .def_readonly("stored_bytes", &PutReceipt::stored_bytes)
           .def_readonly("segments", &PutReceipt::segments)
           .def_readonly("resumed_segments", &PutReceipt::resumed_segments)
           .def_readonly("head_copies", &PutReceipt::head_copies)
           .def_readonly("shards", &PutReceipt::shards)
           .def_property_readonly("listed", [](const PutReceipt& self) { return self.listed.ok(); })
           .def_property_readonly("why_not_listed", Reason(&PutReceipt::listed)));
}

void BindManyReports(py::module_& m) {
  Show(py::class_<PutManyReceipt>(m, "PutManyReceipt", "What a put of many objects stored.")
           .def_readonly("objects", &PutManyReceipt::objects)
           .def_readonly("packed", &PutManyReceipt::packed)
           .def_readonly("packs", &PutManyReceipt::packs)
           .def_readonly("object_bytes", &PutManyReceipt::object_bytes)
           .def_readonly("stored_bytes", &PutManyReceipt::stored_bytes)
           .def_property_readonly("listed",
                                  [](const PutManyReceipt& self) { return self.listed.ok(); })
           .def_property_readonly("why_not_listed", Reason(&PutManyReceipt::listed))
           .def_property_readonly("overtaken", [](const PutManyReceipt& self) {
             py::list names;
             for (const std::string& name : self.overtaken) names.append(ToText(name));
             return names;
           }));
  Show(py::class_<CompactReport>(m, "CompactReport", "What compact did.")
           .def_readonly("packs_rewritten", &CompactReport::packs_rewritten)
           .def_readonly("packs_removed", &CompactReport::packs_removed)
           .def_readonly("bytes_before", &CompactReport::bytes_before)
           .def_readonly("bytes_after", &CompactReport::bytes_after));
  Show(py::class_<TreeRemark>(m, "TreeRemark", "Something in a folder, and what is the matter.")
           .def_property_readonly("path", [](const TreeRemark& self) { return ToText(self.path); })
           .def_readonly("why", &TreeRemark::why));
  Show(py::class_<PutTreeReport>(m, "PutTreeReport", "What put_tree stored, and what it did not.")
           .def_readonly("receipt", &PutTreeReport::receipt)
           .def_readonly("skipped", &PutTreeReport::skipped)
           .def_readonly("failed", &PutTreeReport::failed)
           .def_readonly("changed", &PutTreeReport::changed));
  Show(py::class_<NotRestored>(m, "NotRestored", "An object that could not be restored.")
           .def_property_readonly("name", [](const NotRestored& self) { return ToText(self.name); })
           .def_property_readonly("why", Reason(&NotRestored::why)));
  Show(py::class_<RestoredElsewhere>(m, "RestoredElsewhere",
                                     "An object whose name is no path below the folder.")
           .def_property_readonly("name",
                                  [](const RestoredElsewhere& self) { return ToText(self.name); })
           .def_property_readonly(
               "path", [](const RestoredElsewhere& self) { return ToText(self.path.string()); }));
  Show(py::class_<GetTreeReport>(m, "GetTreeReport", "What get_tree restored.")
           .def_readonly("restored", &GetTreeReport::restored)
           .def_readonly("bytes", &GetTreeReport::bytes)
           .def_readonly("faults", &GetTreeReport::faults)
           .def_readonly("elsewhere", &GetTreeReport::elsewhere)
           .def_readonly("failed", &GetTreeReport::failed));
}

void BindDescriptions(py::module_& m) {
  Show(py::class_<CatalogueEntry>(m, "CatalogueEntry", "One line of Vault.list.")
           .def_property_readonly("name",
                                  [](const CatalogueEntry& self) { return ToText(self.name); })
           .def_property_readonly("id", BytesOf(&CatalogueEntry::id))
           .def_readonly("generation", &CatalogueEntry::generation)
           .def_readonly("sequence", &CatalogueEntry::sequence)
           .def_readonly("object_bytes", &CatalogueEntry::object_bytes)
           .def_readonly("mtime_ns", &CatalogueEntry::mtime_ns)
           .def_readonly("mode", &CatalogueEntry::mode)
           .def_readonly("put_time_ns", &CatalogueEntry::put_time_ns)
           .def_property_readonly("kind",
                                  [](const CatalogueEntry& self) { return NameOf(self.kind); })
           .def_property_readonly(
               "packed", [](const CatalogueEntry& self) { return self.packed.has_value(); }));
  Show(py::class_<ObjectInfo>(m, "ObjectInfo", "What a vault tells about an object.")
           .def_property_readonly("id", BytesOf(&ObjectInfo::id))
           .def_property_readonly("name", [](const ObjectInfo& self) { return ToText(self.name); })
           .def_readonly("object_bytes", &ObjectInfo::object_bytes)
           .def_readonly("mtime_ns", &ObjectInfo::mtime_ns)
           .def_readonly("mode", &ObjectInfo::mode)
           .def_property_readonly("kind", [](const ObjectInfo& self) { return NameOf(self.kind); })
           .def_readonly("packed", &ObjectInfo::packed)
           .def_readonly("generation", &ObjectInfo::generation)
           .def_readonly("sequence", &ObjectInfo::sequence)
           .def_property_readonly("version", BytesOf(&ObjectInfo::version))
           .def_readonly("put_time_ns", &ObjectInfo::put_time_ns)
           .def_readonly("code", &ObjectInfo::code)
           .def_readonly("cell_bytes", &ObjectInfo::cell_bytes)
           .def_readonly("segments", &ObjectInfo::segments)
           .def_readonly("sealed_bytes", &ObjectInfo::sealed_bytes)
           .def_readonly("bound", &ObjectInfo::bound)
           .def_readonly("public_audit", &ObjectInfo::public_audit)
           .def_readonly("head_copies", &ObjectInfo::head_copies));
}

void BindReadReports(py::module_& m) {
  Show(py::class_<ReadFault>(m, "ReadFault",
                             "Something on the way that was wrong, and was overcome.")
           .def_readonly("segment", &ReadFault::segment)
           .def_readonly("cell", &ReadFault::cell)
           .def_property_readonly("node", BytesOf(&ReadFault::node)));
  Show(py::class_<ReadReport>(m, "ReadReport", "What a get read.")
           .def_readonly("bytes", &ReadReport::bytes)
           .def_readonly("faults", &ReadReport::faults));
}

void BindUpkeepReports(py::module_& m) {
  py::class_<ShardCondition>(m, "ShardCondition", "A shard that is not whole.")
      .def_readonly("segment", &ShardCondition::segment)
      .def_readonly("index", &ShardCondition::index)
      .def_property_readonly("state",
                             [](const ShardCondition& self) { return StateName(self.state); })
      .def_property_readonly("node", BytesOf(&ShardCondition::node))
      .def_property_readonly("id", BytesOf(&ShardCondition::id))
      .def_readonly("bad_cells", &ShardCondition::bad_cells)
      .def_readonly("remark", &ShardCondition::remark)
      .def("__repr__", [](const ShardCondition& self) {
        return "ShardCondition(segment=" + std::to_string(self.segment) +
               ", index=" + std::to_string(self.index) + ", state='" + StateName(self.state) +
               "', bad_cells=" + std::string(py::repr(py::cast(self.bad_cells))) + ")";
      });
  Show(py::class_<VerifyReport>(m, "VerifyReport", "What verify found.")
           .def_readonly("segments", &VerifyReport::segments)
           .def_readonly("shards_expected", &VerifyReport::shards_expected)
           .def_readonly("shards_whole", &VerifyReport::shards_whole)
           .def_readonly("head_copies", &VerifyReport::head_copies)
           .def_readonly("head_copies_expected", &VerifyReport::head_copies_expected)
           .def_readonly("faults", &VerifyReport::faults)
           .def_readonly("endangered_segments", &VerifyReport::endangered_segments)
           .def_property_readonly("catalogue_fault", Reason(&VerifyReport::catalogue))
           .def_property_readonly("whole", &VerifyReport::whole));
  Show(py::class_<RepairReport>(m, "RepairReport", "What repair did.")
           .def_readonly("shards_rebuilt", &RepairReport::shards_rebuilt)
           .def_readonly("shards_removed", &RepairReport::shards_removed)
           .def_readonly("heads_written", &RepairReport::heads_written)
           .def_readonly("bytes_written", &RepairReport::bytes_written)
           .def_readonly("shards_stuck", &RepairReport::shards_stuck)
           .def_property_readonly("catalogue_fault", Reason(&RepairReport::catalogue)));
  Show(py::class_<RotateReport>(m, "RotateReport", "What rotate did.")
           .def_readonly("shards_rotated", &RotateReport::shards_rotated)
           .def_readonly("bytes_written", &RotateReport::bytes_written)
           .def_readonly("shards_left", &RotateReport::shards_left)
           .def_property_readonly("why_left", Reason(&RotateReport::first_left)));
}

void BindRecoverReports(py::module_& m) {
  Show(py::class_<RecoveredObject>(m, "RecoveredObject", "One object that recover found.")
           .def_property_readonly("name",
                                  [](const RecoveredObject& self) { return ToText(self.name); })
           .def_property_readonly("path",
                                  [](const RecoveredObject& self) {
                                    return py::module_::import("pathlib").attr("Path")(
                                        ToText(self.path.string()));
                                  })
           .def_readonly("object_bytes", &RecoveredObject::object_bytes)
           .def_readonly("sequence", &RecoveredObject::sequence)
           .def_readonly("restored", &RecoveredObject::restored)
           .def_readonly("why_not", &RecoveredObject::why_not));
  Show(py::class_<RecoverReport>(m, "RecoverReport", "What recover found.")
           .def_readonly("files_scanned", &RecoverReport::files_scanned)
           .def_readonly("shards_found", &RecoverReport::shards_found)
           .def_readonly("objects", &RecoverReport::objects));
}

}  // namespace

void BindVaultReports(py::module_& m) {
  BindPutReports(m);
  BindManyReports(m);
  BindDescriptions(m);
  BindReadReports(m);
  BindUpkeepReports(m);
  BindRecoverReports(m);
}

}  // namespace shadw::python
