"""Pages before sign-in: what this is, terms, privacy, cookies, accessibility, complaints, security, help."""
