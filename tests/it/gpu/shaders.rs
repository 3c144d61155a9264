//! No shader looks for NaN or infinity in a float: WGSL may assume that neither exists.
//!
//! All of `shaders/` is walked; a new one needs no line here, but a part of a pass is looked at within the
//! pass that it belongs to. What cannot be seen: a bound that comes
//! from a uniform, and `min`, `max`, `clamp` that happen to drop a NaN.

use std::path::Path;

use aovscope::app::canvas_source;
use aovscope::gpu::{delta_source, flip_source, gather_source, with_prelude};
use naga::{
    Arena, BinaryOperator, Block, Expression, Function, Handle, Literal, LocalVariable, Module,
    RelationalFunction, ScalarKind, Statement,
};

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
        if let Some(pass) = pass_of(&text) {
            return (name, parse(&pass));
        }
        // Those that stand alone declare names of their own that the prelude has too.
        let module = naga::front::wgsl::parse_str(&text).ok().filter(|_| !text.is_empty());
        (name, module.unwrap_or_else(|| parse(&with_prelude(&text))))
    })
    .collect()
}

/// The pass that `text` is a part of, where it is one of several.
fn pass_of(text: &str) -> Option<String> {
    let passes = [delta_source(), flip_source(), gather_source(), canvas_source()];
    passes.into_iter().find(|pass| !text.is_empty() && pass.contains(text))
}

fn parse(source: &str) -> Module {
    naga::front::wgsl::parse_str(source).unwrap_or_else(|e| panic!("{}", e.emit_to_string(source)))
}

fn functions(module: &Module) -> impl Iterator<Item = &Function> {
    module.functions.iter().map(|(_, f)| f).chain(module.entry_points.iter().map(|e| &e.function))
}

