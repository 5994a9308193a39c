//! Part of the platform-neutral core.
#![no_std]
