"""Commands that end with what happened: a crawl that failed, a check that checked nothing."""
