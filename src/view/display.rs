//! How pictures and deltas become colours: the same for all shown sequences.

use serde::{Deserialize, Serialize};

use super::View;
use crate::image::{AovKind, ColorMap, Scale};
use crate::metric::Metric;

/// Most sequences side by side.
const MOST_TILES: usize = 4;

/// Largest offset either way: the whole way from black to white.
const OFFSET: f32 = 1.0;
/// Least and largest gamma.
const GAMMA: (f32, f32) = (0.2, 5.0);
/// Where gamma begins when it is first asked for: nearest to the sRGB curve.
const FIRST_GAMMA: f32 = 2.2;

/// The curve from light to the values of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Curve {
    /// sRGB, for light; what is no light is shown in proportion.
    Srgb,
    /// v^(1/g), for everything.
    Gamma(f32),
    /// In proportion.
    Linear,
}

/// Which channels are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Isolate {
    /// The picture.
    All,
    /// The one of that index alone, in grey.
    Channel(usize),
    /// Luminance of red, green and blue, in grey.
    Luminance,
}

/// What is seen below a difference, dimmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// The reference.
    Reference,
    /// The candidate.
    Candidate,
    /// Nothing.
    Black,
}

impl Ground {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Reference, Self::Candidate, Self::Black];

    /// The name on the button.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reference => "Reference",
            Self::Candidate => "Candidate",
            Self::Black => "Black",
        }
    }
}

/// Something that is drawn or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Stripes where the screen cannot show how bright or dark a pixel is.
    Clipped,
    /// Colours for NaN and the infinities; else they are black, white and black.
    NonFinite,
    /// Borders of the display window, and of the data windows that differ from it.
    Windows,
    /// The difference beside the sequences, side by side.
    DifferenceTile,
}

/// How pictures and deltas become colours.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Display {
    /// Added after the exposure, before the curve; 1 is the way from black to white.
    pub offset: f32,
    /// The curve.
    pub curve: Curve,
    /// Which channels are seen.
    pub isolate: Isolate,
    /// Whether clipped pixels are striped.
    pub clipped: bool,
    /// Whether NaN and the infinities have colours of their own.
    pub non_finite: bool,
    /// Whether the borders of windows are drawn.
    pub windows: bool,
    /// Whether the difference is a tile of its own, side by side.
    pub difference_tile: bool,
    /// What is seen below a difference.
    pub ground: Ground,
    /// How the values of a delta are spread over its colours.
    pub scale: Scale,
    /// Colours of deltas without a sign; `None`: the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub magnitude_map: Option<ColorMap>,
    /// Colours of deltas with a sign, diverging; `None`: the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_map: Option<ColorMap>,
}

impl Default for Display {
    fn default() -> Self {
        Self {
            offset: 0.0,
            curve: Curve::Srgb,
            isolate: Isolate::All,
            clipped: false,
            non_finite: true,
            windows: true,
            difference_tile: false,
            ground: Ground::Reference,
            scale: Scale::Linear,
            magnitude_map: None,
            signed_map: None,
        }
    }
}

/// A wish of the user about the display.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DisplayAction {
    /// Offset.
    SetOffset(f32),
    /// Add to the offset.
    AddOffset(f32),
    /// The curve.
    SetCurve(Curve),
    /// Add to gamma, from 2.2 where there is none yet.
    AddGamma(f32),
    /// See these channels, or all where they are seen already.
    ToggleIsolate(Isolate),
    /// See these channels.
    Isolate(Isolate),
    /// See the channel after that which is seen, of those that the shown AOV has.
    NextChannel,
    /// Draw something, or no longer.
    Toggle(Mark),
    /// What is seen below a difference.
    SetGround(Ground),
    /// How the values of a delta are spread.
    SetScale(Scale),
    /// The scale after the present one.
    NextScale,
    /// The colours of deltas that are signed where it is diverging.
    SetMap(ColorMap),
    /// The default colours again.
    DefaultMaps,
    /// The metric `signed` for `abs`, or the other way.
    ToggleSign,
    /// The picture as at the start.
    ResetPicture,
}

