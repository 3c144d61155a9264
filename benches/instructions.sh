#!/usr/bin/env bash
# Counts the instructions of reading small frames, on one thread, with valgrind:
#
#   benches/instructions.sh           writes benches/instructions.tsv and prints what has changed
#   benches/instructions.sh --check   fails if a case needs over 3 % more than the table says
#
# Unlike times, the counts are the same on a busy machine, so a change of a few per cent is seen.
# valgrind offers programs AVX2 and no AVX-512: what is counted is the path of AVX2. Counts are no
# times: they tell nothing of memory and of instructions that take long.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

table=benches/instructions.tsv
most_percent=3

for tool in valgrind cargo python3; do
    command -v "$tool" >/dev/null || { echo "benches/instructions.sh: needs $tool" >&2; exit 2; }
done
[[ $# -eq 0 || "$*" == --check ]] || { echo "usage: benches/instructions.sh [--check]" >&2; exit 2; }

folder="$(mktemp -d)"
trap 'rm -r "$folder"' EXIT

program="$(cargo bench --locked --no-run --bench instructions --message-format=json 2>"$folder/build" |
    python3 -c 'import json, sys
messages = [json.loads(line) for line in sys.stdin if line.startswith("{")]
built = [m for m in messages if m.get("executable") and m["target"]["name"] == "instructions"]
print(built[-1]["executable"])')" || { cat "$folder/build" >&2; exit 2; }

"$program" write "$folder" >"$folder/cases"
# The symbol: instructions::counted_decode and a hash.
while IFS=$'\t' read -r name file what bytes; do
    valgrind --tool=callgrind --toggle-collect='*counted_decode*' \
        --callgrind-out-file="$folder/out" "$program" read "$file" "$what" >"$folder/log" 2>&1 ||
        { cat "$folder/log" >&2; exit 2; }
    count="$(sed -n 's/^summary: \([0-9]*\).*/\1/p; s/^totals: \([0-9]*\).*/\1/p' "$folder/out" | tail -n 1)"
    ((count > 0)) || { echo "benches/instructions.sh: nothing was counted for $name" >&2; exit 2; }
    printf '%s\t%s\t%s\n' "$name" "$count" "$(python3 -c "print(f'{$count / $bytes:.3f}')")"
done <"$folder/cases" >"$folder/counts"

python3 - "$folder/counts" "$table" "$most_percent" "$@" <<'PYTHON'
import pathlib
import sys

counts, table, most, *check = sys.argv[1:]


def read(path):
    lines = pathlib.Path(path).read_text().splitlines() if pathlib.Path(path).exists() else []
    return {line.split("\t")[0]: line.split("\t")[1:] for line in lines if not line.startswith("case\t")}


before, now, over = read(table), read(counts), []
for name, (count, per_byte) in now.items():
    change = (int(count) / int(before[name][0]) - 1) * 100 if name in before else None
    told = "new" if change is None else f"{change:+.2f} %"
    print(f"{name:12} {int(count):>14,} {per_byte:>9} {told:>10}")
    if change is None or change > float(most):
        over.append(name)
if check:
    missing = sorted(set(before) - set(now))
    if over or missing:
        sys.exit(f"over {most} % more than {table} says, or not in it: {', '.join(over + missing)}")
else:
    lines = ["\t".join(["case", "instructions", "per_byte"])]
    lines += ["\t".join([name, *values]) for name, values in now.items()]
    pathlib.Path(table).write_text("\n".join(lines) + "\n")
PYTHON
