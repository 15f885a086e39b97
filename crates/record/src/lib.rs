//! What was answered, by whom, and where answers disagree.
