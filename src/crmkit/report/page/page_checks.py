"""The sections of the page from the forecast to the methods."""

__all__ = ["CHECKS"]

_AHEAD = """
<section id="ahead">
<p class="eyebrow">Forecast</p>
<h2>{{ say.outlook }}</h2>
{{ chart("months", "Spending by month, past and expected", "Of the customers in the
log;"
  ~ " new customers will add to it. Not discounted.", [("first", "repeat purchases"),
  ("soft", "first purchases"), ("ahead", "expected")]) }}
<div class="two">
{{ chart("fan", "Expected " ~ money ~ " from today, added up", "The band is the 95%"
  ~ " range" ~ range_rests ~ before ~ drawn, ()) }}
{{ chart("errors", "How far forecasts made at past dates missed in money",
  "Above the line the forecast was too high, below it too low.", error_key) }}
</div>
<h3>{{ say.models }}</h3>
{% if models.compared %}
<div class="scroll" role="region" tabindex="0" aria-label="Models"><table>
<caption>Each model forecast the weeks held back, of {{ models.n_compared | count }}
customers{% if compared_some %} drawn at random{% endif %};
the log score is the mean logarithm of the chance that it gave to what each did: higher
is better.</caption>
<thead><tr><th scope="col">Model</th><th scope="col">Log score</th>
<th scope="col">Behind</th><th scope="col">All purchases</th>
<th scope="col">Off per customer</th></tr></thead>
<tbody>{% for row in models.compared %}<tr><th scope="row">{{ row.name }}
{% if row.name == models.chosen %}<small>used on this page</small>{% endif %}</th>
<td>{{ row.log_score | score }}</td><td>{{ row.gap | gap }}
{% if row.gap and row.gap.difference is not none %}<small>
{{- "clear" if row.gap.clear else "within chance" }}</small>{% endif %}</td>
<td>{{ row.bias | error }}</td>
<td>{{ row.mean_absolute_error | number }}</td></tr>{% endfor %}</tbody></table></div>
{% endif %}
<h3>{{ say.holdout }}</h3>
{% if holdout %}
<p>The models were fitted to the purchases up to
{{ holdout.calibration_period_end | day }} and asked for the {{ holdout.weeks | count }}
weeks after it.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Forecast check"><table>
<thead><tr><th scope="col">Of {{ holdout.n_customers | count }} customers</th>
<th scope="col">Predicted</th><th scope="col">Actual</th><th scope="col">Forecast</th>
</tr></thead><tbody>
<tr><th scope="row">Repeat purchases</th><td>{{ holdout.predicted_purchases | count
}}</td>
<td>{{ holdout.actual_purchases | count }}</td>
<td>{{ holdout.purchases_error | error }}</td></tr>
<tr><th scope="row">Money</th><td>{{ holdout.predicted_amount | exact }}</td>
<td>{{ holdout.actual_amount | exact }}</td><td>{{ holdout.amount_error | error }}</td>
</tr></tbody></table></div>
<div class="two">
{{ chart("weeks", say.holdout_weeks, "Repeat purchases since the forecast, added up.",
  [("first", "predicted"), ("second", "actual")]) }}
{{ chart("deciles", say.holdout_deciles, "Money of each tenth of the customers,
ranked by"
  ~ " the forecast.", [("first", "predicted"), ("second", "actual")]) }}
</div>
{% else %}<p>{{ holdout_refused }}</p>{% endif %}
</section>
"""

_PARTS = """
{% if ledger or nps %}<section id="parts">
<p class="eyebrow">Parts of value, and satisfaction</p>
{% if ledger %}<h2>Where value comes from: CLV1 to CLV6</h2>
{% if ledger.refused %}<p>The parts could not be computed. {{ ledger.refused }}</p>
{% else %}{{ chart("parts", "The six parts of value, of all customers", "The parts
add up"
  ~ " to the value, exactly; expected is the next " ~ weeks ~ ".",
  [("second", "so far"), ("first", "expected")]) }}{% endif %}{% endif %}
{% if nps %}<h2>Net promoter score: {{ "%+.0f" | format(nps.score) }}</h2>
<p>95% interval {{ "%+.0f" | format(nps_range.lower) }} to
{{ "%+.0f" | format(nps_range.upper) }}, from {{ nps.n_responses | count }} answers:
promoters (9 to 10) less detractors (0 to 6).</p>
{{ chart("nps", "Answers by group", "Share of all answers.", ()) }}{% endif %}
</section>{% endif %}
"""

