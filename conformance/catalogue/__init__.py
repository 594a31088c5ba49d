"""The catalogue: every check, made by pairing a case or a resource of the target with the law that judges it."""
