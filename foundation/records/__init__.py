"""Records: the act, ledger, history, signatures, triggers, seals, verifier."""
