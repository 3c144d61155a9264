#!/bin/sh
# Pictures of the window at several sizes, to be looked at: into target/screenshots, which git ignores.
#
#   tests/screenshots.sh [PATH...]      what is opened; the small cloth sequences unless given
#
# Needs Xvfb, xdotool and ImageMagick's import (Debian: xvfb xdotool imagemagick). AOVSCOPE names the
# program; target/debug/aovscope unless given. PAUSE is how many seconds nothing may be drawn before the
# program counts as done with a step; by its frame log, so that slow drawing is waited for.
set -eu
cd "$(dirname "$0")/.."
program=$(realpath "${AOVSCOPE:-target/debug/aovscope}")
pause=${PAUSE:-2}
[ $# -gt 0 ] || set -- tests/data/cloth/clothsimv1 tests/data/cloth/clothsimv2
mkdir -p target/screenshots
out=$(realpath target/screenshots)
home=$(mktemp -d)
screen= window_of=
trap 'kill $window_of $screen 2>/dev/null || true; rm -rf "$home"' EXIT
export AOVSCOPE_FRAME_LOG="$home/frames.csv"
export HOME="$home" XDG_CONFIG_HOME="$home/config" XDG_STATE_HOME="$home/state" XDG_RUNTIME_DIR="$home"
unset WAYLAND_DISPLAY

# settle: until nothing was drawn for a while; half a minute at most.
settle() {
    before=-1 tries=0
    while now=$(wc -l <"$AOVSCOPE_FRAME_LOG"); [ "$now" != "$before" ] && [ $tries -lt 15 ]; do
        before=$now tries=$((tries + 1))
        sleep "$pause"
    done
}

# shot NAME: what is on screen once all is drawn.
shot() {
    settle
    import -window "$window" "$out/$name-$1.png"
}

# press KEY...: each with time to be drawn.
press() {
    for key in "$@"; do
        xdotool key "$key"
        settle
    done
}

# run WIDTH HEIGHT SCALE [PATH...]: opens the program on a screen of that size.
run() {
    width=$1 height=$2 WINIT_X11_SCALE_FACTOR=$3
    export WINIT_X11_SCALE_FACTOR
    shift 3
    mkfifo "$home/display"
    Xvfb -displayfd 3 -screen 0 "${width}x${height}x24" -nolisten tcp 3>"$home/display" 2>/dev/null &
    screen=$!
    read -r number <"$home/display"
    rm "$home/display"
    export DISPLAY=":$number"
    "$program" "$@" 2>"$out/stderr.txt" &
    window_of=$!
    tries=0
    while ! window=$(xdotool search --onlyvisible --name '^aovscope$' 2>/dev/null | head -n 1) || [ -z "$window" ]; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || { echo "no window; it said:" >&2; cat "$out/stderr.txt" >&2; exit 1; }
        sleep 0.2
    done
    xdotool windowmove "$window" 0 0 windowsize "$window" "$width" "$height" windowfocus "$window"
    settle
}

stop() {
    kill $window_of $screen 2>/dev/null || true
    wait $window_of $screen 2>/dev/null || true
}

for size in "1280 720 1" "1920 1080 1" "3840 2160 2"; do
    # shellcheck disable=SC2086 # three words
    set -- $size "$@"
    name=$1x$2@$3
    run "$@"
    shot difference
    # The middle of the picture lies left of and above that of the window.
    xdotool mousemove $((width * 47 / 100)) $((height * 35 / 100)) click 1
    shot tracked
    press 4
    shot wipe
    press 5
    shot side-by-side
    press 3 End n
    shot changes
    press t
    shot map-over-frames
    press shift+t shift+m
    shot matrix
    press shift+m ctrl+k
    xdotool type --delay 60 "aov"
    shot palette
    press Escape F1
    shot keys
    press Escape ctrl+comma
    shot settings
    press Escape ctrl+k
    xdotool type --delay 60 "light colours"
    press Return
    shot light-difference
    press 1
    shot light-reference
    stop
    rm -rf "$home/config"
    shift 3
done
name=1280x720@1
run 1280 720 1
shot empty
stop
echo "pictures in $out"
