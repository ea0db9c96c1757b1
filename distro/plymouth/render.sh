#!/usr/bin/env bash
# render.sh OUT CURTAIN: draws the theme's pictures from logo.svg and the splash that the UKI shows before Linux runs, and
# into CURTAIN the same as bare pixels, for the screen while the browser starts.
# Needs rsvg-convert (librsvg2-bin) and convert (imagemagick).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$1
curtain=$2
frames=24
mkdir -p "$out" "$curtain"
cp "$here/matrix-os/matrix-os.plymouth" "$out/"
rsvg-convert --width 160 --height 160 "$here/logo.svg" --output "$out/watermark.png"

# Not drawn by turning one picture: each frame is exact.
for ((frame = 0; frame < frames; frame++)); do
  angle=$((360 * frame / frames))
  printf '<svg xmlns="http://www.w3.org/2000/svg" width="36" height="36"><g transform="rotate(%d 18 18)" fill="none" stroke-width="4">
    <circle cx="18" cy="18" r="16" stroke="#1b3a2d"/><path d="M18 2a16 16 0 0 1 16 16" stroke="#3ddc84" stroke-linecap="round"/></g></svg>' "$angle" |
    rsvg-convert --output "$out/$(printf 'throbber-%04d.png' $((frame + 1)))"
done

draw() { rsvg-convert --output "$out/$1.png"; }
echo '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="40"><rect x="1" y="1" width="318" height="38" rx="10" fill="#0d1714" stroke="#2c6b4d" stroke-width="2"/></svg>' | draw entry
echo '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><circle cx="5" cy="5" r="4" fill="#3ddc84"/></svg>' | draw bullet
echo '<svg xmlns="http://www.w3.org/2000/svg" width="28" height="34"><rect x="2" y="14" width="24" height="18" rx="4" fill="#3ddc84"/><path d="M7 14v-4a7 7 0 0 1 14 0v4" fill="none" stroke="#3ddc84" stroke-width="3"/></svg>' | draw lock
for name in capslock keyboard; do
  echo '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="20"><rect x="1" y="1" width="30" height="18" rx="4" fill="none" stroke="#9fb3ab" stroke-width="2"/><path d="M9 14h14M7 7h2M12 7h2M17 7h2M22 7h2" stroke="#9fb3ab" stroke-width="2"/></svg>' | draw "$name"
done

# The stub draws a bitmap in the middle of the screen, before any driver; its own background is black.
rsvg-convert --width 160 --height 160 --background-color '#000000' "$here/logo.svg" |
  convert - -alpha off -define bmp:format=bmp3 "BMP3:$out/splash.bmp"

bare() { convert "$@" -background '#06090c' -alpha remove -depth 8 BGRA:-; }
bare "$out/watermark.png" >"$curtain/logo.bgra"
for frame in "$out"/throbber-*.png; do bare "$frame"; done >"$curtain/spinner.bgra"
