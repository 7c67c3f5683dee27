//! Pipelines, made of the shaders, and the bindings that all of them have in common.
//!
//! The texts are the package `palmette-shaders`. A pipeline is made when it is first needed, since a kernel has variants and most
//! requests need few of them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::device::IMMEDIATE_BYTES;
use crate::image::Tiling;
use crate::kernels::Kernel;

/// The binding of the first page of the picture that is read; the other pages follow.
pub(crate) const PAGE_BINDING: u32 = 0;
/// The binding of what is written.
pub(crate) const OUTPUT_BINDING: u32 = 4;
/// The binding of the table.
pub(crate) const TABLE_BINDING: u32 = 5;

/// The specialisation of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Variant {
    /// The picture that is read takes more than one page.
    pub(crate) is_paged: bool,
    /// The input is bytes, not samples. Matters to kernels that work on samples, as do the next two.
    pub(crate) from_levels: bool,
    /// The output is bytes, not samples.
    pub(crate) to_levels: bool,
    /// Bytes are those of a plane, not pixels.
    pub(crate) is_plane: bool,
}

/// The pipelines of a device.
#[derive(Debug)]
pub(crate) struct Pipelines {
    page_shift: u32,
    bindings: wgpu::BindGroupLayout,
    layout: wgpu::PipelineLayout,
    made: Mutex<HashMap<(&'static str, Variant), wgpu::ComputePipeline>>,
}

impl Pipelines {
    /// Prepares what all pipelines have in common.
    pub(crate) fn new(device: &wgpu::Device, tiling: Tiling) -> Self {
        let entry = |binding, read_only| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Storage { read_only },
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        };
        let entries: [_; 6] = std::array::from_fn(|binding| {
            let binding = u32::try_from(binding).expect("one of six");
            entry(binding, binding != OUTPUT_BINDING)
        });
        let bindings = device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some("kernel"), entries: &entries });
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("kernel"),
            bind_group_layouts: &[Some(&bindings)],
            immediate_size: IMMEDIATE_BYTES,
        });
        Self { page_shift: tiling.page_shift(), bindings, layout, made: Mutex::default() }
    }

    /// Returns the layout of the bind group of every kernel.
    pub(crate) const fn bindings(&self) -> &wgpu::BindGroupLayout {
        &self.bindings
    }

    /// Returns the pipeline of a kernel, and makes it if it is the first time.
    pub(crate) fn get(&self, device: &wgpu::Device, kernel: &Kernel, variant: Variant) -> wgpu::ComputePipeline {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry((kernel.name, variant)).or_insert_with(|| self.make(device, kernel, variant)).clone()
    }

    fn make(&self, device: &wgpu::Device, kernel: &Kernel, variant: Variant) -> wgpu::ComputePipeline {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(kernel.name),
            source: wgpu::ShaderSource::Wgsl(kernel.source.into()),
        });
        let flag = |flag: bool| if flag { 1.0 } else { 0.0 };
        let mut constants = vec![("PAGED", flag(variant.is_paged)), ("PAGE_SHIFT", f64::from(self.page_shift))];
        if kernel.works_on_samples {
            constants.extend([
                ("FROM_LEVELS", flag(variant.from_levels)),
                ("TO_LEVELS", flag(variant.to_levels)),
                ("IS_PLANE", flag(variant.is_plane)),
            ]);
        }
        device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(kernel.name),
            layout: Some(&self.layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: &constants,
                ..wgpu::PipelineCompilationOptions::default()
            },
            cache: None,
        })
    }
}

#[cfg(test)]
mod tests;
