// SPDX-License-Identifier: Apache-2.0
//
// Responses and errors, as the implementations in the field send them.
#include <gtest/gtest.h>

#include "frames.h"

namespace shadw::dht::krpc {
namespace {

constexpr Method kMethodsOfMainline[] = {
    Method::kPing,         Method::kFindNode,     Method::kGetPeers,
    Method::kAnnouncePeer, Method::kGetMutable,   Method::kPutMutable,
    Method::kGetImmutable, Method::kPutImmutable, Method::kSampleTargets};

TEST(DecodeResponse, NeedsNoMoreThanTransactionAndResults) {
  Decoded response("d1:rde1:t2:aa1:y1:re");
  ASSERT_TRUE(response.ok);
  EXPECT_EQ(response->kind, Kind::kResponse);
  EXPECT_EQ(response->method, Method::kUnknown);
  EXPECT_FALSE(response->sender.has_value());
  EXPECT_FALSE(response->observed.has_value());
  EXPECT_TRUE(response->contacts.empty());
  EXPECT_TRUE(response->token.empty());
  for (const Method asked : kMethodsOfMainline) {
    EXPECT_TRUE(Mainline().Interpret(asked, response.message));
    EXPECT_EQ(response->method, asked);
  }
}

TEST(DecodeResponse, WithoutResultsIsNoise) {
  for (const char* noise : {"d1:t2:aa1:y1:re", "d1:r2:ab1:t2:aa1:y1:re", "d1:rle1:t2:aa1:y1:re",
                            "d1:rde1:y1:re", "d1:ade1:t2:aa1:y1:re"}) {
    EXPECT_FALSE(Decoded(noise).ok) << noise;
  }
}

TEST(DecodeResponse, AQueryIsNoResponse) {
  Decoded query(Query("ping", ""));
  EXPECT_FALSE(Mainline().Interpret(Method::kPing, query.message));
}

TEST(DecodeResponse, ToleratesThePortThatLibtorrentAdds) {
  Decoded response("d2:ip" + Text(Compact("1.2.3.4:5000")) + Response("1:pi5000e").substr(1));
  ASSERT_TRUE(response.ok);
  EXPECT_EQ(response->observed, base::Endpoint::V4(1, 2, 3, 4, 5000));
  EXPECT_EQ(response->sender, Id('i'));
}

TEST(DecodeResponse, ReadsTheObservedAddressOfBothFamilies) {
  const std::string rest = Response("").substr(1);
  EXPECT_EQ(Decoded("d2:ip" + Text(Compact("[2001:db8::7]:81")) + rest)->observed,
            base::Endpoint::Parse("[2001:db8::7]:81").value());
  for (const char* odd : {"0:", "5:abcde", "i1e", "le"}) {
    Decoded response("d2:ip" + std::string(odd) + rest);
    EXPECT_TRUE(response.ok) << odd;
    EXPECT_EQ(response->observed, std::nullopt);
  }
}

TEST(DecodeResponse, PortsAreBigEndian) {
  Decoded response(Response("5:nodes26:" + std::string(20, 'a') + "\x0a\x01\x02\x03\x1a\xe1"));
  ASSERT_EQ(response->contacts.size(), 1u);
  EXPECT_EQ(response->contacts[0].endpoint, base::Endpoint::V4(10, 1, 2, 3, 6881));
  EXPECT_EQ(response->contacts[0].id, Id('a'));
}

TEST(DecodeResponse, PutsV4ContactsFirst) {
  Decoded response(Response("6:nodes6" + Text(NodeV6('x') + NodeV6('y', "[2001:db8::2]:7")) +
                            "5:nodes" + Text(NodeV4('a') + NodeV4('b', "10.0.0.2:7"))));
  ASSERT_EQ(response->contacts.size(), 4u);
  EXPECT_EQ(response->contacts[0].id, Id('a'));
  EXPECT_EQ(response->contacts[1].endpoint, base::Endpoint::V4(10, 0, 0, 2, 7));
  EXPECT_EQ(response->contacts[2].id, Id('x'));
  EXPECT_EQ(response->contacts[3].endpoint, base::Endpoint::Parse("[2001:db8::2]:7").value());
}

TEST(DecodeResponse, ToleratesAWholeTableOfNodes) {
  for (const size_t count : {41u, 53u}) {
    std::string nodes;
    for (size_t i = 0; i < count; ++i) nodes += NodeV4(static_cast<char>('A' + i));
    Decoded response(Response("5:nodes" + Text(nodes)));
    ASSERT_TRUE(response.ok);
    ASSERT_EQ(response->contacts.size(), count);
    EXPECT_EQ(response->contacts[count - 1].id, Id(static_cast<char>('A' + count - 1)));
  }
}

TEST(DecodeResponse, ReadsNoMoreContactsThanItHasRoomFor) {
  std::string nodes;
  for (int i = 0; i < 40; ++i) nodes += NodeV4('a');
  Decoded response(Response("5:nodes" + Text(nodes) + "5:nodes" + Text(nodes.substr(0, 260))));
  ASSERT_TRUE(response.ok);
  EXPECT_EQ(response->contacts.size(), 50u);
  EXPECT_LE(response->contacts.size(), kMaxContactsPerMessage);
}

TEST(DecodeResponse, LeavesOutNodesThatNobodyCanSendTo) {
  Decoded response(Response("5:nodes" + Text(NodeV4('a', "10.0.0.1:0") +
                                             NodeV4('b', "224.0.0.1:1") + NodeV4('c') + "ragged")));
  ASSERT_EQ(response->contacts.size(), 1u);
  EXPECT_EQ(response->contacts[0].id, Id('c'));
}

TEST(DecodeResponse, ToleratesTokensOfAnyLength) {
  for (const size_t size : {0u, 1u, 4u, 8u, 20u, 32u, 255u, 1000u}) {
    const std::string token(size, 'T');
    Decoded response(Response("5:token" + Text(token)));
    ASSERT_TRUE(response.ok);
    EXPECT_EQ(base::AsText(response->token), token);
  }
}

TEST(DecodeResponse, ReadsPeersOfBothFamiliesAndSkipsOthers) {
  Decoded response(Response("6:valuesl" + Text(Compact("1.2.3.4:5")) + "3:abci1ele" +
                            Text(Compact("[2001::1]:9")) + "e"));
  ASSERT_TRUE(response.ok);
  ASSERT_EQ(response->peers.size(), 2u);
  EXPECT_EQ(Mainline().ParsePeer(response->peers[0])->endpoints[0],
            base::Endpoint::V4(1, 2, 3, 4, 5));
  EXPECT_EQ(Mainline().ParsePeer(response->peers[1])->endpoints[0],
            base::Endpoint::Parse("[2001::1]:9").value());
  Decoded text(Response("6:values" + Text(Compact("1.2.3.4:5"))));
  EXPECT_TRUE(text.ok);
  EXPECT_TRUE(text->peers.empty());
}

// Without nodes: so bittorrent-dht answers when it has the value.
TEST(DecodeResponse, ReadsARecordThatComesWithoutNodes) {
  Decoded response(Response("1:k" + Text(std::string(32, 'k')) + "3:seqi3e3:sig" +
                            Text(std::string(64, 's')) + "5:token4:tokn1:v12:Hello World!"));
  ASSERT_TRUE(response.ok);
  ASSERT_TRUE(Mainline().Interpret(Method::kGetMutable, response.message));
  EXPECT_EQ(base::AsText(response->value), "12:Hello World!");
  EXPECT_EQ(response->seq, 3);
  EXPECT_EQ(response->key.size(), 32u);
  EXPECT_EQ(response->signature.size(), 64u);
}

// So libtorrent answers a get that knows the newest number already.
TEST(DecodeResponse, ReadsASequenceNumberThatComesWithoutAValue) {
  Decoded response(Response("5:nodes" + Text(NodeV4('a')) + "3:seqi3e5:token4:tokn"));
  ASSERT_TRUE(Mainline().Interpret(Method::kGetMutable, response.message));
  EXPECT_EQ(response->seq, 3);
  EXPECT_TRUE(response->value.empty());
  EXPECT_EQ(response->contacts.size(), 1u);
}

TEST(DecodeResponse, KeepsTheNodesThatCameWithHalfARecord) {
  for (const std::string& fields :
       {"1:k" + Text(std::string(31, 'k')) + "3:seqi3e3:sig" + Text(std::string(64, 's')),
        "1:k" + Text(std::string(32, 'k')) + "3:seqi3e3:sig" + Text(std::string(65, 's')),
        "1:k" + Text(std::string(32, 'k')) + "3:sig" + Text(std::string(64, 's'))}) {
    Decoded response(Response(fields + "1:v1:a5:nodes" + Text(NodeV4('a'))));
    ASSERT_TRUE(Mainline().Interpret(Method::kGetMutable, response.message));
    EXPECT_TRUE(response->value.empty());
    EXPECT_TRUE(response->key.empty());
    EXPECT_TRUE(response->signature.empty());
    EXPECT_EQ(response->contacts.size(), 1u);
  }
  Decoded immutable(Response("1:v1:a"));
  ASSERT_TRUE(Mainline().Interpret(Method::kGetImmutable, immutable.message));
  EXPECT_EQ(base::AsText(immutable->value), "1:a");
}

TEST(DecodeResponse, ReadsSamples) {
  Decoded response(Response("8:intervali21600e3:numi99e7:samples" +
                            Text(std::string(20, 'x') + std::string(20, 'y') + "ragged")));
  ASSERT_TRUE(response.ok);
  EXPECT_EQ(response->sample_interval_s, 21600);
  EXPECT_EQ(response->sample_total, 99);
  EXPECT_EQ(response->samples, (std::vector<NodeId>{Id('x'), Id('y')}));
}

TEST(DecodeResponse, IgnoresWhatOnlyQueriesMaySay) {
  Decoded response("d1:rd2:id" + IdText('i') + "4:porti7e6:target" + IdText('t') +
                   "4:wantl2:n4ee2:roi1e1:t2:aa1:y1:re");
  ASSERT_TRUE(response.ok);
  EXPECT_EQ(response->port, 0);
  EXPECT_FALSE(response->target.has_value());
  EXPECT_FALSE(response->want_v4);
  EXPECT_FALSE(response->read_only);
}

TEST(DecodeError, ReadsCodeAndText) {
  Decoded error("d1:eli203e9:bad tokene1:t2:aa1:y1:ee");
  ASSERT_TRUE(error.ok);
  EXPECT_EQ(error->kind, Kind::kError);
  EXPECT_EQ(error->error_code, 203);
  EXPECT_EQ(error->error_text, "bad token");
  EXPECT_TRUE(Mainline().Interpret(Method::kPutMutable, error.message));
}

TEST(DecodeError, WhatIsOddOrMissingIsAGenericError) {
  for (const char* odd : {"", "1:ele", "1:e3:bad", "1:ei203e", "1:ede", "1:el3:bade", "1:eli-1ee",
                          "1:eli99999999999999999999ee", "1:elli1eee"}) {
    Decoded error("d" + std::string(odd) + "1:t2:aa1:y1:ee");
    ASSERT_TRUE(error.ok) << odd;
    EXPECT_EQ(error->error_code, 201) << odd;
    EXPECT_EQ(error->error_text, "") << odd;
  }
  Decoded no_text("d1:eli301ee1:t2:aa1:y1:ee");
  EXPECT_EQ(no_text->error_code, 301);
}

}  // namespace
}  // namespace shadw::dht::krpc
