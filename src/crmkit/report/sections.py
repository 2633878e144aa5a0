"""The sections of the page, in reading order: a finding, its chart, its table."""

__all__ = ["SECTIONS"]

_WHERE = """
<section id="where">
<p class="eyebrow">Where the value is</p>
<h2>{{ say.concentration }}</h2>
<p>Rank the customers by what they are expected to bring and walk down the list. After
the first 20 % of customers you have passed
{{ concentration.ahead_of_best_fifth | percent }} of the value ahead; for 80 % of it
you need {{ concentration.customers_for_four_fifths | percent }} of the customers.
Past spending was held {{ "more" if concentration.past_of_best_fifth >
concentration.ahead_of_best_fifth else "less" }} tightly: the best fifth of spenders
made {{ concentration.past_of_best_fifth | percent }} of it.</p>
{{ chart("concentration", "The best 20 % of customers: "
  ~ (concentration.ahead_of_best_fifth | percent) ~ " of the value ahead",
  "The higher the curve, the more depends on few. The thin diagonal is a base in "
  "which all customers are worth the same.",
  [("accent", "value ahead"), ("second", "past spending")]) }}
</section>
"""

_TIERS = """
<section id="tiers">
<p class="eyebrow">The tiers</p>
<h2>{{ say.tiers }}</h2>
<p>Customers are ranked by value ahead. {{ tier_words }} Customers of equal value are
never split between two tiers.</p>
{{ chart("tiers", say.tiers_chart,
  "Each tier's share of all customers beside its share of the value ahead.",
  [("faint", "share of customers"), ("accent", "share of value ahead")]) }}
<div class="scroll" role="region" tabindex="0" aria-label="Table of the tiers">
<table>
<caption>The tiers in figures. Value ahead covers the next {{ weeks }} weeks.</caption>
<thead><tr><th scope="col">Tier</th><th scope="col">Customers</th>
<th scope="col">Value ahead</th><th scope="col">Value per customer</th>
<th scope="col">Past spending</th><th scope="col">Orders per customer</th>
<th scope="col">Days since last order, median</th></tr></thead>
<tbody>{% for tier in tiers %}
<tr><th scope="row">{{ tier.name }}</th>
<td>{{ tier.customers | count }}</td><td>{{ tier.value | exact }}</td>
<td>{{ (tier.value / tier.customers) | exact }}</td>
<td>{{ tier.past_amount | exact }}</td><td>{{ tier.mean_orders | number }}</td>
<td>{{ tier.median_days_since_last | count }}</td></tr>{% endfor %}
</tbody></table></div>
</section>
"""

_ALIVE = """
<section id="alive">
<p class="eyebrow">How alive the base is</p>
<h2>{{ say.alive }}</h2>
<p>Nobody tells a shop that they have left. What speaks is silence: a customer who
bought every month and has been quiet for half a year is probably gone, one who buys
twice a year is not. For each repeat customer the model weighs the silence against the
customer's own rhythm. Of {{ base.repeat_customers | count }} repeat customers,
about {{ (mean_alive * base.repeat_customers) | count }} are expected to be still
buying.</p>
{{ chart("alive", say.alive_chart,
  "Repeat customers by their probability to be still buying: left the gone, right the "
  "active, in between those for whom a reminder may matter.",
  []) }}
<div class="scroll" role="region" tabindex="0" aria-label="Table of activity">
<table>
<caption>The whole base by activity. Purchases and value are expected over the next
{{ weeks }} weeks.</caption>
<thead><tr><th scope="col">State</th><th scope="col">Customers</th>
<th scope="col">Value ahead</th><th scope="col">Share of customers</th>
<th scope="col">Share of value</th><th scope="col">Purchases ahead</th></tr></thead>
<tbody>{% for row in activity %}
<tr><th scope="row">{{ row.name }}<small>{{ row.rule }}</small></th>
<td>{{ row.customers | count }}</td><td>{{ row.value | exact }}</td>
<td>{{ (row.customers / base.customers) | percent }}</td>
<td>{{ (row.value / base.value) | percent if base.value else "none" }}</td>
<td>{{ row.expected_purchases | count }}</td></tr>
{% endfor %}</tbody></table></div>
<p class="quiet">Customers who bought once stand apart: with no second purchase there is
no rhythm to judge by, and this model counts them as alive by construction. What it
expects of them is small, and that is what to read.</p>
</section>
"""

