"""The sections of the page from what to do next to the value at risk."""

__all__ = ["SECTIONS"]

_NEXT = """
<section id="next">
<p class="eyebrow">Do next</p>
<h2>Three lists to work on, the most promising customers first</h2>
<div class="cards">{% for found, words in lists %}
<article class="card {{ words.file }}">
<h3>{{ words.name }}</h3>
{% if found.n_customers %}
<p class="figure-value">{{ words.figure }}</p><p class="quiet">{{ words.unit }}</p>
<p><b>{{ words.title }}.</b> {{ words.why }}</p>
<p class="links"><a href="#list-{{ words.file }}">See the list</a>
{% if files %}<a href="{{ files[found.name] }}" download>{{ files[found.name] }}</a>
{% endif %}</p>{% else %}<p>{{ words.none }}</p>{% endif %}
</article>{% endfor %}</div>
{% for found, words in lists if found.n_customers %}
<details><summary id="list-{{ words.file }}">{{ words.name }}:
{{ found.n_customers | customers }}{% if found.n_customers > n_shown[found.name]
%}, the first {{ n_shown[found.name] }}{% endif %}</summary>
<p class="quiet">{{ words.rule }}</p>
<div class="scroll long" role="region" tabindex="0" aria-label="{{ words.name }}">
<table class="sortable" data-name="{{ words.file }}"><thead><tr>
<th scope="col">Customer</th><th scope="col">At risk</th>
<th scope="col">Expected</th><th scope="col">Still active</th>
<th scope="col">Orders</th><th scope="col">Spent so far</th>
<th scope="col">Last order</th></tr></thead>
<tbody>{{ rows[found.name] }}</tbody></table></div></details>{% endfor %}
</section>
"""

_WHERE = """
<section id="where">
<p class="eyebrow">Where the value is</p>
<h2>{{ say.concentration }}</h2>
<p>{{ concentration.customer_share_for_four_fifths | percent }} of customers hold 80% of
what is expected; {{ concentration.past_share_of_top_fifth | percent }} of past spending
came from the top 20%. {{ say.tiers }}.</p>
<div class="two">
{{ chart("concentration", "Share of " ~ money ~ " held, best customers first",
  "read from left to right: the best 20%, the best 40%, ...",
  [("first", "expected"), ("second", "spent so far")]) }}
{{ chart("tiers", "Each tier's share of customers and of expected " ~ money,
  tier_words, [("second", "customers"), ("first", "expected " ~ money)]) }}
</div>
<div class="scroll" role="region" tabindex="0" aria-label="Table of tiers"><table>
<thead><tr><th scope="col">Tier</th><th scope="col">Customers</th>
<th scope="col">Expected</th><th scope="col">Per customer</th>
<th scope="col">Spent so far</th><th scope="col">Orders each</th>
<th scope="col">Days since last</th></tr></thead>
<tbody>{% for tier in tiers %}<tr><th scope="row">{{ tier.name }}</th>
<td>{{ tier.n_customers | count }}</td><td>{{ tier.value | exact }}</td>
<td>{{ (tier.value / tier.n_customers) | exact }}</td>
<td>{{ tier.past_amount | exact }}</td><td>{{ tier.mean_orders | number }}</td>
<td>{{ tier.median_days_since_last | count }}</td></tr>{% endfor
%}</tbody></table></div>
</section>
"""

