"""The style sheet of the page: for screens, phones and print, light and dark.

Every colour is a variable, also those of the charts, so that one media query turns the
whole page, and printing turns it back.
"""

__all__ = ["STYLE"]

_LIGHT = """
  --paper: #fbfaf6; --card: #ffffff; --ink: #23262b; --soft: #5c636d;
  --rule: #e3dfd5; --grid: #ece9e1; --accent: #1b6a72; --accent-soft: #a8cdd0;
  --second: #b8711a; --second-soft: #ecd3ab; --faint: #8d939b; --on-accent: #ffffff;
  --wash: #1b6a7222; --edge: #00000024; --heat: 27 106 114;
"""
_DARK = """
  --paper: #16191c; --card: #1d2125; --ink: #e8e6e0; --soft: #a3abb4;
  --rule: #333a40; --grid: #2a3036; --accent: #6fc3c9; --accent-soft: #2f5f64;
  --second: #e3ab5c; --second-soft: #6b5126; --faint: #7f8892; --on-accent: #10211f;
  --wash: #6fc3c92b; --edge: #00000080; --heat: 111 195 201;
"""

_BASE = """
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue",
    "Noto Sans", "DejaVu Sans", sans-serif;
}
main, header.top, footer { max-width: 64rem; margin: 0 auto; padding: 0 1.25rem; }
h1, h2, .figure-value {
  font-family: "Iowan Old Style", Charter, "Palatino Linotype", Palatino, Georgia,
    "DejaVu Serif", serif;
  font-weight: 600; letter-spacing: -0.01em; text-wrap: balance;
}
h1 { font-size: clamp(1.7rem, 1.3rem + 2vw, 2.5rem); line-height: 1.18;
  margin: 0.35rem 0 1rem; max-width: 52rem; }
h2 { font-size: clamp(1.3rem, 1.1rem + 1vw, 1.65rem); line-height: 1.25;
  margin: 0.2rem 0 0.75rem; max-width: 60rem; }
h3 { font-size: 1.0625rem; margin: 1.75rem 0 0.5rem; }
p { margin: 0 0 1rem; max-width: 44rem; text-wrap: pretty; }
a { color: var(--accent); text-underline-offset: 0.15em; }
a:focus-visible, summary:focus-visible, button:focus-visible, input:focus-visible,
[tabindex]:focus-visible {
  outline: 3px solid var(--second); outline-offset: 2px; border-radius: 3px;
}
.eyebrow { color: var(--accent); font-size: 0.82rem; font-weight: 650;
  letter-spacing: 0.08em; text-transform: uppercase; margin: 0; }
.doubt { border-left: 4px solid var(--second); padding: 0.4rem 0 0.4rem 0.9rem; }
.quiet, .quiet a { color: var(--soft); font-size: 0.95rem; }
header.top { padding-top: clamp(1.5rem, 5vw, 3rem); }
section { border-top: 1px solid var(--rule); padding: 2.25rem 0 1.5rem; }
h2 + .scroll, h3 + .scroll { margin-top: 0; }
nav ol { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; list-style: none;
  margin: 0 0 1.75rem; padding: 0; font-size: 0.95rem; }
nav a { display: inline-block; padding: 0.2rem 0; }
.figures { display: grid; gap: 0.9rem; margin: 1.5rem 0 1.25rem; padding: 0;
  grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); }
.figures > div, .card { background: var(--card); border: 1px solid var(--rule);
  border-radius: 10px; padding: 0.9rem 1rem 1rem; }
.figures dt { color: var(--soft); font-size: 0.9rem; line-height: 1.35; }
.figures dd { margin: 0; }
.figure-value { display: block; font-size: 1.7rem; line-height: 1.25;
  margin: 0.2rem 0; white-space: nowrap; }
.figures small { color: var(--soft); font-size: 0.88rem; line-height: 1.4;
  display: block; }
.cards { display: grid; gap: 0.9rem; margin: 1.25rem 0 1rem;
  grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); }
.card { border-top: 4px solid var(--accent); display: flex; flex-direction: column; }
.card.protect { border-top-color: var(--second); }
.card.second-order { border-top-color: var(--faint); }
.card h3 { margin: 0; font-size: 0.95rem; color: var(--soft); font-weight: 600; }
.card p { margin: 0 0 0.6rem; font-size: 0.97rem; line-height: 1.5; }
.card .quiet { font-size: 0.88rem; }
.card .figure-value { font-size: 1.7rem; margin: 0.1rem 0 0; }
.links { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; }
.card p.links { margin-top: auto; margin-bottom: 0; }
.links a { font-weight: 600; padding: 0.3rem 0; }
.two { display: grid; gap: 0 1.1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
"""

