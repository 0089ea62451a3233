// SPDX-License-Identifier: Apache-2.0
//
// shadw.crypto: secrets, hashes, Merkle trees, signatures, authenticated encryption.
// The trees of keys are in bind_keys.cc.
#include <string>
#include <variant>

#include "bindings/python/src/casters.h"
#include "bindings/python/src/random.h"
#include "libshadw/crypto/aes_gcm.h"
#include "libshadw/crypto/base58.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/ed25519.h"
#include "libshadw/crypto/hash.h"
#include "libshadw/crypto/kdf.h"
#include "libshadw/crypto/merkle.h"
#include "libshadw/crypto/nonce_counter.h"
#include "libshadw/crypto/xchacha20_poly1305.h"

namespace shadw::python {
namespace {

constexpr size_t kTagBytes = 16;
constexpr uint64_t kMaxMessageBytes = (uint64_t{1} << 36) - 32;

// --- secrets ----------------------------------------------------------------------

template <typename T>
void BindSecretMethods(py::class_<T>& secret, const char* name) {
  secret
      .def(
          "reveal", [](const T& self) { return ToPython(self.bytes()); },
          "A copy of the bytes, in memory that Python neither locks nor wipes.")
      .def("__len__", [](const T& self) { return self.bytes().size(); })
      .def("__repr__", [name](const T&) { return std::string(name) + "(hidden)"; })
      .def("__eq__",
           [](const T& self, const py::object& other) -> py::object {
             if (!py::isinstance<T>(other)) {
               return py::reinterpret_borrow<py::object>(Py_NotImplemented);
             }
             return py::bool_(
                 crypto::ConstantTimeEqual(self.bytes(), other.cast<const T&>().bytes()));
           })
      .attr("__hash__") = py::none();
}

void BindSecrets(py::module_& m) {
  py::class_<crypto::SecretKey> key(m, "SecretKey",
                                    "32 bytes in locked memory that is wiped; never printed.");
  key.def(py::init([](const Key& bytes) { return bytes.Copy(); }), py::arg("bytes"))
      .def_static(
          "generate",
          [] {
            crypto::SecretKey fresh = crypto::SecretKey::Zeroed();
            crypto::SystemRandom().Fill(fresh.mutable_bytes());
            return fresh;
          },
          "A fresh random key.");
  BindSecretMethods(key, "SecretKey");
  py::class_<crypto::Secret> secret(m, "Secret",
                                    "Bytes in locked memory that is wiped; never printed.");
  secret.def(py::init([](const Sensitive& bytes) { return crypto::Secret::CopyOf(bytes.span()); }),
             py::arg("bytes"));
  BindSecretMethods(secret, "Secret");
  m.def(
      "constant_time_equal",
      [](const Sensitive& a, const Sensitive& b) {
        return crypto::ConstantTimeEqual(a.span(), b.span());
      },
      py::arg("a"), py::arg("b"));
}

// --- randomness -------------------------------------------------------------------

Random SeedOf(const std::variant<Int<uint64_t>, Key>& seed) {
  if (const auto* number = std::get_if<Int<uint64_t>>(&seed)) {
    return std::make_shared<LockedRandom>(crypto::SeededRandom(number->value));
  }
  return std::make_shared<LockedRandom>(crypto::SeededRandom(std::get<Key>(seed).span()));
}

py::bytes RandomBytes(base::RandomSource& random, Int<uint64_t> count) {
  const NewBytes bytes(count);
  Unlocked([&] { random.Fill(bytes.span); });
  return bytes.object;
}

void BindRandom(py::module_& m) {
  py::class_<LockedRandom, Random>(m, "SeededRandom",
                                   "A ChaCha20 keystream: the same on every machine. Not for keys.")
      .def(py::init([](const py::object& seed) {
             if (PyIndex_Check(seed.ptr())) return SeedOf(seed.cast<Int<uint64_t>>());
             return SeedOf(seed.cast<Key>());
           }),
           py::arg("seed"))
      .def(
          "bytes",
          [](LockedRandom& random, Int<uint64_t> count) { return RandomBytes(random, count); },
          py::arg("count"), "The next bytes of the stream.");
  m.def(
      "random_bytes",
      [](Int<uint64_t> count) {
        crypto::SystemRandom system;
        return RandomBytes(system, count);
      },
      py::arg("count"), "Bytes from the operating system: for keys and nonces.");
}

// --- hashes -----------------------------------------------------------------------

py::bytes KeyedBlake2b(const Bytes& data, const Sensitive& key, size_t out_bytes) {
  crypto::Blake2b hasher = Value(crypto::Blake2b::Create(key.span(), out_bytes));
  const NewBytes digest(out_bytes);
  Unlocked([&] {
    hasher.Update(data.span());
    hasher.Final(digest.span);
  });
  return digest.object;
}

Array LeafHashes(const Bytes& data, Int<uint64_t> leaf_bytes) {
  if (leaf_bytes == 0 || data.size() % leaf_bytes != 0) {
    Refuse("crypto: got " + std::to_string(data.size()) + " bytes in leaves of " +
           std::to_string(leaf_bytes.value) + ", need a multiple");
  }
  NewRows hashes(data.size() / leaf_bytes, 32);
  Unlocked([&] {
    crypto::LeafHasher().Hash(data.span(), leaf_bytes,
                              reinterpret_cast<crypto::Hash256*>(
                                  hashes.spans.empty() ? nullptr : hashes.spans[0].data()));
  });
  return std::move(hashes.array);
}

void BindHashes(py::module_& m) {
  m.def(
      "sha256",
      [](const Bytes& data) {
        return ToPython(Unlocked([&] { return crypto::Sha256(data.span()); }));
      },
      py::arg("data"));
  m.def(
      "blake2b256",
      [](const Bytes& data, const Sensitive& key) { return KeyedBlake2b(data, key, 32); },
      py::arg("data"), py::kw_only(), py::arg("key") = py::bytes());
  m.def(
      "blake2b128",
      [](const Bytes& data, const Sensitive& key) { return KeyedBlake2b(data, key, 16); },
      py::arg("data"), py::kw_only(), py::arg("key") = py::bytes());
  m.def("leaf_hashes", &LeafHashes, py::arg("data"), py::arg("leaf_bytes"),
        "SHA-256 of every leaf, shape (leaves, 32).");
  m.def(
      "hmac_sha512",
      [](const Sensitive& key, const Bytes& data) {
        return ToPython(Unlocked([&] { return crypto::HmacSha512(key.span(), {data.span()}); }));
      },
      py::arg("key"), py::arg("data"));
  m.def(
      "hkdf_sha256",
      [](const Sensitive& ikm, const Bytes& salt, const Bytes& info, Int<uint32_t> out_bytes) {
        if (out_bytes > crypto::kMaxHkdfSha256Bytes) {
          Refuse("crypto: got " + std::to_string(out_bytes.value) +
                 " bytes to derive, need at most " + std::to_string(crypto::kMaxHkdfSha256Bytes));
        }
        crypto::Secret out = crypto::Secret::Zeroed(out_bytes);
        Check(crypto::HkdfSha256(ikm.span(), salt.span(), info.span(), out.mutable_bytes()));
        return out;
      },
      py::arg("ikm"), py::arg("salt"), py::arg("info"), py::arg("out_bytes"));
}

std::string CheckedLabel(const std::string& label) {
  if (label.empty() || label.size() > crypto::kMaxKdfLabelBytes) {
    Refuse("crypto: got a label of " + std::to_string(label.size()) + " bytes, need 1 to " +
           std::to_string(crypto::kMaxKdfLabelBytes));
  }
  return label;
}

void BindKdf(py::module_& m) {
  m.def(
      "kdf",
      [](const Key& key, const std::string& label, const Bytes& context) {
        return crypto::Kdf(key.span(), CheckedLabel(label), {context.span()});
      },
      py::arg("key"), py::arg("label"), py::arg("context") = py::bytes(),
      "The key for one purpose and one instance.");
  m.def(
      "kdf_public",
      [](const Key& key, const std::string& label, const Bytes& context) {
        return ToPython(crypto::KdfPublic(key.span(), CheckedLabel(label), {context.span()}));
      },
      py::arg("key"), py::arg("label"), py::arg("context") = py::bytes(),
      "The same for results that may be seen.");
  m.def(
      "base58check_encode",
      [](const Bytes& payload) { return Value(crypto::Base58CheckEncode(payload.span())); },
      py::arg("payload"));
  m.def(
      "base58check_decode",
      [](const std::string& text) { return ToPython(Value(crypto::Base58CheckDecode(text))); },
      py::arg("text"));
}

// --- Merkle trees -----------------------------------------------------------------

std::vector<crypto::Hash256> HashesOf(const Rows& rows) {
  std::vector<crypto::Hash256> hashes(rows.size());
  for (size_t i = 0; i < hashes.size(); ++i) {
    const base::ByteSpan row = rows.spans()[i];
    if (row.size() != 32) {
      Refuse("crypto: got a hash of " + std::to_string(row.size()) + " bytes, need 32");
    }
    std::ranges::copy(row, hashes[i].begin());
  }
  return hashes;
}

void BindMerkle(py::module_& m) {
  using crypto::MerkleTree;
  py::class_<MerkleTree>(m, "MerkleTree",
                         "A SHA-256 tree over hashes, padded with zeros to a power of two.")
      .def(py::init([](const Rows& leaves) {
             const std::vector<crypto::Hash256> hashes = HashesOf(leaves);
             return Unlocked([&] { return MerkleTree(hashes); });
           }),
           py::arg("leaves"))
      .def_property_readonly("root", [](const MerkleTree& tree) { return ToPython(tree.root()); })
      .def_property_readonly("leaf_count", &MerkleTree::leaf_count)
      .def(
          "proof",
          [](const MerkleTree& tree, Int<uint64_t> index) {
            py::list siblings;
            for (const auto& hash : Value(tree.Proof(index))) siblings.append(ToPython(hash));
            return siblings;
          },
          py::arg("index"), "The siblings from the leaf upwards.");
  m.def(
      "merkle_root",
      [](const Rows& leaves) {
        const std::vector<crypto::Hash256> hashes = HashesOf(leaves);
        return ToPython(Unlocked([&] { return crypto::MerkleRootPadded(hashes); }));
      },
      py::arg("leaves"));
  m.def(
      "verify_merkle_proof",
      [](const Bytes& root, const Bytes& leaf, Int<uint64_t> index, Int<uint64_t> leaf_count,
         const Rows& proof) {
        Check(crypto::VerifyMerkleProof(ToArray<32>(root, "a root"), ToArray<32>(leaf, "a leaf"),
                                        index, leaf_count, HashesOf(proof)));
      },
      py::arg("root"), py::arg("leaf"), py::arg("index"), py::arg("leaf_count"), py::arg("proof"),
      "Raises PermissionDeniedError unless the proof leads from the leaf to the root.");
}

// --- authenticated encryption -----------------------------------------------------

template <typename Work>
py::bytes Seal(const Bytes& plaintext, Work work) {
  if (plaintext.size() > kMaxMessageBytes) {
    Refuse("crypto: got " + std::to_string(plaintext.size()) + " bytes, need at most " +
           std::to_string(kMaxMessageBytes));
  }
  const NewBytes sealed(plaintext.size() + kTagBytes);
  Unlocked([&] { work(sealed.span); });
  return sealed.object;
}

template <typename Work>
py::bytes Open(const Bytes& sealed, Work work) {
  const NewBytes plaintext(sealed.size() - std::min(sealed.size(), kTagBytes));
  if (!Unlocked([&] { return work(plaintext.span); })) {
    Check(absl::DataLossError("crypto: authentication failed"));
  }
  return plaintext.object;
}

void BindAesGcm(py::module_& m) {
  using Gcm = Guarded<crypto::AesGcm>;
  py::class_<Gcm>(m, "AesGcm", "AES-256-GCM. A nonce used twice under one key destroys it.")
      .def(py::init([](const Key& key) { return std::make_unique<Gcm>(key.span()); }),
           py::arg("key"))
      .def(
          "seal",
          [](Gcm& gcm, const Bytes& nonce, const Bytes& plaintext, const Bytes& data) {
            const auto fixed = Fixed<12>(nonce, "a nonce");
            return Seal(plaintext, [&](base::MutableByteSpan out) {
              const std::lock_guard lock(gcm.lock);
              gcm.value.Seal(fixed, data.span(), plaintext.span(), out);
            });
          },
          py::arg("nonce"), py::arg("plaintext"), py::arg("associated_data") = py::bytes(),
          "Ciphertext, then the 16-byte tag.")
      .def(
          "open",
          [](Gcm& gcm, const Bytes& nonce, const Bytes& sealed, const Bytes& data) {
            const auto fixed = Fixed<12>(nonce, "a nonce");
            return Open(sealed, [&](base::MutableByteSpan out) {
              const std::lock_guard lock(gcm.lock);
              return gcm.value.Open(fixed, data.span(), sealed.span(), out);
            });
          },
          py::arg("nonce"), py::arg("sealed"), py::arg("associated_data") = py::bytes(),
          "The plaintext, or DataLossError.");
  m.def(
      "gmac",
      [](const Key& key, const Bytes& nonce, const Bytes& data) {
        const auto fixed = Fixed<12>(nonce, "a nonce");
        return ToPython(Unlocked([&] {
          crypto::Gmac mac(key.span(), fixed);
          mac.Update(data.span());
          return mac.Final();
        }));
      },
      py::arg("key"), py::arg("nonce"), py::arg("data"));
}

void BindXChaCha(py::module_& m) {
  m.def(
      "xchacha20_poly1305_seal",
      [](const Key& key, const Bytes& nonce, const Bytes& plaintext, const Bytes& data) {
        const auto fixed = Fixed<24>(nonce, "a nonce");
        return Seal(plaintext, [&](base::MutableByteSpan out) {
          crypto::XChaCha20Poly1305Seal(key.span(), fixed, data.span(), plaintext.span(), out);
        });
      },
      py::arg("key"), py::arg("nonce"), py::arg("plaintext"),
      py::arg("associated_data") = py::bytes());
  m.def(
      "xchacha20_poly1305_open",
      [](const Key& key, const Bytes& nonce, const Bytes& sealed, const Bytes& data) {
        const auto fixed = Fixed<24>(nonce, "a nonce");
        return Open(sealed, [&](base::MutableByteSpan out) {
          return crypto::XChaCha20Poly1305Open(key.span(), fixed, data.span(), sealed.span(), out);
        });
      },
      py::arg("key"), py::arg("nonce"), py::arg("sealed"),
      py::arg("associated_data") = py::bytes());
  using Counter = Guarded<crypto::NonceCounter>;
  py::class_<Counter>(m, "NonceCounter", "Hands out each 12-byte nonce of one key once.")
      .def(py::init([](Int<uint64_t> max) { return std::make_unique<Counter>(max.value); }),
           py::arg("max_messages") = crypto::NonceCounter::kMaxMessages)
      .def("next", [](Counter& counter) {
        const std::lock_guard lock(counter.lock);
        return ToPython(Value(counter.value.Next()));
      });
}

// --- signatures -------------------------------------------------------------------

void BindEd25519(py::module_& m) {
  using crypto::Ed25519Signer;
  py::class_<Ed25519Signer, std::shared_ptr<Ed25519Signer>>(
      m, "Ed25519Signer", "Signs; the key stands in locked memory.")
      .def(py::init([](const Key& seed) { return Ed25519Signer(seed.span()); }), py::arg("seed"))
      .def_property_readonly(
          "public_key", [](const Ed25519Signer& signer) { return ToPython(signer.public_key()); })
      .def(
          "sign",
          [](const Ed25519Signer& signer, const Bytes& message) {
            return ToPython(Unlocked([&] { return signer.Sign(message.span()); }));
          },
          py::arg("message"));
  m.def(
      "ed25519_verify",
      [](const Bytes& public_key, const Bytes& message, const Bytes& signature) {
        const auto fixed = Fixed<32>(public_key, "a public key");
        return Unlocked(
            [&] { return crypto::Ed25519Verify(fixed, message.span(), signature.span()); });
      },
      py::arg("public_key"), py::arg("message"), py::arg("signature"));
}

}  // namespace

void BindCrypto(py::module_& root) {
  py::module_ m = Submodule(root, "crypto", "Keys, hashes, Merkle trees, signatures, AEADs.");
  BindSecrets(m);
  BindRandom(m);
  BindHashes(m);
  BindKdf(m);
  BindMerkle(m);
  BindAesGcm(m);
  BindXChaCha(m);
  BindEd25519(m);
  BindKeyTrees(m);
}

}  // namespace shadw::python
