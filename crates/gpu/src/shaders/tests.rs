//! What can be tested of a shader without a device: that it is valid, and that host and shader agree.

use std::fs;
use std::path::Path;

use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{AddressSpace, Module, Override, ScalarKind, SourceLocation, TypeInner};
use palmette_core::plan::weights::WeightTable;
use palmette_core::plan::{DrawStep, SharpenStep, UNITS_PER_LEVEL};

use super::{OUTPUT_BINDING, PAGE_BINDING, TABLE_BINDING};
use crate::device::IMMEDIATE_BYTES;
use crate::image::Tiling;
use crate::kernels::{KERNELS, Kernel, blur_h, blur_v, net_sum, resize_h_plane, resize_v};

/// All kernels.
fn kernels() -> impl Iterator<Item = &'static Kernel> {
    KERNELS.into_iter()
}

fn parse(kernel: &Kernel) -> Module {
    naga::front::wgsl::parse_str(kernel.source).unwrap_or_else(|error| {
        let place = place(kernel.source, error.location(kernel.source));
        panic!("{place}: {}", error.emit_to_string_with_path(kernel.source, kernel.name))
    })
}

/// The files of all shaders: their paths in the folder, and their texts.
fn files() -> Vec<(String, String)> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shaders");
    let entries = ["", "shared"].iter().flat_map(|folder| fs::read_dir(top.join(folder)).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "wgsl"))
        .map(|path| (path.strip_prefix(&top).unwrap().display().to_string(), fs::read_to_string(&path).unwrap()))
        .collect()
}

/// Says in which file, and in which line of it, something of a shader is: its own lines are those of all files together.
fn place(source: &str, location: Option<SourceLocation>) -> String {
    let Some(offset) = location.map(|location| location.offset as usize) else { return "nowhere".to_owned() };
    let line = |(path, text): &(String, String)| {
        let before = source.get(source.find(text.as_str())?..offset)?;
        (before.len() < text.len()).then(|| format!("{path}:{}", 1 + before.matches('\n').count()))
    };
    files().iter().find_map(line).expect("every shader is made of files")
}

/// The bindings that a shader declares, by number.
fn bindings(module: &Module) -> Vec<u32> {
    let mut bindings: Vec<u32> = module
        .global_variables
        .iter()
        .filter_map(|(_, variable)| variable.binding)
        .map(|binding| {
            assert_eq!(binding.group, 0, "one bind group");
            binding.binding
        })
        .collect();
    bindings.sort_unstable();
    bindings
}

/// The value of a named constant, wherever it is declared.
fn constant(module: &Module, name: &str) -> Option<u64> {
    let (_, constant) = module.constants.iter().find(|(_, constant)| constant.name.as_deref() == Some(name))?;
    match module.global_expressions[constant.init] {
        naga::Expression::Literal(naga::Literal::U32(value)) => Some(value.into()),
        naga::Expression::Literal(naga::Literal::I32(value)) => u64::try_from(value).ok(),
        _ => None,
    }
}

#[test]
fn shaders_are_valid_without_any_extension() {
    for kernel in kernels() {
        let module = parse(kernel);
        let mut validator = Validator::new(ValidationFlags::all(), Capabilities::IMMEDIATES);
        if let Err(error) = validator.validate(&module) {
            let place = place(kernel.source, error.location(kernel.source));
            panic!("{place}: {}", error.emit_to_string_with_path(kernel.source, kernel.name));
        }
    }
}

#[test]
fn shaders_use_every_file() {
    for (path, text) in files() {
        assert!(kernels().any(|kernel| kernel.source.contains(&text)), "{path} is in no kernel");
    }
}

#[test]
fn shaders_errors_name_file_and_line() {
    let source = resize_v::KERNEL.source;
    for (path, text) in files().iter().filter(|(_, text)| source.contains(text.as_str())) {
        for (index, line) in text.lines().enumerate().filter(|(_, line)| line.starts_with("fn ")) {
            let offset = u32::try_from(source.find(line).unwrap()).unwrap();
            let location = SourceLocation { line_number: 0, line_position: 0, offset, length: 1 };
            assert_eq!(place(source, Some(location)), format!("{path}:{}", index + 1), "{line}");
        }
    }
}

#[test]
fn shaders_have_one_entry_point_of_the_planned_size() {
    for kernel in kernels() {
        let module = parse(kernel);
        let [entry] = &module.entry_points[..] else { panic!("{} has one entry point", kernel.name) };
        let [width, height] = kernel.workgroup;
        assert_eq!((entry.name.as_str(), entry.workgroup_size), ("main", [width, height, 1]), "{}", kernel.name);
        assert!(width * height <= 256, "{}: more than every device runs at once", kernel.name);
    }
}

