//! Pixels and regions that are tracked.

use crate::engine::{Probe, ProbeShape};
use crate::image::Window;

/// What is tracked.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Tracking")]
pub struct ProbeArgs {
    /// Track the pixel X,Y (absolute image coordinates; may be repeated). LABEL=X,Y names it.
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true, value_parser = pixel)]
    pub pixel: Vec<Probe>,
    /// Track the rectangle X,Y,W,H (may be repeated). LABEL=X,Y,W,H names it.
    #[arg(long, value_name = "X,Y,W,H", allow_hyphen_values = true, value_parser = region)]
    pub region: Vec<Probe>,
}

impl ProbeArgs {
    /// Pixels first, then regions, each in the order given.
    pub fn probes(&self) -> Vec<Probe> {
        self.pixel.iter().chain(&self.region).cloned().collect()
    }
}

fn labelled(text: &str) -> (String, &str) {
    text.rsplit_once('=').map_or((String::new(), text), |(label, rest)| (label.to_owned(), rest))
}

fn numbers<const N: usize>(text: &str, form: &str) -> Result<[i32; N], String> {
    let parsed: Result<Vec<i32>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    let numbers = parsed.ok().and_then(|numbers| numbers.try_into().ok());
    numbers.ok_or_else(|| format!("{text:?} is not of the form {form} in whole pixels"))
}

fn pixel(text: &str) -> Result<Probe, String> {
    let (label, rest) = labelled(text);
    let [x, y] = numbers(rest, "X,Y")?;
    Ok(Probe { label, window: Window::new(x, y, 1, 1), shape: ProbeShape::Pixel })
}

fn region(text: &str) -> Result<Probe, String> {
    let (label, rest) = labelled(text);
    let [x, y, width, height] = numbers(rest, "X,Y,W,H")?;
    let size = |size: i32| u32::try_from(size).ok().filter(|&size| size > 0);
    let (Some(width), Some(height)) = (size(width), size(height)) else {
        return Err(format!("the region {rest:?} has no pixel: W and H must be at least 1"));
    };
    Ok(Probe { label, window: Window::new(x, y, width, height), shape: ProbeShape::Region })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_and_regions_may_lie_below_zero_and_bear_a_label() {
        let probe = pixel("hem=-3,7").expect("a pixel");
        assert_eq!((probe.label.as_str(), probe.window), ("hem", Window::new(-3, 7, 1, 1)));
        assert_eq!(region("1,2,3,4").expect("a region").window, Window::new(1, 2, 3, 4));
        assert!(pixel("1").is_err() && pixel("1,2,3").is_err() && pixel("1.5,2").is_err());
        assert!(region("1,2,0,4").is_err());
    }
}
