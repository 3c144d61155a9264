#!/usr/bin/env bash
# Runs the tests: `bash tests/run.sh [arguments of cargo test]`.
#
# On Debian and Ubuntu, as root or with a sudo that asks nothing, it first installs the packages that
# the tests need and this machine lacks. Elsewhere it names them and goes on: a test that lacks its
# package fails and says so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A software Vulkan driver; what the window loads while it runs; a screen without a screen, a window
# manager, hands and eyes for it; NumPy, which reads the exports.
packages=(
    libvulkan1 mesa-vulkan-drivers
    libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon0 libxkbcommon-x11-0 libxrandr2
    imagemagick openbox x11-utils xdotool xvfb
    python3 python3-numpy
)

is_installed() {
    [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]
}

missing=()
if command -v dpkg-query >/dev/null; then
    for package in "${packages[@]}"; do
        is_installed "$package" || missing+=("$package")
    done
else
    echo "tests/run.sh: not Debian or Ubuntu; the tests need what these packages hold: ${packages[*]}" >&2
fi

if ((${#missing[@]})); then
    as_root=()
    if ((EUID != 0)); then
        as_root=(sudo -n)
    fi
    if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
        echo "tests/run.sh: installing ${missing[*]}" >&2
        options=(-qq -o DPkg::Lock::Timeout=400 -o Acquire::Retries=3)
        # A failing mirror is told once more, by name, in the tests that lack something.
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" update >&2 || true
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" \
            install -y --no-install-recommends "${missing[@]}" >&2 ||
            echo "tests/run.sh: could not install ${missing[*]}" >&2
    else
        echo "tests/run.sh: missing, and no right to install (root or sudo): ${missing[*]}" >&2
    fi
fi

# Without it Mesa complains of a missing Wayland at each look at the adapters.
export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/tmp}"

exec cargo test "$@"
