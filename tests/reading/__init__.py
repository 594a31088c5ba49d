"""An independent reading of the documents, to hold the contract's facts against."""
