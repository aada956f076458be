"""Safety in a live trial: adverse events, dose-limiting toxicity, decisions and what people decide otherwise."""
