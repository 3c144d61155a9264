use std::mem::{offset_of, size_of};

use aovscope::gpu::{Tile, delta_source, gather_source};

fn module(source: &str) -> naga::Module {
    naga::front::wgsl::parse_str(source).unwrap_or_else(|e| panic!("{}", e.emit_to_string(source)))
}

#[test]
fn a_tile_has_one_layout() {
    let module = module(&delta_source());
    let (_, tile) =
        module.types.iter().find(|(_, t)| t.name.as_deref() == Some("Tile")).expect("the shader has it");
    let naga::TypeInner::Struct { members, span } = &tile.inner else { panic!("Tile is a struct") };
    macro_rules! fields {
        ($($field:ident),*) => { vec![$((stringify!($field).to_owned(), offset_of!(Tile, $field) as u32)),*] };
    }
    let rust = fields!(
        changed,
        non_finite,
        broken,
        unknown,
        nan_a,
        nan_b,
        inf_a,
        inf_b,
        max_abs,
        max_metric,
        peak,
        bits,
        sum_abs,
        sum_signed,
        sum_squared,
        sum_metric
    );
    let wgsl: Vec<_> =
        members.iter().map(|m| (m.name.clone().expect("members have names"), m.offset)).collect();
    assert_eq!(wgsl, rust);
    assert_eq!(*span as usize, size_of::<Tile>());
}

/// WGSL may assume that NaN and infinity do not exist: no shader may rely on a float comparison to
/// find them.
#[test]
fn no_shader_tests_a_float_for_nan() {
    for source in [delta_source(), gather_source()] {
        let module = module(&source);
        let entries = module.entry_points.iter().map(|e| &e.function);
        for function in module.functions.iter().map(|(_, f)| f).chain(entries) {
            assert_eq!(self_comparisons(function), 0, "{:?}", function.name);
        }
        assert!(!source.contains("isNan(") && !source.contains("isInf("));
    }
}

#[test]
fn a_self_comparison_would_be_found() {
    let module = module("fn f(x: f32) -> bool { let y = x; return y != x; }");
    let found: usize = module.functions.iter().map(|(_, f)| self_comparisons(f)).sum();
    assert_eq!(found, 1);
}

/// Comparisons `x == x` or `x != x`, the usual NaN test.
fn self_comparisons(function: &naga::Function) -> usize {
    use naga::{
        BinaryOperator::{Equal, NotEqual},
        Expression,
    };
    let is_one = |e: &Expression| match e {
        Expression::Binary { op: Equal | NotEqual, left, right } => {
            left == right || same_load(function, *left, *right)
        }
        _ => false,
    };
    function.expressions.iter().filter(|(_, e)| is_one(e)).count()
}

fn same_load(
    function: &naga::Function,
    left: naga::Handle<naga::Expression>,
    right: naga::Handle<naga::Expression>,
) -> bool {
    use naga::Expression::Load;
    matches!(
        (&function.expressions[left], &function.expressions[right]),
        (Load { pointer: a }, Load { pointer: b }) if a == b
    )
}
