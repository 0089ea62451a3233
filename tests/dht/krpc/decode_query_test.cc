// SPDX-License-Identifier: Apache-2.0
//
// Queries: what they ask, and which are refused with what.
#include <gtest/gtest.h>

#include "frames.h"

namespace shadw::dht::krpc {
namespace {

const std::string kTarget = "6:target" + IdText('t');
const std::string kHash = "9:info_hash" + IdText('h');
const std::string kToken = "5:token4:tokn";

Refusal RefusalOf(const std::string& datagram) {
  Decoded query(datagram);
  EXPECT_TRUE(query.ok) << datagram;
  EXPECT_EQ(query->kind, Kind::kQuery);
  return query->malformed;
}

Method MethodOf(const std::string& datagram) {
  Decoded query(datagram);
  EXPECT_TRUE(query.ok) << datagram;
  return query->method;
}

TEST(DecodeQuery, ReadsAPingAsOnTheWire) {
  Decoded query("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe");
  ASSERT_TRUE(query.ok);
  EXPECT_EQ(query->kind, Kind::kQuery);
  EXPECT_EQ(query->method, Method::kPing);
  EXPECT_EQ(base::AsText(query->transaction), "aa");
  EXPECT_EQ(query->sender, NodeId::FromBytes(base::AsBytes("abcdefghij0123456789")));
  EXPECT_FALSE(query->read_only);
  EXPECT_FALSE(query->target.has_value());
  EXPECT_EQ(query->malformed, Refusal::kNone);
}

TEST(DecodeQuery, ReadsTheTargetOfEachMethod) {
  EXPECT_EQ(Decoded(Query("find_node", kTarget))->target, Id('t'));
  EXPECT_EQ(Decoded(Query("get", kTarget))->target, Id('t'));
  EXPECT_EQ(Decoded(Query("sample_infohashes", kTarget))->target, Id('t'));
  EXPECT_EQ(Decoded(Query("get_peers", kHash))->target, Id('h'));
  EXPECT_EQ(Decoded(Query("announce_peer", kHash + "4:porti1e" + kToken))->target, Id('h'));
  EXPECT_EQ(MethodOf(Query("find_node", kTarget)), Method::kFindNode);
  EXPECT_EQ(MethodOf(Query("get", kTarget)), Method::kGetMutable);
  EXPECT_EQ(MethodOf(Query("sample_infohashes", kTarget)), Method::kSampleTargets);
  EXPECT_EQ(MethodOf(Query("get_peers", kHash)), Method::kGetPeers);
}

TEST(DecodeQuery, ReadsWhichFamiliesAreWanted) {
  Decoded both(Query("find_node", kTarget + "4:wantl2:n42:n6e"));
  EXPECT_TRUE(both->want_v4 && both->want_v6);
  Decoded v6(Query("find_node", kTarget + "4:wantl2:n6e"));
  EXPECT_TRUE(!v6->want_v4 && v6->want_v6);
  Decoded odd(Query("find_node", kTarget + "4:wantl2:n9i4ele2:n4e"));
  EXPECT_TRUE(odd->want_v4 && !odd->want_v6);
  Decoded text(Query("find_node", kTarget + "4:want2:n4"));
  EXPECT_TRUE(!text->want_v4 && !text->want_v6);
  EXPECT_EQ(text->malformed, Refusal::kNone);
}

TEST(DecodeQuery, OnlyOneMeansReadOnly) {
  const std::string start = "d1:ad2:id" + IdText('i') + "e1:q4:ping2:ro";
  EXPECT_TRUE(Decoded(start + "i1e1:t2:aa1:y1:qe")->read_only);
  EXPECT_FALSE(Decoded(start + "i0e1:t2:aa1:y1:qe")->read_only);
  EXPECT_FALSE(Decoded(start + "1:11:t2:aa1:y1:qe")->read_only);
}

TEST(DecodeQuery, EchoesTransactionsOfAnyLength) {
  for (const size_t size : {0u, 1u, 2u, 4u, 20u, 100u, 1000u}) {
    const std::string transaction(size, 'x');
    Decoded query("d1:ad2:id" + IdText('i') + "e1:q4:ping1:t" + Text(transaction) + "1:y1:qe");
    ASSERT_TRUE(query.ok) << size;
    EXPECT_EQ(base::AsText(query->transaction), transaction);
  }
}

TEST(DecodeQuery, TheOuterDictMayBeUnsortedAndHaveUnknownKeys) {
  Decoded query("d1:y1:q1:v4:XXXX1:t2:aa1:xd1:zli1eee1:q4:ping1:ad2:id" + IdText('i') + "ee");
  ASSERT_TRUE(query.ok);
  EXPECT_EQ(query->method, Method::kPing);
  EXPECT_EQ(query->sender, Id('i'));
  EXPECT_EQ(query->malformed, Refusal::kNone);
}

TEST(DecodeQuery, WhatFollowsTheDictIsOfNoConcern) {
  EXPECT_TRUE(Decoded(Query("ping", "") + "\r\n").ok);
}

TEST(DecodeQuery, NoiseIsNotAnswered) {
  for (const std::string& noise :
       {std::string(), std::string("d"), std::string("de"), std::string("i1e"), std::string("le"),
        std::string("d1:t2:aae"), std::string("d1:y1:qe"), std::string("d1:t2:aa1:y1:xe"),
        std::string("d1:t2:aa1:y2:qqe"), std::string("d1:t2:aa1:yi1ee"),
        std::string("d1:ti1e1:y1:qe"), std::string("d1:t2:aa1:y1:q"),
        "d1:ade1:q4:ping1:rd2:id" + IdText('i') + "e1:t2:aa1:y1:qe",
        std::string("d1:ade1:ade1:q4:ping1:t2:aa1:y1:qe")}) {
    EXPECT_FALSE(Decoded(noise).ok) << noise;
  }
}

TEST(DecodeQuery, ADatagramHasAnEnd) {
  const std::string ping = Query("ping", "");
  const std::string longest = ping + std::string(kMaxDatagramBytes - ping.size(), ' ');
  EXPECT_TRUE(Decoded(longest).ok);
  EXPECT_FALSE(Decoded(longest + " ").ok);
}

TEST(DecodeQuery, RefusesAMissingOrOddId) {
  for (const char* arguments : {"de", "d2:id0:e", "d2:id19:iiiiiiiiiiiiiiiiiiie", "d2:idi1ee",
                                "d2:id21:iiiiiiiiiiiiiiiiiiiiie", "le", "2:ab", "i1e"}) {
    EXPECT_EQ(RefusalOf("d1:a" + std::string(arguments) + "1:q4:ping1:t2:aa1:y1:qe"),
              Refusal::kMalformed)
        << arguments;
  }
  EXPECT_EQ(RefusalOf("d1:q4:ping1:t2:aa1:y1:qe"), Refusal::kMalformed);
}

TEST(DecodeQuery, RefusesATargetOfAnotherLength) {
  for (const std::string& target : {std::string(19, 't'), std::string(21, 't'), std::string()}) {
    EXPECT_EQ(RefusalOf(Query("find_node", "6:target" + Text(target))), Refusal::kMalformed);
    EXPECT_EQ(RefusalOf(Query("get", "6:target" + Text(target))), Refusal::kMalformed);
    EXPECT_EQ(RefusalOf(Query("get_peers", "9:info_hash" + Text(target))), Refusal::kMalformed);
  }
  EXPECT_EQ(RefusalOf(Query("get_peers", kTarget)), Refusal::kMalformed);
  EXPECT_EQ(RefusalOf(Query("find_node", "")), Refusal::kMalformed);
}

TEST(DecodeQuery, AnUnknownMethodWithATargetIsFindNode) {
  for (const std::string& arguments : {kTarget, kHash}) {
    Decoded query(Query("vote", arguments));
    EXPECT_EQ(query->method, Method::kFindNode);
    EXPECT_TRUE(query->target.has_value());
    EXPECT_EQ(query->malformed, Refusal::kNone);
  }
  EXPECT_EQ(MethodOf(Query("vote", "")), Method::kUnknown);
  EXPECT_EQ(RefusalOf(Query("vote", "")), Refusal::kUnknownMethod);
  EXPECT_EQ(RefusalOf(Query("vote", "6:target3:abc")), Refusal::kUnknownMethod);
  EXPECT_EQ(RefusalOf("d1:ad2:id" + IdText('i') + kTarget + "e1:t2:aa1:y1:qe"),
            Refusal::kMalformed);
}

TEST(DecodeQuery, AnAnnounceNamesAPortOrImpliesIt) {
  Decoded named(Query("announce_peer", kHash + "4:porti6881e" + kToken));
  EXPECT_EQ(named->port, 6881);
  EXPECT_FALSE(named->implied_port);
  EXPECT_EQ(base::AsText(named->token), "tokn");
  EXPECT_EQ(named->malformed, Refusal::kNone);
  Decoded implied(Query("announce_peer", "12:implied_porti1e" + kHash + kToken));
  EXPECT_TRUE(implied->implied_port);
  EXPECT_EQ(implied->malformed, Refusal::kNone);
  for (const char* port : {"", "4:porti0e", "4:porti-1e", "4:porti65536e", "4:port4:6881",
                           "4:porti99999999999999999999e"}) {
    EXPECT_EQ(RefusalOf(Query("announce_peer", kHash + port + kToken)), Refusal::kMalformed)
        << port;
  }
  EXPECT_EQ(RefusalOf(Query("announce_peer", kHash + "4:porti1e")), Refusal::kMalformed);
}

TEST(DecodeQuery, APutWithoutAKeyIsImmutable) {
  Decoded put(Query("put", kToken + "1:vd1:ai1ee"));
  EXPECT_EQ(put->method, Method::kPutImmutable);
  EXPECT_EQ(base::AsText(put->value), "d1:ai1ee");
  EXPECT_EQ(base::AsText(put->token), "tokn");
  EXPECT_EQ(put->malformed, Refusal::kNone);
}

TEST(DecodeQuery, APutWithAKeyIsMutable) {
  Decoded put(MutablePut("3:casi-3e", "4:salt6:foobar"));
  EXPECT_EQ(put->method, Method::kPutMutable);
  EXPECT_EQ(put->malformed, Refusal::kNone);
  EXPECT_EQ(put->seq, 7);
  EXPECT_EQ(put->cas, -3);
  EXPECT_EQ(base::AsText(put->salt), "foobar");
  EXPECT_EQ(base::AsText(put->key), std::string(32, 'k'));
  EXPECT_EQ(base::AsText(put->signature), std::string(64, 's'));
  EXPECT_EQ(base::AsText(put->value), "5:hello");
}

TEST(DecodeQuery, AHalfMutablePutIsNeverImmutable) {
  const std::string key = "1:k" + Text(std::string(32, 'k'));
  const std::string sig = "3:sig" + Text(std::string(64, 's'));
  const std::string seq = "3:seqi7e";
  for (const std::string& fields :
       {key, sig, seq, key + sig, key + seq, seq + sig, std::string("3:casi1e"),
        std::string("4:salt1:a"), "1:k31:" + std::string(31, 'k') + seq + sig,
        key + seq + "3:sig63:" + std::string(63, 's'), "1:ki1e" + seq + sig, key + "3:seq1:7" + sig,
        key + "3:seqi-1e" + sig, key + "3:seqi9223372036854775808e" + sig}) {
    Decoded put("d1:ad2:id" + IdText('i') + fields + kToken + "1:v1:ae1:q3:put1:t2:aa1:y1:qe");
    ASSERT_TRUE(put.ok) << fields;
    EXPECT_EQ(put->method, Method::kPutMutable) << fields;
    EXPECT_EQ(put->malformed, Refusal::kMalformed) << fields;
  }
}

TEST(DecodeQuery, AValueHasAThousandBytesAtMost) {
  const auto value_of = [](size_t size) { return "1:v" + Text(std::string(size - 4, 'v')); };
  EXPECT_EQ(RefusalOf(Query("put", kToken + value_of(1000))), Refusal::kNone);
  EXPECT_EQ(RefusalOf(Query("put", kToken + value_of(1001))), Refusal::kValueTooBig);
  EXPECT_EQ(RefusalOf(MutablePut("", "", value_of(1000))), Refusal::kNone);
  EXPECT_EQ(RefusalOf(MutablePut("", "", value_of(1001))), Refusal::kValueTooBig);
}

TEST(DecodeQuery, ASaltHas64BytesAtMost) {
  const auto salt_of = [](size_t size) { return "4:salt" + Text(std::string(size, 'n')); };
  EXPECT_EQ(RefusalOf(MutablePut("", salt_of(0))), Refusal::kNone);
  EXPECT_EQ(RefusalOf(MutablePut("", salt_of(64))), Refusal::kNone);
  EXPECT_EQ(RefusalOf(MutablePut("", salt_of(65))), Refusal::kSaltTooBig);
}

TEST(DecodeQuery, SequenceNumbersHave64Bits) {
  std::string put = MutablePut();
  put.replace(put.find("i7e"), 3, "i9223372036854775807e");
  Decoded query(put);
  EXPECT_EQ(query->malformed, Refusal::kNone);
  EXPECT_EQ(query->seq, std::numeric_limits<int64_t>::max());
}

TEST(DecodeQuery, APutThatIsNotCanonicalIsRefused) {
  EXPECT_EQ(RefusalOf(Query("put", kToken + "1:v1:a1:v1:b")), Refusal::kMalformed);
  EXPECT_EQ(RefusalOf(Query("put", "1:v1:a" + kToken)), Refusal::kMalformed);
  EXPECT_EQ(RefusalOf(Query("put", kToken + "1:vd1:bi1e1:ai1ee")), Refusal::kMalformed);
  EXPECT_EQ(RefusalOf(Query("put", kToken + "1:vd1:ai1e1:ai1ee")), Refusal::kMalformed);
  EXPECT_EQ(RefusalOf(Query("put", kToken)), Refusal::kMalformed);
  EXPECT_EQ(RefusalOf(Query("put", "1:v1:a")), Refusal::kMalformed);
}

TEST(DecodeQuery, ACasOrSaltThatCannotBeReadIsNotPassedOver) {
  for (const char* cas : {"3:cas1:1", "3:casi9223372036854775808e", "3:casle"}) {
    EXPECT_EQ(RefusalOf(MutablePut(cas)), Refusal::kMalformed) << cas;
  }
  EXPECT_EQ(RefusalOf(MutablePut("", "4:salti1e")), Refusal::kMalformed);
}

TEST(DecodeQuery, AValueMayBeAsDeepAsCheckValueAllows) {
  for (const size_t depth : {31u, 32u, 33u}) {
    const std::string value = std::string(depth, 'l') + std::string(depth, 'e');
    Decoded put(Query("put", kToken + "1:v" + value));
    const bool allowed = Mainline().CheckValue(base::AsBytes(value)) == Refusal::kNone;
    EXPECT_EQ(put.ok && put->malformed == Refusal::kNone, allowed) << depth;
    EXPECT_EQ(allowed, depth <= 32);
  }
}

TEST(DecodeQuery, AGetSaysWhichSequenceNumberItKnows) {
  EXPECT_EQ(Decoded(Query("get", "3:seqi12e" + kTarget))->seq, 12);
  EXPECT_EQ(Decoded(Query("get", kTarget))->seq, std::nullopt);
}

}  // namespace
}  // namespace shadw::dht::krpc
