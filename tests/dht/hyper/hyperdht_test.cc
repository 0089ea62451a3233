// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/hyper/hyperdht.h"

#include <gtest/gtest.h>

#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/random.h"
#include "libshadw/dht/hyper/wire.h"
#include "tests/dht/hyper/frames.h"

namespace shadw::dht::hyper {
namespace {

// Vectors of the npm packages, found by an independent client too.
TEST(Hyperdht, SignatureContextsAreTheNetworks) {
  EXPECT_EQ(base::ToHex(crypto::Blake2b256({}, {base::AsBytes("hyperswarm/dht")})),
            "d70d90f7efc42f93e1ad5837e682a6010cf551013c2d2d043f40d8fbe07dcb90");
  const std::pair<uint8_t, const char*> contexts[] = {
      {4, "36386adddf9f6fd60db83a6f42fc159d1146aa8644037664230aaa1f0179d497"},
      {5, "ded293cd93fb395e756ecf5fff426529e72c36eacc22e5ed944d9099a2561e32"},
      {6, "668e823edd5ce7f5338d68bf1161f4a3c28ce437ee2ab49efd30d99366039b1e"},
      {0, "14d6d4b49214ab1033ed204976caa258bae9e1e8543b9ad1fd996a910b0c4e3a"},
      {1, "f1191cd5e67b10b54a507033280ed1ff0e12278268d5679c8f93d417210d168b"},
      {10, "6b8a2a8623f28c6c02a1e22abe515ce31cafd9af61d4b69970639aa7eb96a8d5"},
  };
  for (const auto& [command, context] : contexts) {
    EXPECT_EQ(base::ToHex(SignatureContext(command)), context);
  }
}

TEST(Hyperdht, IdsAreHashesOfAddresses) {
  crypto::SeededRandom random(1);
  const Protocol& network = Hyperdht();
  EXPECT_EQ(network.IdFor(Address("127.0.0.1:49737"), random).ToHex(32),
            "d1dcf835b0d62b9230c41393cb96a34f5f8b9f814f421ca3382dfc1678022e0e");
  EXPECT_EQ(network.IdFor(Address("88.99.3.86:49737"), random).ToHex(32),
            "54d4b9c6441048061f80cf69564cee46a5730adfcd59fbe6c056bb49af771546");
  for (const nlohmann::json& vector : Vectors("codec.json").at("ids")) {
    const base::Endpoint address =
        Address(vector.at("host").get<std::string>() + ":" + vector.at("port").dump());
    const NodeId id = NodeId::FromBytes(HexField(vector, "id"));
    EXPECT_EQ(network.IdFor(address, random), id);
    EXPECT_TRUE(network.IdFits(id, address));
    EXPECT_FALSE(network.IdFits(id, base::Endpoint::V4(address.v4(), address.port ^ 1)));
  }
}

TEST(Hyperdht, TargetsAreHashesOfKeysAndValues) {
  const Protocol& network = Hyperdht();
  EXPECT_EQ(base::ToHex(Signer().public_key()),
            "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
  const NodeId target = network.MutableTarget(Signer().public_key(), {});
  EXPECT_EQ(target.ToHex(32), "9d24e2eeaf27c2a088a564a32fc03a882dcd9804dbc0d03a119491e54ba0c933");
  EXPECT_EQ(network.ImmutableTarget(base::AsBytes("hello hyper")).ToHex(32),
            "50203948700992b26a10cf0bb3978a3e8618e639d48120b577132f9ce76454a8");
  for (const nlohmann::json& vector : Vectors("codec.json").at("immutables")) {
    EXPECT_EQ(network.ImmutableTarget(HexField(vector, "value")),
              NodeId::FromBytes(HexField(vector, "target")));
  }
}

TEST(Hyperdht, SignsMutableRecordsAsTheNpmPackageDoes) {
  const auto record = SignRecord(Hyperdht(), Signer(), base::AsBytes("Hello World!"), {}, 1);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(base::ToHex(record->signature),
            "61f6f8793b26efccdddcd382898dcf94915f12d79d14419fdf13ba0937b3fa69"
            "098dd523e96f63926e5e3a8fb62c7ff650fc0142fd3d60d563071715a3956903");
  const auto body = crypto::Blake2b256({}, {Hex("010c48656c6c6f20576f726c6421")});
  EXPECT_EQ(Hyperdht().Signable(base::AsBytes("Hello World!"), {}, 1),
            base::ToBytes(Signable(6, body)));
  for (const nlohmann::json& vector : Vectors("codec.json").at("records")) {
    const base::Bytes value = HexField(vector, "value");
    const auto seq = vector.at("seq").get<int64_t>();
    const auto signed_record = SignRecord(Hyperdht(), Signer(), value, {}, seq);
    ASSERT_TRUE(signed_record.ok());
    EXPECT_EQ(base::ToBytes(signed_record->signature), HexField(vector, "signature"));
    EXPECT_TRUE(VerifyRecord(Hyperdht(), Hyperdht().MutableTarget(Signer().public_key(), {}),
                             *signed_record));
  }
}

TEST(Hyperdht, RefusesSaltsAndValuesOverTheLimit) {
  const base::Bytes most(1000);
  const base::Bytes more(1001);
  EXPECT_EQ(Hyperdht().CheckValue(most), Refusal::kNone);
  EXPECT_EQ(Hyperdht().CheckValue(more), Refusal::kValueTooBig);
  EXPECT_EQ(SignRecord(Hyperdht(), Signer(), more, {}, 0).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(SignRecord(Hyperdht(), Signer(), most, base::AsBytes("s"), 0).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Hyperdht, BytesAreValuesAsTheyAre) {
  const base::Bytes bytes = Hex("00ff");
  EXPECT_EQ(Hyperdht().WrapBytes(bytes), bytes);
  EXPECT_EQ(Hyperdht().UnwrapBytes(bytes), bytes);
}

TEST(Hyperdht, HasCodesForFourRefusalsAndSilenceForTheOthers) {
  EXPECT_EQ(Hyperdht().CodeOf(Refusal::kUnknownMethod), 1);
  EXPECT_EQ(Hyperdht().CodeOf(Refusal::kBadToken), 2);
  EXPECT_EQ(Hyperdht().CodeOf(Refusal::kSeqReused), 16);
  EXPECT_EQ(Hyperdht().CodeOf(Refusal::kSeqTooLow), 17);
  Message error;
  const base::Bytes tid = Hex("0000");
  error.kind = Kind::kError;
  error.transaction = tid;
  for (const Refusal silent :
       {Refusal::kGeneric, Refusal::kServer, Refusal::kMalformed, Refusal::kValueTooBig,
        Refusal::kBadSignature, Refusal::kSaltTooBig, Refusal::kCasMismatch}) {
    EXPECT_EQ(Hyperdht().CodeOf(silent), 0);
    error.error_code = Hyperdht().CodeOf(silent);
    base::Bytes out;
    EXPECT_FALSE(Hyperdht().Encode(error, Address("1.2.3.4:5"), out));
  }
}

}  // namespace
}  // namespace shadw::dht::hyper
