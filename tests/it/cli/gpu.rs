//! `aovscope gpu`, and which adapter the other commands take. Needs an adapter, as all GPU tests do.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn aovscope(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aovscope"));
    // As on a farm node: no screen.
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "WGPU_ADAPTER_NAME", "WGPU_BACKEND"] {
        command.env_remove(name);
    }
    command.args(arguments).envs(variables.iter().copied()).output().expect("the program starts")
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (text(&output.stdout), text(&output.stderr))
}

fn json(arguments: &[&str], variables: &[(&str, &str)]) -> Value {
    let output = aovscope(&[&["gpu", "--json"], arguments].concat(), variables);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {:?}", texts(&output)))
}

/// A picture of four grey pixels.
fn one_row(folder: &Path) -> PathBuf {
    let path = folder.join("a.png");
    let mut encoder = png::Encoder::new(std::fs::File::create(&path).expect("made"), 4, 1);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("written");
    writer.write_image_data(&[1, 2, 3, 4]).expect("written");
    path
}

/// The loader then finds no driver: as where nothing is installed.
const NO_VULKAN: [(&str, &str); 3] =
    [("VK_ICD_FILENAMES", "/nonexistent"), ("VK_DRIVER_FILES", "/nonexistent"), ("WGPU_BACKEND", "vulkan")];

#[test]
fn adapters_are_listed_and_the_chosen_one_is_told() {
    let report = json(&[], &[]);
    assert_eq!((&report["schema"], &report["version"]), (&"aovscope-gpu".into(), &1.into()));
    let adapters = report["adapters"].as_array().expect("a list");
    for (index, adapter) in adapters.iter().enumerate() {
        assert_eq!(adapter["index"], index);
        assert!(adapter["limits"]["texture_side"].as_u64() >= Some(2048), "{adapter}");
        assert!(adapter["features"]["timestamp-query"].is_boolean(), "{adapter}");
    }
    let is_hardware = |adapter: &Value| adapter["software"] == false;
    assert_eq!(report["auto"]["backend"], if adapters.iter().any(is_hardware) { "gpu" } else { "cpu" });
    assert_eq!((&report["gpu"]["backend"], &report["gpu"]["self_test"]), (&"gpu".into(), &true.into()));
    let chosen = report["gpu"]["adapter"].as_u64().expect("an index") as usize;
    assert_eq!(is_hardware(&adapters[chosen]), adapters.iter().any(is_hardware));

    let output = aovscope(&["gpu"], &[]);
    let (out, err) = texts(&output);
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{out}");
    let name = adapters[chosen]["name"].as_str().expect("a name");
    let line = format!("--backend gpu   adapter {chosen}, {name} (self-test passed): ");
    assert!(out.contains(&line), "{out}");
}

#[test]
fn without_any_driver_it_says_what_to_install() {
    let output = aovscope(&["gpu"], &NO_VULKAN);
    let (out, err) = texts(&output);
    assert_eq!((output.status.code(), err.as_str()), (Some(2), ""), "{out}");
    assert!(out.starts_with("no graphics adapter was found") && out.contains("mesa-vulkan-drivers"), "{out}");
    assert!(out.contains("variable        WGPU_BACKEND=vulkan"), "{out}");
    let report = json(&[], &NO_VULKAN);
    assert_eq!((&report["auto"]["backend"], &report["gpu"]["backend"]), (&"cpu".into(), &Value::Null));
    assert_eq!(report["adapters"], Value::Array(Vec::new()));
    assert_eq!(report["variables"]["VK_ICD_FILENAMES"], "/nonexistent");
}

#[test]
fn an_adapter_that_is_named_is_the_one_used() {
    let report = json(&[], &[]);
    for adapter in report["adapters"].as_array().expect("a list") {
        // GL compiles for too long where it is software.
        if adapter["api"] == "gl" {
            continue;
        }
        let index = adapter["index"].to_string();
        let name = adapter["name"].as_str().expect("a name").to_uppercase();
        for (named, variable) in [(index.as_str(), "no such"), (&name, "")] {
            let choice = json(&["--adapter", named], &[("WGPU_ADAPTER_NAME", variable)]);
            for backend in ["auto", "gpu"] {
                assert_eq!(choice[backend]["backend"], "gpu", "{choice}");
                assert_eq!(choice[backend]["reason"], "--adapter names it", "{choice}");
            }
        }
    }
}

#[test]
fn a_name_that_no_adapter_has_is_an_error_that_lists_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = one_row(folder.path());
    let path = path.to_str().expect("text");
    let first = json(&[], &[])["adapters"][0]["name"].as_str().expect("a name").to_owned();
    for arguments in [&["gpu"][..], &["compare", path, path], &["compare", path, path, "--backend", "gpu"]] {
        let output = aovscope(&[arguments, &["--adapter", "no such card"]].concat(), &[]);
        let (_, err) = texts(&output);
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(err.contains("no graphics adapter is \"no such card\"; there are 0 "), "{err}");
        assert!(err.contains(&first), "{err}");
    }
    // Software too, by name, with the default back end.
    let output = aovscope(&["compare", path, path, "--json", "-", "--adapter", &first], &[]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), &report["backend"]), (Some(0), &"gpu".into()));
    let output = aovscope(&["compare", path, path, "--backend", "cpu", "--adapter", "0"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(texts(&output).1.contains("--adapter chooses a GPU"), "{:?}", texts(&output));
}

#[test]
fn a_blank_name_is_refused() {
    for arguments in [&["gpu"][..], &["compare", "a.png", "b.png"], &["probe", "a.png", "--pixel", "1,1"]] {
        for name in ["", "  "] {
            let output = aovscope(&[arguments, &["--adapter", name]].concat(), &[]);
            let (out, err) = texts(&output);
            assert_eq!((output.status.code(), out.as_str()), (Some(2), ""), "{err}");
            assert!(err.contains("--adapter") && err.contains("the name of the adapter is blank"), "{err}");
        }
    }
}

#[test]
fn a_variable_that_names_no_interface_is_told_with_those_there_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = one_row(folder.path());
    let path = path.to_str().expect("text");
    let wrong = [("WGPU_BACKEND", "vulcan")];
    for arguments in [&["gpu"][..], &["gpu", "--json"], &["compare", path, path, "--backend", "gpu"]] {
        let output = aovscope(arguments, &wrong);
        let (out, err) = texts(&output);
        assert_eq!((output.status.code(), out.as_str()), (Some(2), ""), "{err}");
        assert!(
            err.contains("WGPU_BACKEND is \"vulcan\"") && err.contains("vulkan, metal, dx12, gl"),
            "{err}"
        );
    }
    // The default goes on without a GPU, and says why.
    let output = aovscope(&["compare", path, path], &wrong);
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(err.contains("the CPU compares, since WGPU_BACKEND is \"vulcan\""), "{err}");
    let report = json(&[], &[("WGPU_BACKEND", "metal,dx12")]);
    let reason = report["gpu"]["reason"].as_str().expect("a reason");
    assert!(cfg!(not(target_os = "linux")) || reason.contains("by WGPU_BACKEND=\"metal,dx12\""), "{reason}");
}
