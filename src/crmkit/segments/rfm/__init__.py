"""RFM scores and the segments that are made from them."""
