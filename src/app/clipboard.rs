//! Values as tab-separated text, for spreadsheets.

use super::App;
use crate::engine::Value;
use crate::export::number_text;
use crate::image::Sample;

/// A stored value by the shortest text that gives it back; unsigned integers as integers.
pub fn exact(sample: Sample) -> String {
    match sample {
        Sample::U32(k) => k.to_string(),
        other => number_text(other.to_f64()),
    }
}

/// The values of the pixel under the pointer, else those of the selected thing.
pub fn values(app: &App) -> Option<String> {
    under_pointer(app).or_else(|| {
        let selected = app.view.probes.selected()?.id;
        tracked(app, |id| id == selected)
    })
}

fn under_pointer(app: &App) -> Option<String> {
    let (x, y) = app.hover?;
    let [reference, candidate] = app.shown.values();
    let pixel = |plane: Option<&crate::image::Plane>, channel: &str| {
        let plane = plane?;
        let samples = &plane.channels[plane.channel_index(channel)?].samples;
        Some(samples.get(plane.index(x, y)?))
    };
    let aov = app.view.aov.as_deref().unwrap_or_default();
    let frame = app.shown.frame.unwrap_or(0);
    let mut text = "frame\taov\tchannel\tx\ty\treference\tcandidate\tdelta\n".to_owned();
    let mut any = false;
    for channel in &reference.or(candidate)?.channels {
        let name = &channel.name;
        let (b, a) = (pixel(reference, name), pixel(candidate, name));
        any |= a.is_some() || b.is_some();
        let delta = a.zip(b).map(|(a, b)| number_text(a.to_f64() - b.to_f64())).unwrap_or_default();
        let [b, a] = [b, a].map(|sample| sample.map(exact).unwrap_or_default());
        text.push_str(&format!("{frame}\t{aov}\t{name}\t{x}\t{y}\t{b}\t{a}\t{delta}\n"));
    }
    any.then_some(text)
}

/// The values of the tracked things that `chosen` names by their id, in the shown frame and all
/// sequences.
pub fn tracked(app: &App, chosen: impl Fn(u64) -> bool) -> Option<String> {
    let sweep = app.view.sweep.as_ref()?;
    let series = &sweep.series;
    let frame = series.frames.iter().position(|f| Some(*f) == app.view.playback.frame())?;
    let mut text = "sequence\tframe\taov\tchannel\tlabel\tx\ty\tw\th\tvalue\tdelta\n".to_owned();
    for (s, name) in series.sequences.iter().enumerate() {
        for (p, probe) in series.probes.iter().enumerate().filter(|(p, _)| chosen(sweep.probes[*p])) {
            for (c, channel) in series.channels.iter().enumerate() {
                let cell = series.cell(s, frame, p, c);
                let value = match cell.value {
                    Some(Value::Pixel(sample)) => exact(sample),
                    Some(value) => number_text(value.to_f64()),
                    None => String::new(),
                };
                let delta = cell.delta.map(number_text).unwrap_or_default();
                let w = probe.window;
                let place = format!("{}\t{}\t{}\t{}\t{}", probe.label, w.x, w.y, w.width, w.height);
                let (frame, aov, channel) = (series.frames[frame], &channel.aov, &channel.channel);
                text.push_str(&format!("{name}\t{frame}\t{aov}\t{channel}\t{place}\t{value}\t{delta}\n"));
            }
        }
    }
    Some(text)
}
