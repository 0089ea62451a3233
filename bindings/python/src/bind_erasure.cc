// SPDX-License-Identifier: Apache-2.0
//
// shadw.erasure: Reed–Solomon over arrays.
#include <algorithm>
#include <cstring>
#include <functional>

#include "bindings/python/src/casters.h"
#include "libshadw/erasure/code.h"
#include "libshadw/erasure/reed_solomon.h"
#include "libshadw/erasure/whole_object.h"

namespace shadw::python {
namespace {

using erasure::Code;
using erasure::ReedSolomon;

erasure::Backend BackendNamed(const std::string& name) {
  if (name == "fastest") return erasure::Backend::kFastest;
  if (name == "isal") return erasure::Backend::kIsal;
  if (name == "plain_tables") return erasure::Backend::kPlainTables;
  if (name == "gfni_avx512") return erasure::Backend::kGfniAvx512;
  if (name == "gfni_avx2") return erasure::Backend::kGfniAvx2;
  if (name == "avx2") return erasure::Backend::kAvx2;
  Refuse("erasure: got backend '" + name +
         "', need one of: fastest isal plain_tables gfni_avx512 gfni_avx2 avx2");
}

Code MakeCode(Int<uint16_t> data_shards, Int<uint16_t> parity_shards) {
  const Code code{.data_shards = data_shards, .parity_shards = parity_shards};
  Check(code.Validate());
  return code;
}

// --- reconstruct ----------------------------------------------------------------

// The shards that are at hand, by index, and the buffers that hold them.
struct Found {
  Rows rows;
  std::vector<Bytes> held;
  std::vector<ReedSolomon::Present> present;

