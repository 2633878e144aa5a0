"""How matplotlib and Vega-Lite draw a chart."""
