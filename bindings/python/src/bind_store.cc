// SPDX-License-Identifier: Apache-2.0
//
// shadw.store: where shards lie.
#include "bindings/python/src/casters.h"
#include "libshadw/crypto/random.h"
#include "libshadw/store/directory_store.h"
#include "libshadw/store/memory_store.h"
#include "libshadw/store/store.h"

namespace shadw::python {
namespace {

using store::BlobStat;
using store::DirectoryStore;
using store::MemoryStore;
using store::Store;

uint64_t BlobBytes(const Store& self, const store::StorageId& id) {
  const auto stats = Value(Unlocked([&] { return self.StatMany({&id, 1}); }));
  if (!stats.front()) {
    Check(absl::NotFoundError("store: got id " + base::ToHex(id) + ", which is not here"));
  }
  return stats.front()->bytes;
}

py::bytes Get(const Store& self, const Bytes& id, Int<uint64_t> offset,
              const std::optional<Int<uint64_t>>& count) {
  const auto fixed = ToArray<32>(id, "a storage id");
  const uint64_t size = BlobBytes(self, fixed);
  const uint64_t rest = size - std::min(size, offset.value);
  const NewBytes bytes(count ? std::min(rest, count->value) : rest);
  const size_t got = Value(Unlocked([&] { return self.Get(fixed, offset, bytes.span); }));
  return got == bytes.span.size() ? bytes.object : ToPython(bytes.span.first(got));
}

std::vector<py::bytes> List(const Store& self, const std::optional<Bytes>& after,
                            Int<uint64_t> limit) {
  std::optional<store::StorageId> from;
  if (after) from = ToArray<32>(*after, "a storage id");
  std::vector<py::bytes> ids;
  for (const auto& id : Value(Unlocked([&] { return self.List(from, limit); }))) {
    ids.push_back(ToPython(id));
  }
  return ids;
}

std::vector<std::optional<BlobStat>> StatMany(const Store& self, const Rows& ids) {
  std::vector<store::StorageId> wanted;
  for (const base::ByteSpan id : ids.spans()) {
    if (id.size() != 32) {
      Refuse("store: got a storage id of " + std::to_string(id.size()) + " bytes, need 32");
    }
    std::ranges::copy(id, wanted.emplace_back().begin());
  }
  return Value(Unlocked([&] { return self.StatMany(wanted); }));
}

void BindInterface(py::module_& m) {
  Show(py::class_<BlobStat>(m, "BlobStat", "How long a blob is, and whose token deletes it.")
           .def_readonly("bytes", &BlobStat::bytes)
           .def_property_readonly("token_hash",
                                  [](const BlobStat& self) { return ToPython(self.token_hash); }));
  py::class_<Store, std::shared_ptr<Store>>(m, "Store", "Keeps blobs that it cannot read.")
      .def_property_readonly("node_id", [](const Store& self) { return ToPython(self.node_id()); })
      .def(
          "put",
          [](Store& self, const Bytes& id, const Bytes& bytes, const Bytes& token_hash) {
            const auto fixed = ToArray<32>(id, "a storage id");
            const auto hash = ToArray<32>(token_hash, "a token hash");
            Check(Unlocked([&] { return self.Put(fixed, bytes.span(), hash); }));
          },
          py::arg("id"), py::arg("bytes"), py::arg("token_hash"), "Never overwrites.")
      .def("get", &Get, py::arg("id"), py::kw_only(), py::arg("offset") = 0,
           py::arg("count") = py::none())
      .def(
          "delete",
          [](Store& self, const Bytes& id, const Bytes& token) {
            const auto fixed = ToArray<32>(id, "a storage id");
            const auto shown = ToArray<32>(token, "a delete token");
            Check(Unlocked([&] { return self.Delete(fixed, shown); }));
          },
          py::arg("id"), py::arg("token"))
      .def("list", &List, py::arg("after") = py::none(), py::arg("limit") = store::kMaxListEntries,
           "Ids in ascending order, page by page.")
      .def("stat_many", &StatMany, py::arg("ids"))
      .def("flush", [](Store& self) { Check(Unlocked([&] { return self.Flush(); })); });
}

py::dict CountersOf(const MemoryStore& self) {
  const MemoryStore::Counters c = self.counters();
  return py::dict(py::arg("puts") = c.puts, py::arg("gets") = c.gets,
                  py::arg("deletes") = c.deletes, py::arg("lists") = c.lists,
                  py::arg("stats") = c.stats, py::arg("stat_ids") = c.stat_ids,
                  py::arg("flushes") = c.flushes, py::arg("bytes_written") = c.bytes_written,
                  py::arg("bytes_read") = c.bytes_read);
}

void BindMemoryStore(py::module_& m) {
  py::class_<MemoryStore, Store, std::shared_ptr<MemoryStore>>(m, "MemoryStore",
                                                               "A store in memory, with a size.")
      .def(py::init([](const std::optional<Bytes>& node_id, Int<uint64_t> capacity_bytes) {
             MemoryStore::Options options{.capacity_bytes = capacity_bytes};
             options.node_id =
                 node_id ? ToArray<32>(*node_id, "a node id") : crypto::SystemRandom().Array<32>();
             return std::shared_ptr<MemoryStore>(MemoryStore::Create(options));
           }),
           py::kw_only(), py::arg("node_id") = py::none(),
           py::arg("capacity_bytes") = std::numeric_limits<uint64_t>::max())
      .def_property_readonly("used_bytes", &MemoryStore::used_bytes)
      .def_property_readonly("counters", &CountersOf, "What was asked of the store so far.")
      .def("reset_counters", &MemoryStore::ResetCounters)
      .def("__repr__", [](const MemoryStore& self) {
        return "MemoryStore(node_id=" + base::ToHex(self.node_id()) + ")";
      });
}

}  // namespace

void BindStore(py::module_& root) {
  py::module_ m = Submodule(root, "store", "Where shards lie: in memory or in a directory.");
  m.attr("MAX_BLOB_BYTES") = store::kMaxBlobBytes;
  BindInterface(m);
  BindMemoryStore(m);
  py::class_<DirectoryStore, Store, std::shared_ptr<DirectoryStore>>(m, "DirectoryStore",
                                                                     "One file per blob.")
      // Those of one interpreter share what syncs can be shared.
      .def(py::init([syncs = std::make_shared<store::SharedSyncs>()](const py::object& directory,
                                                                     bool create, bool sync) {
             const std::string path = Name::From(PathText(directory)).bytes;
             return std::shared_ptr<DirectoryStore>(Value(Unlocked([&] {
               return DirectoryStore::Open(
                   {.directory = path, .create = create, .sync = sync, .syncs = syncs});
             })));
           }),
           py::arg("directory"), py::kw_only(), py::arg("create") = true, py::arg("sync") = true)
      .def("__repr__", [](const DirectoryStore& self) {
        return "DirectoryStore(node_id=" + base::ToHex(self.node_id()) + ")";
      });
  m.def(
      "hash_token",
      [](const Bytes& token) {
        return ToPython(store::HashToken(ToArray<32>(token, "a delete token")));
      },
      py::arg("token"), "What a store keeps in place of a delete token.");
}

}  // namespace shadw::python
