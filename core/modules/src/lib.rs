//! Native standard-library modules that need no operating system.
//!
//! One module per file or folder, named as Python names it without the underscore; [`MODULES`] lists them for the host.
//! Invariant: `no_std`; what needs an operating system is in the target that has one.
#![no_std]

extern crate alloc;

pub mod array;
pub mod atexit;
pub mod binascii;
pub mod bisect;
pub mod bz2;
pub mod cmath;
pub mod collections;
pub mod csv;
mod exception_class;
pub mod functools;
mod guarded;
pub mod hashing;
pub mod heapq;
pub mod io;
pub mod itertools;
pub mod json;
pub mod marshal;
pub mod math;
pub mod opcode;
pub mod operator;
pub mod random;
pub mod regular_expressions;
pub mod simple_queue;
pub mod structure;
pub mod thread;
pub mod tokenize;
pub mod unicode_data;
pub mod zlib;

use threadsnake_engine::native::NativeModule;

/// The modules, for `EngineConfiguration::modules`.
pub static MODULES: &[&NativeModule] = &[
    &atexit::module::MODULE,
    &binascii::module::MODULE,
    &array::module::MODULE,
    &bisect::module::MODULE,
    &bz2::module::MODULE,
    &cmath::MODULE,
    &collections::module::MODULE,
    &csv::module::MODULE,
    &functools::module::MODULE,
    &hashing::blake2::module::MODULE,
    &hashing::hashlib::module::MODULE,
    &hashing::modules::md5::MODULE,
    &hashing::modules::sha1::MODULE,
    &hashing::modules::sha2::MODULE,
    &hashing::modules::sha3::MODULE,
    &heapq::module::MODULE,
    &itertools::module::MODULE,
    &json::module::MODULE,
    &marshal::module::MODULE,
    &math::MODULE,
    &opcode::module::MODULE,
    &operator::module::MODULE,
    &random::MODULE,
    &regular_expressions::module::MODULE,
    &simple_queue::module::MODULE,
    &structure::MODULE,
    &thread::module::MODULE,
    &tokenize::module::MODULE,
    &unicode_data::module::MODULE,
    &zlib::module::MODULE,
];
