"""Top-ups: what is kept about payments, and how the providers are spoken to. The use cases are in
`subscriptions.services.payments`.
"""