_FIGURES = """
figure { margin: 1rem 0 1.25rem; background: var(--card);
  border: 1px solid var(--rule); border-radius: 10px;
  padding: 1rem 1rem 0.75rem; break-inside: avoid; min-width: 0; }
figcaption { margin-bottom: 0.6rem; }
figcaption b { display: block; line-height: 1.35; }
figcaption span { color: var(--soft); font-size: 0.9rem; line-height: 1.4;
  display: block; }
svg.chart { display: block; overflow: visible; }
svg.axis { padding-left: 3.1rem; }
.chart text { font-size: 12px; fill: var(--soft); }
.chart text.strong { font-size: 13px; font-weight: 600; fill: var(--ink);
  paint-order: stroke; stroke: var(--card); stroke-width: 3px;
  stroke-linejoin: round; }
.chart .grid { stroke: var(--grid); }
.chart .base { stroke: var(--faint); }
.chart .mark { stroke: var(--ink); stroke-dasharray: 3 3; opacity: 0.6; }
.chart .line { fill: none; stroke: var(--accent); stroke-width: 2.5;
  stroke-linejoin: round; }
.chart .line.second { stroke: var(--second); stroke-dasharray: 6 4; }
.chart .wash { fill: var(--wash); }
.chart .fill { stroke: var(--card); stroke-width: 1; }
.chart .fill:hover, .chart .point:hover { opacity: 0.75; }
.fill.first, .legend .first { fill: var(--accent); background: var(--accent); }
.fill.second, .legend .second { fill: var(--second); background: var(--second); }
.fill.soft, .legend .soft { fill: var(--accent-soft); background: var(--accent-soft); }
.fill.ahead, .legend .ahead { fill: var(--wash); stroke: var(--accent) !important;
  stroke-dasharray: 3 2; background: var(--wash); }
.legend .ahead { border: 1.5px dashed var(--accent); }
.chart .point { fill: var(--accent); stroke: var(--card); stroke-width: 1.5; }
.chart .point.other { fill: var(--second); }
.point.lead0, .legend .lead0 { fill: var(--accent) !important;
  background: var(--accent); border-radius: 50% !important; }
.point.lead1, .legend .lead1 { fill: var(--second) !important;
  background: var(--second); border-radius: 50% !important; }
.point.lead2, .legend .lead2 { fill: var(--ink) !important;
  background: var(--ink); border-radius: 50% !important; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; list-style: none;
  margin: 0.2rem 0 0.5rem; padding: 0; font-size: 0.9rem; color: var(--soft); }
.legend i { display: inline-block; width: 0.85rem; height: 0.85rem; border-radius: 3px;
  margin-right: 0.4rem; vertical-align: -0.08rem; }
"""

_TABLES = """
.scroll { overflow-x: auto; margin: 1rem 0 1.25rem; }
.scroll.long { max-height: 30rem; overflow: auto; border: 1px solid var(--rule);
  border-radius: 10px; background: var(--card); }
.long thead th { position: sticky; top: 0; background: var(--card); z-index: 1; }
.long th:first-child, .long td:first-child { padding-left: 0.8rem; }
.long th:last-child, .long td:last-child { padding-right: 0.8rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.95rem;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); font-size: 0.9rem;
  padding-bottom: 0.4rem; }
th, td { text-align: right; padding: 0.45rem 0.6rem; vertical-align: top;
  border-bottom: 1px solid var(--rule); }
td { white-space: nowrap; }
thead th { color: var(--soft); font-weight: 600; font-size: 0.86rem; line-height: 1.3;
  vertical-align: bottom; border-bottom: 2px solid var(--rule); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
tbody th { font-weight: 600; overflow-wrap: anywhere; min-width: 7.5rem; }
td.words { text-align: left; }
tbody th small, td small { display: block; font-weight: 400; color: var(--soft);
  font-size: 0.86rem; line-height: 1.35; max-width: 22rem; }
.bars { width: 30%; min-width: 8rem; text-align: left; }
td.bars { position: relative; }
td.bars i { display: block; position: absolute; left: 0.6rem; top: 0.55rem;
  height: 1.25rem; background: var(--accent-soft); border-radius: 3px;
  max-width: calc(100% - 1.2rem); }
td.bars b { position: relative; font-weight: 500; padding-left: 0.35rem; }
.heat td, .heat th { padding: 0.35rem 0.45rem; border-bottom: 2px solid var(--card); }
.heat td { text-align: center; font-size: 0.9rem; }
.heat td:nth-child(2) { text-align: right; }
#risk .heat td { text-align: center; padding: 0.6rem; }
.heat td small { margin: 0 auto; color: inherit; }
.heat tr.all { font-weight: 600; }
.heat tbody th { white-space: nowrap; }
.h1 { background: rgb(var(--heat) / 0.07); } .h2 { background: rgb(var(--heat) /
0.13); }
.h3 { background: rgb(var(--heat) / 0.19); } .h4 { background: rgb(var(--heat) /
0.26); }
.h5 { background: rgb(var(--heat) / 0.33); } .h6 { background: rgb(var(--heat) /
0.40); }
.h7 { background: rgb(var(--heat) / 0.47); } .h8 { background: rgb(var(--heat) /
0.54); }
.h9 { background: rgb(var(--heat) / 0.60); }
thead button { all: unset; cursor: pointer; }
thead button:focus-visible { outline: 3px solid var(--second); }
thead button::after { content: " \\2195"; opacity: 0.45; }
th[aria-sort="descending"] button::after { content: " \\2193"; opacity: 1; }
th[aria-sort="ascending"] button::after { content: " \\2191"; opacity: 1; }
.tools { display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: center;
  max-width: none; margin: 0.75rem 0 0; font-size: 0.95rem; color: var(--soft); }
.tools input, .tools button { font: inherit; color: var(--ink);
  background: var(--card); border: 1px solid var(--faint); border-radius: 6px;
  padding: 0.35rem 0.7rem; min-height: 2.25rem; }
.tools input { flex: 0 1 18rem; min-width: 0; } .tools button { cursor: pointer; }
.tools + .scroll { margin-top: 0.6rem; }
details { margin: 0.6rem 0 1rem; }
summary { cursor: pointer; color: var(--accent); font-size: 0.97rem; padding: 0.25rem 0;
  width: fit-content; scroll-margin-top: 1rem; }
dl.words dt { font-weight: 650; margin-top: 0.8rem; }
dl.words dd { margin: 0.1rem 0 0; max-width: 42rem; }
ul.plain { padding-left: 1.1rem; max-width: 44rem; }
ul.plain li { margin-bottom: 0.45rem; overflow-wrap: anywhere; }
footer { color: var(--soft); font-size: 0.9rem; padding-bottom: 3rem; }
"""

