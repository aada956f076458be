"""Who acts in a live trial: roles and their duties, accounts, signatures."""
