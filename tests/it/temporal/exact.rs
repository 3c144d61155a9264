//! Exact sums of f64, another way than the program's: as expansions, numbers that do not overlap.
//!
//! Source: J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic", 1997.

/// A sum of f64 without any rounding, as far as no exponent leaves the range of f64.
#[derive(Clone, Debug, Default)]
pub struct Exact(Vec<f64>);

impl Exact {
    pub fn of(terms: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = Self::default();
        terms.into_iter().for_each(|term| sum.add(term));
        sum
    }

    pub fn add(&mut self, term: f64) {
        let mut carry = term;
        let mut parts = Vec::with_capacity(self.0.len() + 1);
        for part in self.0.drain(..) {
            let sum = carry + part;
            let b = sum - carry;
            let lost = (carry - (sum - b)) + (part - b);
            if lost != 0.0 {
                parts.push(lost);
            }
            carry = sum;
        }
        parts.push(carry);
        self.0 = parts;
    }

    /// Itself times `other`.
    pub fn times(&self, other: &Self) -> Self {
        let mut product = Self::default();
        for a in &self.0 {
            for b in &other.0 {
                product.add(a * b);
                product.add(a.mul_add(*b, -(a * b)));
            }
        }
        product
    }

    pub fn minus(mut self, other: &Self) -> Self {
        other.0.iter().for_each(|part| self.add(-part));
        self
    }

    pub fn value(&self) -> f64 {
        self.0.iter().sum()
    }
}

/// Mean, RMS and standard deviation of finite values.
pub fn moments(values: &[f64]) -> [f64; 3] {
    let n = values.len() as f64;
    let square = |value: f64| [value * value, value.mul_add(value, -(value * value))];
    let sum = Exact::of(values.iter().copied());
    let squares = Exact::of(values.iter().flat_map(|value| square(*value)));
    let spread = squares.times(&Exact::of([n])).minus(&sum.times(&sum));
    [sum.value() / n, (squares.value() / n).sqrt(), spread.value().max(0.0).sqrt() / n]
}

#[test]
fn the_other_way_is_exact() {
    assert_eq!(Exact::of([1e16, 0.1, 1e-30, -1e16]).minus(&Exact::of([0.1])).value(), 1e-30);
    assert_eq!(moments(&[0.1; 4]), [0.1, 0.1, 0.0]);
    let [mean, rms, std] = moments(&[1.0, 3.0]);
    assert_eq!((mean, rms, std), (2.0, 5f64.sqrt(), 1.0));
}

/// Pseudo-random numbers: the same in every run.
pub struct Noise(pub u64);

impl Noise {
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, n: u64) -> u64 {
        (self.bits() >> 11) % n
    }

    /// A value of any magnitude in use, of both signs.
    pub fn wide(&mut self) -> f32 {
        let mantissa = 1.0 + self.below(1 << 23) as f32 / (1 << 23) as f32;
        let sign = if self.below(2) == 0 { 1.0 } else { -1.0 };
        match self.below(40) {
            0 => 0.0,
            1 => sign * f32::MAX,
            2 => sign * f32::from_bits(self.below(1 << 20) as u32),
            3..=12 => sign * mantissa * 2f32.powi(self.below(60) as i32),
            _ => sign * mantissa * 2f32.powi(self.below(40) as i32 - 30),
        }
    }
}
