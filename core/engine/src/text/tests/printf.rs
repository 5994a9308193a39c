//! Expected values were computed by CPython 3.13 (`format % value`).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::number::integer_text::{DEFAULT_DIGIT_LIMIT, parse};
use crate::text::TextError;
use crate::text::printf::*;

fn units(text: &str) -> Vec<u32> {
    text.chars().map(|character| character as u32).collect()
}

fn message(error: TextError) -> String {
    match error {
        TextError::Value(text) | TextError::Type(text) | TextError::Overflow(text) => text.to_string(),
        TextError::Memory => "memory".to_string(),
    }
}

/// `format % value` for one value, which is an int or float if it reads as one.
fn apply(format: &str, value: &str) -> Result<String, String> {
    let format_units = units(format);
    let mut text = String::new();
    let mut pieces = Pieces::new(&format_units);
    let mut used = false;
    while let Some(piece) = pieces.next() {
        if pieces.has_key() {
            return Err(NO_MAPPING.into());
        }
        match piece.map_err(message)? {
            Piece::Literal(range) => {
                text.extend(format_units[range].iter().filter_map(|&unit| char::from_u32(unit)));
            }
            Piece::Percent => text.push('%'),
            Piece::Conversion(_) if used => return Err(NOT_ENOUGH.into()),
            Piece::Conversion(conversion) => {
                used = true;
                let resolved = conversion.resolve(None, None).map_err(message)?;
                let padded = match char::from_u32(conversion.code) {
                    Some('d' | 'i' | 'u' | 'o' | 'x' | 'X') => {
                        let value = parse(value.as_bytes(), 10, 0).expect("a number");
                        resolved.format_integer(value.as_ref(), DEFAULT_DIGIT_LIMIT).map_err(message)?
                    }
                    Some('e' | 'E' | 'f' | 'F' | 'g' | 'G') => {
                        let value = crate::number::float_text::parse(value.as_bytes()).expect("a number");
                        resolved.format_float(value).map_err(message)?
                    }
                    Some('s') => {
                        let (length, fill) = resolved.format_text(value.chars().count());
                        text.extend(core::iter::repeat_n(' ', fill.left));
                        text.extend(value.chars().take(length));
                        text.extend(core::iter::repeat_n(' ', fill.right));
                        continue;
                    }
                    _ => return Err(message(conversion.unsupported())),
                };
                padded.write(|code_point| text.extend(char::from_u32(code_point)));
            }
        }
    }
    Ok(text)
}

