//! Numeric values of characters that are not decimal digits.
//!
//! Invariant: rows are sorted by first character and do not overlap.
//! Source: the Unicode Character Database 15.1 (Numeric_Value, Numeric_Type; Unihan's numeric fields), as CPython 3.13's
//! `unicodedata.numeric` gives it; 16.0 added decimal digits only, which need no row.

/// A run of characters whose values form an arithmetic sequence.
pub struct NumericRun {
    /// First character.
    pub first: u32,
    /// Number of characters.
    pub count: u16,
    /// Whether they are digits (`str.isdigit`).
    pub is_digit: bool,
    /// Numerator of the first one's value.
    pub numerator: i64,
    /// What is added to the numerator from one to the next.
    pub step: i64,
    /// Denominator of all values.
    pub denominator: u16,
}

const fn run(first: u32, count: u16, numerator: i64, step: i64, denominator: u16) -> NumericRun {
    NumericRun { first, count, is_digit: false, numerator, step, denominator }
}

const fn digits(first: u32, count: u16, numerator: i64, step: i64) -> NumericRun {
    NumericRun { first, count, is_digit: true, numerator, step, denominator: 1 }
}

/// All runs.
#[rustfmt::skip]
pub const NUMERIC_RUNS: &[NumericRun] = &[
    digits(0xb2, 2, 2, 1), digits(0xb9, 1, 1, 0), run(0xbc, 1, 1, 0, 4), run(0xbd, 1, 1, 0, 2), run(0xbe, 1, 3, 0, 4),
    run(0x9f4, 1, 1, 0, 16), run(0x9f5, 1, 1, 0, 8), run(0x9f6, 1, 3, 0, 16), run(0x9f7, 2, 1, 2, 4), run(0x9f9, 1, 16, 0, 1),
    run(0xb72, 1, 1, 0, 4), run(0xb73, 1, 1, 0, 2), run(0xb74, 1, 3, 0, 4), run(0xb75, 1, 1, 0, 16), run(0xb76, 1, 1, 0, 8),
    run(0xb77, 1, 3, 0, 16), run(0xbf0, 2, 10, 90, 1), run(0xbf2, 1, 1000, 0, 1), run(0xc78, 4, 0, 1, 1),
    run(0xc7c, 3, 1, 1, 1), run(0xd58, 1, 1, 0, 160), run(0xd59, 1, 1, 0, 40), run(0xd5a, 1, 3, 0, 80), run(0xd5b, 1, 1, 0, 20),
    run(0xd5c, 1, 1, 0, 10), run(0xd5d, 1, 3, 0, 20), run(0xd5e, 1, 1, 0, 5), run(0xd70, 2, 10, 90, 1),
    run(0xd72, 1, 1000, 0, 1), run(0xd73, 1, 1, 0, 4), run(0xd74, 1, 1, 0, 2), run(0xd75, 1, 3, 0, 4), run(0xd76, 1, 1, 0, 16),
    run(0xd77, 1, 1, 0, 8), run(0xd78, 1, 3, 0, 16), run(0xf2a, 9, 1, 2, 2), run(0xf33, 1, -1, 0, 2), digits(0x1369, 9, 1, 1),
    run(0x1372, 10, 10, 10, 1), run(0x137c, 1, 10000, 0, 1), run(0x16ee, 3, 17, 1, 1), run(0x17f0, 10, 0, 1, 1),
    digits(0x19da, 1, 1, 0), digits(0x2070, 1, 0, 0), digits(0x2074, 6, 4, 1), digits(0x2080, 10, 0, 1),
    run(0x2150, 1, 1, 0, 7), run(0x2151, 1, 1, 0, 9), run(0x2152, 1, 1, 0, 10), run(0x2153, 2, 1, 1, 3),
    run(0x2155, 4, 1, 1, 5), run(0x2159, 2, 1, 4, 6), run(0x215b, 4, 1, 2, 8), run(0x215f, 2, 1, 0, 1),
    run(0x2161, 11, 2, 1, 1), run(0x216c, 2, 50, 50, 1), run(0x216e, 2, 500, 500, 1), run(0x2170, 12, 1, 1, 1),
    run(0x217c, 2, 50, 50, 1), run(0x217e, 2, 500, 500, 1), run(0x2180, 2, 1000, 4000, 1), run(0x2182, 1, 10000, 0, 1),
    run(0x2185, 2, 6, 44, 1), run(0x2187, 2, 50000, 50000, 1), run(0x2189, 1, 0, 0, 1), digits(0x2460, 9, 1, 1),
    run(0x2469, 11, 10, 1, 1), digits(0x2474, 9, 1, 1), run(0x247d, 11, 10, 1, 1), digits(0x2488, 9, 1, 1),
    run(0x2491, 11, 10, 1, 1), digits(0x24ea, 1, 0, 0), run(0x24eb, 10, 11, 1, 1), digits(0x24f5, 9, 1, 1),
    run(0x24fe, 1, 10, 0, 1), digits(0x24ff, 1, 0, 0), digits(0x2776, 9, 1, 1), run(0x277f, 1, 10, 0, 1),
    digits(0x2780, 9, 1, 1), run(0x2789, 1, 10, 0, 1), digits(0x278a, 9, 1, 1), run(0x2793, 1, 10, 0, 1),
    run(0x2cfd, 1, 1, 0, 2), run(0x3007, 1, 0, 0, 1), run(0x3021, 9, 1, 1, 1), run(0x3038, 3, 10, 10, 1),
    run(0x3192, 4, 1, 1, 1), run(0x3220, 10, 1, 1, 1), run(0x3248, 8, 10, 10, 1), run(0x3251, 15, 21, 1, 1),
    run(0x3280, 10, 1, 1, 1), run(0x32b1, 15, 36, 1, 1), run(0x3405, 1, 5, 0, 1), run(0x3483, 1, 2, 0, 1),
    run(0x382a, 1, 5, 0, 1), run(0x3b4d, 1, 7, 0, 1), run(0x4e00, 1, 1, 0, 1), run(0x4e03, 1, 7, 0, 1),
    run(0x4e07, 1, 10000, 0, 1), run(0x4e09, 1, 3, 0, 1), run(0x4e24, 1, 2, 0, 1), run(0x4e5d, 1, 9, 0, 1),
    run(0x4e8c, 1, 2, 0, 1), run(0x4e94, 1, 5, 0, 1), run(0x4e96, 1, 4, 0, 1), run(0x4eac, 1, 10000000000000000, 0, 1),
    run(0x4ebf, 2, 100000000, -99999990, 1), run(0x4edf, 1, 1000, 0, 1), run(0x4ee8, 1, 3, 0, 1), run(0x4f0d, 1, 5, 0, 1),
    run(0x4f70, 1, 100, 0, 1), run(0x4fe9, 1, 2, 0, 1), run(0x5006, 1, 2, 0, 1), run(0x5104, 1, 100000000, 0, 1),
    run(0x5146, 1, 1000000, 0, 1), run(0x5169, 1, 2, 0, 1), run(0x516b, 1, 8, 0, 1), run(0x516d, 1, 6, 0, 1),
    run(0x5341, 1, 10, 0, 1), run(0x5343, 2, 1000, -980, 1), run(0x5345, 1, 30, 0, 1), run(0x534c, 1, 40, 0, 1),
    run(0x53c1, 4, 3, 0, 1), run(0x56db, 1, 4, 0, 1), run(0x58f1, 1, 1, 0, 1), run(0x58f9, 1, 1, 0, 1), run(0x5e7a, 1, 1, 0, 1),
    run(0x5efe, 2, 9, 11, 1), run(0x5f0c, 3, 1, 1, 1), run(0x5f10, 1, 2, 0, 1), run(0x62d0, 1, 7, 0, 1),
    run(0x62fe, 1, 10, 0, 1), run(0x634c, 1, 8, 0, 1), run(0x67d2, 1, 7, 0, 1), run(0x6d1e, 1, 0, 0, 1),
    run(0x6f06, 1, 7, 0, 1), run(0x7396, 1, 9, 0, 1), run(0x767e, 1, 100, 0, 1), run(0x7695, 1, 200, 0, 1),
    run(0x79ed, 1, 1000000000, 0, 1), run(0x8086, 1, 4, 0, 1), run(0x842c, 1, 10000, 0, 1), run(0x8cae, 1, 2, 0, 1),
    run(0x8cb3, 1, 2, 0, 1), run(0x8d30, 1, 2, 0, 1), run(0x920e, 1, 9, 0, 1), run(0x94a9, 1, 9, 0, 1),
    run(0x9621, 1, 1000, 0, 1), run(0x9646, 1, 6, 0, 1), run(0x964c, 1, 100, 0, 1), run(0x9678, 1, 6, 0, 1),
    run(0x96f6, 1, 0, 0, 1), run(0xa6e6, 9, 1, 1, 1), run(0xa6ef, 1, 0, 0, 1), run(0xa830, 1, 1, 0, 4), run(0xa831, 1, 1, 0, 2),
    run(0xa832, 1, 3, 0, 4), run(0xa833, 1, 1, 0, 16), run(0xa834, 1, 1, 0, 8), run(0xa835, 1, 3, 0, 16),
    run(0xf96b, 1, 3, 0, 1), run(0xf973, 1, 10, 0, 1), run(0xf978, 1, 2, 0, 1), run(0xf9b2, 1, 0, 0, 1),
    run(0xf9d1, 1, 6, 0, 1), run(0xf9d3, 1, 6, 0, 1), run(0xf9fd, 1, 10, 0, 1), run(0x10107, 10, 1, 1, 1),
    run(0x10111, 9, 20, 10, 1), run(0x1011a, 9, 200, 100, 1), run(0x10123, 9, 2000, 1000, 1), run(0x1012c, 8, 20000, 10000, 1),
    run(0x10140, 1, 1, 0, 4), run(0x10141, 1, 1, 0, 2), run(0x10142, 2, 1, 4, 1), run(0x10144, 2, 50, 450, 1),
    run(0x10146, 2, 5000, 45000, 1), run(0x10148, 2, 5, 5, 1), run(0x1014a, 2, 50, 50, 1), run(0x1014c, 2, 500, 500, 1),
    run(0x1014e, 2, 5000, -4995, 1), run(0x10150, 2, 10, 40, 1), run(0x10152, 2, 100, 400, 1), run(0x10154, 2, 1000, 9000, 1),
    run(0x10156, 2, 50000, -49990, 1), run(0x10158, 3, 1, 0, 1), run(0x1015b, 4, 2, 0, 1), run(0x1015f, 2, 5, 5, 1),
    run(0x10161, 4, 10, 0, 1), run(0x10165, 2, 30, 20, 1), run(0x10167, 3, 50, 0, 1), run(0x1016a, 3, 100, 200, 1),
    run(0x1016d, 4, 500, 0, 1), run(0x10171, 2, 1000, 4000, 1), run(0x10173, 2, 5, 45, 1), run(0x10175, 2, 1, 0, 2),
    run(0x10177, 1, 2, 0, 3), run(0x10178, 1, 3, 0, 4), run(0x1018a, 1, 0, 0, 1), run(0x1018b, 1, 1, 0, 4),
    run(0x102e1, 10, 1, 1, 1), run(0x102eb, 9, 20, 10, 1), run(0x102f4, 8, 200, 100, 1), run(0x10320, 2, 1, 4, 1),
    run(0x10322, 2, 10, 40, 1), run(0x10341, 1, 90, 0, 1), run(0x1034a, 1, 900, 0, 1), run(0x103d1, 2, 1, 1, 1),
    run(0x103d3, 2, 10, 10, 1), run(0x103d5, 1, 100, 0, 1), run(0x10858, 3, 1, 1, 1), run(0x1085b, 2, 10, 10, 1),
    run(0x1085d, 2, 100, 900, 1), run(0x1085f, 1, 10000, 0, 1), run(0x10879, 5, 1, 1, 1), run(0x1087e, 2, 10, 10, 1),
    run(0x108a7, 4, 1, 1, 1), run(0x108ab, 2, 4, 1, 1), run(0x108ad, 2, 10, 10, 1), run(0x108af, 1, 100, 0, 1),
    run(0x108fb, 2, 1, 4, 1), run(0x108fd, 2, 10, 10, 1), run(0x108ff, 1, 100, 0, 1), run(0x10916, 2, 1, 9, 1),
    run(0x10918, 2, 20, 80, 1), run(0x1091a, 2, 2, 1, 1), run(0x109bc, 1, 11, 0, 12), run(0x109bd, 1, 1, 0, 2),
    run(0x109c0, 10, 1, 1, 1), run(0x109ca, 6, 20, 10, 1), run(0x109d2, 10, 100, 100, 1), run(0x109dc, 9, 2000, 1000, 1),
    run(0x109e5, 9, 20000, 10000, 1), run(0x109ee, 8, 200000, 100000, 1), run(0x109f6, 1, 1, 0, 12), run(0x109f7, 1, 1, 0, 6),
    run(0x109f8, 1, 1, 0, 4), run(0x109f9, 1, 1, 0, 3), run(0x109fa, 1, 5, 0, 12), run(0x109fb, 1, 1, 0, 2),
    run(0x109fc, 1, 7, 0, 12), run(0x109fd, 1, 2, 0, 3), run(0x109fe, 1, 3, 0, 4), run(0x109ff, 1, 5, 0, 6),
    digits(0x10a40, 4, 1, 1), run(0x10a44, 2, 10, 10, 1), run(0x10a46, 2, 100, 900, 1), run(0x10a48, 1, 1, 0, 2),
    run(0x10a7d, 2, 1, 49, 1), run(0x10a9d, 2, 1, 9, 1), run(0x10a9f, 1, 20, 0, 1), run(0x10aeb, 2, 1, 4, 1),
    run(0x10aed, 2, 10, 10, 1), run(0x10aef, 1, 100, 0, 1), run(0x10b58, 4, 1, 1, 1), run(0x10b5c, 2, 10, 10, 1),
    run(0x10b5e, 2, 100, 900, 1), run(0x10b78, 4, 1, 1, 1), run(0x10b7c, 2, 10, 10, 1), run(0x10b7e, 2, 100, 900, 1),
    run(0x10ba9, 4, 1, 1, 1), run(0x10bad, 2, 10, 10, 1), run(0x10baf, 1, 100, 0, 1), run(0x10cfa, 2, 1, 4, 1),
    run(0x10cfc, 2, 10, 40, 1), run(0x10cfe, 2, 100, 900, 1), digits(0x10e60, 9, 1, 1), run(0x10e69, 10, 10, 10, 1),
    run(0x10e73, 8, 200, 100, 1), run(0x10e7b, 1, 1, 0, 2), run(0x10e7c, 1, 1, 0, 4), run(0x10e7d, 2, 1, 1, 3),
    run(0x10f1d, 5, 1, 1, 1), run(0x10f22, 3, 10, 10, 1), run(0x10f25, 1, 100, 0, 1), run(0x10f26, 1, 1, 0, 2),
    run(0x10f51, 2, 1, 9, 1), run(0x10f53, 2, 20, 80, 1), run(0x10fc5, 4, 1, 1, 1), run(0x10fc9, 2, 10, 10, 1),
    run(0x10fcb, 1, 100, 0, 1), digits(0x11052, 9, 1, 1), run(0x1105b, 10, 10, 10, 1), run(0x11065, 1, 1000, 0, 1),
    run(0x111e1, 10, 1, 1, 1), run(0x111eb, 9, 20, 10, 1), run(0x111f4, 1, 1000, 0, 1), run(0x1173a, 2, 10, 10, 1),
    run(0x118ea, 9, 10, 10, 1), run(0x11c5a, 10, 1, 1, 1), run(0x11c64, 9, 20, 10, 1), run(0x11fc0, 1, 1, 0, 320),
    run(0x11fc1, 1, 1, 0, 160), run(0x11fc2, 1, 1, 0, 80), run(0x11fc3, 1, 1, 0, 64), run(0x11fc4, 1, 1, 0, 40),
    run(0x11fc5, 1, 1, 0, 32), run(0x11fc6, 1, 3, 0, 80), run(0x11fc7, 1, 3, 0, 64), run(0x11fc8, 1, 1, 0, 20),
    run(0x11fc9, 2, 1, 0, 16), run(0x11fcb, 1, 1, 0, 10), run(0x11fcc, 1, 1, 0, 8), run(0x11fcd, 1, 3, 0, 20),
    run(0x11fce, 1, 3, 0, 16), run(0x11fcf, 1, 1, 0, 5), run(0x11fd0, 1, 1, 0, 4), run(0x11fd1, 2, 1, 0, 2),
    run(0x11fd3, 1, 3, 0, 4), run(0x11fd4, 1, 1, 0, 320), run(0x12400, 8, 2, 1, 1), run(0x12408, 7, 3, 1, 1),
    run(0x1240f, 6, 4, 1, 1), run(0x12415, 9, 1, 1, 1), run(0x1241e, 5, 1, 1, 1), run(0x12423, 2, 2, 1, 1),
    run(0x12425, 7, 3, 1, 1), run(0x1242c, 3, 1, 1, 1), run(0x1242f, 3, 3, 1, 1), run(0x12432, 2, 216000, 216000, 1),
    run(0x12434, 3, 1, 1, 1), run(0x12437, 3, 3, 1, 1), run(0x1243a, 2, 3, 0, 1), run(0x1243c, 4, 4, 0, 1),
    run(0x12440, 2, 6, 1, 1), run(0x12442, 2, 7, 0, 1), run(0x12444, 2, 8, 0, 1), run(0x12446, 4, 9, 0, 1),
    run(0x1244a, 5, 2, 1, 1), run(0x1244f, 4, 1, 1, 1), run(0x12453, 2, 4, 1, 1), run(0x12455, 2, 5, -3, 1),
    run(0x12457, 2, 3, -2, 1), run(0x12459, 1, 2, 0, 1), run(0x1245a, 2, 1, 1, 3), run(0x1245c, 1, 5, 0, 6),
    run(0x1245d, 2, 1, 1, 3), run(0x1245f, 1, 1, 0, 8), run(0x12460, 1, 1, 0, 4), run(0x12461, 1, 1, 0, 6),
    run(0x12462, 2, 1, 0, 4), run(0x12464, 1, 1, 0, 2), run(0x12465, 2, 1, 1, 3), run(0x12467, 2, 40, 10, 1),
    run(0x12469, 6, 4, 1, 1), run(0x16b5b, 2, 10, 90, 1), run(0x16b5d, 2, 10000, 990000, 1),
    run(0x16b5f, 2, 100000000, 9900000000, 1), run(0x16b61, 1, 1000000000000, 0, 1), run(0x16e80, 20, 0, 1, 1),
    run(0x16e94, 3, 1, 1, 1), run(0x1d2c0, 20, 0, 1, 1), run(0x1d2e0, 20, 0, 1, 1), run(0x1d360, 10, 1, 1, 1),
    run(0x1d36a, 8, 20, 10, 1), run(0x1d372, 5, 1, 1, 1), run(0x1d377, 2, 1, 4, 1), run(0x1e8c7, 9, 1, 1, 1),
    run(0x1ec71, 10, 1, 1, 1), run(0x1ec7b, 9, 20, 10, 1), run(0x1ec84, 9, 200, 100, 1), run(0x1ec8d, 9, 2000, 1000, 1),
    run(0x1ec96, 9, 20000, 10000, 1), run(0x1ec9f, 2, 200000, -100000, 1), run(0x1eca1, 2, 10000000, 10000000, 1),
    run(0x1eca3, 9, 1, 1, 1), run(0x1ecad, 1, 1, 0, 4), run(0x1ecae, 1, 1, 0, 2), run(0x1ecaf, 1, 3, 0, 4),
    run(0x1ecb1, 2, 1, 1, 1), run(0x1ecb3, 2, 10000, 90000, 1), run(0x1ed01, 10, 1, 1, 1), run(0x1ed0b, 9, 20, 10, 1),
    run(0x1ed14, 9, 200, 100, 1), run(0x1ed1d, 9, 2000, 1000, 1), run(0x1ed26, 8, 20000, 10000, 1), run(0x1ed2f, 9, 2, 1, 1),
    run(0x1ed38, 2, 400, 200, 1), run(0x1ed3a, 2, 2000, 8000, 1), run(0x1ed3c, 1, 1, 0, 2), run(0x1ed3d, 1, 1, 0, 6),
    digits(0x1f100, 2, 0, 0), digits(0x1f102, 9, 1, 1), run(0x1f10b, 2, 0, 0, 1), run(0x20001, 1, 7, 0, 1),
    run(0x20064, 1, 4, 0, 1), run(0x200e2, 1, 4, 0, 1), run(0x20121, 1, 5, 0, 1), run(0x2092a, 1, 1, 0, 1),
    run(0x20983, 1, 30, 0, 1), run(0x2098c, 1, 40, 0, 1), run(0x2099c, 1, 40, 0, 1), run(0x20aea, 1, 6, 0, 1),
    run(0x20afd, 1, 3, 0, 1), run(0x20b19, 1, 3, 0, 1), run(0x22390, 1, 2, 0, 1), run(0x22998, 1, 3, 0, 1),
    run(0x23b1b, 1, 3, 0, 1), run(0x2626d, 1, 4, 0, 1), run(0x2f890, 1, 9, 0, 1),
];
