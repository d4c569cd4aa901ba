"""Reports over HTTP, as JSON and as workbooks."""