_AHEAD = """
<section id="ahead">
<p class="eyebrow">What lies ahead</p>
<h2>{{ say.outlook }}</h2>
<p>These are the purchases of the customers already in the log. New customers will add
to them; none is assumed here. In all, {{ base.expected_purchases | count }} purchases
worth {{ base.expected_amount | dollars }} are expected over {{ weeks }} weeks.
{% if question.margin != 1 %}Of that, {{ question.margin | percent }} is counted as
margin. {% endif %}Discounted at {{ question.annual_discount_rate | percent }} a year to
{{ end | day }}, that is the {{ base.value | dollars }} of value at the top of this
page.</p>
{{ chart("outlook", say.outlook_chart,
  "Each bar is four weeks, dated by its first day. Expected amounts are not "
  "discounted.",
  [("faint", "first purchases"), ("accent", "repeat purchases"),
  ("second", "expected of the same customers")]) }}
<details><summary>The figures of this chart</summary>
<div class="scroll" role="region" tabindex="0" aria-label="Table of four-week periods">
<table><caption>Spending in periods of four weeks</caption>
<thead><tr><th scope="col">Four weeks from</th><th scope="col">First purchases</th>
<th scope="col">Repeat purchases</th><th scope="col">Expected</th></tr></thead>
<tbody>{% for period in outlook.periods %}
<tr><th scope="row">{{ period.start | day }}</th>
{% for amount in (period.first, period.repeat, period.expected) %}
<td>{{ "" if amount is none else amount | exact }}</td>{% endfor %}</tr>{% endfor %}
</tbody></table></div></details>
</section>
"""

_TRUST = """
<section id="trust">
<p class="eyebrow">Can it be trusted</p>
<h2>{{ say.holdout }}</h2>
{% if holdout %}
<p>The log was cut on {{ holdout.calibration_period_end | day }}. The same models saw
only what came before, for the {{ holdout.customers | count }} customers known by then,
and forecast the {{ holdout.weeks | count }} weeks after. Then the forecast was laid
beside what those customers really did. {% if holdout.amount_error is not none and
holdout.amount_error | abs >= 0.05 %}Read the value ahead with that error in mind: if
it repeats itself, customers will bring
{{ "more" if holdout.amount_error < 0 else "less" }} than this page says.
{% endif %}{{ say.holdout_deciles }}.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Table of the check">
<table><caption>Forecast against what happened, {{ holdout.weeks | count }} weeks after
{{ holdout.calibration_period_end | day }}</caption>
<thead><tr><th scope="col">Measure</th><th scope="col">Predicted</th>
<th scope="col">Actual</th><th scope="col">Forecast was</th></tr></thead><tbody>
<tr><th scope="row">Repeat purchases</th>
<td>{{ holdout.predicted_purchases | count }}</td>
<td>{{ holdout.actual_purchases | count }}</td>
<td>{{ holdout.purchases_error | error }}</td></tr>
<tr><th scope="row">Amount spent</th><td>{{ holdout.predicted_amount | exact }}</td>
<td>{{ holdout.actual_amount | exact }}</td>
<td>{{ holdout.amount_error | error }}</td></tr>
</tbody></table></div>
{{ chart("holdout_weeks", say.holdout_weeks,
  "Repeat purchases of the customers known by then, added up week by week.",
  [("second", "predicted beforehand"), ("accent", "what happened")]) }}
{{ chart("holdout_deciles", say.holdout_deciles,
  "The customers in ten equal groups by predicted spending, the highest first; the "
  "mean per customer of each group.",
  [("second", "predicted beforehand"), ("accent", "what happened")]) }}
<details><summary>The figures of these charts</summary>
<div class="scroll" role="region" tabindex="0" aria-label="Table by tenths">
<table><caption>Tenths of the customers by predicted spending</caption>
<thead><tr><th scope="col">Tenth</th><th scope="col">Customers</th>
<th scope="col">Predicted</th><th scope="col">Actual</th></tr></thead>
<tbody>{% for row in holdout.by_decile %}
<tr><th scope="row">{{ row.rank }}</th><td>{{ row.customers | count }}</td>
<td>{{ row.predicted_amount | exact }}</td><td>{{ row.actual_amount | exact }}</td></tr>
{% endfor %}</tbody></table></div>
<div class="scroll" role="region" tabindex="0" aria-label="Table by weeks">
<table><caption>Repeat purchases since {{ holdout.calibration_period_end | day }}, added
up</caption><thead><tr><th scope="col">Week</th><th scope="col">Predicted</th>
<th scope="col">Actual</th></tr></thead><tbody>{% for row in holdout.by_week %}
<tr><th scope="row">{{ row.week }}</th><td>{{ row.predicted | count }}</td>
<td>{{ row.actual | count }}</td></tr>{% endfor %}</tbody></table></div></details>
{% else %}<p>{{ holdout_refused }}</p>{% endif %}
</section>
"""

