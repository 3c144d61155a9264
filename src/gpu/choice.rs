//! Which adapter is taken: what a user may ask for, and what fits it best.

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
    type Err = Error;

    /// A number of one or two digits is an index; `3090` is part of a name. Nothing is part of every
    /// name, and names none.
    fn from_str(text: &str) -> Result<Self, Error> {
        if text.trim().is_empty() {
            return Err(Error::BlankName);
        }
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
    let [name, backend] = ["WGPU_ADAPTER_NAME", "WGPU_BACKEND"].map(|name| std::env::var(name).ok());
    let name = name.filter(|name| !name.is_empty());
    pick(&infos, wanted, Variables { name: name.as_deref(), backend: backend.as_deref() })
}

/// What the environment says of the choice.
#[derive(Clone, Copy, Debug, Default)]
struct Variables<'a> {
    /// `WGPU_ADAPTER_NAME`.
    name: Option<&'a str>,
    /// `WGPU_BACKEND`, which [`super::adapters`] has heard already.
    backend: Option<&'a str>,
}

/// [`choose`] of what is known of the adapters and of the environment.
fn pick(adapters: &[wgpu::AdapterInfo], wanted: &Wanted, variables: Variables<'_>) -> Result<usize, Error> {
    let fits = |(index, info): (usize, &wgpu::AdapterInfo)| match &wanted.name {
        Some(AdapterName::Index(wanted)) => index == *wanted,
        Some(AdapterName::Part(part)) => contains_ignoring_case(&info.name, part),
        None => {
            variables.name.is_none_or(|part| contains_ignoring_case(&info.name, part))
                && match wanted.prefer {
                    Prefer::Any => true,
                    Prefer::Hardware => !is_software(info),
                    Prefer::Software => is_software(info),
                }
        }
    };
    let fitting = (0..adapters.len()).filter(|&i| fits((i, &adapters[i])));
    // The first of those of one rank, in the driver's order.
    fitting.min_by_key(|&i| rank(&adapters[i])).ok_or_else(|| match adapters {
        [] => none_found(wanted, variables.backend),
        _ => none_fits(adapters, wanted, variables.name),
    })
}

/// Why there is no adapter at all.
fn none_found(wanted: &Wanted, backend: Option<&str>) -> Error {
    match backend {
        Some(value) if wgpu::Backends::from_comma_list(value).is_empty() => {
            Error::UnknownInterface { value: value.to_owned() }
        }
        Some(value) => no_adapter(
            wanted,
            format!("none was found by WGPU_BACKEND={value:?} (unset it to look by every interface)"),
        ),
        None => no_adapter(wanted, "none was found".to_owned()),
    }
}

/// Why none of `adapters` is taken.
fn none_fits(adapters: &[wgpu::AdapterInfo], wanted: &Wanted, variable: Option<&str>) -> Error {
    if let Some(name) = &wanted.name {
        let numbered = adapters.iter().enumerate();
        return Error::NoSuchAdapter {
            wanted: match name {
                AdapterName::Index(index) => index.to_string(),
                AdapterName::Part(part) => format!("{part:?}"),
            },
            found: numbered.map(|(i, info)| format!("{i} {:?} ({})", info.name, info.backend)).collect(),
        };
    }
    let found: Vec<&str> = adapters.iter().map(|info| info.name.as_str()).collect();
    no_adapter(
        wanted,
        match variable {
            Some(name) => format!("WGPU_ADAPTER_NAME is {name:?}, found were {found:?}"),
            None => format!("found were only {found:?}"),
        },
    )
}

fn no_adapter(wanted: &Wanted, reason: String) -> Error {
    let wanted = match wanted.prefer {
        Prefer::Hardware => "hardware",
        Prefer::Software => "software",
        Prefer::Any => "usable",
    };
    Error::NoAdapter { wanted, reason }
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

    use super::{AdapterName, Error, Prefer, Variables, Wanted, pick};

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
        let name = name.map(|name| name.parse().expect("a name"));
        pick(&machine(), &Wanted { prefer, name }, Variables { name: variable, backend: None })
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
        assert_eq!("12".parse::<AdapterName>().expect("a name"), AdapterName::Index(12));
        assert_eq!("770".parse::<AdapterName>().expect("a name"), AdapterName::Part("770".into()));
    }

    #[test]
    fn what_does_not_fit_is_told_with_what_there_is() {
        let text = picked(Prefer::Any, Some("radeon"), None).expect_err("there is none").to_string();
        assert!(text.contains("\"radeon\"") && text.contains("2 \"Intel UHD 770\" (vulkan)"), "{text}");
        let text = picked(Prefer::Any, Some("7"), None).expect_err("there are five").to_string();
        assert!(text.starts_with("no graphics adapter is 7"), "{text}");
        let text = picked(Prefer::Hardware, None, Some("llvm")).expect_err("it is software").to_string();
        assert!(text.contains("no hardware") && text.contains("WGPU_ADAPTER_NAME"), "{text}");
    }

    #[test]
    fn nothing_is_no_name() {
        for text in ["", " ", "\t\n"] {
            let error = text.parse::<AdapterName>().expect_err("no name").to_string();
            assert!(error.contains("is blank") && error.contains("aovscope gpu"), "{error}");
        }
    }

    #[test]
    fn where_there_is_none_the_variable_is_told_if_it_may_be_the_reason() {
        let text = |backend: Option<&str>| {
            let variables = Variables { name: None, backend };
            pick(&[], &Prefer::Any.into(), variables).expect_err("there is none").to_string()
        };
        let unset = text(None);
        assert!(
            unset.contains("none was found (install") && unset.contains("mesa-vulkan-drivers"),
            "{unset}"
        );
        let known = text(Some("metal,vk"));
        assert!(known.contains("none was found by WGPU_BACKEND=\"metal,vk\" (unset it"), "{known}");
        for value in ["vulcan", "", "all", "vulcan, opengles"] {
            let unknown = text(Some(value));
            assert!(unknown.starts_with(&format!("WGPU_BACKEND is {value:?}, none of which")), "{unknown}");
        }
    }

    /// What an error says is known must be, and no more than that is.
    #[test]
    fn the_interfaces_that_are_told_are_those_that_the_variable_takes() {
        for value in super::super::error::INTERFACES.split(", ") {
            assert!(!wgpu::Backends::from_comma_list(value).is_empty(), "{value}");
        }
    }
}
