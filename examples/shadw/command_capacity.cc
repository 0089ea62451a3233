// SPDX-License-Identifier: Apache-2.0
#include "capacity_verbs.h"
#include "commands.h"

namespace shadw::app {
namespace {

CLI::Option* AddNode(CLI::App* command, std::string& node) {
  return NeedText(command->add_option("--node", node, "The node id, in hexadecimal"))
      ->type_name("HEX");
}

void AddChallenge(CLI::App* command, std::string& challenge, const char* what) {
  NeedText(command->add_option("--challenge", challenge, what))->type_name("HEX")->required();
}

void AddEpoch(CLI::App* command, uint64_t& epoch, uint32_t& openings) {
  AddWhole(command, "--epoch", epoch, "Of a proof of space; 0 where absent")->type_name("N");
  AddWhole(command, "--openings", openings,
           "How many labels are opened; 30 where absent, of an origin 128")
      ->type_name("N")
      ->check(CLI::Range(uint32_t{1}, capacity::kMaxOpenings).description(""));
}

void AddMeasure(CLI::App& app, Chosen& chosen) {
  const auto arguments = std::make_shared<CapacityMeasureArguments>();
  CLI::App* command =
      AddCommand(app, chosen, "measure", "Measure what this machine computes and stores", arguments,
                 CapacityMeasure, [arguments] {
                   if ((arguments->reference_compute > 0) != (arguments->reference_storage > 0)) {
                     throw CLI::RequiredError("--reference-compute and --reference-storage");
                   }
                 });
  AddNode(command, arguments->node);
  NeedText(command->add_option("--seed", arguments->seed,
                               "What the work is made from: fresh randomness"))
      ->type_name("HEX");
  command->add_option("--disk", arguments->disk, "Where the disk is looked at; . where absent")
      ->type_name("DIR");
  command->add_option("--share", arguments->share, "The part of the processors that is offered")
      ->type_name("PART")
      ->check(CLI::Range(0.0, 1.0).description(""));
  command
      ->add_option("--reference-compute", arguments->reference_compute,
                   "What counts as one of cores * cycles / root of ms")
      ->type_name("NUMBER")
      ->check(CLI::PositiveNumber.description(""));
  command
      ->add_option("--reference-storage", arguments->reference_storage,
                   "How many free bytes count as one")
      ->type_name("NUMBER")
      ->check(CLI::PositiveNumber.description(""));
  AddWhole(command, "--deadline", arguments->deadline_s, "Of one run of five; 60 where absent")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 3600).description(""));
}

void AddProve(CLI::App& app, Chosen& chosen) {
  const auto arguments = std::make_shared<CapacityProveArguments>();
  CLI::App* command = AddCommand(app, chosen, "prove",
                                 "Prove that a plot is kept, or make one and prove its origin",
                                 arguments, CapacityProve, [arguments] {
                                   if (arguments->make_bytes != 0 && arguments->node.empty()) {
                                     throw CLI::RequiredError("--node for --make");
                                   }
                                 });
  command->add_option("PLOT", arguments->plot, "The plot's file")->type_name("")->required();
  command
      ->add_option("--make", arguments->make_bytes,
                   "Make it first, and PLOT.commitment: 32KiB to 4GiB, a power of two; takes "
                   "four times as much memory")
      ->type_name("SIZE")
      ->transform(CLI::AsSizeValue(false).description(""))
      ->transform(CLI::Validator(
          [](const std::string& text) {
            return text.starts_with('-') ? "got a size below 0, need one above" : "";
          },
          ""));
  AddNode(command, arguments->node);
  NeedText(command->add_option("--seed", arguments->seed, "Tells plots of one node apart"))
      ->type_name("HEX");
  AddChallenge(command, arguments->challenge,
               "What the verifier drew; - reads it, with --make once the commitment was told");
  command->add_option("--out", arguments->out, "Where the proof goes")
      ->type_name("FILE")
      ->required();
  AddEpoch(command, arguments->epoch, arguments->openings);
}

void AddVerify(CLI::App& app, Chosen& chosen) {
  const auto arguments = std::make_shared<CapacityVerifyArguments>();
  CLI::App* command =
      AddCommand(app, chosen, "verify", "Check a proof of either kind", arguments, CapacityVerify);
  command->add_option("COMMITMENT", arguments->commitment, "The plot's commitment, a file")
      ->type_name("")
      ->required();
  command->add_option("PROOF", arguments->proof, "The proof, a file")->type_name("")->required();
  AddChallenge(command, arguments->challenge, "What was drawn for this proof");
  AddNode(command, arguments->node);
  AddEpoch(command, arguments->epoch, arguments->openings);
}

}  // namespace

void AddCapacityCommands(CLI::App& app, Chosen& chosen) {
  CLI::App* capacity =
      app.add_subcommand("capacity", "Measure and prove what a machine computes and stores")
          ->group("Commands");
  capacity->require_subcommand(1);
  AddMeasure(*capacity, chosen);
  AddProve(*capacity, chosen);
  AddVerify(*capacity, chosen);
  capacity->footer(
      "Examples (NODE and DRAWN are 64 hexadecimal digits, DRAWN the verifier's):\n"
      "  shadw capacity measure --reference-compute 1e6 --reference-storage 1e12\n"
      "  shadw capacity prove space.plot --make 1GiB --node NODE --challenge - --out first\n"
      "  shadw capacity prove space.plot --challenge DRAWN --epoch 7 --out proof\n"
      "  shadw capacity verify space.plot.commitment proof --challenge DRAWN --epoch 7");
}

}  // namespace shadw::app
