"""Draw what the other rooms computed; nothing is computed here.

Each function takes a result, draws it on the matplotlib axes given (or on new ones)
and returns the axes. matplotlib is imported when a function is called.
"""
