//! The standard library's image, which the build script made.
//!
//! Invariant: the image is part of the binary, made by the same bytecode crate; a module that cannot be decoded is reported as missing
//! and named on the error stream, because it means a broken binary.

use threadsnake_bytecode::Code;
use threadsnake_bytecode::image::Image;
use threadsnake_engine::engine::FrozenModules;

static IMAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/library.image"));

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

impl FrozenModules for Library {
    fn find(&self, name: &str) -> Option<(Code, bool)> {
        let module = self.image.find(name).ok().flatten()?;
        match self.image.decode(&module) {
            Ok(code) => Some((code, module.is_package)),
            Err(error) => {
                eprintln!("threadsnake: module {name} in this binary is damaged: {error}");
                None
            }
        }
    }

    fn contains(&self, name: &str) -> Option<bool> {
        Some(self.image.find(name).ok().flatten()?.is_package)
    }

    fn names(&self) -> Vec<String> {
        self.image.modules().filter_map(|module| module.ok().map(|module| module.name.to_owned())).collect()
    }
}
