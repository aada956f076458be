"""Exports: what stands on a ledger in files that verify by themselves, whole or without what is masked."""
