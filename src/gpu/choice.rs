//! Which adapter is taken: what a user may ask for, and what fits it best.

use std::convert::Infallible;
use std::str::FromStr;

use super::adapter::is_software;
use super::{Adapter, Error};

/// Which sort of adapter is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefer {
    /// Hardware if there is any, else software.
    Any,
    /// A real GPU; software is refused.
    Hardware,
    /// A software renderer; hardware is refused.
    Software,
}

/// One adapter in a user's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdapterName {
    /// [`Adapter::index`].
    Index(usize),
    /// Part of its name, whatever the case.
    Part(String),
}

impl FromStr for AdapterName {
    type Err = Infallible;

    /// A number of one or two digits is an index; `3090` is part of a name.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let index = text.parse().ok().filter(|_| text.len() <= 2);
        Ok(index.map_or_else(|| Self::Part(text.to_owned()), Self::Index))
    }
}

/// Which adapter is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its sort.
    pub prefer: Prefer,
    /// Its name: then its sort does not matter, nor does `WGPU_ADAPTER_NAME`.
    pub name: Option<AdapterName>,
}

impl From<Prefer> for Wanted {
    fn from(prefer: Prefer) -> Self {
        Self { prefer, name: None }
    }
}

/// Which of `adapters` is taken: the named one, else the best of the wanted sort (hardware before
/// software, then Vulkan, Metal and DirectX before GL, then in the drivers' order).
///
/// # Errors
/// When none fits.
pub fn choose(adapters: &[Adapter], wanted: &Wanted) -> Result<usize, Error> {
    let infos: Vec<_> = adapters.iter().map(|a| a.info.clone()).collect();
    let variable = std::env::var("WGPU_ADAPTER_NAME").ok().filter(|name| !name.is_empty());
    pick(&infos, wanted, variable.as_deref())
}

/// [`choose`] of what is known of the adapters and of `WGPU_ADAPTER_NAME`.
fn pick(adapters: &[wgpu::AdapterInfo], wanted: &Wanted, variable: Option<&str>) -> Result<usize, Error> {
    let fits = |(index, info): (usize, &wgpu::AdapterInfo)| match &wanted.name {
        Some(AdapterName::Index(wanted)) => index == *wanted,
        Some(AdapterName::Part(part)) => contains_ignoring_case(&info.name, part),
        None => {
            variable.is_none_or(|part| contains_ignoring_case(&info.name, part))
                && match wanted.prefer {
                    Prefer::Any => true,
                    Prefer::Hardware => !is_software(info),
                    Prefer::Software => is_software(info),
                }
        }
    };
    let fitting = (0..adapters.len()).filter(|&i| fits((i, &adapters[i])));
    // The first of those of one rank, in the driver's order.
    fitting.min_by_key(|&i| rank(&adapters[i])).ok_or_else(|| none_fits(adapters, wanted, variable))
}

fn none_fits(adapters: &[wgpu::AdapterInfo], wanted: &Wanted, variable: Option<&str>) -> Error {
    let found: Vec<String> = adapters.iter().map(|info| info.name.clone()).collect();
    if let (Some(name), false) = (&wanted.name, found.is_empty()) {
        let numbered = adapters.iter().enumerate();
        return Error::NoSuchAdapter {
            wanted: match name {
                AdapterName::Index(index) => index.to_string(),
                AdapterName::Part(part) => format!("{part:?}"),
            },
            found: numbered.map(|(i, info)| format!("{i} {:?} ({})", info.name, info.backend)).collect(),
        };
    }
    Error::NoAdapter {
        wanted: match wanted.prefer {
            Prefer::Hardware => "hardware",
            Prefer::Software => "software",
            Prefer::Any => "usable",
        },
        reason: match (variable, found.is_empty()) {
            (_, true) => "none was found".to_owned(),
            (Some(name), _) => format!("WGPU_ADAPTER_NAME is {name:?}, found were {found:?}"),
            (None, _) => format!("found were only {found:?}"),
        },
    }
}

