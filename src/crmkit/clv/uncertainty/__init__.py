"""How sure a prediction is: intervals of parameters, customers and totals."""
