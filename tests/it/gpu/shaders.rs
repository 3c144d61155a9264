//! No shader looks for NaN in a float: WGSL may assume that NaN and infinity do not exist.

use std::path::Path;

use aovscope::gpu::with_prelude;
use naga::{BinaryOperator, Expression, Function, Handle, Module, RelationalFunction};

/// Every shader of the program: (file name, module).
fn modules() -> Vec<(String, Module)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    let files = walkdir::WalkDir::new(&folder).sort_by_file_name().into_iter();
    let paths = files.map(|file| file.expect("shaders can be listed").into_path());
    let wgsl = paths.filter(|path| path.extension().is_some_and(|extension| extension == "wgsl"));
    wgsl.map(|path| {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("readable");
        let text = if name == "prelude.wgsl" { String::new() } else { text };
        assert!(!text.contains("isNan(") && !text.contains("isInf("), "{name}");
        // Those that stand alone declare names of their own that the prelude has too.
        let module = naga::front::wgsl::parse_str(&text).ok().filter(|_| !text.is_empty());
        (name, module.unwrap_or_else(|| parse(&with_prelude(&text))))
    })
    .collect()
}

fn parse(source: &str) -> Module {
    naga::front::wgsl::parse_str(source).unwrap_or_else(|e| panic!("{}", e.emit_to_string(source)))
}

fn functions(module: &Module) -> impl Iterator<Item = &Function> {
    module.functions.iter().map(|(_, f)| f).chain(module.entry_points.iter().map(|e| &e.function))
}

#[test]
fn no_shader_tests_a_float_for_nan() {
    let modules = modules();
    let names: Vec<_> = modules.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["canvas.wgsl", "delta.wgsl", "gather.wgsl", "prelude.wgsl"] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    for (name, module) in &modules {
        assert!(functions(module).count() > 0, "{name} has functions");
        for function in functions(module) {
            assert_eq!(nan_tests(function), 0, "{name}, {:?}", function.name);
        }
    }
}

#[test]
fn a_test_for_nan_would_be_found() {
    for body in [
        "return x != x;",
        "return !(x == x);",
        "let y = x; return y != x;",
        "let y = x * 2.0; return y != x * 2.0;",
        "var y = x; return y != y;",
        "return !(v.y <= v.y) || x < 0.0;",
        "let y = v[1]; return y == v.y;",
        "return all(v == v);",
        "return abs(x) != abs(x);",
        "return f32(i) == f32(i);",
        "return !(x >= x || x > 1.0);",
    ] {
        let source = format!("fn f(x: f32, v: vec2f, i: i32) -> bool {{ {body} }}");
        let found: usize = functions(&parse(&source)).map(nan_tests).sum();
        assert_eq!(found, 1, "{body}");
    }
    for body in ["return x != v.x;", "return v.x == v.y;", "return x * 2.0 < x;", "return f32(i) != x;"] {
        let source = format!("fn f(x: f32, v: vec2f, i: i32) -> bool {{ {body} }}");
        let found: usize = functions(&parse(&source)).map(nan_tests).sum();
        assert_eq!(found, 0, "{body}");
    }
}

/// Comparisons of a value with itself, the usual test for NaN, and the functions made for it.
fn nan_tests(function: &Function) -> usize {
    use BinaryOperator::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    let is_one = |e: &Expression| match e {
        Expression::Binary {
            op: Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual,
            left,
            right,
        } => same(function, *left, *right),
        Expression::Relational { fun: RelationalFunction::IsNan | RelationalFunction::IsInf, .. } => true,
        _ => false,
    };
    function.expressions.iter().filter(|(_, e)| is_one(e)).count()
}

/// Whether both are written alike: the same operations on the same operands, through every `let`.
fn same(function: &Function, left: Handle<Expression>, right: Handle<Expression>) -> bool {
    use Expression as E;
    if left == right {
        return true;
    }
    let same = |a: &Handle<Expression>, b: &Handle<Expression>| same(function, *a, *b);
    match (&function.expressions[left], &function.expressions[right]) {
        (E::Literal(a), E::Literal(b)) => a == b,
        (E::Constant(a), E::Constant(b)) => a == b,
        (E::Override(a), E::Override(b)) => a == b,
        (E::FunctionArgument(a), E::FunctionArgument(b)) => a == b,
        (E::LocalVariable(a), E::LocalVariable(b)) => a == b,
        (E::GlobalVariable(a), E::GlobalVariable(b)) => a == b,
        (E::Load { pointer: a }, E::Load { pointer: b }) => same(a, b),
        (E::Splat { value: a, size: n }, E::Splat { value: b, size: m }) => n == m && same(a, b),
        (E::Unary { op: o, expr: a }, E::Unary { op: p, expr: b }) => o == p && same(a, b),
        (E::AccessIndex { base: a, index: i }, E::AccessIndex { base: b, index: j }) => i == j && same(a, b),
        (E::Access { base: a, index: i }, E::Access { base: b, index: j }) => same(a, b) && same(i, j),
        (E::Swizzle { vector: a, pattern: p, .. }, E::Swizzle { vector: b, pattern: q, .. }) => {
            p == q && same(a, b)
        }
        (E::Binary { op: o, left: a, right: c }, E::Binary { op: p, left: b, right: d }) => {
            o == p && same(a, b) && same(c, d)
        }
        (E::Compose { components: a, .. }, E::Compose { components: b, .. }) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (E::As { expr: a, kind: k, convert: c }, E::As { expr: b, kind: l, convert: d }) => {
            k == l && c == d && same(a, b)
        }
        (
            E::Math { fun: f, arg: a, arg1: a1, arg2: a2, arg3: a3 },
            E::Math { fun: g, arg: b, arg1: b1, arg2: b2, arg3: b3 },
        ) => {
            let both = |a: &Option<_>, b: &Option<_>| match (a, b) {
                (Some(a), Some(b)) => same(a, b),
                (a, b) => a.is_none() && b.is_none(),
            };
            f == g && same(a, b) && both(a1, b1) && both(a2, b2) && both(a3, b3)
        }
        _ => false,
    }
}
