"""`jobsearch serve`: the web page and the HTTP API, one server for both."""
