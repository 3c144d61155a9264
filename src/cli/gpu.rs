//! `aovscope gpu`: which graphics adapters there are, and which of them compares.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::gpu::{Adapter, AdapterFacts, AdapterName, Error, GpuBackend, Prefer, Wanted, adapters, choose};

/// Arguments of `aovscope gpu`.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = "Exit codes: 0 --backend gpu has an adapter that works, 2 it has none.")]
pub struct Args {
    /// Write one JSON object instead of text.
    #[arg(long)]
    pub json: bool,
    /// Say what compares with this adapter (part of its name or its number), and try it.
    #[arg(long, value_name = "NAME|INDEX")]
    pub adapter: Option<AdapterName>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `--backend gpu` has an adapter, and it computes as it should.
    Usable,
    /// It has none.
    Unusable,
}

/// What `aovscope gpu --json` writes.
#[derive(Debug, serde::Serialize)]
pub struct Report {
    schema: &'static str,
    version: u32,
    adapters: Vec<AdapterFacts>,
    /// What `--backend auto` uses.
    auto: Choice,
    /// What `--backend gpu` uses.
    gpu: Choice,
    /// Variables that the choice and the drivers hear, as they are set.
    variables: BTreeMap<String, String>,
}

/// What one `--backend` uses.
#[derive(Clone, Debug, serde::Serialize)]
struct Choice {
    /// `gpu`, `cpu`, or null where the run would end with an error.
    backend: Option<&'static str>,
    /// Index of the adapter.
    adapter: Option<usize>,
    /// Why this one, or why none.
    reason: String,
    /// Whether it computes as the comparison takes for granted; null where no adapter was tried.
    self_test: Option<bool>,
}

/// Writes what there is to `out`.
///
/// # Errors
/// When no adapter is as `--adapter` names it, `WGPU_BACKEND` names no interface, or `out` cannot be
/// written.
pub fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Outcome> {
    let report = inspect(args.adapter.as_ref())?;
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &report)?;
        writeln!(out)?;
    } else {
        write_text(&report, out)?;
    }
    out.flush()?;
    Ok(if report.gpu.backend.is_some() { Outcome::Usable } else { Outcome::Unusable })
}

fn inspect(name: Option<&AdapterName>) -> Result<Report, Error> {
    let found = adapters();
    let mut tried = BTreeMap::new();
    let mut choice = |prefer| choice_of(&found, &Wanted { prefer, name: name.cloned() }, &mut tried);
    let (auto, gpu) = (choice(Prefer::Hardware)?, choice(Prefer::Any)?);
    // Without a GPU, or with one that errs, `auto` takes the CPU; not where the user named it.
    let auto = if name.is_none() { Choice { backend: auto.backend.or(Some("cpu")), ..auto } } else { auto };
    Ok(Report {
        schema: "aovscope-gpu",
        version: 1,
        adapters: found.iter().map(Adapter::facts).collect(),
        auto,
        gpu,
        variables: variables(std::env::vars_os()),
    })
}

/// What is used where `wanted` is; each adapter is tried once.
fn choice_of(
    found: &[Adapter],
    wanted: &Wanted,
    tried: &mut BTreeMap<usize, Option<String>>,
) -> Result<Choice, Error> {
    let index = match choose(found, wanted) {
        Ok(index) => index,
        Err(error @ (Error::NoSuchAdapter { .. } | Error::UnknownInterface { .. })) => return Err(error),
        Err(error) => {
            let all_software = !found.is_empty() && found.iter().all(Adapter::is_software);
            let reason = if wanted.prefer == Prefer::Hardware && all_software {
                "all adapters are software, and the CPU back end is faster".to_owned()
            } else {
                error.to_string()
            };
            return Ok(Choice { backend: None, adapter: None, reason, self_test: None });
        }
    };
    let fault = tried.entry(index).or_insert_with(|| {
        let backend = found[index].open().and_then(GpuBackend::new);
        backend.err().map(|error| error.to_string())
    });
    Ok(match fault {
        Some(fault) => {
            let reason = fault.clone();
            Choice { backend: None, adapter: Some(index), reason, self_test: Some(false) }
        }
        None => Choice {
            backend: Some("gpu"),
            adapter: Some(index),
            reason: why(found.len(), wanted).to_owned(),
            self_test: Some(true),
        },
    })
}

fn why(found: usize, wanted: &Wanted) -> &'static str {
    match wanted {
        Wanted { name: Some(_), .. } => "--adapter names it",
        _ if std::env::var_os("WGPU_ADAPTER_NAME").is_some_and(|name| !name.is_empty()) => {
            "WGPU_ADAPTER_NAME names it"
        }
        _ if found == 1 => "it is the only one",
        _ => {
            "hardware goes before software, then Vulkan, Metal and DirectX before GL, then the drivers' order"
        }
    }
}

/// Those of wgpu, and those that tell the Vulkan loader where drivers are.
fn variables(
    all: impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
) -> BTreeMap<String, String> {
    let loader = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "VK_ADD_DRIVER_FILES"];
    let text =
        all.map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()));
    text.filter(|(name, _)| name.starts_with("WGPU_") || loader.contains(&name.as_str())).collect()
}

