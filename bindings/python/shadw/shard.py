# SPDX-License-Identifier: Apache-2.0
"""Sealed, self-describing shards: seal, open, check and rewrap segments."""

import enum

from shadw import _shadw

Flag = enum.IntFlag("Flag", _shadw.shard._FLAGS)
Flag.__doc__ = "Bits of a header's flags."

AuditBox = _shadw.shard.AuditBox
CellFault = _shadw.shard.CellFault
FoundShard = _shadw.shard.FoundShard
Geometry = _shadw.shard.Geometry
HEADER_BYTES = _shadw.shard.HEADER_BYTES
Header = _shadw.shard.Header
IntentRecord = _shadw.shard.IntentRecord
MAX_NAME_BYTES = _shadw.shard.MAX_NAME_BYTES
MemberKeys = _shadw.shard.MemberKeys
Metadata = _shadw.shard.Metadata
ObjectKeys = _shadw.shard.ObjectKeys
OpenedSegment = _shadw.shard.OpenedSegment
ReadBox = _shadw.shard.ReadBox
RewrapTarget = _shadw.shard.RewrapTarget
RewrappedShard = _shadw.shard.RewrappedShard
SealedSegment = _shadw.shard.SealedSegment
SegmentReport = _shadw.shard.SegmentReport
ShardAddress = _shadw.shard.ShardAddress
ShardReport = _shadw.shard.ShardReport
ShardScanner = _shadw.shard.ShardScanner
VaultKeys = _shadw.shard.VaultKeys
VerifyBox = _shadw.shard.VerifyBox
check_segment = _shadw.shard.check_segment
choose_cell_bytes = _shadw.shard.choose_cell_bytes
choose_stripes = _shadw.shard.choose_stripes
decode_capability = _shadw.shard.decode_capability
decode_member_capability = _shadw.shard.decode_member_capability
encode_capability = _shadw.shard.encode_capability
encode_member_capability = _shadw.shard.encode_member_capability
head_hash = _shadw.shard.head_hash
is_member_capability = _shadw.shard.is_member_capability
kept_sequences = _shadw.shard.kept_sequences
open_header = _shadw.shard.open_header
open_segment = _shadw.shard.open_segment
pack_frames = _shadw.shard.pack_frames
recognise_header = _shadw.shard.recognise_header
recognise_headers = _shadw.shard.recognise_headers
rewrap_shards = _shadw.shard.rewrap_shards
seal_segment = _shadw.shard.seal_segment
unpack_frames = _shadw.shard.unpack_frames
worth_compressing = _shadw.shard.worth_compressing

__all__ = [
    "AuditBox",
    "CellFault",
    "Flag",
    "FoundShard",
    "Geometry",
    "HEADER_BYTES",
    "Header",
    "IntentRecord",
    "MAX_NAME_BYTES",
    "MemberKeys",
    "Metadata",
    "ObjectKeys",
    "OpenedSegment",
    "ReadBox",
    "RewrapTarget",
    "RewrappedShard",
    "SealedSegment",
    "SegmentReport",
    "ShardAddress",
    "ShardReport",
    "ShardScanner",
    "VaultKeys",
    "VerifyBox",
    "check_segment",
    "choose_cell_bytes",
    "choose_stripes",
    "decode_capability",
    "decode_member_capability",
    "encode_capability",
    "encode_member_capability",
    "head_hash",
    "is_member_capability",
    "kept_sequences",
    "open_header",
    "open_segment",
    "pack_frames",
    "recognise_header",
    "recognise_headers",
    "rewrap_shards",
    "seal_segment",
    "unpack_frames",
    "worth_compressing",
]
