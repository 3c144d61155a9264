//! Which adapters there are, and which one is taken.

use std::convert::Infallible;
use std::str::FromStr;

use super::{Error, Gpu, device_descriptor};

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

/// One adapter of this machine.
#[derive(Clone, Debug)]
pub struct Adapter {
    /// Its place in [`adapters`].
    pub index: usize,
    info: wgpu::AdapterInfo,
    adapter: wgpu::Adapter,
}

/// All adapters that drivers offer without a screen, in the drivers' order. Of `WGPU_BACKEND`'s
/// interfaces only, where that is set.
pub fn adapters() -> Vec<Adapter> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env());
    let found = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    let numbered = found.into_iter().enumerate();
    numbered.map(|(index, adapter)| Adapter { index, info: adapter.get_info(), adapter }).collect()
}

impl Adapter {
    /// Opens it.
    ///
    /// # Errors
    /// When it gives no device.
    pub fn open(&self) -> Result<Gpu, Error> {
        self.open_with(wgpu::Features::empty())
    }

    /// As [`Adapter::open`], with those of `features` that it has: no comparison needs any.
    ///
    /// # Errors
    /// When it gives no device.
    pub fn open_with(&self, features: wgpu::Features) -> Result<Gpu, Error> {
        let required_features = features & self.adapter.features();
        let descriptor = wgpu::DeviceDescriptor { required_features, ..device_descriptor(&self.adapter) };
        let request = self.adapter.request_device(&descriptor);
        let (device, queue) = pollster::block_on(request)
            .map_err(|e| Error::NoDevice { adapter: self.info.name.clone(), reason: e.to_string() })?;
        Ok(Gpu::from_parts(self.info.clone(), device, queue))
    }

    /// Whether it is a CPU that plays a GPU.
    pub fn is_software(&self) -> bool {
        is_software(&self.info)
    }

    /// What is worth knowing of it.
    pub fn facts(&self) -> AdapterFacts {
        let (info, limits, features) = (&self.info, self.adapter.limits(), self.adapter.features());
        let has = |(name, feature)| (name, features.contains(feature));
        AdapterFacts {
            index: self.index,
            name: info.name.clone(),
            kind: kind(info.device_type),
            api: info.backend.to_string(),
            driver: [&info.driver, &info.driver_info].map(String::as_str).join(" ").trim().to_owned(),
            vendor_id: info.vendor,
            device_id: info.device,
            pci_bus_id: info.device_pci_bus_id.clone(),
            software: self.is_software(),
            limits: AdapterLimits {
                texture_side: limits.max_texture_dimension_2d,
                buffer_bytes: limits.max_buffer_size,
                storage_binding_bytes: limits.max_storage_buffer_binding_size,
                workgroup_invocations: limits.max_compute_invocations_per_workgroup,
                workgroup_storage_bytes: limits.max_compute_workgroup_storage_size,
            },
            features: FEATURES.map(has).into_iter().collect(),
        }
    }
}

/// None of them is needed: the results are the same on every adapter.
const FEATURES: [(&str, wgpu::Features); 5] = [
    ("timestamp-query", wgpu::Features::TIMESTAMP_QUERY),
    ("mappable-primary-buffers", wgpu::Features::MAPPABLE_PRIMARY_BUFFERS),
    ("shader-f16", wgpu::Features::SHADER_F16),
    ("shader-f64", wgpu::Features::SHADER_F64),
    ("subgroup", wgpu::Features::SUBGROUP),
];

/// An [`Adapter`] as plain data.
#[derive(Clone, Debug, serde::Serialize)]
pub struct AdapterFacts {
    /// Its place in [`adapters`].
    pub index: usize,
    /// As the driver spells it.
    pub name: String,
    /// `discrete`, `integrated`, `virtual`, `software` or `other`.
    pub kind: &'static str,
    /// `vulkan`, `gl`, `metal` or `dx12`.
    pub api: String,
    /// Name and version.
    pub driver: String,
    /// Of PCI, mostly.
    pub vendor_id: u32,
    /// Of PCI, mostly.
    pub device_id: u32,
    /// `bus:device.function`; empty where the driver does not say.
    pub pci_bus_id: String,
    /// Whether it is a CPU that plays a GPU.
    pub software: bool,
    /// What bounds a picture (a larger one is done in bands) and a pass.
    pub limits: AdapterLimits,
    /// Features that matter to those who measure or develop, and whether it has them.
    pub features: std::collections::BTreeMap<&'static str, bool>,
}

/// The limits of an adapter that matter here.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct AdapterLimits {
    /// Most pixels a side of a texture.
    pub texture_side: u32,
    /// Most bytes of a buffer.
    pub buffer_bytes: u64,
    /// Most bytes that a shader sees of a buffer.
    pub storage_binding_bytes: u64,
    /// Most invocations of a workgroup; the passes need 256.
    pub workgroup_invocations: u32,
    /// Most bytes that a workgroup shares; the passes need 16 KiB.
    pub workgroup_storage_bytes: u32,
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

/// Whether the adapter is a CPU that plays a GPU.
pub(super) fn is_software(info: &wgpu::AdapterInfo) -> bool {
    info.device_type == wgpu::DeviceType::Cpu
}

const fn kind(device_type: wgpu::DeviceType) -> &'static str {
    match device_type {
        wgpu::DeviceType::DiscreteGpu => "discrete",
        wgpu::DeviceType::IntegratedGpu => "integrated",
        wgpu::DeviceType::VirtualGpu => "virtual",
        wgpu::DeviceType::Cpu => "software",
        wgpu::DeviceType::Other => "other",
    }
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