  size_t shard_bytes() const { return present.empty() ? 0 : present.front().bytes.size(); }
  void Add(uint16_t index, base::ByteSpan bytes) { present.push_back({index, bytes}); }
};

Found FoundInMapping(const py::object& shards) {
  Found found;
  for (const py::handle item : shards.attr("items")()) {
    const auto pair = item.cast<py::tuple>();
    const auto index = pair[0].cast<Int<uint16_t>>();
    found.held.push_back(Bytes::Borrow(pair[1]));
    found.Add(index, found.held.back().span());
  }
  std::ranges::sort(found.present, {}, &ReedSolomon::Present::index);
  return found;
}

// A sequence of n places, missing ones None.
Found FoundInSequence(const py::sequence& shards) {
  Found found;
  if (shards.size() > erasure::kMaxTotalShards) {
    Refuse("erasure: got " + std::to_string(shards.size()) + " places for shards, need at most " +
           std::to_string(erasure::kMaxTotalShards));
  }
  for (size_t i = 0; i < shards.size(); ++i) {
    const py::object shard = shards[i];
    if (shard.is_none()) continue;
    found.held.push_back(Bytes::Borrow(shard));
    found.Add(static_cast<uint16_t>(i), found.held.back().span());
  }
  return found;
}

bool IsBool(py::handle flag) {
  if (PyBool_Check(flag.ptr())) return true;
  return py::hasattr(flag, "dtype") && flag.attr("dtype").attr("kind").cast<std::string>() == "b";
}

// One flag a row, as an array of bool or a sequence.
std::vector<bool> PresentRows(const py::object& present, size_t rows) {
  std::vector<bool> flags;
  for (const py::handle flag : present) {
    if (!IsBool(flag)) throw py::type_error("got a mask that is no sequence of bool");
    flags.push_back(py::bool_(py::reinterpret_borrow<py::object>(flag)));
  }
  if (flags.size() != rows) {
    Refuse("erasure: got a mask of " + std::to_string(flags.size()) + " flags, need " +
           std::to_string(rows));
  }
  return flags;
}

Found FoundInArray(const py::object& array, const py::object& present, Code code) {
  Found found;
  found.rows = Rows::Borrow(array);
  if (found.rows.size() != code.total_shards()) {
    Refuse("erasure: got an array of " + std::to_string(found.rows.size()) + " rows, need " +
           std::to_string(code.total_shards()));
  }
  const std::vector<bool> flags = PresentRows(present, found.rows.size());
  for (size_t i = 0; i < flags.size(); ++i) {
    if (flags[i]) found.Add(static_cast<uint16_t>(i), found.rows.spans()[i]);
  }
  return found;
}

std::vector<uint16_t> Missing(const Found& found, Code code) {
  std::vector<uint16_t> missing;
  for (uint16_t i = 0; i < code.total_shards(); ++i) {
    if (std::ranges::none_of(found.present, [i](const auto& p) { return p.index == i; })) {
      missing.push_back(i);
    }
  }
  return missing;
}

std::vector<uint16_t> WantedOf(const std::optional<std::vector<Int<uint16_t>>>& wanted,
                               const Found& found, Code code) {
  if (wanted) return {wanted->begin(), wanted->end()};
  return Missing(found, code);
}

void Reconstruct(const ReedSolomon& coder, const Found& found,
                 const std::vector<ReedSolomon::Wanted>& wanted) {
  Check(Unlocked([&] { return coder.Reconstruct(found.present, wanted); }));
}

py::object ReconstructArray(const ReedSolomon& coder, const Found& found,
                            const std::vector<uint16_t>& indices) {
  const NewRows rebuilt(indices.size(), found.rows.row_bytes());
  std::vector<ReedSolomon::Wanted> wanted;
  for (size_t i = 0; i < indices.size(); ++i) wanted.push_back({indices[i], rebuilt.spans[i]});
  Reconstruct(coder, found, wanted);
  return rebuilt.array;
}

py::object ReconstructMapping(const ReedSolomon& coder, const Found& found,
                              const std::vector<uint16_t>& indices) {
  py::dict rebuilt;
  std::vector<ReedSolomon::Wanted> wanted;
  for (const uint16_t index : indices) {
    Array shard(static_cast<py::ssize_t>(found.shard_bytes()));
    wanted.push_back({index, {shard.mutable_data(), found.shard_bytes()}});
    rebuilt[py::int_(index)] = shard;
  }
  Reconstruct(coder, found, wanted);
  return rebuilt;
}

bool IsMapping(const py::object& object) { return py::hasattr(object, "items"); }

py::object ReconstructAny(const ReedSolomon& coder, const py::object& shards,
                          const std::optional<std::vector<Int<uint16_t>>>& wanted,
                          const py::object& present) {
  const Code code = coder.code();
  if (IsMapping(shards)) {
    if (!present.is_none()) {
      throw py::type_error("got a mapping and a mask; a mapping lists only what is present");
    }
    const Found found = FoundInMapping(shards);
    return ReconstructMapping(coder, found, WantedOf(wanted, found, code));
  }
  if (present.is_none()) {
    if (PyObject_CheckBuffer(shards.ptr()) != 0) {
      throw py::type_error("got an array without a mask of the rows that are present");
    }
    const Found found = FoundInSequence(shards.cast<py::sequence>());
    return ReconstructMapping(coder, found, WantedOf(wanted, found, code));
  }
  const Found found = FoundInArray(shards, present, code);
  return ReconstructArray(coder, found, WantedOf(wanted, found, code));
}

// --- whole objects ----------------------------------------------------------------

py::list SplitAndEncode(const ReedSolomon& coder, const Bytes& object) {
  auto shards = Value(Unlocked([&] { return erasure::SplitAndEncode(coder, object.span()); }));
  py::list arrays;
  for (base::Bytes& shard : shards) arrays.append(Adopt(std::move(shard)));
  return arrays;
}

// As erasure::Join, from borrowed shards straight into the result: lost data shards are
// rebuilt in place, except where the object ends inside one.
absl::Status JoinInto(const ReedSolomon& coder, const Found& found, uint64_t shard_bytes,
                      base::MutableByteSpan object) {
  std::vector<ReedSolomon::Wanted> wanted;
  base::Buffer tails;
  const auto part = [&](uint16_t j) {
    const uint64_t at = std::min(j * shard_bytes, uint64_t{object.size()});
    return object.subspan(at, std::min(shard_bytes, object.size() - at));
  };
  const std::vector<uint16_t> lost = Missing(found, coder.code());
  const uint16_t k = coder.code().data_shards;
  const auto is_tail = [&](uint16_t j) { return j < k && part(j).size() < shard_bytes; };
  tails = base::Buffer(static_cast<size_t>(std::ranges::count_if(lost, is_tail)) * shard_bytes);
  base::MutableByteSpan room = tails.span();
  for (const uint16_t j : lost) {
    if (j >= k) continue;
    wanted.push_back({j, is_tail(j) ? room.first(shard_bytes) : part(j)});
    if (is_tail(j)) room = room.subspan(shard_bytes);
  }
  if (absl::Status status = coder.Reconstruct(found.present, wanted); !status.ok()) return status;
  for (const auto& [index, bytes] : found.present) {
    if (index < k) std::ranges::copy(bytes.first(part(index).size()), part(index).begin());
  }
  for (const auto& [index, bytes] : wanted) {
    if (is_tail(index)) std::ranges::copy(bytes.first(part(index).size()), part(index).begin());
  }
  return absl::OkStatus();
}

py::bytes Join(const ReedSolomon& coder, const py::object& shards, Int<uint64_t> object_bytes) {
  const uint64_t shard_bytes = Value(erasure::ShardBytes(coder.code(), object_bytes));
  const Found found =
      IsMapping(shards) ? FoundInMapping(shards) : FoundInSequence(shards.cast<py::sequence>());
  for (const ReedSolomon::Present& shard : found.present) {
    if (shard.bytes.size() != shard_bytes) {
      Refuse("erasure: got a shard of " + std::to_string(shard.bytes.size()) + " bytes, need " +
             std::to_string(shard_bytes));
    }
  }
  // Refused before room is made for the result: its size is only a claim so far.
  if (found.present.size() < coder.code().data_shards) {
    Check(Unlocked([&] { return coder.Reconstruct(found.present, {}); }));
  }
  const NewBytes object(object_bytes);
  Check(Unlocked([&] { return JoinInto(coder, found, shard_bytes, object.span); }));
  return object.object;
}

// --- the module ---------------------------------------------------------------------

void BindCode(py::module_& m) {
  py::class_<Code>(m, "Code", "The shape of an erasure code: k data shards, m parity shards.")
      .def(py::init(&MakeCode), py::arg("data_shards"), py::arg("parity_shards"))
      .def_static(
          "parse", [](const std::string& text) { return Value(erasure::ParseCode(text)); },
          py::arg("text"), "Reads \"k+m\".")
      .def_property_readonly("data_shards", [](const Code& code) { return code.data_shards; })
      .def_property_readonly("parity_shards", [](const Code& code) { return code.parity_shards; })
      .def_property_readonly("total_shards", &Code::total_shards)
      .def("__str__", [](const Code& code) { return erasure::ToString(code); })
      .def("__repr__",
           [](const Code& code) {
             return "Code(" + std::to_string(code.data_shards) + ", " +
                    std::to_string(code.parity_shards) + ")";
           })
      .def("__eq__",
           [](const Code& code, const py::object& other) -> py::object {
             if (!py::isinstance<Code>(other)) {
               return py::reinterpret_borrow<py::object>(Py_NotImplemented);
             }
             return py::bool_(code == other.cast<Code>());
           })
      .def("__hash__", [](const Code& code) {
        return std::hash<uint32_t>()(uint32_t{code.data_shards} << 16 | code.parity_shards);
      });
}

ReedSolomon MakeReedSolomon(Int<uint16_t> data_shards, Int<uint16_t> parity_shards,
                            const std::string& backend, Int<uint64_t> inverse_cache_entries) {
  return Value(ReedSolomon::Create(
      erasure::Options{.code = {data_shards, parity_shards},
                       .backend = BackendNamed(backend),
                       .inverse_cache_entries = static_cast<size_t>(inverse_cache_entries)}));
}

Array Encode(const ReedSolomon& coder, const Rows& data) {
  NewRows parity(coder.code().parity_shards, data.row_bytes());
  Check(Unlocked([&] { return coder.Encode(data.spans(), parity.spans); }));
  return std::move(parity.array);
}

bool Verify(const ReedSolomon& coder, const Rows& shards) {
  return Value(Unlocked([&] { return coder.Verify(shards.spans()); }));
}

}  // namespace

void BindErasure(py::module_& root) {
  py::module_ m = Submodule(root, "erasure", "Reed-Solomon: any k of n = k + m shards rebuild.");
  m.attr("MAX_TOTAL_SHARDS") = erasure::kMaxTotalShards;
  m.attr("MAX_OBJECT_BYTES") = erasure::kMaxObjectBytes;
  BindCode(m);
  py::class_<ReedSolomon>(m, "ReedSolomon",
                          "Systematic Cauchy Reed-Solomon over GF(2^8)/0x11d. It trusts what it is "
                          "fed: check shards first.")
      .def(py::init(&MakeReedSolomon), py::arg("data_shards"), py::arg("parity_shards"),
           py::kw_only(), py::arg("backend") = "fastest", py::arg("inverse_cache_entries") = 128)
      .def_property_readonly("code", &ReedSolomon::code)
      .def_property_readonly("cached_inverses", &ReedSolomon::cached_inverses)
      .def("encode", &Encode, py::arg("data"),
           "The parity shards, shape (m, L), of k data shards of L bytes.")
      .def("reconstruct", &ReconstructAny, py::arg("shards"), py::arg("wanted") = py::none(),
           py::kw_only(), py::arg("present") = py::none(),
           "Rebuilds the wanted shards (default: all that are missing) from any k.")
      .def("verify", &Verify, py::arg("shards"),
           "Whether the parity among n shards is that of the data.")
      .def("split_and_encode", &SplitAndEncode, py::arg("object"),
           "The n shards of an object in memory.")
      .def("join", &Join, py::arg("shards"), py::arg("object_bytes"),
           "The object again, from any k of its shards.")
      .def("__repr__", [](const ReedSolomon& coder) {
        return "ReedSolomon(" + std::to_string(coder.code().data_shards) + ", " +
               std::to_string(coder.code().parity_shards) + ")";
      });
  m.def(
      "shard_bytes",
      [](const Code& code, Int<uint64_t> object_bytes) {
        return Value(erasure::ShardBytes(code, object_bytes));
      },
      py::arg("code"), py::arg("object_bytes"),
      "The bytes of each shard of an object of so many bytes.");
}

}  // namespace shadw::python
