//! Bounds on what files may claim, from the command line.

use crate::codec::Limits;

use super::args::bytes;

/// Bounds checked before memory is taken: a damaged or hostile file is refused.
#[derive(Clone, Copy, Debug, clap::Args)]
#[command(next_help_heading = "Limits on files")]
pub struct LimitArgs {
    /// Refuse images of more pixels than this.
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_pixels)]
    pub max_pixels: u64,
    /// Refuse images of more channels in one part than this.
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_channels)]
    pub max_channels: usize,
    /// Refuse files whose headers are longer than this.
    #[arg(long, value_name = "SIZE", value_parser = bytes, default_value = "256MiB")]
    pub max_header: u64,
    /// Refuse to decode more than this of one file at once.
    #[arg(long, value_name = "SIZE", value_parser = bytes, default_value = "64GiB")]
    pub max_frame: u64,
    /// Refuse deep images of more samples than this.
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_samples)]
    pub max_samples: u64,
}

impl Default for LimitArgs {
    fn default() -> Self {
        let Limits { max_pixels, max_channels, max_header_bytes, max_bytes, max_samples } = Limits::default();
        Self { max_pixels, max_channels, max_header: max_header_bytes, max_frame: max_bytes, max_samples }
    }
}

impl From<LimitArgs> for Limits {
    fn from(args: LimitArgs) -> Self {
        let LimitArgs { max_pixels, max_channels, max_header, max_frame, max_samples } = args;
        Self { max_pixels, max_channels, max_header_bytes: max_header, max_bytes: max_frame, max_samples }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        limits: LimitArgs,
    }

    #[test]
    fn what_is_not_given_is_as_in_the_library() {
        let parsed = Command::parse_from(["test"]).limits;
        assert_eq!(Limits::from(parsed), Limits::default());
        assert_eq!(Limits::from(LimitArgs::default()), Limits::default());
    }
}
