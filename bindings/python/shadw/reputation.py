# SPDX-License-Identifier: Apache-2.0
"""Reputation: earned by payments, spent to penalise, measured, trusted, attacked."""

from shadw import _shadw

age = _shadw.reputation.age
beta_score = _shadw.reputation.beta_score
beta_update = _shadw.reputation.beta_update
charge_payment = _shadw.reputation.charge_payment
decode_changes = _shadw.reputation.decode_changes
eigentrust = _shadw.reputation.eigentrust
encode_changes = _shadw.reputation.encode_changes
failures_until_disqualified = _shadw.reputation.failures_until_disqualified
fake_payments = _shadw.reputation.fake_payments
filtered_mean = _shadw.reputation.filtered_mean
global_scores = _shadw.reputation.global_scores
health = _shadw.reputation.health
history = _shadw.reputation.history
local_scores = _shadw.reputation.local_scores
local_trust = _shadw.reputation.local_trust
mean = _shadw.reputation.mean
min_max = _shadw.reputation.min_max
outliers = _shadw.reputation.outliers
payment_gain = _shadw.reputation.payment_gain
PeerMeasurements = _shadw.reputation.PeerMeasurements
penalize = _shadw.reputation.penalize
quantile = _shadw.reputation.quantile
reporter_weights = _shadw.reputation.reporter_weights
ReputationBook = _shadw.reputation.ReputationBook
sample_variance = _shadw.reputation.sample_variance
slander_by_penalty = _shadw.reputation.slander_by_penalty
slander_by_reports = _shadw.reputation.slander_by_reports
smooth_score = _shadw.reputation.smooth_score
split_into_sybils = _shadw.reputation.split_into_sybils
survival_curve = _shadw.reputation.survival_curve
sybil_trust = _shadw.reputation.sybil_trust
trust_score = _shadw.reputation.trust_score
weighted_sum = _shadw.reputation.weighted_sum
whitewash = _shadw.reputation.whitewash

__all__ = [
    "PeerMeasurements",
    "ReputationBook",
    "age",
    "beta_score",
    "beta_update",
    "charge_payment",
    "decode_changes",
    "eigentrust",
    "encode_changes",
    "failures_until_disqualified",
    "fake_payments",
    "filtered_mean",
    "global_scores",
    "health",
    "history",
    "local_scores",
    "local_trust",
    "mean",
    "min_max",
    "outliers",
    "payment_gain",
    "penalize",
    "quantile",
    "reporter_weights",
    "sample_variance",
    "slander_by_penalty",
    "slander_by_reports",
    "smooth_score",
    "split_into_sybils",
    "survival_curve",
    "sybil_trust",
    "trust_score",
    "weighted_sum",
    "whitewash",
]
