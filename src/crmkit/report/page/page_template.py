"""The page's skeleton, a string so that a vendored copy needs no data file."""

from .page_sections import SECTIONS

__all__ = ["TEMPLATE"]

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src
 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:">
<meta name="generator" content="crmkit {{ version }}">
<title>{{ say.title }}</title>
<style>{{ style }}</style>
</head>
<body>
"""

_MACROS = """
{%- macro chart(name, title, note, key) %}
<figure aria-labelledby="cap-{{ name }}">
<figcaption id="cap-{{ name }}"><b>{{ title }}</b><span>{{ note }}</span></figcaption>
{% if key %}<ul class="legend">{% for colour, word in key %}
<li><i style="background: var(--{{ colour }})"></i>{{ word }}</li>{% endfor %}</ul>
{% endif -%}
<div class="chart" id="chart-{{ name }}"></div>
<noscript><p class="quiet">The charts need JavaScript; the tables do not.</p></noscript>
</figure>
{%- endmacro %}
{%- macro figure(name, value, note) %}
<div><dt>{{ name }}</dt>
<dd><span class="figure-value">{{ value }}</span><small>{{ note }}</small></dd></div>
{%- endmacro %}
"""

_TOP = """
<header class="top">
<p class="eyebrow">Customer value report &middot; {{ question.source }}</p>
<h1>{{ say.title }}</h1>
<p class="lead">From {{ base.n_customers | count }} customers and
{{ log.n_occasions | count }} purchases up to {{ end | day }}. {{ say.concentration }}.
{{ say.alive }}.
{% if holdout and holdout.amount_error is not none %}A forecast made on
{{ holdout.calibration_period_end | day }} from the first part of this log was
{{ holdout.amount_error | error }} in money.{% endif %}</p>
{% for doubt in doubts %}<p class="doubt" role="note"><b>Check this first.</b>
{{ doubt }}</p>
{% endfor %}
<dl class="figures">
{{ figure("Customers", base.n_customers | count,
  (base.n_repeat_customers / base.n_customers) | percent ~ " bought more than once") }}
{{ figure("Expected " ~ money, base.value | dollars,
  "in the next " ~ weeks ~ " weeks, discounted to " ~ (end | day) ~ around) }}
{{ figure("Held by the top 20%", concentration.expected_share_of_top_fifth | percent,
  "of expected " ~ money ~ "; " ~ (concentration.past_share_of_top_fifth | percent)
  ~ " of past spending") }}
{% if holdout and holdout.amount_error is not none -%}
{{ figure("Forecast check", (holdout.amount_error | error) | replace("too ", ""),
  "forecast compared with spending in " ~ (holdout.weeks | count)
  ~ " weeks held back") }}
{%- endif %}
</dl>
<nav aria-label="Contents"><ol>
<li><a href="#where">Where the {{ money }} is</a></li>
<li><a href="#tiers">The tiers</a></li>
<li><a href="#alive">Who is still active</a></li>
<li><a href="#ahead">The next {{ weeks }} weeks</a></li>
<li><a href="#trust">How good is the forecast</a></li>
<li><a href="#best">Best customers</a></li>
<li><a href="#mind">Assumptions</a></li>
<li><a href="#words">Words</a></li>
</ol></nav>
</header>
<main>
"""

_SCRIPTS = """
</main>
<footer><p>Made by crmkit {{ version }}. The page needs no network and sends
nothing.</p></footer>
<script type="application/json" id="charts">{{ charts }}</script>
<script>{{ bundle }}</script>
<script>
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  for (const [name, spec] of Object.entries(charts)) {
    vegaEmbed("#chart-" + name, spec, { renderer: "svg", actions: false });
  }
})();
</script>
</body>
</html>
"""

TEMPLATE = _HEAD + _MACROS + _TOP + SECTIONS + _SCRIPTS