#[test]
fn no_shader_tests_a_float_for_nan_or_infinity() {
    let modules = modules();
    let names: Vec<_> = modules.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        "angle.wgsl",
        "heat.wgsl",
        "light.wgsl",
        "screen.wgsl",
        "values.wgsl",
        "delta.wgsl",
        "gather.wgsl",
        "pixel.wgsl",
        "prelude.wgsl",
        "temporal.wgsl",
    ] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    for (name, module) in &modules {
        assert!(functions(module).count() > 0, "{name} has functions");
        for function in functions(module) {
            assert_eq!(nan_tests(function), 0, "{name}, {:?}", function.name);
            assert_eq!(infinity_tests(module, function), 0, "{name}, {:?}", function.name);
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

#[test]
fn a_test_for_infinity_would_be_found() {
    let found = |body: &str| -> usize {
        let source = format!(
            "const LARGEST = 0x1.fffffep+127;
            const LARGEST_BITS = 0x7f7fffffu;
            override most: f32 = 3.4e38;
            fn f(x: f32, v: vec2f, i: u32) -> bool {{ {body} }}"
        );
        let module = parse(&source);
        functions(&module).map(|function| infinity_tests(&module, function)).sum()
    };
    for body in [
        "return x > 3.4028234e38;",
        "return abs(x) <= 3.40282e+38f;",
        "return x < -3.4e38;",
        "return LARGEST >= abs(x);",
        "return x == bitcast<f32>(0x7f7fffffu);",
        "return x != bitcast<f32>(LARGEST_BITS);",
        "let b = 0x7f800000u; return abs(x) == bitcast<f32>(b);",
        "var b = 0x7f800000u; return abs(x) == bitcast<f32>(b);",
        "var b = 0xff800000u; return x > bitcast<f32>(b);",
        "var largest = 3.4028234e38; return !(x < largest);",
        "return any(v > vec2f(3.4028234e38));",
        "return v.x > vec2f(0.0, 3.4028234e38).y;",
        "return x > most;",
        "let zero = 0.0; return x == 1.0 / zero;",
    ] {
        assert_eq!(found(body), 1, "{body}");
    }
    for body in [
        "return x > 1.0e30;",
        "return i > 0x7f7fffffu;",
        "return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u;",
        "return bitcast<f32>(i) < x;",
        "return x < 1.0 / 3.0;",
        "return x < v.x / v.y;",
        "var b = 0x3f800000u; return x > bitcast<f32>(b);",
    ] {
        assert_eq!(found(body), 0, "{body}");
    }
}

/// Comparisons of a float with a constant at or beyond the largest one, however it is written.
fn infinity_tests(module: &Module, function: &Function) -> usize {
    let is_one = |e: &Expression| match e {
        Expression::Binary { op, left, right } if is_comparison(*op) => {
            let constants = Constants { module, function };
            constants.is_huge(*left) || constants.is_huge(*right)
        }
        _ => false,
    };
    function.expressions.iter().filter(|(_, e)| is_one(e)).count()
}

/// Below the largest f32, and above whatever a sound bound of a value is.
const HUGE: f32 = 3.0e38;

struct Constants<'a> {
    module: &'a Module,
    function: &'a Function,
}

impl Constants<'_> {
    /// Whether any number that `handle` is made of is huge.
    fn is_huge(&self, handle: Handle<Expression>) -> bool {
        let numbers = self.numbers(&self.function.expressions, handle, &mut Vec::new());
        numbers.into_iter().any(|number| matches!(number, Literal::F32(n) if n.is_nan() || n.abs() >= HUGE))
    }

    /// The numbers that an expression is made of, as far as they are written in the shader; none where
    /// it depends on anything else. `seen`: variables that were looked at, which may depend on
    /// themselves.
    fn numbers(
        &self,
        arena: &Arena<Expression>,
        handle: Handle<Expression>,
        seen: &mut Vec<Handle<LocalVariable>>,
    ) -> Vec<Literal> {
        use Expression as E;
        let global = |init| self.numbers(&self.module.global_expressions, init, &mut Vec::new());
        let mut of = |handle: Handle<Expression>| self.numbers(arena, handle, seen);
        match &arena[handle] {
            E::Literal(literal) => vec![*literal],
            E::Constant(constant) => global(self.module.constants[*constant].init),
            E::Override(handle) => self.module.overrides[*handle].init.map(global).unwrap_or_default(),
            // What a variable begins with: it may change, but a shader that gives it such a number
            // means to use it.
            E::Load { pointer } => match &arena[*pointer] {
                E::LocalVariable(variable) if seen.contains(variable) => Vec::new(),
                E::LocalVariable(variable) => {
                    let variable = *variable;
                    seen.push(variable);
                    let stored = stores(
                        &self.function.body,
                        &|pointer| matches!(arena[pointer], E::LocalVariable(v) if v == variable),
                    );
                    let init = self.function.local_variables[variable].init;
                    let values = init.into_iter().chain(stored);
                    values.flat_map(|value| self.numbers(arena, value, seen)).collect()
                }
                E::GlobalVariable(variable) => {
                    self.module.global_variables[*variable].init.map(global).unwrap_or_default()
                }
                _ => Vec::new(),
            },
            E::Splat { value, .. } => of(*value),
            E::Compose { components, .. } => components.iter().flat_map(|c| of(*c)).collect(),
            E::AccessIndex { base, .. } | E::Access { base, .. } => of(*base),
            E::Swizzle { vector, .. } => of(*vector),
            E::Unary { expr, .. } | E::Math { arg: expr, .. } => of(*expr),
            E::As { expr, kind: ScalarKind::Float, convert: None } => {
                let bits = of(*expr).into_iter();
                bits.map(|n| if let Literal::U32(n) = n { Literal::F32(f32::from_bits(n)) } else { n })
                    .collect()
            }
            E::As { expr, .. } => of(*expr),
            E::Binary { op: BinaryOperator::Divide, left, right } => {
                let by_zero = of(*right).iter().any(|n| matches!(n, Literal::F32(n) if *n == 0.0));
                if by_zero { vec![Literal::F32(f32::INFINITY)] } else { of(*left) }
            }
            _ => Vec::new(),
        }
    }
}

/// What is stored where `is_it` says so, at any depth.
fn stores(block: &Block, is_it: &dyn Fn(Handle<Expression>) -> bool) -> Vec<Handle<Expression>> {
    let one = |statement: &Statement| match statement {
        Statement::Store { pointer, value } if is_it(*pointer) => vec![*value],
        Statement::Block(block) => stores(block, is_it),
        Statement::If { accept, reject, .. } => [accept, reject].map(|b| stores(b, is_it)).concat(),
        Statement::Switch { cases, .. } => cases.iter().flat_map(|c| stores(&c.body, is_it)).collect(),
        Statement::Loop { body, continuing, .. } => [body, continuing].map(|b| stores(b, is_it)).concat(),
        _ => Vec::new(),
    };
    block.iter().flat_map(one).collect()
}

fn is_comparison(op: BinaryOperator) -> bool {
    use BinaryOperator::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    matches!(op, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual)
}

/// Comparisons of a value with itself, the usual test for NaN, and the functions made for it.
fn nan_tests(function: &Function) -> usize {
    let is_one = |e: &Expression| match e {
        Expression::Binary { op, left, right } if is_comparison(*op) => same(function, *left, *right),
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
