// SPDX-License-Identifier: Apache-2.0
//
// The file that holds a vault's root key: one line of text,
//
//   shadw-key-1 <the 32-byte seed in 64 hex digits> <a checksum in 8>
//
// so that it can be printed, kept on paper and typed in again. The checksum is the front
// of BLAKE2b-256 of what stands before it.
#ifndef EXAMPLES_SHADW_KEY_FILE_H_
#define EXAMPLES_SHADW_KEY_FILE_H_

#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "libshadw/base/random.h"
#include "libshadw/crypto/secret.h"
#include "libshadw/shard/capability.h"
#include "libshadw/shard/keys.h"
#include "outcome.h"

namespace shadw::app {

//   Errors   kAlreadyExists  the file is there
absl::StatusOr<shard::VaultKeys> MakeKeyFile(const std::string& path, base::RandomSource& random);

//   Errors   kInvalidArgument  no key file, or mistyped
//            kUnimplemented    a later version's
absl::StatusOr<shard::VaultKeys> LoadKeyFile(const std::string& path, Console& console);

// The seed of the Ed25519Signer that is the owner in a DHT: of the key file's own tree of
// Ed25519 keys (crypto/slip10.h) the one at m/5459031'/0'/0'/0'.
//   Errors   as LoadKeyFile
absl::StatusOr<crypto::SecretKey> LoadSigningSeed(const std::string& path, Console& console);

// Tells vaults apart and reveals nothing of their keys: 16 hex digits.
std::string Fingerprint(const shard::VaultKeys& keys);

// What a capability opens: an object, or one of those that share a pack.
using Capability = std::variant<shard::ObjectKeys, shard::MemberKeys>;

// A capability as it was given: itself, or "@FILE" that holds it, which keeps it out of
// the list of processes.
absl::StatusOr<Capability> LoadCapability(const std::string& argument, Console& console);

}  // namespace shadw::app

#endif  // EXAMPLES_SHADW_KEY_FILE_H_
