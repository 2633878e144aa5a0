"""How a chart is described, and how matplotlib and Vega-Lite draw it."""
