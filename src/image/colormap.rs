//! Colour maps: one number becomes a colour.

mod stops;

use serde::{Deserialize, Serialize};

use stops::{BR_BG, COOLWARM, ICE_FIRE, PU_OR, RD_BU};

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
    /// Black to white through all hues, lightness growing evenly.
    Cubehelix,
    /// Dark to pale blue, one hue.
    Blues,
    /// Dark blue over green to pale yellow: ColorBrewer's YlGnBu from its dark end.
    YlGnBu,
    /// Dark red over orange to pale yellow: ColorBrewer's YlOrRd from its dark end.
    YlOrRd,
    /// Diverging with a dark neutral centre: blue below, orange above. The default of signed
    /// values: where nothing changed it is as quiet as the magnitudes' zero.
    IceFire,
    /// Diverging with a light grey centre: blue below, red above.
    Coolwarm,
    /// ColorBrewer's blue over white to red, safe for colour-blind eyes.
    RdBu,
    /// ColorBrewer's purple over white to orange, safe for colour-blind eyes.
    PuOr,
    /// ColorBrewer's teal over white to brown, safe for colour-blind eyes.
    BrBg,
}

impl ColorMap {
    /// All maps, in the order in which they are offered: sequential, then diverging.
    pub const ALL: [Self; 16] = [
        Self::Inferno,
        Self::Magma,
        Self::Plasma,
        Self::Viridis,
        Self::Cividis,
        Self::Turbo,
        Self::Grey,
        Self::Cubehelix,
        Self::Blues,
        Self::YlGnBu,
        Self::YlOrRd,
        Self::IceFire,
        Self::Coolwarm,
        Self::RdBu,
        Self::PuOr,
        Self::BrBg,
    ];

    /// Where on a map a change begins that is next to nothing, of the way from its zero to its end:
    /// never as dark as no change.
    pub const LEAST_CHANGE: f64 = 0.16;

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
            Self::Cubehelix => "cubehelix",
            Self::Blues => "blues",
            Self::YlGnBu => "ylgnbu",
            Self::YlOrRd => "ylorrd",
            Self::IceFire => "icefire",
            Self::Coolwarm => "coolwarm",
            Self::RdBu => "rdbu",
            Self::PuOr => "puor",
            Self::BrBg => "brbg",
        }
    }

    /// What it is good for, in a line.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Inferno => "Black over red to pale yellow, even steps, safe for colour-blind eyes",
            Self::Magma => "Black over purple to pale pink, even steps, safe for colour-blind eyes",
            Self::Plasma => "Blue over pink to yellow, even steps",
            Self::Viridis => "Blue over green to yellow, even steps, safe for colour-blind eyes",
            Self::Cividis => "Blue to yellow, nearly the same for colour-blind eyes",
            Self::Turbo => "Rainbow: most tones, no order of lightness",
            Self::Grey => "Black to white",
            Self::Cubehelix => "Black to white through all hues: right in grey print",
            Self::Blues => "Dark to pale blue, one hue, safe for colour-blind eyes",
            Self::YlGnBu => "Dark blue over green to pale yellow, safe for colour-blind eyes",
            Self::YlOrRd => "Dark red over orange to pale yellow, safe for colour-blind eyes",
            Self::IceFire => "Blue below, orange above, dark in the middle, safe for colour-blind eyes",
            Self::Coolwarm => "Blue below, red above, light in the middle",
            Self::RdBu => "Blue below, red above, white in the middle, safe for colour-blind eyes",
            Self::PuOr => "Purple below, orange above, white in the middle, safe for colour-blind eyes",
            Self::BrBg => "Teal below, brown above, white in the middle, safe for colour-blind eyes",
        }
    }

    /// The map of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|map| map.name() == name)
    }

    /// Whether its middle stands for zero.
    pub const fn is_diverging(self) -> bool {
        matches!(self, Self::IceFire | Self::Coolwarm | Self::RdBu | Self::PuOr | Self::BrBg)
    }

    /// The colour of a change at `position` (0..=1) of a [`super::DisplayRange`] that is signed where the
    /// map is diverging: what lies next to the map's zero is left out, so that the least change stands
    /// out from none.
    pub fn of_change(self, position: f64) -> [u8; 4] {
        self.color(self.lifted(position))
    }

    /// Where on the map the change at `position` of a range stands.
    pub fn lifted(self, position: f64) -> f64 {
        let lift = |way: f64| Self::LEAST_CHANGE + (1.0 - Self::LEAST_CHANGE) * way;
        if self.is_diverging() {
            let side = 2.0 * position - 1.0;
            0.5 + 0.5 * lift(side.abs()).copysign(side)
        } else {
            lift(position)
        }
    }

    /// The map as 256 opaque colours, RGBA, encoded as sRGB: entry i stands for i / 255.
    pub fn lut(self) -> [[u8; 4]; 256] {
        std::array::from_fn(|i| self.color(i as f64 / 255.0))
    }

    /// The colour at `position` (clamped to 0..=1; NaN counts as 0), RGBA, encoded as sRGB.
    pub fn color(self, position: f64) -> [u8; 4] {
        let position = if position.is_nan() { 0.0 } else { position.clamp(0.0, 1.0) };
        // ColorBrewer's maps run the other way round.
        let (gradient, position) = match self {
            Self::Inferno => (colorous::INFERNO, position),
            Self::Magma => (colorous::MAGMA, position),
            Self::Plasma => (colorous::PLASMA, position),
            Self::Viridis => (colorous::VIRIDIS, position),
            Self::Cividis => (colorous::CIVIDIS, position),
            Self::Turbo => (colorous::TURBO, position),
            Self::Grey => {
                let grey = (position * 255.0).round() as u8;
                return [grey, grey, grey, 255];
            }
            Self::Cubehelix => (colorous::CUBEHELIX, position),
            Self::Blues => (colorous::BLUES, 1.0 - position),
            Self::YlGnBu => (colorous::YELLOW_GREEN_BLUE, 1.0 - position),
            Self::YlOrRd => (colorous::YELLOW_ORANGE_RED, 1.0 - position),
            Self::IceFire => return between(&ICE_FIRE, position),
            Self::Coolwarm => return between(&COOLWARM, position),
            Self::BrBg => return between(&BR_BG, position),
            Self::PuOr => return between(&PU_OR, position),
            Self::RdBu => return between(&RD_BU, position),
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
        let uneven = [ColorMap::Turbo, ColorMap::Plasma];
        for map in ColorMap::ALL.into_iter().filter(|map| !map.is_diverging() && !uneven.contains(map)) {
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
    fn the_least_change_stands_out_from_none() {
        for map in ColorMap::ALL {
            let zero = if map.is_diverging() { 0.5 } else { 0.0 };
            let [none, least] = [map.color(zero), map.of_change(zero)];
            assert!((0..3).any(|c| none[c].abs_diff(least[c]) >= 9), "{map:?}: {none:?} {least:?}");
            assert_eq!(map.of_change(1.0), map.color(1.0));
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
