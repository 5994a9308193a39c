//! `pwd` and `grp`: the system's users and groups.
//!
//! Invariant: the reentrant functions answer in a buffer of the call's own, which grows until the answer fits; those that go through
//! the whole table have none, so they run under one lock of the process.
//! Source: Modules/pwdmodule.c, Modules/grpmodule.c.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::sync::{Mutex, PoisonError};

use threadsnake_engine::struct_sequence;
use threadsnake_engine::{Context, ExceptionClass, PyResult, Value};
use threadsnake_macros::pymodule;

use crate::modules::paths;

struct_sequence!(USER, "pwd", "struct_passwd", "pwd.struct_passwd: Results from getpw*() routines.\n\nThis object may be accessed either as a tuple of\n  (pw_name,pw_passwd,pw_uid,pw_gid,pw_gecos,pw_dir,pw_shell)\nor via the object attributes as named in the above tuple.", 7, 0, true, {
    0 pw_name "user name";
    1 pw_passwd "password";
    2 pw_uid "user id";
    3 pw_gid "group id";
    4 pw_gecos "real name";
    5 pw_dir "home directory";
    6 pw_shell "shell program";
});

struct_sequence!(GROUP, "grp", "struct_group", "grp.struct_group: Results from getgr*() routines.\n\nThis object may be accessed either as a tuple of\n  (gr_name,gr_passwd,gr_gid,gr_mem)\nor via the object attributes as named in the above tuple.", 4, 0, true, {
    0 gr_name "group name";
    1 gr_passwd "password";
    2 gr_gid "group id";
    3 gr_mem "group members";
});

/// Guards the position in the tables of users and groups.
static TABLES: Mutex<()> = Mutex::new(());

/// A buffer never grows beyond this.
const LARGEST_BUFFER: usize = 1 << 22;

/// A user, copied out of the C library's memory.
struct User {
    texts: [Vec<u8>; 5],
    user: u32,
    group: u32,
}

/// A group, copied out of the C library's memory.
struct Group {
    name: Vec<u8>,
    password: Vec<u8>,
    number: u32,
    members: Vec<Vec<u8>>,
}

/// # Safety
/// The pointer is null or points to a text that ends with a null byte.
unsafe fn copied(text: *const libc::c_char) -> Vec<u8> {
    if text.is_null() {
        return Vec::new();
    }
    // SAFETY: as the caller promises.
    unsafe { CStr::from_ptr(text) }.to_bytes().to_vec()
}

impl User {
    /// # Safety
    /// The entry is one that the C library filled.
    unsafe fn of(entry: &libc::passwd) -> User {
        // SAFETY: its texts end with a null byte.
        let texts = unsafe {
            [entry.pw_name, entry.pw_passwd, entry.pw_gecos, entry.pw_dir, entry.pw_shell]
                .map(|text| copied(text))
        };
        User { texts, user: entry.pw_uid, group: entry.pw_gid }
    }

    fn to_value(&self, cx: &Context) -> PyResult<Value> {
        let [name, password, real_name, folder, shell] = &self.texts;
        let mut values = cx.scratch();
        values.push(paths::decode(cx, name)?);
        values.push(paths::decode(cx, password)?);
        values.push(cx.int(i64::from(self.user))?);
        values.push(cx.int(i64::from(self.group))?);
        for text in [real_name, folder, shell] {
            values.push(paths::decode(cx, text)?);
        }
        let class = cx.struct_sequence_class(&USER)?;
        cx.struct_sequence(class, values.as_slice(), &[])
    }
}

impl Group {
    /// # Safety
    /// The entry is one that the C library filled.
    unsafe fn of(entry: &libc::group) -> Group {
        let mut members = Vec::new();
        let mut place = entry.gr_mem;
        // SAFETY: the list of members ends with null; texts end with a null byte.
        unsafe {
            while !place.is_null() && !(*place).is_null() {
                members.push(copied(*place));
                place = place.add(1);
            }
            Group {
                name: copied(entry.gr_name),
                password: copied(entry.gr_passwd),
                number: entry.gr_gid,
                members,
            }
        }
    }

