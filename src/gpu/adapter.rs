//! Which adapters there are, and what is worth knowing of each.

use super::{Error, Gpu, device_descriptor};

/// One adapter of this machine.
#[derive(Clone, Debug)]
pub struct Adapter {
    /// Its place in [`adapters`].
    pub index: usize,
    pub(super) info: wgpu::AdapterInfo,
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
