//! Curves as SVG: lines that stay sharp in a report.

use std::io::{self, Write};
use std::path::Path;

use super::atomic::{Error, write_file};
use super::canvas::Rgb;
use super::curves::{Anchor, CurveStyle, Mark, WIDTH, draw};
use crate::engine::Series;

/// Of a line of text: the size of the font, and how far its baseline is from the top.
const FONT: (f64, f64) = (0.87, 0.81);

/// Writes the curves of `series` to the SVG file `path`, whole or not at all. A gap is a gap: every run
/// of frames with values is a line of its own, with sequence and channel as its title.
///
/// # Errors
/// When the file cannot be written.
pub fn export_curves_svg(series: &Series, style: &CurveStyle, path: &Path) -> Result<(), Error> {
    write_file(path, |file| write_svg(series, style, file))
}

fn write_svg(series: &Series, style: &CurveStyle, mut out: impl Write) -> io::Result<()> {
    let drawing = draw(series, style);
    let height = drawing.height;
    writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" font-family="Ubuntu, 'Segoe UI', 'Helvetica Neue', sans-serif">"#
    )?;
    writeln!(out, r#"<rect width="100%" height="100%" fill="{}"/>"#, hex(drawing.background))?;
    for mark in &drawing.marks {
        write_mark(mark, &mut out)?;
    }
    writeln!(out, "</svg>")
}

fn write_mark(mark: &Mark, out: &mut impl Write) -> io::Result<()> {
    match mark {
        Mark::Line { points, colour, width, dash, title } => {
            let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.2},{y:.2}")).collect();
            write!(out, r#"<polyline points="{}" fill="none" stroke="{}""#, points.join(" "), hex(*colour))?;
            write!(out, r#" stroke-width="{width}" stroke-linejoin="round""#)?;
            if !dash.is_empty() {
                let dash: Vec<String> = dash.iter().map(f64::to_string).collect();
                write!(out, r#" stroke-dasharray="{}""#, dash.join(" "))?;
            }
            write_title("polyline", title, out)
        }
        Mark::Dot { at: (x, y), radius, colour, title } => {
            write!(out, r#"<circle cx="{x:.2}" cy="{y:.2}" r="{radius}" fill="{}""#, hex(*colour))?;
            write_title("circle", title, out)
        }
        Mark::Area { at: (x, y), size: (width, height), colour } => {
            write!(out, r#"<rect x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{height:.2}""#)?;
            writeln!(out, r#" fill="{}"/>"#, hex(*colour))
        }
        Mark::Text { at: (x, y), size, colour, anchor, text } => {
            let (size, baseline) = (f64::from(*size) * FONT.0, y + f64::from(*size) * FONT.1);
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            write!(
                out,
                r#"<text x="{x:.2}" y="{baseline:.2}" font-size="{size:.2}" text-anchor="{anchor}""#
            )?;
            writeln!(out, r#" fill="{}">{}</text>"#, hex(*colour), escaped(text))
        }
    }
}

fn write_title(element: &str, title: &str, out: &mut impl Write) -> io::Result<()> {
    if title.is_empty() {
        writeln!(out, "/>")
    } else {
        writeln!(out, "><title>{}</title></{element}>", escaped(title))
    }
}

fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Text as XML takes it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
