#!/bin/sh
# Makes docs/charts/*.svg of what the benchmark scripts have left in target/bench/*.tsv: one of bars for each chart named there.
#   bench/charts.sh [file.tsv …]
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- target/bench/*.tsv
if [ ! -f "$1" ]; then
  echo 'no results yet: run the other scripts in bench/ first' >&2
  exit 1
fi
mkdir -p docs/charts
# Columns: chart, title, bar, figure. The greys are read on white and on black; Slotstream's bars are the coloured ones.
awk -F '\t' '
  function text(x, y, anchor, size, what) {
    gsub(/&/, "\\&amp;", what); gsub(/</, "\\&lt;", what)
    return sprintf("  <text x=\"%d\" y=\"%d\" text-anchor=\"%s\" font-size=\"%d\">%s</text>\n", x, y, anchor, size, what)
  }
  function figure(value,   digits, out) {
    if (value < 100 && value != int(value)) return sprintf(value < 10 ? "%.2f" : "%.1f", value)
    for (digits = sprintf("%.0f", value); length(digits) > 3; digits = substr(digits, 1, length(digits) - 3))
      out = "," substr(digits, length(digits) - 2) out
    return digits out
  }
  {
    if (!($1 in bars)) charts[++count] = $1
    title[$1] = $2
    label[$1, ++bars[$1]] = $3
    value[$1, bars[$1]] = $4
    if ($4 > most[$1]) most[$1] = $4
  }
  END {
    for (c = 1; c <= count; c++) {
      chart = charts[c]
      file = "docs/charts/" chart ".svg"
      height = 44 + 26 * bars[chart]
      printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 %d\" width=\"720\" height=\"%d\" role=\"img\"" \
        " font-family=\"sans-serif\" fill=\"#768390\">\n  <title>%s</title>\n", height, height, title[chart] >file
      printf "%s", text(8, 22, "start", 15, title[chart]) >file
      for (i = 1; i <= bars[chart]; i++) {
        y = 36 + 26 * (i - 1)
        width = most[chart] > 0 ? 380 * value[chart, i] / most[chart] : 0
        ours = label[chart, i] ~ /^Slotstream/ || title[chart] ~ /^Slotstream/
        printf "%s", text(242, y + 15, "end", 13, label[chart, i]) >file
        printf "  <rect x=\"250\" y=\"%d\" width=\"%.1f\" height=\"20\" rx=\"2\" fill=\"%s\"/>\n", y, width < 1 ? 1 : width, \
          (ours ? "#2f81f7" : "#8b949e") >file
        printf "%s", text(256 + width, y + 15, "start", 13, figure(value[chart, i])) >file
      }
      print "</svg>" >file
      close(file)
      print file
    }
  }' "$@"
