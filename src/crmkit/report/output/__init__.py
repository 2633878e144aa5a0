"""Write the page and the table of customers to files."""
