"""The people who may take part: who they are, what they agreed to, whether they are eligible."""
