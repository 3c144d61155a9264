//! Integers wide enough for the variance of exact sums.

/// `value`·2^`exponent`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Total {
    pub value: i128,
    pub exponent: i32,
}

impl Total {
    /// The nearest f64.
    pub fn to_f64(self) -> f64 {
        self.value as f64 * power_of_two(self.exponent)
    }
}

/// Square root of n·Σq² − (Σq)²: n times the standard deviation. 0 where the terms that were rounded
/// make less than that.
///
/// The exponent of `squares` is at least twice that of `sum`, and at most 96 more.
pub(super) fn spread(n: u32, sum: Total, squares: Total) -> f64 {
    let up = (squares.exponent - 2 * sum.exponent) as u32;
    let first = Wide::product(squares.value.unsigned_abs(), u128::from(n)).shift_up(up);
    let second = Wide::product(sum.value.unsigned_abs(), sum.value.unsigned_abs());
    let difference = first.minus(second).map_or(0.0, Wide::to_f64);
    difference.sqrt() * power_of_two(sum.exponent)
}

/// For the normal exponents of f64.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

/// 256 bits.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    fn product(a: u128, b: u128) -> Self {
        const HALF: u128 = u64::MAX as u128;
        let ((a1, a0), (b1, b0)) = ((a >> 64, a & HALF), (b >> 64, b & HALF));
        let middle = a1 * b0 + ((a0 * b0) >> 64);
        let (other, carry) = (a0 * b1).overflowing_add(middle);
        let high = a1 * b1 + (other >> 64) + (u128::from(carry) << 64);
        Self { high, low: other << 64 | ((a0 * b0) & HALF) }
    }

    /// By less than 128 bits, none of which is lost.
    fn shift_up(self, bits: u32) -> Self {
        if bits == 0 {
            return self;
        }
        Self { high: self.high << bits | self.low >> (128 - bits), low: self.low << bits }
    }

    /// `None` below zero.
    fn minus(self, other: Self) -> Option<Self> {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        let high = self.high.checked_sub(other.high)?.checked_sub(u128::from(borrow))?;
        Some(Self { high, low })
    }

    /// The nearest.
    fn to_f64(self) -> f64 {
        if self.high == 0 {
            return self.low as f64;
        }
        let zeros = self.high.leading_zeros();
        let up = self.shift_up(zeros);
        // What is cut off decides a tie and nothing more.
        (up.high | u128::from(up.low != 0)) as f64 * power_of_two(128 - zeros as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_all_ones_carry() {
        let ones = u128::MAX;
        assert_eq!(Wide::product(ones, ones), Wide { high: ones - 1, low: 1 });
        assert_eq!(Wide::product(ones, 1 << 100), Wide { high: (1 << 100) - 1, low: ones << 100 });
        assert_eq!(Wide::product(3 << 64, 5 << 63), Wide { high: 7, low: 1 << 127 });
        let (a, b) = (0x0123_4567_89ab_cdef_u128 << 61 | 0x1337, 0xfedc_ba98_7654_3210_u128 << 62 | 0x77);
        let schoolbook = |a: u128, b: u128| {
            let mut sum = Wide { high: 0, low: 0 };
            for bit in (0..128).filter(|bit| b >> bit & 1 == 1) {
                let term = Wide { high: 0, low: a }.shift_up(bit);
                let (low, carry) = sum.low.overflowing_add(term.low);
                sum = Wide { high: sum.high + term.high + u128::from(carry), low };
            }
            sum
        };
        assert_eq!(Wide::product(a, b), schoolbook(a, b));
    }

    #[test]
    fn conversion_rounds_once() {
        let tie = (1u128 << 127) | (1 << 74);
        let exact = 2f64.powi(255);
        assert_eq!(Wide { high: tie, low: 0 }.to_f64(), exact, "to even");
        assert_eq!(Wide { high: tie, low: 1 }.to_f64(), exact * (1.0 + f64::EPSILON));
        assert_eq!(Wide { high: 0, low: 7 }.to_f64(), 7.0);
    }

    #[test]
    fn equal_terms_do_not_spread_and_a_single_ulp_does() {
        let total = |value: i128, exponent| Total { value, exponent };
        let q = 0xff_ffff_i128;
        assert_eq!(spread(1000, total(1000 * q, 0), total(1000 * q * q, 0)), 0.0);
        // n·Σq² − (Σq)² = n − 1 where one of n terms is 1 larger.
        let squares = 999 * q * q + (q + 1) * (q + 1);
        assert_eq!(spread(1000, total(1000 * q + 1, -3), total(squares, -6)), 999f64.sqrt() / 8.0);
    }
}
