// SPDX-License-Identifier: Apache-2.0
//
// shadw.vault: objects on a set of stores. This part opens vaults and works with single
// objects; many at once are in bind_vault_many.cc, reports in bind_vault_reports.cc.
#include "bindings/python/src/bind_vault.h"

#include "bindings/python/src/bind_shard.h"
#include "bindings/python/src/owned_vault.h"
#include "libshadw/vault/recover.h"
#include "libshadw/vault/vault.h"

namespace shadw::python {
namespace {

// --- opening --------------------------------------------------------------------------

// The items of a collection of paths or stores; a single path is a mistake.
py::list ItemsOf(const py::object& items) {
  if (py::isinstance<py::str>(items) || py::isinstance<py::bytes>(items) || IsPath(items)) {
    throw py::type_error("got one path, need a list");
  }
  return py::list(items);
}

// Stores as they are; paths become directory stores.
StoreList StoresOf(const py::object& stores, bool create) {
  const py::object open = py::module_::import("shadw.store").attr("DirectoryStore");
  StoreList list;
  for (const py::handle item : ItemsOf(stores)) {
    const bool is_store = py::isinstance<store::Store>(item);
    const py::object one = is_store ? py::reinterpret_borrow<py::object>(item)
                                    : open(item, py::arg("create") = create);
    list.push_back(one.cast<std::shared_ptr<store::Store>>());
  }
  return list;
}

shard::VaultKeys VaultKeysOf(const py::object& keys) {
  if (py::isinstance<shard::VaultKeys>(keys)) return keys.cast<shard::VaultKeys>();
  return Value(shard::VaultKeys::FromSeed(Sensitive::Borrow(keys).span()));
}

// From a capability's text, or from the keys that it stands for.
absl::StatusOr<SharedObject> OpenWith(const vault::Options& options, const py::object& given) {
  if (py::isinstance<py::str>(given)) {
    const auto text = given.cast<std::string>();
    return Unlocked([&] { return SharedObject::Open(options, std::string_view(text)); });
  }
  if (py::isinstance<shard::MemberKeys>(given)) {
    shard::MemberKeys member = CopyOf(given.cast<const shard::MemberKeys&>());
    return Unlocked([&] { return SharedObject::Open(options, std::move(member)); });
  }
  const auto keys = given.cast<shard::ObjectKeys>();
  return Unlocked([&] { return SharedObject::Open(options, keys); });
}

std::unique_ptr<OwnedVault> OpenVault(const py::object& keys, const py::object& stores, bool create,
                                      const std::optional<erasure::Code>& code,
                                      Int<uint64_t> memory_budget_bytes, Int<size_t> threads,
                                      Int<int64_t> lease_ns,
                                      const std::shared_ptr<SteppedClock>& clock,
                                      const Random& random) {
  const Surroundings surroundings{.random = random, .clock = clock};
  vault::Options options = surroundings.Options(StoresOf(stores, create));
  if (code) options.code = *code;
  options.memory_budget_bytes = memory_budget_bytes;
  options.threads = threads;
  options.intent_lease = base::Duration(lease_ns.value);
  const shard::VaultKeys owner = VaultKeysOf(keys);
  return std::make_unique<OwnedVault>(Value(Unlocked([&] { return Vault::Open(options, owner); })),
                                      surroundings);
}

std::unique_ptr<OwnedObject> OpenShared(const py::object& keys, const py::object& stores,
                                        Int<uint64_t> memory_budget_bytes, Int<size_t> threads,
                                        const std::shared_ptr<SteppedClock>& clock,
                                        const Random& random) {
  const Surroundings surroundings{.random = random, .clock = clock};
  vault::Options options = surroundings.Options(StoresOf(stores, false));
  options.memory_budget_bytes = memory_budget_bytes;
  options.threads = threads;
  return std::make_unique<OwnedObject>(Value(OpenWith(options, keys)), surroundings);
}

// --- put --------------------------------------------------------------------------------

vault::PutReceipt PutFrom(OwnedVault& self, const Name& name, const vault::ByteSource& source,
                          PutArguments& arguments, Callbacks& callbacks) {
  if (arguments.mtime_ns) arguments.options.mtime_ns = *arguments.mtime_ns;
  return self.Run(callbacks,
                  [&](Vault& v) { return v.Put(name.bytes, source, arguments.options); });
}

vault::PutReceipt Put(OwnedVault& self, const Name& name, const py::object& source,
                      PutArguments arguments, const py::object& progress) {
  Callbacks callbacks;
  arguments.options.progress = ProgressTo(progress, callbacks);
  if (PyObject_CheckBuffer(source.ptr()) != 0) {
    const Bytes bytes = Bytes::Borrow(source);
    return PutFrom(self, name, SourceOf(bytes.span(), callbacks), arguments, callbacks);
  }
  if (IsPath(source)) {
    const OpenedFile opened(source, arguments);
    return PutFrom(self, name, SourceOf(opened.file(), callbacks), arguments, callbacks);
  }
  CheckReadable(source);
  return PutFrom(self, name, SourceOf(source, callbacks), arguments, callbacks);
}

void BindPut(py::class_<OwnedVault>& c) {
  c.def(
      "put",
      [](OwnedVault& self, const Name& name, const py::object& source,
         const std::optional<erasure::Code>& code, bool compress, bool public_audit, bool bound,
         const std::optional<Int<uint32_t>>& mode, const std::optional<Int<int64_t>>& mtime_ns,
         Int<uint32_t> cell_bytes, bool resume, bool raise_generation, const py::object& progress) {
        PutArguments arguments{.options = {.code = code,
                                           .compress = compress,
                                           .public_audit = public_audit,
                                           .bound = bound,
                                           .cell_bytes = cell_bytes,
                                           .resume = resume,
                                           .raise_generation = raise_generation}};
        if (mode) arguments.options.mode = mode->value;
        if (mtime_ns) arguments.mtime_ns = mtime_ns->value;
        return Put(self, name, source, std::move(arguments), progress);
      },
      py::arg("name"), py::arg("source"), py::kw_only(), py::arg("code") = py::none(),
      py::arg("compress") = true, py::arg("public_audit") = false, py::arg("bound") = false,
      py::arg("mode") = py::none(), py::arg("mtime_ns") = py::none(), py::arg("cell_bytes") = 0,
      py::arg("resume") = false, py::arg("raise_generation") = false,
      py::arg("progress") = py::none(),
      "Stores a new version of the object, which becomes visible whole at one instant.");
}

// --- get --------------------------------------------------------------------------------

struct Range {
  uint64_t offset;
  uint64_t bytes;
};

Range RangeOf(Int<uint64_t> offset, const std::optional<Int<uint64_t>>& count) {
  return {offset, count ? count->value : vault::kWholeObject};
}

// The bytes themselves: room is made for what the head says, so an object that another
// writer replaces in between is read again.
template <typename T, typename Info, typename Get>
py::bytes GetBytes(Owned<T>& self, Range range, Info info, Get get) {
  constexpr int kAttempts = 8;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const uint64_t size = self.Run(info).object_bytes;
    const NewBytes room(std::min(size - std::min(size, range.offset), range.bytes));
    base::MutableByteSpan rest = room.span;
    bool outgrown = false;
    Callbacks callbacks;
    const auto sink = [&](base::ByteSpan bytes) -> absl::Status {
      if (!callbacks.Call([] {})) return Callbacks::Stopped();
      outgrown = bytes.size() > rest.size();
      if (outgrown) return absl::AbortedError("vault: the object grew while it was read");
      std::ranges::copy(bytes, rest.begin());
      rest = rest.subspan(bytes.size());
      return absl::OkStatus();
    };
    self.Run(callbacks, [&](T& value) -> absl::Status {
      const absl::Status status = get(value, sink, range).status();
      return outgrown ? absl::OkStatus() : status;
    });
    if (!outgrown && rest.empty()) return room.object;
  }
  Check(absl::AbortedError("vault: the object changed each time it was read"));
  return {};
}

// To a path, under which the bytes appear only when all of them are there, or to a file.
// A whole object brings its mode and time along.
template <typename T, typename Info, typename Get>
vault::ReadReport GetTo(Owned<T>& self, const py::object& target, Range range, Info info, Get get) {
  Callbacks callbacks;
  const auto read_to = [&](const py::object& file) {
    return self.Run(callbacks, [&, sink = SinkTo(file, callbacks)](T& value) {
      return get(value, sink, range);
    });
  };
  if (!IsPath(target)) return read_to(target);
  const py::object opened = py::module_::import("shadw._files").attr("Target")(target);
  try {
    vault::ReadReport report = read_to(opened.attr("file"));
    if (range.offset == 0 && range.bytes == vault::kWholeObject) {
      const vault::ObjectInfo about = self.Run(info);
      opened.attr("restore")(about.mode, about.mtime_ns);
    }
    opened.attr("commit")();
    return report;
  } catch (...) {
    opened.attr("discard")();
    throw;
  }
}

void BindGet(py::class_<OwnedVault>& c) {
  const auto getter = [](const Name& name) {
    return [&name](Vault& v, const vault::ByteSink& sink, Range range) {
      return v.Get(name.bytes, sink, range.offset, range.bytes);
    };
  };
  c.def(
       "get",
       [getter](OwnedVault& self, const Name& name, Int<uint64_t> offset,
                const std::optional<Int<uint64_t>>& count) {
         return GetBytes(
             self, RangeOf(offset, count), [&](Vault& v) { return v.Info(name.bytes); },
             getter(name));
       },
       py::arg("name"), py::kw_only(), py::arg("offset") = 0, py::arg("count") = py::none(),
       "The object's bytes, or those of a range.")
      .def(
          "get_to",
          [getter](OwnedVault& self, const Name& name, const py::object& target,
                   Int<uint64_t> offset, const std::optional<Int<uint64_t>>& count) {
            return GetTo(
                self, target, RangeOf(offset, count), [&](Vault& v) { return v.Info(name.bytes); },
                getter(name));
          },
          py::arg("name"), py::arg("target"), py::kw_only(), py::arg("offset") = 0,
          py::arg("count") = py::none(),
          "Writes the object to a path or a binary file; a failed get leaves no path.");
}

// --- the rest -----------------------------------------------------------------------------

std::optional<uint16_t> IndexOf(const std::optional<Int<uint16_t>>& index) {
  if (!index) return std::nullopt;
  return index->value;
}

void BindUpkeep(py::class_<OwnedVault>& c) {
  c.def(
       "list",
       [](OwnedVault& self, const Name& prefix) {
         return self.Run([&](Vault& v) { return v.List(prefix.bytes); });
       },
       py::arg("prefix") = "", "By name, ascending.")
      .def(
          "info",
          [](OwnedVault& self, const Name& name) {
            return self.Run([&](Vault& v) { return v.Info(name.bytes); });
          },
          py::arg("name"))
      .def(
          "verify",
          [](OwnedVault& self, const Name& name) {
            return self.Run([&](Vault& v) { return v.Verify(name.bytes); });
          },
          py::arg("name"), "Reads every stored byte and names what is not whole.")
      .def(
          "repair",
          [](OwnedVault& self, const Name& name) {
            return self.Run([&](Vault& v) { return v.Repair(name.bytes); });
          },
          py::arg("name"), "Brings back n whole shards a segment.")
      .def(
          "repair_catalogue",
          [](OwnedVault& self) {
            return self.Run(
                [](Vault& v) { return absl::StatusOr<vault::RepairReport>(v.RepairCatalogue()); });
          },
          "Brings back every page of the catalogue.")
      .def(
          "rotate",
          [](OwnedVault& self, const Name& name, const std::optional<Int<uint16_t>>& index) {
            return self.Run([&](Vault& v) { return v.Rotate(name.bytes, IndexOf(index)); });
          },
          py::arg("name"), py::arg("index") = py::none(),
          "Wraps one shard of every segment, or all, under new keys.")
      .def(
          "remove",
          [](OwnedVault& self, const Name& name) {
            self.Run([&](Vault& v) { return v.Remove(name.bytes); });
          },
          py::arg("name"), "Leaves a tombstone, removes the shards.")
      .def(
          "share",
          [](OwnedVault& self, const Name& name, const std::string& right) {
            const shard::Right named = RightNamed(right);
            return self.Run([&](Vault& v) { return v.Share(name.bytes, named); });
          },
          py::arg("name"), py::arg("right"), "A capability: whoever reads it has the right.");
}

void BindSharedObject(py::class_<OwnedObject>& c) {
  const auto getter = [](SharedObject& o, const vault::ByteSink& sink, Range range) {
    return o.Get(sink, range.offset, range.bytes);
  };
  c.def(
       "get",
       [getter](OwnedObject& self, Int<uint64_t> offset,
                const std::optional<Int<uint64_t>>& count) {
         return GetBytes(
             self, RangeOf(offset, count), [](SharedObject& o) { return o.Info(); }, getter);
       },
       py::kw_only(), py::arg("offset") = 0, py::arg("count") = py::none())
      .def(
          "get_to",
          [getter](OwnedObject& self, const py::object& target, Int<uint64_t> offset,
                   const std::optional<Int<uint64_t>>& count) {
            return GetTo(
                self, target, RangeOf(offset, count), [](SharedObject& o) { return o.Info(); },
                getter);
          },
          py::arg("target"), py::kw_only(), py::arg("offset") = 0, py::arg("count") = py::none())
      .def("info",
           [](OwnedObject& self) { return self.Run([](SharedObject& o) { return o.Info(); }); })
      .def("verify",
           [](OwnedObject& self) { return self.Run([](SharedObject& o) { return o.Verify(); }); })
      .def("repair",
           [](OwnedObject& self) { return self.Run([](SharedObject& o) { return o.Repair(); }); })
      .def(
          "rotate",
          [](OwnedObject& self, const std::optional<Int<uint16_t>>& index) {
            return self.Run([&](SharedObject& o) { return o.Rotate(IndexOf(index)); });
          },
          py::arg("index") = py::none());
}

vault::RecoverReport Recover(const py::object& keys, const py::object& directories,
                             const py::object& out) {
  vault::RecoverOptions options{.out = Name::From(PathText(out)).bytes};
  for (const py::handle directory : ItemsOf(directories)) {
    options.directories.emplace_back(
        Name::From(PathText(py::reinterpret_borrow<py::object>(directory))).bytes);
  }
  const shard::VaultKeys owner = VaultKeysOf(keys);
  return Value(Unlocked([&] { return vault::Recover(owner, options); }));
}

}  // namespace