impl Display {
    /// Does what the user asked for, as far as it is of the display alone.
    pub fn apply(&mut self, action: DisplayAction) {
        match action {
            DisplayAction::SetOffset(offset) => self.set_offset(offset),
            DisplayAction::AddOffset(by) => self.set_offset(self.offset + by),
            DisplayAction::SetCurve(curve) => self.set_curve(curve),
            DisplayAction::AddGamma(by) => {
                self.set_curve(Curve::Gamma(match self.curve {
                    Curve::Gamma(gamma) => gamma + by,
                    Curve::Srgb => FIRST_GAMMA,
                    Curve::Linear => 1.0 + by,
                }));
            }
            DisplayAction::ToggleIsolate(isolate) if self.isolate == isolate => self.isolate = Isolate::All,
            DisplayAction::ToggleIsolate(isolate) | DisplayAction::Isolate(isolate) => self.isolate = isolate,
            DisplayAction::Toggle(Mark::Clipped) => self.clipped = !self.clipped,
            DisplayAction::Toggle(Mark::NonFinite) => self.non_finite = !self.non_finite,
            DisplayAction::Toggle(Mark::Windows) => self.windows = !self.windows,
            DisplayAction::Toggle(Mark::DifferenceTile) => self.difference_tile = !self.difference_tile,
            DisplayAction::SetGround(ground) => self.ground = ground,
            DisplayAction::SetScale(scale) => self.scale = scale,
            DisplayAction::NextScale => {
                let place = Scale::ALL.iter().position(|scale| *scale == self.scale);
                self.scale = Scale::ALL[place.map_or(0, |place| (place + 1) % Scale::ALL.len())];
            }
            DisplayAction::SetMap(map) if map.is_diverging() => self.signed_map = Some(map),
            DisplayAction::SetMap(map) => self.magnitude_map = Some(map),
            DisplayAction::DefaultMaps => (self.magnitude_map, self.signed_map) = (None, None),
            // These need to know the AOV.
            DisplayAction::ToggleSign | DisplayAction::NextChannel => {}
            DisplayAction::ResetPicture => {
                let start = Self::default();
                (self.offset, self.curve, self.isolate) = (start.offset, start.curve, start.isolate);
                self.clipped = start.clipped;
            }
        }
    }

    /// The same with what no user can choose brought to what is nearest: from a file.
    #[must_use]
    pub fn sound(self) -> Self {
        let mut sound = Self { offset: 0.0, curve: Curve::Srgb, ..self };
        sound.set_offset(self.offset);
        sound.set_curve(self.curve);
        sound.magnitude_map = self.magnitude_map.filter(|map| !map.is_diverging());
        sound.signed_map = self.signed_map.filter(|map| map.is_diverging());
        sound
    }

    /// The colours of a delta.
    pub fn map(&self, signed: bool) -> ColorMap {
        let chosen = if signed { self.signed_map } else { self.magnitude_map };
        chosen.unwrap_or(ColorMap::for_delta(signed))
    }

    /// Whether pictures are shown as at the start, exposure apart.
    pub fn is_plain(&self) -> bool {
        self.offset == 0.0 && self.curve == Curve::Srgb && self.isolate == Isolate::All && !self.clipped
    }

    fn set_offset(&mut self, offset: f32) {
        if offset.is_finite() {
            // Steps of a tenth shall meet 0 again.
            self.offset = (offset.clamp(-OFFSET, OFFSET) * 1e4).round() / 1e4;
        }
    }

    fn set_curve(&mut self, curve: Curve) {
        match curve {
            Curve::Gamma(gamma) if !gamma.is_finite() => {}
            Curve::Gamma(gamma) => {
                let rounded = (gamma.clamp(GAMMA.0, GAMMA.1) * 1e3).round() / 1e3;
                self.curve = Curve::Gamma(rounded);
            }
            other => self.curve = other,
        }
    }
}

impl View {
    /// Does what the user asked for.
    pub(super) fn apply_to_display(&mut self, action: DisplayAction) {
        self.display.apply(action);
        match action {
            DisplayAction::ResetPicture => self.exposure = 0.0,
            DisplayAction::NextChannel => {
                let (offered, present) = (self.isolations(), self.isolated());
                let after = offered.iter().skip_while(|(isolate, _)| *isolate != present).nth(1);
                self.display.isolate = after.map_or(Isolate::All, |(isolate, _)| *isolate);
            }
            DisplayAction::ToggleSign => match self.rule().metric {
                Metric::Abs => self.set_metric(Some(Metric::Signed)),
                Metric::Signed => self.set_metric(Some(Metric::Abs)),
                // The others have no sign to show or to leave out.
                _ => {}
            },
            _ => {}
        }
    }

    /// Channels of the shown AOV that can be seen alone, with their names; all of them first.
    pub fn isolations(&self) -> Vec<(Isolate, String)> {
        let mut offered = vec![(Isolate::All, "All".to_owned())];
        let kind = self.kind();
        let Some(entry) = self.aov_entry().filter(|_| !matches!(kind, AovKind::Id | AovKind::Cryptomatte))
        else {
            return offered;
        };
        if entry.channels.len() > 1 {
            let channels = entry.channels.iter().take(4).enumerate();
            offered.extend(channels.map(|(index, name)| (Isolate::Channel(index), name.clone())));
        }
        if kind == AovKind::Colour && entry.channels.len() >= 3 {
            offered.push((Isolate::Luminance, "Luminance".to_owned()));
        }
        offered
    }

