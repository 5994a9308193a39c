//! Round trips, and every kind of damage.

use alloc::vec;
use alloc::vec::Vec;

use super::{Image, ImageError, ImageWriter, abi_hash};
use crate::test_code::{function, sample_module};
use crate::{Constant, Instruction, Operation::*, Text};

fn sample_image() -> Vec<u8> {
    let mut writer = ImageWriter::new();
    let module = sample_module();
    writer.add_module("package.module", false, &module).expect("writes");
    writer.add_module("package", true, &module).expect("writes");
    writer
        .add_module("empty", false, &function(0, vec![Instruction::new(ReturnNone, 0, 0, 0)]))
        .expect("writes");
    writer.finish().expect("writes")
}

#[test]
fn modules_come_back() {
    let bytes = sample_image();
    let image = Image::open(&bytes).expect("opens");
    let names: Vec<_> = image.modules().map(|module| module.expect("a module").name).collect();
    assert_eq!(names, ["empty", "package", "package.module"]);
    for (name, is_package) in [("package", true), ("package.module", false)] {
        let module = image.find(name).expect("searches").expect("is there");
        assert_eq!(module.is_package, is_package);
        assert_eq!(image.decode_verified(&module).expect("decodes"), sample_module());
    }
    assert_eq!(image.find("packag"), Ok(None));
    assert_eq!(image.find("zebra"), Ok(None));
    // Both sample modules share everything.
    assert_eq!(image.shared_counts(), (8, 14));
}

#[test]
fn every_operation_keeps_its_operands() {
    let mut checked = 0;
    for &operation in crate::operation::OPERATIONS {
        for operands in [0, 0x1234_5678_9abc, u64::MAX >> 16] {
            let mut word = operation as u64 | operands << 16;
            for (place, mode) in operation.operands().into_iter().enumerate() {
                if mode == crate::OperandMode::Unused {
                    word &= !(0xffff << (16 + 16 * place));
                }
            }
            let code = function(1, vec![Instruction(word)]);
            let bytes = ImageWriter::new().assemble_unverified(&code).expect("writes");
            let image = Image::open(&bytes).expect("opens");
            let module = image.module(0).expect("a module");
            assert_eq!(image.decode(&module).expect("decodes"), code, "{}", operation.name());
            checked += 1;
        }
    }
    assert!(checked > 300);
}

#[test]
fn writing_refuses_bad_code_and_double_names() {
    let mut writer = ImageWriter::new();
    let good = sample_module();
    assert_eq!(writer.add_module("a", false, &good), Ok(()));
    assert_eq!(writer.add_module("a", false, &good), Err(ImageError::DuplicateModule));
    let bad = function(0, vec![Instruction::new(Nop, 0, 0, 0)]);
    assert!(matches!(writer.add_module("b", false, &bad), Err(ImageError::Verify(_))));
}

#[test]
fn headers() {
    let bytes = sample_image();
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        Image::open(&bytes).map(|_| ()).unwrap_err()
    };
    assert_eq!(with(0, b'X'), ImageError::Magic);
    assert_eq!(with(8, 9), ImageError::Version(9));
    assert_eq!(with(16, (abi_hash() as u8).wrapping_add(1)), ImageError::OperationTable);
    assert_eq!(Image::open(&[]).map(|_| ()), Err(ImageError::Magic));
}

/// Opens, checks and decodes everything, whatever the bytes; says whether something was refused.
fn is_refused(bytes: &[u8]) -> bool {
    let Ok(image) = Image::open(bytes) else { return true };
    // Decoding must survive without the checksum's protection.
    for module in image.modules().flatten() {
        let _ = image.decode_verified(&module);
    }
    let _ = image.find("package");
    image.check().is_err()
}

#[test]
fn every_flipped_byte_is_refused() {
    let bytes = sample_image();
    for at in 0..bytes.len() {
        for change in [0x01, 0x80, 0xff, 0x55] {
            let mut bytes = bytes.clone();
            bytes[at] ^= change;
            assert!(is_refused(&bytes), "byte {at} changed by {change:#x}");
        }
    }
}

#[test]
fn every_truncation_is_refused() {
    let bytes = sample_image();
    for length in 0..bytes.len() {
        let mut cut = bytes[..length].to_vec();
        assert!(is_refused(&cut));
        // A header that claims the shorter length gets further, and must still be refused.
        if let Some(place) = cut.get_mut(12..16) {
            place.copy_from_slice(&(length as u32).to_le_bytes());
            assert!(is_refused(&cut));
        }
    }
}

#[test]
fn a_small_image_cannot_ask_for_much_memory() {
    // One constant of 1 MB, named 50 times by a module of a few hundred bytes.
    let mut writer = ImageWriter::new();
    let mut code = function(1, vec![Instruction::new(ReturnNone, 0, 0, 0)]);
    code.constants = vec![Constant::Text(Text(vec![b'x'; 1 << 20].into())); 50];
    writer.add_module("large", false, &code).expect("writes");
    assert_eq!(writer.finish(), Err(ImageError::TooLarge));
}

#[test]
fn deep_constants_are_refused() {
    let mut deep = Constant::None;
    for _ in 0..1000 {
        deep = Constant::Tuple(vec![deep]);
    }
    let mut code = function(1, vec![Instruction::new(ReturnNone, 0, 0, 0)]);
    code.constants = vec![deep];
    assert!(matches!(
        ImageWriter::new().add_module("deep", false, &code),
        Err(ImageError::Verify(_) | ImageError::TooDeep)
    ));
}
