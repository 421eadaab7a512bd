"""What staff do to reservations: one act on one or many, foreseen for each, asked back, then done one by one."""
