"""CLV1 to CLV6: customer value decomposed exactly, in the past and ahead."""
