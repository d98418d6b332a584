"""The pages about test results: the list, one result, one report and its files."""
