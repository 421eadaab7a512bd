"""The API of accounts, a file per feature; `accounts.api_urls` puts it together."""
