//! Native modules that need an operating system, one file each.
//!
//! Invariant: calls that may wait run detached (`cx.blocking`), and `EINTR` runs signal handlers and tries again (PEP 475).

pub mod accounts;
pub mod errno;
pub mod faulthandler;
pub mod fcntl;
pub mod files;
pub mod io;
pub mod paths;
pub mod posix;
pub mod process;
pub mod resource;
pub mod select;
pub mod signal;
pub mod socket;
pub mod sysconfig;
pub mod system_call;
pub mod system_time;
pub mod time;

use threadsnake_engine::native::NativeModule;

/// The modules of this target.
pub static MODULES: &[&NativeModule] = &[
    &errno::module::MODULE,
    &faulthandler::module::MODULE,
    &fcntl::module::MODULE,
    &io::module::MODULE,
    &posix::module::MODULE,
    &process::child::module::MODULE,
    &resource::module::MODULE,
    &accounts::users::MODULE,
    &accounts::groups::MODULE,
    &select::module::MODULE,
    &signal::module::MODULE,
    &socket::module::MODULE,
    &sysconfig::module::MODULE,
    &sysconfig::build_time::MODULE,
    &time::module::MODULE,
];
