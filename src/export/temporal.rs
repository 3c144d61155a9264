//! What maps over all frames say of themselves, in pictures and files.

use serde_json::json;

use super::map::MapCaption;
use crate::engine::{Content, TemporalMaps};
use crate::metric::NEVER;

/// How the channels of an EXR that tell frames have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameCode {
    /// FLOAT: the number; NaN for never.
    Float,
    /// UINT: the number, where an f32 cannot hold them all; [`NEVER`] for never.
    Uint,
    /// UINT: the place among all numbers of the run, from 0, where neither can; [`NEVER`] for never.
    Rank,
}

impl FrameCode {
    /// The first that can hold them all.
    pub fn of(numbers: &[Option<i64>]) -> Self {
        let all = |fits: fn(i64) -> bool| numbers.iter().all(|number| fits(number.unwrap_or(0)));
        if all(|number| i128::from(number) == (number as f32) as i128) {
            Self::Float
        } else if all(|number| u32::try_from(number).is_ok_and(|number| number != NEVER)) {
            Self::Uint
        } else {
            Self::Rank
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Float | Self::Uint => "number",
            Self::Rank => "rank",
        }
    }
}

/// The rule and who is compared, as a map of one frame says it.
pub(super) fn caption(maps: &TemporalMaps<'_>) -> Option<MapCaption> {
    let Content::Delta { reference, rule, .. } = maps.content else { return None };
    Some(MapCaption {
        aov: maps.aov.to_owned(),
        candidate: maps.sequence.to_owned(),
        reference: reference.to_owned(),
        frame: None,
        rule,
    })
}

/// Which frames: `24 frames (1–24)`.
pub(super) fn frames(maps: &TemporalMaps<'_>) -> String {
    let count = maps.frames;
    let plural = if count == 1 { "" } else { "s" };
    let ends = (maps.numbers.iter().flatten().next(), maps.numbers.iter().flatten().next_back());
    match ends {
        (Some(first), Some(last)) if first != last => format!("{count} frame{plural} ({first}–{last})"),
        (Some(only), _) => format!("{count} frame{plural} ({only})"),
        _ => format!("{count} frame{plural}"),
    }
}

/// For people who meet the file.
pub(super) fn comments(maps: &TemporalMaps<'_>) -> String {
    match caption(maps) {
        Some(caption) => {
            let (who, what) = (caption.subtitle(), caption.quantity());
            format!("{} · delta over {}: {who}; {what}", maps.aov, frames(maps))
        }
        None => format!("{} · values over {}: {}", maps.aov, frames(maps), maps.sequence),
    }
}

/// For programs that meet the file: JSON.
pub(super) fn facts(maps: &TemporalMaps<'_>) -> String {
    let number = |number: Option<&Option<i64>>| number.copied().flatten();
    let mut facts = json!({
        "schema": "aovscope-temporal",
        "version": 1,
        "kind": "values",
        "sequence": maps.sequence,
        "aov": maps.aov,
        "frames": maps.frames,
        "first_frame": number(maps.numbers.first()),
        "last_frame": number(maps.numbers.last()),
    });
    if let Content::Delta { reference, rule, .. } = &maps.content {
        facts["kind"] = "delta".into();
        facts["reference"] = (*reference).into();
        facts["metric"] = rule.metric.name().into();
        facts["tol_abs"] = rule.abs.into();
        facts["tol_rel"] = rule.rel.into();
        facts["floor"] = rule.floor.into();
        facts["frame_channels"] = FrameCode::of(maps.numbers).name().into();
    }
    facts.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_as_numbers_as_long_as_a_channel_can_hold_them() {
        let code = |numbers: &[i64]| FrameCode::of(&numbers.iter().copied().map(Some).collect::<Vec<_>>());
        assert_eq!(code(&[-7, 0, 1 << 24, 1 << 40]), FrameCode::Float);
        assert_eq!(code(&[1, (1 << 24) + 1]), FrameCode::Uint);
        assert_eq!(code(&[20_261_124, 20_261_125]), FrameCode::Uint, "dates");
        assert_eq!(code(&[-1, (1 << 24) + 1]), FrameCode::Rank);
        assert_eq!(code(&[1, i64::from(u32::MAX)]), FrameCode::Rank);
        assert_eq!(code(&[i64::MAX]), FrameCode::Rank);
        assert_eq!(FrameCode::of(&[None]), FrameCode::Float);
    }
}