void BindVault(py::module_& root) {
  py::module_ m = Submodule(root, "vault", "Objects on a set of untrusted stores.");
  constexpr int64_t kLeaseNs = 600'000'000'000;
  BindVaultReports(m);
  py::class_<SteppedClock, std::shared_ptr<SteppedClock>>(
      m, "ManualClock", "Stands still until it is told to move; for tests.")
      .def(py::init([](Int<int64_t> time_ns) { return std::make_shared<SteppedClock>(time_ns); }),
           py::arg("time_ns"))
      .def_property_readonly("time_ns", &SteppedClock::time_ns)
      .def(
          "set", [](SteppedClock& self, Int<int64_t> time_ns) { self.Set(time_ns); },
          py::arg("time_ns"));
  py::class_<OwnedVault> owner(m, "Vault", "Keeps objects on a set of stores.");
  owner.def(py::init(&OpenVault), py::arg("keys"), py::arg("stores"), py::kw_only(),
            py::arg("create") = false, py::arg("code") = py::none(),
            py::arg("memory_budget_bytes") = vault::kDefaultMemoryBudgetBytes,
            py::arg("threads") = 1, py::arg("intent_lease_ns") = kLeaseNs,
            py::arg("clock") = py::none(), py::arg("random") = py::none());
  BindPut(owner);
  BindGet(owner);
  BindUpkeep(owner);
  BindVaultMany(owner);
  py::class_<OwnedObject> shared(m, "SharedObject", "One object, through a capability.");
  shared.def(py::init(&OpenShared), py::arg("capability"), py::arg("stores"), py::kw_only(),
             py::arg("memory_budget_bytes") = vault::kDefaultMemoryBudgetBytes,
             py::arg("threads") = 1, py::arg("clock") = py::none(), py::arg("random") = py::none());
  BindSharedObject(shared);
  m.def("recover", &Recover, py::arg("keys"), py::arg("directories"), py::arg("out"),
        "Restores objects from any pile of files, with the root key alone.");
}

}  // namespace shadw::python