_PHONE = """
@media (max-width: 40rem) {
  body { font-size: 1rem; }
  figure { padding: 0.85rem 0.7rem 0.5rem; }
  .figures { grid-template-columns: 1fr 1fr; gap: 0.6rem; }
  .figures > div { padding: 0.7rem 0.75rem 0.8rem; }
  .figures .figure-value { font-size: 1.3rem; }
  .scroll { margin-inline: -1.25rem; padding-inline: 1.25rem; }
  figure .scroll { margin-inline: -0.7rem; padding-inline: 0.7rem; }
  .scroll.long { margin-inline: 0; padding-inline: 0; }
  /* A shadow at the edge that hides more of a table: */
  .scroll { background:
    linear-gradient(90deg, var(--paper) 30%, transparent) 0 0 / 40px 100% no-repeat
      local,
    linear-gradient(270deg, var(--paper) 30%, transparent) 100% 0 / 40px 100% no-repeat
      local,
    linear-gradient(90deg, var(--edge), transparent) 0 0 / 9px 100% no-repeat scroll,
    linear-gradient(270deg, var(--edge), transparent) 100% 0 / 9px 100% no-repeat
      scroll; }
  figure .scroll, .scroll.long { --paper: var(--card); }
  .scroll > table { width: max-content; min-width: 100%; }
  th, td { padding: 0.4rem 0.45rem; }
  tbody th small { min-width: 8.5rem; white-space: normal; }
  tbody th { max-width: 11rem; }
  caption { max-width: calc(100vw - 3.5rem); white-space: normal; }
  .chart .wide { display: none; }
}
"""

_PRINT = """
@page { margin: 14mm; }
@media print {
  :root { --paper: #ffffff; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  html { font-size: 9pt; }
  main, header.top, footer { max-width: none; padding: 0; }
  header.top { padding-top: 0; }
  nav, .tools, .links { display: none; }
  details:not([open]) { display: none; }
  section { padding: 1.2rem 0 0.6rem; }
  h2, h3, figcaption, caption, .eyebrow { break-after: avoid; }
  tr, .figures, .card { break-inside: avoid; }
  .cards { grid-template-columns: repeat(3, 1fr); }
  .figures { grid-template-columns: repeat(4, 1fr); }
  .figure-value { font-size: 1.35rem; }
  .two { grid-template-columns: 1fr 1fr; }
  th, td { padding-block: 0.22rem; }
  thead button::after { content: ""; }
  .scroll, .scroll.long { overflow: visible; max-height: none; margin-inline: 0;
    padding-inline: 0; border: 0; }
  .long tbody tr:nth-child(n + 26) { display: none; }
  a { color: inherit; text-decoration: none; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
"""

STYLE = (
    f":root {{ color-scheme: light dark; {_LIGHT} }}\n"
    f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }}\n"
    f"{_BASE}{_FIGURES}{_TABLES}{_PHONE}{_PRINT}"
)
