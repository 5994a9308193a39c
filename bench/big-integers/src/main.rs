//! Times big integer crates on multiplication, division, formatting and parsing, from 100 to a million digits.
//!
//! Prints one line per operation and size: nanoseconds per operation, best of several rounds.

use std::hint::black_box;
use std::str::FromStr;
use std::time::{Duration, Instant};

fn digits(count: usize, seed: u64) -> String {
    let mut state = seed;
    let mut text = String::with_capacity(count);
    text.push('7');
    while text.len() < count {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        text.push((b'0' + (state >> 33) as u8 % 10) as char);
    }
    text
}

fn best(mut run: impl FnMut()) -> f64 {
    let mut fastest = f64::INFINITY;
    let deadline = Instant::now() + Duration::from_millis(1500);
    let mut iterations = 1u32;
    loop {
        let start = Instant::now();
        for _ in 0..iterations {
            run();
        }
        let elapsed = start.elapsed();
        fastest = fastest.min(elapsed.as_nanos() as f64 / iterations as f64);
        if elapsed < Duration::from_millis(5) {
            iterations = iterations.saturating_mul(2);
        }
        if Instant::now() > deadline {
            return fastest;
        }
    }
}

fn report(operation: &str, size: usize, times: [f64; 3]) {
    let [dashu, num, malachite] = times;
    println!("{operation:<8} {size:>8} {dashu:>16.0} {num:>16.0} {malachite:>16.0}");
}

fn main() {
    println!("{:<8} {:>8} {:>16} {:>16} {:>16}", "", "digits", "dashu-int", "num-bigint", "malachite-nz");
    for size in [100, 10_000, 1_000_000] {
        let (a, b, wide) = (digits(size, 1), digits(size, 2), digits(2 * size, 3));
        let dashu = [&a, &b, &wide].map(|text| dashu_int::UBig::from_str(text).expect("digits"));
        let num = [&a, &b, &wide].map(|text| num_bigint::BigUint::from_str(text).expect("digits"));
        let malachite =
            [&a, &b, &wide].map(|text| malachite_nz::natural::Natural::from_str(text).expect("digits"));
        report(
            "mul",
            size,
            [
                best(|| drop(black_box(&dashu[0] * &dashu[1]))),
                best(|| drop(black_box(&num[0] * &num[1]))),
                best(|| drop(black_box(&malachite[0] * &malachite[1]))),
            ],
        );
        report(
            "divmod",
            size,
            [
                best(|| {
                    use dashu_int::ops::DivRem;
                    drop(black_box((&dashu[2]).div_rem(&dashu[1])))
                }),
                best(|| drop(black_box((&num[2] / &num[1], &num[2] % &num[1])))),
                best(|| {
                    use malachite_base::num::arithmetic::traits::DivMod;
                    drop(black_box((&malachite[2]).div_mod(&malachite[1])))
                }),
            ],
        );
        report(
            "str",
            size,
            [
                best(|| drop(black_box(dashu[0].to_string()))),
                best(|| drop(black_box(num[0].to_string()))),
                best(|| drop(black_box(malachite[0].to_string()))),
            ],
        );
        report(
            "int",
            size,
            [
                best(|| drop(black_box(dashu_int::UBig::from_str(black_box(&a))))),
                best(|| drop(black_box(num_bigint::BigUint::from_str(black_box(&a))))),
                best(|| drop(black_box(malachite_nz::natural::Natural::from_str(black_box(&a))))),
            ],
        );
    }
}
