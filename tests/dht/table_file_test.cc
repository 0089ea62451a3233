// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/table_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/random.h"
#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"

namespace shadw::dht {
namespace {

const ProtocolTraits& Mainline() { return krpc::Mainline().traits(); }
const ProtocolTraits& Hyperdht() { return hyper::Hyperdht().traits(); }

SavedTable Example(const ProtocolTraits& protocol, size_t contacts) {
  crypto::SeededRandom random(contacts);
  const auto id = [&] {
    const auto bytes = random.Array<kMaxIdBytes>();
    return NodeId::FromBytes(base::ByteSpan(bytes).first(protocol.id_bytes));
  };
  SavedTable table{.id = id()};
  for (size_t i = 0; i < contacts; ++i) {
    const auto port = static_cast<uint16_t>(1000 + i);
    base::ByteArray<16> v6 = random.Array<16>();
    v6[0] = 0x20;
    table.contacts.push_back(
        {id(), i % 3 == 2 ? base::Endpoint::V6(v6, port) : base::Endpoint::V4(8, 8, 8, 8, port)});
  }
  return table;
}

// As a forger would: the hash fits.
base::Bytes Sealed(base::Bytes body) {
  const auto hash = crypto::Blake2b128({}, {body});
  body.insert(body.end(), hash.begin(), hash.end());
  return body;
}

absl::StatusCode CodeOf(base::ByteSpan bytes) {
  return LoadTable(Mainline(), bytes).status().code();
}

TEST(TableFile, GivesBackWhatWasSaved) {
  for (const ProtocolTraits* protocol : {&Mainline(), &Hyperdht()}) {
    for (const size_t contacts : {size_t{0}, size_t{1}, size_t{7}, kMaxSavedContacts}) {
      const SavedTable table = Example(*protocol, contacts);
      EXPECT_EQ(LoadTable(*protocol, SaveTable(*protocol, table)).value(), table);
    }
  }
}

TEST(TableFile, HasTheLayoutOfItsHeader) {
  const SavedTable table{.id = {{1, 2, uint64_t{3} << 32, 0}},
                         .contacts = {{NodeId{}, base::Endpoint::V4(1, 2, 3, 4, 0x1ae1)}}};
  const base::Bytes bytes = SaveTable(Mainline(), table);
  const std::string id =
      "0000000000000001"
      "0000000000000002"
      "00000003";
  EXPECT_EQ(base::ToHex(base::ByteSpan(bytes).first(bytes.size() - 16)),
            base::ToHex(base::AsBytes("shadwdht")) + "0108" +
                base::ToHex(base::AsBytes("mainline")) + id + "01000000" + std::string(40, '0') +
                "0401020304e11a");
}

TEST(TableFile, LeavesOutWhatCannotBeSentToAndWhatIsOverTheLimit) {
  SavedTable table = Example(Mainline(), kMaxSavedContacts + 1);
  table.contacts.front().endpoint.port = 0;
  const SavedTable loaded = LoadTable(Mainline(), SaveTable(Mainline(), table)).value();
  EXPECT_EQ(loaded.contacts,
            std::vector<Contact>(table.contacts.begin() + 1, table.contacts.end()));
  table.contacts.front().endpoint.port = 1;
  EXPECT_EQ(LoadTable(Mainline(), SaveTable(Mainline(), table))->contacts.size(),
            kMaxSavedContacts);
}

TEST(TableFile, IsRefusedWhereverItIsCutShortOrGoesOn) {
  base::Bytes bytes = SaveTable(Mainline(), Example(Mainline(), 5));
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(CodeOf(base::ByteSpan(bytes).first(size)), absl::StatusCode::kDataLoss) << size;
  }
  bytes.push_back(0);
  EXPECT_EQ(CodeOf(bytes), absl::StatusCode::kDataLoss);
}

TEST(TableFile, IsRefusedWhicheverByteIsChanged) {
  base::Bytes bytes = SaveTable(Mainline(), Example(Mainline(), 5));
  constexpr size_t kFormatAt = 8;
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (unsigned change = 1; change < 256; ++change) {
      bytes[at] ^= static_cast<uint8_t>(change);
      EXPECT_EQ(CodeOf(bytes),
                at == kFormatAt ? absl::StatusCode::kUnimplemented : absl::StatusCode::kDataLoss)
          << at;
      bytes[at] ^= static_cast<uint8_t>(change);
    }
  }
}

TEST(TableFile, OfAnotherProtocolIsRefused) {
  const base::Bytes bytes = SaveTable(Hyperdht(), Example(Hyperdht(), 2));
  EXPECT_EQ(CodeOf(bytes), absl::StatusCode::kFailedPrecondition);
}

TEST(TableFile, IsRefusedWhereAForgerPutsWhatCannotHaveBeenSaved) {
  const SavedTable table = Example(Mainline(), 3);
  base::Bytes body = SaveTable(Mainline(), table);
  body.resize(body.size() - 16);
  ASSERT_TRUE(LoadTable(Mainline(), Sealed(body)).ok());
  constexpr size_t kCountAt = 8 + 1 + 1 + 8 + 20, kFamilyAt = kCountAt + 4 + 20;
  const auto with = [&](size_t at, std::initializer_list<uint8_t> bytes) {
    base::Bytes forged = body;
    std::ranges::copy(bytes, forged.begin() + static_cast<ptrdiff_t>(at));
    return Sealed(std::move(forged));
  };
  for (const base::Bytes& forged :
       {with(kCountAt, {4}), with(kCountAt, {2}), with(kCountAt, {0xff, 0xff, 0xff, 0xff}),
        with(kFamilyAt, {5}), with(kFamilyAt, {6}), with(kFamilyAt + 1, {224}),
        with(kFamilyAt + 5, {0, 0}), with(9, {0xff})}) {
    EXPECT_EQ(CodeOf(forged), absl::StatusCode::kDataLoss);
  }
}

TEST(TableFile, OneAddressHasOneSpelling) {
  SavedTable table{.contacts = {{NodeId{}, base::Endpoint::V6(base::ByteArray<16>{0x20}, 1)}}};
  base::Bytes body = SaveTable(Mainline(), table);
  body.resize(body.size() - 16);
  const size_t address_at = body.size() - 18;
  std::fill_n(body.begin() + static_cast<ptrdiff_t>(address_at), 10, uint8_t{0});
  body[address_at + 10] = body[address_at + 11] = 0xff;
  body[address_at + 12] = 9;
  EXPECT_EQ(CodeOf(Sealed(body)), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace shadw::dht
