//! The notebook on a device or desk, and the deeds an app calls.