fn write_text(report: &Report, out: &mut impl Write) -> io::Result<()> {
    if report.adapters.is_empty() {
        write!(out, "no graphics adapter was found\n{ADVICE}")?;
    }
    for adapter in &report.adapters {
        write_adapter(adapter, out)?;
    }
    writeln!(out)?;
    write_choice("--backend auto", &report.auto, report, out)?;
    write_choice("--backend gpu", &report.gpu, report, out)?;
    for (name, value) in &report.variables {
        writeln!(out, "{:16}{name}={value}", "variable")?;
    }
    Ok(())
}

const ADVICE: &str = "
  The CPU does all the work without one, with the same results. To use a GPU, install its Vulkan driver:
    NVIDIA       the vendor's driver, with its Vulkan part (nvidia_icd.json); in a container also
                 NVIDIA_DRIVER_CAPABILITIES=all, or one that has graphics in it
    AMD, Intel   packages mesa-vulkan-drivers and libvulkan1 (Debian, Ubuntu), mesa-vulkan-drivers and
                 vulkan-loader (Fedora, Rocky)
    no GPU       the same packages bring a software adapter; the CPU back end is faster
  No display is needed.
";

fn write_adapter(adapter: &AdapterFacts, out: &mut impl Write) -> io::Result<()> {
    let AdapterFacts { index, name, kind, api, driver, vendor_id, device_id, pci_bus_id, limits, .. } =
        adapter;
    writeln!(out, "{index:2}  {name}")?;
    let pci = if pci_bus_id.is_empty() { String::new() } else { format!(", PCI {pci_bus_id}") };
    let driver = if driver.is_empty() { "not named" } else { driver };
    writeln!(
        out,
        "    {kind}, {api}, driver {driver}, vendor {vendor_id:#06x}, device {device_id:#06x}{pci}"
    )?;
    writeln!(
        out,
        "    texture {} pixels a side, buffer {}, storage binding {}, workgroup {} invocations and {}",
        limits.texture_side,
        size(limits.buffer_bytes),
        size(limits.storage_binding_bytes),
        limits.workgroup_invocations,
        size(limits.workgroup_storage_bytes.into())
    )?;
    for (has, label) in [(true, "has"), (false, "lacks")] {
        let features = adapter.features.iter().filter(|(_, is_there)| **is_there == has);
        let names: Vec<&str> = features.map(|(name, _)| *name).collect();
        if !names.is_empty() {
            writeln!(out, "    {label} {}", names.join(", "))?;
        }
    }
    Ok(())
}

fn write_choice(option: &str, choice: &Choice, report: &Report, out: &mut impl Write) -> io::Result<()> {
    let adapter = |index: usize| format!("adapter {index}, {}", report.adapters[index].name);
    let what = match (choice.backend, choice.adapter) {
        (Some("gpu"), Some(index)) => format!("{} (self-test passed)", adapter(index)),
        (Some(_), Some(index)) => format!("the CPU, not {}", adapter(index)),
        (None, Some(index)) => format!("not {}", adapter(index)),
        (Some(_), None) => "the CPU".to_owned(),
        (None, None) => "nothing".to_owned(),
    };
    writeln!(out, "{option:16}{what}: {}", choice.reason)
}

/// In the largest unit that it fills.
fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1024 => (1, "B"),
        1024..0x10_0000 => (1 << 10, "KiB"),
        0x10_0000..0x4000_0000 => (1 << 20, "MiB"),
        0x4000_0000.. => (1 << 30, "GiB"),
    };
    let number = format!("{:.1}", bytes as f64 / f64::from(unit));
    format!("{} {name}", number.strip_suffix(".0").unwrap_or(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(backend: Option<&'static str>, adapter: Option<usize>) -> Choice {
        Choice { backend, adapter, reason: "so it is".into(), self_test: adapter.map(|_| backend.is_some()) }
    }

    #[test]
    fn without_an_adapter_the_text_says_what_to_install() {
        let none = choice(None, None);
        let auto = choice(Some("cpu"), None);
        let (adapters, variables) = (vec![], BTreeMap::from([("WGPU_BACKEND".into(), "gl".into())]));
        let report = Report { schema: "", version: 1, adapters, auto, gpu: none, variables };
        let mut out = Vec::new();
        write_text(&report, &mut out).expect("written");
        let text = String::from_utf8(out).expect("text");
        for part in ["no graphics adapter was found", "mesa-vulkan-drivers", "NVIDIA_DRIVER_CAPABILITIES"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(
            text.contains("--backend auto  the CPU: so it is\n--backend gpu   nothing: so it is\n"),
            "{text}"
        );
        assert!(text.ends_with("variable        WGPU_BACKEND=gl\n"), "{text}");
    }

    #[test]
    fn only_variables_that_matter_are_shown() {
        let all = [("WGPU_BACKEND", "gl"), ("HOME", "/"), ("VK_ICD_FILENAMES", "x.json")];
        let shown = variables(all.into_iter().map(|(name, value)| (name.into(), value.into())));
        assert_eq!(shown.keys().collect::<Vec<_>>(), ["VK_ICD_FILENAMES", "WGPU_BACKEND"]);
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(size(1 << 27), "128 MiB");
        assert_eq!(size((1 << 31) - 1), "2 GiB");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(12), "12 B");
    }
}
