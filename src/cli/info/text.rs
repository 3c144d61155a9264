//! The report of `aovscope info` for people.

use std::io::{self, Write};

use super::report::{CryptomatteReport, ImageReport, Report, SequenceReport};
use crate::image::{Aov, FileFormat, ImageInfo, PartInfo, PartLayout};

/// Writes the sequences one below the other, a blank line between them.
pub(super) fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for (index, sequence) in report.sequences.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write_sequence(sequence, out)?;
    }
    if !report.skipped.is_empty() {
        writeln!(out, "\nskipped")?;
    }
    for skipped in &report.skipped {
        writeln!(out, "  {}: {}", skipped.path.display(), skipped.reason)?;
    }
    Ok(())
}

fn write_sequence(sequence: &SequenceReport, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", sequence.name)?;
    line(out, "files", &sequence.pattern)?;
    line(out, "frames", &frames(sequence))?;
    if !sequence.gaps.is_empty() {
        line(out, "missing", &gaps(sequence))?;
    }
    match &sequence.image {
        Some(image) => write_image(image, out)?,
        None => line(out, "image", "no frame can be read")?,
    }
    for change in &sequence.changes {
        line(out, "changes", &format!("{}: {}", frame(change.frame), change.what.join("; ")))?;
    }
    for unfinished in &sequence.incomplete {
        line(out, "incomplete", &format!("{}: {}", frame(unfinished.frame), unfinished.reason))?;
    }
    for broken in &sequence.unreadable {
        line(out, "unreadable", &format!("{}: {}", frame(broken.frame), broken.reason))?;
    }
    Ok(())
}

fn write_image(image: &ImageReport, out: &mut impl Write) -> io::Result<()> {
    let info = &image.info;
    for (index, part) in info.parts.iter().enumerate() {
        let label = if info.parts.len() > 1 { format!("part {index}") } else { "image".to_owned() };
        line(out, &label, &part_text(info.format, part))?;
        for note in &part.notes {
            line(out, "", &format!("note: {note}"))?;
        }
        if let Some(reason) = &part.unreadable {
            line(out, "", &format!("its pixels cannot be read: {reason}"))?;
        }
    }
    line(out, "AOVs", &aov_heading(image))?;
    write_aovs(info, out)?;
    for told in &image.cryptomattes {
        line(out, "objects", &objects_text(told))?;
    }
    Ok(())
}

/// `160 x 90, EXR ZIP, scan lines`, and the windows where they differ.
fn part_text(format: FileFormat, part: &PartInfo) -> String {
    let display = part.display_window;
    let mut text = format!("{} x {}, ", display.width, display.height);
    text += &match format {
        FileFormat::Exr => format!("EXR {}, {}", part.compression, layout(part.layout)),
        FileFormat::Png => "PNG".to_owned(),
        FileFormat::Jpeg => "JPEG".to_owned(),
    };
    if part.data_window != display {
        text += &format!(", data window {}, display window {display}", part.data_window);
    }
    if let Some(name) = &part.name {
        text += &format!(", named {name:?}");
    }
    if let Some(view) = &part.view {
        text += &format!(", view {view:?}");
    }
    text
}

const fn layout(layout: PartLayout) -> &'static str {
    match layout {
        PartLayout::ScanLine => "scan lines",
        PartLayout::Tiled => "tiles",
        PartLayout::DeepScanLine => "deep scan lines",
        PartLayout::DeepTiled => "deep tiles",
    }
}

fn aov_heading(image: &ImageReport) -> String {
    let channels: usize = image.info.parts.iter().map(|part| part.channels.len()).sum();
    let plural = if channels == 1 { "channel" } else { "channels" };
    let seen = image.frame.map_or_else(String::new, |number| format!(", as in frame {number}"));
    format!("{} ({channels} {plural}{seen})", image.info.aovs.len())
}

/// Most letters of names of objects that the text gives; the JSON has all names.
const MOST_LETTERS: usize = 120;