_BEST = """
<section id="best">
<p class="eyebrow">Best customers</p>
<h2>The {{ best | length }} customers of the highest value ahead</h2>
<div class="scroll" role="region" tabindex="0" aria-label="Table of best customers">
<table><caption>All customers, with every column, are in {{ table_name }}.</caption>
<thead><tr><th scope="col">Customer</th><th scope="col">Value ahead</th>
<th scope="col">Purchases ahead</th><th scope="col">Per purchase</th>
<th scope="col">Still buying</th><th scope="col">Tier</th>
<th scope="col">Spent so far</th><th scope="col">Orders</th>
<th scope="col">Last order</th></tr></thead>
<tbody>{% for row in best %}
<tr><th scope="row">{{ row.customer_id }}</th><td>{{ row.value | exact }}</td>
<td>{{ row.expected_purchases | number }}</td><td>{{ row.expected_spend | exact }}</td>
<td>{{ row.probability_alive | percent }}</td><td>{{ row.tier }}</td>
<td>{{ row.past_amount | exact }}</td><td>{{ row.orders | count }}</td>
<td>{{ row.last_date.isoformat() }}</td></tr>{% endfor %}
</tbody></table></div>
</section>
"""

_MIND = """
<section id="mind">
<p class="eyebrow">Keep in mind</p>
<h2>What these figures assume</h2>
<ul class="plain">{% for note in assumptions %}<li>{{ note }}</li>{% endfor %}</ul>
<h3>About the data</h3>
<p>{{ log.n_rows_used | count }} of {{ log.n_rows | count }} rows were used, dated
{{ log.first_date | day }} to {{ log.last_date | day }}, and
{{ log.n_occasions | count }} purchases counted:
all rows of a customer on one day are one purchase.</p>
{% if log.notes %}<ul class="plain">{% for note in log.notes %}<li>{{ note }}</li>
{% endfor %}</ul>{% endif %}
<details><summary>The fitted models, for the analyst</summary>
{% for fit in fits %}
<div class="scroll" role="region" tabindex="0" aria-label="{{ fit.name }}">
<table><caption>{{ fit.name }}: {{ fit.customers | count }} customers,
log-likelihood {{ "{:,.3f}".format(fit.log_likelihood) }}, time in weeks</caption>
<thead><tr><th scope="col">Parameter</th><th scope="col">Estimate</th>
<th scope="col">Standard error</th></tr></thead>
<tbody>{% for name, estimate, error in fit.parameters %}
<tr><th scope="row">{{ name }}</th><td>{{ "{:.6g}".format(estimate) }}</td>
<td>{{ "unknown" if error is none else "{:.3g}".format(error) }}</td></tr>{% endfor %}
</tbody></table></div>{% endfor %}</details>
</section>
"""

_WORDS = """
<section id="words">
<p class="eyebrow">Words</p>
<h2>What the words mean here</h2>
<dl class="words">
<dt>Purchase</dt><dd>Everything a customer bought on one day.</dd>
<dt>Repeat customer</dt><dd>One who bought on at least two different days.</dd>
<dt>Value ahead</dt><dd>What a customer is expected to bring over the next
{{ weeks }} weeks{% if question.margin != 1 %}, times the margin{% endif %}, less a
discount for waiting: the later the money, the less it counts, at a rate of
{{ question.annual_discount_rate | percent }} a year. In the table it is the column
<code>clv</code>.</dd>
<dt>Still buying (probability alive)</dt><dd>How likely the customer has not silently
left by {{ end | day }}, judged by their own rhythm.</dd>
<dt>Tier</dt><dd>A group of customers by value ahead, A the highest.</dd>
<dt>Forecast check (holdout)</dt><dd>A forecast made from the first part of the log,
compared with the rest, which it never saw.</dd>
</dl>
</section>
"""

SECTIONS = f"{_WHERE}{_TIERS}{_ALIVE}{_AHEAD}{_TRUST}{_BEST}{_MIND}{_WORDS}"