_RETENTION = """
<section id="retention">
<p class="eyebrow">Retention</p>
<h2>{{ say.retention }}</h2>
{% if retention.cohorts %}
<figure><figcaption><b>Share of each cohort that bought, by
{{ retention.grain }} after the first purchase</b><span>A cohort is all customers whose
first purchase fell into that {{ retention.grain }}; an empty cell is not over
yet.</span></figcaption>
<div class="scroll" role="region" tabindex="0" aria-label="Cohorts"><table class="heat">
<thead><tr><th scope="col">First purchase</th><th scope="col">Customers</th>
{% for age in ages %}<th scope="col">{{ age }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in retention.cohorts %}<tr>
<th scope="row">{{ row.start | period(retention.grain) }}</th>
<td>{{ row.n_customers | count }}</td>{% for share in row.retention[1:] %}
<td class="{{ share | shade(warmest) }}">{{ share | percent }}</td>{% endfor %}
{% for _ in range((ages | length) - (row.retention | length) + 1) %}<td></td>
{% endfor %}</tr>{% endfor %}
<tr class="all"><th scope="row">All</th><td></td>{% for share in
retention.average[1:(ages | length) + 1] %}<td>{{ share | percent }}</td>{% endfor %}
</tr></tbody></table></div></figure>
{% endif %}
{{ chart("growth", say.changed, "Customers by " ~ retention.grain
  ~ ": above the line gained, below it paused; one who bought in neither of two is not"
  ~ " shown.", [("first", "new"), ("soft", "back after a pause"), ("second",
  "paused")]) }}
</section>
"""

_WHO = """
<section id="who">
<p class="eyebrow">Who they are</p>
<h2>{{ say.groups }}</h2>
{% for title, note, groups in ((
  "RFM segments", "how recently, how often and how much each customer bought",
  segments), ("Life cycle", "where each customer is, by the last windows of time
  and the"
  ~ " chance to be active", stages)) if groups %}
<h3>{{ title }}</h3>
<div class="scroll" role="region" tabindex="0" aria-label="{{ title }}"><table>
<caption>{{ note }}</caption><thead><tr><th scope="col">Group</th>
<th scope="col">Customers</th><th scope="col">Expected {{ money }}</th>
<th scope="col" class="bars">Share of expected {{ money }}</th>
<th scope="col">Spent so far</th><th scope="col">Days since last</th></tr></thead>
<tbody>{% for row in groups %}<tr><th scope="row">{{ row.name }}
<small>{{ row.action }}</small></th><td>{{ row.n_customers | count }}</td>
<td>{{ row.value | exact }}</td><td class="bars">{{ (row.value / total) | inline }}</td>
<td>{{ row.past_amount | exact }}</td><td>{{ row.median_days_since_last | count }}</td>
</tr>{% endfor %}</tbody></table></div>{% endfor %}
</section>
"""

_RISK = """
<section id="risk">
<p class="eyebrow">Risk by value</p>
<h2>{{ say.risk }}</h2>
<p>Value at risk is what customers would be worth in addition if they were active: their
value times the chance that they have left.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Value at risk"><table
class="heat"><thead><tr><th scope="col">Tier</th>{% for state in activity %}
<th scope="col">{{ state.name }}</th>{% endfor %}</tr></thead>
<tbody>{% for tier in tiers %}<tr><th scope="row">{{ tier.name }}</th>
{% for cell in risk if cell.tier == tier.name %}
<td class="{{ cell.value_at_risk | shade(most_at_risk) }}">
<b>{{ cell.value_at_risk | dollars }}</b><small>
{{- cell.n_customers | customers }}</small></td>{% endfor %}</tr>{% endfor
%}</tbody></table></div>
{{ chart("alive", say.alive, "Repeat customers by their chance to be active, judged by"
  ~ " their own rhythm.", ()) }}
<div class="scroll" role="region" tabindex="0" aria-label="Activity"><table>
<thead><tr><th scope="col">State</th><th scope="col">Customers</th>
<th scope="col">Expected purchases</th><th scope="col">Expected {{ money }}</th></tr>
</thead><tbody>{% for row in activity %}<tr><th scope="row">{{ row.name }}
<small>{{ row.rule }}</small></th><td>{{ row.n_customers | count }}</td>
<td>{{ row.expected_purchases | count }}</td><td>{{ row.value | exact }}</td></tr>
{% endfor %}</tbody></table></div>
</section>
"""

SECTIONS = f"{_NEXT}{_WHERE}{_RETENTION}{_WHO}{_RISK}"
