// SPDX-License-Identifier: Apache-2.0
//
// Hostile name records: as they are, and signed by an owner who means harm. What is read
// is legal and is written the same again; what is accepted is genuine, and both networks
// carry it.
#include <algorithm>
#include <cstdlib>
#include <optional>

#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"
#include "libshadw/dht/names/name_book.h"
#include "libshadw/dht/names/name_slot.h"

namespace shadw::dht::names {
namespace {

constexpr base::ByteArray<32> kSeed{1};
constexpr size_t kOwnerAt = 15, kOwnerBytes = 32, kSignatureBytes = 64;

void Require(bool condition) {
  if (!condition) std::abort();
}

const crypto::Ed25519Signer& Owner() {
  static const crypto::Ed25519Signer owner(kSeed);
  return owner;
}

std::optional<NameRecord> Read(base::ByteSpan bytes) {
  absl::StatusOr<NameRecord> record = DecodeRecord(bytes);
  if (!record.ok()) return std::nullopt;
  Require(bytes.size() <= kMaxNameBytes && EncodeRecord(*record) == base::ToBytes(bytes));
  Require(VerifyRecord(*record).code() != absl::StatusCode::kInvalidArgument);
  return *std::move(record);
}

void Carry(const NameRecord& record) {
  for (const Protocol* protocol : {&krpc::Mainline(), &hyper::Hyperdht()}) {
    const Record carrier = ToDhtRecord(*protocol, kSeed, record).value();
    Require(FromDhtRecord(*protocol, record.name, carrier).value() == record);
    GetReport report;
    report.versions.push_back({carrier, 1});
    NameBook book;
    const Resolution found = book.Take(record.facts.created, *protocol, record.name, report);
    Require(found.refused.empty() && found.revoked == record.revoked);
  }
}

void Fuzz(base::ByteSpan bytes) {
  if (const auto record = Read(bytes)) {
    Accept(record->facts.created, record->name, nullptr, *record).IgnoreError();
  }
  if (bytes.size() < kOwnerAt + kOwnerBytes + kSignatureBytes) return;
  base::Bytes signed_bytes = base::ToBytes(bytes.first(bytes.size() - kSignatureBytes));
  std::ranges::copy(Owner().public_key(), signed_bytes.begin() + kOwnerAt);
  const auto signature = Owner().Sign(signed_bytes);
  signed_bytes.insert(signed_bytes.end(), signature.begin(), signature.end());
  const auto record = Read(signed_bytes);
  if (!record) return;
  Require(VerifyRecord(*record).ok());
  Carry(*record);
}

}  // namespace
}  // namespace shadw::dht::names

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::dht::names::Fuzz({data, size});
  return 0;
}
