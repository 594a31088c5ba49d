"""Pages of documentation and service models, read into claims, and compared with the contract.

`documented.read_pages` reads all pages of an operation, `generated` has the pages that boto3 and the AWS CLI make of
their service models, `styles.read` reads one page; `page_drift` and `model_drift` compare with a contract, and
`page_coverage` measures the readers. A reader (`boto3_pages`, `cli_pages`, `api_reference`) knows the parts of its
pages; drawings, outlines and sentences are read alike in all of them.
"""