fn contains_ignoring_case(name: &str, part: &str) -> bool {
    name.to_lowercase().contains(&part.to_lowercase())
}

/// Lower is better.
fn rank(info: &wgpu::AdapterInfo) -> (u8, u8) {
    use wgpu::DeviceType::{Cpu, DiscreteGpu, IntegratedGpu, Other, VirtualGpu};
    let kind = match info.device_type {
        DiscreteGpu => 0,
        IntegratedGpu => 1,
        VirtualGpu => 2,
        Other => 3,
        Cpu => 4,
    };
    // GL compiles compute shaders for seconds and has fewer limits.
    (kind, u8::from(info.backend == wgpu::Backend::Gl))
}

#[cfg(test)]
mod tests {
    use wgpu::{AdapterInfo, Backend, DeviceType};

    use super::{AdapterName, Error, Prefer, Wanted, pick};

    /// Software first, as drivers may list it; the same GPU by two interfaces.
    fn machine() -> Vec<AdapterInfo> {
        let adapter = |name: &str, device_type, backend| AdapterInfo {
            name: name.to_owned(),
            ..AdapterInfo::new(device_type, backend)
        };
        vec![
            adapter("llvmpipe (LLVM 15.0.6, 256 bits)", DeviceType::Cpu, Backend::Vulkan),
            adapter("NVIDIA RTX 4090", DeviceType::DiscreteGpu, Backend::Gl),
            adapter("Intel UHD 770", DeviceType::IntegratedGpu, Backend::Vulkan),
            adapter("NVIDIA RTX 4090", DeviceType::DiscreteGpu, Backend::Vulkan),
            adapter("llvmpipe", DeviceType::Cpu, Backend::Gl),
        ]
    }

    fn picked(prefer: Prefer, name: Option<&str>, variable: Option<&str>) -> Result<usize, Error> {
        let name = name.map(|name| name.parse().expect("every text is a name"));
        pick(&machine(), &Wanted { prefer, name }, variable)
    }

    #[test]
    fn hardware_goes_before_software_and_vulkan_before_gl() {
        assert_eq!(picked(Prefer::Any, None, None).ok(), Some(3));
        assert_eq!(picked(Prefer::Hardware, None, None).ok(), Some(3));
        assert_eq!(picked(Prefer::Software, None, None).ok(), Some(0));
        assert_eq!(picked(Prefer::Any, None, Some("intel")).ok(), Some(2));
    }

    #[test]
    fn a_name_goes_before_the_variable_and_the_wanted_sort() {
        assert_eq!(picked(Prefer::Hardware, Some("LLVMpipe"), Some("nvidia")).ok(), Some(0));
        assert_eq!(picked(Prefer::Hardware, Some("4"), None).ok(), Some(4));
        assert_eq!(picked(Prefer::Software, Some("4090"), None).ok(), Some(3));
        assert_eq!("12".parse(), Ok(AdapterName::Index(12)));
        assert_eq!("770".parse(), Ok(AdapterName::Part("770".into())));
    }

    #[test]
    fn what_does_not_fit_is_told_with_what_there_is() {
        let text = picked(Prefer::Any, Some("radeon"), None).expect_err("there is none").to_string();
        assert!(text.contains("\"radeon\"") && text.contains("2 \"Intel UHD 770\" (vulkan)"), "{text}");
        let text = picked(Prefer::Any, Some("7"), None).expect_err("there are five").to_string();
        assert!(text.starts_with("no graphics adapter is 7"), "{text}");
        let text = picked(Prefer::Hardware, None, Some("llvm")).expect_err("it is software").to_string();
        assert!(text.contains("no hardware") && text.contains("WGPU_ADAPTER_NAME"), "{text}");
        let text = pick(&[], &Prefer::Any.into(), None).expect_err("there is none").to_string();
        assert!(text.contains("none was found") && text.contains("mesa-vulkan-drivers"), "{text}");
    }
}
