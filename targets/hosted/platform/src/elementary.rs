//! The C library's elementary functions: the same bits as CPython on the same machine.
//!
//! `cbrt` is the exception: the toolchain links its own, correctly rounded one (glibc's may be a bit off).
//!
//! Invariant: thin wrappers; every function named here is in C99's `<math.h>`, takes floats by value and touches no memory.
//! Why not `std`: it has no `erf`, and its inverse hyperbolic functions are its own.

use threadsnake_hal::ElementaryFunctions;

macro_rules! from_c {
    ($($name:ident($($argument:ident),+))*) => {
        mod c {
            unsafe extern "C" {
                $( pub safe fn $name($($argument: f64),+) -> f64; )*
            }
        }

        $( fn $name($($argument: f64),+) -> f64 {
            c::$name($($argument),+)
        } )*

        /// The table as the engine takes it.
        pub static FUNCTIONS: ElementaryFunctions = ElementaryFunctions { $( $name ),* };
    };
}

from_c! {
    pow(x, y)
    exp(x)
    exp2(x)
    expm1(x)
    log(x)
    log1p(x)
    log2(x)
    log10(x)
    sin(x)
    cos(x)
    tan(x)
    asin(x)
    acos(x)
    atan(x)
    atan2(y, x)
    sinh(x)
    cosh(x)
    tanh(x)
    asinh(x)
    acosh(x)
    atanh(x)
    hypot(x, y)
    cbrt(x)
    erf(x)
    erfc(x)
}

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;

    #[test]
    #[cfg_attr(miri, ignore = "Miri cannot call the C library's functions")]
    fn each_name_leads_to_its_function() {
        let near = |x: f64, y: f64| assert!((x - y).abs() < 1e-15, "{x} {y}");
        near((FUNCTIONS.pow)(2.0, 0.5), std::f64::consts::SQRT_2);
        near((FUNCTIONS.log)(std::f64::consts::E), 1.0);
        near((FUNCTIONS.atan2)(1.0, -1.0), 3.0 * std::f64::consts::FRAC_PI_4);
        near((FUNCTIONS.erf)(0.5), 0.520_499_877_813_046_5);
        near((FUNCTIONS.erfc)(0.5), 1.0 - 0.520_499_877_813_046_5);
        near((FUNCTIONS.hypot)(3.0, 4.0), 5.0);
        near((FUNCTIONS.asinh)((FUNCTIONS.sinh)(0.7)), 0.7);
        near((FUNCTIONS.log1p)((FUNCTIONS.expm1)(0.3)), 0.3);
    }
}