#[test]
fn shaders_and_host_agree_on_parameters() {
    for kernel in kernels() {
        let module = parse(kernel);
        let is_immediate = |space: &AddressSpace| *space == AddressSpace::Immediate;
        let (_, variable) =
            module.global_variables.iter().find(|(_, variable)| is_immediate(&variable.space)).expect("parameters");
        let TypeInner::Struct { members, span } = &module.types[variable.ty].inner else { panic!("a struct") };
        assert_eq!(*span as usize, 4 * kernel.fields.len(), "{}", kernel.name);
        assert!(*span <= IMMEDIATE_BYTES, "{}", kernel.name);
        assert_eq!(members.len(), kernel.fields.len(), "{}", kernel.name);
        for (index, (member, (name, kind))) in members.iter().zip(kernel.fields).enumerate() {
            let place = format!("{}, field {index}", kernel.name);
            assert_eq!((member.name.as_deref(), member.offset as usize), (Some(*name), 4 * index), "{place}");
            let TypeInner::Scalar(scalar) = module.types[member.ty].inner else { panic!("{place}: a number") };
            let expected = if *kind == "i32" { ScalarKind::Sint } else { ScalarKind::Uint };
            assert_eq!((scalar.kind, scalar.width), (expected, 4), "{place}");
        }
    }
}

#[test]
fn shaders_and_host_agree_on_bindings() {
    for kernel in kernels() {
        let bindings = bindings(&parse(kernel));
        let pages = (0..4).map(|page| PAGE_BINDING + page);
        assert!(pages.clone().all(|page| bindings.contains(&page)), "{}: {bindings:?}", kernel.name);
        assert_eq!(pages.count() as u64, Tiling::PAGES);
        assert!(bindings.contains(&OUTPUT_BINDING), "{}: {bindings:?}", kernel.name);
        assert!(bindings.iter().all(|&binding| binding <= TABLE_BINDING), "{}: {bindings:?}", kernel.name);
    }
}

#[test]
fn shaders_and_host_agree_on_variants() {
    for kernel in kernels() {
        let module = parse(kernel);
        let has = |name: &str| {
            module.overrides.iter().any(|(_, Override { name: found, .. })| found.as_deref() == Some(name))
        };
        assert!(has("PAGED") && has("PAGE_SHIFT"), "{}", kernel.name);
        assert_eq!(
            ["FROM_LEVELS", "TO_LEVELS", "IS_PLANE"].into_iter().all(has),
            kernel.works_on_samples,
            "{}",
            kernel.name
        );
    }
}

#[test]
fn shaders_and_host_agree_on_constants() {
    let expected = [
        ("UNITS_PER_LEVEL", u64::try_from(UNITS_PER_LEVEL).unwrap()),
        ("UNIT_SHIFT", UNITS_PER_LEVEL.trailing_zeros().into()),
        ("CHUNK_TAPS", WeightTable::CHUNK_TAPS as u64),
        ("OPACITY_ONE", DrawStep::OPACITY_ONE.into()),
        ("STRENGTH_ONE", SharpenStep::STRENGTH_ONE.into()),
        ("LIGHTER", crate::kernels::draw::composite_code(palmette_ops::Composite::Lighter).into()),
    ];
    for (name, value) in expected {
        let found: Vec<u64> = kernels().filter_map(|kernel| constant(&parse(kernel), name)).collect();
        assert!(!found.is_empty() && found.iter().all(|&found| found == value), "{name}: {found:?}, not {value}");
    }
    assert_eq!(constant(&parse(&resize_h_plane::KERNEL), "ROWS"), Some(resize_h_plane::ROWS.into()));
    assert_eq!(constant(&parse(&net_sum::KERNEL), "PART"), Some(net_sum::PART.into()));
    for (kernel, segment) in [(&blur_h::KERNEL, blur_h::SEGMENT), (&blur_v::KERNEL, blur_v::SEGMENT)] {
        assert_eq!(constant(&parse(kernel), "SEGMENT"), Some(segment.into()), "{}", kernel.name);
    }
}

#[test]
fn shaders_take_little_workgroup_memory() {
    for kernel in kernels() {
        let module = parse(kernel);
        let shared = module.global_variables.iter().filter(|(_, variable)| variable.space == AddressSpace::WorkGroup);
        let bytes: u32 = shared.map(|(_, variable)| module.types[variable.ty].inner.size(module.to_ctx())).sum();
        assert!(bytes <= 16 << 10, "{}: {bytes} bytes", kernel.name);
    }
}