#[rustfmt::skip]
const FORMATS: &[(&str, &str, Result<&str, &str>)] = &[
    ("%+.2x]", "1", Ok("+01]")),
    ("a%20.lX", "-1", Ok("a                  -1")),
    ("a%20lo]", "-12345", Ok("a              -30071]")),
    ("%.2lg", "-0.0", Ok("-0")),
    ("[\u{e9}%20hG]", "-2.25", Ok("[\u{e9}               -2.25]")),
    ("%8hxb", "0", Ok("       0b")),
    ("[\u{e9}%.2o", "255", Ok("[\u{e9}377")),
    ("[\u{e9}% #-8.0s]", "", Ok("[\u{e9}        ]")),
    ("[\u{e9}%+-3.2G]", "nan", Ok("[\u{e9}+NAN]")),
    ("% .2fb", "nan", Ok(" nanb")),
    ("[\u{e9}%+0 20.12f]", "nan", Ok("[\u{e9}+0000000000000000nan]")),
    ("%20E]", "inf", Ok("                 INF]")),
    ("a% 3.xb", "255", Ok("a ffb")),
    ("[\u{e9}% 0#20.ob", "-12345", Ok("[\u{e9}-0o00000000000030071b")),
    ("a%- .0heb", "nan", Ok("a nanb")),
    ("%#0 3lE", "1.5", Ok(" 1.500000E+00")),
    ("% .12ho]", "255", Ok(" 000000000377]")),
    ("a%#+-3.12g", "1e-10", Ok("a+1.00000000000e-10")),
    ("% 0-8o]", "10000000000000000000000000", Ok(" 4105452130240024411200000000]")),
    ("[\u{e9}%.ho", "10000000000000000000000000", Ok("[\u{e9}4105452130240024411200000000")),
    ("%-+F", "-2.25", Ok("-2.250000")),
    ("%-+0f", "1e+20", Ok("+100000000000000000000.000000")),
    ("%+-020.u]", "-12345", Ok("-12345              ]")),
    ("[\u{e9}%-x", "-255", Ok("[\u{e9}-ff")),
    ("[\u{e9}%+eb", "0.0", Ok("[\u{e9}+0.000000e+00b")),
    ("a%+20.12G", "-2.25", Ok("a               -2.25")),
    ("% #-.2lE]", "-inf", Ok("-INF]")),
    ("%0#+heb", "inf", Ok("+infb")),
    ("a%-.s", "h\u{e9}\u{e9}", Ok("a")),
    ("a%.2fb", "-0.0", Ok("a-0.00b")),
    ("[\u{e9}%0# .u", "0", Ok("[\u{e9} 0")),
    ("[\u{e9}%+20.2e]", "1.5", Ok("[\u{e9}           +1.50e+00]")),
    ("a%lFb", "1e+20", Ok("a100000000000000000000.000000b")),
    ("[\u{e9}%-3g", "1e-10", Ok("[\u{e9}1e-10")),
    ("[\u{e9}%-.2xb", "10000000000000000000000000", Ok("[\u{e9}84595161401484a000000b")),
    ("%f]", "inf", Ok("inf]")),
    ("a%+#8.12X", "0", Ok("a+0X000000000000")),
    ("[\u{e9}%d]", "-1", Ok("[\u{e9}-1]")),
    ("%+-20Xb", "10000000000000000000000000", Ok("+84595161401484A000000b")),
    ("%20.0ld]", "-12345", Ok("              -12345]")),
    ("a%.2u", "-12345", Ok("a-12345")),
    ("a%0 3.12ob", "-255", Ok("a-000000000377b")),
    ("[\u{e9}% 20.2hGb", "0.0", Ok("[\u{e9}                   0b")),
    ("a%+.0li]", "-12345", Ok("a-12345]")),
    ("[\u{e9}%-d", "0", Ok("[\u{e9}0")),
    ("a% u]", "0", Ok("a 0]")),
    ("a%#-li", "-12345", Ok("a-12345")),
    ("[\u{e9}%.2hd]", "-255", Ok("[\u{e9}-255]")),
    ("%20.eb", "1e+20", Ok("               1e+20b")),
    ("[\u{e9}%#0+20sb", "abc", Ok("[\u{e9}                 abcb")),
    ("[\u{e9}%8.hs]", "h\u{e9}\u{e9}", Ok("[\u{e9}        ]")),
    ("%+.2lEb", "-2.25", Ok("-2.25E+00b")),
    ("a% 8.12gb", "-inf", Ok("a    -infb")),
    ("a%20.2lfb", "-2.25", Ok("a               -2.25b")),
    ("%03.12s", "h\u{e9}\u{e9}", Ok("h\u{e9}\u{e9}")),
    ("a%-hFb", "1.5", Ok("a1.500000b")),
    ("a% +20d", "10000000000000000000000000", Ok("a+10000000000000000000000000")),
    ("a%0-+8.f]", "1e-10", Ok("a+0      ]")),
    ("a%+3.12Eb", "-2.25", Ok("a-2.250000000000E+00b")),
    ("a%-8X", "10000000000000000000000000", Ok("a84595161401484A000000")),
    ("[\u{e9}%0# 8E]", "1e-10", Ok("[\u{e9} 1.000000E-10]")),
    ("%-#.hu", "-1", Ok("-1")),
    ("% 3.2ls", "abc", Ok(" ab")),
    ("a% -#20xb", "-12345", Ok("a-0x3039             b")),
    ("[\u{e9}%.0o]", "255", Ok("[\u{e9}377]")),
    ("[\u{e9}%.Fb", "-0.0", Ok("[\u{e9}-0b")),
    ("a%8ld]", "1", Ok("a       1]")),
    ("%0+20lEb", "0.0", Ok("+00000000.000000E+00b")),
    ("%20.12i", "255", Ok("        000000000255")),
    ("a%+20.2hg", "1e-10", Ok("a              +1e-10")),
    ("[\u{e9}%-20.12x]", "10000000000000000000000000", Ok("[\u{e9}84595161401484a000000]")),
    ("%.2lF", "-2.25", Ok("-2.25")),
    ("a% #+Fb", "1e+20", Ok("a+100000000000000000000.000000b")),
    ("[\u{e9}%020.0lXb", "255", Ok("[\u{e9}000000000000000000FFb")),
    ("[\u{e9}% .0lo]", "-12345", Ok("[\u{e9}-30071]")),
    ("%lob", "-12345", Ok("-30071b")),
    ("%3.12Eb", "nan", Ok("NANb")),
    ("[\u{e9}%#+ 20.x]", "0", Ok("[\u{e9}                +0x0]")),
    ("%-#+G]", "0.0", Ok("+0.00000]")),
    ("%+020.0xb", "255", Ok("+00000000000000000ffb")),
    ("%8.12lF]", "-inf", Ok("    -INF]")),
    ("a%8sb", "abc", Ok("a     abcb")),
    ("[\u{e9}%#- .12e]", "1e-10", Ok("[\u{e9} 1.000000000000e-10]")),
    ("a%3.2lF]", "inf", Ok("aINF]")),
    ("a%3hGb", "inf", Ok("aINFb")),
    ("[\u{e9}%08le", "-2.25", Ok("[\u{e9}-2.250000e+00")),
    ("[\u{e9}%8lG]", "inf", Ok("[\u{e9}     INF]")),
    ("%+20.0li", "0", Ok("                  +0")),
    ("a%+hG]", "1.5", Ok("a+1.5]")),
    ("[\u{e9}% +#20.12X]", "255", Ok("[\u{e9}     +0X0000000000FF]")),
    ("a% #3.12E]", "-2.25", Ok("a-2.250000000000E+00]")),
    ("[\u{e9}%8hFb", "nan", Ok("[\u{e9}     NANb")),
    ("a%.0X", "10000000000000000000000000", Ok("a84595161401484A000000")),
    ("%#20.hx]", "-1", Ok("                -0x1]")),
    ("%0.0db", "-1", Ok("-1b")),
    ("%# 20.12u", "10000000000000000000000000", Ok(" 10000000000000000000000000")),
    ("% 8ib", "255", Ok("     255b")),
    ("a%-# .0E", "0.0", Ok("a 0.E+00")),
    ("%lu]", "0", Ok("0]")),
    ("[\u{e9}% .xb", "10000000000000000000000000", Ok("[\u{e9} 84595161401484a000000b")),
    ("[\u{e9}% +8.Xb", "1", Ok("[\u{e9}      +1b")),
    ("%#3.12F", "nan", Ok("NAN")),
    ("a%#3.e", "-inf", Ok("a-inf")),
    ("%03.db", "1", Ok("001b")),
    ("%-3lE", "nan", Ok("NAN")),
    ("[\u{e9}%#+08.hF]", "nan", Ok("[\u{e9}+0000NAN]")),
    ("% 20hG]", "inf", Ok("                 INF]")),
    ("[\u{e9}%8.hGb", "0.0", Ok("[\u{e9}       0b")),
    ("[\u{e9}%20lf", "inf", Ok("[\u{e9}                 inf")),
    ("%#20s]", "h\u{e9}\u{e9}", Ok("                 h\u{e9}\u{e9}]")),
    ("a%#020.hob", "-12345", Ok("a-0o00000000000030071b")),
    ("[\u{e9}%+0-.0lE]", "1e+20", Ok("[\u{e9}+1E+20]")),
    ("%#20.12o", "-1", Ok("     -0o000000000001")),
    ("[\u{e9}%20xb", "-12345", Ok("[\u{e9}               -3039b")),
    ("a%#8.12Eb", "1e-10", Ok("a1.000000000000E-10b")),
    ("%+8X]", "1", Ok("      +1]")),
    ("%0 -8.0f]", "1e+20", Ok(" 100000000000000000000]")),
    ("%#+.lg]", "1.5", Ok("+2.]")),
    ("% 20.12ld]", "10000000000000000000000000", Ok(" 10000000000000000000000000]")),
    ("[\u{e9}%+.2g]", "-inf", Ok("[\u{e9}-inf]")),
    ("%0#-20.0heb", "1e-10", Ok("1.e-10              b")),
    ("[\u{e9}%.2F", "inf", Ok("[\u{e9}INF")),
    ("%3lE", "-0.0", Ok("-0.000000E+00")),
    ("a% 20.12x", "255", Ok("a        0000000000ff")),
    ("%3.Xb", "-1", Ok(" -1b")),
    ("%-lFb", "1e-10", Ok("0.000000b")),
    ("a%-+#8.12u", "0", Ok("a+000000000000")),
    ("a%# 020.12hsb", "", Ok("a                    b")),
    ("%0 +3.0hFb", "-2.25", Ok("-02b")),
    ("[\u{e9}%+#-3sb", "abc", Ok("[\u{e9}abcb")),
    ("%.12g]", "nan", Ok("nan]")),
    ("a% 8.0x]", "10000000000000000000000000", Ok("a 84595161401484a000000]")),
    ("[\u{e9}%8.2Eb", "1e+20", Ok("[\u{e9}1.00E+20b")),
    ("[\u{e9}%.12hFb", "nan", Ok("[\u{e9}NANb")),
    ("a% 20.12Eb", "-2.25", Ok("a -2.250000000000E+00b")),
    ("a%-020hib", "-12345", Ok("a-12345              b")),
    ("[\u{e9}% +20.2i", "255", Ok("[\u{e9}                +255")),
    ("%#20gb", "-2.25", Ok("            -2.25000b")),
    ("%.2u]", "10000000000000000000000000", Ok("10000000000000000000000000]")),
    ("%-03hG", "-2.25", Ok("-2.25")),
    ("a%20.hu]", "-1", Ok("a                  -1]")),
    ("a% 0d", "1", Ok("a 1")),
    ("%.12lE", "-0.0", Ok("-0.000000000000E+00")),
    ("%#+ 20lg]", "inf", Ok("                +inf]")),
    ("%8lEb", "-0.0", Ok("-0.000000E+00b")),
    ("%+03lo]", "10000000000000000000000000", Ok("+4105452130240024411200000000]")),
    ("a%0.12li", "-1", Ok("a-000000000001")),
    ("a% -3eb", "0.0", Ok("a 0.000000e+00b")),
    ("a%-3.2ls]", "abc", Ok("aab ]")),
    ("%8.12G", "inf", Ok("     INF")),
    ("%8lsb", "h\u{e9}\u{e9}", Ok("     h\u{e9}\u{e9}b")),
    ("[\u{e9}%+8e]", "inf", Ok("[\u{e9}    +inf]")),
    ("% -.12lX]", "10000000000000000000000000", Ok(" 84595161401484A000000]")),
    ("%3g]", "1e-10", Ok("1e-10]")),
    ("[\u{e9}%03.0hib", "-255", Ok("[\u{e9}-255b")),
    ("[\u{e9}%#20.d]", "10000000000000000000000000", Ok("[\u{e9}10000000000000000000000000]")),
    ("%.12hd]", "0", Ok("000000000000]")),
    ("[\u{e9}%8hX", "-12345", Ok("[\u{e9}   -3039")),
    ("[\u{e9}%0-20E]", "-0.0", Ok("[\u{e9}-0.000000E+00       ]")),
    ("%8.12X]", "1", Ok("000000000001]")),
    ("a% #020.0gb", "-inf", Ok("a-0000000000000000infb")),
    ("%3G]", "nan", Ok("NAN]")),
    ("%- hE]", "-0.0", Ok("-0.000000E+00]")),
    ("[\u{e9}%+0 20.2hfb", "1.5", Ok("[\u{e9}+0000000000000001.50b")),
    ("[\u{e9}%+ 8heb", "-inf", Ok("[\u{e9}    -infb")),
    ("a%20.0ldb", "255", Ok("a                 255b")),
    ("a%-8.d", "-12345", Ok("a-12345  ")),
    ("a% 3.2i]", "-12345", Ok("a-12345]")),
    ("a%20hF", "1.5", Ok("a            1.500000")),
    ("[\u{e9}%3.0F]", "-inf", Ok("[\u{e9}-INF]")),
    ("a%.x]", "-1", Ok("a-1]")),
    ("%-.0lXb", "1", Ok("1b")),
    ("%- #20.0F]", "-inf", Ok("-INF                ]")),
    ("%#20.12he]", "inf", Ok("                 inf]")),
    ("[\u{e9}%+-.12gb", "1e+20", Ok("[\u{e9}+1e+20b")),
    ("a%- 3.0lg", "1e+20", Ok("a 1e+20")),
    ("%8.2ub", "1", Ok("      01b")),
    ("[\u{e9}%20.2hd]", "255", Ok("[\u{e9}                 255]")),
    ("%-#+lf]", "1.5", Ok("+1.500000]")),
    ("a% 8ub", "255", Ok("a     255b")),
    ("a% 3.2ls]", "abc", Ok("a ab]")),
    ("[\u{e9}%20hgb", "inf", Ok("[\u{e9}                 infb")),
    ("a%#.12Gb", "0.0", Ok("a0.00000000000b")),
    ("%.0o", "1", Ok("1")),
    ("[\u{e9}%20eb", "0.0", Ok("[\u{e9}        0.000000e+00b")),
    ("[\u{e9}%#8ho", "-255", Ok("[\u{e9}  -0o377")),
    ("[\u{e9}% #0.0lx]", "10000000000000000000000000", Ok("[\u{e9} 0x84595161401484a000000]")),
    ("a%.ub", "1", Ok("a1b")),
    ("%3fb", "1.5", Ok("1.500000b")),
    ("[\u{e9}%20.2o", "255", Ok("[\u{e9}                 377")),
    ("a%-3Gb", "1e-10", Ok("a1E-10b")),
    ("[\u{e9}%0+3hX]", "-1", Ok("[\u{e9}-01]")),
    ("a%#0-3.0G", "1e+20", Ok("a1.E+20")),
    ("a%08.12he]", "inf", Ok("a00000inf]")),
    ("a%+3.12hib", "255", Ok("a+000000000255b")),
    ("a%.12hd]", "255", Ok("a000000000255]")),
    ("%- 8.2hf", "0.0", Ok(" 0.00   ")),
    ("a%20.hub", "10000000000000000000000000", Ok("a10000000000000000000000000b")),
    ("a%8.12E", "0.0", Ok("a0.000000000000E+00")),
    ("a%3lob", "10000000000000000000000000", Ok("a4105452130240024411200000000b")),
    ("a%20li", "-255", Ok("a                -255")),
    ("a%-8.E", "-2.25", Ok("a-2E+00  ")),
    ("[\u{e9}%#x", "10000000000000000000000000", Ok("[\u{e9}0x84595161401484a000000")),
    ("[\u{e9}% 3lo]", "-1", Ok("[\u{e9} -1]")),
    ("% 3heb", "1e-10", Ok(" 1.000000e-10b")),
    ("[\u{e9}%03.12fb", "inf", Ok("[\u{e9}infb")),
    ("%0.2hx]", "-1", Ok("-01]")),
    ("%+0 8.2i]", "1", Ok("+0000001]")),
    ("[\u{e9}%- +.2lg]", "1e-10", Ok("[\u{e9}+1e-10]")),
    ("[\u{e9}%-#+.0hib", "-255", Ok("[\u{e9}-255b")),
    ("%+3.2hd", "255", Ok("+255")),
    ("[\u{e9}% 8.2lE]", "1e+20", Ok("[\u{e9} 1.00E+20]")),
    ("a%-eb", "nan", Ok("ananb")),
    ("% gb", "nan", Ok(" nanb")),
    ("%#- 20lXb", "10000000000000000000000000", Ok(" 0X84595161401484A000000b")),
    ("%-8.i]", "1", Ok("1       ]")),
    ("[\u{e9}% 8s", "h\u{e9}\u{e9}", Ok("[\u{e9}     h\u{e9}\u{e9}")),
    ("a%0#-.2Eb", "1e-10", Ok("a1.00E-10b")),
    ("[\u{e9}%0.12s", "", Ok("[\u{e9}")),
    ("[\u{e9}%8.0hdb", "1", Ok("[\u{e9}       1b")),
    ("[\u{e9}%# g", "1.5", Ok("[\u{e9} 1.50000")),
    ("[\u{e9}%-20lf]", "1.5", Ok("[\u{e9}1.500000            ]")),
    ("a%.12e", "inf", Ok("ainf")),
    ("[\u{e9}%.12lE", "1e-10", Ok("[\u{e9}1.000000000000E-10")),
    ("a%-20.0u", "1", Ok("a1                   ")),
    ("[\u{e9}%-+0ob", "1", Ok("[\u{e9}+1b")),
    ("[\u{e9}%-8.12f", "1e+20", Ok("[\u{e9}100000000000000000000.000000000000")),
    ("[\u{e9}%0-+3.0Eb", "1.5", Ok("[\u{e9}+2E+00b")),
    ("a%0.12hfb", "1.5", Ok("a1.500000000000b")),
    ("a% 8s]", "", Ok("a        ]")),
    ("% 20.0lob", "255", Ok("                 377b")),
    ("[\u{e9}% .0G]", "nan", Ok("[\u{e9} NAN]")),
    ("a%+ 20.0fb", "-0.0", Ok("a                  -0b")),
    ("% .2hs]", "h\u{e9}\u{e9}", Ok("h\u{e9}]")),
    ("a%+.2he", "-inf", Ok("a-inf")),
    ("[\u{e9}%-3.2xb", "10000000000000000000000000", Ok("[\u{e9}84595161401484a000000b")),
    ("% #+20.0hub", "1", Ok("                  +1b")),
    ("a% .0hX", "-255", Ok("a-FF")),
    ("%.2G]", "-inf", Ok("-INF]")),
    ("[\u{e9}%# .0hEb", "1e-10", Ok("[\u{e9} 1.E-10b")),
    ("a%8.12X]", "10000000000000000000000000", Ok("a84595161401484A000000]")),
    ("[\u{e9}%0# .0hX]", "-12345", Ok("[\u{e9}-0X3039]")),
    ("[\u{e9}%-+.lf]", "1e+20", Ok("[\u{e9}+100000000000000000000]")),
    ("a%s]", "", Ok("a]")),
    ("[\u{e9}%0+#ub", "-12345", Ok("[\u{e9}-12345b")),
    ("%3.12leb", "1.5", Ok("1.500000000000e+00b")),
    ("%3F]", "1.5", Ok("1.500000]")),
    ("%20.12hf]", "-2.25", Ok("     -2.250000000000]")),
    ("a%#-20.12ob", "10000000000000000000000000", Ok("a0o4105452130240024411200000000b")),
    ("[\u{e9}%20.hi", "1", Ok("[\u{e9}                   1")),
    ("[\u{e9}%#.u]", "0", Ok("[\u{e9}0]")),
    ("a%0.0hdb", "-1", Ok("a-1b")),
    ("a%Eb", "1e-10", Ok("a1.000000E-10b")),
    ("a%#20e]", "-0.0", Ok("a       -0.000000e+00]")),
    ("a%+x]", "1", Ok("a+1]")),
    ("[\u{e9}%0 .12G]", "-2.25", Ok("[\u{e9}-2.25]")),
    ("[\u{e9}%-.12E", "1.5", Ok("[\u{e9}1.500000000000E+00")),
    ("[\u{e9}%#0sb", "", Ok("[\u{e9}b")),
    ("a%20lXb", "-12345", Ok("a               -3039b")),
    ("%8.0ub", "0", Ok("       0b")),
    ("%.2ho", "-12345", Ok("-30071")),
    ("a%0#+8.u]", "1", Ok("a+0000001]")),
    ("a% .12o", "-12345", Ok("a-000000030071")),
    ("[\u{e9}% .2s]", "h\u{e9}\u{e9}", Ok("[\u{e9}h\u{e9}]")),
    ("%.0lf", "1e+20", Ok("100000000000000000000")),
    ("[\u{e9}% 8hsb", "h\u{e9}\u{e9}", Ok("[\u{e9}     h\u{e9}\u{e9}b")),
    ("a%.12hG", "1e+20", Ok("a1E+20")),
    ("[\u{e9}%#-+20.2g", "nan", Ok("[\u{e9}+nan                ")),
    ("%0- hx]", "255", Ok(" ff]")),
    ("%03.hf]", "-0.0", Ok("-00]")),
    ("[\u{e9}%# 20.hFb", "1.5", Ok("[\u{e9}                  2.b")),
    ("[\u{e9}%# +.2hib", "-255", Ok("[\u{e9}-255b")),
    ("[\u{e9}%20hs", "h\u{e9}\u{e9}", Ok("[\u{e9}                 h\u{e9}\u{e9}")),
    ("[\u{e9}%20.g]", "1e-10", Ok("[\u{e9}               1e-10]")),
    ("%8hs]", "abc", Ok("     abc]")),
    ("a%#+-.ls]", "h\u{e9}\u{e9}", Ok("a]")),
    ("a% 20.12leb", "1e+20", Ok("a  1.000000000000e+20b")),
    ("[\u{e9}%-.0E", "1e-10", Ok("[\u{e9}1E-10")),
    ("%0 20ib", "0", Ok(" 0000000000000000000b")),
    ("a%-+8.0x", "-1", Ok("a-1      ")),
    ("[\u{e9}%20.12hdb", "10000000000000000000000000", Ok("[\u{e9}10000000000000000000000000b")),
    ("[\u{e9}%20lX", "1", Ok("[\u{e9}                   1")),
    ("a%03.0le", "nan", Ok("anan")),
    ("%03.X]", "-12345", Ok("-3039]")),
    ("a% .2e", "nan", Ok("a nan")),
    ("[\u{e9}%# 3.12lx", "-1", Ok("[\u{e9}-0x000000000001")),
    ("a%.Xb", "-255", Ok("a-FFb")),
    ("[\u{e9}%0ob", "1", Ok("[\u{e9}1b")),
    ("a%8.d", "-255", Ok("a    -255")),
    ("[\u{e9}%+.0lE", "-0.0", Ok("[\u{e9}-0E+00")),
    ("a%.12e]", "1e-10", Ok("a1.000000000000e-10]")),
    ("[\u{e9}% .0o", "-12345", Ok("[\u{e9}-30071")),
    ("[\u{e9}% 20.2hFb", "1.5", Ok("[\u{e9}                1.50b")),
    ("% 0#8.12X]", "255", Ok(" 0X0000000000FF]")),
    ("[\u{e9}% .2e", "-0.0", Ok("[\u{e9}-0.00e+00")),
    ("[\u{e9}% 3.ub", "-1", Ok("[\u{e9} -1b")),
    ("[\u{e9}%020.2hsb", "abc", Ok("[\u{e9}                  abb")),
    ("%0 g", "1.5", Ok(" 1.5")),
    ("[\u{e9}%.2hx", "0", Ok("[\u{e9}00")),
    ("a%# 20ho]", "-12345", Ok("a            -0o30071]")),
    ("a%20.F", "inf", Ok("a                 INF")),
    ("a%8lX", "10000000000000000000000000", Ok("a84595161401484A000000")),
    ("a%#3.12e", "nan", Ok("anan")),
    ("[\u{e9}%3lo", "-255", Ok("[\u{e9}-377")),
    ("[\u{e9}%.lub", "-12345", Ok("[\u{e9}-12345b")),
    ("[\u{e9}%-+.12e]", "0.0", Ok("[\u{e9}+0.000000000000e+00]")),
    ("[\u{e9}%3.F]", "inf", Ok("[\u{e9}INF]")),
    ("[\u{e9}%#0-3lX]", "255", Ok("[\u{e9}0XFF]")),
    ("a%20.0lf]", "nan", Ok("a                 nan]")),
    ("a%+ 3.0sb", "h\u{e9}\u{e9}", Ok("a   b")),
    ("a%#0-8lu]", "-12345", Ok("a-12345  ]")),
    ("%.12F", "-2.25", Ok("-2.250000000000")),
    ("%-20.0u]", "-255", Ok("-255                ]")),
    ("[\u{e9}%.2ldb", "10000000000000000000000000", Ok("[\u{e9}10000000000000000000000000b")),
    ("% .2hGb", "1e-10", Ok(" 1E-10b")),
    ("a%8hxb", "1", Ok("a       1b")),
    ("[\u{e9}%hu", "-255", Ok("[\u{e9}-255")),
    ("% 8.0li", "0", Ok("       0")),
    ("[\u{e9}% f]", "-inf", Ok("[\u{e9}-inf]")),
    ("[\u{e9}%.g", "inf", Ok("[\u{e9}inf")),
    ("%", "1", Err("incomplete format")),
    ("a%", "1", Err("incomplete format")),
    ("%5", "1", Err("incomplete format")),
    ("%.", "1", Err("incomplete format")),
    ("%(a", "1", Err("format requires a mapping")),
    ("%(a)", "1", Err("format requires a mapping")),
    ("%q", "1", Err("unsupported format character 'q' (0x71) at index 1")),
    ("%y \u{e9}", "1", Err("unsupported format character 'y' (0x79) at index 1")),
    ("%\u{e9}", "1", Err("unsupported format character '?' (0xe9) at index 1")),
    ("%999999999999999999999d", "1", Err("width too big")),
    ("%.99999999999s", "1", Err("precision too big")),
    ("%.2147483648d", "1", Err("precision too big")),
    ("%l", "1", Err("incomplete format")),
    ("%ll", "1", Err("unsupported format character 'l' (0x6c) at index 2")),
    ("%05", "1", Err("incomplete format")),
    ("%5%%d", "1", Err("unsupported format character '%' (0x25) at index 2")),
    ("%%%d", "1", Ok("%1")),
    ("%-5%|%d", "1", Err("unsupported format character '%' (0x25) at index 3")),
    ("%#", "1", Err("incomplete format")),
    ("a%d%", "1", Err("incomplete format")),
    ("%d%q", "1", Err("not enough arguments for format string")),
    ("%(", "1", Err("format requires a mapping")),
    ("%lld", "1", Err("unsupported format character 'l' (0x6c) at index 2")),
    ("%L", "1", Err("incomplete format")),
    ("%hd", "1", Ok("1")),
    ("%1$d", "1", Err("unsupported format character '$' (0x24) at index 2")),
];

#[test]
fn formats() {
    for &(format, value, expected) in FORMATS {
        let expected = expected.map(String::from).map_err(String::from);
        assert_eq!(apply(format, value), expected, "{format:?} % {value}");
    }
}

#[test]
fn keys_and_stars() {
    let format = units("%(a(b))-*.*f");
    let Some(Ok(Piece::Conversion(conversion))) = Pieces::new(&format).next() else { panic!("a conversion") };
    assert_eq!(conversion.key, Some(2..6));
    assert_eq!((conversion.width, conversion.precision), (Size::Argument, Size::Argument));
    let show = |width, precision| {
        let padded = conversion.resolve(Some(width), Some(precision))?.format_float(1.25)?;
        let mut text = String::new();
        padded.write(|code_point| text.extend(char::from_u32(code_point)));
        Ok::<_, TextError>(text)
    };
    assert_eq!(show(6, 1).as_deref(), Ok("1.2   "));
    assert_eq!(show(-6, -1).as_deref(), Ok("1     "));
    assert!(show(1, i64::MAX).is_err());
    let (length, fill) = conversion.resolve(Some(i64::MIN), Some(2)).expect("sizes").format_text(3);
    assert_eq!((length, fill.right), (2, (1 << 63) - 2));
}
