//! The relay: stores and forwards sealed envelopes, reads nothing.
