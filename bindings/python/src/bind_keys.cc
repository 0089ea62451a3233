// SPDX-License-Identifier: Apache-2.0
//
// shadw.crypto, continued: trees of keys (BIP-32 over secp256k1, SLIP-0010 over Ed25519).
#include "bindings/python/src/casters.h"
#include "libshadw/crypto/bip32.h"
#include "libshadw/crypto/bip32_path.h"
#include "libshadw/crypto/slip10.h"

namespace shadw::python {
namespace {

using crypto::ExtendedPrivateKey;
using crypto::ExtendedPublicKey;
using crypto::Slip10PrivateKey;

std::vector<uint32_t> Steps(const std::vector<Int<uint32_t>>& path) {
  return {path.begin(), path.end()};
}

// A path as text ("m/44'/0") or as a sequence of numbers.
template <typename KeyType>
KeyType DerivePath(const KeyType& key, const py::object& path) {
  if (py::isinstance<py::str>(path)) return Value(key.DerivePath(path.cast<std::string>()));
  return Value(key.DerivePath(Steps(path.cast<std::vector<Int<uint32_t>>>())));
}

template <typename KeyType>
void BindSteps(py::class_<KeyType>& key) {
  key.def(
         "derive",
         [](const KeyType& self, Int<uint32_t> index) { return Value(self.Derive(index)); },
         py::arg("index"), "The child of that number.")
      .def("derive_path", &DerivePath<KeyType>, py::arg("path"),
           "The descendant at a path, which starts at this key.");
}

template <typename KeyType>
void BindPosition(py::class_<KeyType>& key) {
  key.def_property_readonly("depth", [](const KeyType& self) { return self.position().depth; })
      .def_property_readonly(
          "parent_fingerprint",
          [](const KeyType& self) { return ToPython(self.position().parent_fingerprint); })
      .def_property_readonly("child_number",
                             [](const KeyType& self) { return self.position().child_number; });
}

// The two halves of a private key, as copies in locked memory.
template <typename KeyType>
void BindPrivateHalves(py::class_<KeyType>& key) {
  key.def_property_readonly(
         "private_key",
         [](const KeyType& self) { return crypto::SecretKey::CopyOf(self.private_key()); })
      .def_property_readonly("chain_code", [](const KeyType& self) {
        return crypto::SecretKey::CopyOf(self.chain_code());
      });
}

void BindPublic(py::module_& m) {
  py::class_<ExtendedPublicKey> key(m, "ExtendedPublicKey", "A BIP-32 public key (xpub).");
  key.def_static(
         "parse", [](const std::string& xpub) { return Value(ExtendedPublicKey::Parse(xpub)); },
         py::arg("xpub"))
      .def("serialize", &ExtendedPublicKey::Serialize, "The \"xpub…\" text.")
      .def(
          "key_matches",
          [](const ExtendedPublicKey& self, const std::string& path, const Bytes& public_key) {
            return Value(self.KeyMatches(path, public_key.span()));
          },
          py::arg("path"), py::arg("public_key"),
          "Whether the public key is the one at the path below this key.")
      .def_property_readonly(
          "public_key", [](const ExtendedPublicKey& self) { return ToPython(self.public_key()); })
      .def_property_readonly(
          "chain_code", [](const ExtendedPublicKey& self) { return ToPython(self.chain_code()); })
      .def_property_readonly(
          "fingerprint", [](const ExtendedPublicKey& self) { return ToPython(self.fingerprint()); })
      .def("__repr__",
           [](const ExtendedPublicKey& self) {
             return "ExtendedPublicKey(" + self.Serialize() + ")";
           })
      .def("__eq__",
           [](const ExtendedPublicKey& self, const py::object& other) -> py::object {
             if (!py::isinstance<ExtendedPublicKey>(other)) {
               return py::reinterpret_borrow<py::object>(Py_NotImplemented);
             }
             return py::bool_(self == other.cast<const ExtendedPublicKey&>());
           })
      .def("__hash__",
           [](const ExtendedPublicKey& self) { return py::hash(py::str(self.Serialize())); });
  BindSteps(key);
  BindPosition(key);
}

void BindPrivate(py::module_& m) {
  py::class_<ExtendedPrivateKey> key(m, "ExtendedPrivateKey",
                                     "A BIP-32 private key, in locked memory.");
  key.def_static(
         "from_seed",
         [](const Sensitive& seed) { return Value(ExtendedPrivateKey::FromSeed(seed.span())); },
         py::arg("seed"), "The root of the tree; 16 to 64 bytes.")
      .def_static(
          "parse", [](const std::string& xprv) { return Value(ExtendedPrivateKey::Parse(xprv)); },
          py::arg("xprv"))
      .def("serialize", &ExtendedPrivateKey::Serialize, "The \"xprv…\" text, as a Secret.")
      .def("to_public", &ExtendedPrivateKey::ToPublic)
      .def("__repr__", [](const ExtendedPrivateKey&) { return "ExtendedPrivateKey(hidden)"; });
  BindSteps(key);
  BindPosition(key);
  BindPrivateHalves(key);
}

}  // namespace

void BindKeyTrees(py::module_& m) {
  m.attr("HARDENED") = crypto::kHardened;
  BindPublic(m);
  BindPrivate(m);
  py::class_<Slip10PrivateKey> key(m, "Slip10PrivateKey",
                                   "A SLIP-0010 key: a seed for an Ed25519Signer.");
  key.def_static(
         "from_seed",
         [](const Sensitive& seed) { return Value(Slip10PrivateKey::FromSeed(seed.span())); },
         py::arg("seed"), "The root of the tree; 16 to 64 bytes.")
      .def("__repr__", [](const Slip10PrivateKey&) { return "Slip10PrivateKey(hidden)"; });
  BindSteps(key);
  BindPrivateHalves(key);
  m.def(
      "parse_key_path", [](const std::string& text) { return Value(crypto::ParseKeyPath(text)); },
      py::arg("text"),
      "The steps of a path such as \"m/44'/0\"; hardened ones have HARDENED added.");
  m.def(
      "format_key_path",
      [](const std::vector<Int<uint32_t>>& path) { return crypto::FormatKeyPath(Steps(path)); },
      py::arg("path"));
}

}  // namespace shadw::python
