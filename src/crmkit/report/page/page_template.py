"""The page's skeleton, a string so that a vendored copy needs no data file."""

from .page_checks import CHECKS
from .page_sections import SECTIONS

__all__ = ["TEMPLATE"]

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src
 'sha256-{{ script_hash }}'; style-src 'unsafe-inline'">
<meta name="generator" content="crmkit {{ version }}">
<title>{{ say.title }}</title>
<style>{{ style }}</style>
</head>
<body>
"""

_MACROS = """
{%- macro chart(name, title, note, key) %}{% if name in charts %}
<figure>
<figcaption><b>{{ title }}</b><span>{{ note }}</span></figcaption>
{% if key %}<ul class="legend">{% for colour, word in key %}
<li><i class="{{ colour }}"></i>{{ word }}</li>{% endfor %}</ul>
{% endif -%}
{{ charts[name] }}
</figure>
{% endif %}{%- endmacro %}
{%- macro figure(name, value, note) %}
<div><dt>{{ name }}</dt>
<dd><span class="figure-value">{{ value }}</span><small>{{ note }}</small></dd></div>
{%- endmacro %}
"""

_TOP = """
<header class="top">
<p class="eyebrow">Customer value report &middot; {{ question.source }}</p>
<h1>{{ say.title }}</h1>
{% for doubt in doubts %}<p class="doubt" role="note"><b>Check this first.</b>
{{ doubt }}</p>
{% endfor %}
<dl class="figures">
{{ figure("Expected " ~ money, base.value | dollars, say.range) }}
{{ figure("Active customers", base.n_active | count,
  ((base.n_active / base.n_customers) | percent) ~ " of " ~ (base.n_customers | count)
  ~ ", by the model") }}
{{ figure("Value at risk", base.value_at_risk | dollars,
  "more, if no customer had left") }}
{{ figure("Past forecasts", missed, say.missed) }}
</dl>
<p class="quiet">Data: <a href="#data">{{ say.data }}</a>.
{% if say.changed %}{{ say.changed }}.{% endif %}</p>
<nav aria-label="Contents"><ol>
<li><a href="#next">Do next</a></li>
<li><a href="#where">Where the value is</a></li>
<li><a href="#retention">Retention</a></li>
<li><a href="#who">Who they are</a></li>
<li><a href="#risk">Risk</a></li>
<li><a href="#ahead">Forecast</a></li>
{% if ledger or nps %}<li><a href="#parts">Parts and NPS</a></li>{% endif %}
{% if campaigns %}<li><a href="#campaigns">Campaigns</a></li>{% endif %}
<li><a href="#best">Best customers</a></li>
<li><a href="#data">Data and methods</a></li>
</ol></nav>
</header>
<main>
"""

_FOOT = """
</main>
<footer><p>Made by crmkit {{ version }}. The page needs no network and sends
nothing.</p></footer>
<script>{{ script }}</script>
</body>
</html>
"""

TEMPLATE = _HEAD + _MACROS + _TOP + SECTIONS + CHECKS + _FOOT
