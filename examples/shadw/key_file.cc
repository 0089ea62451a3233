// SPDX-License-Identifier: Apache-2.0
#include "key_file.h"

#include <string_view>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "files.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/secret.h"
#include "libshadw/crypto/slip10.h"

namespace shadw::app {
namespace {

constexpr std::string_view kFamily = "shadw-key-";
constexpr std::string_view kPrefix = "shadw-key-1 ";
constexpr size_t kSeedDigits = 64;
constexpr size_t kChecksumDigits = 8;
constexpr size_t kLineCharacters = kPrefix.size() + kSeedDigits + 1 + kChecksumDigits;
constexpr std::string_view kSignerPath = "m/5459031'/0'/0'/0'";
constexpr size_t kMaxSecretFileBytes = 1024;

std::string Checksum(std::string_view before) {
  const auto hash = crypto::Blake2b256({}, {base::AsBytes(before)});
  return base::ToHex(base::ByteSpan(hash).first(kChecksumDigits / 2));
}

void Wipe(std::string& text) {
  crypto::Wipe({reinterpret_cast<uint8_t*>(text.data()), text.size()});
}

std::string_view WithoutTrailingSpace(std::string_view text) {
  const size_t last = text.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

// `path` is for the message; nothing of the text gets into it.
absl::StatusOr<crypto::SecretKey> ParseSeed(std::string_view text, const std::string& path) {
  text = WithoutTrailingSpace(text);
  if (text.starts_with(kFamily) && !text.starts_with(kPrefix)) {
    return absl::UnimplementedError(absl::StrCat(path, " is a key of a later version"));
  }
  const absl::Status refused = absl::InvalidArgumentError(
      absl::StrCat(path, " is no key file: need one line as shadw keygen writes it"));
  if (!text.starts_with(kPrefix) || text.size() != kLineCharacters) return refused;
  const std::string_view before = text.substr(0, kPrefix.size() + kSeedDigits);
  if (text.substr(before.size()) != absl::StrCat(" ", Checksum(before))) {
    return absl::InvalidArgumentError(absl::StrCat(path, " was mistyped: its checksum fails"));
  }
  auto seed = base::FromHex(before.substr(kPrefix.size()));
  if (!seed.ok()) return refused;
  const auto wipe = absl::MakeCleanup([&] { crypto::Wipe(*seed); });
  return crypto::SecretKey::CopyOf(base::ByteSpan(*seed).first<crypto::SecretKey::kBytes>());
}

absl::StatusOr<crypto::SecretKey> LoadSeed(const std::string& path, Console& console) {
  SHADW_ASSIGN_OR_RETURN(const crypto::Secret text,
                         ReadSecretFile(path, kMaxSecretFileBytes, console));
  return ParseSeed(base::AsText(text.bytes()), path);
}

absl::StatusOr<Capability> ParseCapability(std::string_view text) {
  if (shard::IsMemberCapability(text)) return shard::DecodeMemberCapability(text);
  return shard::DecodeCapability(text);
}

}  // namespace

absl::StatusOr<shard::VaultKeys> MakeKeyFile(const std::string& path, base::RandomSource& random) {
  crypto::SecretKey seed = crypto::SecretKey::Zeroed();
  random.Fill(seed.mutable_bytes());
  SHADW_ASSIGN_OR_RETURN(shard::VaultKeys keys, shard::VaultKeys::FromSeed(seed.bytes()));
  std::string digits = base::ToHex(seed.bytes());
  std::string line;
  line.reserve(kLineCharacters + 1);  // no copies left behind by growing
  line.append(kPrefix).append(digits);
  const std::string checksum = Checksum(line);
  line.append(" ").append(checksum).append("\n");
  const auto wipe = absl::MakeCleanup([&] {
    Wipe(digits);
    Wipe(line);
  });
  SHADW_RETURN_IF_ERROR(WriteSecretFile(path, base::AsBytes(line)));
  return keys;
}

absl::StatusOr<shard::VaultKeys> LoadKeyFile(const std::string& path, Console& console) {
  SHADW_ASSIGN_OR_RETURN(const crypto::SecretKey seed, LoadSeed(path, console));
  return shard::VaultKeys::FromSeed(seed.bytes());
}

absl::StatusOr<crypto::SecretKey> LoadSigningSeed(const std::string& path, Console& console) {
  SHADW_ASSIGN_OR_RETURN(const crypto::SecretKey seed, LoadSeed(path, console));
  SHADW_ASSIGN_OR_RETURN(const auto root, crypto::Slip10PrivateKey::FromSeed(seed.bytes()));
  SHADW_ASSIGN_OR_RETURN(const auto signer, root.DerivePath(kSignerPath));
  return crypto::SecretKey::CopyOf(signer.private_key());
}

std::string Fingerprint(const shard::VaultKeys& keys) {
  const auto hash =
      crypto::Blake2b256({}, {base::AsBytes("shadw-fingerprint-1"), keys.IntentSalt()});
  return base::ToHex(base::ByteSpan(hash).first(8));
}

absl::StatusOr<Capability> LoadCapability(const std::string& argument, Console& console) {
  if (!argument.starts_with('@')) return ParseCapability(argument);
  SHADW_ASSIGN_OR_RETURN(const crypto::Secret text,
                         ReadSecretFile(argument.substr(1), kMaxSecretFileBytes, console));
  return ParseCapability(WithoutTrailingSpace(base::AsText(text.bytes())));
}

}  // namespace shadw::app