_CAMPAIGNS = """
{% if campaigns %}<section id="campaigns">
<p class="eyebrow">Campaigns</p>
<h2>{{ say.campaigns }}</h2>
<p>All customers of a group count, reached or not; one who is not in the log spent
nothing. Added profit is what treated customers brought more than the control group in
the days after the contact, less the cost.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Campaigns">
<table class="sortable" data-name="campaigns"><thead><tr><th scope="col">Campaign</th>
<th scope="col">Start, days</th><th scope="col">Treated, bought</th>
<th scope="col">Control, bought</th><th scope="col">Cost</th>
<th scope="col">Added profit</th><th scope="col">95% interval</th></tr></thead><tbody>
{% for each in campaigns %}<tr><th scope="row">{{ each.name }}</th>
<td>{{ each.start }}, {{ each.days }}</td>
<td>{{ each.n_treated | count }}, {{ each.bought_treated | share }}</td>
<td>{% if each.n_control %}{{ each.n_control | count }},
{{ each.bought_control | share }}{% else %}none{% endif %}</td>
<td>{{ each.cost | dollars }}</td>
{% if each.added %}{% set range = each.added.interval(of="profit") %}
<td>{{ each.added.profit | dollars }}</td>
<td>{{ range.lower | dollars }} to {{ range.upper | dollars }}</td>
{% else %}<td>not known</td><td>{{ each.refused }}</td>{% endif %}</tr>
{% endfor %}</tbody></table></div>
</section>{% endif %}
"""

_BEST = """
<section id="best">
<p class="eyebrow">Best customers</p>
<h2>The {{ n_best | customers }} with the highest expected {{ money }}</h2>
{% if files %}<p>All customers, with every column, are in
<a href="{{ files.customers }}" download>{{ files.customers }}</a>.</p>{% endif %}
{% if has_ranges %}<p>Of 100 such customers, about 95 will bring between
<em>at least</em> and <em>at most</em>. A least amount of 0 means that the customer may
have left already.</p>{% else %}<p>The data say too little about the models for a range
of each customer.</p>{% endif %}
<div class="scroll long" role="region" tabindex="0" aria-label="Best customers">
<table class="sortable" data-name="best-customers"><thead><tr>
<th scope="col">Customer</th><th scope="col">Expected</th>
<th scope="col">At least</th><th scope="col">At most</th>
<th scope="col">Purchases</th>
<th scope="col">Still active</th><th scope="col">Tier</th><th scope="col">Segment</th>
<th scope="col">Orders</th><th scope="col">Spent so far</th>
<th scope="col">Last order</th></tr></thead>
<tbody>{{ rows.best }}</tbody></table></div>
</section>
"""

_DATA = """
<section id="data">
<p class="eyebrow">Data and methods</p>
<h2>{{ say.data }}</h2>
<p>{{ log.n_occasions | count }} purchases were counted: all rows of a customer on one
day are one purchase. The log is observed up to {{ end | day }}.</p>
{% set notes = question.source_notes + log.notes %}
{% if notes %}<ul class="plain">{% for note in notes %}<li>{{ note }}</li>
{% endfor %}</ul>{% endif %}
<h3>What the figures assume</h3>
<ul class="plain">{% for note in assumptions %}<li>{{ note }}</li>{% endfor %}</ul>
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
</tbody></table></div>{% endfor %}
<p class="quiet">Made with {{ versions }}.</p>
<ul class="plain">{% for each in references %}<li>{{ each }}</li>{% endfor %}</ul>
</details>
<details><summary>What the words mean here</summary>
<dl class="words">
<dt>Purchase</dt><dd>Everything a customer bought on one day.</dd>
<dt>Repeat customer</dt><dd>A customer who bought on at least two different
days.</dd>
<dt>Expected {{ money }}</dt><dd>What a customer is expected to spend in the next
{{ weeks }}{% if question.margin != 1 %}, times the margin{% endif %}. Later money
counts less: it is discounted at {{ question.annual_discount_rate | percent }} a year.
In the table it is the column <code>clv</code> (customer lifetime value).</dd>
<dt>Still active</dt><dd>The probability that the customer had not left by
{{ end | day }}, judged by their own rhythm. In the table it is the column
<code>probability_alive</code>.</dd>
<dt>Value at risk</dt><dd>Expected {{ money }} if active, less expected {{ money }}:
<code>clv_if_active</code> less <code>clv</code>.</dd>
<dt>95% range</dt><dd>What comes lies in it 19 times in 20, if the model errs as it did
at past dates.</dd>
<dt>Tier</dt><dd>A group of customers by expected {{ money }}; A is the
highest.</dd>
<dt>Forecast check (holdout)</dt><dd>A forecast made from the first part of the log,
compared with the rest, which the models had not seen.</dd>
</dl></details>
</section>
"""

CHECKS = f"{_AHEAD}{_PARTS}{_CAMPAIGNS}{_BEST}{_DATA}"
