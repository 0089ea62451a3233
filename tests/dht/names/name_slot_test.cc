// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/names/name_slot.h"

#include <gtest/gtest.h>

#include <string>

#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"
#include "name_examples.h"

namespace shadw::dht::names {
namespace {

using enum absl::StatusCode;

const Protocol* const kProtocols[] = {&krpc::Mainline(), &hyper::Hyperdht()};

NodeId TargetOf(const Protocol& protocol, const NameSlot& slot) {
  return protocol.MutableTarget(slot.key, slot.salt);
}

TEST(NameSlot, IsFoundByNameAndCarriesTheRecord) {
  for (const Protocol* protocol : kProtocols) {
    const NameRecord printer = Printer(3);
    const Record carrier = ToDhtRecord(*protocol, Seed(), printer).value();
    const NameSlot slot = SlotOf(*protocol, printer.name).value();
    EXPECT_TRUE(VerifyRecord(*protocol, TargetOf(*protocol, slot), carrier));
    EXPECT_EQ(carrier.seq, 3);
    EXPECT_EQ(FromDhtRecord(*protocol, printer.name, carrier).value(), printer);
  }
}

// The targets and the signature were computed apart from this library.
TEST(NameSlot, IsTheGoldenTarget) {
  const Name name = Printer(3).name;
  EXPECT_EQ(TargetOf(krpc::Mainline(), *SlotOf(krpc::Mainline(), name)).ToHex(20),
            "0ceaab920f154540f0be512d7aa3c60791fdb246");
  EXPECT_EQ(TargetOf(hyper::Hyperdht(), *SlotOf(hyper::Hyperdht(), name)).ToHex(32),
            "46592b66e5a986fdf2f17bc81e977735a68cc83f9d3226e5c26db76d47de1c12");
  EXPECT_EQ(base::ToHex(ToDhtRecord(hyper::Hyperdht(), Seed(), Printer(3))->signature),
            "b93c7fb0305d0501496a3d42d839fb678d33198e786ce9e629e75cac396c9317"
            "d963575ce0028e4d9dfdf60071763d3ece79ddc34774c11d2d5d7bd7f86b1004");
}

TEST(NameSlot, EachLabelAndOwnerHasItsOwn) {
  for (const Protocol* protocol : kProtocols) {
    const Name name = Printer(1).name;
    const NodeId target = TargetOf(*protocol, *SlotOf(*protocol, name));
    EXPECT_NE(TargetOf(*protocol, *SlotOf(*protocol, {name.owner, "scanner"})), target);
    const Name other{Stranger().public_key(), name.label};
    EXPECT_NE(TargetOf(*protocol, *SlotOf(*protocol, other)), target);
  }
}

TEST(NameSlot, HoldsTheLargestRecordOnBothNetworks) {
  NameFacts facts = ServiceFacts();
  facts.addresses.assign(kMaxNameAddresses, facts.addresses[1]);
  facts.capabilities.clear();
  const std::string label(kMaxLabelBytes, 'x');
  for (size_t bytes = 1; EncodeRecord(*MakeRecord(Owner(), label, facts)).size() < kMaxNameBytes;) {
    const size_t room = kMaxNameBytes - EncodeRecord(*MakeRecord(Owner(), label, facts)).size();
    ASSERT_LT(facts.capabilities.size(), kMaxCapabilities);
    bytes = std::min(kMaxCapabilityBytes, room - 4);
    if (room - 4 - bytes > 0 && room - 4 - bytes < 5) bytes -= 5;
    facts.capabilities.push_back(
        std::string(1, static_cast<char>('a' + facts.capabilities.size())) +
        std::string(bytes - 1, 'z'));
  }
  const NameRecord record = MakeRecord(Owner(), label, facts).value();
  ASSERT_EQ(EncodeRecord(record).size(), kMaxNameBytes);
  for (const Protocol* protocol : kProtocols) {
    const Record carrier = ToDhtRecord(*protocol, Seed(), record).value();
    EXPECT_EQ(protocol->CheckValue(carrier.value), Refusal::kNone);
    EXPECT_EQ(FromDhtRecord(*protocol, record.name, carrier).value(), record);
  }
}

TEST(NameSlot, RefusesIllegalNames) {
  for (const Protocol* protocol : kProtocols) {
    const Name name = Printer(1).name;
    EXPECT_EQ(SlotOf(*protocol, {name.owner, ""}).status().code(), kInvalidArgument);
    EXPECT_EQ(SlotOf(*protocol, {name.owner, std::string(65, 'x')}).status().code(),
              kInvalidArgument);
  }
  const Name nobody{base::ByteArray<32>{2}, "printer"};
  EXPECT_EQ(SlotOf(hyper::Hyperdht(), nobody).status().code(), kInvalidArgument);
}

TEST(NameSlot, OnlyTheOwnerFillsIt) {
  for (const Protocol* protocol : kProtocols) {
    EXPECT_EQ(ToDhtRecord(*protocol, base::ByteArray<32>{9}, Printer(1)).status().code(),
              kPermissionDenied);
    NameRecord forged = Printer(1);
    forged.seq = 2;
    EXPECT_EQ(ToDhtRecord(*protocol, Seed(), forged).status().code(), kPermissionDenied);
  }
}

TEST(NameSlot, RefusesWhatDoesNotBelongThere) {
  for (const Protocol* protocol : kProtocols) {
    const NameRecord printer = Printer(3);
    const Record carrier = ToDhtRecord(*protocol, Seed(), printer).value();
    const auto code = [&](const Record& record) {
      return FromDhtRecord(*protocol, printer.name, record).status().code();
    };
    const Name scanner{printer.name.owner, "scanner"};
    EXPECT_EQ(FromDhtRecord(*protocol, scanner, carrier).status().code(), kPermissionDenied);
    Record changed = carrier;
    changed.key.reset();
    EXPECT_EQ(code(changed), kPermissionDenied);
    changed = carrier;
    changed.seq = 4;
    EXPECT_EQ(code(changed), kDataLoss);
    changed.seq = -1;
    EXPECT_EQ(code(changed), kDataLoss);
    changed = carrier;
    changed.value = base::ToBytes(base::AsBytes("i1e"));
    EXPECT_EQ(code(changed), kDataLoss);
  }
}

}  // namespace
}  // namespace shadw::dht::names