    fn to_value(&self, cx: &Context) -> PyResult<Value> {
        let mut members = cx.scratch();
        for member in &self.members {
            members.push(paths::decode(cx, member)?);
        }
        let members = cx.list(members.as_slice())?;
        let name = paths::decode(cx, &self.name)?;
        let password = paths::decode(cx, &self.password)?;
        let number = cx.int(i64::from(self.number))?;
        let class = cx.struct_sequence_class(&GROUP)?;
        cx.struct_sequence(class, &[name, password, number, members], &[])
    }
}

/// Asks one of the reentrant functions, with a larger buffer while it says ERANGE.
fn ask<E, T>(
    cx: &Context,
    mut call: impl FnMut(*mut E, &mut [libc::c_char], *mut *mut E) -> i32,
    take: impl Fn(&E) -> T,
) -> PyResult<Option<T>> {
    let mut size = 1024;
    loop {
        let mut buffer = vec![0 as libc::c_char; size];
        let mut entry = MaybeUninit::<E>::zeroed();
        let mut found = std::ptr::null_mut();
        let (errno, taken) = cx.blocking(|| {
            let errno = call(entry.as_mut_ptr(), &mut buffer, &mut found);
            // SAFETY: null, or the entry given, filled.
            (errno, unsafe { found.as_ref() }.map(&take))
        });
        match errno {
            libc::ERANGE if size < LARGEST_BUFFER => size *= 4,
            libc::ENOMEM => return Err(cx.memory_error()),
            _ => return Ok(taken),
        }
    }
}

fn not_found(cx: &Context, function: &str, what: &str, shown: Value) -> threadsnake_engine::Raised {
    match cx.repr(shown) {
        Ok(shown) => match cx.str(&format!("{function}(): {what} not found: {shown}")) {
            Ok(text) => cx.raise_with(ExceptionClass::KeyError, &[text]),
            Err(raised) => raised,
        },
        Err(raised) => raised,
    }
}

fn number(cx: &Context, value: Value) -> PyResult<Option<u32>> {
    let wide = cx.index(value)?;
    Ok(threadsnake_engine::types::int_object::as_i64(wide).and_then(|wide| u32::try_from(wide).ok()))
}

/// This module provides access to the Unix password database.
#[pymodule(name = "pwd")]
pub mod users {
    use super::*;

    /// Return the password database entry for the given numeric user ID.
    ///
    /// See `help(pwd)` for more on password database entries.
    #[pyfunction]
    fn getpwuid(cx: &Context, uid: Value) -> PyResult<Value> {
        let found = match number(cx, uid)? {
            Some(number) => ask::<libc::passwd, User>(
                cx,
                |entry, buffer, found| {
                    // SAFETY: all is writable for its length.
                    unsafe { libc::getpwuid_r(number, entry, buffer.as_mut_ptr(), buffer.len(), found) }
                },
                // SAFETY: `ask` hands over entries that the call filled.
                |entry| unsafe { User::of(entry) },
            )?,
            None => None,
        };
        match found {
            Some(user) => user.to_value(cx),
            None => Err(not_found(cx, "getpwuid", "uid", uid)),
        }
    }

    /// Return the password database entry for the given user name.
    ///
    /// See `help(pwd)` for more on password database entries.
    #[pyfunction]
    fn getpwnam(cx: &Context, name: Value) -> PyResult<Value> {
        threadsnake_engine::types::str_object::Str::expect(cx, name)?;
        let c_name = paths::path(cx, name, "getpwnam", false)?.to_c_string(cx)?;
        let found = ask::<libc::passwd, User>(
            cx,
            |entry, buffer, found| {
                // SAFETY: the name ends with a null byte; all else is writable for its length.
                unsafe { libc::getpwnam_r(c_name.as_ptr(), entry, buffer.as_mut_ptr(), buffer.len(), found) }
            },
            // SAFETY: `ask` hands over entries that the call filled.
            |entry| unsafe { User::of(entry) },
        )?;
        match found {
            Some(user) => user.to_value(cx),
            None => Err(not_found(cx, "getpwnam", "name", name)),
        }
    }

