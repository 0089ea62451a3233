// SPDX-License-Identifier: Apache-2.0
//
// shadw.vault, third part: many objects in one call, and folders.
#include "bindings/python/src/bind_vault.h"
#include "libshadw/vault/get_tree.h"
#include "libshadw/vault/put_tree.h"

namespace shadw::python {
namespace {

using vault::PutItem;
using vault::Vault;

// Holds what is made and freed under the lock, wherever the last one lets go of it.
template <typename T, typename... Arguments>
std::shared_ptr<T> MakeHeld(Arguments&&... arguments) {
  return {new T(std::forward<Arguments>(arguments)...), [](T* held) {
            const py::gil_scoped_acquire locked;
            delete held;
          }};
}

// A source that keeps `owner` for as long as it is there.
template <typename Owner>
vault::ByteSource Keeping(std::shared_ptr<Owner> owner, vault::ByteSource source) {
  return [owner = std::move(owner), source = std::move(source)](base::MutableByteSpan out) {
    return source(out);
  };
}

// What an item says beside its name and its source; a pair says nothing.
PutItem BeginItem(const py::object& item, PutArguments& arguments, py::object& source) {
  if (py::isinstance<py::tuple>(item)) {
    const auto pair = item.cast<py::tuple>();
    if (pair.size() != 2) {
      throw py::type_error("got a tuple of " + std::to_string(pair.size()) +
                           ", need a name and a source");
    }
    source = pair[1];
    return {.name = Name::From(pair[0]).bytes, .source = {}, .mode = {}};
  }
  if (!py::isinstance(item, py::module_::import("shadw.vault").attr("Item"))) {
    throw py::type_error("got " + std::string(py::str(py::type::handle_of(item).attr("__name__"))) +
                         ", need an Item or a name and a source");
  }
  source = item.attr("source");
  const auto mode = item.attr("mode").cast<std::optional<Int<uint32_t>>>();
  const auto mtime_ns = item.attr("mtime_ns").cast<std::optional<Int<int64_t>>>();
  if (mode) arguments.options.mode = mode->value;
  if (mtime_ns) arguments.mtime_ns = mtime_ns->value;
  return {.name = Name::From(item.attr("name")).bytes,
          .source = {},
          .mode = {},
          .kind = ObjectKindNamed(item.attr("kind").cast<std::string>())};
}

PutItem ItemOf(const py::object& item, Callbacks& callbacks) {
  PutArguments arguments;
  py::object source;
  PutItem made = BeginItem(item, arguments, source);
  if (PyObject_CheckBuffer(source.ptr()) != 0) {
    auto bytes = MakeHeld<Bytes>(Bytes::Borrow(source));
    made.source = Keeping(bytes, SourceOf(bytes->span(), callbacks));
  } else if (IsPath(source)) {
    auto opened = MakeHeld<OpenedFile>(source, arguments);
    made.source = Keeping(opened, SourceOf(opened->file(), callbacks));
  } else {
    CheckReadable(source);
    made.source = SourceOf(source, callbacks);
  }
  made.mode = arguments.options.mode;
  made.mtime_ns = arguments.mtime_ns.value_or(0);
  return made;
}

vault::ItemSource ItemsFrom(const py::object& items, Callbacks& callbacks) {
  const auto iterator = MakeHeld<py::object>(py::iter(items));
  return [iterator, &callbacks]() -> absl::StatusOr<std::optional<PutItem>> {
    std::optional<PutItem> item;
    const bool went_well = callbacks.Call([&] {
      const auto next = py::reinterpret_steal<py::object>(PyIter_Next(iterator->ptr()));
      if (next) {
        item = ItemOf(next, callbacks);
      } else if (PyErr_Occurred() != nullptr) {
        throw py::error_already_set();
      }
    });
    if (!went_well) return Callbacks::Stopped();
    return item;
  };
}

// Lets signals be handled, and ends the work where something was raised.
std::function<absl::Status()> SignalsOf(Callbacks& callbacks) {
  return [&callbacks] { return callbacks.Call([] {}) ? absl::OkStatus() : Callbacks::Stopped(); };
}

vault::PutOptions OptionsOf(const std::optional<erasure::Code>& code, bool compress,
                            bool public_audit, bool bound, Int<uint32_t> cell_bytes,
                            bool raise_generation) {
  return {.code = code,
          .compress = compress,
          .public_audit = public_audit,
          .bound = bound,
          .cell_bytes = cell_bytes,
          .raise_generation = raise_generation};
}

void BindPutMany(py::class_<OwnedVault>& c) {
  c.def(
      "put_many",
      [](OwnedVault& self, const py::object& items, const std::optional<erasure::Code>& code,
         bool compress, bool public_audit, bool bound, Int<uint32_t> cell_bytes,
         bool raise_generation, const py::object& progress) {
        Callbacks callbacks;
        vault::PutOptions options =
            OptionsOf(code, compress, public_audit, bound, cell_bytes, raise_generation);
        options.progress = ProgressTo(progress, callbacks);
        const vault::ItemSource next = ItemsFrom(items, callbacks);
        return self.Run(callbacks, [&](Vault& v) { return v.PutMany(next, options); });
      },
      py::arg("items"), py::kw_only(), py::arg("code") = py::none(), py::arg("compress") = true,
      py::arg("public_audit") = false, py::arg("bound") = false, py::arg("cell_bytes") = 0,
      py::arg("raise_generation") = false, py::arg("progress") = py::none(),
      "Stores many objects; small ones share packs.");
  c.def(
      "compact", [](OwnedVault& self) { return self.Run([](Vault& v) { return v.Compact(); }); },
      "Rewrites every pack of which an eighth or more is gone.");
}

std::string PathOf(const py::object& path) { return Name::From(PathText(path)).bytes; }

vault::PutTreeReport PutTree(OwnedVault& self, const py::object& path,
                             const std::optional<Name>& name, const py::object& leave_out,
                             vault::PutOptions put, const py::object& progress) {
  Callbacks callbacks;
  vault::PutTreeOptions options{
      .roots = {}, .leave_out = {}, .put = std::move(put), .may_go_on = SignalsOf(callbacks)};
  const std::string root = PathOf(path);
  options.roots.push_back({root, name ? name->bytes : vault::TreeName(root)});
  for (const py::handle folder : leave_out) {
    options.leave_out.push_back(PathOf(py::reinterpret_borrow<py::object>(folder)));
  }
  options.put.progress = ProgressTo(progress, callbacks);
  return self.Run(callbacks, [&](Vault& v) { return vault::PutTree(v, options); });
}

void BindTrees(py::class_<OwnedVault>& c) {
  c.def(
       "put_tree",
       [](OwnedVault& self, const py::object& path, const std::optional<Name>& name,
          const py::object& leave_out, const std::optional<erasure::Code>& code, bool compress,
          bool public_audit, bool bound, Int<uint32_t> cell_bytes, bool raise_generation,
          const py::object& progress) {
         return PutTree(
             self, path, name, leave_out,
             OptionsOf(code, compress, public_audit, bound, cell_bytes, raise_generation),
             progress);
       },
       py::arg("path"), py::arg("name") = py::none(), py::kw_only(),
       py::arg("leave_out") = py::tuple(), py::arg("code") = py::none(), py::arg("compress") = true,
       py::arg("public_audit") = false, py::arg("bound") = false, py::arg("cell_bytes") = 0,
       py::arg("raise_generation") = false, py::arg("progress") = py::none(),
       "Stores what is in a folder: files, folders and links.")
      .def(
          "get_tree",
          [](OwnedVault& self, const Name& prefix, const py::object& out) {
            Callbacks callbacks;
            const vault::GetTreeOptions options{.prefix = prefix.bytes,
                                                .out = PathOf(out),
                                                .progress = {},
                                                .may_go_on = SignalsOf(callbacks)};
            return self.Run(callbacks, [&](Vault& v) { return vault::GetTree(v, options); });
          },
          py::arg("prefix"), py::arg("out"),
          "Restores what is at and below a name; nothing there is overwritten.");
}

}  // namespace

void BindVaultMany(py::class_<OwnedVault>& vault) {
  BindPutMany(vault);
  BindTrees(vault);
}

}  // namespace shadw::python
