"""The sections of the page, in reading order: a finding, its chart, its table."""

__all__ = ["SECTIONS"]

_WHERE = """
<section id="where">
<p class="eyebrow">Where the {{ money }} is</p>
<h2>{{ say.concentration }}</h2>
<p>Rank the customers by expected {{ money }}, the highest first. The first 20% of them
hold {{ concentration.expected_share_of_top_fifth | percent }} of the total, and
{{ concentration.customer_share_for_four_fifths | percent }} of them hold 80% of it.
Past spending was {{ "more" if concentration.past_share_of_top_fifth >
concentration.expected_share_of_top_fifth else "less" }} concentrated: the top 20% of
spenders made {{ concentration.past_share_of_top_fifth | percent }} of it.</p>
{{ chart("concentration", "The top 20% of customers: "
  ~ (concentration.expected_share_of_top_fifth | percent) ~ " of expected " ~ money,
  "The higher the curve, the more depends on few customers. On the thin diagonal, all "
  "customers are worth the same.",
  [("accent", "expected " ~ money), ("second", "past spending")]) }}
</section>
"""

_TIERS = """
<section id="tiers">
<p class="eyebrow">The tiers</p>
<h2>{{ say.tiers }}</h2>
<p>Customers are ranked by expected {{ money }}. {{ tier_words }} Customers of equal
value are always in the same tier.</p>
{{ chart("tiers", say.tiers_chart,
  "Each tier's share of all customers and its share of expected " ~ money ~ ".",
  [("faint", "share of customers"), ("accent", "share of expected " ~ money)]) }}
<div class="scroll" role="region" tabindex="0" aria-label="Table of the tiers">
<table>
<caption>The tiers in figures: expected {{ money }} in the next {{ weeks }}
weeks.</caption>
<thead><tr><th scope="col">Tier</th><th scope="col">Customers</th>
<th scope="col">Expected {{ money }}</th><th scope="col">Per customer</th>
<th scope="col">Past spending</th><th scope="col">Orders per customer</th>
<th scope="col">Days since last order, median</th></tr></thead>
<tbody>{% for tier in tiers %}
<tr><th scope="row">{{ tier.name }}</th>
<td>{{ tier.n_customers | count }}</td><td>{{ tier.value | exact }}</td>
<td>{{ (tier.value / tier.n_customers) | exact }}</td>
<td>{{ tier.past_amount | exact }}</td><td>{{ tier.mean_orders | number }}</td>
<td>{{ tier.median_days_since_last | count }}</td></tr>{% endfor %}
</tbody></table></div>
</section>
"""

_ALIVE = """
<section id="alive">
<p class="eyebrow">Who is still active</p>
<h2>{{ say.alive }}</h2>
<p>Customers rarely say that they leave; they stop buying. A customer who bought every
month and has bought nothing for half a year has probably left; one who buys twice a
year has not. For each repeat customer the model compares the time since the last
purchase with the customer's own rhythm. Of
{{ base.n_repeat_customers | count }} repeat customers, about
{{ (mean_probability_alive * base.n_repeat_customers) | count }} are expected to be
still active.</p>
{{ chart("alive", say.alive_chart,
  "Repeat customers by their probability to be still active: on the left those who "
  "have probably left, on the right the active ones. A reminder may matter for those "
  "in between.",
  []) }}
<div class="scroll" role="region" tabindex="0" aria-label="Table of activity">
<table>
<caption>All customers by activity. Purchases and {{ money }} are those expected in the
next {{ weeks }} weeks.</caption>
<thead><tr><th scope="col">State</th><th scope="col">Customers</th>
<th scope="col">Expected {{ money }}</th><th scope="col">Share of customers</th>
<th scope="col">Share of {{ money }}</th>
<th scope="col">Expected purchases</th></tr></thead>
<tbody>{% for row in activity %}
<tr><th scope="row">{{ row.name }}<small>{{ row.rule }}</small></th>
<td>{{ row.n_customers | count }}</td><td>{{ row.value | exact }}</td>
<td>{{ (row.n_customers / base.n_customers) | percent }}</td>
<td>{{ (row.value / base.value) | percent if base.value else "none" }}</td>
<td>{{ row.expected_purchases | count }}</td></tr>
{% endfor %}</tbody></table></div>
<p class="quiet">Customers who bought once are listed apart: without a second purchase
there is no rhythm to compare with, and this model counts them as active by assumption.
Read their expected purchases instead, which are few.</p>
</section>
"""

