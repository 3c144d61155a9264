//! Colour maps: one number becomes a colour.

use serde::{Deserialize, Serialize};

/// A colour map, as named in matplotlib where it has the same name there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColorMap {
    /// Black over red to pale yellow: the default of magnitudes, whose zero shall be dark.
    Inferno,
    /// Black over purple to pale pink.
    Magma,
    /// Blue over pink to yellow, no dark end.
    Plasma,
    /// Blue over green to yellow, even in lightness.
    Viridis,
    /// Blue to yellow, nearly the same for colour-blind eyes.
    Cividis,
    /// Rainbow of even steps: most tones, no order of lightness.
    Turbo,
    /// Black to white.
    Grey,
    /// Diverging with a dark neutral centre: blue below, orange above. The default of signed
    /// values: where nothing changed it is as quiet as the magnitudes' zero.
    IceFire,
    /// Diverging with a light grey centre: blue below, red above.
    Coolwarm,
}

/// Negative to positive; lightness grows with the magnitude on both sides alike.
const ICE_FIRE: [[u8; 3]; 9] = [
    [0xc6, 0xf1, 0xff],
    [0x5f, 0xb4, 0xe6],
    [0x2c, 0x6f, 0xb5],
    [0x1b, 0x3a, 0x66],
    [0x16, 0x16, 0x1a],
    [0x66, 0x22, 0x1c],
    [0xb5, 0x43, 0x20],
    [0xf0, 0x8a, 0x37],
    [0xff, 0xe3, 0xb0],
];

/// Moreland's cool to warm map at every eighth. Source: K. Moreland, "Diverging Color Maps for
/// Scientific Visualization", 2009.
const COOLWARM: [[u8; 3]; 9] = [
    [0x3b, 0x4c, 0xc0],
    [0x62, 0x82, 0xea],
    [0x8d, 0xb0, 0xfe],
    [0xb8, 0xd0, 0xf9],
    [0xdd, 0xdd, 0xdd],
    [0xf5, 0xc4, 0xad],
    [0xf4, 0x9a, 0x7b],
    [0xde, 0x60, 0x4d],
    [0xb4, 0x04, 0x26],
];

impl ColorMap {
    /// All maps, in the order in which they are offered: sequential, then diverging.
    pub const ALL: [Self; 9] = [
        Self::Inferno,
        Self::Magma,
        Self::Plasma,
        Self::Viridis,
        Self::Cividis,
        Self::Turbo,
        Self::Grey,
        Self::IceFire,
        Self::Coolwarm,
    ];

    /// The map of a difference unless the user names one.
    pub const fn for_delta(signed: bool) -> Self {
        if signed { Self::IceFire } else { Self::Inferno }
    }

    /// The name used on the command line and in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inferno => "inferno",
            Self::Magma => "magma",
            Self::Plasma => "plasma",
            Self::Viridis => "viridis",
            Self::Cividis => "cividis",
            Self::Turbo => "turbo",
            Self::Grey => "grey",
            Self::IceFire => "icefire",
            Self::Coolwarm => "coolwarm",
        }
    }

    /// The map of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|map| map.name() == name)
    }

    /// Whether its middle stands for zero.
    pub const fn is_diverging(self) -> bool {
        matches!(self, Self::IceFire | Self::Coolwarm)
    }

    /// The map as 256 opaque colours, RGBA, encoded as sRGB: entry i stands for i / 255.
    pub fn lut(self) -> [[u8; 4]; 256] {
        std::array::from_fn(|i| self.color(i as f64 / 255.0))
    }

    /// The colour at `position` (clamped to 0..=1; NaN counts as 0), RGBA, encoded as sRGB.
    pub fn color(self, position: f64) -> [u8; 4] {
        let position = if position.is_nan() { 0.0 } else { position.clamp(0.0, 1.0) };
        let gradient = match self {
            Self::Inferno => colorous::INFERNO,
            Self::Magma => colorous::MAGMA,
            Self::Plasma => colorous::PLASMA,
            Self::Viridis => colorous::VIRIDIS,
            Self::Cividis => colorous::CIVIDIS,
            Self::Turbo => colorous::TURBO,
            Self::Grey => {
                let grey = (position * 255.0).round() as u8;
                return [grey, grey, grey, 255];
            }
            Self::IceFire => return between(&ICE_FIRE, position),
            Self::Coolwarm => return between(&COOLWARM, position),
        };
        let color = gradient.eval_continuous(position);
        [color.r, color.g, color.b, 255]
    }
}

/// Between evenly spaced sRGB-encoded stops, mixed as encoded.
fn between(stops: &[[u8; 3]; 9], position: f64) -> [u8; 4] {
    let at = position * (stops.len() - 1) as f64;
    let low = (at as usize).min(stops.len() - 2);
    let share = at - low as f64;
    let mix = |c: usize| {
        let (a, b) = (f64::from(stops[low][c]), f64::from(stops[low + 1][c]));
        (a + (b - a) * share).round() as u8
    };
    [mix(0), mix(1), mix(2), 255]
}

#[cfg(test)]
mod tests {
    use super::ColorMap;

    fn luma(color: [u8; 4]) -> f64 {
        let [r, g, b, _] = color.map(f64::from);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn names_lead_back_to_their_map() {
        for map in ColorMap::ALL {
            assert_eq!(ColorMap::from_name(map.name()), Some(map));
            let json = serde_json::to_string(&map).expect("a name");
            assert_eq!(json, format!("{:?}", map.name()));
        }
        assert_eq!(ColorMap::from_name("jet"), None);
    }

    #[test]
    fn maps_of_magnitude_grow_lighter_and_start_dark() {
        for map in [ColorMap::Inferno, ColorMap::Magma, ColorMap::Viridis, ColorMap::Cividis] {
            let lut = map.lut();
            assert!(lut.windows(2).all(|w| luma(w[1]) >= luma(w[0]) - 1.0), "{map:?}");
        }
        assert!(luma(ColorMap::Inferno.color(0.0)) < 4.0);
        assert!(luma(ColorMap::Inferno.color(1.0)) > 200.0);
    }

    #[test]
    fn the_middle_of_diverging_maps_is_neutral_and_their_sides_are_not() {
        for map in ColorMap::ALL.into_iter().filter(|map| map.is_diverging()) {
            let spread = |c: [u8; 4]| c[..3].iter().max().copied().zip(c[..3].iter().min().copied());
            let (max, min) = spread(map.color(0.5)).expect("three numbers");
            assert!(max - min <= 4, "{map:?} has a coloured centre");
            let (low, high) = (map.color(0.25), map.color(0.75));
            assert!(low[2] > low[0] && high[0] > high[2], "{map:?}: blue below, red above");
        }
    }

    #[test]
    fn ice_and_fire_weigh_the_same() {
        for i in 0..=4 {
            let (cold, warm) = (ColorMap::IceFire.color(0.125 * f64::from(i)), f64::from(8 - i) * 0.125);
            let difference = luma(cold) - luma(ColorMap::IceFire.color(warm));
            assert!(difference.abs() < 16.0, "{i}: {difference}");
        }
    }

    #[test]
    fn positions_outside_take_the_ends() {
        for map in ColorMap::ALL {
            assert_eq!(map.color(-1.0), map.lut()[0]);
            assert_eq!(map.color(7.0), map.lut()[255]);
            assert_eq!(map.color(f64::NAN), map.lut()[0]);
        }
    }
}