/// `ViewLayer.CryptoObject: 7 with names: Ball, Cube ...`.
fn objects_text(told: &CryptomatteReport) -> String {
    let name = &told.name;
    match (&told.problem, told.objects) {
        (Some(problem), _) => problem.clone(),
        (None, None | Some(0)) => format!("{name}: none has a name"),
        (None, Some(count)) => {
            let mut names: Vec<&str> = told.names.iter().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            let mut room = MOST_LETTERS;
            let fits = names.iter().take_while(|name| {
                let fits = name.chars().count() <= room;
                room = room.saturating_sub(name.chars().count() + 2);
                fits
            });
            let listed: Vec<String> = fits.map(|name| listed_name(name)).collect();
            let more = if listed.len() < names.len() { " ..." } else { "" };
            format!("{name}: {count} with names: {}{more}", listed.join(", "))
        }
    }
}

/// A name in a list; in quotes where it would seem several, or has letters that are not seen.
fn listed_name(name: &str) -> String {
    let is_plain = !name.contains([',', '"']) && name.trim() == name && !name.chars().any(char::is_control);
    if is_plain { name.to_owned() } else { format!("{name:?}") }
}

/// A table: key, kind, channels, types.
fn write_aovs(info: &ImageInfo, out: &mut impl Write) -> io::Result<()> {
    let rows: Vec<[String; 4]> = info.aovs.iter().map(row).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    for [key, kind, channels, types] in &rows {
        let [a, b, c] = widths;
        writeln!(out, "    {key:a$}  {kind:b$}  {channels:c$}  {types}")?;
    }
    Ok(())
}

fn row(aov: &Aov) -> [String; 4] {
    let names: Vec<_> = aov.channels.iter().map(|channel| channel.name.as_str()).collect();
    let mut types: Vec<_> = aov.channels.iter().map(|channel| channel.sample_type.name()).collect();
    types.dedup();
    let types = if types.len() == 1 {
        types[0].to_owned()
    } else {
        aov.channels.iter().map(|channel| channel.sample_type.name()).collect::<Vec<_>>().join(" ")
    };
    [aov.key.clone(), aov.kind.name().to_owned(), names.join(" "), types]
}

fn frames(sequence: &SequenceReport) -> String {
    let mut notes = Vec::new();
    if sequence.frames > 1 {
        notes.push(format!("{} frames", sequence.frames));
    }
    // One file says so in a line of its own.
    if sequence.frames > 1 && !sequence.incomplete.is_empty() {
        notes.push(format!("{} of them incomplete", sequence.incomplete.len()));
    }
    match sequence.frames {
        1 if sequence.first.is_none() => "one file without a number".to_owned(),
        1 => sequence.ranges.clone(),
        _ => format!("{} ({})", sequence.ranges, notes.join(", ")),
    }
}

fn gaps(sequence: &SequenceReport) -> String {
    let run = |&(first, last): &(i64, i64)| {
        if first == last { first.to_string() } else { format!("{first} to {last}") }
    };
    sequence.gaps.iter().map(run).collect::<Vec<_>>().join(", ")
}

fn frame(number: Option<i64>) -> String {
    number.map_or_else(|| "the file".to_owned(), |number| format!("frame {number}"))
}

fn line(out: &mut impl Write, label: &str, text: &str) -> io::Result<()> {
    writeln!(out, "  {label:<10}  {text}")
}

#[cfg(test)]
mod tests {
    use super::super::Unfinished;
    use super::*;

    #[test]
    fn incomplete_frames_are_counted_and_told() {
        let unfinished = |number| Unfinished {
            frame: Some(number),
            path: format!("a.{number}.exr").into(),
            reason: "3 of 8 blocks are not there".into(),
        };
        let sequence = SequenceReport {
            name: "a".into(),
            pattern: "a.#.exr".into(),
            frames: 9,
            first: Some(1),
            last: Some(9),
            step: 1,
            ranges: "1-9".into(),
            gaps: Vec::new(),
            image: None,
            changes: Vec::new(),
            unreadable: Vec::new(),
            incomplete: vec![unfinished(3), unfinished(9)],
        };
        let mut out = Vec::new();
        let report = Report::new(vec![sequence], Vec::new());
        write(&report, &mut out).expect("memory takes all");
        let text = String::from_utf8(out).expect("text");
        assert!(text.contains("  frames      1-9 (9 frames, 2 of them incomplete)\n"), "{text}");
        assert!(text.contains("  incomplete  frame 9: 3 of 8 blocks are not there\n"), "{text}");
        assert!(!report.is_complete());
    }
}
