//! Where a formatted value stands in its field: the common end of the three formatting languages.
//!
//! Invariant: a plan names what to write, in order: `left` fill characters, the head (sign and prefix) of the body, `middle` fill
//! characters, the rest of the body, `right` fill characters. Nothing is allocated for the fill, so that an absurd width is an
//! allocation failure of the caller's own string.

use alloc::string::String;

/// Fill around a body whose length is known.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Fill {
    /// Fill characters before the body.
    pub left: usize,
    /// Fill characters between head and rest of the body.
    pub middle: usize,
    /// Fill characters after the body.
    pub right: usize,
    /// The fill character.
    pub character: u32,
}

/// A formatted number: ASCII text with its fill. For the code `c` the text is empty and `character` holds the character.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Padded {
    /// The text without fill.
    pub text: String,
    /// How many bytes of `text` come before the middle fill.
    pub head: usize,
    /// The character that the code `c` formats, after `text`.
    pub character: Option<u32>,
    /// The fill.
    pub fill: Fill,
}

impl Padded {
    /// A text without fill.
    pub fn plain(text: String) -> Self {
        Padded { text, ..Padded::default() }
    }

    /// The number of characters in all.
    pub fn length(&self) -> Option<usize> {
        let Fill { left, middle, right, .. } = self.fill;
        let body = self.text.len() + self.character.is_some() as usize;
        body.checked_add(left)?.checked_add(middle)?.checked_add(right)
    }

    /// The largest code point, for choosing a string's width.
    pub fn widest(&self) -> u32 {
        let fill =
            if self.fill.left + self.fill.middle + self.fill.right == 0 { 0 } else { self.fill.character };
        self.character.unwrap_or(0).max(fill)
    }

    /// Hands every character to `sink`, in order.
    pub fn write(&self, mut sink: impl FnMut(u32)) {
        let fill = self.fill.character;
        let (head, rest) = self.text.split_at_checked(self.head).unwrap_or(("", &self.text));
        (0..self.fill.left).for_each(|_| sink(fill));
        head.bytes().for_each(|byte| sink(byte as u32));
        (0..self.fill.middle).for_each(|_| sink(fill));
        rest.bytes().for_each(|byte| sink(byte as u32));
        self.character.into_iter().for_each(&mut sink);
        (0..self.fill.right).for_each(|_| sink(fill));
    }
}
