//! The standard library's image, which the build script made.
//!
//! Invariant: the image is part of the binary, made by the same bytecode crate. The image's pages are given back after each module; after
//! each that a program imports, the rest of the binary that importing used is given back as well.

use threadsnake_bytecode::image::Image;
use threadsnake_engine::engine::FrozenModules;

use crate::binary_pages;

static IMAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/library.image"));

/// A multiple of the page sizes of all targets.
const PAGES: usize = 1 << 16;

/// Tells the system that the pages of a part of the binary are not needed for now. A decoded module is the heap's, and the image's
/// tables, which it was decoded from, are spread over many pages: left alone, these would count as the process's memory for good.
fn give_back(part: &'static [u8]) {
    let start = part.as_ptr().addr().next_multiple_of(PAGES);
    let end = (part.as_ptr().addr() + part.len()) / PAGES * PAGES;
    if start < end {
        let first = part.as_ptr().with_addr(start).cast_mut().cast();
        // SAFETY: the range lies within a constant of the binary, which is mapped from its file and never written: the pages come back
        // from there, with the same content, when they are touched. If the system refuses, nothing has changed.
        unsafe { libc::madvise(first, end - start, libc::MADV_DONTNEED) };
    }
}

/// The frozen library.
pub struct Library {
    image: Image<'static>,
}

impl Library {
    /// Opens the image.
    ///
    /// # Errors
    /// A text that says what is wrong with the binary.
    pub fn open() -> Result<Library, String> {
        match Image::open(IMAGE) {
            Ok(image) => Ok(Library { image }),
            Err(error) => Err(format!("the standard library in this binary is damaged: {error}")),
        }
    }
}

// SAFETY: the image is a constant, and the build script puts verified code alone into it.
unsafe impl FrozenModules for Library {
    fn image(&self) -> Image<'static> {
        self.image
    }

    fn phase_ended(&self) {
        give_back(IMAGE);
        binary_pages::phase_ended();
    }
}
