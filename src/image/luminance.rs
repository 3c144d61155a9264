//! Colour stored as luminance and chroma: Y, RY, BY instead of R, G, B.
//!
//! Source: OpenEXR 3.5.3, `RgbaYca::YCAtoRGBA` and `computeYw` (`ImfRgbaYca.cpp`), `RGBtoXYZ`
//! (`ImfChromaticities.cpp`).

use super::Plane;

/// What the primaries of R, G, B look like: CIE x and y of each, and of white.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Chromaticities {
    /// R alone.
    pub red: [f32; 2],
    /// G alone.
    pub green: [f32; 2],
    /// B alone.
    pub blue: [f32; 2],
    /// All three.
    pub white: [f32; 2],
}

/// Rec. ITU-R BT.709, of a file that says nothing.
impl Default for Chromaticities {
    fn default() -> Self {
        Self { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: [0.3127, 0.329] }
    }
}

impl Chromaticities {
    /// The luminance of R, G and B alone, where that of all three is 1; computed in f64.
    ///
    /// `None` where the primaries lie on a line, or white has no y: no colour space.
    pub fn luminance_weights(&self) -> Option<[f32; 3]> {
        // Columns are the primaries, scaled to y = 1: their weights make white of them.
        let xyz = |[x, y]: [f32; 2]| [f64::from(x), f64::from(y), 1.0 - f64::from(x) - f64::from(y)];
        let [red, green, blue, white] = [self.red, self.green, self.blue, self.white].map(xyz);
        let all = determinant(red, green, blue);
        let of = |part: f64, primary: [f64; 3]| part / all * primary[1] / white[1];
        let weights = [
            of(determinant(white, green, blue), red),
            of(determinant(red, white, blue), green),
            of(determinant(red, green, white), blue),
        ];
        weights.iter().all(|weight| weight.is_finite()).then(|| weights.map(|weight| weight as f32))
    }
}

fn determinant(a: [f64; 3], b: [f64; 3], c: [f64; 3]) -> f64 {
    a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
        + a[2] * (b[0] * c[1] - b[1] * c[0])
}

/// Whether the first channels are luminance and chroma (Y, RY, BY).
pub fn is_luminance_chroma(plane: &Plane) -> bool {
    let names = plane.channels.iter().map(|channel| channel.name.as_str());
    names.take(3).map(str::to_ascii_uppercase).eq(["Y", "RY", "BY"])
}

/// R, G, B from Y, RY, BY: RY is (R - Y) / Y, BY is (B - Y) / Y, and Y is the sum of R, G and B by
/// their `weights`. Without chroma all three are Y exactly. In f32, as the window does it.
pub fn rgb_from_luminance_chroma([y, ry, by]: [f32; 3], weights: [f32; 3]) -> [f32; 3] {
    if ry == 0.0 && by == 0.0 {
        return [y; 3];
    }
    let (red, blue) = ((ry + 1.0) * y, (by + 1.0) * y);
    let green = (y - red * weights[0] - blue * weights[2]) / weights[1];
    [red, green, blue]
}

#[cfg(test)]
mod tests {
    use super::{Chromaticities, rgb_from_luminance_chroma};

    #[test]
    fn weights_of_rec_709_and_of_aces() {
        let near = |weights: Option<[f32; 3]>, expected: [f32; 3]| {
            let weights = weights.expect("a colour space");
            weights.iter().zip(expected).for_each(|(a, b)| assert!((a - b).abs() < 5e-5, "{weights:?}"));
        };
        near(Chromaticities::default().luminance_weights(), [0.2126, 0.7152, 0.0722]);
        // SMPTE ST 2065-1.
        let aces = Chromaticities {
            red: [0.7347, 0.2653],
            green: [0.0, 1.0],
            blue: [0.0001, -0.077],
            white: [0.32168, 0.33767],
        };
        near(aces.luminance_weights(), [0.34397, 0.72817, -0.07213]);
    }

    #[test]
    fn no_colour_space_has_no_weights() {
        let of_line =
            Chromaticities { red: [0.1, 0.1], green: [0.2, 0.2], blue: [0.3, 0.3], white: [0.3, 0.3] };
        assert_eq!(of_line.luminance_weights(), None);
        let dark = Chromaticities { white: [0.3, 0.0], ..Chromaticities::default() };
        assert_eq!(dark.luminance_weights(), None);
    }

    /// Forwards as in OpenEXR's `RGBAtoYCA`, by exact numbers.
    #[test]
    fn what_was_stored_comes_back() {
        let weights = [0.25, 0.5, 0.25];
        let stored = |[red, green, blue]: [f32; 3]| {
            let y = red * weights[0] + green * weights[1] + blue * weights[2];
            [y, (red - y) / y, (blue - y) / y]
        };
        for rgb in [[1.0, 0.0, 1.0], [2.0, 0.5, 1.0], [0.0, 4.0, 8.0]] {
            assert_eq!(rgb_from_luminance_chroma(stored(rgb), weights), rgb);
        }
        assert_eq!(rgb_from_luminance_chroma([0.3, 0.0, -0.0], [0.2126, 0.7152, 0.0722]), [0.3; 3]);
    }
}
