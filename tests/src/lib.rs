//! Whole stories over real HTTP, attacks, bindings, browser.
