//! The platform of every target with an operating system, over `std` and `libc`.
//!
//! | module | what |
//! | --- | --- |
//! | [`pages`] | mapping memory |
//! | [`parking`] | sleeping on a word: futexes on Linux, a table of condition variables elsewhere |
//! | [`threads`] | starting threads, their identity and their stacks |
//! | [`clocks`] | time and processor time |
//! | [`elementary`] | `pow`, `sin` and so on of the C library |
//!
//! Invariant: a zero-sized type without state of its own; what state there is belongs to the operating system.
#![cfg(unix)]

mod clocks;
mod elementary;
mod pages;
mod parking;
mod platform;
mod threads;

pub use platform::HostedPlatform;

/// The platform as the engine takes it.
pub static HOSTED: HostedPlatform = HostedPlatform;

/// Installs the hosted platform; returns the platform in force.
pub fn install() -> &'static dyn threadsnake_hal::Platform {
    threadsnake_hal::install_platform(&HOSTED)
}
