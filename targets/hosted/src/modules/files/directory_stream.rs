//! Reading a directory, entry by entry.
//!
//! Invariant: the stream is closed when it is dropped. It is used by one thread at a time; its owner sees to that.
//! Source: readdir(3), fdopendir(3).

use std::ffi::CStr;
use std::io;

use crate::modules::paths::PathArgument;
use crate::modules::system_call::last_errno;

/// An entry.
pub struct Entry {
    /// The name.
    pub name: Vec<u8>,
    /// The inode.
    pub inode: u64,
    /// `DT_REG` and so on; `DT_UNKNOWN` where the file system does not say.
    pub kind: u8,
}

/// An open directory.
pub struct DirectoryStream(std::ptr::NonNull<libc::DIR>);

// SAFETY: the C library's directory stream is tied to no thread.
unsafe impl Send for DirectoryStream {}

impl DirectoryStream {
    /// Opens a directory by path, or reads that of a descriptor, which stays open.
    pub fn open(path: &PathArgument, text: &CStr) -> io::Result<DirectoryStream> {
        // SAFETY: the path ends with a null byte; a descriptor that was copied belongs to the stream once it is open.
        let pointer = unsafe {
            match path.descriptor {
                None => libc::opendir(text.as_ptr()),
                Some(descriptor) => {
                    let copy = libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 0);
                    if copy < 0 {
                        return Err(io::Error::last_os_error());
                    }
                    let opened = libc::fdopendir(copy);
                    if opened.is_null() {
                        let error = io::Error::last_os_error();
                        libc::close(copy);
                        return Err(error);
                    }
                    // The position is shared with the copied descriptor, which may have been read before.
                    libc::rewinddir(opened);
                    opened
                }
            }
        };
        std::ptr::NonNull::new(pointer).map(DirectoryStream).ok_or_else(io::Error::last_os_error)
    }

    /// The next entry but `.` and `..`; absent at the end.
    pub fn next(&mut self) -> io::Result<Option<Entry>> {
        loop {
            // SAFETY: the stream is open and used by this thread alone; the entry lives until the next call.
            let entry = unsafe {
                *libc::__errno_location() = 0;
                libc::readdir(self.0.as_ptr()).as_ref()
            };
            let Some(entry) = entry else {
                return match last_errno() {
                    0 => Ok(None),
                    errno => Err(io::Error::from_raw_os_error(errno)),
                };
            };
            // SAFETY: the name ends with a null byte.
            let name = unsafe { CStr::from_ptr(entry.d_name.as_ptr()) }.to_bytes();
            if name != b"." && name != b".." {
                #[allow(clippy::unnecessary_cast, reason = "the C library's types differ between targets")]
                let inode = entry.d_ino as u64;
                return Ok(Some(Entry { name: name.to_vec(), inode, kind: entry.d_type }));
            }
        }
    }
}

impl Drop for DirectoryStream {
    fn drop(&mut self) {
        // SAFETY: opened by `open`, closed once.
        unsafe {
            libc::closedir(self.0.as_ptr());
        }
    }
}
