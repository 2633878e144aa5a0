"""The style sheet of the page: for screens, phones and print, light and dark.

Every colour is a variable, also those of the charts, so that one media query turns the
whole page, and printing turns it back.
"""

__all__ = ["STYLE"]

_LIGHT = """
  --paper: #fbfaf6; --card: #ffffff; --ink: #23262b; --soft: #5c636d;
  --rule: #e3dfd5; --grid: #ece9e1; --accent: #1b6a72; --accent-soft: #a8cdd0;
  --second: #bd7a1e; --second-soft: #ecd3ab; --faint: #b9bcc1; --on-accent: #ffffff;
"""
_DARK = """
  --paper: #16191c; --card: #1d2125; --ink: #e8e6e0; --soft: #a3abb4;
  --rule: #333a40; --grid: #2a3036; --accent: #6fc3c9; --accent-soft: #2f5f64;
  --second: #e3ab5c; --second-soft: #6b5126; --faint: #59616a; --on-accent: #10211f;
"""

_BASE = """
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue",
    "Noto Sans", "DejaVu Sans", sans-serif;
}
main, header.top, footer { max-width: 54rem; margin: 0 auto; padding: 0 1.25rem; }
h1, h2, .figure-value {
  font-family: "Iowan Old Style", Charter, "Palatino Linotype", Palatino, Georgia,
    "DejaVu Serif", serif;
  font-weight: 600; letter-spacing: -0.01em; text-wrap: balance;
}
h1 { font-size: clamp(1.75rem, 1.3rem + 2.2vw, 2.6rem); line-height: 1.18;
  margin: 0.35rem 0 1rem; }
h2 { font-size: clamp(1.3rem, 1.1rem + 1vw, 1.65rem); line-height: 1.25;
  margin: 0.2rem 0 0.75rem; }
h3 { font-size: 1.0625rem; margin: 1.75rem 0 0.5rem; }
p { margin: 0 0 1rem; max-width: 42rem; text-wrap: pretty; }
a { color: var(--accent); text-underline-offset: 0.15em; }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible {
  outline: 3px solid var(--second); outline-offset: 3px; border-radius: 3px;
}
.eyebrow { color: var(--accent); font-size: 0.82rem; font-weight: 650;
  letter-spacing: 0.08em; text-transform: uppercase; margin: 0; }
.lead { font-size: 1.17rem; line-height: 1.55; color: var(--ink); }
.doubt { border-left: 4px solid var(--second); padding: 0.4rem 0 0.4rem 0.9rem; }
.quiet { color: var(--soft); font-size: 0.95rem; }
header.top { padding-top: clamp(2rem, 6vw, 4rem); }
section { border-top: 1px solid var(--rule); padding: 2.25rem 0 1.5rem; }
nav ol { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; list-style: none;
  margin: 0 0 2.25rem; padding: 0; font-size: 0.95rem; }
.figures { display: grid; gap: 0.9rem; margin: 1.75rem 0 2rem; padding: 0;
  grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); }
.figures > div { background: var(--card); border: 1px solid var(--rule);
  border-radius: 10px; padding: 0.9rem 1rem 1rem; }
.figures dt { color: var(--soft); font-size: 0.88rem; line-height: 1.35; }
.figures dd { margin: 0; }
.figure-value { display: block; font-size: 1.55rem; line-height: 1.25;
  margin: 0.2rem 0; white-space: nowrap; }
.figures small { color: var(--soft); font-size: 0.85rem; line-height: 1.4;
  display: block; }
"""

_FIGURES = """
figure { margin: 1.25rem 0 1.5rem; background: var(--card);
  border: 1px solid var(--rule); border-radius: 10px;
  padding: 1rem 1rem 0.75rem; break-inside: avoid; }
figcaption { margin-bottom: 0.6rem; }
figcaption b { display: block; line-height: 1.35; }
figcaption span { color: var(--soft); font-size: 0.9rem; line-height: 1.4;
  display: block; }
.chart { width: 100%; min-height: 15rem; overflow: hidden; }
.chart svg { display: block; max-width: 100%; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; list-style: none;
  margin: 0.2rem 0 0.5rem; padding: 0; font-size: 0.9rem; color: var(--soft); }
.legend i { display: inline-block; width: 0.85rem; height: 0.85rem; border-radius: 3px;
  margin-right: 0.4rem; vertical-align: -0.08rem; }
.scroll { overflow-x: auto; margin: 1rem 0 1.25rem; }
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
tbody th { font-weight: 600; }
td.words { text-align: left; }
tbody th small { display: block; font-weight: 400; color: var(--soft);
  font-size: 0.86rem; line-height: 1.35; max-width: 22rem; }
details { margin: 0.6rem 0 1rem; }
summary { cursor: pointer; color: var(--accent); font-size: 0.95rem;
  width: fit-content; }
dl.words dt { font-weight: 650; margin-top: 0.8rem; }
dl.words dd { margin: 0.1rem 0 0; max-width: 42rem; }
ul.plain { padding-left: 1.1rem; max-width: 42rem; }
ul.plain li { margin-bottom: 0.45rem; }
footer { color: var(--soft); font-size: 0.9rem; padding-bottom: 3rem; }
#vg-tooltip-element.vg-tooltip { background: var(--ink); color: var(--paper);
  border: 0; border-radius: 6px; font: 0.86rem/1.4 system-ui, sans-serif;
  box-shadow: 0 2px 10px rgb(0 0 0 / 0.25); }
#vg-tooltip-element.vg-tooltip td { border: 0; padding: 0.1rem 0.3rem; }
#vg-tooltip-element.vg-tooltip td.key { color: var(--paper); opacity: 0.75; }
"""

_PHONE = """
@media (max-width: 40rem) {
  body { font-size: 1rem; }
  figure { padding: 0.85rem 0.7rem 0.5rem; }
  .figures { grid-template-columns: 1fr 1fr; gap: 0.6rem; }
  .figures > div { padding: 0.7rem 0.75rem 0.8rem; }
  .figure-value { font-size: 1.3rem; }
  .scroll { margin-inline: -1.25rem; padding-inline: 1.25rem; }
  th, td { padding: 0.4rem 0.45rem; }
  tbody th small { min-width: 8.5rem; }
  caption { max-width: calc(100vw - 2.5rem); }
}
"""

_PRINT = """
@page { margin: 16mm; }
@media print {
  :root { --paper: #ffffff; }
  html { font-size: 9.5pt; }
  main, header.top, footer { max-width: none; padding: 0; }
  nav, summary, details:not([open]) { display: none; }
  section { padding: 1.2rem 0 0.6rem; }
  h2, h3, figcaption, caption, .eyebrow { break-after: avoid; }
  tr, .figures { break-inside: avoid; }
  th, td { padding-block: 0.25rem; }
  .scroll { overflow: visible; margin-inline: 0; padding-inline: 0; }
  a { color: inherit; text-decoration: none; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
"""

STYLE = (
    f":root {{ color-scheme: light dark; {_LIGHT} }}\n"
    f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }}\n"
    f"{_BASE}{_FIGURES}{_PHONE}{_PRINT}"
)