    /// What is seen of the shown AOV: a channel that it does not have cannot be seen alone.
    pub fn isolated(&self) -> Isolate {
        let offered = self.isolations().into_iter().map(|(isolate, _)| isolate);
        offered.into_iter().find(|isolate| *isolate == self.display.isolate).unwrap_or(Isolate::All)
    }

    /// Candidates beside reference and shown candidate, for which there is a tile side by side.
    pub fn others(&self) -> Vec<usize> {
        let others = self.candidates().into_iter().filter(|index| Some(*index) != self.candidate);
        others.take(MOST_TILES - 2).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(actions: &[DisplayAction]) -> Display {
        let mut display = Display::default();
        actions.iter().for_each(|action| display.apply(*action));
        display
    }

    #[test]
    fn gamma_begins_near_the_srgb_curve_and_stays_sane() {
        let step = DisplayAction::AddGamma(0.1);
        assert_eq!(after(&[step]).curve, Curve::Gamma(2.2));
        assert_eq!(after(&[step, step]).curve, Curve::Gamma(2.3));
        assert_eq!(after(&[DisplayAction::SetCurve(Curve::Linear), step]).curve, Curve::Gamma(1.1));
        for (asked, got) in [(0.0, 0.2), (-3.0, 0.2), (99.0, 5.0)] {
            assert_eq!(after(&[DisplayAction::SetCurve(Curve::Gamma(asked))]).curve, Curve::Gamma(got));
        }
        assert_eq!(after(&[DisplayAction::SetCurve(Curve::Gamma(f32::NAN))]).curve, Curve::Srgb);
    }

    #[test]
    fn steps_of_the_offset_come_back_to_zero() {
        let (up, down) = (DisplayAction::AddOffset(0.1), DisplayAction::AddOffset(-0.1));
        assert_eq!(after(&[up, up, up, down, down, down]).offset, 0.0);
        assert_eq!(after(&[DisplayAction::SetOffset(7.0)]).offset, 1.0);
        assert_eq!(after(&[DisplayAction::SetOffset(f32::NAN)]).offset, 0.0);
    }

    #[test]
    fn a_channel_asked_for_again_gives_the_picture_back() {
        let alpha = DisplayAction::ToggleIsolate(Isolate::Channel(3));
        assert_eq!(after(&[alpha]).isolate, Isolate::Channel(3));
        assert_eq!(after(&[alpha, alpha]).isolate, Isolate::All);
        let luminance = DisplayAction::ToggleIsolate(Isolate::Luminance);
        assert_eq!(after(&[alpha, luminance]).isolate, Isolate::Luminance);
    }

    #[test]
    fn scales_follow_each_other_round() {
        let next = DisplayAction::NextScale;
        assert_eq!(after(&[next]).scale, Scale::Log);
        assert_eq!(after(&[next, next]).scale, Scale::SymLog);
        assert_eq!(after(&[next, next, next]).scale, Scale::Linear);
    }

    #[test]
    fn signed_deltas_have_diverging_colours_and_others_have_not() {
        let display =
            after(&[DisplayAction::SetMap(ColorMap::PuOr), DisplayAction::SetMap(ColorMap::Cividis)]);
        assert_eq!((display.map(true), display.map(false)), (ColorMap::PuOr, ColorMap::Cividis));
        let display = after(&[DisplayAction::SetMap(ColorMap::PuOr), DisplayAction::DefaultMaps]);
        assert_eq!((display.map(true), display.map(false)), (ColorMap::IceFire, ColorMap::Inferno));
        for signed in [true, false] {
            assert_eq!(display.map(signed).is_diverging(), signed);
        }
    }

    #[test]
    fn reset_gives_the_picture_back_and_keeps_the_colours_of_deltas() {
        let display = after(&[
            DisplayAction::SetOffset(0.5),
            DisplayAction::SetCurve(Curve::Linear),
            DisplayAction::Isolate(Isolate::Luminance),
            DisplayAction::Toggle(Mark::Clipped),
            DisplayAction::SetScale(Scale::Log),
            DisplayAction::ResetPicture,
        ]);
        assert!(display.is_plain());
        assert_eq!(display, Display { scale: Scale::Log, ..Display::default() });
    }
}
