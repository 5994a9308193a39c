//! The hosted platform, over `std` and `libc`.