    /// Return a list of all available password database entries, in arbitrary order.
    ///
    /// See help(pwd) for more on password database entries.
    #[pyfunction]
    fn getpwall(cx: &Context) -> PyResult<Value> {
        let users = cx.blocking(|| {
            let _guard = TABLES.lock().unwrap_or_else(PoisonError::into_inner);
            let mut users = Vec::new();
            // SAFETY: nobody else moves in the table while the lock is held; each entry is copied before the next is asked for.
            unsafe {
                libc::setpwent();
                while let Some(entry) = libc::getpwent().as_ref() {
                    users.push(User::of(entry));
                }
                libc::endpwent();
            }
            users
        });
        let mut values = cx.scratch();
        for user in &users {
            values.push(user.to_value(cx)?);
        }
        cx.list(values.as_slice())
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let class = cx.struct_sequence_class(&USER)?;
        cx.module_dict(module)?.set_str(cx, cx.intern_str("struct_passwd")?, class.as_value())
    }
}

/// Access to the Unix group database.
#[pymodule(name = "grp")]
pub mod groups {
    use super::*;

    /// Return the group database entry for the given numeric group ID.
    ///
    /// If id is not valid, raise KeyError.
    #[pyfunction(signature = "(id)")]
    fn getgrgid(cx: &Context, id: Value) -> PyResult<Value> {
        let found = match number(cx, id)? {
            Some(number) => ask::<libc::group, Group>(
                cx,
                |entry, buffer, found| {
                    // SAFETY: all is writable for its length.
                    unsafe { libc::getgrgid_r(number, entry, buffer.as_mut_ptr(), buffer.len(), found) }
                },
                // SAFETY: `ask` hands over entries that the call filled.
                |entry| unsafe { Group::of(entry) },
            )?,
            None => None,
        };
        match found {
            Some(group) => group.to_value(cx),
            None => Err(not_found(cx, "getgrgid", "gid", id)),
        }
    }

    /// Return the group database entry for the given group name.
    ///
    /// If name is not valid, raise KeyError.
    #[pyfunction(signature = "(name)")]
    fn getgrnam(cx: &Context, name: Value) -> PyResult<Value> {
        threadsnake_engine::types::str_object::Str::expect(cx, name)?;
        let c_name = paths::path(cx, name, "getgrnam", false)?.to_c_string(cx)?;
        let found = ask::<libc::group, Group>(
            cx,
            |entry, buffer, found| {
                // SAFETY: the name ends with a null byte; all else is writable for its length.
                unsafe { libc::getgrnam_r(c_name.as_ptr(), entry, buffer.as_mut_ptr(), buffer.len(), found) }
            },
            // SAFETY: `ask` hands over entries that the call filled.
            |entry| unsafe { Group::of(entry) },
        )?;
        match found {
            Some(group) => group.to_value(cx),
            None => Err(not_found(cx, "getgrnam", "name", name)),
        }
    }

    /// Return a list of all available group entries, in arbitrary order.
    ///
    /// An entry whose name starts with '+' or '-' represents an instruction
    /// to use YP/NIS and may not be accessible via getgrnam or getgrgid.
    #[pyfunction]
    fn getgrall(cx: &Context) -> PyResult<Value> {
        let groups = cx.blocking(|| {
            let _guard = TABLES.lock().unwrap_or_else(PoisonError::into_inner);
            let mut groups = Vec::new();
            // SAFETY: as for `getpwall`.
            unsafe {
                libc::setgrent();
                while let Some(entry) = libc::getgrent().as_ref() {
                    groups.push(Group::of(entry));
                }
                libc::endgrent();
            }
            groups
        });
        let mut values = cx.scratch();
        for group in &groups {
            values.push(group.to_value(cx)?);
        }
        cx.list(values.as_slice())
    }

    #[pyinitialize]
    fn initialize(cx: &Context, module: Value) -> PyResult<()> {
        let class = cx.struct_sequence_class(&GROUP)?;
        cx.module_dict(module)?.set_str(cx, cx.intern_str("struct_group")?, class.as_value())
    }
}
