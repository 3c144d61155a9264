//! Reads by aovscope or by the `exr` crate, as a server: the questions are those of `../peers.py`.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use aovscope::codec::{Limits, read_info, read_planes};
use exr::prelude::{FlatSamples, ReadChannels, ReadLayers, ReadSpecificChannel, f16};
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Answers questions until there are no more.
pub fn answer() {
    let mut pools = BTreeMap::new();
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        match reply(&line.split('\t').collect::<Vec<_>>(), &mut pools) {
            Ok(answer) => println!("ok\t{answer}"),
            Err(reason) => println!("no\t{reason}"),
        }
    }
}

fn reply(words: &[&str], pools: &mut BTreeMap<usize, ThreadPool>) -> Result<String, String> {
    match *words {
        ["versions", "exr"] => Ok(format!("exr crate\t{}", exr_version())),
        ["versions", _] => Ok(format!("aovscope\t{}", env!("CARGO_PKG_VERSION"))),
        ["read", path, channels, threads, engine] => {
            let threads = threads.parse().unwrap();
            let pool = ThreadPoolBuilder::new().num_threads(threads);
            let pool = pools.entry(threads).or_insert_with(|| pool.build().unwrap());
            let channels: Option<Vec<_>> = (channels != "*").then(|| channels.split(',').collect());
            let (wall, cpu) = (Instant::now(), processor_seconds());
            let samples = if engine == "exr" {
                exr(Path::new(path), channels.as_deref(), threads)?
            } else {
                pool.install(|| aovscope(Path::new(path), channels.as_deref()))?
            };
            let seconds = wall.elapsed().as_secs_f64();
            let answer = (samples.0, processor_seconds() - cpu);
            drop(samples);
            Ok(format!("{seconds}\t{}\t{}", answer.1, answer.0))
        }
        _ => Err(format!("no such question: {words:?}")),
    }
}

/// How many samples, and what holds them until the time is taken.
type Memory = (usize, Box<dyn std::any::Any + Send>);

fn aovscope(path: &Path, channels: Option<&[&str]>) -> Result<Memory, String> {
    let limits = Limits::default();
    let info = read_info(path, &limits).map_err(|error| error.to_string())?;
    let is_wanted = |aov: &&aovscope::image::Aov| {
        let names = &info.parts[aov.part].channels;
        channels.is_none_or(|wanted| {
            aov.channels.iter().all(|channel| wanted.contains(&names[channel.index].name.as_str()))
        })
    };
    let aovs: Vec<_> = info.aovs.iter().filter(is_wanted).collect();
    let planes: Result<Vec<_>, _> = read_planes(&info, &aovs, &limits).into_iter().collect();
    let planes = planes.map_err(|error| error.to_string())?;
    let samples = planes.iter().flat_map(|plane| &plane.channels).map(|channel| channel.samples.len()).sum();
    Ok((samples, Box::new(black_box(planes))))
}

/// All channels as they are stored, or three halves; on its own threads, one for each core, or none.
fn exr(path: &Path, channels: Option<&[&str]>, threads: usize) -> Result<Memory, String> {
    let Some(channels) = channels else {
        let read = exr::prelude::read().no_deep_data().largest_resolution_level().all_channels();
        let read = read.all_layers().all_attributes();
        let read = if threads == 1 { read.non_parallel() } else { read };
        let image = read.from_file(path).map_err(|error| error.to_string())?;
        let channels = image.layer_data.iter().flat_map(|layer| &layer.channel_data.list);
        let samples = channels.map(|channel| FlatSamples::len(&channel.sample_data)).sum();
        return Ok((samples, Box::new(black_box(image))));
    };
    let &[r, g, b] = channels else { return Err(format!("{} channels", channels.len())) };
    let read = exr::prelude::read()
        .no_deep_data()
        .largest_resolution_level()
        .specific_channels()
        .required(r)
        .required(g)
        .required(b)
        .collect_pixels(
            |size, _| (size.width(), vec![[f16::ZERO; 3]; size.area()]),
            |(width, pixels), at, (r, g, b)| pixels[at.y() * *width + at.x()] = [r, g, b],
        )
        .first_valid_layer()
        .all_attributes();
    let read = if threads == 1 { read.non_parallel() } else { read };
    let image = read.from_file(path).map_err(|error| error.to_string())?;
    let samples = image.layer_data.channel_data.pixels.1.len() * 3;
    Ok((samples, Box::new(black_box(image))))
}

/// From the lock file: the crate does not tell.
fn exr_version() -> &'static str {
    let lock = include_str!("../../Cargo.lock");
    let after = lock.split("name = \"exr\"\nversion = \"").nth(1).unwrap_or_default();
    after.split('"').next().unwrap_or_default()
}

#[cfg(unix)]
fn processor_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

#[cfg(not(unix))]
fn processor_seconds() -> f64 {
    f64::NAN
}
