// SPDX-License-Identifier: Apache-2.0
#include "frames.h"

namespace shadw::dht::krpc {

std::string Text(std::string_view text) {
  return std::to_string(text.size()) + ":" + std::string(text);
}

std::string IdText(char fill) { return Text(std::string(20, fill)); }

NodeId Id(char fill) { return NodeId::FromBytes(base::AsBytes(std::string(20, fill))); }

std::string Compact(std::string_view text) {
  const base::Endpoint endpoint = base::Endpoint::Parse(text).value();
  std::string compact(base::AsText(endpoint.ip()));
  compact.push_back(static_cast<char>(endpoint.port >> 8));
  compact.push_back(static_cast<char>(endpoint.port & 0xff));
  return compact;
}

std::string NodeV4(char fill, std::string_view endpoint) {
  return std::string(20, fill) + Compact(endpoint);
}

std::string NodeV6(char fill, std::string_view endpoint) {
  return std::string(20, fill) + Compact(endpoint);
}

std::string Query(std::string_view method, std::string_view arguments) {
  return "d1:ad2:id" + IdText('i') + std::string(arguments) + "e1:q" + Text(method) +
         "1:t2:aa1:y1:qe";
}

std::string Response(std::string_view results) {
  return "d1:rd2:id" + IdText('i') + std::string(results) + "e1:t2:aa1:y1:re";
}

std::string MutablePut(std::string_view cas, std::string_view salt, std::string_view value) {
  return "d1:ad" + std::string(cas) + "2:id" + IdText('i') + "1:k" + Text(std::string(32, 'k')) +
         std::string(salt) + "3:seqi7e3:sig" + Text(std::string(64, 's')) + "5:token4:tokn" +
         std::string(value) + "e1:q3:put1:t2:aa1:y1:qe";
}

Decoded::Decoded(std::string datagram)
    : bytes(std::move(datagram)), ok(Mainline().Decode(base::AsBytes(bytes), kFrom, message)) {}

std::vector<std::string> OneOfEach() {
  // What the encoder adds to every message: who we are.
  const auto ours = [](std::string datagram) {
    datagram.insert(datagram.rfind("1:y1:"), std::string("1:v4:SW\0\1", 9));
    return datagram;
  };
  const std::string target = "6:target" + IdText('t');
  const std::string hash = "9:info_hash" + IdText('h');
  const std::string nodes = "5:nodes" + Text(NodeV4('a') + NodeV4('b', "88.1.2.3:1"));
  const std::string nodes6 = "6:nodes6" + Text(NodeV6('c') + NodeV6('d', "[2001::9]:65535"));
  const std::string record = "3:seqi9e3:sig" + Text(std::string(64, 's')) + "5:token4:tokn1:v3:abc";
  std::vector<std::string> each = {
      ours(Query("ping", "")),
      ours("d1:ad2:id" + IdText('i') + "e1:q4:ping2:roi1e1:t0:1:y1:qe"),
      ours(Query("find_node", target + "4:wantl2:n42:n6e")),
      ours(Query("get_peers", hash)),
      ours(Query("announce_peer", hash + "4:porti6881e5:token4:tokn")),
      ours(Query("announce_peer", "12:implied_porti1e" + hash + "4:porti0e5:token4:tokn")),
      ours(Query("get", target)),
      ours(Query("get", "3:seqi-5e" + target + "4:wantl2:n6e")),
      ours(Query("put", "5:token4:tokn1:vd1:ai1e1:bli2e1:xee")),
      ours(MutablePut()),
      ours(MutablePut("3:casi6e", "4:salt4:name")),
      ours(Query("sample_infohashes", target)),
      ours(Response("")),
      ours("d2:ip" + Text(Compact("1.2.3.4:5")) + Response("").substr(1)),
      ours("d2:ip" + Text(Compact("[2001::1]:5")) + Response(nodes).substr(1)),
      ours(Response(nodes + nodes6)),
      ours(Response(nodes + "5:token4:tokn6:valuesl" + Text(Compact("1.2.3.4:5")) +
                    Text(Compact("[2001::1]:5")) + "e")),
      ours(Response("1:k" + Text(std::string(32, 'k')) + nodes + record)),
      ours(Response("8:intervali60e" + nodes + "3:numi7e7:samples" + Text(std::string(40, 'z')))),
      ours("d1:eli203e9:bad tokene1:t2:aa1:y1:ee"),
  };
  return each;
}

std::string Encoded(const Message& message) {
  base::Bytes out = {1, 2, 3};
  const bool encoded = Mainline().Encode(message, kFrom, out);
  return encoded ? std::string(base::AsText(out)) : std::string();
}

}  // namespace shadw::dht::krpc
