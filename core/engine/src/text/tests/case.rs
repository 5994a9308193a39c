//! Expected values were computed by CPython 3.13.

use alloc::string::String;
use alloc::vec::Vec;

use crate::text::case::*;

type Row = ([&'static str; 7], [bool; 4]);

/// A text; its lower, upper, title, capitalize, swapcase, casefold; islower, isupper, istitle, isidentifier.
#[rustfmt::skip]
const TEXTS: &[Row] = &[
    (["", "", "", "", "", "", ""], [false, false, false, false]),
    (["a", "a", "A", "A", "A", "A", "a"], [true, false, false, true]),
    (["A", "a", "A", "A", "A", "a", "a"], [false, true, true, true]),
    (["hello world", "hello world", "HELLO WORLD", "Hello World", "Hello world", "HELLO WORLD", "hello world"], [true, false, false, false]),
    (["they're bill's friends", "they're bill's friends", "THEY'RE BILL'S FRIENDS", "They'Re Bill'S Friends", "They're bill's friends", "THEY'RE BILL'S FRIENDS", "they're bill's friends"], [true, false, false, false]),
    (["\u{391}\u{3a3}", "\u{3b1}\u{3c2}", "\u{391}\u{3a3}", "\u{391}\u{3c2}", "\u{391}\u{3c2}", "\u{3b1}\u{3c2}", "\u{3b1}\u{3c3}"], [false, true, false, true]),
    (["\u{391}\u{3a3}\u{391}", "\u{3b1}\u{3c3}\u{3b1}", "\u{391}\u{3a3}\u{391}", "\u{391}\u{3c3}\u{3b1}", "\u{391}\u{3c3}\u{3b1}", "\u{3b1}\u{3c3}\u{3b1}", "\u{3b1}\u{3c3}\u{3b1}"], [false, true, false, true]),
    (["\u{3a3}", "\u{3c3}", "\u{3a3}", "\u{3a3}", "\u{3a3}", "\u{3c3}", "\u{3c3}"], [false, true, true, true]),
    (["\u{391}\u{3a3}.", "\u{3b1}\u{3c2}.", "\u{391}\u{3a3}.", "\u{391}\u{3c2}.", "\u{391}\u{3c2}.", "\u{3b1}\u{3c2}.", "\u{3b1}\u{3c3}."], [false, true, false, false]),
    (["\u{391}\u{3a3}.\u{391}", "\u{3b1}\u{3c3}.\u{3b1}", "\u{391}\u{3a3}.\u{391}", "\u{391}\u{3c3}.\u{391}", "\u{391}\u{3c3}.\u{3b1}", "\u{3b1}\u{3c3}.\u{3b1}", "\u{3b1}\u{3c3}.\u{3b1}"], [false, true, false, false]),
    (["\u{391}.\u{3a3}", "\u{3b1}.\u{3c2}", "\u{391}.\u{3a3}", "\u{391}.\u{3a3}", "\u{391}.\u{3c2}", "\u{3b1}.\u{3c2}", "\u{3b1}.\u{3c3}"], [false, true, true, false]),
    (["\u{391}\u{345}\u{3a3}", "\u{3b1}\u{345}\u{3c2}", "\u{391}\u{399}\u{3a3}", "\u{391}\u{345}\u{3c2}", "\u{391}\u{345}\u{3c2}", "\u{3b1}\u{399}\u{3c2}", "\u{3b1}\u{3b9}\u{3c3}"], [false, false, false, true]),
    (["\u{1f48}\u{394}\u{3a5}\u{3a3}\u{3a3}\u{395}\u{38e}\u{3a3} \u{391}\u{3a3}", "\u{1f40}\u{3b4}\u{3c5}\u{3c3}\u{3c3}\u{3b5}\u{3cd}\u{3c2} \u{3b1}\u{3c2}", "\u{1f48}\u{394}\u{3a5}\u{3a3}\u{3a3}\u{395}\u{38e}\u{3a3} \u{391}\u{3a3}", "\u{1f48}\u{3b4}\u{3c5}\u{3c3}\u{3c3}\u{3b5}\u{3cd}\u{3c2} \u{391}\u{3c2}", "\u{1f48}\u{3b4}\u{3c5}\u{3c3}\u{3c3}\u{3b5}\u{3cd}\u{3c2} \u{3b1}\u{3c2}", "\u{1f40}\u{3b4}\u{3c5}\u{3c3}\u{3c3}\u{3b5}\u{3cd}\u{3c2} \u{3b1}\u{3c2}", "\u{1f40}\u{3b4}\u{3c5}\u{3c3}\u{3c3}\u{3b5}\u{3cd}\u{3c3} \u{3b1}\u{3c3}"], [false, true, false, false]),
    (["stra\u{df}e", "stra\u{df}e", "STRASSE", "Stra\u{df}e", "Stra\u{df}e", "STRASSE", "strasse"], [true, false, false, true]),
    (["\u{fb01}nally \u{fb03}", "\u{fb01}nally \u{fb03}", "FINALLY FFI", "Finally Ffi", "Finally \u{fb03}", "FINALLY FFI", "finally ffi"], [true, false, false, false]),
    (["\u{1c6} \u{1c5} \u{1c4}", "\u{1c6} \u{1c6} \u{1c6}", "\u{1c4} \u{1c4} \u{1c4}", "\u{1c5} \u{1c5} \u{1c5}", "\u{1c5} \u{1c6} \u{1c6}", "\u{1c4} \u{1c5} \u{1c6}", "\u{1c6} \u{1c6} \u{1c6}"], [false, false, false, false]),
    (["\u{130}stanbul \u{131}", "i\u{307}stanbul \u{131}", "\u{130}STANBUL I", "\u{130}stanbul I", "\u{130}stanbul \u{131}", "i\u{307}STANBUL I", "i\u{307}stanbul \u{131}"], [false, false, false, false]),
    (["\u{149}", "\u{149}", "\u{2bc}N", "\u{2bc}N", "\u{2bc}N", "\u{2bc}N", "\u{2bc}n"], [true, false, false, true]),
    (["\u{1fb3}\u{1fbc}", "\u{1fb3}\u{1fb3}", "\u{391}\u{399}\u{391}\u{399}", "\u{1fbc}\u{1fb3}", "\u{1fbc}\u{1fb3}", "\u{391}\u{399}\u{1fbc}", "\u{3b1}\u{3b9}\u{3b1}\u{3b9}"], [false, false, false, true]),
    (["\u{24d0}\u{24d1}", "\u{24d0}\u{24d1}", "\u{24b6}\u{24b7}", "\u{24b6}\u{24d1}", "\u{24b6}\u{24d1}", "\u{24b6}\u{24b7}", "\u{24d0}\u{24d1}"], [true, false, false, false]),
    (["Ab1cD", "ab1cd", "AB1CD", "Ab1Cd", "Ab1cd", "aB1Cd", "ab1cd"], [false, false, false, true]),
    (["1a", "1a", "1A", "1A", "1a", "1A", "1a"], [true, false, false, false]),
    (["a1", "a1", "A1", "A1", "A1", "A1", "a1"], [true, false, false, true]),
    (["_x", "_x", "_X", "_X", "_x", "_X", "_x"], [true, false, false, true]),
    (["x y", "x y", "X Y", "X Y", "X y", "X Y", "x y"], [true, false, false, false]),
    (["\u{10d0} \u{1c90}", "\u{10d0} \u{10d0}", "\u{1c90} \u{1c90}", "\u{10d0} \u{1c90}", "\u{10d0} \u{10d0}", "\u{1c90} \u{10d0}", "\u{10d0} \u{10d0}"], [false, false, false, false]),
    (["\u{ab70}\u{13f8}", "\u{ab70}\u{13f8}", "\u{13a0}\u{13f0}", "\u{13a0}\u{13f8}", "\u{13a0}\u{13f8}", "\u{13a0}\u{13f0}", "\u{13a0}\u{13f0}"], [true, false, false, true]),
    (["ABC", "abc", "ABC", "Abc", "Abc", "abc", "abc"], [false, true, false, true]),
    (["ABC1", "abc1", "ABC1", "Abc1", "Abc1", "abc1", "abc1"], [false, true, false, true]),
    (["Abc Def", "abc def", "ABC DEF", "Abc Def", "Abc def", "aBC dEF", "abc def"], [false, false, true, false]),
    (["Abc def", "abc def", "ABC DEF", "Abc Def", "Abc def", "aBC DEF", "abc def"], [false, false, false, false]),
    (["\u{1c5}abc", "\u{1c6}abc", "\u{1c4}ABC", "\u{1c5}abc", "\u{1c5}abc", "\u{1c5}ABC", "\u{1c6}abc"], [false, false, true, true]),
    (["\u{e9}\u{301}", "\u{e9}\u{301}", "\u{c9}\u{301}", "\u{c9}\u{301}", "\u{c9}\u{301}", "\u{c9}\u{301}", "\u{e9}\u{301}"], [true, false, false, true]),
    (["K\u{212b}", "k\u{e5}", "K\u{212b}", "K\u{e5}", "K\u{e5}", "k\u{e5}", "k\u{e5}"], [false, true, false, true]),
    (["\u{1f56}", "\u{1f56}", "\u{3a5}\u{313}\u{342}", "\u{3a5}\u{313}\u{342}", "\u{3a5}\u{313}\u{342}", "\u{3a5}\u{313}\u{342}", "\u{3c5}\u{313}\u{342}"], [true, false, false, true]),
    (["\u{65e5}\u{672c}", "\u{65e5}\u{672c}", "\u{65e5}\u{672c}", "\u{65e5}\u{672c}", "\u{65e5}\u{672c}", "\u{65e5}\u{672c}", "\u{65e5}\u{672c}"], [false, false, false, true]),
    (["\u{65e5}a", "\u{65e5}a", "\u{65e5}A", "\u{65e5}A", "\u{65e5}a", "\u{65e5}A", "\u{65e5}a"], [true, false, false, true]),
    (["\u{aa}", "\u{aa}", "\u{aa}", "\u{aa}", "\u{aa}", "\u{aa}", "\u{aa}"], [true, false, false, true]),
    (["\u{2b0}a", "\u{2b0}a", "\u{2b0}A", "\u{2b0}a", "\u{2b0}a", "\u{2b0}A", "\u{2b0}a"], [true, false, false, true]),
    (["\u{10400}\u{10428}", "\u{10428}\u{10428}", "\u{10400}\u{10400}", "\u{10400}\u{10428}", "\u{10400}\u{10428}", "\u{10428}\u{10400}", "\u{10428}\u{10428}"], [false, false, true, true]),
    (["xxx\u{c9}", "xxx\u{e9}", "XXX\u{c9}", "Xxx\u{e9}", "Xxx\u{e9}", "XXX\u{e9}", "xxx\u{e9}"], [false, false, false, true]),
    (["\u{fb00}", "\u{fb00}", "FF", "Ff", "Ff", "FF", "ff"], [true, false, false, true]),
    (["\u{1e9e}", "\u{df}", "\u{1e9e}", "\u{1e9e}", "\u{1e9e}", "\u{df}", "ss"], [false, true, true, true]),
    (["mIxEd cAsE", "mixed case", "MIXED CASE", "Mixed Case", "Mixed case", "MiXeD CaSe", "mixed case"], [false, false, false, false]),
];

#[test]
fn texts() {
    for (texts, predicates) in TEXTS {
        let text: Vec<u32> = texts[0].chars().map(|character| character as u32).collect();
        let mut results: Vec<String> = Vec::new();
        let mut collect = |run: &dyn Fn(&mut dyn FnMut(u32))| {
            let mut result = String::new();
            run(&mut |code_point| result.extend(char::from_u32(code_point)));
            results.push(result);
        };
        collect(&|sink| lower(&text, sink));
        collect(&|sink| upper(&text, sink));
        collect(&|sink| title(&text, sink));
        collect(&|sink| capitalize(&text, sink));
        collect(&|sink| swapcase(&text, sink));
        collect(&|sink| casefold(&text, sink));
        assert_eq!(results, texts[1..], "{:?}", texts[0]);
        let found = [is_lower_text(&text), is_upper_text(&text), is_title_text(&text), is_identifier(&text)];
        assert_eq!(found, *predicates, "{:?}", texts[0]);
    }
}