_AHEAD = """
<section id="ahead">
<p class="eyebrow">The next {{ weeks }} weeks</p>
<h2>{{ say.outlook }}</h2>
<p>These are the purchases of the customers who are already in the log. New customers
will add to them and are not included. In total,
{{ base.expected_purchases | count }} purchases worth
{{ base.expected_amount | dollars }} are expected in {{ weeks }} weeks.
{% if question.margin != 1 %}Of that, {{ question.margin | percent }} is counted as
margin. {% endif %}Discounted at {{ question.annual_discount_rate | percent }} a year to
{{ end | day }}, this gives the {{ base.value | dollars }} at the top of this page.</p>
{{ chart("outlook", say.outlook_chart,
  "Each bar covers four weeks from its date. Expected amounts are not discounted.",
  [("faint", "first purchases"), ("accent", "repeat purchases"),
  ("second", "expected from the same customers")]) }}
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
<p class="eyebrow">How good is the forecast</p>
<h2>{{ say.holdout }}</h2>
{% if holdout %}
<p>The log was cut on {{ holdout.calibration_period_end | day }}. The same models were
fitted to the rows before that day, for the {{ holdout.n_customers | count }}
customers known by then, and forecast the {{ holdout.weeks | count }} weeks after it.
The forecast is compared with what these customers did.
{% if holdout.amount_error is not none and holdout.amount_error | abs >= 0.05 %}
If the same error occurs again, customers will bring {{ "more" if
holdout.amount_error < 0 else "less" }} than this page expects.
{% endif %}{{ say.holdout_deciles }}.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Table of the check">
<table><caption>Forecast and actual figures of the {{ holdout.weeks | count }} weeks
after {{ holdout.calibration_period_end | day }}</caption>
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
  "Repeat purchases of the customers known by then, cumulative by week.",
  [("second", "predicted"), ("accent", "actual")]) }}
{{ chart("holdout_deciles", say.holdout_deciles,
  "Customers in ten equal groups by predicted spending, the highest first: the mean "
  "per customer in each group.",
  [("second", "predicted"), ("accent", "actual")]) }}
<details><summary>The figures of these charts</summary>
<div class="scroll" role="region" tabindex="0" aria-label="Table by tenths">
<table><caption>Tenths of the customers by predicted spending</caption>
<thead><tr><th scope="col">Tenth</th><th scope="col">Customers</th>
<th scope="col">Predicted</th><th scope="col">Actual</th></tr></thead>
<tbody>{% for row in holdout.by_decile %}
<tr><th scope="row">{{ row.rank }}</th><td>{{ row.n_customers | count }}</td>
<td>{{ row.predicted_amount | exact }}</td><td>{{ row.actual_amount | exact }}</td></tr>
{% endfor %}</tbody></table></div>
<div class="scroll" role="region" tabindex="0" aria-label="Table by weeks">
<table><caption>Repeat purchases since {{ holdout.calibration_period_end | day }},
cumulative</caption><thead><tr><th scope="col">Week</th><th scope="col">Predicted</th>
<th scope="col">Actual</th></tr></thead><tbody>{% for row in holdout.by_week %}
<tr><th scope="row">{{ row.week }}</th><td>{{ row.predicted | count }}</td>
<td>{{ row.actual | count }}</td></tr>{% endfor %}</tbody></table></div></details>
{% else %}<p>{{ holdout_refused }}</p>{% endif %}
</section>
"""

_BEST = """
<section id="best">
<p class="eyebrow">Best customers</p>
<h2>The {{ best | length }} customers with the highest expected {{ money }}</h2>
<div class="scroll" role="region" tabindex="0" aria-label="Table of best customers">
<table><caption>All customers, with every column, are in {{ table_name }}.</caption>
<thead><tr><th scope="col">Customer</th><th scope="col">Expected {{ money }}</th>
<th scope="col">Expected purchases</th><th scope="col">Per purchase</th>
<th scope="col">Still active</th><th scope="col">Tier</th>
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
<p class="eyebrow">Assumptions</p>
<h2>What these figures assume</h2>
<ul class="plain">{% for note in assumptions %}<li>{{ note }}</li>{% endfor %}</ul>
<h3>About the data</h3>
<p>{{ log.n_rows_used | count }} of {{ log.n_rows | count }} rows were used, dated
{{ log.first_date | day }} to {{ log.last_date | day }}, and
{{ log.n_occasions | count }}
purchases were counted: all rows of a customer on one day are one purchase.</p>
{% if log.notes %}<ul class="plain">{% for note in log.notes %}<li>{{ note }}</li>
{% endfor %}</ul>{% endif %}
<details><summary>The fitted models, for the analyst</summary>
{% for fit in fits %}
<div class="scroll" role="region" tabindex="0" aria-label="{{ fit.name }}">
<table><caption>{{ fit.name }}: {{ fit.n_customers | count }} customers,
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
<dt>Repeat customer</dt><dd>A customer who bought on at least two different
days.</dd>
<dt>Expected {{ money }}</dt><dd>What a customer is expected to spend in the next
{{ weeks }} weeks{% if question.margin != 1 %}, times the margin{% endif %}. Later money
counts less: it is discounted at {{ question.annual_discount_rate | percent }} a year.
In the table it is the column <code>clv</code> (customer lifetime value).</dd>
<dt>Still active</dt><dd>The probability that the customer had not left by
{{ end | day }}, judged by their own rhythm. In the table it is the column
<code>probability_alive</code>.</dd>
{% if around %}<dt>95% range</dt><dd>The total lies in this range in 95% of futures
simulated from the fitted models.</dd>
{% endif %}<dt>Tier</dt><dd>A group of customers by expected {{ money }}; A is the
highest.</dd>
<dt>Forecast check (holdout)</dt><dd>A forecast made from the first part of the log,
compared with the rest, which the models had not seen.</dd>
</dl>
</section>
"""

SECTIONS = f"{_WHERE}{_TIERS}{_ALIVE}{_AHEAD}{_TRUST}{_BEST}{_MIND}{_WORDS}"
