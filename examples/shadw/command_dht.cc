// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "dht_verbs.h"

namespace shadw::app {
namespace {

constexpr uint32_t kLongestTimeoutSeconds = 3600;

void AddNetwork(CLI::App* command, DhtNetwork& network) {
  command->add_option("--network", network.name, "mainline (BitTorrent) or hyperdht (Hyperswarm)")
      ->check(CLI::IsMember({"mainline", "hyperdht"}).description(""))
      ->type_name("NAME");
  command->add_option("--bootstrap", network.bootstrap, "A node to begin with; repeat it for more")
      ->type_name("HOST:PORT")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_flag("--public", network.is_public,
                    "Begin with the nodes that everybody begins with, on the Internet");
  command
      ->add_option("--bind", network.bind,
                   "Where to listen, any port of any IPv4 address where absent; repeat it for "
                   "IPv4 and IPv6")
      ->type_name("ADDRESS:PORT")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--state", network.state, "Keeps known nodes from one run to the next")
      ->type_name("FILE");
  AddWhole(command, "--timeout", network.timeout_s, "Give up after so long; 30 where absent")
      ->type_name("SECONDS")
      ->check(CLI::Range(uint32_t{1}, kLongestTimeoutSeconds).description(""));
}

template <typename Arguments>
CLI::App* AddVerb(CLI::App& dht, Chosen& chosen, const std::string& name,
                  const std::string& description, const std::shared_ptr<Arguments>& arguments,
                  absl::StatusOr<Outcome> (*run)(const Arguments&, Console&),
                  std::function<void()> check = {}) {
  CLI::App* command = AddCommand(dht, chosen, name, description, arguments, run, std::move(check));
  AddNetwork(command, arguments->network);
  return command;
}

CLI::Option* AddTarget(CLI::App* command, std::string& target) {
  return command
      ->add_option("TARGET", target, "In hexadecimal: 40 digits on mainline, 64 on hyperdht")
      ->type_name("");
}

void AddKeyFile(CLI::App* command, std::string& key_file) {
  command->add_option("--key", key_file, "Sign it with a key of the key file that keygen wrote")
      ->type_name("KEY");
}

void AddSalt(CLI::App* command, std::string& salt) {
  command->add_option("--salt", salt, "Tells records of one key apart (mainline)")
      ->type_name("TEXT");
}

void AddBeing(CLI::App& dht, Chosen& chosen) {
  const auto node = std::make_shared<DhtNodeArguments>();
  CLI::App* command =
      AddVerb(dht, chosen, "node", "Be a node, until interrupted", node, RunDhtNode);
  command->add_flag("--server", node->server,
                    "Serve others from the start, not once it is proven that they can reach it");
  AddWhole(command, "--for", node->seconds, "End after so long")->type_name("SECONDS");
  const auto stats = std::make_shared<DhtStatsArguments>();
  AddVerb(dht, chosen, "stats", "Join, look around, and tell what was seen", stats, DhtStats);
}

void AddAsking(CLI::App& dht, Chosen& chosen) {
  const auto ping = std::make_shared<DhtPingArguments>();
  AddVerb(dht, chosen, "ping", "Ask one node whether it is there", ping, DhtPing)
      ->add_option("NODE", ping->endpoint, "The node, as HOST:PORT")
      ->type_name("")
      ->required();
  const auto lookup = std::make_shared<DhtTargetArguments>();
  AddTarget(AddVerb(dht, chosen, "lookup", "Find the nodes closest to a target", lookup, DhtLookup),
            lookup->target)
      ->required();
  const auto get = std::make_shared<DhtTargetArguments>();
  CLI::App* command = AddVerb(dht, chosen, "get", "Print the value stored under a target or key",
                              get, DhtGet, [get] {
                                if (get->target.empty() == get->public_key.empty()) {
                                  throw CLI::RequiredError("TARGET or --public-key");
                                }
                              });
  AddTarget(command, get->target);
  command->add_option("--public-key", get->public_key, "Of a mutable record, as put printed it")
      ->type_name("HEX");
  AddSalt(command, get->salt);
  const auto peers = std::make_shared<DhtTargetArguments>();
  AddTarget(AddVerb(dht, chosen, "peers", "Find who announced a target", peers, DhtPeers),
            peers->target)
      ->required();
}

void AddTelling(CLI::App& dht, Chosen& chosen) {
  const auto put = std::make_shared<DhtPutArguments>();
  CLI::App* command =
      AddVerb(dht, chosen, "put", "Store a value, under its hash or a key", put, DhtPut, [put] {
        const bool is_mutable = put->seq || put->cas || !put->salt.empty();
        if (is_mutable && put->key_file.empty()) {
          throw CLI::RequiredError("--key for --salt, --seq and --cas");
        }
      });
  command->add_option("VALUE", put->value, "Up to about 1000 bytes; - reads standard input")
      ->type_name("")
      ->required();
  AddKeyFile(command, put->key_file);
  AddSalt(command, put->salt);
  command->add_option("--seq", put->seq, "Its sequence number; where absent one above the highest")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber.description(""));
  command->add_option("--cas", put->cas, "Store it only in place of this number (mainline)")
      ->type_name("N");
  AddWhole(command, "--quorum", put->quorum, "How many must store it; 1 where absent")
      ->type_name("N");
  const auto announce = std::make_shared<DhtAnnounceArguments>();
  command = AddVerb(dht, chosen, "announce",
                    "Be found under a target: at a port on mainline, by a key "
                    "on hyperdht",
                    announce, DhtAnnounce, [announce] {
                      const bool hyper = announce->network.name == "hyperdht";
                      if (hyper && announce->key_file.empty()) throw CLI::RequiredError("--key");
                      if (!hyper && announce->port == 0) throw CLI::RequiredError("--port");
                    });
  AddTarget(command, announce->target)->required();
  AddWhole(command, "--port", announce->port, "Where it is served (mainline)")->type_name("PORT");
  AddKeyFile(command, announce->key_file);
}

CLI::Option* AddLabel(CLI::App* command, std::string& label) {
  return command->add_option("LABEL", label, "The name, one of its owner's: 1 to 64 bytes")
      ->type_name("")
      ->required();
}

void AddNaming(CLI::App& dht, Chosen& chosen) {
  const auto publish = std::make_shared<DhtPublishArguments>();
  CLI::App* command = AddVerb(dht, chosen, "publish", "Say where a name of yours is found", publish,
                              DhtPublish, [publish] {
                                if (!publish->revoke && publish->addresses.empty())
                                  throw CLI::RequiredError("--address");
                              });
  AddLabel(command, publish->label);
  AddKeyFile(command, publish->key_file);
  command->get_option("--key")->required();
  const auto repeat = [&](const char* name, std::vector<std::string>& values, const char* what,
                          const char* type) {
    command->add_option(name, values, what)
        ->type_name(type)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  repeat("--address", publish->addresses, "Where it is, the best first; repeat it", "HOST:PORT");
  repeat("--capability", publish->capabilities, "What it offers, for a service; repeat it", "WORD");
  AddWhole(command, "--expires-in", publish->expires_in_s, "Valid for so long; a day where absent")
      ->type_name("SECONDS")
      ->check(CLI::PositiveNumber.description(""));
  command->add_flag("--revoke", publish->revoke, "End the name instead, for as long");
  const auto resolve = std::make_shared<DhtResolveArguments>();
  command = AddVerb(dht, chosen, "resolve", "Print where a name of an owner is found", resolve,
                    DhtResolve);
  command->add_option("OWNER", resolve->owner, "The owner's public key, as publish printed it")
      ->type_name("")
      ->required();
  AddLabel(command, resolve->label);
}

}  // namespace

void AddDhtCommands(CLI::App& app, Chosen& chosen) {
  CLI::App* dht = app.add_subcommand("dht", "Ask, or be a node of, a distributed hash table")
                      ->group("Commands");
  dht->require_subcommand(1);
  AddBeing(*dht, chosen);
  AddAsking(*dht, chosen);
  AddTelling(*dht, chosen);
  AddNaming(*dht, chosen);
  dht->footer(
      "Examples:\n"
      "  shadw dht node --server --bind 127.0.0.1:7000\n"
      "  shadw dht node --server --bind 127.0.0.1:7000 --bind [::1]:7000\n"
      "  shadw dht put --bootstrap 127.0.0.1:7000 'some text'\n"
      "  shadw dht put --bootstrap 127.0.0.1:7000 --key KEY --salt notes 'some text'\n"
      "  shadw dht lookup --public 0123456789abcdef0123456789abcdef01234567");
}

}  // namespace shadw::app
